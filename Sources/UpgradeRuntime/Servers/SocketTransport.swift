// The RESP client's byte stream over a plain socket of the event loop.

import Synchronization
package import SystemIO
package import UpgradeCore

/// A TCP or Unix socket as the RESP client wants it.
package final class SocketTransport: Transport {
  private let connection: Connection
  /// Where reads land before what arrived is cut to size: a reply must not keep a whole read buffer alive.
  private let landing = Mutex<[UInt8]>([])

  package init(_ connection: Connection) {
    self.connection = connection
  }

  /// Connects within a bound.
  package static func connect(
    to endpoint: Endpoint, on loop: EventLoop, within bound: Duration
  ) async throws(TransportError) -> SocketTransport {
    do throws(SystemError) {
      return SocketTransport(try await Connection.connect(to: endpoint, on: loop, within: bound))
    } catch {
      throw TransportError(error)
    }
  }

  package func send(_ bytes: [UInt8]) async throws(TransportError) {
    do throws(SystemError) {
      try await connection.write(bytes)
    } catch {
      throw TransportError(error)
    }
  }

  package func receive(upTo maximum: Int) async throws(TransportError) -> [UInt8] {
    var buffer = landing.withLock { landing in
      var taken: [UInt8] = []
      swap(&taken, &landing)
      return taken
    }
    let count: Int
    do throws(SystemError) {
      count = try await connection.read(upTo: maximum, appendingTo: &buffer)
    } catch {
      throw TransportError(error)
    }
    // A full buffer is handed over as it is; the next read gets a new one.
    guard count < maximum else { return buffer }
    var arrived: [UInt8] = []
    arrived.reserveCapacity(count)
    arrived.append(contentsOf: buffer)
    buffer.removeAll(keepingCapacity: true)
    landing.withLock { swap(&buffer, &$0) }
    return arrived
  }

  package func close() {
    connection.close()
  }
}

extension TransportError {
  /// The system's reason in the few classes that the client tells apart, its sentence kept whole.
  package init(_ error: SystemError) {
    self.init(Code(reason: error.code), error.description)
  }
}

extension TransportError.Code {
  fileprivate init(reason code: SystemError.Code) {
    self =
      switch code {
      // A Unix socket whose file is missing is a port on which nobody listens.
      case .connectionRefused, .noSuchFile: .refused
      case .timedOut: .timedOut
      case .canceled: .cancelled
      case .connectionReset, .brokenPipe: .closed
      case _ where code.number < 0: .unresolved
      default: .other
      }
  }
}

extension Client {
  /// A client for a server behind a plain socket, living on the loop that serves the socket.
  package init(endpoint: Endpoint, on loop: EventLoop, options: ClientOptions) {
    let bound = options.connectTimeout
    self.init(
      label: endpoint.description,
      connect: { () async throws(TransportError) -> any Transport in
        try await SocketTransport.connect(to: endpoint, on: loop, within: bound)
      },
      options: options,
      timekeeper: LoopTimekeeper(loop),
      executor: loop)
  }
}
