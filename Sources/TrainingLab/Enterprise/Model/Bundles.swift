// Which database versions come with which cluster software, and which software may follow which: facts as data.

package import UpgradeCore

extension Simulator {
  package enum Bundles {
    /// Cluster software from a version on: the database versions that it brings, the last of them its default.
    package struct Row: Sendable {
      package let since: [Int]
      package let databases: [String]
      /// The oldest software that may be upgraded to it.
      package let oldestSource: [Int]
    }

    /// Newest first. From 6.2 on: redis/docs, rs-bundled-db-versions.md and rs-upgrade-paths.md; before: the release
    /// notes, which name the sources but of the database versions only that 5.4 brought Redis 5.0.
    package static let rows = [
      Row(since: [8, 0, 18], databases: ["6.2", "7.2", "7.4", "8.0", "8.2", "8.4", "8.6"], oldestSource: [7, 2]),
      Row(since: [8, 0, 16], databases: ["6.2", "7.2", "7.4", "8.0", "8.2", "8.4"], oldestSource: [7, 2]),
      Row(since: [8, 0, 10], databases: ["6.2", "7.2", "7.4", "8.0", "8.2", "8.4"], oldestSource: [6, 4]),
      Row(since: [8, 0], databases: ["6.2", "7.2", "7.4", "8.0", "8.2"], oldestSource: [6, 4]),
      Row(since: [7, 22], databases: ["6.2", "7.2", "7.4"], oldestSource: [6, 4]),
      Row(since: [7, 8], databases: ["6.2", "7.2", "7.4"], oldestSource: [6, 2, 10]),
      Row(since: [7, 4], databases: ["6.0", "6.2", "7.2"], oldestSource: [6, 2, 4]),
      Row(since: [7, 2], databases: ["6.0", "6.2", "7.2"], oldestSource: [6, 0]),
      Row(since: [6, 4], databases: ["6.0", "6.2"], oldestSource: [6, 0]),
      Row(since: [6, 2], databases: ["6.0", "6.2"], oldestSource: [6, 0]),
      Row(since: [6, 0, 20], databases: ["5.0", "6.0"], oldestSource: [5, 6]),
      Row(since: [6, 0], databases: ["5.0", "6.0"], oldestSource: [5, 4]),
      Row(since: [5, 6], databases: ["4.0", "5.0"], oldestSource: [5, 0, 2, 30]),
      Row(since: [5, 4], databases: ["4.0", "5.0"], oldestSource: [5, 0]),
      Row(since: [5, 2], databases: ["3.2", "4.0"], oldestSource: [4, 5]),
      Row(since: [5, 0], databases: ["3.2", "4.0"], oldestSource: [4, 4, 2]),
      Row(since: [0], databases: ["3.0", "3.2"], oldestSource: [0]),
    ]

    package static func row(of version: Version) -> Row {
      rows.first { !version.numbers.lexicographicallyPrecedes($0.since) } ?? rows[rows.count - 1]
    }

    package static func databases(of version: Version) -> [String] { row(of: version).databases }
    package static func newest(of version: Version) -> String { databases(of: version).last ?? "3.2" }

    /// What a database is given or upgraded to: 6.2.x keeps to 6.0 under the policy `major`.
    package static func usual(of version: Version, policy: String) -> String {
      let isMajorOnly = version.isAtLeast(6, 2) && !version.isAtLeast(6, 4) && policy == "major"
      return isMajorOnly ? "6.0" : newest(of: version)
    }

    /// Whether the installer of one version upgrades the other.
    package static func leads(from source: Version, to target: Version) -> Bool {
      source <= target && !source.numbers.lexicographicallyPrecedes(row(of: target).oldestSource)
    }

    /// The full version of a database version; only 6.0.16 stands in a public table, the others are invented.
    package static func full(_ short: String) -> String { fullVersions[short] ?? "\(short).0" }

    private static let fullVersions = [
      "3.0": "3.0.7", "3.2": "3.2.12", "4.0": "4.0.9", "5.0": "5.0.14", "6.0": "6.0.16", "6.2": "6.2.13",
      "7.2": "7.2.4", "7.4": "7.4.3", "8.0": "8.0.2", "8.2": "8.2.1", "8.4": "8.4.0", "8.6": "8.6.0",
    ]

    /// The real server that stands for a database version: never one that cannot read what an older one wrote.
    package static func server(of version: String) -> Release {
      let numbers = version.split(separator: ".").prefix(2).compactMap { Int($0) }
      if numbers.lexicographicallyPrecedes([7]) { return Release(.redis, UpgradeCore.Version(6, 2, 14)) }
      if numbers.lexicographicallyPrecedes([7, 4]) { return Release(.redis, UpgradeCore.Version(7, 0, 15)) }
      return Release(.redis, UpgradeCore.Version(8, 0, 2))
    }
  }
}
