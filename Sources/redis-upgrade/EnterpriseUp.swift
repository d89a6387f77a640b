// `redis-upgrade lab up enterprise`: the versions read, the simulator started, and where everything is.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

struct EnterpriseUp {
  private let wanted: EnterpriseRequest
  private let servers: LabServersRequest
  private let isJSON: Bool

  init(_ wanted: EnterpriseRequest, _ servers: LabServersRequest, isJSON: Bool) {
    self.wanted = wanted
    self.servers = servers
    self.isJSON = isJSON
  }

  func run(on loop: EventLoop) async throws(LabError) {
    var request = try EnterpriseLabRequest(servers, to: wanted.to)
    request.nodes = wanted.nodes ?? request.nodes
    let isJSON = isJSON
    let lab = try await EnterpriseLab(on: loop).up(request) { progress in
      if !isJSON { complain(progress.description) }
    }
    if isJSON {
      print(lab.json)
    } else {
      let store = Simulator.Store(folder: lab.directory, on: loop)
      let cluster = try store.read()
      var lines = ["A SIMULATED Redis Enterprise Software cluster; \(lab.directory)/README.md says what is invented."]
      lines += ["target   \(lab.target)", "profile  \(lab.profilePath)", "access   \(lab.directory)/access.json"]
      for node in cluster.nodes {
        lines.append("node \(node.id)   \(store.folder(ofNode: node.id))/opt/redislabs/bin/rladmin status extra all")
      }
      for database in cluster.databases {
        let places = database.endpoints.compactMap { cluster.node($0)?.address }.map { "\($0):\(database.port)" }
        lines.append("db:\(database.id)     \(database.name) on \(places.joined(separator: ", "))")
      }
      lines.append("end it   redis-upgrade lab down --dir \(lab.directory)")
      print(lines.joined(separator: "\n"))
    }
  }
}

extension EnterpriseLabRequest {
  /// What a command line asks for.
  init(_ servers: LabServersRequest, to: WantedRelease?) throws(LabError) {
    guard let program = Host.executable else {
      throw LabError(.toolMissing, "This program's own file is not known", remedy: "See whether /proc is there.")
    }
    self.init(
      from: try Self.version(servers.from) ?? Self.usualSource, to: try Self.version(to) ?? Self.usualTarget,
      program: program)
    directory = servers.directory
    port = servers.port
  }

  private static func version(_ wanted: WantedRelease?) throws(LabError) -> Simulator.Version? {
    guard let wanted else { return nil }
    guard let build = wanted.release(for: .enterprise).enterprise, let version = Simulator.Version(build.description)
    else {
      throw LabError(
        .badRequest, "\(wanted) is no version of Redis Enterprise Software",
        remedy: "Write it with its build: 7.22.0-250.")
    }
    return version
  }
}
