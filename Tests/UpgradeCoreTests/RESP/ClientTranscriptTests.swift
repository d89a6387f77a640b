// The client on a scripted line, with time moved by hand: what it says, when, and how each failure is told.

import Testing

@testable import UpgradeCore

@Suite(.timeLimit(.minutes(2))) struct ClientTranscriptTests {
  static let sent = ". The command was sent and may have been carried out: look at the server before sending it again."
  static let notSent = ". The command was not sent."

  @Test("the first command connects, introduces itself, and is sent once")
  func firstCommand() async throws {
    let stage = Stage(ClientOptions(user: "ops", password: Secret("pw"), clientName: "w"))
    let reply = stage.start(["GET", "k"])
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3 AUTH ops pw SETNAME w")
    line.say("%2\r\n+proto\r\n:3\r\n+version\r\n+7.0.15\r\n")
    #expect(await line.hears() == "GET k")
    line.say("$1\r\nv\r\n")
    #expect(await reply.outcome() == "\"v\"")
    #expect(await stage.client.serverHello?.version == "7.0.15")
    await stage.client.close()
    #expect(await line.hears() == nil)
    #expect(await stage.client.serverHello == nil)
  }

  @Test("commands of several tasks share a connection and a write, and get their own replies")
  func sharing() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.holdWrites()
    let first = stage.start(["ECHO", "1"])
    await stage.untilWriting()
    let second = stage.start(["ECHO", "2"])
    await stage.untilQueued(1)
    let third = stage.start(["ECHO", "3"])
    await stage.untilQueued(2)
    line.letWrite()
    #expect(await line.hears() == "ECHO 1")
    line.letWrite()
    #expect(await line.hears() == "ECHO 2\nECHO 3")
    line.say("+1\r\n+2\r\n+")
    line.say("3\r\n")
    #expect(await first.outcome() == "1")
    #expect(await second.outcome() == "2")
    #expect(await third.outcome() == "3")
    await stage.client.close()
  }

  @Test("error replies are thrown by send and stay in a pipeline")
  func errorReplies() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let refused = stage.start(["SET", "k", "v"])
    #expect(await line.hears() == "SET k v")
    line.say("-READONLY You can't write against a read only replica.\r\n")
    #expect(
      await refused.value == .failure(.server(ServerError("READONLY You can't write against a read only replica."))))
    async let replies = stage.client.pipeline([["INCR", "a"], ["INCR", "b"]])
    #expect(await line.hears() == "INCR a\nINCR b")
    line.say("-MOVED 15495 h:2\r\n:1\r\n")
    #expect(try await replies.map(\.description) == ["(error) MOVED 15495 h:2", "1"])
    #expect(try await stage.client.pipeline([]) == [])
    await stage.client.close()
  }

  @Test("push messages go to their handler and answer nothing")
  func pushes() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let pushes = Mailbox<String>()
    await stage.client.receivePushes { pushes.put($0.description) }
    let reply = stage.start(["PING"])
    #expect(await line.hears() == "PING")
    line.say(">2\r\n+invalidate\r\n*1\r\n+k\r\n+PONG\r\n>1\r\n+bye\r\n")
    #expect(await reply.outcome() == "PONG")
    #expect(await pushes.take() == ">[invalidate, [k]]")
    #expect(await pushes.take() == ">[bye]")
    await stage.client.close()
  }

  @Test("a bound that passes costs the connection, and the late reply is never taken for another")
  func timeout() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let late = stage.start(["CLUSTER", "FAILOVER"], within: .seconds(1))
    #expect(await line.hears() == "CLUSTER FAILOVER")
    let innocent = stage.start(["PING"], within: .seconds(9))
    #expect(await line.hears() == "PING")
    await stage.time.advance(by: .seconds(1))
    #expect(await late.outcome() == "CLUSTER FAILOVER: no whole reply within 1 s" + Self.sent)
    #expect(
      await innocent.outcome()
        == "h:1: the connection was given up because CLUSTER FAILOVER on it had no whole reply within 1 s" + Self.sent)
    #expect(await line.hears() == nil)

    let next = stage.start(["PING"])
    let second = try await stage.attempt().opens()
    #expect(await second.hears() == "HELLO 3")
    second.say("%1\r\n+proto\r\n:3\r\n")
    #expect(await second.hears() == "PING")
    second.say("+PONG\r\n")
    #expect(await next.outcome() == "PONG")
    await stage.client.close()
  }

  @Test("a shorter bound behind a longer one is held")
  func shorterBound() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let long = stage.start(["BLPOP", "a", "0"], within: .seconds(60))
    #expect(await line.hears() == "BLPOP a 0")
    let short = stage.start(["PING"], within: .seconds(1))
    #expect(await line.hears() == "PING")
    await stage.time.advance(by: .seconds(1))
    #expect(await short.outcome() == "PING: no whole reply within 1 s" + Self.sent)
    guard case .failure(.transport(_, wasSent: true)) = await long.value else { return #expect(Bool(false)) }
  }

  @Test("a bound that passes before the write is told as not sent, and costs nobody else anything")
  func timeoutBeforeWrite() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.holdWrites()
    let first = stage.start(["ECHO", "1"], within: .seconds(60))
    await stage.untilWriting()
    let second = stage.start(["ECHO", "2"], within: .seconds(1))
    await stage.untilQueued(1)
    await stage.time.advance(by: .seconds(1))
    #expect(await second.outcome() == "ECHO: no whole reply within 1 s" + Self.notSent)
    line.letWrite()
    #expect(await line.hears() == "ECHO 1")
    line.say("+1\r\n")
    #expect(await first.outcome() == "1")
    await stage.client.close()
  }

  @Test("cancelling before the write costs nothing, after it the connection")
  func cancellation() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.holdWrites()
    let first = stage.start(["ECHO", "1"])
    await stage.untilWriting()
    let second = stage.start(["ECHO", "2"])
    await stage.untilQueued(1)
    second.cancel()
    #expect(await second.value == .failure(.cancelled(wasSent: false)))
    line.letWrite()
    #expect(await line.hears() == "ECHO 1")
    first.cancel()
    #expect(await first.value == .failure(.cancelled(wasSent: true)))
    #expect(await line.hears() == nil)
    let third = stage.start(["ECHO", "3"])
    _ = try await stage.attempt()
    third.cancel()
    #expect(await third.value == .failure(.cancelled(wasSent: false)))
    await stage.client.close()
  }

  @Test("a task that is cancelled in the middle of its write tears the stream")
  func cancelledWrite() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.holdWrites()
    let first = stage.start(["ECHO", "1"])
    await stage.untilWriting()
    first.cancel()
    #expect(await first.value == .failure(.cancelled(wasSent: true)))
    #expect(await line.hears() == nil)
    await stage.client.close()
  }

  @Test("a lost connection fails what was sent, and only the next command connects again")
  func loss() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let first = stage.start(["INCR", "k"])
    #expect(await line.hears() == "INCR k")
    line.hangUp()
    #expect(await first.outcome() == "h:1: the server ended the connection" + Self.sent)
    let second = stage.start(["GET", "k"])
    let again = try await stage.attempt().opens()
    #expect(await again.hears() == "HELLO 3")
    again.say("%1\r\n+proto\r\n:3\r\n")
    #expect(await again.hears() == "GET k")
    again.fail(TransportError(.closed, "connection reset by h:1"))
    #expect(await second.outcome() == "connection reset by h:1" + Self.sent)
    await stage.client.close()
  }

  @Test("a write that fails may have reached the server in part")
  func writeFails() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.refuseWrites(TransportError(.closed, "broken pipe to h:1"))
    #expect(await stage.start(["SET", "k", "v"]).outcome() == "broken pipe to h:1" + Self.sent)
    await stage.client.close()
  }

  @Test("after failed attempts the next command waits, or is told at once when it cannot wait that long")
  func backoff() async throws {
    let stage = Stage(ClientOptions(backoff: ReconnectBackoff(first: .seconds(1), longest: .seconds(8))))
    let refused = TransportError(.refused, "nobody listens at h:1")
    let first = stage.start(["PING"])
    try await stage.attempt().fails(refused)
    #expect(await first.outcome() == "nobody listens at h:1" + Self.notSent)

    #expect(await stage.start(["PING"], within: .milliseconds(500)).outcome() == "nobody listens at h:1" + Self.notSent)

    let second = stage.start(["PING"], within: .seconds(5))
    await stage.time.advance(by: .seconds(1))
    try await stage.attempt().fails(refused)
    #expect(await second.outcome() == "nobody listens at h:1" + Self.notSent)

    // The second failure doubled the wait; an explicit connect does not wait at all.
    let third = stage.start(["PING"], within: .seconds(5))
    await stage.untilWaiting(1)
    let connecting = Task { try await stage.client.connect() }
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3")
    line.say("%1\r\n+proto\r\n:3\r\n")
    try await connecting.value
    #expect(await line.hears() == "PING")
    line.say("+PONG\r\n")
    #expect(await third.outcome() == "PONG")
    await stage.client.close()
  }

  @Test("a connection that does not come about in time")
  func connectTimeout() async throws {
    let stage = Stage(ClientOptions(connectTimeout: .seconds(2)))
    let first = stage.start(["PING"], within: .seconds(9))
    let attempt = try await stage.attempt()
    await stage.time.advance(by: .seconds(2))
    #expect(await first.outcome() == "h:1: no connection and introduction within 2 s" + Self.notSent)
    // What it opens too late is closed, not used.
    #expect(await attempt.opens().hears() == nil)
  }

  @Test("a server that takes our bytes and says nothing")
  func mute() async throws {
    let stage = Stage(ClientOptions(connectTimeout: .seconds(2)))
    let first = stage.start(["PING"], within: .seconds(9))
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3")
    await stage.time.advance(by: .seconds(2))
    #expect(await first.outcome() == "h:1: no connection and introduction within 2 s" + Self.notSent)
    #expect(await line.hears() == nil)
  }

  static let strangers: [WireCase] = [
    WireCase(
      "\u{15}\u{03}\u{01}\u{00}\u{02}\u{02}F",
      "this is a TLS port, and we spoke plainly: use rediss:// or --tls (it answered \"\\x15\\x03\\x01\\x00\\x02\\x02F\")"
    ),
    WireCase(
      "HTTP/1.1 400 Bad Request\r\n\r\n",
      "this is a web server: check the port (it answered \"HTTP/1.1 400 Bad Request\\r\\n\\r\\n\")"),
    WireCase(
      "SSH-2.0-OpenSSH_9.2\r\n", "this is an SSH server: check the port (it answered \"SSH-2.0-OpenSSH_9.2\\r\\n\")"),
    WireCase("ERROR\r\n", "this looks like memcached: check the port (it answered \"ERROR\\r\\n\")"),
    WireCase("what?\n", "it answered \"what?\\n\""),
  ]

  @Test("what is no Redis is recognised", arguments: strangers)
  func stranger(_ wire: WireCase) async throws {
    let stage = Stage()
    let first = stage.start(["PING"])
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3")
    line.say(wire.wire)
    #expect(
      await first.outcome() == "what answers there does not speak the Redis protocol: h:1: \(wire.reading)"
        + Self.notSent)
    #expect(await line.hears() == nil)
  }

  @Test("a port that ends the connection at our first bytes", arguments: [true, false])
  func silence(_ orderly: Bool) async throws {
    let stage = Stage()
    let first = stage.start(["PING"])
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3")
    if orderly { line.hangUp() } else { line.fail(TransportError(.closed, "connection reset by h:1")) }
    #expect(
      await first.outcome()
        == "h:1: the connection was ended right after our first bytes, without an answer: "
        + "probably a TLS port (use rediss:// or --tls), else a proxy without a server behind it" + Self.notSent)
  }

  @Test("a refused introduction is told to everybody who waits, and nothing was sent")
  func refused() async throws {
    let stage = Stage()
    let first = stage.start(["PING"])
    let line = try await stage.attempt().opens()
    #expect(await line.hears() == "HELLO 3")
    line.say("-NOAUTH HELLO must be called with the client already authenticated\r\n")
    #expect(await first.value.failure?.serverError?.code == "NOAUTH")
    #expect(await line.hears() == nil)
  }

  @Test("garbage and more than the limits in the middle of replies")
  func garbage() async throws {
    let stage = Stage(ClientOptions(limits: RESPLimits(bulkLength: 10)))
    let line = try await stage.connected()
    let replies = Task { try await stage.client.pipeline([["A"], ["B"]]) }
    #expect(await line.hears() == "A\nB")
    line.say("+OK\r\n@x\r\n")
    await #expect(
      throws: ClientError.notRESP("h:1: byte 0x40, which begins no RESP value, in \"@x\\r\\n\"", wasSent: true)
    ) { try await replies.value }

    let again = try await stage.connected()
    let big = stage.start(["GET", "k"])
    #expect(await again.hears() == "GET k")
    again.say("$11\r\n")
    #expect(await big.value == .failure(.limit("h:1: the server sent a string of 11 bytes (limit 10)", wasSent: true)))
    await stage.client.close()
  }

  @Test("an answer that nobody asked for ends the connection; the next command gets a new one")
  func unasked() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    line.say("+surprise\r\n")
    #expect(await line.hears() == nil)
    let next = stage.start(["PING"])
    let again = try await stage.attempt().opens()
    #expect(await again.hears() == "HELLO 3")
    again.say("%1\r\n+proto\r\n:3\r\n")
    #expect(await again.hears() == "PING")
    again.say("+PONG\r\n")
    #expect(await next.outcome() == "PONG")
    await stage.client.close()
  }

  @Test("close fails what waits, and everything after it")
  func close() async throws {
    let stage = Stage()
    let line = try await stage.connected()
    let sent = stage.start(["PING"])
    #expect(await line.hears() == "PING")
    await stage.client.close()
    #expect(await sent.value == .failure(.closed(wasSent: true)))
    #expect(await stage.start(["PING"]).value == .failure(.closed(wasSent: false)))
    await #expect(throws: ClientError.closed(wasSent: false)) { try await stage.client.connect() }
    await stage.client.close()
  }

  @Test("commands without a reply of their own never go out")
  func unanswered() async throws {
    let stage = Stage()
    let outcome = await stage.start(["MONITOR"]).outcome()
    #expect(outcome.hasPrefix("MONITOR turns the connection into an endless stream"))
    await #expect(throws: ClientError.self) { try await stage.client.pipeline([["PING"], ["SUBSCRIBE", "x"]]) }
  }
}

extension Result {
  var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

extension Client {
  fileprivate var outboxCount: Int { batches.outbox.count }
  fileprivate var waitingCount: Int { batches.waiting.count }
}

extension Stage {
  /// Until a write is under way.
  func untilWriting() async { await until { await self.client.isWriting } }
  /// Until that many batches wait for the writer.
  func untilQueued(_ count: Int) async { await until { await self.client.outboxCount == count } }
  /// Until that many batches wait for the connection.
  func untilWaiting(_ count: Int) async { await until { await self.client.waitingCount == count } }

  /// Gives way to other tasks until something is so; the suite's time limit is the bound.
  private func until(_ isSo: () async -> Bool) async {
    while !(await isSo()), !Task.isCancelled { await Task.yield() }
  }
}
