package import SystemIO
package import UpgradeCore

extension ForeignLogin {
  /// As a client of a lab; plain where that has no certificates.
  init(user: String? = nil, password: String? = nil, certificates: LabCertificates?) throws(LabError) {
    self.init(user: user, password: password)
    guard let certificates else { return }
    do throws(TLSError) {
      tls = try TLSContext(certificates.settings)
    } catch {
      throw LabError(
        .damagedRecord, "The certificates of the lab cannot be used: \(error)",
        remedy: "End the lab, and start another.")
    }
  }
}

/// A lab whose servers run, by themselves: they go on when this value and its process are gone.
package struct RunningLab: Sendable {
  package let record: LabRecord
  let loop: EventLoop
  let registry: LabRegistry

  package var directory: String { record.directory }
  /// The address for the wizard: `redis://127.0.0.1:17000`, or `rediss://`.
  package var target: String { record.target }
  package var profilePath: String { record.profilePath }
  package var nodes: [LabRecord.Node] { record.nodes }
  package var addresses: [Address] { record.nodes.map(\.address) }

  package var certificates: LabCertificates? { record.certificates }
  /// What the wizard needs besides the target: flags and their values.
  package var connectionFlags: [String] {
    guard let settings = certificates?.settings else { return [] }
    let flags = [
      ("--cacert", settings.authorities), ("--cert", settings.certificate), ("--key", settings.key),
    ]
    // An address of Sentinels does not say how they are spoken to.
    let tls = target.hasPrefix("rediss:") ? [] : ["--tls"]
    return tls + flags.flatMap { flag, value in value.map { [flag, $0] } ?? [] }
  }

  /// How the foreign client connects.
  package func login(user: String? = nil, password: String? = nil) throws(LabError) -> ForeignLogin {
    try ForeignLogin(user: user, password: password, certificates: certificates)
  }

  /// What `lab up --json` prints, on one line.
  package var json: String {
    struct Summary: Encodable {
      var target: String
      var profile: String
      var directory: String
      var cacert: String?
      var cert: String?
      var key: String?
    }
    let summary = Summary(
      target: target, profile: profilePath, directory: directory, cacert: certificates?.settings.authorities,
      cert: certificates?.settings.certificate, key: certificates?.settings.key)
    return (try? JSONEncoding.line(summary)) ?? "{}"
  }

  /// The processes of its servers that run now, whoever started them.
  package var processes: [ProcessIdentity] { LabProcesses.find(record) }

  /// The processes of one node's server.
  package func processes(of node: LabRecord.Node) -> [ProcessIdentity] { LabProcesses.find(record, node: node) }

  /// A start that failed: whatever was started goes, also when this very task is being cancelled. The reason, and what
  /// stood in the way of that.
  func withdrawn(after error: LabError) async -> LabError {
    let ended = await Task { () async -> LabError? in
      do throws(LabError) {
        try await down()
        return nil
      } catch {
        return error
      }
    }.value
    guard let ended else { return error }
    return LabError(error.code, "\(error.what) (and after that: \(ended.what))", remedy: error.remedy)
  }

  /// Ends its servers and no others, and takes away what the lab made; done again it does nothing.
  package func down() async throws(LabError) {
    if record.enterprise != nil {
      // First who would start a server anew.
      try await Simulator.NodeProcesses.end(in: Simulator.Store(folder: directory, on: loop))
    }
    try await LabProcesses.end(record, on: loop)
    try registry.remove(record)
    if record.madeDirectory {
      try LabFiles.remove(record.directory)
    } else {
      for node in record.members { try LabFiles.remove(record.directory(of: node)) }
      try LabFiles.remove(record.profilePath)
      try LabFiles.remove("\(record.directory)/\(LabCertificates.folderName)")
      if record.enterprise != nil {
        for name in Simulator.LabLayout.names { try LabFiles.remove("\(record.directory)/\(name)") }
      }
      try LabFiles.remove("\(record.directory)/\(LabRecord.fileName)")
    }
  }
}
