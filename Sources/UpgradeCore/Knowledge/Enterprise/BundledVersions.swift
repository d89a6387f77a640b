// Which database versions a release of Redis Enterprise Software brings along, as data.

extension Enterprise {
  /// The database versions of one line of cluster versions.
  package struct Bundle: Hashable, Sendable {
    package let versions: ClosedRange<Version>
    package let databases: [DatabaseVersion]
    /// What a new or upgraded database gets without being told; nil where a policy of the cluster decides.
    package let standard: DatabaseVersion?
    package let source: String

    init(_ first: Version, _ last: Version, _ databases: [DatabaseVersion], standard: DatabaseVersion?) {
      versions = first...last
      self.databases = databases
      self.standard = standard
      source = "redis/docs, rs-bundled-db-versions"
    }
  }

  package enum BundledVersions {
    static let bundles: [Bundle] = [
      Bundle(Version(6, 2, 0), Version(6, 3, 999), [v60, v62], standard: nil),
      Bundle(Version(6, 4, 0), Version(6, 9, 999), [v60, v62], standard: v62),
      Bundle(Version(7, 2, 0), Version(7, 7, 999), [v60, v62, v72], standard: v72),
      Bundle(Version(7, 8, 0), Version(7, 99, 999), [v62, v72, v74], standard: v74),
      Bundle(Version(8, 0, 0), Version(8, 0, 9), [v62, v72, v74, v80, v82], standard: v82),
      Bundle(Version(8, 0, 10), Version(8, 0, 17), [v62, v72, v74, v80, v82, v84], standard: v84),
      Bundle(Version(8, 0, 18), Version(8, 2, 999), [v62, v72, v74, v80, v82, v84, v86], standard: v86),
    ]

    private static let v60 = DatabaseVersion(6, 0)
    private static let v62 = DatabaseVersion(6, 2)
    private static let v72 = DatabaseVersion(7, 2)
    private static let v74 = DatabaseVersion(7, 4)
    private static let v80 = DatabaseVersion(8, 0)
    private static let v82 = DatabaseVersion(8, 2)
    private static let v84 = DatabaseVersion(8, 4)
    private static let v86 = DatabaseVersion(8, 6)

    /// nil where this program does not know what a version brings along.
    package static func bundle(of cluster: Version) -> Bundle? { bundles.first { $0.versions.contains(cluster) } }

    /// What databases go to on a version: its standard, or what the cluster's policy makes of what it brings along.
    ///
    /// - Parameter policy: `redis_upgrade_policy` as the cluster says it; nil where it does not.
    package static func goal(of cluster: Version, policy: String?) -> DatabaseVersion? {
      guard let bundle = bundle(of: cluster) else { return nil }
      return bundle.standard ?? (policy == latest ? bundle.databases.max() : bundle.databases.min())
    }

    package static let policySetting = "redis_upgrade_policy"
    package static let defaultSetting = "default_provisioned_redis_version"
    package static let latest = "latest"

    /// What has to happen to a database before the cluster goes to a version.
    package enum Standing: Hashable, Sendable {
      case stays
      /// First, while the cluster is still what it is: to one of these, which both cluster versions have.
      case upgradeFirst([DatabaseVersion])
      /// No version of it is in both: the cluster has to go over another version first.
      case noCommonVersion
      case notKnown
    }

    package static func standing(
      of database: DatabaseVersion, on old: Version, to new: Version
    ) -> Standing {
      guard let target = bundle(of: new) else { return .notKnown }
      if target.databases.contains(database) { return .stays }
      guard let present = bundle(of: old) else { return .notKnown }
      let common = present.databases.filter { $0 > database && target.databases.contains($0) }
      return common.isEmpty ? .noCommonVersion : .upgradeFirst(common)
    }
  }
}
