// A simulated cluster with real servers behind it: what clients feel while its nodes and its databases are upgraded.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(5))) struct EnterpriseLabTests {
  @Test func aClusterComesAndGoesWhole() async throws {
    try await SimulatedLab.with { it in
      #expect(it.lab.target == "enterprise://127.0.0.1")
      #expect(it.lab.processes.count == 7)
      let status = try await it.run("rladmin", "status", on: 2)
      #expect(status.status == .exited(0))
      #expect(status.lines.contains { $0.hasPrefix("*node:2 slave") })
      #expect(status.lines.filter { $0.hasPrefix("db:1  sessions redis:") }.count == 4)
      // On a terminal it speaks in colours, and its columns stand where they stood.
      let shown = try ChildProcess.spawn(
        ChildCommand("\(it.bin(2))/rladmin", ["status"]), streams: .terminal(rows: 40, columns: 200), on: it.loop)
      var painted = ""
      while let piece = try? await shown.read(upTo: 4096, within: .seconds(20)), !piece.isEmpty {
        painted += String(decoding: piece, as: UTF8.self)
      }
      _ = await shown.exit()
      shown.closeStreams()
      #expect(painted.contains("\u{1B}[32mactive\u{1B}[0m"))
      #expect(painted.replacing("\r\n", with: "\n").replacing(/\u{1B}\[[0-9]+m/, with: "") == status.text)
      let access = try JSONParser.read(try Files.read("\(it.store.folder)/access.json"))
      #expect(access["nodes"]?.array?.count == 3 && access["simulated"]?.bool == true)
      let bin = try #require(access["nodes"]?.array?.first?["bin"]?.string)
      #expect(Files.exists("\(bin)/rlcheck"))
      #expect(try Files.permissions(it.store.passwordFile) == 0o600)
      let readme = String(decoding: try Files.read("\(it.store.folder)/README.md"), as: UTF8.self)
      #expect(readme.contains("This is a simulator") && readme.contains(Simulator.Phrase.unknown.row.text))

      let nodes = try it.cluster.nodes.compactMap { $0.process.flatMap { ProcessIdentity($0) } }
      #expect(nodes.count == 3 && nodes.allSatisfy(\.isAlive))
      try await it.lab.down()
      let left = nodes.filter(\.isAlive)
      #expect(left.isEmpty)
      #expect(it.lab.processes.isEmpty && !Files.exists(it.store.folder))
    }
  }

  @Test func aNodeIsUpgradedAndOnlyItsOwnClientsFeelIt() async throws {
    try await SimulatedLab.with { it in
      let bystander = try await it.writer(to: 1, through: 2)
      await bystander.start()
      let attached = try await it.connect(to: 1, through: 1)
      // The unprotected database lives on node 1 alone.
      let cache = try await it.connect(to: 4, through: 1)
      #expect(try await cache.send(["SET", "kept", "1"], within: .seconds(5)) == .simple("OK"))

      let said = try await it.install(on: 1)
      #expect(said.status == .exited(0), "\(said.text)")
      let questions = said.lines.filter { $0.contains("[?]") }.map { String($0.drop { $0 != "]" }.dropFirst(2)) }
      #expect(
        questions == [
          "Do you want to enable upgrade mode now [Y/N]? Y",
          "Would you like to run rlcheck to verify proper configuration? [Y/N]? Y",
          "Do you want to disable upgrade mode now [Y/N]? Y",
        ])
      #expect(said.lines.contains { $0.hasSuffix("Installation is complete!") })
      #expect(said.text.contains("ALL TESTS PASSED."))

      let cluster = try it.cluster
      #expect(cluster.nodes.map(\.version.description) == ["7.22.0-250", "7.2.4-92", "7.2.4-92"])
      #expect(!cluster.upgradeMode && cluster.isMixed)
      #expect(await !attached.isOpen)
      #expect(try await bystander.stop() == [])
      #expect(await bystander.failure == nil)
      let again = try await it.connect(to: 4, through: 1)
      #expect(try await again.send(["GET", "kept"], within: .seconds(5)).text == "1")
      again.close()

      let early = try await it.run("rladmin", "upgrade", "db", "db:1")
      #expect(early.status == .exited(1) && early.lines.first == Simulator.Phrase.mixedVersions())
    }
  }

  @Test func databasesAreUpgradedEachAtItsOwnPrice() async throws {
    // All nodes are on the target already; the databases are not.
    try await SimulatedLab.with { it in
      try await it.store.change { cluster in
        for id in 1...3 { cluster.change(node: id) { $0.version = Simulator.Version(7, 22, 0, build: 250) } }
        cluster.policy.defaultVersion = "7.4"
      }
      for database in 2...4 {
        let client = try await it.connect(
          to: database, through: try #require(try it.cluster.database(database)).endpoints[0])
        #expect(try await client.send(["SET", "kept", "\(database)"], within: .seconds(5)) == .simple("OK"))
        client.close()
      }

      // With replication nobody feels it, and nothing is lost.
      let writer = try await it.writer(to: 1, through: 3)
      await writer.start()
      let before = try #require(try it.cluster.database(1)).primaries.map(\.id)
      let said = try await it.run("rladmin", "upgrade", "db", "db:1", "preserve_roles", "redis_version", "7.4")
      #expect(said.status == .exited(0), "\(said.text)")
      let states = said.lines.filter { $0.contains("active - ") }.map { $0.split(separator: " ").last.map(String.init) }
      #expect(
        states == [
          "init", "check_slaves", "prepare", "stop_forwarding", "start_wd", "wait_for_version", "second_failover",
        ])
      #expect(said.lines.suffix(3) == ["completed - SMUpgradeBDB", "Done", ""])
      #expect(try await writer.stop() == [])
      #expect(await writer.failure == nil)
      let after = try #require(try it.cluster.database(1))
      #expect(after.primaries.map(\.id) == before && after.version == "7.4.3")
      #expect(after.shards.allSatisfy { $0.version == "7.4.3" && $0.starts == 2 })

      // With persistence the data is there again.
      for database in 2...3 {
        let idle = try await it.writer(
          to: database, through: try #require(try it.cluster.database(database)).endpoints[0])
        await idle.start()
        #expect(try await it.run("rladmin", "upgrade", "db", "db:\(database)").status == .exited(0))
        // A client that never connects again has lost its connection, or was lucky; what it was told is there.
        _ = try? await idle.stop()
        let client = try await it.connect(
          to: database, through: try #require(try it.cluster.database(database)).endpoints[0])
        #expect(try await client.send(["GET", "kept"], within: .seconds(5)).text == "\(database)")
        for (key, value) in await idle.last {
          #expect((try await client.send(["GET", key], within: .seconds(5)).text.flatMap { Int($0) } ?? 0) >= value)
        }
        client.close()
      }

      // With neither it is refused, and then gone.
      let refused = try await it.run("rladmin", "upgrade", "db", "cache")
      #expect(refused.status == .exited(1) && refused.lines.first == Simulator.Phrase.wouldLose())
      let place = try #require(try it.cluster.database(4)).endpoints[0]
      let still = try await it.connect(to: 4, through: place)
      #expect(try await still.send(["GET", "kept"], within: .seconds(5)).text == "4")
      still.close()
      #expect(try await it.run("rladmin", "upgrade", "db", "cache", "discard_data").status == .exited(0))
      let empty = try await it.connect(to: 4, through: place)
      #expect(try await empty.send(["DBSIZE"], within: .seconds(5)) == .integer(0))
      empty.close()
      #expect(try await it.run("rladmin", "status", "shards", "issues_only").lines.count == 3)
    }
  }

  @Test func clientsSpeakToADatabaseAsToOneServer() async throws {
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.usualDatabases[0]]
    } _: { it in
      let client = try await it.connect(to: 1, through: 2)
      func send(_ words: String...) async throws -> ForeignReply { try await client.send(words, within: .seconds(5)) }
      // Three slots of the first shard and two of the second.
      #expect(try await send("MSET", "{a}1", "1", "{a}2", "2") == .simple("OK"))
      for key in ["a", "b", "c", "d"] { #expect(try await send("SET", key, "1") == .simple("OK")) }
      #expect(try await send("MGET", "a", "b").errorCode == "CROSSSLOT")
      #expect(try await send("DBSIZE") == .integer(6))
      #expect(try await send("INCR", "a") == .integer(2))
      #expect(try await send("SELECT", "1").errorCode == "ERR")
      #expect(try await send("CLUSTER", "SLOTS").errorCode == "ERR")
      #expect(try await send("INFO", "server").text?.contains("redis_version:7.2.4\r\n") == true)
      #expect(try await send("AUTH", "wrong").errorCode == "WRONGPASS")
      #expect(try await send("GET", "a").errorCode == "NOAUTH")
      client.close()
    }
  }

  @Test func theRestAPIAnswersOverItsOwnCertificate() async throws {
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.Database("cache")]
    } _: { it in
      let cluster = try it.cluster
      let context = try TLSContext(TLSSettings(authorities: it.store.certificate))
      let password = try it.store.password(in: it.store.passwordFile)
      func ask(
        _ path: String, as password: String, on node: Int, method: String = "GET", body: String = ""
      ) async throws -> String {
        let address = try #require(cluster.node(node)).address
        let stream = try await TLSStream.connect(
          to: .tcp(host: address, port: cluster.restPort), context, on: it.loop, within: .seconds(10))
        defer { stream.close() }
        let token = Simulator.Base64.encoded("\(Simulator.RestAccess.user):\(password)")
        let head =
          "\(method) \(path) HTTP/1.1\r\nHost: \(address)\r\nAuthorization: Basic \(token)\r\nConnection: close\r\n"
          + "Content-Length: \(body.utf8.count)\r\n\r\n"
        try await stream.write(Array((head + body).utf8))
        var answer: [UInt8] = []
        while try await stream.read(upTo: 1 << 16, appendingTo: &answer) > 0 {}
        return String(decoding: answer, as: UTF8.self)
      }
      let nodes = try await ask("/v1/nodes", as: password, on: 3)
      #expect(nodes.hasPrefix("HTTP/1.1 200 OK\r\n") && nodes.contains("\"software_version\":\"7.2.4-92\""))
      #expect(try await ask("/v1/nodes", as: "wrong", on: 1).hasPrefix("HTTP/1.1 401 "))

      // What would lose everything is given persistence first, and then outlives its upgrade.
      let client = try await it.connect(to: 1, through: 1)
      #expect(try await client.send(["SET", "kept", "1"], within: .seconds(5)) == .simple("OK"))
      let protected = try await ask(
        "/v1/bdbs/1", as: password, on: 2, method: "PUT", body: "{\"data_persistence\":\"aof\"}")
      #expect(protected.hasPrefix("HTTP/1.1 200 OK\r\n") && protected.contains("\"data_persistence\":\"aof\""))
      let refused = try await ask("/v1/bdbs/1", as: password, on: 2, method: "PUT", body: "{\"replication\":true}")
      #expect(refused.hasPrefix("HTTP/1.1 400 "))
      #expect(try await it.run("rladmin", "upgrade", "db", "db:1", "force").status == .exited(0))
      let after = try await it.connect(to: 1, through: 1)
      #expect(try await after.send(["GET", "kept"], within: .seconds(5)).text == "1")
      client.close()
      after.close()

      #expect(try await it.run("supervisorctl", "stop", "all", on: 3).status == .exited(0))
      let down = try await ask("/v1/nodes/status", as: password, on: 1)
      #expect(down.contains("\"node_status\":\"down\""))
      await #expect(throws: TLSStream.Failure.self) { try await ask("/v1/nodes", as: password, on: 3) }
      #expect(try await it.run("supervisorctl", "status", on: 3).status == .exited(3))
      #expect(try await it.run("supervisorctl", "start", "all", on: 3).status == .exited(0))
      #expect(try await it.run("supervisorctl", "status", on: 3).status == .exited(0))
    }
  }

  @Test func maintenanceModeMovesShardsAndStacks() async throws {
    try await SimulatedLab.with {
      $0.databases = [EnterpriseLabRequest.usualDatabases[0]]
    } _: { it in
      let writer = try await it.writer(to: 1, through: 3)
      await writer.start()
      let before = try it.cluster.shards
      let on = try await it.run("rladmin", "node", "2", "maintenance_mode", "on")
      #expect(on.status == .exited(0) && on.lines.suffix(2) == ["OK", ""], "\(on.text)")
      #expect(try it.cluster.shards.allSatisfy { $0.node != 2 })
      #expect(try await it.run("rladmin", "node", "2", "maintenance_mode", "on").status == .exited(0))
      let status = try await it.run("rladmin", "status", "nodes")
      #expect(status.lines.contains { $0.hasPrefix("node:2") && $0.contains(" 0/0 ") && $0.contains(" 0KB/0KB ") })
      #expect(try await it.run("rladmin", "node", "2", "maintenance_mode", "off").status == .exited(0))
      #expect(try it.cluster.node(2)?.isInMaintenance == true)
      #expect(try await it.run("rladmin", "node", "2", "maintenance_mode", "off").status == .exited(0))
      let after = try it.cluster
      #expect(after.node(2)?.isInMaintenance == false)
      #expect(
        after.shards.map { [$0.id, $0.node, $0.role == .primary ? 1 : 0] }
          == before.map { [$0.id, $0.node, $0.role == .primary ? 1 : 0] })
      #expect(try await writer.stop() == [])
      #expect(await writer.failure == nil)
      #expect(try await it.run("rladmin", "node", "2", "maintenance_mode", "off").status == .exited(1))
    }
  }
}
