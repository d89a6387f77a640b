// How a client of a database came to a proxy: in the clear, or over TLS.

import SystemIO

extension Simulator {
  enum ClientStream: Sendable {
    case plain(Connection)
    case encrypted(TLSStream)

    /// Empty at the end of what the client sends, and where it cannot be read any more.
    func read() async -> [UInt8] {
      switch self {
      case .plain(let connection): return (try? await connection.read(upTo: 1 << 16)) ?? []
      case .encrypted(let stream):
        var bytes: [UInt8] = []
        _ = try? await stream.read(upTo: 1 << 16, appendingTo: &bytes)
        return bytes
      }
    }

    /// Whether it was sent.
    func write(_ bytes: [UInt8]) async -> Bool {
      switch self {
      case .plain(let connection): (try? await connection.write(bytes)) != nil
      case .encrypted(let stream): (try? await stream.write(bytes)) != nil
      }
    }

    func close() {
      switch self {
      case .plain(let connection): connection.close()
      case .encrypted(let stream): stream.close()
      }
    }
  }
}
