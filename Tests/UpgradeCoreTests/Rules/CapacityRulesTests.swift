// Room that is left, copies, clocks, the bus and users, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct CapacityRulesTests {
  private static let node = TestCluster.node(7003)
  private static let primary = TestCluster.node(7001)

  /// A primary of 2.6 MB with a limit.
  private static func limited(_ bytes: Int, _ policy: String = "noeviction") -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      cluster.edit(7001, "maxmemory:0", "maxmemory:\(bytes)")
      cluster.edit(7001, "maxmemory_policy:noeviction", "maxmemory_policy:\(policy)")
    }
  }

  @Test(arguments: [
    RuleCase("no limit", primary, "holds: no limit"), RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
    RuleCase("half full", primary, "holds: 50 % of 5.2 MB (noeviction)", limited(5_223_696)),
    RuleCase(
      "nearly full", primary,
      "broken: 127.0.0.1:7001 uses 93 % of 2.8 MB (noeviction) -> where the host has the memory: redis-cli -h "
        + "127.0.0.1 -p 7001 CONFIG SET maxmemory 3500000; else take data out", limited(2_800_000)),
    RuleCase("a full cache", primary, "holds: 100 % of 2.6 MB (allkeys-lru)", limited(2_611_848, "allkeys-lru")),
    RuleCase("buffers do not count", primary, "holds: 75 % of 2.8 MB (noeviction)") {
      limited(2_800_000)(&$0)
      $0[7001].usage?.uncountedBytes = 511_848
    },
  ])
  func memoryBelowLimit(row: RuleCase) throws { try row.check("memory-below-limit") }

  @Test(arguments: [(2_800_000, Severity.warning), (2_611_848, .blocking)])
  func aFullMemoryRefusesTheStart(bytes: Int, severity: Severity) throws {
    var cluster = TestCluster()
    Self.limited(bytes)(&cluster)
    #expect(Rulebook.recheck("memory-below-limit", in: try cluster.scene())[1].severity == severity)
  }

  @Test(arguments: [
    RuleCase("no limit", node, "holds: no limit"), RuleCase("a primary", primary, "n/a: 127.0.0.1:7001 is a primary"),
    RuleCase("as its primary", node, "holds: 8.0 MB, as its primary or more") {
      $0.edit(7003, "maxmemory:0", "maxmemory:8000000")
      $0.edit(7001, "maxmemory:0", "maxmemory:8000000")
    },
    RuleCase(
      "lower", node,
      "broken: 127.0.0.1:7003 has maxmemory 2.0 MB, its primary no limit and 2.6 MB in use -> redis-cli -h 127.0.0.1 "
        + "-p 7003 CONFIG SET maxmemory 0, then CONFIG REWRITE"
    ) { $0.edit(7003, "maxmemory:0", "maxmemory:2000000") },
    RuleCase("primary away", node, "unknown: 127.0.0.1:7003: its primary has not been read") {
      $0[7001].silence = .unknown("no answer")
    },
  ])
  func replicaMemory(row: RuleCase) throws { try row.check("replica-maxmemory") }

  @Test(arguments: [(2_000_000, Severity.blocking), (4_000_000, .warning)])
  func whatDoesNotFitRefusesTheStart(bytes: Int, severity: Severity) throws {
    var cluster = TestCluster()
    cluster.edit(7003, "maxmemory:0", "maxmemory:\(bytes)")
    cluster.edit(7001, "maxmemory:0", "maxmemory:5000000")
    let row = Rulebook.recheck("replica-maxmemory", in: try cluster.scene())[3]
    #expect(row.severity == severity && row.fix.contains("CONFIG SET maxmemory 5000000"))
  }

  @Test(arguments: [
    RuleCase("room for both", node, "holds: 2 connections, 1 at its primary, maxclients 10000"),
    RuleCase(
      "too few", node,
      "broken: 127.0.0.1:7003: 2 connections, 1 at its primary, maxclients 2 -> redis-cli -h 127.0.0.1 -p 7003 CONFIG "
        + "SET maxclients 6"
    ) { $0[7003].configuration["maxclients"] = "2" },
    RuleCase("a primary", primary, "n/a: 127.0.0.1:7001 is a primary"),
    RuleCase("not read", node, "unknown: 127.0.0.1:7003: maxclients has not been read") {
      $0[7003].configuration["maxclients"] = nil
    },
  ])
  func clientLimit(row: RuleCase) throws { try row.check("client-limit") }

  @Test(arguments: [
    RuleCase("short", node, "holds: 4 ms"),
    RuleCase(
      "long", node,
      "broken: the last fork of 127.0.0.1:7003 took 0.7 s: clients wait as long at its backup -> on its host: echo never "
        + "> /sys/kernel/mm/transparent_hugepage/enabled; and choose a quiet hour"
    ) { $0[7003].usage?.forkMicroseconds = 712_000 },
    RuleCase("not read", node, "unknown: 127.0.0.1:7003: INFO everything has not been read") { $0[7003].usage = nil },
  ])
  func forkPause(row: RuleCase) throws { try row.check("fork-pause") }

  /// The keys that a node prints.
  private static func keys(_ port: Int, _ keys: Int, expiring: Int = 0) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      let lines = cluster[port].info.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
        !line.hasPrefix("db0:")
      }
      cluster[port].info =
        lines.joined(separator: "\n").trimmingSuffix(while: \.isWhitespace)
        + "\ndb0:keys=\(keys),expires=\(expiring),avg_ttl=0\n"
    }
  }

  @Test(arguments: [
    RuleCase("the same", node, "holds: 5000 keys, its primary 5000") {
      keys(7001, 5000)(&$0)
      keys(7003, 5000)(&$0)
    },
    RuleCase(
      "short of some", node,
      "broken: 127.0.0.1:7003 has 4000 keys, its primary 5000 -> count both once more (redis-cli -h 127.0.0.1 -p 7003 "
        + "DBSIZE); where the difference stays, stop the replica, move its data files aside and start it, so that it "
        + "copies everything anew"
    ) {
      keys(7001, 5000)(&$0)
      keys(7003, 4000)(&$0)
    },
    RuleCase("more, which will expire", node, "holds: 5400 keys, its primary 5000") {
      keys(7001, 5000, expiring: 4000)(&$0)
      keys(7003, 5400, expiring: 4400)(&$0)
    },
    RuleCase("not linked", node, "n/a: 127.0.0.1:7003 is not in sync, which another check says") {
      $0.edit(7003, "master_link_status:up", "master_link_status:down")
    },
  ])
  func replicaKeys(row: RuleCase) throws { try row.check("replica-keys") }

  @Test(arguments: [
    RuleCase("together", .deployment, "holds: 0.0 s apart at most"),
    RuleCase(
      "apart", .deployment,
      "broken: the clock of 127.0.0.1:7004 is 40.0 s ahead of that of 127.0.0.1:7000 -> see which is right (redis-cli "
        + "-h 127.0.0.1 -p 7004 TIME), and on the other host: chronyc makestep"
    ) { $0[7004].clock = ClockReading(ahead: .seconds(40), within: .milliseconds(10)) },
    RuleCase("a slow answer proves nothing", .deployment, "holds: 0.0 s apart at most") {
      $0[7004].clock = ClockReading(ahead: .seconds(2), within: .seconds(2))
    },
    RuleCase("not read", .deployment, "unknown: the clock of 127.0.0.1:7004 has not been read") {
      $0[7004].clock = nil
    },
  ])
  func clocksAgree(row: RuleCase) throws { try row.check("clocks-agree") }

  @Test(arguments: [(2, Severity.warning), (40, .blocking)])
  func aClockThatIsFarOffRefusesTheStart(seconds: Int, severity: Severity) throws {
    var cluster = TestCluster()
    cluster[7004].clock = ClockReading(ahead: .seconds(seconds), within: .milliseconds(10))
    #expect(Rulebook.recheck("clocks-agree", in: try cluster.scene()).map(\.severity) == [severity])
  }

  @Test(arguments: [
    RuleCase("usual", node, "holds: repl-timeout 60 s, repl-ping-replica-period 10 s"),
    RuleCase(
      "too short", node,
      "broken: 127.0.0.1:7003: repl-timeout 10 s, repl-ping-replica-period 10 s -> redis-cli -h 127.0.0.1 -p 7003 "
        + "CONFIG SET repl-timeout 60, then CONFIG REWRITE"
    ) { $0[7003].configuration["repl-timeout"] = "10" },
  ])
  func replicationTimeout(row: RuleCase) throws { try row.check("replication-timeout") }

  @Test(arguments: [
    RuleCase("usual", node, "holds: repl-diskless-load disabled"),
    RuleCase(
      "both at once", node,
      "broken: 127.0.0.1:7003: repl-diskless-load swapdb, and 2.6 MB in use: a full sync takes as much again -> "
        + "redis-cli -h 127.0.0.1 -p 7003 CONFIG SET repl-diskless-load disabled"
    ) { $0[7003].configuration["repl-diskless-load"] = "swapdb" },
    RuleCase("before 6.0", node, "n/a: 127.0.0.1:7003 has no repl-diskless-load") {
      $0[7003].configuration["repl-diskless-load"] = nil
    },
  ])
  func disklessLoad(row: RuleCase) throws { try row.check("diskless-load") }

  @Test(arguments: [
    RuleCase("none", node, "holds: no host name"),
    RuleCase(
      "a name among old nodes", node,
      "broken: 127.0.0.1:7003 announces the host name redis-3.example, and 127.0.0.1:7000, 127.0.0.1:7001, "
        + "127.0.0.1:7002, 127.0.0.1:7003, 127.0.0.1:7004, 127.0.0.1:7005 run a version before 7.0 -> until every node "
        + "is done: redis-cli -h 127.0.0.1 -p 7003 CONFIG SET cluster-announce-hostname \"\""
    ) { $0[7003].configuration["cluster-announce-hostname"] = "redis-3.example" },
    RuleCase(
      "cut", node,
      "broken: 127.0.0.1:7003 announces an address of 60 characters, of which others read 45 -> redis-cli -h 127.0.0.1 "
        + "-p 7003 CONFIG SET cluster-announce-ip <its address>, then CONFIG REWRITE"
    ) { $0[7003].configuration["cluster-announce-ip"] = String(repeating: "a", count: 60) },
  ])
  func announcedNames(row: RuleCase) throws { try row.check("announced-names") }

  @Test(arguments: [
    RuleCase("before 7.0", node, "n/a: 127.0.0.1:7003 does not count that"),
    RuleCase("none", node, "holds: none") {
      $0[7003].clusterInfo += "\ntotal_cluster_links_buffer_limit_exceeded:0\n"
    },
    RuleCase(
      "cut", node,
      "broken: 127.0.0.1:7003 has cut 3 links since its start: the buffer was full -> look at them (redis-cli -h "
        + "127.0.0.1 -p 7003 CLUSTER LINKS); no bound: redis-cli -h 127.0.0.1 -p 7003 CONFIG SET "
        + "cluster-link-sendbuf-limit 0"
    ) { $0[7003].clusterInfo += "\ntotal_cluster_links_buffer_limit_exceeded:3\n" },
  ])
  func busLinksKept(row: RuleCase) throws { try row.check("bus-links-kept") }

  @Test func threeVotersAreEnoughAndTwoAreANote() throws {
    var scene = try TestCluster().scene()
    #expect(transcript(Rulebook.evaluate("enough-voters", .deployment, in: scene)) == "holds: 3 primaries with slots")
    scene.setup.shards.removeLast()
    let row = Rulebook.recheck("enough-voters", in: scene)
    #expect(row.map(\.result) == [.note])
    #expect(row.first?.saw == "2 shards with slots: nobody is elected where a primary dies by itself")
  }

  @Test(arguments: [
    RuleCase("default only", node, "holds: 1 user"),
    RuleCase("stored otherwise, and the same", node, "holds: 2 users") {
      $0[7003].users?.append("user app on #\(String(repeating: "a", count: 64)) ~* -@all +get +set")
      $0[7003].stored?.append("user app on #... allkeys +get +set")
    },
    RuleCase(
      "not stored", node,
      "broken: 127.0.0.1:7003: not in the file: app -> copy the file, then: redis-cli -h 127.0.0.1 -p 7003 CONFIG "
        + "REWRITE"
    ) { $0[7003].users?.append("user app on nopass ~* +@all") },
    RuleCase(
      "stored with other keys, in a file of their own", node,
      "broken: 127.0.0.1:7003: switched on or off, or with other keys there: app -> copy the file, then: redis-cli -h "
        + "127.0.0.1 -p 7003 ACL SAVE"
    ) {
      $0[7003].users?.append("user app on nopass ~app:* +@all")
      $0[7003].stored?.append("user app on nopass ~old:* +@all")
      $0[7003].configuration["aclfile"] = "/etc/redis/users.acl"
    },
    RuleCase(
      "file not read", node, "unknown: 127.0.0.1:7003: its configuration or ACL file has not been read"
    ) {
      $0[7003].users?.append("user app on nopass ~* +@all")
      $0[7003].stored = nil
    },
    RuleCase("nobody to lose", node, "holds: no user besides default") { $0[7003].stored = nil },
  ])
  func usersSaved(row: RuleCase) throws { try row.check("users-saved") }

  @Test func aReplicaThatHearsNothingIsNotInSync() throws {
    var cluster = TestCluster()
    cluster.edit(7003, "master_last_io_seconds_ago:0", "master_last_io_seconds_ago:16")
    #expect(
      transcript(Rulebook.evaluate("in-sync", Self.node, in: try cluster.scene())).hasPrefix(
        "broken: 127.0.0.1:7003 has heard nothing of its primary for 16 s, which calls every 10 s -> "))
    cluster[7001].configuration["repl-ping-replica-period"] = "60"
    #expect(transcript(Rulebook.evaluate("in-sync", Self.node, in: try cluster.scene())).hasPrefix("holds"))
  }
}

extension String {
  fileprivate func trimmingSuffix(while test: (Character) -> Bool) -> String {
    var text = self[...]
    while let last = text.last, test(last) { text.removeLast() }
    return String(text)
  }
}
