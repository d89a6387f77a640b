// A stream socket on the loop.

import CSystem
import Glibc

/// A connected stream: TCP without delay and with keep-alive, or a Unix socket.
///
/// Reads and writes may come from any executor. Writes are whole and in the order of their calls; one that is
/// cancelled, timed out or failed half-way leaves a torn stream, so it closes the connection. A connection that
/// nobody holds any more is closed.
package final class Connection: Sendable {
  /// What was asked for, not the address it was resolved to.
  package let endpoint: Endpoint
  /// The readiness and the descriptor, for what lies on top of the stream (TLS).
  let channel: Channel
  private let turns = Turns()

  init(_ channel: Channel, endpoint: Endpoint) {
    self.channel = channel
    self.endpoint = endpoint
    channel.withDescriptor { socket in Self.prepare(socket) }
  }

  deinit { channel.close() }

  /// Connects within a bound: names are resolved off the loop, and every address of a name is tried.
  package static func connect(
    to endpoint: Endpoint, on loop: EventLoop, within bound: Duration
  ) async throws(SystemError) -> Connection {
    try await Connector(endpoint: endpoint, loop: loop, deadline: loop.now + bound).connect()
  }

  /// The loop that watches the socket.
  package var loop: EventLoop { channel.loop }

  /// Reads what is there, at most `count` bytes; waits while nothing is. Empty means the end of the stream.
  ///
  /// A cancelled task, or `close()`, ends it with `ECANCELED`; `bound` with `ETIMEDOUT`.
  package func read(upTo count: Int, within bound: Duration? = nil) async throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    let received = try await read(upTo: count, appendingTo: &bytes, within: bound)
    // A small answer must not hold on to a big buffer for as long as somebody keeps it.
    guard received < count / 4 else { return bytes }
    var small: [UInt8] = []
    small.reserveCapacity(received)
    small += bytes
    return small
  }

  /// Reads like `read(upTo:within:)` onto the end of a buffer; answers the number of bytes, 0 at the end.
  package func read(
    upTo count: Int, appendingTo buffer: inout [UInt8], within bound: Duration? = nil
  ) async throws(SystemError) -> Int {
    return try await channel.perform(.read, "read from", until: bound.map { loop.now + $0 }) { socket in
      unsafe Channel.receive(upTo: count, appendingTo: &buffer) { unsafe recv(socket, $0, $1, 0) }
    }
  }

  /// Writes all of it, waiting while the peer does not read.
  package func write(_ bytes: [UInt8], within bound: Duration? = nil) async throws(SystemError) {
    let deadline = bound.map { loop.now + $0 }
    guard await turns.take(until: deadline, on: loop) else {
      let late = deadline.map { loop.now >= $0 } ?? false
      throw SystemError(late ? .timedOut : .canceled, "write to", channel.place)
    }
    defer { turns.pass() }
    var sent = 0
    do throws(SystemError) {
      while sent < bytes.count {
        let start = sent
        sent += try await channel.perform(.write, "write to", until: deadline) { socket in
          unsafe Channel.send(bytes, from: start) { unsafe Glibc.send(socket, $0, $1, Int32(MSG_NOSIGNAL)) }
        }
      }
    } catch {
      if sent > 0 { close() }
      throw error
    }
  }

  /// Says that nothing more will be written; the peer reads the end of the stream, and may still answer.
  package func finishWriting() throws(SystemError) {
    let failure = channel.withDescriptor { socket in
      shutdown(socket, Int32(SHUT_WR)) == 0 ? 0 : errno
    }
    if let failure, failure != 0 { throw SystemError(.init(failure), "finish writing to", channel.place) }
  }

  /// Closes the socket; pending reads and writes end with `ECANCELED`. Idempotent.
  package func close() { channel.close() }

  /// Whether `close()` was called here; a peer that closed is only found by reading.
  package var isClosed: Bool { channel.isClosed }

  /// Our side of the connection, in numbers; nil once closed.
  package var local: Endpoint? { channel.withDescriptor { SocketAddress.local(of: $0)?.endpoint } ?? nil }

  /// Our TCP port; nil for a Unix socket or once closed.
  package var localPort: Int? {
    guard case .tcp(_, let port)? = local else { return nil }
    return port
  }

  /// The other side, in numbers; nil once closed or disconnected.
  package var peer: Endpoint? { channel.withDescriptor { SocketAddress.peer(of: $0)?.endpoint } ?? nil }

  /// The user id of the process at the other end of a Unix socket.
  package var peerUser: UInt32? {
    guard case .unix = endpoint else { return nil }
    let user = channel.withDescriptor { csystem_peer_user($0) } ?? -1
    return user < 0 ? nil : UInt32(user)
  }

  /// Options that a socket of the other family refuses are not for it.
  private static func prepare(_ socket: Int32) {
    let options: [(level: Int32, name: Int32, value: Int32)] = [
      (Int32(IPPROTO_TCP), TCP_NODELAY, 1),
      (SOL_SOCKET, SO_KEEPALIVE, 1),
      // Dead peers are found within half a minute.
      (Int32(IPPROTO_TCP), TCP_KEEPIDLE, 15), (Int32(IPPROTO_TCP), TCP_KEEPINTVL, 5),
      (Int32(IPPROTO_TCP), TCP_KEEPCNT, 3),
    ]
    for option in options {
      var value = option.value
      unsafe setsockopt(socket, option.level, option.name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
  }
}

extension Channel {
  /// One read call, its bytes put at the end of a buffer; answers their number, 0 at the end of the stream.
  static func receive(
    upTo count: Int, appendingTo buffer: inout [UInt8], _ call: (UnsafeMutableRawPointer, Int) -> Int
  ) -> Attempt<Int> {
    var answer: Result<Int, SystemCallFailure> = .success(0)
    buffer.append(addingCapacity: max(1, count)) { span in
      unsafe span.withUnsafeMutableBufferPointer { storage, initialized in
        guard let base = storage.baseAddress else { return }
        answer = systemCall { unsafe call(UnsafeMutableRawPointer(base), storage.count) }
        if case .success(let received) = answer { initialized = received }
      }
    }
    switch answer {
    case .success(let received):
      return received > 0 && received < count ? .doneAndEmptied(received) : .done(received)
    case .failure(let failure):
      return failure.number == EAGAIN ? .wouldBlock : .failed(failure.number)
    }
  }

  /// One write call with what follows `start`; answers how many bytes it took.
  static func send(
    _ bytes: [UInt8], from start: Int, _ call: (UnsafeRawPointer, Int) -> Int
  ) -> Attempt<Int> {
    let answer = unsafe bytes.withUnsafeBytes { raw in
      systemCall {
        guard let base = raw.baseAddress else { return 0 }
        return unsafe call(base + start, raw.count - start)
      }
    }
    switch answer {
    case .success(let taken): return .done(taken)
    case .failure(let failure): return failure.number == EAGAIN ? .wouldBlock : .failed(failure.number)
    }
  }
}
