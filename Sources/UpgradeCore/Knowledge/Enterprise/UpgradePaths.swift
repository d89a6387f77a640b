// Which version of Redis Enterprise Software can be upgraded to which in one go, as data, and the way there in several.

extension Enterprise {
  /// The versions from which one line of targets can be reached in one go.
  package struct UpgradeTarget: Hashable, Sendable {
    /// First and last version of the line.
    package let versions: ClosedRange<Version>
    /// The oldest version that it takes; older ones go by an intermediate.
    package let oldestSource: Version
    /// Versions above the oldest that it does not take either.
    package let exceptions: [Version]
    package let source: String

    init(
      _ first: Version, _ last: Version, from oldest: Version, except exceptions: [Version] = [], _ source: String
    ) {
      versions = first...last
      oldestSource = oldest
      self.exceptions = exceptions
      self.source = source
    }

    func takes(_ version: Version) -> Bool { version >= oldestSource && !exceptions.contains(version) }
  }

  package enum UpgradePaths {
    /// Where two pages of the vendor differ, the stricter one counts.
    static let targets: [UpgradeTarget] = [
      UpgradeTarget(
        Version(5, 0, 0), Version(5, 1, 999), from: Version(4, 4, 2), "redis/docs, release notes of 5.0"),
      UpgradeTarget(Version(5, 2, 0), Version(5, 3, 999), from: Version(4, 5, 0), "redis/docs, release notes of 5.2"),
      UpgradeTarget(Version(5, 4, 0), Version(5, 5, 999), from: Version(5, 0, 0), "redis/docs, release notes of 5.4"),
      UpgradeTarget(Version(5, 6, 0), Version(5, 9, 999), from: Version(5, 0, 2), "redis/docs, release notes of 5.6"),
      UpgradeTarget(Version(6, 0, 0), Version(6, 0, 19), from: Version(5, 4, 0), "redis/docs, release notes of 6.0"),
      UpgradeTarget(
        Version(6, 0, 20), Version(6, 1, 999), from: Version(5, 6, 0), "redis/docs, release notes of 6.0.20"),
      UpgradeTarget(Version(6, 2, 0), Version(6, 3, 999), from: Version(6, 0, 0), "redis/docs, release notes of 6.2.4"),
      UpgradeTarget(Version(6, 4, 0), Version(6, 9, 999), from: Version(6, 0, 0), "redislabs-docs, upgrade-cluster"),
      UpgradeTarget(Version(7, 2, 0), Version(7, 3, 999), from: Version(6, 0, 0), paths),
      UpgradeTarget(Version(7, 4, 0), Version(7, 7, 999), from: Version(6, 2, 4), paths),
      UpgradeTarget(Version(7, 8, 0), Version(7, 21, 999), from: Version(6, 2, 10), paths),
      UpgradeTarget(Version(7, 22, 0), Version(7, 99, 999), from: Version(6, 4, 0), paths),
      UpgradeTarget(Version(8, 0, 0), Version(8, 0, 15), from: Version(6, 4, 0), paths),
      UpgradeTarget(Version(8, 0, 16), Version(8, 1, 999), from: Version(7, 2, 0), paths),
      UpgradeTarget(Version(8, 2, 0), Version(8, 2, 999), from: Version(7, 2, 0), paths),
    ]

    private static let paths = "redis/docs, rs-upgrade-paths"

    /// Versions that a route may go through: of each line the one that the vendor's routes name.
    static let waypoints: [Version] = [
      Version(4, 5, 0), Version(5, 0, 2), Version(5, 2, 0), Version(5, 4, 0), Version(5, 6, 0), Version(6, 0, 12),
      Version(6, 0, 20),
      Version(6, 2, 18), Version(6, 4, 2), Version(7, 2, 4), Version(7, 4, 6), Version(7, 8, 6), Version(7, 22, 0),
      Version(8, 0, 10), Version(8, 0, 20),
    ]

    /// What an upgrade from one version to another is.
    package enum Judgement: Hashable, Sendable {
      case direct(source: String)
      /// In several runs, each to the end: the versions between, in order.
      case over([Version])
      case none(String)
    }

    package static func judge(from old: Version, to new: Version) -> Judgement {
      guard new > old else { return .none(new == old ? "it is this version already" : "there is no way back to it") }
      guard let line = line(of: new) else { return .none("\(new) is a version that this program knows no path to") }
      if line.takes(old) { return .direct(source: line.source) }
      if let between = route(from: old, to: new) { return .over(between) }
      return .none("\(line.versions.lowerBound) and later of its line take \(line.oldestSource) or later")
    }

    private static func line(of version: Version) -> UpgradeTarget? { targets.first { $0.versions.contains(version) } }

    /// The fewest runs; of equally many the one with the latest waypoints, which is supported for longest.
    private static func route(from old: Version, to new: Version) -> [Version]? {
      var frontier: [[Version]] = [[]]
      var seen: Set<Version> = [old]
      while !frontier.isEmpty {
        for route in frontier where line(of: new)?.takes(route.last ?? old) == true { return route }
        frontier = frontier.flatMap { route in
          waypoints.reversed().filter { next in
            let last = route.last ?? old
            return next > last && next < new && line(of: next)?.takes(last) == true && seen.insert(next).inserted
          }.map { route + [$0] }
        }
      }
      return nil
    }
  }
}
