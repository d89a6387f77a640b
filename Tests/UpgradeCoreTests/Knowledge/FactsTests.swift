// Formats, replication, the way back, hazards and the block list, each as a table.

import Testing

@testable import UpgradeCore

@Suite struct FactsTests {
  private func release(_ text: String) throws -> Release {
    try #require(Release(text, defaultProduct: .redis), "\(text) is no release")
  }

  @Test(arguments: [
    ("3.2.13", 7), ("4.0.14", 8), ("5.0.14", 9), ("6.0.16", 9), ("6.2.14", 9), ("7.0.15", 10), ("7.2.4", 11),
    ("7.4.1", 12), ("8.0.2", 12), ("8.2.0", 12), ("8.4.0", 12), ("8.6.0", 13), ("8.8.0", 14), ("8.10.0", 15),
    ("valkey-7.2.5", 11), ("valkey-8.0.1", 11), ("valkey-8.1.1", 11), ("valkey-9.0.0", 80), ("valkey-9.1.0", 80),
  ])
  func rdbVersions(release text: String, rdb: Int) throws {
    let line = try #require(Releases.line(of: try release(text)))
    #expect(line.rdb == rdb)
    #expect(line.canRead(line))
    #expect(line.magic == (text.hasPrefix("valkey-9") ? .valkey : .redis))
    #expect(!line.source.isEmpty)
  }

  @Test func theTableNamesEachLineOnce() {
    #expect(Set(Releases.lines.map(\.line)).count == Releases.lines.count)
    #expect(Releases.lines.map(\.line) == Releases.lines.map(\.line).sorted())
  }

  @Test func appendOnlyLayouts() throws {
    #expect(Releases.line(of: try release("4.0.14"))?.appendOnly == .singleFile(rdbPreamble: false))
    #expect(Releases.line(of: try release("6.2.14"))?.appendOnly == .singleFile(rdbPreamble: true))
    #expect(Releases.line(of: try release("7.0.0"))?.appendOnly == .directory)
    #expect(Releases.line(of: try release("valkey-7.2.5"))?.appendOnly == .directory)
  }

  enum Course: Sendable { case works, linked, diverges, unknown }

  @Test(arguments: [
    ("6.2.14", "7.0.15", Course.works), ("7.0.15", "6.2.14", .linked), ("7.0.15", "6.0.16", .diverges),
    ("valkey-8.0.1", "5.0.14", .diverges), ("6.2.14", "5.0.14", .works), ("8.4.0", "7.4.1", .works),
    ("8.6.0", "8.4.0", .linked), ("7.2.4", "valkey-8.1.1", .works), ("valkey-8.1.1", "7.2.4", .works),
    ("7.4.1", "valkey-8.1.1", .linked), ("valkey-9.0.0", "valkey-8.1.1", .linked), ("valkey-9.0.0", "7.2.4", .linked),
    ("valkey-9.1.0", "valkey-9.0.0", .works), ("9.9.9", "7.0.15", .unknown),
  ])
  func replication(primary: String, replica: String, course: Course) throws {
    switch (Replicating.judge(primary: try release(primary), replica: try release(replica)), course) {
    case (.works, .works), (.onlyWhileLinked, .linked), (.diverges, .diverges), (.unknown, .unknown): break
    case (let verdict, _): Issue.record("\(verdict)")
    }
  }

  @Test(arguments: [
    ("6.2.14", "7.0.15", WayBack.Course.narrows), ("7.0.15", "8.0.2", .narrows), ("6.2.14", "valkey-8.0.1", .narrows),
    ("valkey-8.1.1", "valkey-9.1.0", .narrows), ("5.0.14", "6.2.14", .staysOpen), ("8.0.2", "8.4.6", .staysOpen),
    ("7.2.4", "valkey-8.1.1", .staysOpen), ("7.0.10", "7.0.15", .staysOpen), ("6.0.16", "7.0.15", .closesAtPromotion),
  ])
  func wayBack(from: String, to: String, course: WayBack.Course) throws {
    let way = WayBack.judge(from: try release(from), to: try release(to))
    #expect(way.course == course)
    #expect(way.narrows == (course != .staysOpen))
    #expect(!way.atPromotion.isEmpty && !way.atLastStop.isEmpty && !way.source.isEmpty)
  }

