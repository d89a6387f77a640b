// The rules about Redis Enterprise Software as a whole: names, words, what refuses a start, and what passes unseen.

import Testing

@testable import UpgradeCore

@Suite struct EnterpriseRulebookTests {
  private func results(_ change: (inout EnterpriseScene) throws -> Void = { _ in }) throws -> [CheckResult] {
    var scene = EnterpriseScene()
    try change(&scene)
    return Rulebook.checks(in: try scene.scene())
  }

  @Test func everyRuleSaysAllThatAPersonNeeds() {
    let names = (Rulebook.all + Rulebook.enterprise).map(\.name.text)
    #expect(Set(names).count == names.count, "a name means one thing")
    for rule in Rulebook.enterprise {
      #expect(!rule.title.isEmpty && !rule.title.hasSuffix("."), "\(rule.name)")
      #expect(rule.why.hasSuffix(".") && rule.remedy.hasSuffix(".") && rule.after.hasSuffix("."), "\(rule.name)")
      #expect(!rule.reads.isEmpty && !rule.reads.hasSuffix("."), "\(rule.name)")
      #expect(rule.source.hasPrefix("redis/docs"), "\(rule.name): \(rule.source)")
      #expect(rule.name.text.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }, "\(rule.name)")
      #expect(Topic(named: rule.name.text) == .rule(rule.name) && Topic.names.contains(rule.name.text))
    }
  }

  @Test(arguments: [
    "cluster-is-ok", "node-is-ok", "no-maintenance", "no-running-action", "no-shard-syncing", "master-is-newest",
    "quorum-kept", "upgrade-mode-off", "one-version", "databases-active", "database-active",
    "database-version-bundled", "database-protected",
  ])
  func theNamesThatTheRunbookGatesBy(name: String) {
    #expect(Rulebook.rule(named: RuleName(name)) != nil)
  }

  /// By `rladmin`, `rlcheck` and `supervisorctl` alone a site can begin: what they cannot tell is `not checked`.
  @Test func withoutRESTAndHostsAHealthyClusterMayBegin() throws {
    let results = try results {
      $0.hosts = [:]
      $0.modules = nil
    }
    let refusing = results.filter(\.refuses)
    #expect(refusing.isEmpty, "\(refusing.map { "\($0.name) \($0.object): \($0.saw)" })")
    let unchecked = Set(results.filter { $0.result == .unknown }.map(\.name.text))
    #expect(
      unchecked == [
        "reports-agree", "cluster-check", "known-limitations", "license", "modules-compatible", "system-supported",
        "ports-free", "dns-port-free", "local-ports", "swap-off", "clock-synchronised", "disk-room", "memory-room",
        "storage-paths", "endpoints-answer",
      ])
    for result in results where result.result == .unknown { #expect(result.saw.hasPrefix("not checked"), "\(result)") }
  }

