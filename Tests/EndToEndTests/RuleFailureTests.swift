// Each rule that servers alone decide fails once, on real servers or on one that lies, with its own words.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct RuleFailureTests {
  @Test func memoryClientsCopiesAndUsers() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 500
    try await withNight(request) { night in
      let (primary, replica) = (night.client(0), night.client(3))
      let own = "\(night.lab.addresses[0])"
      let healthy = try await night.rows(to: "7.0.15")
      let known = [
        "path-hazards", "hosts-spread", "target-blocked", "configuration-saved", "memory-for-fork",
        "no-rival-controller", "huge-pages",
      ]
      #expect(healthy.filter { $0.result == "fail" || $0.result == "unknown" }.isEmpty, "\(healthy)")
      #expect(
        healthy.filter { $0.result == "warn" && !known.contains($0.name) }.isEmpty, "nothing cries wolf: \(healthy)")
      healthy.expect("hosts-spread", "note", "all 2 members of s1 are on 127.0.0.1 (expected in a lab)")
      healthy.expect("path-hazards", "warn", "diskless-default: ")
      healthy.expect("target-blocked", "warn", "Redis 7.0.15: ")

      let used = try await primary.send(["INFO", "memory"]).text?.split(separator: "\r\n")
        .first { $0.hasPrefix("used_memory:") }.flatMap { Int($0.dropFirst(12)) }
      try await primary.set("maxmemory", "\(try #require(used) / 100 * 102)")
      try await replica.set("maxmemory", "1000000")
      try await replica.set("maxclients", "20")
      try await replica.set("repl-diskless-load", "swapdb")
      try await primary.set("repl-ping-replica-period", "70")
      let users: Command = ["ACL", "SETUSER", "app", "on", "nopass", "~*", "+@all"]
      #expect(try await primary.send(users).text == "OK")
      // A replica that takes writes may be emptied, and nobody hears of it.
      try await replica.set("replica-read-only", "no")
      #expect(try await replica.send(["FLUSHALL"]).text == "OK")
      try await replica.set("replica-read-only", "yes")
      let crowd = (0..<20).map { _ in night.client(0) }
      for one in crowd { try await one.connect() }

      let found = try await night.rows(to: "7.0.15")
      found.expect("memory-below-limit", "fail", "\(own) uses ")
      found.expect("replica-maxmemory", "fail", "has maxmemory 1.0 MB, its primary")
      found.expect("client-limit", "warn", "at its primary, maxclients 20")
      found.expect("diskless-load", "warn", "repl-diskless-load swapdb, and")
      found.expect("replication-timeout", "warn", "\(own): repl-timeout 60 s, repl-ping-replica-period 70 s")
      found.expect("users-saved", "warn", "\(own): not in the file: app")
      found.expect("replica-keys", "warn", "has 0 keys, its primary 500")
      for one in crowd + [primary, replica] { await one.close() }
    }
  }

  @Test func aCommandThatHasAnotherName() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    request.nodeConfiguration = [1: ["rename-command BGSAVE \"\""]]
    try await withNight(request) { night in
      let found = try await night.rows(to: "7.0.15")
      found.expect(
        "permissions", "fail",
        "the file of \(night.lab.addresses[1]) renames BGSAVE, or takes it away (rename-command)")
    }
  }

  @Test func aLoginThatIsRefusedWhereItWillBeNeeded() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    request.password = "right"
    try await withNight(request) { night in
      let primary = night.client(0, password: "right")
      let right = try await night.rows(to: "7.0.15", environment: ["REDISCLI_AUTH": "right"])
      #expect(right.filter { $0.name == "sync-credentials" }.map(\.result) == ["pass", "pass"], "\(right)")
      right.expect("enough-voters", "note", "1 shard with slots: nobody is elected")
      // It is the primary: nobody notices, until it is handed over.
      try await primary.set("masterauth", "wrong")
      let found = try await night.rows(to: "7.0.15", environment: ["REDISCLI_AUTH": "right"])
      found.expect(
        "sync-credentials", "fail",
        "\(night.lab.addresses[0]) cannot log in where it would follow: \(night.lab.addresses[1]) says WRONGPASS")
      #expect(!"\(found)".contains("wrong"))
      await primary.close()
    }
  }

  @Test func whatAServerLiesAbout() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis70, to: .redis80)) { night in
      let (primary, liar) = (night.client(0), night.client(3))
      let deadline = night.loop.now + .seconds(20)
      try await primary.set("cluster-announce-hostname", "redis-1.example")

      // A replica whose clock is behind, that has cut links, whose forks are slow, that hears nothing and says that it is an old one.
      let relay = try LyingRelay(to: night.lab.addresses[3].endpoint, on: night.loop) { text in
        if text.utf8.count == 10, let seconds = Int(text) { return String(seconds - 100) }
        return
          text
          .replacing("\r\nredis_version:7.0.15", with: "\r\nredis_version:6.2.14")
          .replacing("buffer_limit_exceeded:0", with: "buffer_limit_exceeded:3")
          .replacing(#/latest_fork_usec:\d+/#, with: "latest_fork_usec:1700000")
          .replacing(#/master_last_io_seconds_ago:\d+/#, with: "master_last_io_seconds_ago:61")
      }
      defer { relay.close() }
      try await liar.set("cluster-announce-port", "\(relay.port)")
      for index in 0..<6 {
        let asked = night.client(index)
        while try await asked.send(["CLUSTER", "NODES"]).text?.contains(":\(relay.port)@") != true {
          try #require(night.loop.now < deadline, "node \(index) has not heard of the port")
          try await night.loop.sleep(for: .milliseconds(20))
        }
        await asked.close()
      }
      let found = try await night.rows(to: "8.0.2")
      let lying = "127.0.0.1:\(relay.port)"
      found.expect("same-version", "warn", "Redis 6.2.14 on \(lying); Redis 7.0.15 on \(night.lab.addresses[0])")
      found.expect("bus-links-kept", "warn", "\(lying) has cut 3 links since its start")
      found.expect(
        "announced-names", "fail",
        "\(night.lab.addresses[0]) announces the host name redis-1.example, and \(lying) runs a version before 7.0")
      found.expect("clocks-agree", "fail", " ahead of that of \(lying)")
      found.expect("fork-pause", "warn", "the last fork of \(lying) took 1.7 s")
      found.expect("in-sync", "fail", "\(lying) has heard nothing of its primary for 61 s, which calls every 10 s")
      for one in [primary, liar] { await one.close() }
    }
  }

  @Test func aProgramThatChangesServersByItself() async throws {
    let request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    try await withNight(request) { night in
      #expect(
        try await night.rows(to: "7.0.15").filter { $0.name == "disk-for-saves" }.map(\.result) == ["pass", "pass"])
      // Nothing but its name is that of the real one.
      try Files.copy("/bin/sleep", to: "\(night.folder)/puppet")
      let agent = try ChildProcess.spawn(ChildCommand("\(night.folder)/puppet", ["300"]), on: night.loop)
      let found = try await night.rows(to: "7.0.15")
      _ = try agent.send(.kill)
      _ = await agent.exit()
      found.expect(
        "no-rival-controller", "warn",
        "Puppet runs on 127.0.0.1: it puts back the version and the configuration that it knows")
    }
  }

  @Test func aProgramThatWasReplacedUnderItsServer() async throws {
    let request = TrainingLab.LabRequest(from: .redis62, to: .redis70, primaries: 1, replicasPerPrimary: 1)
    try await withNight(request) { night in
      let node = night.lab.nodes[1]
      let directory = night.lab.record.directory(of: node)
      let server = "\(directory)/redis-server"
      try await night.rows(to: "7.0.15").expectPass("program-kept")

      // The replica lives on from a file of its own, which a package then replaces.
      let entry = Files.directory(of: try Files.readLink("\(directory)/server"))
      try Files.copy("\(entry)/bin/redis-server", to: server)
      let process = try #require(night.lab.processes(of: node).first)
      _ = try process.send(.terminate)
      #expect(try await process.end(on: night.loop, within: .seconds(20)))
      let start = LabProfile.startCommand(in: LabProfile.shellQuoted(directory)).replacing(
        "./server", with: "\(server)")
      _ = try await ChildProcess.run(.shell(start), on: night.loop, within: .seconds(20))
      let deadline = night.loop.now + .seconds(20)
      while try await night.rows(to: "7.0.15").contains(where: { $0.result == "fail" || $0.result == "unknown" }) {
        try #require(night.loop.now < deadline, "the replica does not come back")
      }
      try await night.rows(to: "7.0.15").expectPass("program-kept")

      let replace = "ln -sfn \(entry.replacing("6.2.14", with: "7.0.15"))/redis-server \(server)"
      _ = try await ChildProcess.run(.shell(replace), on: night.loop, within: .seconds(20))
      try await night.rows(to: "7.0.15").expect(
        "program-kept", "warn",
        "\(night.lab.addresses[1]) runs Redis 6.2.14, and its file \(server) was replaced since: version 7.0.15 lies there"
      )
      _ = try Files.remove(server)
      try await night.rows(to: "7.0.15").expect(
        "program-kept", "warn",
        "\(night.lab.addresses[1]) runs Redis 6.2.14 from \(server), which is not there any more")
    }
  }
}
