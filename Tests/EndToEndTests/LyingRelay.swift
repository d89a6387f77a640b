// Stands between a real server and whoever asks it, and tells lies about what it says: for states that no real server
// can be brought into on one machine.

import SystemIO
import UpgradeCore
import UpgradeRuntime

/// A port behind which a real server answers, each of its texts changed on the way.
final class LyingRelay: Sendable {
  let port: UInt16
  private let listener: Listener
  private let door: Task<Void, Never>

  /// - Parameter lie: what becomes of each bulk string of a reply.
  init(to server: Endpoint, on loop: EventLoop, lie: @escaping @Sendable (String) -> String) throws {
    listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
    guard case .tcp(_, let port) = listener.endpoint else { throw SystemError(.noSuchFile, "listen on", "a port") }
    self.port = UInt16(port)
    door = loop.task { [listener] in
      while let client = try? await listener.accept() {
        _ = loop.task { await Self.relay(client, server, on: loop, lie) }
      }
    }
  }

  func close() {
    door.cancel()
    listener.close()
  }

  private static func relay(
    _ client: Connection, _ server: Endpoint, on loop: EventLoop, _ lie: @escaping @Sendable (String) -> String
  ) async {
    guard let behind = try? await Connection.connect(to: server, on: loop, within: .seconds(3)) else {
      client.close()
      return
    }
    _ = loop.task {
      while let bytes = try? await client.read(upTo: 1 << 16), !bytes.isEmpty {
        guard (try? await behind.write(bytes)) != nil else { break }
      }
      behind.close()
    }
    var waiting: [UInt8] = []
    while let bytes = try? await behind.read(upTo: 1 << 16), !bytes.isEmpty {
      waiting += bytes
      let said = rewritten(&waiting, lie)
      if said.isEmpty { continue }
      guard (try? await client.write(said)) != nil else { break }
    }
    client.close()
    behind.close()
  }

  /// The tokens of `waiting` that are whole, its bulk strings changed; what is not whole stays.
  private static func rewritten(_ waiting: inout [UInt8], _ lie: (String) -> String) -> [UInt8] {
    var said: [UInt8] = []
    var start = 0
    while let feed = waiting[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = waiting[start...feed]
      guard line.first == UInt8(ascii: "$") || line.first == UInt8(ascii: "="),
        let length = Int(String(decoding: line.dropFirst().dropLast(2), as: UTF8.self)), length >= 0
      else {
        said += line
        start = feed + 1
        continue
      }
      let end = feed + 1 + length
      guard waiting.count >= end + 2 else { break }
      let text = Array(lie(String(decoding: waiting[(feed + 1)..<end], as: UTF8.self)).utf8)
      said += Array("\(Character(UnicodeScalar(line[line.startIndex])))\(text.count)\r\n".utf8) + text
      said += Array("\r\n".utf8)
      start = end + 2
    }
    waiting.removeFirst(start)
    return said
  }
}
