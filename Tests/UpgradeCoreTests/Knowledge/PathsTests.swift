// The table of paths, row by row: what is allowed, what is refused and why, and over which stops a route goes.

import Testing

@testable import UpgradeCore

@Suite struct PathsTests {
  private func release(_ text: String) throws -> Release {
    try #require(Release(text, defaultProduct: .redis), "\(text) is no release")
  }

  private func judge(_ from: String, _ to: String, mode: PathMode = .cluster) throws -> PathVerdict {
    Paths.judge(from: try release(from), to: try release(to), mode: mode)
  }

  @Test(arguments: [
    ("6.2.14", "7.0.15"), ("7.0.15", "8.0.2"), ("6.2.14", "valkey-8.0.1"), ("7.0.15", "valkey-8.0.1"),
    ("4.0.14", "7.0.15"), ("5.0.14", "6.2.14"), ("6.0.16", "6.2.14"), ("6.0.16", "7.0.15"),
    ("6.2.14", "7.4.2"), ("6.2.14", "8.0.6"), ("6.2.14", "valkey-7.2.5"), ("6.2.14", "valkey-9.1.0"),
    ("7.0.15", "7.2.8"), ("7.0.15", "7.4.3"), ("7.0.15", "8.10.1"), ("7.0.15", "valkey-7.2.5"),
    ("7.0.15", "valkey-9.0.7"),
    ("7.2.4", "7.4.3"), ("7.2.4", "8.2.9"), ("7.2.4", "valkey-8.1.1"), ("7.2.4", "valkey-9.1.0"),
    ("7.4.1", "8.0.2"), ("7.4.3", "8.6.6"), ("8.0.2", "8.0.6"), ("8.0.2", "8.2.9"), ("8.4.4", "8.10.1"),
    ("valkey-7.2.5", "valkey-8.0.1"), ("valkey-8.0.1", "valkey-8.1.1"), ("valkey-8.1.1", "valkey-9.1.0"),
    ("6.2.14", "6.2.20"), ("7.0.15", "7.0.15"),
  ])
  func allowed(from: String, to: String) throws {
    let verdict = try judge(from, to)
    #expect(verdict.isAllowed, "\(verdict.refusal?.text ?? "")")
  }

  @Test(arguments: [
    ("7.0.15", "6.2.14", Refusal.Kind.downgrade, ""),
    ("6.2.14", "6.2.13", .downgrade, ""),
    ("valkey-8.1.1", "valkey-8.0.1", .downgrade, ""),
    ("8.0.2", "valkey-8.1.1", .unreadable, ""),
    ("7.4.1", "valkey-9.1.0", .unreadable, ""),
    ("8.6.1", "valkey-8.0.1", .unreadable, ""),
    ("valkey-9.0.1", "8.0.2", .unreadable, ""),
    ("3.2.13", "4.0.14", .clusterBus, ""),
    ("6.2.14", "7.2.4", .clusterBus, "Redis 7.0.15, then Redis 7.2.12"),
    ("6.2.14", "7.2.12", .clusterBus, "Redis 7.0.15, then Redis 7.2.12"),
    ("6.0.16", "7.2.12", .clusterBus, "Redis 6.2.20, then Redis 7.0.15, then Redis 7.2.12"),
    ("6.2.14", "7.4.1", .clusterBus, "Redis 7.4.11"),
    ("7.0.15", "7.2.7", .clusterBus, "Redis 7.2.12"),
    ("7.0.15", "7.4.2", .clusterBus, "Redis 7.4.11"),
    ("7.2.4", "7.4.2", .clusterBus, "Redis 7.4.11"),
    ("6.2.14", "valkey-7.2.4", .clusterBus, "Valkey 7.2.15"),
    ("valkey-8.0.1", "7.2.8", .unproven, ""),
    ("valkey-8.0.1", "8.0.2", .unproven, ""),
    ("6.2.14", "9.9.9", .unknownRelease, ""),
    ("2.8.24", "7.0.15", .unknownRelease, ""),
    ("255.255.255", "7.0.15", .unknownRelease, ""),
  ])
  func refused(from: String, to: String, kind: Refusal.Kind, route: String) throws {
    let verdict = try judge(from, to)
    let refusal = try #require(verdict.refusal, "allowed")
    #expect(refusal.kind == kind, "\(refusal.text)")
    #expect(verdict.route.map(\.title).joined(separator: ", then ") == route)
  }

  @Test func theSentencesOfTheRefusalsThatPeopleMeet() throws {
    #expect(
      try judge("7.0.15", "6.2.14").refusal?.text
        == "Redis 6.2.14 is older than Redis 7.0.15: this program only goes forward")
    #expect(
      try judge("8.0.2", "valkey-8.1.1").refusal?.text
        == "Valkey 8.1.1 cannot read RDB 12, which Redis 8.0.2 writes and sends to its replicas")
    #expect(
      try judge("7.0.15", "7.4.2").refusal?.text
        == "beside Redis 7.0.15 at least Redis 7.4.3 is needed: older patches write shard ids that do not match into "
        + "nodes.conf, and do not start again from it")
  }

  @Test(arguments: [
    ("6.0.16", "7.0.15", "Redis 6.2.20, then Redis 7.0.15"),
    ("5.0.14", "valkey-8.0.1", "Redis 6.2.20, then Valkey 8.0.1"),
    ("6.2.14", "8.0.2", "Redis 7.4.11, then Redis 8.0.2"),
    ("6.0.16", "8.0.2", "Redis 6.2.20, then Redis 7.4.11, then Redis 8.0.2"),
    ("6.0.16", "6.2.14", nil), ("6.2.14", "7.0.15", nil), ("7.0.15", "8.0.2", nil), ("6.2.14", "valkey-8.0.1", nil),
  ])
  func aSaferRouteIsOffered(from: String, to: String, route: String?) throws {
    let verdict = try judge(from, to)
    #expect(verdict.isAllowed)
    #expect(verdict.routeText == route)
  }

  @Test func everyHopOfEveryRouteIsAllowed() throws {
    for from in Releases.lines {
      for to in Releases.lines {
        let verdict = Paths.judge(from: from.recommended, to: to.recommended)
        for (hop, next) in zip([from.recommended] + verdict.route, verdict.route) {
          #expect(Paths.judge(from: hop, to: next).isAllowed, "\(hop) to \(next)")
        }
        if let end = verdict.route.last { #expect(end.line == to.line) }
      }
    }
  }

  @Test func pairsWithoutABusAreMorePermissive() throws {
    #expect(try judge("7.0.15", "7.4.2", mode: .replication).isAllowed)
    #expect(try !judge("8.0.2", "valkey-8.1.1", mode: .replication).isAllowed)
  }

  /// No file that a table allows to be sent is one that the receiver cannot read.
  @Test func noRowContradictsTheFormats() throws {
    for row in PathRow.all {
      let to = try #require(Releases.line(row.to))
      for from in row.from {
        #expect(to.canRead(try #require(Releases.line(from))), "\(from) to \(row.to)")
        #expect(from < row.to)
      }
      #expect(!row.source.isEmpty)
      #expect(row.fromPatch == 0 || row.why != nil)
    }
  }
}
