// Versions at the start and at the end, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct VersionRulesTests {
  private static func upgraded(_ ports: [Int]) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      for port in ports {
        cluster.edit(port, "redis_version:6.2.14", "redis_version:7.0.15")
        cluster.edit(port, "loading:0", "loading:0\nasync_loading:0")
      }
    }
  }

  @Test(arguments: [
    RuleCase("6.2 to 7.0", .deployment, "holds: Redis 6.2.14 to Redis 7.0.15 is a known path"),
    RuleCase("6.2 to Valkey 8.0", .deployment, "holds: Redis 6.2.14 to Valkey 8.0.1 is a known path") {
      $0.to = Release(.valkey, Version(8, 0, 1))
    },
    RuleCase(
      "6.2 to 8.0", .deployment,
      "holds: Redis 6.2.14 to Redis 8.0.2 is a known path; a safer route: Redis 7.4.11, then Redis "
        + "8.0.2, one run each"
    ) { $0.to = Release(.redis, Version(8, 0, 2)) },
    RuleCase(
      "6.2 to 7.2.4", .deployment,
      "broken: Redis 6.2.14 to Redis 7.2.4: nodes before 7.0 throw away the packets of Redis 7.2.0 to "
        + "7.2.6, so each side calls the other failing, and nobody has shown that later patches of 7.2 are "
        + "better -> go by Redis 7.0.15, then Redis 7.2.12, one run each"
    ) { $0.to = Release(.redis, Version(7, 2, 4)) },
    RuleCase(
      "6.2 to 6.0", .deployment,
      "broken: Redis 6.2.14 to Redis 6.0.16: Redis 6.0.16 is older than Redis 6.2.14: this program "
        + "only goes forward -> choose another target with --to; what a way back takes: redis-upgrade explain "
        + "redis-6.2.14 redis-6.0.16"
    ) { $0.to = Release(.redis, Version(6, 0, 16)) },
    RuleCase(
      "6.2 to 7.4.1", .deployment,
      "broken: Redis 6.2.14 to Redis 7.4.1: beside Redis 6.2.14 at least Redis 7.4.2 is needed: older "
        + "patches send packets that nodes before 7.0 throw away, so each side calls the other failing -> "
        + "choose --to redis-7.4.11"
    ) { $0.to = Release(.redis, Version(7, 4, 1)) },
    RuleCase(
      "half done", .deployment, "holds: Redis 6.2.14 to Redis 7.0.15 is a known path; Redis 7.0.15 is what is wanted",
      upgraded([7003, 7004])),
    RuleCase(
      "one is already beyond the target", .deployment,
      "broken: Redis 7.0.15 to Redis 6.2.20: Redis 6.2.20 is older than Redis 7.0.15: this program "
        + "only goes forward -> choose another target with --to; what a way back takes: redis-upgrade explain "
        + "redis-7.0.15 redis-6.2.20"
    ) {
      upgraded([7003])(&$0)
      $0.to = Release(.redis, Version(6, 2, 20))
    },
    RuleCase("an unread node was read at the start", .deployment, "holds: Redis 6.2.14 to Redis 7.0.15 is a known path")
    { $0[7003].silence = .unknown("not read yet") },
    RuleCase(
      "a version that nobody knows", .deployment,
      "broken: Redis 6.2.14 to Redis 9.9.9: Redis 9.9.9 is not in this program's table of releases, "
        + "which knows Redis 3.2 to Redis 8.10 -> choose another target with --to"
    ) { $0.to = Release(.redis, Version(9, 9, 9)) },
  ])
  func versionPath(row: RuleCase) throws { try row.check("version-path") }

  @Test(arguments: [
    RuleCase("a good one", .deployment, "holds: nothing known against Redis 7.2.12") {
      $0.to = Release(.redis, Version(7, 2, 12))
    },
    RuleCase(
      "one with a warning", .deployment,
      "broken: Redis 7.0.15: a Lua script of any user that may run scripts can take over the server "
        + "(CVE-2025-49844) [redis release notes of October 2025] -> choose a later patch; fixed in "
        + "6.2.20, 7.2.11, 7.4.6, 8.0.4, 8.2.2; 7.0 has no fix"),
    RuleCase(
      "one that is refused", .deployment,
      "broken: Redis 7.0.0: CONFIG REWRITE drops rename-command and include lines from the "
        + "configuration [redis/redis#10761]; after a manual failover a replica may take itself for its "
        + "primary and crash, or remember its primary's host as ? [redis/redis#11263, #10696] -> choose a "
        + "later patch; fixed in 7.0.1; 7.0.5"
    ) { $0.to = Release(.redis, Version(7, 0, 0)) },
    RuleCase(
      "refused where names are announced", .deployment,
      "broken: Redis 8.6.3: with a host name in cluster-announce-ip the server does not start "
        + "[redis/redis#15183] -> choose a later patch; fixed in 8.2.7, 8.4.4, 8.6.4"
    ) {
      $0.to = Release(.redis, Version(8, 6, 3))
      $0[7002].configuration["cluster-announce-ip"] = "redis-2.internal"
    },
  ])
  func targetBlocked(row: RuleCase) throws { try row.check("target-blocked") }

  @Test func aWarningDoesNotRefuseTheTargetAndARefusalDoes() throws {
    func result(_ to: Release) throws -> [CheckResult] {
      var cluster = TestCluster()
      cluster.to = to
      return Rulebook.recheck("target-blocked", in: try cluster.scene())
    }
    #expect(try result(Release(.redis, Version(7, 0, 15))).map(\.result) == [.warn])
    #expect(try result(Release(.redis, Version(7, 0, 4))).map(\.result) == [.fail])
    #expect(try result(Release(.redis, Version(7, 2, 12))).map(\.result) == [.pass])
  }

  @Test(arguments: [
    RuleCase("all the same", .deployment, "holds: 6 nodes on Redis 6.2.14"),
    RuleCase(
      "half done", .deployment,
      "broken: Redis 6.2.14 on 127.0.0.1:7000, 127.0.0.1:7001, 127.0.0.1:7002, 127.0.0.1:7005; Redis "
        + "7.0.15 on 127.0.0.1:7003, 127.0.0.1:7004 -> nothing to mend: the run takes 2 nodes as done and "
        + "goes on with the others", upgraded([7003, 7004])),
    RuleCase(
      "none of them on the target", .deployment,
      "broken: Redis 6.2.14 on 127.0.0.1:7000, 127.0.0.1:7001, 127.0.0.1:7002, 127.0.0.1:7004, "
        + "127.0.0.1:7005; Redis 7.0.15 on 127.0.0.1:7003 -> make sure that nobody else is upgrading; the "
        + "run brings all of them to Redis 7.4.11"
    ) {
      upgraded([7003])(&$0)
      $0.to = Release(.redis, Version(7, 4, 11))
    },
  ])
  func sameVersion(row: RuleCase) throws { try row.check("same-version") }

  @Test func aRunThatWasBegunIsANoteAndAMixtureIsAWarning() throws {
    var cluster = TestCluster()
    Self.upgraded([7003])(&cluster)
    #expect(Rulebook.recheck("same-version", in: try cluster.scene()).map(\.result) == [.note])
    cluster.to = Release(.redis, Version(7, 4, 11))
    #expect(Rulebook.recheck("same-version", in: try cluster.scene()).map(\.result) == [.warn])
  }

  @Test func whatIsToBeKnownIsWhatTheDeploymentHasToDoWith() throws {
    var cluster = TestCluster()
    for port in 7000...7005 {
      cluster[port].stored = ["user default on nopass ~* &* +@all"]
      cluster[port].usage = Usage(calls: ["get": 5], uptimeSeconds: 60)
    }
    let idle = try cluster.scene().briefing.points
    let ids = idle.map(\.id)
    #expect(ids.contains("append-only-moves"), "the fixture appends")
    for absent in ["channels-reset", "debug-refused", "scripts-not-replicated", "stralgo-gone"] {
      #expect(!ids.contains(absent), "\(absent)")
    }
    #expect(Set(ids).count == ids.count)
    cluster[7002].usage?.calls["evalsha"] = 7
    cluster[7004].stored = ["user default on nopass ~* &* +@all", "user app on ~* +@all"]
    let used = try cluster.scene().briefing.points
    #expect(used.first { $0.id == "scripts-not-replicated" }?.use == .seen(["127.0.0.1:7002: EVALSHA called"]))
    #expect(used.first { $0.id == "channels-reset" }?.use == .seen(["127.0.0.1:7004: user app"]))
    cluster[7004].hasInventory = false
    let unread = try cluster.scene().briefing.points.first { $0.id == "debug-refused" }
    #expect(unread?.use == .notKnown("INFO commandstats has not been read"))
  }
}
