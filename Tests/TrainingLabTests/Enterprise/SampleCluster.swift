// A cluster as a value, for pictures of what is said about it.

import TrainingLab

extension Simulator.Cluster {
  /// Three nodes and the four databases of a drill, all on one version.
  static func sample(_ version: String = "7.2.4-92", target: String = "7.22.0-250") -> Simulator.Cluster {
    let version = Simulator.Version(version) ?? Simulator.Version(7, 2, 4, build: 92)
    let short = Simulator.Bundles.newest(of: version)
    let full = Simulator.Bundles.full(short)
    func shard(_ id: Int, _ node: Int, _ slots: ClosedRange<Int> = 0...16383, replica: Bool = false) -> Simulator.Shard
    {
      Simulator.Shard(
        id: id, role: replica ? .replica : .primary, node: node, slots: slots, port: 18010 + id, version: full)
    }
    func database(
      _ id: Int, _ name: String, _ persistence: Simulator.Persistence, _ shards: [Simulator.Shard],
      _ policy: Simulator.ProxyPolicy = .single
    ) -> Simulator.Database {
      Simulator.Database(
        id: id, name: name, version: full, replication: shards.count > 1, persistence: persistence, policy: policy,
        port: 12000 + id, shards: shards)
    }
    var cluster = Simulator.Cluster(
      name: "cluster.local", policy: Simulator.Policy(defaultVersion: short),
      nodes: (1...3).map {
        Simulator.Node(id: $0, address: "198.51.100.\($0 + 1)", hostname: "rs-node-\($0)", version: version)
      },
      databases: [
        database(
          1, "sessions", .aof,
          [
            shard(1, 1, 0...8191), shard(2, 2, 0...8191, replica: true), shard(3, 2, 8192...16383),
            shard(4, 3, 8192...16383, replica: true),
          ], .allNodes),
        database(2, "orders", .aof, [shard(5, 1)]), database(3, "catalog", .snapshot, [shard(6, 2)]),
        database(4, "cache", .disabled, [shard(7, 3)]),
      ], restPort: 9443, target: Simulator.Version(target) ?? version)
    cluster.bindEndpoints()
    return cluster
  }
}