  @Test func aMixedShardHasTheWorstWayBack() throws {
    let mixed = [try release("7.0.15"), try release("6.2.14")]
    #expect(WayBack.judge(from: mixed, to: try release("7.0.15")).course == .narrows)
    #expect(WayBack.judge(from: [], to: try release("7.0.15")).course == .staysOpen)
  }

  @Test(arguments: [
    ("6.2.0", ["channels-of-default"], ["CVE-2025-49844"]), ("6.2.14", [], ["CVE-2025-49844"]), ("6.2.20", [], []),
    ("7.0.0", ["rewrite-drops-lines", "own-primary"], ["CVE-2025-49844"]),
    ("7.0.4", ["own-primary"], ["CVE-2025-49844"]),
    ("7.0.15", [], ["CVE-2025-49844"]), ("7.2.3", ["shards-crash", "shard-ids-in-file"], ["CVE-2025-49844"]),
    ("7.2.7", [], ["shard-ids-flip", "CVE-2025-49844"]), ("7.2.12", [], []),
    ("8.0.2", [], ["short-read-exit", "CVE-2025-49844", "slot-info-corruption"]),
    ("8.4.2", ["sync-crash"], ["slot-info-corruption"]),
    ("8.4.3", ["sync-crash"], ["announced-name", "slot-info-corruption"]),
    ("8.10.1", [], []), ("valkey-8.0.1", [], ["CVE-2025-49844"]), ("valkey-9.1.0", [], []),
  ])
  func blockList(target: String, refusals: [String], warnings: [String]) throws {
    let verdict = BlockList.judge(try release(target))
    #expect(verdict.refusals.map(\.id) == refusals)
    #expect(verdict.warnings.map(\.id) == warnings)
  }

  @Test func aConditionalBlockRefusesWhereItIsKnownToHold() throws {
    var node = NodeFacts(name: "a:1")
    node.configuration = ["cluster-announce-ip": "redis-1.example"]
    let named = BlockList.judge(try release("8.6.3"), facts: DeploymentFacts(nodes: [node]))
    #expect(named.refusals.map(\.id) == ["announced-name"])
    node.configuration = ["cluster-announce-ip": "10.0.0.1"]
    let numbered = BlockList.judge(try release("8.6.3"), facts: DeploymentFacts(nodes: [node]))
    #expect(numbered.refusals.isEmpty)
    #expect(!numbered.warnings.map(\.id).contains("announced-name"))
  }

  @Test(arguments: [
    ("gopher-enabled", "6.2.14", "7.0.15", ChangedDirective.Effect.fatal),
    ("gopher-enabled", "6.2.14", "valkey-8.0.1", .fatal), ("gopher-enabled", "6.0.16", "6.2.14", nil),
    ("lua-replicate-commands", "6.2.14", "7.0.15", .ignored), ("maxmemory", "6.2.14", "7.0.15", nil),
  ])
  func directives(name: String, from: String, to: String, effect: ChangedDirective.Effect?) throws {
    #expect(Directives.change(of: name, from: try release(from), to: try release(to))?.effect == effect)
  }

  @Test(arguments: [
    ("user alice on #... ~app:* &* +@all", false), ("user alice on ~* +@all", true),
    ("user allchannels on ~* +@all", true), ("user bob off resetchannels -@all", false),
    ("user bob on ~* &news:* +@all", false),
  ])
  func whoSaysNothingOfChannels(user: String, isSilent: Bool) {
    #expect(ChannelRules.isSilent(user) == isSilent)
  }
}
