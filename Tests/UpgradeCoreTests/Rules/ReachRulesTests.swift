// Who is there, read as transcripts: what was changed, what the rule says.

import Testing

@testable import UpgradeCore

@Suite struct ReachRulesTests {
  private static let s7003 = TestCluster.node(7003)
  private static let listedOnly = NodeID(String(repeating: "e", count: 40))

  @Test(arguments: [
    RuleCase("it answers", s7003, "holds: answers"),
    RuleCase("its reading is old", s7003, "holds: answers (read 1.7 s ago)") { $0[7003].age = .milliseconds(1740) },
    RuleCase(
      "nobody listens", s7003,
      "broken: 127.0.0.1:7003 does not answer: connection refused -> start it; if it is gone for good, "
        + "take it out on every other node: CLUSTER FORGET 7364542d46634fa97b315fca7d02674110202c40"
    ) { $0[7003].silence = .down("connection refused") },
    RuleCase("not read since our last effect", s7003, "unknown: 127.0.0.1:7003: not read since the last change to it") {
      $0[7003].silence = .unknown("not read since the last change to it")
    },
    RuleCase("all of them", .deployment, "holds: 6 nodes: answers"),
    RuleCase(
      "one of all is down", .deployment,
      "broken: 127.0.0.1:7003 does not answer: connection refused -> start it; if it is gone for good, "
        + "take it out on every other node: CLUSTER FORGET 7364542d46634fa97b315fca7d02674110202c40"
    ) { $0[7003].silence = .down("connection refused") },
    RuleCase("the one that is down is being worked on", .deployment, "holds: 5 nodes: answers") {
      $0[7003].silence = .down("connection refused")
      $0.ignoring = [7003]
    },
    RuleCase(
      "the one being worked on is asked itself", s7003,
      "broken: 127.0.0.1:7003 does not answer: connection refused -> start it; if it is gone for good, "
        + "take it out on every other node: CLUSTER FORGET 7364542d46634fa97b315fca7d02674110202c40"
    ) {
      $0[7003].silence = .down("connection refused")
      $0.ignoring = [7003]
    },
    RuleCase(
      "a member that only a view lists", .node(listedOnly),
      "unknown: 127.0.0.1:7009: not read yet; if that is not where it is reached from here, say so in the profile: "
        + "addresses: { \"127.0.0.1:7009\": \"HOST:PORT\" }, or bastion: HOST where only that host reaches it"
    ) {
      $0[7001].clusterNodes +=
        "\n\(listedOnly) 127.0.0.1:7009@17009 slave,fail \(TestCluster.id(7000)) 0 0 9 disconnected"
    },
    RuleCase("a host", .host("127.0.0.1"), "holds: 6 nodes: answers"),
    RuleCase("a host that is none of ours", .host("10.9.9.9"), "unknown: no node of 10.9.9.9 is known"),
    RuleCase("a shard that is none", .shard(ShardID(9)), "unknown: no node of s9 is known"),
  ])
  func reachable(row: RuleCase) throws { try row.check("reachable") }

