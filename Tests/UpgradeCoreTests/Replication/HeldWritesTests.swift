// Where writes are held until the clients' address has moved, for how long, and what the plan says of it.

import Testing

@testable import UpgradeCore

@Suite struct HeldWritesTests {
  /// A pair, its first server the primary.
  private func setup(
    _ from: Release, _ to: Release, _ kind: DeploymentKind = .replication, switches: Bool = true
  ) -> Setup {
    let nodes = [Role.primary, .replica].enumerated().map { number, role in
      NodeSetup(
        id: NodeID("\(number)"), address: Address(host: "10.0.0.1", port: 7000 + number), release: from, role: role,
        runID: "", processID: 1, configFile: "/etc/redis.conf", directory: "", appendOnly: false, settings: [:])
    }
    let commands: [Site.Stage: [NodeID: String]] = switches ? [.switchOver: [NodeID("1"): "point-clients"]] : [:]
    return Setup(
      target: "", to: to, nodes: nodes,
      shards: [Shard(id: ShardID(1), slots: SlotSet(), members: nodes.map(\.id))], nodeTimeout: .seconds(15),
      wayBackNarrows: false, site: Site(reach: .local, commands: commands, bounds: [:], isLab: false),
      options: Options(), servers: kind)
  }
  private let old = NodeID("0")
  private let new = NodeID("1")
  private let redis62 = Release(.redis, Version(6, 2, 14))
  private let redis70 = Release(.redis, Version(7, 0, 15))
  private let redis80 = Release(.redis, Version(8, 0, 2))

  @Test func onlyWhereThePauseOutlastsTheHandOver() {
    #expect(setup(redis70, redis80).writesHeld(from: old) == 5000)
    #expect(setup(Release(.valkey, Version(8, 1, 1)), Release(.valkey, Version(9, 1, 2))).writesHeld(from: old) == 5000)
    #expect(setup(redis62, redis70).writesHeld(from: old) == nil)
    #expect(setup(Release(.redis, Version(6, 0, 16)), redis62).writesHeld(from: old) == nil)
    // On the way back it is the new version that hands over.
    #expect(setup(redis62, redis70).writesHeld(from: new) == 5000)
    #expect(setup(redis70, redis80, switches: false).writesHeld(from: old) == nil)
    #expect(setup(redis70, redis80, .sentinel).writesHeld(from: old) == nil)
    var never = setup(redis70, redis80)
    never.site.switchPause = .zero
    #expect(never.writesHeld(from: old) == nil)
    never.site.switchPause = .seconds(15)
    #expect(never.writesHeld(from: old) == 15_000)
  }

  @Test func thePlanSaysWhichOfBoth() {
    let held = setup(redis70, redis80)
    #expect(
      held.handOverImpact(from: old).hasPrefix(
        "writes wait until `switch` has moved the clients' address, at worst 5 s; then READONLY on connections to"))
    let command = Action.handOver(ShardID(1), from: old, to: new)
    #expect(
      command.commands(in: held) == [
        "redis-cli -h 10.0.0.1 -p 7000 CLIENT PAUSE 5000 WRITE",
        "redis-cli -h 10.0.0.1 -p 7000 FAILOVER TO 10.0.0.1 7001 TIMEOUT 5000",
        "redis-cli -h 10.0.0.1 -p 7000 CLIENT UNPAUSE   (once `switch` has ended; else the pause ends by itself)",
      ])
    let present = setup(redis62, redis70)
    #expect(
      present.handOverImpact(from: old).hasSuffix(
        "until clients know the new primary; then `switch`, as 6.2.14 cannot hold writes"))
    #expect(command.commands(in: present).count == 1)
    #expect(!setup(redis62, redis70, switches: false).handOverImpact(from: old).contains("switch"))
  }

  /// The user of a run may do what it needs, and no more than that.
  @Test func whatItNeedsIsAskedFor() {
    func keys(_ release: Release, switches: Bool) -> Set<String> {
      Set(
        Permissions.needed(for: release, stopsByCommand: true, kind: .replication, switches: switches).map(\.key)
      ).intersection(["client|pause", "client|unpause"])
    }
    #expect(keys(redis70, switches: true) == ["client|pause", "client|unpause"])
    #expect(keys(redis70, switches: false) == [])
    #expect(keys(redis62, switches: true) == [])
  }
}
