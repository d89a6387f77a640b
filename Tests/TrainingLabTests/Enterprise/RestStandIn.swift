// A node's REST API inside of a test: over true TLS, answering what the test wants, true or not.

import Synchronization
import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// Serves one address until it is closed.
final class RestStandIn: Sendable {
  enum Reply: Sendable {
    case answer(Simulator.HTTPAnswer)
    /// These bytes, and the end of the stream behind them.
    case bytes([UInt8])
    /// A body that goes on byte by byte, each in a chunk of its own.
    case endless
    /// Nothing, for as long as the client waits.
    case silence
  }

  typealias Answering = @Sendable (Simulator.HTTPRequest) -> Reply

  static let password = "pass: wörd 9"
  let port: Int
  let certificate: String
  private let listener: Listener
  /// Every request that came, its login included.
  private let heard = Mutex<[Simulator.HTTPRequest]>([])
  private let connected = Mutex(0)

  private init(_ listener: Listener, certificate: String, port: Int) {
    self.listener = listener
    self.certificate = certificate
    self.port = port
  }

  var requests: [Simulator.HTTPRequest] { heard.withLock { $0 } }
  var connections: Int { connected.withLock { $0 } }

  func access(pinned: String? = nil, password: String = RestStandIn.password) throws -> RestAccess {
    RestAccess(
      user: Simulator.RestAccess.user, password: Secret(password),
      tls: try TLSContext(TLSSettings(pinned: pinned ?? certificate)), port: port)
  }

  /// A certificate that vouches for itself, its key beside it.
  static func certificate(
    _ name: String, in scratch: Scratch, names: String = "DNS:cluster.local"
  ) async throws -> String {
    let file = "\(scratch.path)/\(name).pem"
    let made = try await ChildProcess.run(
      ChildCommand(
        "openssl",
        ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=\(name)"]
          + ["-addext", "subjectAltName=\(names)", "-keyout", "\(file).key", "-out", file]), on: scratch.loop,
      within: .seconds(20))
    try #require(made.status == .exited(0), "\(made.text)")
    return file
  }

  static func start(
    in scratch: Scratch, on host: String = "127.0.0.1", port: Int = 0, certificate: String,
    _ answering: @escaping Answering
  ) throws -> RestStandIn {
    let listener = try Listener.listen(on: .tcp(host: host, port: port), loop: scratch.loop)
    guard case .tcp(_, let port) = listener.endpoint else { throw UsageError(.target, "no port", remedy: "") }
    let server = RestStandIn(listener, certificate: certificate, port: port)
    let context = try TLSContext(serving: certificate, key: "\(certificate).key")
    scratch.loop.task {
      while let connection = try? await server.listener.accept() {
        server.connected.withLock { $0 += 1 }
        scratch.loop.task { await server.serve(connection, context, answering) }
      }
    }
    return server
  }

  func close() { listener.close() }

  private func serve(_ connection: Connection, _ context: TLSContext, _ answering: Answering) async {
    guard let stream = try? await TLSStream.accept(over: connection, context, within: .seconds(10)) else { return }
    defer { stream.close() }
    var buffer: [UInt8] = []
    while let count = try? await stream.read(upTo: 1 << 16, appendingTo: &buffer), count > 0 {
      while let request = try? Simulator.HTTPRequest.take(from: &buffer) {
        heard.withLock { $0.append(request) }
        switch request.isFrom(user: Simulator.RestAccess.user, password: Self.password) ? answering(request) : Self.no {
        case .answer(let answer): try? await stream.write(answer.bytes, within: .seconds(10))
        case .bytes(let bytes):
          try? await stream.write(bytes, within: .seconds(10))
          return
        case .endless:
          try? await stream.write(Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
          let piece = Array(String(repeating: "1\r\n \r\n", count: 500).utf8)
          while (try? await stream.write(piece, within: .seconds(10))) != nil {}
          return
        case .silence: continue
        }
      }
    }
  }

  private static let no = Reply.answer(.error(401, "unauthorized", "bad or missing credentials"))
}
