// Directives of the configuration that an upgrade has to know about.

package enum Directives {
  /// What upgrade mode may change on a node, and so what is remembered of it from the start.
  ///
  /// Replica migration is held by `cluster-allow-replica-migration` from 6.2 on and by a high
  /// `cluster-migration-barrier` before (redis 6.2 config.c).
  package static let upgradeMode: Set<String> = [
    "cluster-require-full-coverage", "cluster-allow-replica-migration", "cluster-migration-barrier",
  ]
}
