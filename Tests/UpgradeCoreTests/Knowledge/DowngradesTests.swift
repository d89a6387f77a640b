// Going back: which way each pair of lines has, and what stands in it.

import Testing

@testable import UpgradeCore

@Suite struct DowngradesTests {
  private func judge(_ from: String, _ to: String) throws -> Downgrade {
    let from = try #require(Release(from, defaultProduct: .redis))
    let to = try #require(Release(to, defaultProduct: .redis))
    return try #require(Downgrades.judge(from: from, to: to), "\(from) to \(to)")
  }

  @Test(arguments: [
    ("6.2.14", "6.0.16", Downgrade.Way.swap, ["newer-directives", "channels-in-rules"], true),
    ("7.0.15", "7.0.10", .swap, ["newer-directives"], false),
    (
      "7.0.15", "6.2.14", .rebuild,
      ["newer-directives", "selectors-in-rules", "functions", "empty-without-error"], true
    ),
    ("7.2.12", "7.0.15", .rebuild, ["newer-directives", "shard-ids-as-host-names"], false),
    (
      "8.0.2", "7.0.15", .rebuild,
      ["newer-directives", "shard-ids-as-host-names", "expiries-of-fields", "types-of-8"], true
    ),
    ("8.4.6", "8.0.6", .swap, ["newer-directives"], false),
    ("8.6.6", "8.4.6", .rebuild, ["newer-directives", "types-of-8.6"], false),
    ("8.10.1", "8.6.6", .rebuild, ["newer-directives", "types-of-8.8", "types-of-8.10"], false),
    ("valkey-8.1.1", "valkey-8.0.1", .swap, ["newer-directives"], true),
    ("valkey-8.1.1", "7.2.12", .swap, ["newer-directives", "names-of-valkey"], false),
    (
      "valkey-9.1.2", "valkey-8.1.1", .lenient, ["newer-directives", "expiries-of-fields", "databases-in-clusters"],
      true
    ),
    (
      "valkey-9.1.2", "valkey-8.0.1", .rebuild,
      ["newer-directives", "expiries-of-fields", "databases-in-clusters"], false
    ),
    ("valkey-9.1.2", "8.0.6", .rebuild, ["newer-directives", "names-of-valkey", "databases-in-clusters"], true),
    ("8.0.2", "valkey-9.1.2", .lenient, ["newer-directives", "expiries-of-fields", "types-of-8"], true),
    ("8.0.6", "valkey-8.1.1", .rebuild, ["newer-directives", "expiries-of-fields", "types-of-8"], true),
  ])
  func whatAWayBackTakes(from: String, to: String, way: Downgrade.Way, obstacles: [String], isTried: Bool) throws {
    let back = try judge(from, to)
    #expect(back.way == way)
    #expect(back.obstacles.map(\.id) == obstacles)
    #expect((back.tried != nil) == isTried)
    #expect(!back.steps.isEmpty && !back.why.isEmpty && !back.source.isEmpty)
  }

  @Test func anOldLayoutWantsOneFileAndANewOneTheDirectory() throws {
    #expect(try judge("7.0.15", "6.2.14").steps[2].contains("one appendonly.aof"))
    #expect(try judge("8.0.2", "7.0.15").steps[2].contains("Copy the directory"))
  }

  /// A way back by the files is exactly where the formats say so, for every pair of lines.
  @Test func theWaysFollowTheFormats() throws {
    for new in Releases.lines {
      for old in Releases.lines where new.line != old.line {
        let back = try #require(Downgrades.judge(from: new.recommended, to: old.recommended))
        #expect((back.way == .swap) == old.canRead(new), "\(new.line) to \(old.line)")
      }
    }
    let unknown = Release(.redis, Version(9, 9, 9))
    #expect(Downgrades.judge(from: unknown, to: Release(.redis, Version(7, 0, 15))) == nil)
  }
}
