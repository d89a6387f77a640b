// Rules about single nodes and shards, each failing once on real servers or on one that lies, with its own words.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct NodeRuleFailureTests {
  @Test func whatNodesKeepAndRefuse() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 500
    try await withNight(request) { night in
      let clients = (0..<6).map { night.client($0) }
      let names = night.lab.addresses.map(\.description)
      let healthy = try await night.rows(to: "7.0.15")
      for name in ["identity-file", "no-refusals", "full-syncs", "persistence-on"] { healthy.expectPass(name) }

      // It is open, so nobody notices that it is gone; the next start would.
      let directory = night.lab.record.directory(of: night.lab.nodes[4])
      let file = try #require(["\(directory)/nodes.conf"].first(where: Files.exists))
      _ = try Files.remove(file)
      try await clients[4].set("save", "")
      let tag = try #require(KeySlot.tag(in: SlotSet([0...5000])))
      try await clients[0].set("maxmemory", "1")
      await #expect(throws: ClientError.self) { try await clients[0].send(Command(words: ["SET", "{\(tag)}", "x"])) }
      try await clients[0].set("maxmemory", "0")
      try await clients[1].set("min-replicas-to-write", "1")
      // A save of 500 keys that takes minutes.
      try await clients[2].set("rdb-key-save-delay", "500000")
      _ = try await clients[2].send(["BGSAVE"])

      let found = try await night.rows(to: "7.0.15")
      found.expect("identity-file", "fail", "\(file) is not there, by which \(names[4]) knows who it is")
      found.expect("no-refusals", "warn", "\(names[0]) has answered since its start: 1 OOM (its memory was full)")
      found.expect(
        "persistence-on", "warn", "\(names[4]) keeps nothing on disk (appendonly no, save \"\"): it comes back")
      found.expect("minimum-replicas", "note", "\(names[1]) needs 1 replica to take writes and has 1")
      found.expect("configuration-saved", "warn", "\(names[1]): 1 directive not in its file: min-replicas-to-write")
      found.expect("no-fork-running", "fail", "\(names[2]): a background save is running")

      #expect(try await clients[4].send(["CLUSTER", "SAVECONFIG"]).text == "OK")
      try await night.rows(to: "7.0.15").expectPass("identity-file")
      try await clients[2].set("rdb-key-save-delay", "0")
      for client in clients { await client.close() }
    }
  }

  @Test func buffersUnderWrites() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      let primary = night.client(0)
      let own = "\(night.lab.addresses[0])"
      let tag = try #require(KeySlot.tag(in: SlotSet([0...5000])))
      try await primary.set("client-output-buffer-limit", "replica 1mb 1mb 60")
      let value = String(repeating: "x", count: 100_000)
      let writing = night.loop.task {
        let writer = night.client(0)
        while !Task.isCancelled {
          guard (try? await writer.send(Command(words: ["SET", "{\(tag)}", value]))) != nil,
            (try? await night.loop.sleep(for: .milliseconds(20))) != nil
          else { break }
        }
        await writer.close()
      }
      let found = try await night.rows(to: "7.0.15")
      writing.cancel()
      await writing.value
      // Upgrade mode raises both, so they hinder nobody.
      found.expect("replica-buffer", "note", "; the limit is 1.0 MB, 1.0 MB for 60 s")
      found.expect("backlog-covers-restart", "note", "; the backlog has 1.0 MB: a full sync is to be expected")
      #expect(found.contains { $0.name == "replica-buffer" && $0.saw.hasPrefix("\(own): ") })
      await primary.close()
    }
  }

  @Test func shardsWithoutReplicasAndSlots() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 2)
    request.replicas = [1, 0]
    try await withNight(request) { night in
      let (first, second) = (night.client(0), "\(night.lab.addresses[1])")
      try await night.rows(to: "7.0.15").expect(
        "has-replica", "warn", "\(second), primary of s2, has no replica: its upgrade is an outage of 8192 slots")
      #expect(try await first.send(["CLUSTER", "DELSLOTS", "7"]).text == "OK")
      let deadline = night.loop.now + .seconds(20)
      while try await first.send(["CLUSTER", "INFO"]).text?.contains("cluster_state:fail") != true {
        try #require(night.loop.now < deadline, "the cluster does not notice")
        try await night.loop.sleep(for: .milliseconds(20))
      }
      try await night.rows(to: "7.0.15").expect("cluster-ok", "fail", "\(night.lab.addresses[0])")
      await first.close()
    }
  }

  @Test func aWayOnWhichOldPrimariesMissWrites() async throws {
    let request = TrainingLab.LabRequest(from: .redis60, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    try await withNight(request) { night in
      try await night.rows(to: "7.0.15").expectPass("complete-resync")
      let found = try await night.rows(to: "7.0.15", profile: ["--profile", "manual"])
      found.expect(
        "complete-resync", "fail", "Redis 6.0.16 misses every SET with an expiry of a primary of Redis 7.0.15")
      found.expect("no-refusals", "skip", "does not count its errors by code")
    }
  }

  @Test func valuesThatAreTooBig() async throws {
    let request = TrainingLab.LabRequest(from: .redis80, to: .redis80, primaries: 1, replicasPerPrimary: 1)
    try await withNight(request) { night in
      try await night.rows(to: "8.0.6").expectPass("big-values")
      let primary = night.client(0)
      let script =
        "local part = {} for i = 1, 1024 do part[i] = i end for i = 1, 1024 do redis.call('RPUSH', KEYS[1], "
        + "unpack(part)) end return redis.call('LLEN', KEYS[1])"
      #expect(try await primary.send(Command(words: ["EVAL", script, "1", "queue"])).integer == 1 << 20)
      try await night.rows(to: "8.0.6").expect(
        "big-values", "warn", "\(night.lab.addresses[0]) holds lists of 1048576 elements or more")
      await primary.close()
    }
  }

  @Test func whatAServerSaysThatNoHealthyOneWould() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.nodeConfiguration = [4: ["rename-command MODULE \"\""]]
    try await withNight(request) { night in
      var ids: [String] = []
      for index in 0..<6 {
        let asked = night.client(index)
        ids.append(try await asked.send(["CLUSTER", "MYID"]).text ?? "")
        await asked.close()
      }
      let names = night.lab.addresses.map(\.description)
      let (other, upstream, first) = (ids[5], ids[0...2], ids[0])
      let replica = try LyingRelay(to: night.lab.addresses[4].endpoint, on: night.loop) { text in
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          guard line.contains("myself,slave") else { return String(line) }
          return upstream.reduce(String(line)) { $0.replacing($1, with: other) }
        }
        return lines.joined(separator: "\n")
          .replacing("\r\nloading:0", with: "\r\nloading:1")
          .replacing("aof_last_write_status:ok", with: "aof_last_write_status:err")
          .replacing(#/config_file:[^\r]+/#, with: "config_file:")
          .replacing(#/\r\nused_memory:\d+/#, with: "\r\nused_memory:90000000000000")
          .replacing(
            "# Modules\r\n", with: "# Modules\r\nmodule:name=graph,ver=21213,api=1,filters=0,usedby=[],using=[]\r\n")
      }
      defer { replica.close() }
      // A primary that has the epoch of another, and whose replicas never get through.
      let primary = try LyingRelay(to: night.lab.addresses[1].endpoint, on: night.loop) { text in
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let epoch = lines.first { $0.hasPrefix(first) }?.split(separator: " ").dropFirst(6).first
        return lines.map { line in
          var words = line.split(separator: " ", omittingEmptySubsequences: false)
          guard let epoch, line.contains("myself,master"), words.count > 7 else { return String(line) }
          words[6] = epoch
          return words.joined(separator: " ")
        }.joined(separator: "\n").replacing(#/sync_full:\d+/#, with: "sync_full:40")
      }
      defer { primary.close() }
      let found = try await night.rows(
        to: "7.0.15", profile: try night.profile(reaching: [1: primary.port, 4: replica.port]))
      found.expect("not-loading", "fail", "\(names[4]) is loading its data")
      found.expect("last-append-ok", "fail", "\(names[4]): aof_last_write_status:err")
      found.expect("configuration-file", "warn", "\(names[4]) runs without a configuration file")
      found.expect("memory-for-fork", "fail", " available on 127.0.0.1, 22500")
      found.expect("disk-for-saves", "fail", " free where \(names[4]) saves, 99000")
      found.expect("modules-known", "fail", "\(names[4]) has graph loaded, which no later version has")
      found.expect("no-sub-replicas", "fail", "\(names[4]) follows \(names[5]), which is a replica itself")
      found.expect("distinct-epochs", "warn", " belongs to ")
      found.expect("full-syncs", "warn", "\(names[1]) has made 40 full syncs in ")
    }
  }

  /// A client that loses its channels by the upgrade is refused in the middle of the run: the report tells of it.
  @Test func errorsThatNoneGaveBefore() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    request.users = [LabUser(name: "app", password: "secret", rules: "~* +@all")]
    try await withNight(request) { night in
      // It is told before the start, and comes true.
      try await night.rows(to: "7.0.15").expect(
        "acl-channels", "warn", "\(night.lab.addresses[1]): nothing about channels is said of app")
      let questions = QuestionKind.allCases.filter { $0 != .disableUpgradeMode }
      let person = try Person(
        [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile
          + questions.flatMap { ["--answer", "\($0.rawValue)=yes"] }, folder: night.folder, on: night.loop)
      do {
        try await person.reads("Question disable-upgrade-mode:")
        let app = night.client(1, user: "app", password: "secret")
        await #expect(throws: ClientError.self) { try await app.send(["PUBLISH", "news", "x"]) }
        await app.close()
        try await person.types("yes")
        let said = try await person.end()
        #expect(said.code == 0, "\(said.output.suffix(3000))")
        #expect(
          said.output.contains("of a kind that none gave before: NOPERM 1 on \(night.lab.addresses[1])"),
          "\(said.output.suffix(3000))")
      } catch {
        await person.goesAway()
        throw error
      }
    }
  }
}
