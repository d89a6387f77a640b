// Making a connection: names resolved off the loop, every address tried, all within one bound.

import Glibc

/// One attempt to reach an endpoint.
struct Connector {
  let endpoint: Endpoint
  let loop: EventLoop
  let deadline: MonotonicTime

  private static let what = "connect to"

  func connect() async throws(SystemError) -> Connection {
    switch endpoint {
    case .unix(let path): try await connectUnix(path)
    case .tcp(let host, let port): try await connectTCP(host: host, port: port)
    }
  }

  private func connectTCP(host: String, port: Int) async throws(SystemError) -> Connection {
    let addresses = try await resolve(host: host, port: port)
    var failures: [SystemError] = []
    for (index, address) in addresses.enumerated() {
      // One address that swallows packets must not use up the time of the others.
      let share = (deadline - loop.now) / (addresses.count - index)
      let place = address.endpoint.description
      do throws(SystemError) {
        let channel = try open(family: address.family, place: place)
        return try await finish(channel, to: address, until: min(deadline, loop.now + share))
      } catch {
        if error.code == .canceled { throw error }
        failures.append(error)
      }
    }
    throw summary(of: failures, addresses: addresses)
  }

  /// The first failure, since the resolver's first address is the preferred one, naming all addresses tried.
  private func summary(of failures: [SystemError], addresses: [SocketAddress]) -> SystemError {
    guard let first = failures.first else { return error(.init(EAI_NONAME)) }
    let tried = addresses.map(\.endpoint.description)
    if tried == [endpoint.description] { return error(first.code) }
    return SystemError(first.code, Self.what, "\(endpoint) (tried \(tried.joined(separator: ", ")))")
  }

  private func resolve(host: String, port: Int) async throws(SystemError) -> [SocketAddress] {
    guard (1...65535).contains(port) else { throw error(.invalid) }
    if case .success(let addresses) = SocketAddress.resolve(host: host, port: port, numeric: true) {
      return addresses
    }
    // A resolver that hangs keeps a thread of its pool, never the caller.
    let promise = Promise<Result<[SocketAddress], SystemError.Code>>()
    loop.resolvers.submit { promise.keep(SocketAddress.resolve(host: host, port: port, numeric: false)) }
    let timer = loop.schedule(at: deadline) { promise.keep(.failure(.timedOut)) }
    let answer = await promise.value(ifCancelled: .failure(.canceled))
    loop.cancel(timer)
    switch answer {
    case .success(let addresses): return addresses
    case .failure(let code): throw SystemError(code, "find the address of", host)
    }
  }

  private func open(family: Int32, place: String) throws(SystemError) -> Channel {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = try systemCall(Self.what, place) { Glibc.socket(family, type, 0) }
    return Channel(socket, place: place, on: loop)
  }

  private func finish(
    _ channel: Channel, to address: SocketAddress, until deadline: MonotonicTime
  ) async throws(SystemError) -> Connection {
    do throws(SystemError) {
      var started = false
      try await channel.perform(.write, Self.what, until: deadline) { socket -> Channel.Attempt<Void> in
        if started { return Self.progress(of: socket) }
        started = true
        let answer = unsafe address.withPointer { pointer, length in unsafe Glibc.connect(socket, pointer, length) }
        if answer == 0 { return .done(()) }
        // An interrupted connect goes on by itself, like one that was begun.
        return errno == EINPROGRESS || errno == EINTR ? .wouldBlock : .failed(errno)
      }
      // A port of the ephemeral range on which nothing listens can connect to itself.
      let isItself = channel.withDescriptor { SocketAddress.local(of: $0) == SocketAddress.peer(of: $0) } ?? false
      if isItself { throw error(.connectionRefused) }
    } catch {
      channel.close()
      throw error
    }
    return Connection(channel, endpoint: endpoint)
  }

  private static func progress(of socket: Int32) -> Channel.Attempt<Void> {
    var failure: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    if unsafe getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &length) != 0 { return .failed(errno) }
    if failure != 0 { return .failed(failure) }
    return SocketAddress.peer(of: socket) == nil ? .wouldBlock : .done(())
  }

  private func connectUnix(_ path: String) async throws(SystemError) -> Connection {
    while true {
      let channel = try open(family: AF_UNIX, place: endpoint.description)
      let answer = try SocketAddress.withUnixAddress(path, Self.what) { address throws(SystemError) in
        channel.withDescriptor { socket in
          systemCall { unsafe address.withPointer { unsafe Glibc.connect(socket, $0, $1) } }
        } ?? .failure(SystemCallFailure(number: ECANCELED))
      }
      switch answer {
      case .success:
        return Connection(channel, endpoint: endpoint)
      case .failure(let failure):
        channel.close()
        // The listener's queue is full; there is nothing to wait on but time.
        guard failure.number == EAGAIN else { throw error(.init(failure.number)) }
        if loop.now >= deadline { throw error(.timedOut) }
        do { try await loop.sleep(for: .milliseconds(5)) } catch { throw self.error(.canceled) }
      }
    }
  }

  private func error(_ code: SystemError.Code) -> SystemError {
    SystemError(code, Self.what, endpoint.description)
  }
}
