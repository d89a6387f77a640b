// A running simulated cluster for one test, its programs as an operator calls them, and a client that never retries.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore

/// What a program said and how it ended.
struct SaidByProgram {
  var status: SystemIO.ExitStatus
  var text: String
  var lines: [String] { text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
}

struct SimulatedLab: Sendable {
  let loop: EventLoop
  let store: Simulator.Store
  let lab: RunningLab

  /// redis-upgrade as it was built beside these tests.
  static let program: String = {
    let bundle = (try? Files.readLink("/proc/self/exe")) ?? ""
    let folders = [Files.directory(of: bundle), Files.directory(of: CommandLine.arguments[0])]
    return folders.map { $0 + "/redis-upgrade" }.first(where: Files.exists) ?? "redis-upgrade"
  }()

  static func with(
    _ change: (inout EnterpriseLabRequest) -> Void = { _ in }, _ body: (SimulatedLab) async throws -> Void
  ) async throws {
    try await withScratch { scratch in
      var request = EnterpriseLabRequest(program: program)
      request.directory = "\(scratch.path)/lab"
      request.installSeconds = 0.05
      change(&request)
      let lab = try await up(request, on: scratch.loop)
      let store = Simulator.Store(folder: lab.directory, on: scratch.loop)
      try await body(SimulatedLab(loop: scratch.loop, store: store, lab: lab))
    }
  }

  /// Away from the ports where labs are looked for: other tests choose there by hand.
  private static func up(_ request: EnterpriseLabRequest, on loop: EventLoop) async throws -> RunningLab {
    var request = request
    while true {
      request.port = 13_000 + 50 * Int.random(in: 0..<80)
      do throws(LabError) {
        return try await EnterpriseLab(on: loop).up(request)
      } catch {
        guard error.code == .portTaken else { throw error }
      }
    }
  }

  var cluster: Simulator.Cluster { get throws { try store.read() } }

  // MARK: - Programs

  func bin(_ node: Int) -> String { "\(store.folder(ofNode: node))/opt/redislabs/bin" }

  /// A program of a node, without a terminal.
  func run(
    _ program: String, _ words: String..., on node: Int = 1, input: String = "", within bound: Duration = .seconds(60)
  ) async throws -> SaidByProgram {
    let command = ChildCommand("\(bin(node))/\(program)", words)
    return said(try await ChildProcess.run(command, on: loop, within: bound, input: Array(input.utf8)))
  }

  func fault(_ fault: Simulator.Fault, on node: Int, _ isOn: Bool = true) async throws {
    try await store.change { $0.set(fault, on: node, to: isOn) }
  }

  private func said(_ outcome: ChildOutcome) -> SaidByProgram {
    SaidByProgram(status: outcome.status, text: outcome.text + String(decoding: outcome.errorOutput, as: UTF8.self))
  }

  /// Unpacks a node's package, as the operator does, and runs its installer on a terminal.
  ///
  /// - Parameter answers: what is typed, by a part of the question; a question without an answer ends the test.
  func install(
    on node: Int, _ words: String = "", answers: [String: String] = SimulatedLab.yes
  ) async throws -> SaidByProgram {
    let folder = "\(store.folder(ofNode: node))/installer"
    let child = try ChildProcess.spawn(
      ChildCommand.shell(
        "sha256sum --quiet -c SHA256SUMS && tar xf redislabs-*.tar && exec ./install.sh \(words)", directory: folder),
      streams: .terminal(rows: 24, columns: 200), on: loop)
    defer { child.closeStreams() }
    var text = ""
    var asked = ""
    while let piece = try? await child.read(upTo: 4096, within: .seconds(30)), !piece.isEmpty {
      let new = String(decoding: piece, as: UTF8.self)
      text += new
      asked += new
      // A question stands at the end of an unfinished line.
      guard asked.hasSuffix(" "), let line = asked.split(separator: "\n").last, line.contains("[?]") else { continue }
      asked = ""
      guard let answer = answers.first(where: { line.contains($0.key) })?.value else {
        _ = try? child.sendToGroup(.kill)
        Issue.record("nobody answers \(line)")
        break
      }
      try await child.write(Array((answer + "\n").utf8))
    }
    let status = await child.exit()
    let plain = text.replacing(/\u{1B}\[[0-9]+m/, with: "").replacing("\r\n", with: "\n")
    return SaidByProgram(status: status, text: plain)
  }

  static let yes = [
    "enable upgrade mode now": "Y", "disable upgrade mode now": "Y", "run rlcheck to verify": "Y",
  ]

  // MARK: - Clients

  func password(_ database: Int) throws -> String {
    try store.password(in: store.passwordFile(ofDatabase: database))
  }

  /// A connection to a database through the proxy of a node.
  func connect(to database: Int, through node: Int) async throws -> ForeignConnection {
    let cluster = try cluster
    let port = try #require(cluster.database(database)).port
    let address = try #require(cluster.node(node)).address
    return try await ForeignConnection.open(
      to: Address(host: address, port: port), login: ForeignLogin(password: try password(database)), on: loop,
      within: .seconds(5))
  }

  /// Counts up under several keys on one connection until it is told to stop; answers what was acknowledged last.
  func writer(to database: Int, through node: Int) async throws -> SteadyWriter {
    SteadyWriter(try await connect(to: database, through: node), on: loop)
  }
}

/// A client with one connection that never sends anything twice and never connects again.
actor SteadyWriter {
  private let connection: ForeignConnection
  private let loop: EventLoop
  private var task: Task<Void, Never>?
  private var isStopping = false
  private(set) var last: [String: Int] = [:]
  private(set) var failure: String?
  private(set) var longestWait = Duration.zero

  init(_ connection: ForeignConnection, on loop: EventLoop) {
    self.connection = connection
    self.loop = loop
  }

  func start() { task = Task { await write() } }

  private func write() async {
    var number = 0
    while !isStopping, failure == nil {
      let key = "counter:\(number % 32)"
      number += 1
      let begun = loop.now
      do {
        let reply = try await connection.send(["INCR", key], within: .seconds(15))
        guard case .integer(let value) = reply else {
          failure = "\(reply)"
          return
        }
        last[key] = value
        longestWait = max(longestWait, loop.now - begun)
      } catch {
        failure = "\(error)"
      }
    }
  }

  /// Stops, and reads back on the same connection; the keys whose value is less than was acknowledged.
  func stop() async throws -> [String] {
    isStopping = true
    await task?.value
    var lost: [String] = []
    for (key, value) in last {
      let now = try await connection.send(["GET", key], within: .seconds(5)).text.flatMap { Int($0) } ?? 0
      if now < value { lost.append(key) }
    }
    connection.close()
    return lost
  }
}
