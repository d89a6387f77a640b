// Upgrade mode of a cluster: the settings that keep the other nodes from acting on their own while one is worked on.

extension ClusterProcedure {
  /// The directives and the values they get.
  ///
  /// - `cluster-require-full-coverage no`: at a hand-over the other primaries hear of the demotion before they hear
  ///   the claim, and would answer CLUSTERDOWN for some 25 ms (measured on 6.2 and 7.0).
  /// - `cluster-allow-replica-migration no` (from 6.2; before it a barrier that no shard reaches): a replica must not
  ///   wander to a shard whose only replica is being restarted (redis 6.2 release notes, cluster.c).
  package func guardSettings(for release: Release) -> [Setting] {
    let knowsSwitch = release.product == .valkey || release.version >= Version(6, 2, 0)
    return [
      Setting("cluster-require-full-coverage", "no"),
      knowsSwitch
        ? Setting("cluster-allow-replica-migration", "no") : Setting("cluster-migration-barrier", "1000"),
    ]
  }

  /// Every directive that upgrade mode may touch in any version: what is read along with a node's views.
  package static let guardDirectives =
    ["cluster-require-full-coverage", "cluster-allow-replica-migration", "cluster-migration-barrier"]
    + Scene.windowDirectives + [StandaloneProcedure.savePoints, SentinelProcedure.priority]
}

extension ServerProcedure {
  /// What brings a node's guard settings in force; nil where they are. A runtime setting dies with its process.
  func holding(_ node: NodeID, _ situation: Situation) -> Next? {
    // It holds no data, and knows no CONFIG SET.
    if situation.setup.node(node)?.role == .sentinel { return nil }
    guard let view = situation.snapshot[node].view, let release = view.release, let present = view.settings else {
      return unread(node, situation)
    }
    // A directive that the server does not list cannot be held, and is not missing.
    let wanted = heldSettings(node, release, situation)
    let missing = wanted.filter { present[$0.directive, default: $0.value] != $0.value }
    return missing.isEmpty ? nil : .step(enterUpgradeMode(node, missing, situation))
  }
}