  /// Whoever has never answered may be elsewhere; whoever has, is down.
  @Test func anAddressThatWasNeverReachedIsAskedFor() throws {
    var cluster = TestCluster()
    cluster[7003].silence = .down("connection refused")
    var scene = try cluster.scene()
    let usual =
      "broken: 127.0.0.1:7003 does not answer: connection refused -> start it; if it is gone for good, take it "
      + "out on every other node: CLUSTER FORGET \(TestCluster.id(7003))"
    #expect(transcript(Rulebook.evaluate("reachable", TestCluster.node(7003), in: scene)) == usual)
    scene.setup.nodes.removeAll { $0.id == TestCluster.id(7003) }
    #expect(
      transcript(Rulebook.evaluate("reachable", TestCluster.node(7003), in: scene))
        == usual + "; if that is not where it is reached from here, say so in the profile: "
        + "addresses: { \"127.0.0.1:7003\": \"HOST:PORT\" }, or bastion: HOST where only that host reaches it")
    scene.setup.site.remote = Site.Remote(bastion: "gate")
    #expect(
      transcript(Rulebook.evaluate("reachable", TestCluster.node(7003), in: scene))
        == usual + "; if that is not where it is reached from gate, say so in the profile: "
        + "addresses: { \"127.0.0.1:7003\": \"HOST:PORT\" }")
  }

  @Test func whoIsAskedWhetherItAnswers() throws {
    var cluster = TestCluster()
    cluster[7001].clusterNodes +=
      "\n\(Self.listedOnly) 127.0.0.1:7009@17009 slave,fail \(TestCluster.id(7000)) 0 0 9 disconnected"
      + "\n\(String(repeating: "d", count: 40)) 127.0.0.1:7010@17010 handshake - 0 0 0 disconnected"
    let scene = try cluster.scene()
    let asked = Reachable().objects(in: scene).map { scene.name($0) }
    #expect(asked == (7000...7005).map { "127.0.0.1:\($0)" } + ["127.0.0.1:7009"], "a handshake is no member yet")
  }

  @Test(arguments: [
    RuleCase("a Redis", s7003, "holds: Redis 6.2.14"),
    RuleCase("a Valkey", s7003, "holds: Valkey 8.0.1") {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.0.1")
      $0.edit(7003, "loading:0", "loading:0\nasync_loading:0")
    },
    RuleCase(
      "a Dragonfly", s7003,
      "broken: 127.0.0.1:7003 calls itself dragonfly (it says it is compatible with 6.2.11) -> this "
        + "program upgrades Redis and Valkey only; use dragonfly's own way"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:6.2.11\ndragonfly_version:df-v1.21")
    },
    RuleCase(
      "a name from the future", s7003,
      "broken: 127.0.0.1:7003 calls itself futuredb (it says it is compatible with 6.2.14) -> this "
        + "program upgrades Redis and Valkey only; use futuredb's own way"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:6.2.14\nserver_name:futuredb")
    },
    RuleCase(
      "a version that is none", s7003,
      "broken: 127.0.0.1:7003 is a Redis of version \"6.2.14-rc1\", which is no release -> put a "
        + "released version there first"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:6.2.14-rc1")
    },
    RuleCase(
      "not read", s7003,
      "unknown: 127.0.0.1:7003: not read yet"
    ) { $0[7003].silence = .unknown("not read yet") },
  ])
  func knownProduct(row: RuleCase) throws { try row.check("known-product") }

  @Test(arguments: [
    RuleCase("the same process", s7003, "holds: process 7003, run id 7003aaaa"),
    RuleCase(
      "restarted by somebody", s7003,
      "broken: 127.0.0.1:7003 answers as process 7003, run id beefaaaa; expected was process 7003, run "
        + "id 7003aaaa -> find out who restarted it or took its port: redis-cli -h 127.0.0.1 -p 7003 INFO "
        + "server"
    ) { $0.edit(7003, "run_id:7003", "run_id:beef") },
    RuleCase(
      "another process under the same run id", s7003,
      "broken: 127.0.0.1:7003 answers as process 4711, run id 7003aaaa; expected was process 7003, run "
        + "id 7003aaaa -> find out who restarted it or took its port: redis-cli -h 127.0.0.1 -p 7003 INFO "
        + "server"
    ) {
      $0.edit(7003, "process_id:7003", "process_id:4711")
    },
    RuleCase("restarted by us", s7003, "holds: process 4711, run id beefaaaa") {
      $0.edit(7003, "run_id:7003", "run_id:beef")
      $0.edit(7003, "process_id:7003", "process_id:4711")
      $0.identities[7003] = Identity(runID: "beef" + String(repeating: "a", count: 36), processID: 4711)
    },
    RuleCase(
      "still the old process where a new one is expected", s7003,
      "broken: 127.0.0.1:7003 answers as process 7003, run id 7003aaaa; expected was process 4711, run "
        + "id beefaaaa -> find out who restarted it or took its port: redis-cli -h 127.0.0.1 -p 7003 INFO "
        + "server"
    ) {
      $0.identities[7003] = Identity(runID: "beef" + String(repeating: "a", count: 36), processID: 4711)
    },
    RuleCase(
      "another node's files", s7003,
      "broken: 127.0.0.1:7003 answers as node 35235060, expected was 7364542d -> see whose nodes.conf "
        + "it started with: redis-cli -h 127.0.0.1 -p 7003 CLUSTER MYID"
    ) { $0[7003].clusterNodes = $0[7004].clusterNodes },
    RuleCase(
      "its node id was not read since", s7003,
      "unknown: 127.0.0.1:7003: its own node id has not been read since the last change to it"
    ) { $0[7003].hasView = false },
    RuleCase("a node that was not there", .node(NodeID("new")), "unknown: new: not read yet"),
    RuleCase(
      "being worked on does not excuse it", s7003,
      "broken: 127.0.0.1:7003 answers as process 7003, run id beefaaaa; expected was process 7003, run "
        + "id 7003aaaa -> find out who restarted it or took its port: redis-cli -h 127.0.0.1 -p 7003 INFO "
        + "server"
    ) {
      $0.edit(7003, "run_id:7003", "run_id:beef")
      $0.ignoring = [7003]
    },
  ])
  func identity(row: RuleCase) throws { try row.check("identity") }
}
