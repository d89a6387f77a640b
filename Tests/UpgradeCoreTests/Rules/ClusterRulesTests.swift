// The cluster's own state and the nodes' views of each other, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct ClusterRulesTests {
  @Test(arguments: [
    RuleCase("all is well", TestCluster.node(7001), "holds: ok, 16384 slots"),
    RuleCase("all is well everywhere", .deployment, "holds: 6 nodes: ok, 16384 slots"),
    RuleCase(
      "the state of a real cluster without a shard", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 says cluster_state:fail, cluster_slots_ok:10923, cluster_slots_fail:5461 "
        + "-> see which node is missing: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) {
      $0[7001].clusterInfo = Redis62.primaryDownInfo
    },
    RuleCase(
      "ok by name, slots missing", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 says cluster_slots_assigned:16000, cluster_slots_ok:16000 -> see which "
        + "node is missing: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) {
      $0.edit(7001, "cluster_slots_assigned:16384", "cluster_slots_assigned:16000")
      $0.edit(7001, "cluster_slots_ok:16384", "cluster_slots_ok:16000")
    },
    RuleCase(
      "possibly failing", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 says cluster_slots_pfail:5461 (read 1.2 s ago) -> see which node is "
        + "missing: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES"
    ) {
      $0.edit(7001, "cluster_slots_pfail:0", "cluster_slots_pfail:5461")
      $0[7001].age = .milliseconds(1200)
    },
    RuleCase(
      "one of all", .deployment,
      "broken: 127.0.0.1:7002 says cluster_state:fail, cluster_slots_ok:10923, cluster_slots_fail:5461 "
        + "-> see which node is missing: redis-cli -h 127.0.0.1 -p 7002 CLUSTER NODES"
    ) { $0[7002].clusterInfo = Redis62.primaryDownInfo },
    RuleCase("one of all was not read", .deployment, "unknown: 127.0.0.1:7002: not read yet") {
      $0[7002].silence = .unknown("not read yet")
    },
    RuleCase(
      "one of all was not read and one is failing", .deployment,
      "broken: 127.0.0.1:7002 says cluster_state:fail, cluster_slots_ok:10923, cluster_slots_fail:5461 "
        + "-> see which node is missing: redis-cli -h 127.0.0.1 -p 7002 CLUSTER NODES"
    ) {
      $0[7001].silence = .unknown("not read yet")
      $0[7002].clusterInfo = Redis62.primaryDownInfo
    },
    RuleCase("the node in hand is left out", .deployment, "holds: 5 nodes: ok, 16384 slots") {
      $0[7002].clusterInfo = Redis62.primaryDownInfo
      $0.ignoring = [7002]
    },
    RuleCase(
      "but not when it is asked itself", TestCluster.node(7002),
      "broken: 127.0.0.1:7002 says cluster_state:fail, cluster_slots_ok:10923, cluster_slots_fail:5461 "
        + "-> see which node is missing: redis-cli -h 127.0.0.1 -p 7002 CLUSTER NODES"
    ) {
      $0[7002].clusterInfo = Redis62.primaryDownInfo
      $0.ignoring = [7002]
    },
  ])
  func clusterOK(row: RuleCase) throws { try row.check("cluster-ok") }

  @Test(arguments: [
    RuleCase("all", .deployment, "holds: 16384 of 16384 slots"),
    RuleCase(
      "a hole", .deployment,
      "broken: 1 slot without a primary: 100 -> look first: redis-cli --cluster check 127.0.0.1:7000, "
        + "then redis-cli --cluster fix 127.0.0.1:7000"
    ) { $0.edit(7000, "connected 0-5460", "connected 0-99 101-5460") },
    RuleCase("nothing read", .deployment, "unknown: no node's view of the cluster has been read") {
      for port in 7000...7005 { $0[port].hasView = false }
    },
    RuleCase("views older than our last effect", .deployment, "unknown: no node's view of the cluster has been read") {
      $0.touched[7003] = 11
    },
    RuleCase("the primary unread, its slots known from the others", .deployment, "holds: 16384 of 16384 slots") {
      $0[7000].hasView = false
    },
  ])
  func slotsCovered(row: RuleCase) throws { try row.check("slots-covered") }

  @Test(arguments: [
    RuleCase("none", TestCluster.node(7000), "holds: none"),
    RuleCase(
      "leaving, as a real server prints it", TestCluster.node(7000),
      "broken: 127.0.0.1:7000: slot 100 is leaving for 127.0.0.1:7001 -> end the migration (redis-cli "
        + "--cluster fix 127.0.0.1:7000), or call it off on both sides: redis-cli -h 127.0.0.1 -p 7000 "
        + "CLUSTER SETSLOT 100 STABLE"
    ) {
      $0[7000].clusterNodes = Redis62.openSlotFrom
    },
    RuleCase(
      "coming, as a real server prints it", TestCluster.node(7001),
      "broken: 127.0.0.1:7001: slot 100 is coming from 127.0.0.1:7000 -> end the migration (redis-cli "
        + "--cluster fix 127.0.0.1:7001), or call it off on both sides: redis-cli -h 127.0.0.1 -p 7001 "
        + "CLUSTER SETSLOT 100 STABLE"
    ) {
      $0[7001].clusterNodes = Redis62.openSlotTo
    },
    RuleCase(
      "many", TestCluster.node(7000),
      "broken: 127.0.0.1:7000: slot 1 is leaving for 127.0.0.1:7001, slot 2 is leaving for "
        + "127.0.0.1:7001, slot 3 is leaving for 127.0.0.1:7001, slot 4 is leaving for 127.0.0.1:7001, and "
        + "2 more -> end the migration (redis-cli --cluster fix 127.0.0.1:7000), or call it off on both "
        + "sides: redis-cli -h 127.0.0.1 -p 7000 CLUSTER SETSLOT 1 STABLE"
    ) {
      $0.edit(
        7000, "connected 0-5460", "connected 0-5460" + (1...6).map { " [\($0)->-\(TestCluster.id(7001))]" }.joined())
    },
    RuleCase(
      "not read", TestCluster.node(7000),
      "unknown: 127.0.0.1:7000: its view of the cluster has not been read since the last change to it"
    ) { $0[7000].hasView = false },
  ])
  func noOpenSlots(row: RuleCase) throws { try row.check("no-open-slots") }

  @Test(arguments: [
    RuleCase("they agree", TestCluster.node(7001), "holds: 6 members, as they see themselves"),
    RuleCase("all agree", .deployment, "holds: 6 nodes: 6 members, as they see themselves"),
    RuleCase(
      "another owner of slots", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 gives 127.0.0.1:7000 the slots 0-5459, which claims 0-5460 -> compare: "
        + "redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7000 CLUSTER NODES"
    ) {
      $0.edit(7001, "connected 0-5460", "connected 0-5459")
    },
    RuleCase(
      "another epoch", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 gives 127.0.0.1:7000 the epoch 9, which claims 1 -> compare: redis-cli "
        + "-h 127.0.0.1 -p 7001 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7000 CLUSTER NODES"
    ) {
      $0.edit(7001, " 1 connected 0-5460", " 9 connected 0-5460")
    },
    RuleCase(
      "a replica elsewhere", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 sees 127.0.0.1:7005 following 127.0.0.1:7002, which says that it follows "
        + "127.0.0.1:7000 -> compare: redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES and redis-cli -h "
        + "127.0.0.1 -p 7005 CLUSTER NODES"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7000))", "slave \(TestCluster.id(7002))")
    },
    RuleCase(
      "another role", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 sees 127.0.0.1:7005 as primary, which calls itself replica -> compare: "
        + "redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7005 CLUSTER NODES"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7000))", "master -")
    },
    RuleCase(
      "a flag", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 flags 127.0.0.1:7005 slave,fail? -> compare: redis-cli -h 127.0.0.1 -p "
        + "7001 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7005 CLUSTER NODES"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7000))", "slave,fail? \(TestCluster.id(7000))")
    },
    RuleCase(
      "a replica that died, as a real server prints it", TestCluster.node(7000),
      "broken: 127.0.0.1:7000 flags 127.0.0.1:7005 slave,fail, has no link to 127.0.0.1:7005 -> "
        + "compare: redis-cli -h 127.0.0.1 -p 7000 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7005 "
        + "CLUSTER NODES"
    ) {
      $0[7000].clusterNodes = Redis62.replicaDown
    },
    RuleCase(
      "the same, while it is the one being worked on", TestCluster.node(7000),
      "holds: 6 members, as they see themselves"
    ) {
      $0[7000].clusterNodes = Redis62.replicaDown
      $0.ignoring = [7005]
    },
    RuleCase(
      "a member is missing", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 does not list 127.0.0.1:7004 -> compare: redis-cli -h 127.0.0.1 -p 7001 "
        + "CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7004 CLUSTER NODES"
    ) { cluster in
      cluster[7001].clusterNodes = cluster[7001].clusterNodes.split(separator: "\n").filter { !$0.contains(":7004@") }
        .joined(separator: "\n")
    },
    RuleCase(
      "a member too many", TestCluster.node(7001),
      "broken: 127.0.0.1:7001 lists 127.0.0.1:7010, which is no member (handshake) -> compare: "
        + "redis-cli -h 127.0.0.1 -p 7001 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7010 CLUSTER NODES"
    ) {
      $0[7001].clusterNodes +=
        "\n\(String(repeating: "d", count: 40)) 127.0.0.1:7010@17010 handshake - 0 0 0 disconnected"
    },
    RuleCase(
      "not read since", TestCluster.node(7001),
      "unknown: 127.0.0.1:7001: its view of the cluster has not been read since the last change"
    ) { $0.touched[7004] = 11 },
    RuleCase("not read at all", .deployment, "unknown: 127.0.0.1:7004: not read yet") {
      $0[7004].silence = .unknown("not read yet")
    },
    RuleCase("the one not read is being worked on", .deployment, "holds: 5 nodes: 6 members, as they see themselves") {
      $0[7004].silence = .unknown("not read yet")
      $0.ignoring = [7004]
    },
    RuleCase(
      "down, and everybody says so", .deployment,
      "broken: 127.0.0.1:7000 flags 127.0.0.1:7005 slave,fail, has no link to 127.0.0.1:7005 -> "
        + "compare: redis-cli -h 127.0.0.1 -p 7000 CLUSTER NODES and redis-cli -h 127.0.0.1 -p 7005 "
        + "CLUSTER NODES"
    ) {
      $0[7005].silence = .down("connection refused")
      $0[7000].clusterNodes = Redis62.replicaDown
    },
  ])
  func viewsAgree(row: RuleCase) throws { try row.check("views-agree") }

  @Test(arguments: [
    RuleCase("each its own", .deployment, "holds: 3 epochs"),
    RuleCase(
      "two share one", .deployment,
      "broken: epoch 3 belongs to 127.0.0.1:7001, 127.0.0.1:7002 -> wait: the nodes settle it among "
        + "themselves within seconds"
    ) { $0.edit(7001, " 2 connected 5461-10922", " 3 connected 5461-10922") },
  ])
  func distinctEpochs(row: RuleCase) throws { try row.check("distinct-epochs") }

  @Test(arguments: [
    RuleCase("it follows a primary", TestCluster.node(7003), "holds: follows 127.0.0.1:7001"),
    RuleCase("a primary", TestCluster.node(7001), "n/a: 127.0.0.1:7001 is a primary"),
    RuleCase(
      "it follows a replica", TestCluster.node(7003),
      "broken: 127.0.0.1:7003 follows 127.0.0.1:7004, which is a replica itself -> redis-cli -h "
        + "127.0.0.1 -p 7003 CLUSTER REPLICATE 82c9b3a3201337add0ad238621db6b71769cb2ca"
    ) {
      $0.edit(7003, "slave \(TestCluster.id(7001))", "slave \(TestCluster.id(7004))")
    },
    RuleCase(
      "it follows nobody", TestCluster.node(7003),
      "broken: 127.0.0.1:7003 follows nobody that it knows -> redis-cli -h 127.0.0.1 -p 7003 CLUSTER "
        + "REPLICATE <id of a primary>"
    ) {
      $0.edit(7003, "slave \(TestCluster.id(7001))", "slave -")
    },
    RuleCase(
      "not read", TestCluster.node(7003),
      "unknown: 127.0.0.1:7003: its view of the cluster has not been read since the last change to it"
    ) { $0[7003].hasView = false },
  ])
  func noSubReplicas(row: RuleCase) throws { try row.check("no-sub-replicas") }

  @Test(arguments: [
    RuleCase("a replica, seen by all", TestCluster.node(7003), "holds: 3 of 3 primaries see 127.0.0.1:7003 as it is"),
    RuleCase("a primary, seen by all", TestCluster.node(7001), "holds: 3 of 3 primaries see 127.0.0.1:7001 as it is"),
    RuleCase(
      "one other primary calls it failing", TestCluster.node(7003),
      "holds: 2 of 3 primaries see 127.0.0.1:7003 as it is"
    ) {
      $0.edit(7000, "slave \(TestCluster.id(7001))", "slave,fail \(TestCluster.id(7001))")
    },
    RuleCase(
      "two other primaries call it failing", TestCluster.node(7003),
      "broken: 1 of 3 primaries see 127.0.0.1:7003 as it is; 127.0.0.1:7000 flags it slave,fail; "
        + "127.0.0.1:7002 flags it slave,fail? -> wait: they hear of it within a few node time-outs"
    ) {
      $0.edit(7000, "slave \(TestCluster.id(7001))", "slave,fail \(TestCluster.id(7001))")
      $0.edit(7002, "slave \(TestCluster.id(7001))", "slave,fail? \(TestCluster.id(7001))")
    },
    RuleCase(
      "its own primary calls it failing", TestCluster.node(7003),
      "broken: 127.0.0.1:7001, its primary, flags it slave,fail? -> wait: it hears of the node within "
        + "a few node time-outs"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7001))", "slave,fail? \(TestCluster.id(7001))")
    },
    RuleCase(
      "its own primary lists it under another", TestCluster.node(7003),
      "broken: 127.0.0.1:7001, its primary, lists it under another primary -> wait: it hears of the "
        + "node within a few node time-outs"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7001))", "slave \(TestCluster.id(7002))")
    },
    RuleCase(
      "its own primary still lists it as a primary", TestCluster.node(7003),
      "broken: 127.0.0.1:7001, its primary, lists it as primary, not as replica -> wait: it hears of "
        + "the node within a few node time-outs"
    ) {
      $0.edit(7001, "slave \(TestCluster.id(7001))", "master -")
    },
    RuleCase(
      "its own primary has not been asked since", TestCluster.node(7003),
      "unknown: 127.0.0.1:7001, its primary, has not been asked since the last change to 127.0.0.1:7003"
    ) {
      $0.touched[7003] = 11
      for port in [7000, 7002, 7003] { $0[port].clusterAsOf = 11 }
    },
    RuleCase(
      "one other primary has not been asked since", TestCluster.node(7003),
      "holds: 2 of 3 primaries see 127.0.0.1:7003 as it is"
    ) {
      $0.touched[7003] = 11
      for port in [7000, 7001, 7003] { $0[port].clusterAsOf = 11 }
    },
    RuleCase(
      "two others have not been asked since", TestCluster.node(7003),
      "unknown: 1 of 3 primaries see 127.0.0.1:7003 as it is; 127.0.0.1:7000, 127.0.0.1:7002 not asked "
        + "since the last change to it"
    ) {
      $0.touched[7003] = 11
      for port in [7001, 7003] { $0[port].clusterAsOf = 11 }
    },
    RuleCase(
      "no link to it", TestCluster.node(7001),
      "broken: 1 of 3 primaries see 127.0.0.1:7001 as it is; 127.0.0.1:7000 has no link to it; "
        + "127.0.0.1:7002 has no link to it -> wait: they hear of it within a few node time-outs"
    ) {
      for port in [7000, 7002] { $0.edit(port, " 2 connected 5461-10922", " 2 disconnected 5461-10922") }
    },
    RuleCase(
      "not in their lists", TestCluster.node(7003),
      "broken: 127.0.0.1:7001, its primary, does not list it -> wait: it hears of the node within a "
        + "few node time-outs"
    ) { cluster in
      for port in [7000, 7001, 7002] {
        cluster[port].clusterNodes = cluster[port].clusterNodes.split(separator: "\n").filter { !$0.contains(":7003@") }
          .joined(separator: "\n")
      }
    },
  ])
  func seenByPeers(row: RuleCase) throws { try row.check("seen-by-peers") }
}
