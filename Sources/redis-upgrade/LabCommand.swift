// `redis-upgrade lab up|down|list|fetch|write`: throw-away servers for scripts, and a client that writes to them.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// Starts, ends and lists labs, and fetches what they are made of.
struct LabCommand {
  let program: Program
  let request: UpgradeRuntime.LabRequest

  func run() throws(UsageError) -> Int32 {
    if request.action == .write { return try WriteCommand(program: program, request: request).run() }
    let request = request
    let loop = program.loop
    let code = program.wait { () async -> ExitCode in
      do throws(LabError) {
        let lab = try Lab(on: loop)
        switch request.action {
        case .up: try await LabCommand.up(lab, request)
        case .down: try await LabCommand.down(lab, request)
        case .list: for running in try lab.list() { print("\(running.target)  \(running.directory)") }
        case .write: break
        case .fetch: try await LabCommand.fetch(try SoftwareStore(on: loop), request)
        }
        return .done
      } catch {
        complain(error.description)
        return .refused
      }
    }
    return (code ?? .needsPerson).rawValue
  }

  private static func up(_ lab: Lab, _ request: UpgradeRuntime.LabRequest) async throws(LabError) {
    let isJSON = request.face.face == .json
    if let enterprise = request.enterprise {
      return try await EnterpriseUp(enterprise, request.servers, isJSON: isJSON).run(on: lab.loop)
    }
    let running = try await lab.up(TrainingLab.LabRequest(request.servers)) { progress in
      if !isJSON { complain(progress.description) }
    }
    if isJSON {
      print(running.json)
    } else {
      var lines = ["target   \(running.target)", "profile  \(running.profilePath)"]
      if !running.connectionFlags.isEmpty {
        lines.append("flags    \(running.connectionFlags.joined(separator: " "))")
      }
      lines.append("end it   redis-upgrade lab down --dir \(running.directory)")
      print(lines.joined(separator: "\n"))
    }
  }

  private static func down(_ lab: Lab, _ request: UpgradeRuntime.LabRequest) async throws(LabError) {
    if let directory = request.servers.directory {
      try await lab.find(directory).down()
      return
    }
    let labs = try lab.list()
    guard labs.count <= 1 || request.all else {
      let list = labs.map { "\n  redis-upgrade lab down --dir \($0.directory)" }.joined()
      throw LabError(
        .badRequest, "\(labs.count) labs run, and none was ended",
        remedy: "End all of them with `redis-upgrade lab down --all`, or one of them:\(list)")
    }
    if labs.isEmpty { complain("No lab runs.") }
    for running in labs { try await running.down() }
  }

  /// Has servers on this machine before anybody waits for them, as before a night without a network.
  private static func fetch(_ store: SoftwareStore, _ request: UpgradeRuntime.LabRequest) async throws(LabError) {
    let isJSON = request.face.face == .json
    for wanted in request.releases {
      let server = try await store.server(of: wanted.release(for: .redis)) { progress in
        if !isJSON { complain(progress.description) }
      }
      print(isJSON ? server.json : "\(server.release)  \(server.executable)")
    }
  }
}

extension TrainingLab.LabRequest {
  /// What the command line asks for; the oldest version that needs no other suite is the usual beginning, of those that
  /// speak TLS where that is wanted.
  init(_ servers: LabServersRequest, to: WantedRelease? = nil) {
    let usual = Release(.redis, servers.tls ? Version(7, 0, 15) : Version(6, 2, 14))
    let from = servers.from?.release(for: .redis) ?? usual
    let target = to?.release(for: from.product)
    switch servers.shape {
    case .cluster: self.init(from: from, to: target)
    case .replication: self.init(from: from, to: target, tree: Self.usualTree)
    case .sentinel: self.init(from: from, to: target, replicas: 2, sentinels: 3)
    case .standalone: self.init(from: from, to: target, tree: [nil])
    }
    directory = servers.directory
    port = servers.port
    tls = servers.tls
  }
}
