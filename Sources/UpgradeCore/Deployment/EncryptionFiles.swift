// How servers are reached with TLS, as a run keeps it: the paths of files, never what is in them.

/// The operator's files and the name that servers prove.
package struct EncryptionFiles: Hashable, Sendable {
  /// PEM files; nil authorities are those that the machine trusts.
  package var authorities: String?
  package var certificate: String?
  package var key: String?
  /// nil: each server's own host.
  package var serverName: String?

  package init(
    authorities: String? = nil, certificate: String? = nil, key: String? = nil, serverName: String? = nil
  ) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
  }

  /// The words of `redis-cli` that say the same.
  var clientWords: [String] {
    let flags = [
      ("--cacert", authorities), ("--cert", certificate), ("--key", key), ("--sni", serverName),
    ]
    return ["--tls"] + flags.flatMap { flag, value in value.map { [flag, ShellQuoting.word($0)] } ?? [] }
  }
}

extension Setup {
  /// How a command is put to a node by hand, up to the command itself: `redis-cli -h 10.0.0.1 -p 6379`.
  func client(_ program: String, _ address: Address?) -> String {
    let place = address.map { ["-h", $0.host, "-p", String($0.port)] } ?? []
    let isSentinel = address.flatMap { node(at: $0) }.flatMap { node($0) }?.role == .sentinel
    let files = isSentinel ? encryptionOfSentinels : encryption
    return ([program] + place + (files?.clientWords ?? [])).joined(separator: " ")
  }
}
