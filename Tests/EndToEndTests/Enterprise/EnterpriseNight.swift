// A night on a simulated cluster of Redis Enterprise Software, with the real program in front of it.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A simulated cluster for one test, and what is true of it.
struct EnterpriseNight {
  let night: Night
  let store: Simulator.Store

  static let old = "7.2.4-92"
  static let new = "7.22.0-250"

  var begin: [String] { beginOnScreen + ["--plain"] }
  var beginOnScreen: [String] {
    ["enterprise://127.0.0.1", "--to", Self.new, "--settle", "0", "--back-within", "20"] + night.profile
  }
  var resume: [String] { ["resume", "--plain", "--state-dir", night.state] }

  var cluster: Simulator.Cluster { get throws { try store.read() } }

  func fault(_ fault: Simulator.Fault, on node: Int, _ isOn: Bool = true) async throws {
    try await store.change { $0.set(fault, on: node, to: isOn) }
  }

  /// A program of a node, as its operator calls it.
  func run(_ words: String, on node: Int) async throws -> String {
    let bin = "\(store.folder(ofNode: node))/opt/redislabs/bin"
    let outcome = try await ChildProcess.run(.shell("'\(bin)'/\(words)"), on: night.loop, within: .seconds(30))
    return String(decoding: outcome.output, as: UTF8.self)
  }

  /// How often an installer was begun on each node, as its own log says.
  func installations(on node: Int) throws -> Int {
    let log = "\(store.folder(ofNode: node))/var/opt/redislabs/log/install.log"
    guard let bytes = try? Files.read(log) else { return 0 }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").count { $0.contains("Existing installation") }
  }

  /// The end of every story: all nodes on the target, upgrade mode off, nothing left running.
  func expectUpgraded(databases: [Int: String], _ location: SourceLocation = #_sourceLocation) throws {
    let cluster = try cluster
    #expect(cluster.nodes.allSatisfy { $0.version.description == Self.new }, sourceLocation: location)
    #expect(!cluster.upgradeMode, sourceLocation: location)
    for (number, version) in databases {
      #expect(cluster.database(number)?.shortVersion == version, sourceLocation: location)
    }
  }

  /// The kinds of all questions, answered with yes where that may be done.
  static let yes = ["start", "upgrade-node", "enable-upgrade-mode", "disable-upgrade-mode", "upgrade-database"].flatMap
  {
    ["--answer", "\($0)=yes"]
  }
}

/// Makes a simulated cluster whose installers are quick, does something with it, and takes it away.
func withEnterpriseNight(
  _ shape: @escaping @Sendable (inout EnterpriseLabRequest) -> Void = { _ in },
  _ body: @escaping @Sendable (EnterpriseNight) async throws -> Void
) async throws {
  let loop = try EventLoop(name: "enterprise-night")
  defer { loop.stop() }
  let name = (0..<8).map { _ in String("abcdefghijklmnopqrstuvwxyz".randomElement() ?? "x") }.joined()
  let folder = "/tmp/redis-upgrade-test-\(name)"
  try Files.makeDirectories(folder)
  defer { try? Files.removeTree(folder) }
  var request = EnterpriseLabRequest(program: Wizard.path)
  request.directory = "\(folder)/lab"
  request.installSeconds = 0.5
  shape(&request)
  let wanted = request
  let outcome: Result<Void, any Error> = await Task(executorPreference: loop) {
    do {
      let lab = try await EnterpriseLab(on: loop).up(wanted)
      let night = Night(loop: loop, folder: folder, lab: lab, login: ForeignLogin())
      let store = Simulator.Store(folder: lab.directory, on: loop)
      let result: Result<Void, any Error>
      do {
        try await body(EnterpriseNight(night: night, store: store))
        result = .success(())
      } catch {
        result = .failure(error)
      }
      try await lab.down()
      return result
    } catch {
      return .failure(error)
    }
  }.value
  try outcome.get()
}
