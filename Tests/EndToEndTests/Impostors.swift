// What listens on a port and is no Redis or Valkey: made of a listener, or of a program that everybody has.

import SystemIO
import UpgradeRuntime

/// A port on which something else answers.
final class Impostor: Sendable {
  let port: UInt16
  private let listener: Listener
  private let door: Task<Void, Never>

  /// - Parameter answer: what is said to each piece that arrives; nil says nothing, and an empty one ends the
  ///   connection.
  init(on loop: EventLoop, answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
    listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
    guard case .tcp(_, let port) = listener.endpoint else { throw SystemError(.noSuchFile, "listen on", "a port") }
    self.port = UInt16(port)
    door = loop.task { [listener] in
      while let connection = try? await listener.accept() {
        _ = loop.task {
          while let bytes = try? await connection.read(upTo: 1 << 16), !bytes.isEmpty {
            guard let said = answer(bytes) else { continue }
            guard !said.isEmpty, (try? await connection.write(said)) != nil else { break }
          }
          connection.close()
        }
      }
    }
  }

  func close() {
    door.cancel()
    listener.close()
  }

  /// A web server's answer to what it cannot read.
  static func web(on loop: EventLoop) throws -> Impostor {
    try Impostor(on: loop) { _ in
      Array("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
    }
  }

  /// Takes connections and never says a word.
  static func mute(on loop: EventLoop) throws -> Impostor { try Impostor(on: loop) { _ in nil } }

  /// A server of another product: simulated, it answers `INFO` with the given text and everything else shortly.
  static func product(_ info: String, on loop: EventLoop) throws -> Impostor {
    try Impostor(on: loop) { bytes in
      commands(bytes).reduce(into: []) { said, words in
        switch words.first?.uppercased() {
        case "INFO": said += bulk(info)
        case "CLUSTER" where words.dropFirst().first?.uppercased() == "INFO": said += bulk("cluster_state:ok\r\n")
        case "CLUSTER":
          let id = String(repeating: "a", count: 40)
          said += bulk("\(id) 127.0.0.1:6379@16379 myself,master - 0 0 1 connected 0-16383\n")
        case "CONFIG": said += Array("*0\r\n".utf8)
        default: said += Array("+OK\r\n".utf8)
        }
      }
    }
  }

  private static func bulk(_ text: String) -> [UInt8] { Array("$\(text.utf8.count)\r\n\(text)\r\n".utf8) }

  /// The commands of one piece, as our own client writes them.
  private static func commands(_ bytes: [UInt8]) -> [[String]] {
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)[...]
    var commands: [[String]] = []
    while let head = lines.popFirst() {
      guard head.hasPrefix("*"), let count = Int(head.dropFirst()) else { continue }
      commands.append(
        (0..<count).compactMap { _ in
          _ = lines.popFirst()
          return lines.popFirst()
        })
    }
    return commands
  }
}
