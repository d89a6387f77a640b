// Commands of the vendor's own programs that change a cluster or a database, as values.

extension Enterprise {
  /// What `rladmin` is told to do.
  package enum Errand: Hashable, Sendable {
    /// Upgrade mode is put off where an installer left it on.
    case disableUpgradeMode
    /// `redis_upgrade_policy`: the newest version that the cluster brings, not the last of its major one.
    case allowLatest
    /// `default_redis_version`: what new databases get.
    case setDefaultVersion(DatabaseVersion)
    /// A database gets the version that the cluster brings along; `losesData`: it has neither replica nor file, and
    /// the operator has typed that its data may go.
    case upgradeDatabase(Int, to: DatabaseVersion, losesData: Bool)

    /// How long the command may take; a database is away for as long as its data is loaded.
    package var bound: Duration {
      switch self {
      case .disableUpgradeMode, .allowLatest, .setDefaultVersion: .seconds(60)
      case .upgradeDatabase: .seconds(3600)
      }
    }
  }
}

extension Enterprise.Constants {
  /// The exact line; never with `force_discard`, which would throw away data that is safe.
  package func command(_ errand: Enterprise.Errand, on node: NodeID) -> String {
    let rladmin = "\(folder(on: node))/rladmin"
    switch errand {
    case .disableUpgradeMode: return "\(rladmin) cluster config upgrade_mode disabled"
    case .allowLatest: return "\(rladmin) tune cluster redis_upgrade_policy latest"
    case .setDefaultVersion(let version): return "\(rladmin) tune cluster default_redis_version \(version)"
    case .upgradeDatabase(let number, let version, let losesData):
      return "\(rladmin) upgrade db db:\(number) preserve_roles redis_version \(version)"
        + (losesData ? " discard_data" : "")
    }
  }

  /// Where the programs are on a node's host.
  package func folder(on node: NodeID) -> String { programs.replacing("{node_id}", with: node.text) }
}