  @Test func withEverythingReadNothingIsLeftOpen() throws {
    let results = try results {
      try $0.asksREST()
      $0.clients = { _ in .serves(keys: 7, version: nil) }
    }
    #expect(results.filter(\.refuses).isEmpty)
    let open = results.filter { $0.result == .unknown || $0.result == .fail }
    #expect(open.isEmpty, "\(open.map { "\($0.name) \($0.object): \($0.saw)" })")
    // The database that nothing keeps is warned of; what only a person sees to is a note.
    #expect(results.filter { $0.result == .warn }.map { "\($0.name) \($0.object)" } == ["database-protected db:4"])
    #expect(
      results.filter { $0.result == .note }.map(\.name.text)
        == ["release-notes", "configuration-copied", "software-kept", "change-freeze"])
  }

  @Test func everyBlockingFailureRefusesAtOnce() throws {
    let refusing = try results { scene in
      scene.node(3, "STATUS", "DOWN")
      scene.node(2, "SHARDS", "2/0")
      scene.database(2, "REDIS_VERSION", "6.0.16")
      scene.actions = "Got 1 tasks:\n1) Task: a\n"
      scene.host(1, "system", "system ubuntu 18.04")
      scene.host(1, "dns", "dns dnsmasq")
      scene.hosts[2]?.append("listen 3355 nginx")
      scene.modules =
        "CLUSTER MODULES:\nM\n\nDATABASE MODULES:\nDB:ID MODULE     VERSION\ndb:1  RedisGraph 2.10.5\n"
      scene.to = "8.0.6-54"
    }.filter(\.refuses).map { "\($0.name) \($0.object)" }
    #expect(
      refusing == [
        "database-version-bundled db:2", "cluster-is-ok the cluster", "node-is-ok node:3", "no-maintenance node:2",
        "no-running-action the cluster", "quorum-kept the cluster", "modules-compatible the cluster",
        "system-supported node:1", "ports-free node:2", "dns-port-free node:1",
      ])
  }

  @Test func aRunThatWasBegunIsANoteAndAnotherOneRefuses() throws {
    let resumed = try results { $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92") }.filter {
      $0.name == "versions-uniform"
    }
    #expect(resumed.map(\.result) == [.note])
    let other = try results { $0.versions("7.4.6-22", "7.2.4-92", "7.2.4-92") }.filter { $0.name == "versions-uniform" }
    #expect(other.map(\.result) == [.fail] && other.allSatisfy(\.refuses))
  }

  @Test func whatIsOddIsWarnedOfAndWhatIsGraveRefuses() throws {
    func result(_ name: RuleName, _ change: (inout EnterpriseScene) throws -> Void) throws -> [CheckResult.Result] {
      try results(change).filter { $0.name == name && $0.result != .pass }.map(\.result)
    }
    #expect(try result("system-supported") { $0.host(1, "system", "system debian 12") } == [.warn])
    #expect(
      try result("system-supported") {
        $0.host(1, "system", "system debian 12")
        $0.isLab = true
      } == [.note])
    let persist = "/var/opt/redislabs/persist"
    #expect(
      try result("storage-paths") { $0.hosts[1]?.append("room 50000000 btrfs redislabs:redislabs \(persist)") }
        == [.warn])
    #expect(
      try result("storage-paths") { $0.hosts[1]?.append("room 50000000 nfs redislabs:redislabs \(persist)") } == [.fail]
    )
    #expect(try result("upgrade-mode-off") { $0.settings = "C:\n    upgrade mode: enabled\n" } == [.warn])
  }

  /// Without a reading no rule passes, whatever it is about.
  @Test func nothingPassesUnread() throws {
    var scene = EnterpriseScene()
    scene.isRead = false
    for result in Rulebook.checks(in: try scene.scene()) { #expect(result.result == .unknown, "\(result.name)") }
  }

  /// A cluster of servers has nothing to do with these.
  @Test func elsewhereTheyDoNotApply() throws {
    let scene = try TestCluster().scene()
    for rule in Rulebook.enterprise {
      guard case .notApplicable = rule.evaluate(.deployment, in: scene) else {
        Issue.record("\(rule.name) speaks of a cluster of servers")
        continue
      }
    }
  }

  /// Any object, any damage: no rule traps, and every sentence is one.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func rulesSurvive(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      var scene = EnterpriseScene()
      func maybe(_ change: (inout EnterpriseScene) throws -> Void) rethrows {
        if Int.random(in: 0..<3, using: &generator) == 0 { try change(&scene) }
      }
      maybe { $0.node(2, "STATUS", "DOWN") }
      maybe { $0.versions("7.22.0-250", "6.0.8-28", "5.0.0-1") }
      maybe { $0.node(1, "ROLE", "slave") }
      maybe { $0.database(1, "REDIS_VERSION", "2.8.19") }
      maybe { $0.database(2, "STATUS", "recovery") }
      maybe {
        $0.to = ["5.4.14-7", "6.0.20-69", "8.0.16-33", "8.2.0-25", "9.0.0-1"].randomElement(using: &generator) ?? ""
      }
      maybe { $0.hosts[1] = nil }
      maybe { $0.hosts[2] = ["memory 0", "available 1125899906842623", "listening", "room 0 ? ? /", "dns ?"] }
      maybe { $0.unasked = [1, 2, 3] }
      maybe { $0.actions = nil }
      maybe { $0.modules = nil }
      try maybe { try $0.asksREST() }
      try maybe { scene in
        try scene.asksREST {
          $0 = Enterprise.RestView()
          $0.license = Enterprise.License()
        }
      }
      maybe { $0.ignoring = [1] }
      let read = try scene.scene()
      for rule in Rulebook.enterprise {
        for object in rule.objects(in: read) + [
          .deployment, .member(1), .member(99), .node(NodeID("x")), .database(1), .database(99), .host("10.0.0.1"),
          .shard(ShardID(1)),
        ] {
          let line = transcript(rule.evaluate(object, in: read))
          #expect(line.count > 6 && !line.contains("  "), "\(rule.name) on \(object): \(line)")
          _ = rule.severity(of: object, in: read)
        }
      }
      #expect(Rulebook.checks(in: read).allSatisfy { !$0.saw.isEmpty && !$0.object.isEmpty })
    }
  }

  /// Every limitation can be met by somebody, names its source, and says what to do.
  @Test func everyLimitationIsARowThatApplies() {
    let rows = Enterprise.KnownLimitations.all
    #expect(Set(rows.map(\.id)).count == rows.count)
    let builds = [
      "5.0.0-1", "5.2.0-1", "5.4.0-1", "5.6.0-1", "6.0.8-1", "6.0.20-1", "6.2.4-1", "6.2.8-1", "6.2.10-1", "6.2.18-1",
      "6.4.2-30", "7.2.0-1", "7.2.4-92", "7.8.2-1", "7.22.0-250", "8.0.2-17", "8.0.10-64", "8.0.16-29", "8.0.22-1",
      "8.2.0-20",
    ].compactMap { Enterprise.BuildVersion($0) }
    for row in rows {
      #expect(row.source.hasPrefix("redis/docs, ") && !row.advice.isEmpty && !row.text.hasSuffix("."), "\(row.id)")
      let isMet = builds.contains { old in
        builds.contains { new in old < new && Enterprise.KnownLimitations.between(old, new).contains(row) }
      }
      #expect(isMet, "\(row.id)")
    }
  }

  @Test(arguments: [
    ("6.0.8-28", "6.2.8-41", ["upgrade-policy", "restart-cnm-exec", "comments-in-certificates", "rhel-7-to-8"]),
    ("8.0.10-64", "8.0.16-29", ["ldap-unknown-ca", "search-in-parallel", "one-new-node-at-a-time"]),
    ("8.0.10-64", "8.0.16-33", ["search-in-parallel", "one-new-node-at-a-time"]),
    ("6.4.2-30", "6.4.2-43", ["rhel-7-to-8"]), ("7.2.4-92", "7.4.6-22", []),
  ])
  func limitationsOfAWay(old: String, new: String, ids: [String]) throws {
    let found = Enterprise.KnownLimitations.between(
      try #require(Enterprise.BuildVersion(old)), try #require(Enterprise.BuildVersion(new)))
    #expect(found.map(\.id).filter { $0 != "single-node-modules" } == ids)
  }
}
