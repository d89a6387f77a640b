// The RESP client against real servers: introductions, replies of every kind, pipelines, push messages.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(3))) struct ClientTests {
  static let binaries = ServerBinary.allCases

  @Test("HELLO tells who answers, and the name shows in CLIENT LIST", arguments: binaries)
  func hello(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client(ClientOptions(clientName: "wizard 1"))
      #expect(try await client.send(["PING"]).text == "PONG")
      let hello = try #require(await client.serverHello)
      #expect(hello.protocolVersion == 3)
      #expect(hello.server == "redis")
      #expect("redis-" + (hello.version ?? "") == binary.rawValue)
      #expect(hello.mode == "standalone")
      #expect(hello.role == "master")
      #expect(try await client.send(["CLIENT", "ID"]).integer == hello.clientID)
      #expect(try await client.send(["CLIENT", "GETNAME"]).text == "wizard-1")
      await client.close()
    }
  }

  @Test("RESP2 where it is wanted; replies read alike in both", arguments: binaries)
  func bothProtocols(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      for preferRESP3 in [true, false] {
        let client = server.client(ClientOptions(clientName: "w", preferRESP3: preferRESP3))
        let configuration = try await client.send(["CONFIG", "GET", "maxmemory-policy"])
        #expect(configuration.kind == (preferRESP3 ? .map : .array))
        #expect(configuration["maxmemory-policy"]?.text == "noeviction")
        #expect(await client.serverHello?.protocolVersion == (preferRESP3 ? 3 : 2))
        #expect(try await client.send(["CLIENT", "GETNAME"]).text == "w")
        _ = try await client.send(["ZADD", "z", "1.5", "a"])
        #expect(try await client.send(["ZSCORE", "z", "a"]).double == 1.5)
        #expect(try await client.send(["GET", "absent"]).isNull)
        #expect(try await client.send(["INFO", "server"]).text?.contains("tcp_port:0\r\n") == true)
        #expect(try await client.send(["SISMEMBER", "s", "x"]).boolean == false)
        await client.close()
      }
    }
  }

  static let accounts: [(user: String?, password: String?, code: String?)] = [
    (nil, "right", nil), ("default", "right", nil), ("ops", "word", nil),
    (nil, "wrong", "WRONGPASS"), ("ops", "wrong", "WRONGPASS"), ("nobody", "word", "WRONGPASS"), (nil, nil, "NOAUTH"),
  ]

  @Test("passwords, with and without a user, in both protocols", arguments: binaries)
  func authentication(_ binary: ServerBinary) async throws {
    try await withServer(binary, ["requirepass right", "user ops on >word ~* &* +@all"]) { server async throws in
      for account in Self.accounts {
        for preferRESP3 in [true, false] {
          let client = server.client(
            ClientOptions(
              user: account.user, password: account.password.map(Secret.init), preferRESP3: preferRESP3))
          if let code = account.code {
            let error = await #expect(throws: ClientError.self) { try await client.send(["PING"]) }
            #expect(error?.serverError?.code == code)
          } else {
            #expect(try await client.send(["ACL", "WHOAMI"]).text == account.user ?? "default")
          }
          await client.close()
        }
      }
    }
  }

  // HELLO and AUTH cannot be taken from a user (redis acl.c, commands with the flag no_auth).
  @Test("a user who has been denied HELLO and CLIENT is still introduced", arguments: binaries)
  func fewRights(_ binary: ServerBinary) async throws {
    let lines = ["user default on nopass ~* &* +@all -hello -client", "user ops on >word ~* &* +@all -client"]
    try await withServer(binary, lines) { server async throws in
      let client = server.client(ClientOptions(clientName: "w"))
      #expect(try await client.send(["PING"]).text == "PONG")
      #expect(await client.serverHello?.protocolVersion == 3)
      let error = await #expect(throws: ClientError.self) { try await client.send(["CLIENT", "LIST"]) }
      #expect(error?.serverError?.code == "NOPERM")
      await client.close()

      let user = server.client(ClientOptions(user: "ops", password: Secret("word"), clientName: "w"))
      #expect(try await user.send(["ACL", "WHOAMI"]).text == "ops")
      await user.close()
    }
  }

  @Test("10,000 commands in one batch keep their order", arguments: binaries)
  func pipelining(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client()
      let commands = (0..<10_000).map { Command("ECHO", "number-\($0)") }
      let replies = try await client.pipeline(commands, within: RealServer.patience)
      #expect(replies.map(\.text) == (0..<10_000).map { "number-\($0)" })
      await client.close()
    }
  }

  @Test("a hundred tasks on one connection each get their own replies", arguments: binaries)
  func manyTasks(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client()
      let sums = try await withThrowingTaskGroup(of: Int64.self) { group in
        for number in 0..<100 {
          group.addTask {
            var sum: Int64 = 0
            for round in 0..<20 {
              let echo = try await client.send(["ECHO", "\(number * 100 + round)"])
              sum += echo.integer ?? -1_000_000
            }
            return sum
          }
        }
        return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
      }
      // 20 times number * 100, and 0 + 1 + ... + 19.
      let expected = Set((0..<100).map { Int64($0 * 2000 + 190) })
      #expect(sums == expected)
      await client.close()
    }
  }

  @Test("a reply of 50,000 values and one of a megabyte", arguments: binaries)
  func bigReplies(_ binary: ServerBinary) async throws {
    try await withServer(binary, binary.debugLines) { server async throws in
      let client = server.client()
      _ = try await client.send(["DEBUG", "POPULATE", "50000"], within: RealServer.patience)
      let keys = try await client.send(["KEYS", "*"], within: RealServer.patience)
      #expect(keys.count == 50_000)
      #expect(Set(keys.map(\.text)).count == 50_000)
      let value = String(repeating: "0123456789abcdef", count: 1 << 16)
      _ = try await client.send(["SET", "big", value], within: RealServer.patience)
      #expect(try await client.send(["GET", "big"], within: RealServer.patience).text == value)
      await client.close()
    }
  }

  @Test("client tracking pushes what became invalid", arguments: binaries)
  func pushes(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let (pushed, input) = AsyncStream<Reply>.makeStream()
      let tracker = server.client()
      await tracker.receivePushes { input.yield($0) }
      _ = try await tracker.send(["CLIENT", "TRACKING", "ON"])
      _ = try await tracker.send(["GET", "watched"])
      let writer = server.client()
      _ = try await writer.send(["SET", "watched", "1"])
      var pushes = pushed.makeAsyncIterator()
      let push = try #require(await pushes.next())
      #expect(push.kind == .push)
      #expect(push[0].text == "invalidate")
      #expect(push[1][0].text == "watched")
      #expect(try await tracker.send(["PING"]).text == "PONG")
      await tracker.close()
      await writer.close()
    }
  }

  @Test("a task that prefers the loop never leaves it", arguments: binaries)
  func staysOnLoop(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client()
      for _ in 0..<50 {
        _ = try await client.send(["PING"])
        #expect(server.loop.isOnLoop)
      }
      await client.close()
      #expect(server.loop.isOnLoop)
    }
  }
}

extension ServerBinary {
  /// From 7.0 on DEBUG has to be allowed.
  var debugLines: [String] { self == .redis62 ? [] : ["enable-debug-command yes"] }
}
