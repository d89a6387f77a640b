// Rules over damaged and half-read clusters, from a seed: they never trap, and never pass what they have not seen.

import Testing

@testable import UpgradeCore

@Suite struct RuleFuzzTests {
  /// Fields whose loss or change is a plausible moment of a running cluster.
  private static let edits: [(String, String)] = [
    ("role:slave", "role:master"),
    (
      "role:master",
      "role:slave\nmaster_host:\nmaster_port:0\nmaster_link_status:down"
        + "\nmaster_last_io_seconds_ago:-1\nmaster_sync_in_progress:0\nslave_repl_offset:0\nslave_read_only:1"
    ),
    ("master_link_status:up", "master_link_status:down"), ("state=online", "state=send_bulk"),
    ("loading:0", "loading:1"),
    ("master_repl_offset:362", "master_repl_offset:9007199254740992"),
    ("slave_repl_offset:362", "slave_repl_offset:-9007199254740992"), ("connected 0-5460", "connected"),
    ("used_memory:2611848", "used_memory:9007199254740992"),
    ("rdb_last_cow_size:286720", "rdb_last_cow_size:9007199254740992"), ("slave ", "slave,fail "),
    ("myself,slave", "myself,master"), ("cluster_state:ok", "cluster_state:fail"),
    ("redis_version:6.2.14", "redis_version:x"),
  ]

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func rulesSurvive(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<12 {
      var cluster = TestCluster()
      var unread: Set<Int> = []
      for port in 7000...7005 {
        switch Int.random(in: 0..<8, using: &generator) {
        case 0:
          cluster[port].silence = .unknown("not read yet")
          unread.insert(port)
        case 1: cluster[port].silence = .down("connection refused")
        case 2: cluster[port].hasView = false
        case 3: cluster[port].hasInventory = false
        default:
          for (old, new) in Self.edits where Int.random(in: 0..<5, using: &generator) == 0 {
            cluster[port].info = cluster[port].info.replacing(old, with: new)
            cluster[port].clusterInfo = cluster[port].clusterInfo.replacing(old, with: new)
            cluster[port].clusterNodes = cluster[port].clusterNodes.replacing(old, with: new)
          }
        }
        if Bool.random(using: &generator) { cluster.touched[port] = Int.random(in: 0...11, using: &generator) }
      }
      cluster.hosts["127.0.0.1"] = HostFacts(memoryAvailable: 1, overcommitMemory: 0, freeDisk: [:])
      cluster.writtenBefore = Bool.random(using: &generator) ? 10 : nil
      let scene = try cluster.scene()
      for rule in Rulebook.all {
        for object in rule.objects(in: scene) + [.deployment, .shard(ShardID(1)), .shard(ShardID(99)), .host("x")] {
          let verdict = rule.evaluate(object, in: scene)
          _ = rule.severity(of: object, in: scene)
          if case .node(let node) = object, unread.map(TestCluster.id).contains(node) {
            #expect(!verdict.holds, "\(rule.name) passed \(scene.name(node)), which nobody read")
          }
        }
      }
      #expect(Rulebook.checks(in: scene).allSatisfy { !$0.saw.isEmpty && !$0.object.isEmpty })
    }
  }
}
