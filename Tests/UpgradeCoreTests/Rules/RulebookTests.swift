// The rule book as a whole: names, checks at once, one check alone, and what each result means for the start.

import Testing

@testable import UpgradeCore

@Suite struct RulebookTests {
  private func results(_ change: (inout TestCluster) -> Void = { _ in }) throws -> [CheckResult] {
    var cluster = TestCluster()
    change(&cluster)
    return Rulebook.checks(in: try cluster.scene())
  }

  @Test func namesAreUniqueAndSpoken() {
    let names = Rulebook.all.map(\.name.text)
    #expect(Set(names).count == names.count)
    for rule in Rulebook.all {
      #expect(!rule.title.isEmpty && !rule.title.hasSuffix("."), "\(rule.name)")
      #expect(rule.why.hasSuffix("."), "\(rule.name)")
      #expect(rule.after.hasSuffix("."), "\(rule.name)")
      #expect(rule.name.text.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 }, "\(rule.name)")
    }
  }

  @Test func theNamesThatOthersRelyOn() {
    for name in [
      "reachable", "known-product", "identity", "version-path", "target-blocked", "same-version", "cluster-ok",
      "slots-covered", "no-open-slots", "views-agree", "replica-in-sync", "in-sync", "has-replica", "not-loading",
      "last-save-ok", "last-append-ok", "no-fork-running", "memory-for-fork", "persistence-on", "configuration-saved",
      "configuration-file", "replica-buffer", "backlog-covers-restart", "permissions", "no-other-operator",
      "hosts-spread", "minimum-replicas", "replica-read-only", "no-sub-replicas", "sync-credentials", "modules-known",
      "acl-channels", "config-directives", "hand-over-candidate", "seen-by-peers", "shards-served",
      "shard-has-primary", "certificate-expiry", "memory-below-limit", "replica-maxmemory", "client-limit",
      "fork-pause",
      "replica-keys", "clocks-agree", "replication-timeout", "diskless-load", "announced-names", "bus-links-kept",
      "enough-voters", "users-saved", "hosts-reached", "commands-outlive-link",
      "disk-for-saves", "huge-pages", "supervisor-lets-stop", "no-rival-controller", "identity-file", "no-refusals",
      "full-syncs", "big-values", "unattended-upgrades", "held-packages", "package-starts",
      "program-kept", "configuration-tried", "backup-elsewhere",
    ] { #expect(Rulebook.rule(named: RuleName(name)) != nil, "\(name)") }
  }

  @Test func aHealthyClusterIsNotRefused() throws {
    let results = try results { $0.writtenBefore = 0 }
    let refusing = results.filter(\.refuses)
    #expect(refusing.isEmpty, "\(refusing.map { "\($0.name) \($0.object): \($0.saw)" })")
    #expect(!results.contains { $0.result == .fail || $0.result == .unknown })
    let warned = Set(results.filter { $0.result == .warn }.map(\.name.text))
    #expect(warned == ["target-blocked", "path-hazards", "memory-for-fork", "hosts-spread"])
    for gate: RuleName in ["hand-over-candidate", "seen-by-peers", "shards-served", "shard-has-primary"] {
      #expect(!results.contains { $0.name == gate }, "\(gate) is no check")
    }
  }

  @Test func everyFailureIsListedAtOnce() throws {
    let failed = try results { cluster in
      cluster.writtenBefore = 0
      cluster.edit(7000, "rdb_last_bgsave_status:ok", "rdb_last_bgsave_status:err")
      cluster.edit(7001, "loading:0", "loading:1")
      cluster.edit(7003, "master_link_status:up", "master_link_status:down")
      cluster.to = Release(.redis, Version(6, 0, 16))
    }.filter(\.refuses).map { "\($0.name) \($0.object)" }
    #expect(
      failed == [
        "version-path the cluster", "replica-in-sync s2", "in-sync 127.0.0.1:7003", "not-loading 127.0.0.1:7001",
        "last-save-ok 127.0.0.1:7000",
      ])
  }

  @Test func oneCheckAlone() throws {
    let scene = try TestCluster().scene()
    #expect(Rulebook.recheck("last-save-ok", in: scene).map(\.result) == Array(repeating: .pass, count: 6))
    #expect(Rulebook.recheck("no-such-rule", in: scene).isEmpty)
    #expect(
      transcript(Rulebook.evaluate("no-such-rule", .deployment, in: scene)) == "unknown: there is no rule no-such-rule")
  }

  @Test func aLabsOwnDoingIsANote() throws {
    let results = try results { $0.isLab = true }.filter { $0.name == "hosts-spread" }
    #expect(Set(results.map(\.result)) == [.note])
    #expect(results.allSatisfy { $0.saw.hasSuffix("(expected in a lab)") && !$0.refuses })
    #expect(try self.results().filter { $0.name == "hosts-spread" }.allSatisfy { $0.result == .warn })
  }

  @Test func anUndecidedBlockingRuleRefusesAndAWarningDoesNot() throws {
    let results = try results { $0[7002].hasInventory = false }
    let unknown = results.filter { $0.result == .unknown }
    #expect(unknown.contains { $0.name == "permissions" && $0.refuses })
    #expect(unknown.contains { $0.name == "configuration-saved" && !$0.refuses })
    #expect(unknown.allSatisfy { $0.fix.isEmpty && !$0.saw.isEmpty })
  }

  @Test func aDeadNodeFailsWhereThatIsCertainAndIsUnknownElsewhere() throws {
    let results = try results { $0[7004].silence = .down("connection refused") }
    #expect(results.filter { $0.result == .fail }.map(\.name.text) == ["reachable", "replica-in-sync", "in-sync"])
    #expect(results.filter { $0.object == "127.0.0.1:7004" && $0.result == .pass }.isEmpty, "nothing passes unseen")
    #expect(results.contains { $0.name == "last-save-ok" && $0.object == "127.0.0.1:7004" && $0.result == .unknown })
  }

  /// Whatever a node hides, nothing passes that rests on it.
  @Test(arguments: 7000...7005)
  func nothingPassesOnANodeThatWasNotRead(port: Int) throws {
    let results = try results { $0[port].silence = .unknown("not read yet") }
    let about = results.filter { $0.objectID == TestCluster.node(port) }
    #expect(!about.isEmpty)
    for result in about where result.result == .pass { Issue.record("\(result.name) passed: \(result.saw)") }
    for result in results where result.objectID == .deployment && result.result == .pass {
      #expect(
        ["version-path", "slots-covered", "distinct-epochs", "same-version", "hosts-spread", "enough-voters"].contains(
          result.name.text),
        "\(result.name) passed: \(result.saw)")
    }
  }
}
