// How the client tells the failures of real servers: late, loading, moved, killed, full, and no Redis at all.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(3))) struct ClientFailureTests {
  static let binaries = ServerBinary.allCases

  @Test("a write that a pause holds back times out, and is not carried out later", arguments: binaries)
  func pausedWrite(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let operatorClient = server.client()
      let client = server.client(ClientOptions(clientName: "paused"))
      _ = try await client.send(["SET", "k", "before"])
      _ = try await operatorClient.send(["CLIENT", "PAUSE", "60000", "WRITE"])
      await #expect(throws: ClientError.timedOut(command: "SET", after: .milliseconds(200), wasSent: true)) {
        try await client.send(["SET", "k", "late"], within: .milliseconds(200))
      }
      // The server sees that the connection is gone before the pause ends, so the write dies with it.
      try await until { try await !operatorClient.send(["CLIENT", "LIST"]).text.or("").contains("name=paused") }
      _ = try await operatorClient.send(["CLIENT", "UNPAUSE"])
      #expect(try await client.send(["GET", "k"]).text == "before")
      await client.close()
      await operatorClient.close()
    }
  }

  @Test("a server that sleeps times everything out that is on the connection", arguments: binaries)
  func sleepingServer(_ binary: ServerBinary) async throws {
    try await withServer(binary, binary.debugLines) { server async throws in
      let client = server.client()
      _ = try await client.send(["PING"])
      await #expect(
        throws: ClientError.timedOut(command: "DEBUG SLEEP (1 of 2)", after: .milliseconds(200), wasSent: true)
      ) { try await client.pipeline([["DEBUG", "SLEEP", "60"], ["PING"]], within: .milliseconds(200)) }
      // It cannot even greet us now.
      let error = await #expect(throws: ClientError.self) {
        try await client.send(["PING"], within: .milliseconds(200))
      }
      #expect(error == .timedOut(command: "PING", after: .milliseconds(200), wasSent: false))
      await client.close()
    }
  }

  @Test("a cancelled command gives the connection up; the next one gets a new one", arguments: binaries)
  func cancellation(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client(ClientOptions(clientName: "blocked"))
      let watcher = server.client()
      let first = try await client.send(["CLIENT", "ID"]).integer
      let blocked = Task(executorPreference: server.loop) { try await client.send(["BLPOP", "list", "0"]) }
      try await until { try await watcher.send(["CLIENT", "LIST"]).text.or("").contains("cmd=blpop") }
      blocked.cancel()
      await #expect(throws: ClientError.cancelled(wasSent: true)) { try await blocked.value }
      try await until { try await !watcher.send(["CLIENT", "LIST"]).text.or("").contains("cmd=blpop") }
      #expect(try await client.send(["CLIENT", "ID"]).integer != first)
      await client.close()
      await watcher.close()
    }
  }

  @Test("a server killed in the middle of a batch, and the same client after its restart", arguments: binaries)
  func killedMidBatch(_ binary: ServerBinary) async throws {
    try await onLoop { loop, directory in
      let first = try await RealServer.start(binary, in: directory, [], on: loop)
      let client = first.client()
      let watcher = first.client()
      let batch = Task(executorPreference: loop) {
        try await client.pipeline(
          [["INCR", "k"], ["BLPOP", "list", "0"], ["INCR", "k"]], within: RealServer.patience)
      }
      do {
        try await until { try await watcher.send(["GET", "k"]).integer == 1 }
        try await until { try await watcher.send(["INFO", "clients"]).text.or("").contains("blocked_clients:1") }
      } catch {
        await first.end()
        throw error
      }
      await first.end()
      let error = await #expect(throws: ClientError.self) { try await batch.value }
      #expect(error?.isOutcomeUnknown == true)
      guard case .transport(let cause, wasSent: true)? = error else { throw MissingServer("not a transport error") }
      #expect(cause.code == .closed)

      // Nobody listens now, and that is certain.
      let refused = await #expect(throws: ClientError.self) { try await client.send(["PING"]) }
      #expect(refused?.wasSent == false)
      guard case .transport(let reason, _)? = refused else { throw MissingServer("not a transport error") }
      #expect(reason.code == .refused)

      try Files.removeTree("\(directory)/server.sock")
      let second = try await RealServer.start(binary, in: directory, [], on: loop)
      do {
        // A fresh server without data: what the client sends once, arrives once.
        #expect(try await client.send(["INCR", "k"]).integer == 1)
        #expect(try await client.send(["INCR", "k"]).integer == 2)
      } catch {
        await second.end()
        throw error
      }
      await client.close()
      await watcher.close()
      await second.end()
    }
  }

  @Test("SHUTDOWN ends the connection without a reply", arguments: binaries)
  func shutdown(_ binary: ServerBinary) async throws {
    try await withServer(binary) { server async throws in
      let client = server.client()
      let error = await #expect(throws: ClientError.self) { try await client.send(["SHUTDOWN", "NOSAVE"]) }
      guard case .transport(let cause, wasSent: true)? = error else {
        throw MissingServer("\(String(describing: error))")
      }
      #expect(cause.code == .closed)
      #expect(await server.process.exit(within: RealServer.patience) == .exited(0))
      await client.close()
    }
  }

  @Test("while it loads, a server answers LOADING")
  func loading() async throws {
    try await onLoop { loop, directory in
      let first = try await RealServer.start(.redis70, in: directory, ServerBinary.redis70.debugLines, on: loop)
      let filler = first.client()
      do {
        _ = try await filler.send(["DEBUG", "POPULATE", "20000"], within: RealServer.patience)
        _ = try await filler.send(["SAVE"], within: RealServer.patience)
      } catch {
        await first.end()
        throw error
      }
      await filler.close()
      await first.end()
      try Files.removeTree("\(directory)/server.sock")

      // A millisecond a key, and a look at its clients every kilobyte.
      let slow = ["key-load-delay 1000", "loading-process-events-interval-bytes 1024"]
      let second = try await RealServer.start(.redis70, in: directory, slow, on: loop, awaitReady: false)
      let client = second.client(ClientOptions(clientName: "w"))
      do {
        let error = await #expect(throws: ClientError.self) { try await client.send(["GET", "key:0"]) }
        #expect(error?.serverError?.code == "LOADING")
        #expect(await client.serverHello?.protocolVersion == 3)
        #expect(try await client.send(["INFO", "persistence"]).text.or("").contains("loading:1"))
      } catch {
        await second.end()
        throw error
      }
      await client.close()
      await second.end()
    }
  }

  @Test("a cluster node sends us on with MOVED", arguments: binaries)
  func moved(_ binary: ServerBinary) async throws {
    try await onLoop { loop, directory in
      let owner = try await RealServer.startClusterNode(binary, in: "\(directory)/a", on: loop)
      let other: RealServer
      do {
        other = try await RealServer.startClusterNode(binary, in: "\(directory)/b", on: loop)
      } catch {
        await owner.end()
        throw error
      }
      do {
        let ownerClient = owner.client()
        let client = other.client()
        _ = try await ownerClient.send(Command(words: ["CLUSTER", "ADDSLOTS"] + (0..<16384).map(String.init)))
        guard case .tcp(_, let port) = owner.endpoint else { throw MissingServer("no port") }
        _ = try await client.send(["CLUSTER", "MEET", "127.0.0.1", "\(port)"])
        try await until { try await client.send(["CLUSTER", "INFO"]).text.or("").contains("cluster_slots_ok:16384") }
        try await until {
          try await client.send(["CLUSTER", "INFO"]).text.or("").contains("cluster_state:ok")
        }
        let error = await #expect(throws: ClientError.self) { try await client.send(["SET", "foo", "bar"]) }
        #expect(
          error?.serverError?.redirection == .init(slot: 12182, host: "127.0.0.1", port: port, isPermanent: true))
        await client.close()
        await ownerClient.close()
      } catch {
        await owner.end()
        await other.end()
        throw error
      }
      await owner.end()
      await other.end()
    }
  }

  @Test("a server that takes no more clients says so", arguments: binaries)
  func full(_ binary: ServerBinary) async throws {
    try await withServer(binary, ["maxclients 1"]) { server async throws in
      let first = server.client()
      #expect(try await first.send(["PING"]).text == "PONG")
      let second = server.client()
      let error = await #expect(throws: ClientError.self) { try await second.send(["PING"]) }
      #expect(error == .server(ServerError("ERR max number of clients reached")))
      await first.close()
      await second.close()
    }
  }

  @Test("a web server is recognised through a real socket")
  func webServer() async throws {
    try await onLoop { loop, _ in
      let listener = try Listener.listen(on: .tcp(host: "127.0.0.1", port: 0), loop: loop)
      let serving = Task(executorPreference: loop) {
        let connection = try await listener.accept()
        _ = try await connection.read(upTo: 1000, within: RealServer.patience)
        try await connection.write(Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8))
        connection.close()
      }
      let client = Client(endpoint: listener.endpoint, on: loop, options: ClientOptions())
      let error = await #expect(throws: ClientError.self) { try await client.send(["PING"]) }
      #expect(error?.sentence.contains("this is a web server: check the port") == true)
      #expect(error?.wasSent == false)
      try await serving.value
      listener.close()
      await client.close()
    }
  }

  @Test("nobody listens, and no such name")
  func unreachable() async throws {
    try await onLoop { loop, directory in
      let places: [(Endpoint, TransportError.Code)] = [
        // A port that was just given back may be taken by another test; this one never is.
        (.tcp(host: "127.0.0.1", port: 1), .refused), (.unix(path: "\(directory)/absent.sock"), .refused),
        (.tcp(host: "no-such-host.invalid", port: 1), .unresolved),
      ]
      for (endpoint, code) in places {
        let client = Client(endpoint: endpoint, on: loop, options: ClientOptions(connectTimeout: RealServer.patience))
        let error = await #expect(throws: ClientError.self) {
          try await client.send(["PING"], within: RealServer.patience)
        }
        guard case .transport(let cause, wasSent: false)? = error else { throw MissingServer("\(endpoint)") }
        #expect(cause.code == code)
        await client.close()
      }
    }
  }
}

extension Optional {
  /// The value, or a stand-in.
  func or(_ other: Wrapped) -> Wrapped { self ?? other }
}
