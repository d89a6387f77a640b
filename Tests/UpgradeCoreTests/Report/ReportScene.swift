// One shard of two nodes on its way from 6.2.14 to 7.0.15, for the tests of what is said about a run.
import UpgradeCore

enum ReportScene {
  static let primary = NodeID("a1")
  static let replica = NodeID("b2")
  static let old = Release(.redis, Version(6, 2, 14))
  static let new = Release(.redis, Version(7, 0, 15))

  static let setup = Setup(
    target: "redis://10.0.0.1:6379", to: new,
    // The later address first: a report is in the order of addresses all the same.
    nodes: [node(replica, "10.0.0.2", .replica), node(primary, "10.0.0.1", .primary)],
    shards: [Shard(id: ShardID(1), slots: .all, members: [primary, replica])], nodeTimeout: .seconds(2),
    wayBackNarrows: true, site: Site(reach: .manual, commands: [:], bounds: [:], isLab: false), options: Options())

  static func node(_ id: NodeID, _ host: String, _ role: Role) -> NodeSetup {
    NodeSetup(
      id: id, address: Address(host: host, port: 6379), release: old, role: role, runID: "run-\(id)", processID: 100,
      configFile: "", directory: "/var/lib/redis", appendOnly: false, settings: [:])
  }

  static func structure(_ role: Role, _ release: Release) -> Structure {
    Structure(role: role, release: release, runID: "later", processID: 200)
  }
}
