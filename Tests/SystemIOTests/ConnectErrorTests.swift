// What an operator reads when a server cannot be reached.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ConnectErrorTests {
  /// A port of this machine on which nothing listens.
  private func freePort(_ loop: EventLoop) throws -> Int {
    let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
    defer { listener.close() }
    guard case .tcp(_, let port) = listener.endpoint else { return 0 }
    return port
  }

  private func sentence(_ endpoint: Endpoint, _ loop: EventLoop, within bound: Duration = patience) async -> String {
    let error = await failure { _ = try await Connection.connect(to: endpoint, on: loop, within: bound) }
    return error?.description ?? "connected"
  }

  @Test func refused() async throws {
    try await onLoop { loop in
      let port = try freePort(loop)
      #expect(
        await sentence(.tcp(host: "127.0.0.1", port: port), loop)
          == "cannot connect to 127.0.0.1:\(port): connection refused (ECONNREFUSED); "
          + "nothing listens there; is the server running, and is the port right?")
    }
  }

  @Test func refusedOnEveryAddressOfAName() async throws {
    try await onLoop { loop in
      let port = try freePort(loop)
      let text = await sentence(.tcp(host: "localhost", port: port), loop)
      #expect(text.hasPrefix("cannot connect to localhost:\(port) (tried "))
      #expect(text.contains("127.0.0.1:\(port)"))
      #expect(text.contains("): connection refused (ECONNREFUSED)"))
    }
  }

  private static let canIsolate = unsafe system("unshare -rn ip link set lo up 2>/dev/null") == 0

  /// Where nothing listens on a port of the ephemeral range, a connect may meet itself and seem to succeed.
  @Test(.enabled(if: canIsolate, "needs network name spaces"))
  func aConnectionToItselfIsARefusal() async throws {
    let program = try probe().program
    // With a range of two ports, half of all connects to one of them start from that very port.
    let script = """
      ip link set lo up && echo 40000 40001 > /proc/sys/net/ipv4/ip_local_port_range && exec \(program) connect 40000
      """
    let outcome = try await withLoop { loop in
      try await ChildProcess.run(ChildCommand("unshare", ["-rn", "sh", "-c", script]), on: loop, within: patience)
    }
    #expect(outcome.text == "ECONNREFUSED\n", "\(string(outcome.errorOutput))")
  }

  @Test func noSuchPort() async throws {
    try await onLoop { loop in
      #expect(
        await sentence(.tcp(host: "127.0.0.1", port: 70000), loop)
          == "cannot connect to 127.0.0.1:70000: invalid argument (EINVAL)")
    }
  }

  @Test func unknownName() async throws {
    try await onLoop { loop in
      let text = await sentence(.tcp(host: "no-such-host.invalid", port: 6379), loop)
      // Without a network the resolver says "try again" instead of "no such name".
      let known = [
        "cannot find the address of no-such-host.invalid: name or service not known (EAI_NONAME); "
          + "the resolver knows no such name; check the spelling, or use the address",
        "cannot find the address of no-such-host.invalid: temporary failure in name resolution (EAI_AGAIN); "
          + "the resolver does not answer now; try again, or use the address",
      ]
      #expect(known.contains(text), "\(text)")
      #expect(loop.isOnLoop)
    }
  }

  @Test func unixSocketThatIsNotThere() async throws {
    try await withDirectory { directory in
      try await onLoop { loop in
        #expect(
          await sentence(.unix(path: "\(directory)/no.sock"), loop)
            == "cannot connect to unix:\(directory)/no.sock: no such file or directory (ENOENT)")
      }
    }
  }

  @Test(arguments: [Endpoint.tcp(host: "127.0.0.1", port: 0), .unix(path: "full.sock")])
  func timedOut(endpoint: Endpoint) async throws {
    try await withDirectory { directory in
      try await onLoop { loop in
        let full = try FullListener(endpoint, in: directory)
        let start = loop.now
        #expect(
          await sentence(full.endpoint, loop, within: .milliseconds(200))
            == "cannot connect to \(full.endpoint): connection timed out (ETIMEDOUT); "
            + "nothing answered in time; is the host up, and does a firewall drop the packets?")
        #expect(loop.now - start >= .milliseconds(200))
        #expect(loop.waitingCount == 0)
        let cancelled = Task(executorPreference: loop) {
          await failure { _ = try await Connection.connect(to: full.endpoint, on: loop, within: patience) }
        }
        await waitUntil { loop.waitingCount > 0 }
        cancelled.cancel()
        #expect(await cancelled.value?.code == .canceled)
        #expect(loop.waitingCount == 0)
        withExtendedLifetime(full) {}
      }
    }
  }

  /// A listener that accepts nobody and whose queue is full, so that a connect neither succeeds nor fails.
  private final class FullListener: Sendable {
    let endpoint: Endpoint
    private let sockets: [Descriptor]

    init(_ wanted: Endpoint, in directory: String) throws {
      let address: SocketAddress
      switch wanted {
      case .tcp(let host, let port):
        address = try #require(try SocketAddress.resolve(host: host, port: port, numeric: true).get().first)
      case .unix(let name):
        address = try SocketAddress.withUnixAddress("\(directory)/\(name)", "listen") { $0 }
      }
      let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
      let listener = Descriptor(socket(address.family, type, 0))
      try #require(unsafe address.withPointer { unsafe bind(listener.number, $0, $1) } == 0)
      try #require(listen(listener.number, 0) == 0)
      let bound = try #require(SocketAddress.local(of: listener.number))
      var sockets = [listener]
      for _ in 0..<64 {
        let filler = Descriptor(socket(address.family, type, 0))
        let answer = unsafe bound.withPointer { unsafe connect(filler.number, $0, $1) }
        let failure = errno
        sockets.append(filler)
        if answer != 0, failure == EAGAIN { break }
        // A TCP connect that got a place in the queue is writable soon; one that did not stays silent.
        if answer != 0, try poll([filler.number], events: Int16(POLLOUT), within: .milliseconds(100)) == [[]] { break }
      }
      self.sockets = sockets
      endpoint = bound.endpoint
    }
  }
}
