// The same keys on both sides, with no more slack than the bytes between two readings can hold.

import Testing

@testable import UpgradeCore

@Suite struct MissedWritesRulesTests {
  private static let replica = TestCluster.node(7003)

  private static func keys(
    _ cluster: inout TestCluster, primary: (Int, Int), replica: (Int, Int), between bytes: Int = 0
  ) {
    cluster.edit(7001, "master_repl_offset:362", "master_repl_offset:\(362 + bytes)")
    for (port, keys) in [(7001, primary), (7003, replica)] {
      cluster.edit(port, "keys=6,expires=1", "keys=\(keys.0),expires=\(keys.1)")
    }
  }

  @Test(arguments: [
    RuleCase(
      "equal", replica,
      "holds: 127.0.0.1:7003 holds 13000 keys, 400 with an expiry; 127.0.0.1:7001 13000 and 400"
    ) { keys(&$0, primary: (13000, 400), replica: (13000, 400)) },
    RuleCase(
      "short of those with an expiry", replica,
      "broken: 127.0.0.1:7003 holds 12620 keys, 20 with an expiry; 127.0.0.1:7001 13000 and 400, with 2000 bytes between "
        + "them -> Stop the replica, move its data files aside, and start it: it takes all data anew."
    ) { keys(&$0, primary: (13000, 400), replica: (12620, 20), between: 2000) },
    RuleCase(
      "as many keys, but not as many that expire", replica,
      "broken: 127.0.0.1:7003 holds 13000 keys, 399 with an expiry; 127.0.0.1:7001 13000 and 400, with 0 bytes between "
        + "them -> Stop the replica, move its data files aside, and start it: it takes all data anew."
    ) { keys(&$0, primary: (13000, 400), replica: (13000, 399)) },
    RuleCase(
      "written meanwhile", replica,
      "holds: 127.0.0.1:7003 holds 12920 keys, 400 with an expiry; 127.0.0.1:7001 13000 and 400"
    ) { keys(&$0, primary: (13000, 400), replica: (12920, 400), between: 2000) },
    RuleCase("a primary", TestCluster.node(7001), "n/a: 127.0.0.1:7001 is a primary"),
    RuleCase(
      "another history", replica, "unknown: 127.0.0.1:7003 follows another history than that of 127.0.0.1:7001"
    ) { $0.edit(7003, "master_replid:7001", "master_replid:beef") },
    RuleCase("its primary is down", replica, "unknown: 127.0.0.1:7003: no primary of its shard has been read") {
      $0[7001].silence = .down("connection refused")
    },
  ])
  func sameKeys(row: RuleCase) throws { try row.check("same-keys") }
}
