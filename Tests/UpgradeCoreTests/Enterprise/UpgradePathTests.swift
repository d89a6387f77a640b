// The vendor's tables of paths and bundled versions, asked as a person asks them.
import Testing

@testable import UpgradeCore

@Suite struct UpgradePathTests {
  /// A line for each source: `+` direct, `.` over others, `-` backwards. redis/docs, rs-upgrade-paths.
  @Test func theVendorsMatrix() throws {
    let targets = ["7.2.4", "7.4.6", "7.8.2", "7.22.0", "8.0.2", "8.0.10", "8.0.16", "8.0.20", "8.2.0"]
    let rows = [
      "6.0.20  +........", "6.2.4   ++.......", "6.2.8   ++.......", "6.2.10  +++......", "6.2.18  +++......",
      "6.4.2   ++++++...", "7.2.0   +++++++++", "7.4.2   -++++++++", "7.8.2   --=++++++", "7.22.0  ---=+++++",
      "8.0.6   -----++++", "8.0.16  ------=++", "8.2.0   --------=",
    ]
    for row in rows {
      let parts = row.split(separator: " ")
      let old = try #require(Version(parts[0]))
      let marks = try targets.map { text -> String in
        let new = try #require(Version(text))
        return switch Enterprise.UpgradePaths.judge(from: old, to: new) {
        case .direct: "+"
        case .over: "."
        case .none: new == old ? "=" : "-"
        }
      }
      #expect(marks.joined() == parts[1], "from \(old)")
    }
  }

  @Test(arguments: [
    ("5.0.2", "8.2.0", ["5.6.0", "6.0.20", "7.2.4"]), ("5.4.0", "8.2.0", ["6.0.20", "7.2.4"]),
    ("6.2.18", "8.2.0", ["7.8.6"]), ("6.4.2", "8.2.0", ["8.0.10"]), ("4.5.0", "5.4.0", ["5.2.0"]),
  ])
  func routes(from old: String, to new: String, over expected: [String]) throws {
    let judgement = Enterprise.UpgradePaths.judge(
      from: try #require(Version(old)), to: try #require(Version(new)))
    guard case .over(let between) = judgement else {
      Issue.record("\(judgement)")
      return
    }
    #expect(between.count == expected.count, "\(between)")
    // Each hop is one of the vendor's own; which of several is a matter of taste, and the last counts.
    let stops = [old] + between.map(\.description) + [new]
    for (from, to) in zip(stops, stops.dropFirst()) {
      let hop = Enterprise.UpgradePaths.judge(from: try #require(Version(from)), to: try #require(Version(to)))
      #expect({ if case .direct = hop { true } else { false } }(), "\(from) to \(to): \(hop)")
    }
    #expect(between.last?.description == expected.last)
  }

  @Test func whatIsNoWay() {
    #expect(
      Enterprise.UpgradePaths.judge(from: Version(4, 3, 0), to: Version(8, 2, 0))
        == .none("8.2.0 and later of its line take 7.2.0 or later"))
    #expect(
      Enterprise.UpgradePaths.judge(from: Version(7, 22, 0), to: Version(9, 0, 0))
        == .none("9.0.0 is a version that this program knows no path to"))
    #expect(
      Enterprise.UpgradePaths.judge(from: Version(7, 22, 0), to: Version(7, 4, 6))
        == .none("there is no way back to it"))
  }

  @Test func databasesThatHaveToGoFirst() {
    func standing(_ database: String, _ old: Version, _ new: Version) -> Enterprise.BundledVersions.Standing? {
      Enterprise.DatabaseVersion(database).map { Enterprise.BundledVersions.standing(of: $0, on: old, to: new) }
    }
    let (v72, v78, v82) = (Version(7, 2, 4), Version(7, 8, 2), Version(8, 2, 0))
    #expect(standing("7.2", v72, v78) == .stays)
    #expect(
      standing("6.0.16", v72, v78)
        == .upgradeFirst([Enterprise.DatabaseVersion(6, 2), Enterprise.DatabaseVersion(7, 2)].compactMap(\.self)))
    #expect(standing("5.0", Version(5, 6, 0), Version(7, 2, 4)) == .notKnown)
    #expect(standing("6.0", Version(6, 2, 18), v82) == .upgradeFirst([Enterprise.DatabaseVersion(6, 2)]))
    #expect(
      standing("5.0", v72, v78) == .upgradeFirst([Enterprise.DatabaseVersion(6, 2), Enterprise.DatabaseVersion(7, 2)]))
  }

  @Test(arguments: [
    ("7.22.0-250", "7.22.0-250"), ("6.2.12-37", "6.2.12-37"), ("7.22.0", nil), ("7.22-250", nil), ("7.22.0-", nil),
    ("7.22.0-2x", nil), (" 7.22.0-250", nil), ("7.22.0-250-1", nil),
  ])
  func versionsWithTheirBuild(text: String, read: String?) {
    #expect(Enterprise.BuildVersion(text)?.description == read)
  }

  @Test func aBuildCounts() throws {
    let versions = try ["8.0.20-9", "7.22.0-250", "8.0.20-44", "7.22.0-26"].map {
      try #require(Enterprise.BuildVersion($0))
    }
    #expect(versions.sorted().map(\.description) == ["7.22.0-26", "7.22.0-250", "8.0.20-9", "8.0.20-44"])
  }
}
