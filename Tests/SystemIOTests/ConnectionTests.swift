// Streams on the loop: echo, the end of the stream, back-pressure, cancellation.

import Glibc
import Testing

@testable import SystemIO

@Suite struct ConnectionTests {
  private static let hosts: [Endpoint] = [.tcp(host: "127.0.0.1", port: 0), .tcp(host: "::1", port: 0)]

  @Test(arguments: hosts) func echoOverTCP(endpoint: Endpoint) async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop, at: endpoint)
      try await pair.client.write(bytes("hello"))
      #expect(string(try await pair.server.read(upTo: 100)) == "hello")
      try await pair.server.write(bytes("and back"))
      #expect(string(try await pair.client.read(upTo: 3)) == "and")
      #expect(string(try await pair.client.read(upTo: 100)) == " back")
      #expect(pair.client.peer == pair.listener.endpoint)
      #expect(pair.server.peer == pair.client.local)
      guard case .tcp(_, let port)? = pair.server.peer else { return #expect(Bool(false), "not TCP") }
      #expect(pair.client.localPort == port)
    }
  }

  @Test func echoByName() async throws {
    try await onLoop { loop in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      guard case .tcp(_, let port) = listener.endpoint else { return }
      async let accepted = listener.accept()
      // The name may lead to ::1 first, where nothing listens: the next address is tried.
      let client = try await Connection.connect(to: .tcp(host: "localhost", port: port), on: loop, within: patience)
      #expect(loop.isOnLoop)
      try await client.write(bytes("x"))
      #expect(string(try await accepted.read(upTo: 10)) == "x")
      #expect(client.endpoint == .tcp(host: "localhost", port: port))
      #expect(client.peer == .tcp(host: "127.0.0.1", port: port))
    }
  }

  /// The kernel takes paths of at most 107 bytes.
  @Test(arguments: [".", String(repeating: "deep-down/", count: 20)])
  func echoOverAUnixSocket(folder: String) async throws {
    try await withDirectory { directory in
      try Files.makeDirectories("\(directory)/\(folder)")
      let path = "\(directory)/\(folder)/server.sock"
      try await onLoop { loop in
        let pair = try await Pair(on: loop, at: .unix(path: path))
        try await pair.client.write(bytes("hello"))
        #expect(string(try await pair.server.read(upTo: 100)) == "hello")
        #expect(pair.server.peerUser == geteuid())
        #expect(pair.client.peerUser == geteuid())
        #expect(pair.client.localPort == nil)
      }
      #expect(try Files.permissions(path) == 0o600)
    }
  }

  @Test func everythingWorksFromTasksElsewhere() async throws {
    try await withLoop { loop in
      let pair = try await Pair(on: loop)
      async let sent: Void = pair.client.write([UInt8](repeating: 7, count: 1 << 20))
      #expect(try await pair.server.read(exactly: 1 << 20).count == 1 << 20)
      try await sent
      #expect(!loop.isOnLoop)
    }
  }

  @Test func theEndOfAStreamLeavesTheOtherDirectionOpen() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      try await pair.client.write(bytes("last request"))
      try pair.client.finishWriting()
      #expect(string(try await pair.server.read(exactly: 100)) == "last request")
      #expect(try await pair.server.read(upTo: 100) == [])
      try await pair.server.write(bytes("last answer"))
      pair.server.close()
      #expect(string(try await pair.client.read(exactly: 100)) == "last answer")
      #expect(try await pair.client.read(upTo: 100) == [])
      #expect(try await pair.client.read(upTo: 100) == [])
    }
  }

  @Test func aBigWriteWaitsForItsReaderAndArrivesWhole() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      // Pieces of which no two are equal, so that a lost or doubled one would show.
      let content = (0..<4096).flatMap { number in
        [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 4094) + [UInt8(number & 255), UInt8(number >> 8)]
      }
      let written = Log<String>()
      let writer = Task(executorPreference: loop) {
        try await pair.client.write(content)
        written.add("done")
      }
      // What the sockets hold is read only later, so the writer cannot be done yet.
      await waitUntil { pair.client.channel.waiters == 1 }
      #expect(written.elements == [])
      #expect(try await pair.server.read(exactly: content.count) == content)
      try await writer.value
      #expect(written.elements == ["done"])
    }
  }

  @Test func writesNeverMix() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for letter in UInt8(ascii: "a")...UInt8(ascii: "h") {
          group.addTask { try await pair.client.write([UInt8](repeating: letter, count: 1 << 20)) }
        }
        let all = try await pair.server.read(exactly: 8 << 20)
        try await group.waitForAll()
        #expect(all.count == 8 << 20)
        for start in stride(from: 0, to: all.count, by: 1 << 20) {
          #expect(Array(all[start..<start + (1 << 20)]) == [UInt8](repeating: all[start], count: 1 << 20))
        }
      }
    }
  }

  @Test func aCancelledReadEndsAndTheNextOneReadsOn() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      let reader = Task(executorPreference: loop) { () -> SystemError? in
        await failure { _ = try await pair.server.read(upTo: 10) }
      }
      await waitUntil { pair.server.channel.waiters == 1 }
      reader.cancel()
      #expect(await reader.value?.code == .canceled)
      #expect(pair.server.channel.waiters == 0)
      try await pair.client.write(bytes("later"))
      #expect(string(try await pair.server.read(upTo: 10)) == "later")
    }
  }

  @Test func manyCancellationsRacingWithArrivalsEndEachReadOnce() async throws {
    try await withLoop { loop in
      let pair = try await Pair(on: loop)
      var arrived = 0
      for round in 0..<500 {
        let reader = Task { try? await pair.server.read(upTo: 100) }
        async let written: Void = pair.client.write([UInt8(truncatingIfNeeded: round)])
        reader.cancel()
        try await written
        arrived += await reader.value?.count ?? 0
      }
      // Nothing is lost: what a cancelled read did not take, a later one gets.
      let rest = try await pair.server.read(exactly: 500 - arrived)
      #expect(arrived + rest.count == 500)
      #expect(pair.server.channel.waiters == 0)
    }
  }

  @Test func closingWakesWhoeverWaits() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      async let read = failure { _ = try await pair.client.read(upTo: 1) }
      async let written = failure { try await pair.client.write([UInt8](repeating: 0, count: 64 << 20)) }
      async let queued = failure { try await pair.client.write([1]) }
      await waitUntil { pair.client.channel.waiters == 2 }
      pair.client.close()
      pair.client.close()
      #expect(await read?.code == .canceled)
      #expect(await written?.code == .canceled)
      #expect(await queued?.code == .canceled)
      #expect(await failure { _ = try await pair.client.read(upTo: 1) }?.code == .canceled)
      #expect(pair.client.isClosed)
      #expect(pair.client.peer == nil)
    }
  }

  @Test func aWriteThatIsCutOffClosesTheConnection() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      let writer = Task(executorPreference: loop) { () -> SystemError? in
        await failure { try await pair.client.write([UInt8](repeating: 0, count: 64 << 20)) }
      }
      await waitUntil { pair.client.channel.waiters == 1 }
      writer.cancel()
      #expect(await writer.value?.code == .canceled)
      #expect(pair.client.isClosed)
    }
  }

  @Test func boundsAreKept() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      let start = loop.now
      let late = await failure { _ = try await pair.client.read(upTo: 1, within: .milliseconds(20)) }
      #expect(late?.code == .timedOut)
      #expect(loop.now - start >= .milliseconds(20))
      // The stream is whole after a read that was late.
      try await pair.server.write(bytes("ok"))
      #expect(string(try await pair.client.read(upTo: 2, within: patience)) == "ok")
      let stuck = await failure {
        try await pair.client.write([UInt8](repeating: 0, count: 64 << 20), within: .milliseconds(20))
      }
      #expect(stuck?.code == .timedOut)
      #expect(pair.client.isClosed)
    }
  }

  @Test func aResetByThePeerIsAnError() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      pair.server.channel.withDescriptor { socket in
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      }
      async let read = failure { _ = try await pair.client.read(upTo: 1) }
      await waitUntil { pair.client.channel.waiters == 1 }
      pair.server.close()
      let error = try #require(await read)
      #expect(error.code == .connectionReset)
      #expect(error.place == pair.listener.endpoint.description)
      // A peer that is gone and a hang-up that nobody waits for cost nothing: the loop is not kept busy by it.
      #expect(await failure { try await pair.client.write([1]) }?.code == .brokenPipe)
    }
  }

  @Test func droppedConnectionsAreClosed() async throws {
    try await onLoop { loop in
      var pair: Pair? = try await Pair(on: loop)
      let server = try #require(pair).server
      // A client that the loop has watched, so that the loop knows it.
      _ = await failure { _ = try await pair?.client.read(upTo: 1, within: .milliseconds(1)) }
      pair = nil
      #expect(try await server.read(upTo: 1, within: patience) == [])
      server.close()
      #expect(loop.waitingCount == 0)
    }
  }

  @Test func aReadThatNeverWaitsLetsOthersRun() async throws {
    let order = try await onLoop { loop -> [String] in
      let pair = try await Pair(on: loop)
      try await pair.server.write([UInt8](repeating: 0, count: 1000))
      let log = Log<String>()
      let other = loop.task { log.add("other") }
      for _ in 0..<1000 { _ = try await pair.client.read(upTo: 1) }
      log.add("reader")
      await other.value
      return log.elements
    }
    #expect(order == ["other", "reader"])
  }

  @Test func aHungUpPeerThatNobodyReadsDoesNotSpinTheLoop() async throws {
    try await onLoop { loop in
      let pair = try await Pair(on: loop)
      async let read = pair.client.read(upTo: 1)
      await waitUntil { pair.client.channel.waiters == 1 }
      pair.server.close()
      #expect(try await read == [])
      let turns = loop.turns
      try await loop.sleep(for: .milliseconds(50))
      #expect(loop.turns - turns < 10)
    }
  }
}
