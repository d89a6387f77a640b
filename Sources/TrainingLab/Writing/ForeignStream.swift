import SystemIO

/// What the foreign client's bytes go over: a plain connection or an encrypted one.
enum ForeignStream: Sendable {
  case plain(Connection)
  case encrypted(TLSStream)

  static func open(
    to endpoint: Endpoint, _ tls: TLSContext?, on loop: EventLoop, within bound: Duration
  ) async throws(ForeignFailure) -> ForeignStream {
    guard let tls else {
      do {
        return .plain(try await Connection.connect(to: endpoint, on: loop, within: bound))
      } catch {
        throw .unreachable(error.description)
      }
    }
    do {
      return .encrypted(try await TLSStream.connect(to: endpoint, tls, on: loop, within: bound))
    } catch {
      throw .unreachable(error.description)
    }
  }

  /// What is there, waiting while nothing is; empty at the end, whatever it is that ended it.
  func read(upTo count: Int) async -> [UInt8] {
    switch self {
    case .plain(let connection): return (try? await connection.read(upTo: count)) ?? []
    case .encrypted(let stream):
      var bytes: [UInt8] = []
      _ = try? await stream.read(upTo: count, appendingTo: &bytes)
      return bytes
    }
  }

  func write(_ bytes: [UInt8], within bound: Duration) async throws(ForeignFailure) {
    switch self {
    case .plain(let connection):
      do {
        try await connection.write(bytes, within: bound)
      } catch {
        throw error.code == .timedOut ? .timedOut : .closed
      }
    case .encrypted(let stream):
      do {
        try await stream.write(bytes, within: bound)
      } catch {
        throw error.isTimeout ? .timedOut : .closed
      }
    }
  }

  func close() {
    switch self {
    case .plain(let connection): connection.close()
    case .encrypted(let stream): stream.close()
    }
  }
}
