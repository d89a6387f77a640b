// The oldest database that a release of Redis Enterprise Software before 6.2 takes, as its release notes say.

extension Enterprise {
  /// For the releases of which the vendor's table of bundled versions does not speak.
  package enum OldestDatabases {
    private static let rows: [(targets: ClosedRange<Version>, oldest: DatabaseVersion, source: String)] = [
      (Version(5, 6, 0)...Version(5, 9, 999), DatabaseVersion(4, 0), "redis/docs, release notes of 5.6"),
      (Version(6, 0, 0)...Version(6, 1, 999), DatabaseVersion(5, 0), "redis/docs, release notes of 6.0"),
    ]

    /// nil where nobody says.
    package static func oldest(for target: Version) -> DatabaseVersion? {
      rows.first { $0.targets.contains(target) }?.oldest
    }
  }
}
