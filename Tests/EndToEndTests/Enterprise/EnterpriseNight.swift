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
  static let yes = [
    "start", "client-probe", "upgrade-node", "enable-upgrade-mode", "disable-upgrade-mode", "upgrade-policy",
    "default-version", "upgrade-database",
  ].flatMap { ["--answer", "\($0)=yes"] }

  // MARK: - Clients

  /// A client of a database, with its password, at the first of its proxies.
  func withClient(
    of database: Int, _ body: (ForeignConnection) async throws -> Void
  ) async throws {
    let cluster = try cluster
    let found = try #require(cluster.database(database))
    let node = try #require(found.endpoints.first.flatMap { cluster.node($0) })
    let password = try store.password(in: store.passwordFile(ofDatabase: database))
    let client = try await ForeignConnection.open(
      to: Address(host: node.address, port: found.port), login: ForeignLogin(password: password),
      on: night.loop, within: .seconds(5))
    defer { client.close() }
    try await body(client)
  }

  /// What the report says of clients: a proxy goes away with its node, a database only where it has no other one.
  func expectFelt(_ location: SourceLocation = #_sourceLocation) async throws {
    let said = try await night.run(["report", "--json", "--state-dir", night.state])
    let json = try #require(try? JSONParser.read(Array(said.output.utf8)), sourceLocation: location)
    let databases = json["clients"]?["databases"]?.array ?? []
    #expect(databases.count == 4, "\(said.output)", sourceLocation: location)
    for database in databases {
      let name = database["name"]?.string ?? ""
      let proxies = database["proxies"]?.array ?? []
      #expect(proxies.count == (name == "sessions" ? 3 : 1), "\(name)", sourceLocation: location)
      let interruptions = proxies.map { $0["interruptions"]?.integer ?? 0 }
      #expect(!interruptions.contains(0), "\(database)", sourceLocation: location)
      let lost = database["lost"]?.integer ?? -1
      #expect(name == "cache" ? lost > 0 : lost == 0, "\(database)", sourceLocation: location)
      #expect(database["away_ms"]?.integer == nil, sourceLocation: location)
    }
    let acknowledged = json["clients"]?["acknowledged"]?.integer ?? 0
    #expect(acknowledged > 100, sourceLocation: location)
    let lost = json["clients"]?["lost"]?.integer
    #expect(lost == 0, sourceLocation: location)
  }

  func fill(_ database: Int, keys: Int) async throws {
    try await withClient(of: database) { client in
      for number in 0..<keys { _ = try await client.send(["SET", "key:\(number)", "x"], within: .seconds(5)) }
    }
  }
}

extension Person {
  /// The plan is agreed to, and test keys or not.
  func begins(probing: Bool = false) async throws {
    try await answers("start")
    try await answers("client-probe", probing ? "yes" : "no")
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
