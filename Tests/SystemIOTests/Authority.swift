// An authority of one test, and servers that speak TLS with its certificates: both are the `openssl` program.

import Synchronization
import Testing

@testable import SystemIO

/// Signs certificates in a directory.
struct Authority: Sendable {
  let directory: String
  let loop: EventLoop

  var file: String { "\(directory)/authority.pem" }
  func certificate(_ name: String) -> String { "\(directory)/\(name).pem" }
  func key(_ name: String) -> String { "\(directory)/\(name).key" }

  init(in directory: String, on loop: EventLoop) async throws {
    self.directory = directory
    self.loop = loop
    try Files.makeDirectories(directory)
    let configuration = """
      [ca]
      default_ca=here
      [here]
      database=\(directory)/index
      new_certs_dir=\(directory)
      rand_serial=yes
      default_md=sha256
      policy=any
      unique_subject=no
      [any]
      commonName=supplied
      """
    try Files.writeAtomically("\(directory)/ca.cnf", bytes(configuration))
    try Files.writeAtomically("\(directory)/index", [])
    try await signItself("authority", subject: "/CN=The authority of a test")
  }

  /// A certificate that nobody else vouches for.
  func signItself(_ name: String, subject: String) async throws {
    try await openssl(
      ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]
        + ["-keyout", key(name), "-out", certificate(name), "-subj", subject])
  }

  /// A certificate for these names, between two moments.
  func sign(
    _ name: String, for names: String = "IP:127.0.0.1,DNS:localhost", from start: String = "20250101000000Z",
    to end: String = "20450101000000Z"
  ) async throws {
    let request = "\(directory)/\(name).csr"
    try await openssl(
      ["req", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key(name), "-out", request]
        + ["-subj", "/CN=\(name)"])
    try Files.writeAtomically("\(directory)/\(name).ext", bytes("subjectAltName=\(names)\n"))
    try await openssl(
      ["ca", "-batch", "-notext", "-config", "\(directory)/ca.cnf", "-cert", file, "-keyfile", key("authority")]
        + ["-in", request, "-out", certificate(name), "-startdate", start, "-enddate", end]
        + ["-extfile", "\(directory)/\(name).ext"])
  }

  func openssl(_ words: [String]) async throws {
    let outcome = try await ChildProcess.run(ChildCommand("openssl", words), on: loop, within: patience)
    try #require(outcome.status == .exited(0), "openssl \(words): \(string(outcome.errorOutput))")
  }
}

/// `openssl s_server`, which sends each line back reversed.
final class EchoServer: Sendable {
  let endpoint: Endpoint
  private let process: ChildProcess

  static func start(_ words: [String], on loop: EventLoop) async throws -> EchoServer {
    let free = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
    let endpoint = free.endpoint
    free.close()
    let process = try ChildProcess.spawn(
      ChildCommand("openssl", ["s_server", "-accept", endpoint.description, "-rev"] + words), on: loop)
    let greeting = try await process.read(until: "ACCEPT")
    guard greeting.contains("ACCEPT") else {
      _ = await process.exit(within: patience)
      throw SystemError(.invalid, "start", "openssl s_server \(words): \(greeting)")
    }
    loop.task { while let bytes = try? await process.read(upTo: 4096), !bytes.isEmpty {} }
    return EchoServer(endpoint, process)
  }

  private init(_ endpoint: Endpoint, _ process: ChildProcess) {
    self.endpoint = endpoint
    self.process = process
  }

  func end() async {
    _ = try? process.send(.kill)
    _ = await process.exit(within: patience)
  }
}
