// The RESP client against real servers: what it is told, what it asks, and how it fails.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite struct ClientTests {
  @Test("HELLO tells who answers", arguments: ServerBinary.allCases)
  func hello(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server in
      let client = server.client(ClientOptions(clientName: "wizard 1"))
      #expect(try await client.send(["PING"]).text == "PONG")
      let hello = try #require(await client.serverHello)
      #expect(hello.protocolVersion == 3)
      #expect(hello.server == "redis")
      #expect("redis-" + (hello.version ?? "") == binary.rawValue)
      #expect(hello.role == "master")
      #expect(try await client.send(["CLIENT", "GETNAME"]).text == "wizard-1")
      await client.close()
    }
  }

  @Test("10,000 commands in one batch keep their order", arguments: ServerBinary.allCases)
  func pipelining(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server in
      let client = server.client()
      let commands = (0..<10_000).map { Command("ECHO", "number-\($0)") }
      let replies = try await client.pipeline(commands, within: .seconds(20))
      #expect(replies.map(\.text) == (0..<10_000).map { "number-\($0)" })
      await client.close()
    }
  }
}
