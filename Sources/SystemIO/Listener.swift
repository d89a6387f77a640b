// A listening socket on the loop, for the holder of a child and for tests.

import CSystem
import Glibc

/// Listens on a TCP address of this machine, or on a Unix socket that only this user may open.
package final class Listener: Sendable {
  /// Where it listens; port 0 has become the port the system chose.
  package let endpoint: Endpoint
  private let channel: Channel

  private init(_ channel: Channel, endpoint: Endpoint) {
    self.channel = channel
    self.endpoint = endpoint
  }

  deinit { channel.close() }

  /// Begins to listen. A host must be numeric; a Unix socket gets mode 0600 from its first moment.
  ///
  /// - Parameter replacingStale: whether a socket file that nobody listens on any more is taken away first.
  package static func listen(
    on endpoint: Endpoint, loop: EventLoop, replacingStale: Bool = false
  ) throws(SystemError) -> Listener {
    do throws(SystemError) {
      return try bind(to: endpoint, loop: loop)
    } catch {
      guard replacingStale, error.code.number == EADDRINUSE, case .unix(let path) = endpoint, try isStale(path) else {
        throw error
      }
      try systemCall("remove", path) { unsafe unlink(path) }
      return try bind(to: endpoint, loop: loop)
    }
  }

  /// The next connection. A cancelled task, or `close()`, ends the wait with `ECANCELED`.
  package func accept() async throws(SystemError) -> Connection {
    let loop = channel.loop
    let socket = try await channel.perform(.read, Self.accepting) { listener in
      while true {
        let socket = csystem_accept(listener)
        if socket >= 0 { return .done(socket) }
        switch -socket {
        case EAGAIN: return .wouldBlock
        case EINTR, ECONNABORTED: continue
        default: return .failed(-socket)
        }
      }
    }
    let peer = SocketAddress.peer(of: socket)?.endpoint ?? endpoint
    let isUnix = if case .unix = endpoint { true } else { false }
    let place = isUnix ? endpoint : peer
    return Connection(Channel(socket, place: place.description, on: loop), endpoint: place)
  }

  /// Stops listening; the file of a Unix socket stays. Idempotent.
  package func close() { channel.close() }

  private static let accepting = "accept a connection on"
  private static let listening = "listen on"

  private static func bind(to endpoint: Endpoint, loop: EventLoop) throws(SystemError) -> Listener {
    let place = endpoint.description
    switch endpoint {
    case .unix(let path):
      let channel = try open(family: AF_UNIX, place: place, loop: loop)
      return try SocketAddress.withUnixAddress(path, listening) { address throws(SystemError) in
        try start(channel, at: address)
        return Listener(channel, endpoint: endpoint)
      }
    case .tcp(let host, let port):
      switch SocketAddress.resolve(host: host, port: port, numeric: true) {
      case .failure(let code): throw SystemError(code, listening, place)
      case .success(let addresses):
        guard let address = addresses.first else { throw SystemError(.init(EAI_NONAME), listening, place) }
        let channel = try open(family: address.family, place: place, loop: loop)
        try start(channel, at: address)
        let chosen = channel.withDescriptor { SocketAddress.local(of: $0)?.endpoint } ?? nil
        return Listener(channel, endpoint: chosen ?? endpoint)
      }
    }
  }

  private static func open(family: Int32, place: String, loop: EventLoop) throws(SystemError) -> Channel {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    return Channel(try systemCall(listening, place) { Glibc.socket(family, type, 0) }, place: place, on: loop)
  }

  private static func start(_ channel: Channel, at address: SocketAddress) throws(SystemError) {
    let failure = channel.withDescriptor { socket -> Int32 in
      if address.family == AF_UNIX {
        // Before bind, so that the file never exists with another mode: bind takes the mode of the socket's inode.
        if fchmod(socket, 0o600) != 0 { return errno }
      } else {
        var one: Int32 = 1
        unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
      }
      if unsafe address.withPointer({ unsafe Glibc.bind(socket, $0, $1) }) != 0 { return errno }
      return Glibc.listen(socket, 128) == 0 ? 0 : errno
    }
    if failure != 0 {
      channel.close()
      throw SystemError(.init(failure ?? ECANCELED), listening, channel.place)
    }
  }

  /// Whether a socket file has no listener behind it.
  private static func isStale(_ path: String) throws(SystemError) -> Bool {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let probe = Descriptor(try systemCall(listening, path) { Glibc.socket(AF_UNIX, type, 0) })
    return try SocketAddress.withUnixAddress(path, listening) { address throws(SystemError) in
      let answer = unsafe address.withPointer { unsafe Glibc.connect(probe.number, $0, $1) }
      return answer != 0 && errno == ECONNREFUSED
    }
  }
}
