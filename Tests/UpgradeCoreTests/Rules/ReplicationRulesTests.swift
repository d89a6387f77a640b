// Replication from both sides, hand-over candidates and served shards, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct ReplicationRulesTests {
  private static let replica = TestCluster.node(7003)
  private static let s2 = ObjectID.shard(ShardID(2))

  /// What can be wrong with a replica, for the rule on the node, the rule on its shard and the gate before a hand-over.
  private static let faults: [(String, @Sendable (inout TestCluster) -> Void, String)] = [
    (
      "link down",
      { $0.edit(7003, "master_link_status:up", "master_link_status:down\nmaster_link_down_since_seconds:7") },
      "127.0.0.1:7003: its link to 127.0.0.1:7001 is down for 7 s"
    ),
    (
      "syncing", { $0.edit(7003, "master_sync_in_progress:0", "master_sync_in_progress:1") },
      "127.0.0.1:7003 is in the middle of a full sync"
    ),
    (
      "far behind by its own word",
      {
        $0.edit(7001, "master_repl_offset:362", "master_repl_offset:5000362")
        $0.edit(7001, "port=7003,state=online,offset=362", "port=7003,state=online,offset=5000362")
      }, "127.0.0.1:7003 is 5.0 MB behind (its offset 362, its primary's 5000362)"
    ),
    (
      "far behind by its primary's word",
      {
        $0.edit(7001, "master_repl_offset:362", "master_repl_offset:5000362")
        $0.edit(7001, "offset=362,lag=0", "offset=362,lag=9")
        $0.edit(7003, "slave_repl_offset:362", "slave_repl_offset:5000362")
      },
      "127.0.0.1:7003 has acknowledged 5.0 MB less than its primary has written (362 of 5000362, 9 s "
        + "ago)"
    ),
    (
      "not online", { $0.edit(7001, "state=online", "state=wait_bgsave") },
      "127.0.0.1:7001 says that 127.0.0.1:7003 is wait_bgsave"
    ),
    (
      "not listed", { $0.edit(7001, "port=7003,state", "port=7099,state") },
      "127.0.0.1:7001, its primary, does not list 127.0.0.1:7003 among its replicas"
    ),
    (
      "another history", { $0.edit(7003, "master_replid:7001", "master_replid:beef") },
      "127.0.0.1:7003 follows another history than that of 127.0.0.1:7001"
    ),
  ]

  @Test(arguments: faults.indices)
  func whatIsWrongWithAReplicaIsWrongForAll(index: Int) throws {
    let (what, change, saw) = Self.faults[index]
    let fix =
      " -> see what holds it up: redis-cli -h 127.0.0.1 -p 7003 INFO replication; its log tells of a refused "
      + "sync or login"
    for (rule, object) in [
      ("in-sync", Self.replica), ("replica-in-sync", Self.s2), ("hand-over-candidate", Self.replica),
    ] {
      let row = RuleCase(what, object, "broken: " + saw + fix, change)
      try row.check(RuleName(rule))
    }
  }

  @Test(arguments: [
    RuleCase("in sync", replica, "holds: 0 bytes behind, 0 bytes unacknowledged"),
    RuleCase("a little behind", replica, "holds: 90.0 kB behind, 90.0 kB unacknowledged") {
      $0.edit(7001, "master_repl_offset:362", "master_repl_offset:90362")
    },
    RuleCase(
      "an old acknowledgement that its own offset explains", replica, "holds: 362 bytes behind, 5.0 MB unacknowledged"
    ) {
      $0.edit(7001, "master_repl_offset:362", "master_repl_offset:5000362")
      $0.edit(7001, "offset=362,lag=0", "offset=362,lag=1")
      $0.edit(7003, "slave_repl_offset:362", "slave_repl_offset:5000000")
    },
    RuleCase("ahead of what its primary said a moment ago", replica, "holds: 0 bytes behind, 0 bytes unacknowledged") {
      $0.edit(7003, "slave_repl_offset:362", "slave_repl_offset:400")
    },
    RuleCase("a primary", TestCluster.node(7001), "n/a: 127.0.0.1:7001 is the primary of s2"),
    RuleCase(
      "two primaries", TestCluster.node(7001),
      "broken: 127.0.0.1:7001, 127.0.0.1:7003 both say that they are primary of s2 -> see who owns its "
        + "slots: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) { $0[7003].info = $0[7001].info },
    RuleCase(
      "its primary has not been read since", replica,
      "unknown: 127.0.0.1:7001, its primary, has not been read since the last change to 127.0.0.1:7003"
    ) {
      $0.touched[7003] = 11
      $0[7003].pulseAsOf = 11
    },
    RuleCase(
      "it has not been read since its primary changed", replica,
      "unknown: 127.0.0.1:7003 has not been read since the last change to it or to its primary"
    ) {
      $0.touched[7001] = 11
      $0[7001].pulseAsOf = 11
    },
    RuleCase(
      "down", replica,
      "broken: 127.0.0.1:7003 does not answer: connection refused -> start it, then see what holds it "
        + "up: redis-cli -h 127.0.0.1 -p 7003 INFO replication; its log tells of a refused sync or login"
    ) { $0[7003].silence = .down("connection refused") },
    RuleCase("its primary is down", replica, "unknown: 127.0.0.1:7003: no primary of s2 has been read") {
      $0[7001].silence = .down("connection refused")
    },
    RuleCase(
      "hosts are announced differently, the port tells", replica, "holds: 0 bytes behind, 0 bytes unacknowledged"
    ) {
      $0.edit(7001, "ip=127.0.0.1,port=7003", "ip=172.17.0.4,port=7003")
    },
    RuleCase("all", .deployment, "holds: 3 nodes: 0 bytes behind, 0 bytes unacknowledged"),
  ])
  func inSync(row: RuleCase) throws { try row.check("in-sync") }

  @Test(arguments: [
    RuleCase("in sync", s2, "holds: 127.0.0.1:7003: 0 bytes behind, 0 bytes unacknowledged"),
    RuleCase("its only replica is being worked on", s2, "n/a: the only replica of s2 is being worked on") {
      $0[7003].silence = .down("connection refused")
      $0.ignoring = [7003]
    },
    RuleCase(
      "its only replica is down", s2,
      "broken: 127.0.0.1:7003 does not answer: connection refused -> see what holds it up: redis-cli "
        + "-h 127.0.0.1 -p 7003 INFO replication; its log tells of a refused sync or login"
    ) { $0[7003].silence = .down("connection refused") },
    RuleCase(
      "its primary is unread", s2,
      "unknown: 127.0.0.1:7001: not read yet; 127.0.0.1:7003: no primary of s2 has been read"
    ) { $0[7001].silence = .unknown("not read yet") },
    RuleCase(
      "all shards", .deployment,
      "holds: 127.0.0.1:7005: 0 bytes behind, 0 bytes unacknowledged; 127.0.0.1:7003: 0 bytes behind, "
        + "0 bytes unacknowledged; 127.0.0.1:7004: 0 bytes behind, 0 bytes unacknowledged"),
    RuleCase("no such shard", .shard(ShardID(9)), "unknown: there is no shard s9"),
  ])
  func replicaInSync(row: RuleCase) throws { try row.check("replica-in-sync") }

  @Test(arguments: [
    RuleCase("ready", replica, "holds: 127.0.0.1:7003: in sync, on Redis 6.2.14, seen by its peers and its primary"),
    RuleCase(
      "on the target", replica, "holds: 127.0.0.1:7003: in sync, on Redis 7.0.15, seen by its peers and its primary"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:7.0.15")
      $0.edit(7003, "loading:0", "loading:0\nasync_loading:0")
    },
    RuleCase(
      "back to the old version while the link holds", replica,
      "holds: 127.0.0.1:7003: in sync, on Redis 6.2.14, seen by its peers and its primary"
    ) {
      $0.edit(7001, "redis_version:6.2.14", "redis_version:7.0.15")
      $0.edit(7001, "loading:0", "loading:0\nasync_loading:0")
    },
    RuleCase(
      "a version that nobody wanted", replica,
      "broken: 127.0.0.1:7003 runs Redis 6.2.7, which this run has nothing to do with -> see who "
        + "installed it: wanted is Redis 7.0.15"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:6.2.7")
    },
    RuleCase(
      "6.0 under 7.0 has holes", replica,
      "broken: 127.0.0.1:7003 has not got all writes: Redis 6.0.16 cannot execute SET ... PXAT, which "
        + "Redis 7.0.15 sends for every key with an expiry, and says nothing about it -> it needs Redis "
        + "7.0.15 and a full sync first"
    ) {
      $0.edit(7001, "redis_version:6.2.14", "redis_version:7.0.15")
      $0.edit(7001, "loading:0", "loading:0\nasync_loading:0")
      $0.edit(7003, "redis_version:6.2.14", "redis_version:6.0.16")
      $0.to = Release(.redis, Version(6, 0, 16))
    },
    RuleCase(
      "a primary by now", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 is no replica any more -> see who made it a primary: its log tells"),
    RuleCase("loading", replica, "broken: 127.0.0.1:7003 is loading its data -> wait until it is done") {
      $0.edit(7003, "loading:0", "loading:1")
    },
    RuleCase(
      "it calls the cluster failing itself", replica,
      "broken: 127.0.0.1:7003 itself calls the cluster failing -> see why: redis-cli -h 127.0.0.1 -p "
        + "7003 CLUSTER NODES"
    ) { $0[7003].clusterInfo = Redis62.primaryDownInfo },
    RuleCase(
      "its primary does not list it", replica,
      "broken: 127.0.0.1:7001, its primary, flags it slave,fail? -> wait: it hears of the node within "
        + "a few node time-outs"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7001))", "slave,fail? \(TestCluster.id(7001))")
    },
    RuleCase(
      "a majority does not see it", replica,
      "broken: 1 of 3 primaries see 127.0.0.1:7003 as it is; 127.0.0.1:7000 flags it slave,fail?; "
        + "127.0.0.1:7002 flags it slave,fail? -> wait: they hear of it within a few node time-outs"
    ) {
      for port in [7000, 7002] { $0.edit(port, "slave \(TestCluster.id(7001))", "slave,fail? \(TestCluster.id(7001))") }
    },
    RuleCase(
      "its primary was not asked since", replica,
      "unknown: 127.0.0.1:7001, its primary, has not been asked since the last change to 127.0.0.1:7003"
    ) {
      $0.touched[7003] = 11
      for port in [7000, 7001, 7002, 7003] { $0[port].pulseAsOf = 11 }
      for port in [7000, 7002, 7003] { $0[port].clusterAsOf = 11 }
    },
  ])
  func handOverCandidate(row: RuleCase) throws { try row.check("hand-over-candidate") }

  @Test(arguments: [
    RuleCase("one", s2, "holds: 127.0.0.1:7001"),
    RuleCase("all shards", .deployment, "holds: 127.0.0.1:7000; 127.0.0.1:7001; 127.0.0.1:7002"),
    RuleCase(
      "none", s2,
      "broken: no member of s2 that answers is primary -> see what its members say: redis-cli -h "
        + "127.0.0.1 -p 7001 CLUSTER NODES"
    ) { cluster in cluster[7001].info = cluster[7003].info },
    RuleCase(
      "two", s2,
      "broken: 127.0.0.1:7001, 127.0.0.1:7003 all say that they are primary of s2 -> see who owns its "
        + "slots: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) { cluster in cluster[7003].info = cluster[7001].info },
    RuleCase(
      "down", s2,
      "broken: no member of s2 that answers is primary; 127.0.0.1:7001 does not answer: connection "
        + "refused -> see what its members say: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) { $0[7001].silence = .down("connection refused") },
    RuleCase("unread", s2, "unknown: s2: 127.0.0.1:7001 not read") { $0[7001].silence = .unknown("not read yet") },
  ])
  func shardHasPrimary(row: RuleCase) throws { try row.check("shard-has-primary") }

  @Test(arguments: [
    RuleCase("all", .deployment, "holds: s1 by 127.0.0.1:7000; s2 by 127.0.0.1:7001; s3 by 127.0.0.1:7002"),
    RuleCase("handed over", .deployment, "holds: s1 by 127.0.0.1:7000; s2 by 127.0.0.1:7003; s3 by 127.0.0.1:7002") {
      cluster in
      let old = cluster[7001].info
      cluster[7001].info = cluster[7003].info
      cluster[7003].info = old
      cluster.edit(7003, "slave \(TestCluster.id(7001))", "master -")
      cluster.edit(7003, " 2 connected\n", " 7 connected 5461-10922\n")
    },
    RuleCase(
      "nobody serves s2", .deployment,
      "broken: no member of s2 that answers is primary; 127.0.0.1:7001 does not answer: connection "
        + "refused -> see what its members say: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) { $0[7001].silence = .down("connection refused") },
    RuleCase(
      "its primary calls the cluster failing", .deployment,
      "broken: 127.0.0.1:7001, primary of s2, calls the cluster failing -> see which node is missing: "
        + "redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) {
      $0[7001].clusterInfo = Redis62.primaryDownInfo
    },
    RuleCase(
      "slots were moved to another primary", .deployment,
      "holds: s1 by 127.0.0.1:7000; s2 by 127.0.0.1:7001; s3 by 127.0.0.1:7002"
    ) {
      $0.edit(7001, "connected 5461-10922", "connected 5461-9999")
      $0.edit(7000, "connected 0-5460", "connected 0-5460 10000-10922")
    },
    RuleCase(
      "its primary lost slots", .deployment,
      "broken: 127.0.0.1:7001, primary of s2, does not own 10000-10922 -> see who does: redis-cli -h "
        + "127.0.0.1 -p 7001 CLUSTER NODES"
    ) {
      $0.edit(7001, "connected 5461-10922", "connected 5461-9999")
    },
    RuleCase(
      "its primary is loading", s2,
      "broken: 127.0.0.1:7001, primary of s2, is loading its data -> wait until it is done"
    ) { $0.edit(7001, "loading:0", "loading:1") },
    RuleCase(
      "its view was not read", s2,
      "unknown: 127.0.0.1:7001: its view of the cluster has not been read since the last change to it"
    ) { $0[7001].hasView = false },
    RuleCase("unread", .deployment, "unknown: s2: 127.0.0.1:7001 not read") {
      $0[7001].silence = .unknown("not read yet")
    },
  ])
  func shardsServed(row: RuleCase) throws { try row.check("shards-served") }

  @Test func aPrimaryWithoutReplicaIsAWarning() throws {
    var cluster = TestCluster()
    cluster.nodes[7003] = nil
    var scene = try cluster.scene()
    scene.setup.nodes.removeAll { $0.id == TestCluster.id(7003) }
    for index in scene.setup.shards.indices {
      scene.setup.shards[index].members.removeAll { $0 == TestCluster.id(7003) }
    }
    let results = Rulebook.recheck("has-replica", in: scene)
    #expect(results.map(\.result) == [.pass, .warn, .pass])
    #expect(
      transcript(Rulebook.evaluate("has-replica", Self.s2, in: scene))
        == "broken: 127.0.0.1:7001, primary of s2, has no replica: its upgrade is an outage of 5462 slots, "
        + "with a consent of its own -> to avoid it add a replica first: redis-cli --cluster add-node NEW "
        + "127.0.0.1:7001 --cluster-slave --cluster-master-id 3d8fac192817832d887c9f1f002d845129e41afe")
    #expect(transcript(Rulebook.evaluate("replica-in-sync", Self.s2, in: scene)) == "n/a: s2 has no replica")
  }
}
