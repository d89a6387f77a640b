package import SystemIO

/// The certificates of a lab that speaks TLS, in `D/tls`: an authority of its own, the servers', a client's.
///
/// They are made by the `openssl` program, as an operator's would be, and go with the lab.
package struct LabCertificates: Equatable, Sendable {
  static let folderName = "tls"

  private let folder: String

  package init(of directory: String) { folder = "\(directory)/\(Self.folderName)" }

  package var authority: String { certificate("authority") }
  package func certificate(_ name: String) -> String { "\(folder)/\(name).pem" }
  package func key(_ name: String) -> String { "\(folder)/\(name).key" }

  /// How a client of the lab connects.
  package var settings: TLSSettings {
    TLSSettings(authorities: authority, certificate: certificate("client"), key: key("client"))
  }

  /// Who signs, who serves, who connects; the servers share a certificate, as they share an address.
  func make(on loop: EventLoop) async throws(LabError) {
    try LabFiles.makeDirectory(folder)
    try LabFiles.write(configuration, to: "\(folder)/authority.cnf")
    try LabFiles.write("", to: "\(folder)/signed")
    try await run(
      ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "3650"]
        + ["-subj", "/CN=Authority of a lab", "-keyout", key("authority"), "-out", authority], on: loop)
    try await sign("server", for: Self.names, on: loop)
    try await sign("client", for: Self.names, on: loop)
  }

  /// What the servers' certificate is for.
  package static let names = "IP:127.0.0.1,IP:::1,DNS:localhost"

  /// A certificate of the lab's authority between two moments (`20250131000000Z`); one of that name is replaced.
  package func sign(
    _ name: String, for names: String = LabCertificates.names, from start: String = "20250101000000Z",
    to end: String = "20351231000000Z", on loop: EventLoop
  ) async throws(LabError) {
    let request = "\(folder)/\(name).csr"
    try await run(
      ["req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=\(name)"]
        + ["-keyout", key(name), "-out", request], on: loop)
    try LabFiles.write("subjectAltName=\(names)\n", to: "\(folder)/\(name).ext")
    try await run(
      ["ca", "-batch", "-notext", "-config", "\(folder)/authority.cnf", "-cert", authority]
        + ["-keyfile", key("authority"), "-in", request, "-out", certificate(name)]
        + ["-startdate", start, "-enddate", end, "-extfile", "\(folder)/\(name).ext"], on: loop)
  }

  /// The lines of a server that speaks TLS and nothing else, with clients, replicas and its cluster alike.
  func lines(port: Int) -> [String] {
    [
      "port 0",
      "tls-port \(port)",
      "tls-cluster yes",
      "tls-replication yes",
      "tls-auth-clients yes",
      "tls-cert-file \(ServerConfiguration.quoted(certificate("server")))",
      "tls-key-file \(ServerConfiguration.quoted(key("server")))",
      "tls-ca-cert-file \(ServerConfiguration.quoted(authority))",
    ]
  }

  private var configuration: String {
    """
    [ca]
    default_ca=lab
    [lab]
    database=\(folder)/signed
    new_certs_dir=\(folder)
    rand_serial=yes
    default_md=sha256
    policy=any
    unique_subject=no
    [any]
    commonName=supplied

    """
  }

  private func run(_ words: [String], on loop: EventLoop) async throws(LabError) {
    let outcome = try await Programs(on: loop).run("openssl", words, within: .seconds(20))
    guard outcome.isSuccess else {
      throw LabError(
        .toolFailed, "The certificates of the lab cannot be made: openssl \(words[0]): \(outcome.lastLine)",
        remedy: "See whether openssl is version 3, and whether \(folder) can be written to.")
    }
  }
}
