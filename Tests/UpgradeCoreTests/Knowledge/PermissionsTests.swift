// Rehearsals of permissions: what is asked for, and what real servers answered.

import Testing

@testable import UpgradeCore

@Suite struct PermissionsTests {
  private static let redis62 = Release(.redis, Version(6, 2, 14))
  private static let redis70 = Release(.redis, Version(7, 0, 15))

  @Test func whatIsNeeded() {
    let needed = Permissions.needed(for: Self.redis62, stopsByCommand: false)
    #expect(
      needed.map(\.key) == [
        "info", "cluster|info", "cluster|nodes", "config|get", "client|list", "config|set", "bgsave",
        "cluster|failover",
        "shutdown",
      ])
    #expect(needed.map(\.aclRule).last == "+shutdown")
    #expect(Permissions.needed(for: Self.redis62, stopsByCommand: true).map(\.key).last == "cluster|failover")
  }

  @Test func theRulesOfAUserOfItsOwn() {
    let modern = RunUser(releases: [Self.redis62], stopsByCommand: true)
    #expect(
      modern.command("redis-upgrade")
        == "ACL SETUSER redis-upgrade on >PASSWORD resetkeys ~redis-upgrade:probe:* resetchannels -@all +ping "
        + "+client|setname +info +cluster|info +cluster|nodes +config|get +client|list +time +acl|list +module|list "
        + "+acl|whoami +acl|dryrun +config|set +bgsave +cluster|failover +incr +expire +asking +del")
    let earlier = RunUser(releases: [Release(.redis, Version(6, 0, 16)), Self.redis62], stopsByCommand: false)
    #expect(!earlier.rules.contains("resetchannels"), "6.0 has no word for channels")
    #expect(earlier.rules.contains("+shutdown"))
    let none = RunUser(releases: [Release(.redis, Version(5, 0, 14))], stopsByCommand: false)
    #expect(none.command("x") == nil)
    #expect(none.why == "Redis 5.0.14 has no users: whoever has its password may do everything")
  }

  @Test func howItIsRehearsed() throws {
    func words(_ release: Release, _ key: String) throws -> [String] {
      let permission = Permissions.needed(for: release, stopsByCommand: false).first { $0.key == key }
      return try #require(permission).rehearsals.map { "\($0.form) \($0.words.joined(separator: " "))" }
    }
    #expect(try words(Self.redis62, "cluster|failover") == ["misspelt CLUSTER FAILOVER bogus"])
    #expect(
      try words(Self.redis70, "cluster|failover") == ["dryRun CLUSTER FAILOVER", "misspelt CLUSTER FAILOVER bogus"])
    #expect(try words(Self.redis70, "shutdown") == ["dryRun SHUTDOWN", "misspelt SHUTDOWN bogus"])
    #expect(
      try words(Release(.valkey, Version(8, 0, 1)), "config|set") == [
        "dryRun CONFIG SET cluster-require-full-coverage no", "misspelt CONFIG SET no-such-directive x",
      ])
    #expect(try words(Self.redis62, "config|get") == ["itself CONFIG GET cluster-node-timeout"])
  }

  /// Nothing that is sent to rehearse can act: a command that acts always carries a word that it does not know.
  @Test(arguments: [redis62, redis70])
  func noRehearsalActs(release: Release) {
    for permission in Permissions.needed(for: release, stopsByCommand: false) {
      for rehearsal in permission.rehearsals where rehearsal.form == .misspelt {
        #expect(rehearsal.words.contains("bogus") || rehearsal.words.contains("no-such-directive"))
      }
      for rehearsal in permission.rehearsals where rehearsal.form == .itself {
        #expect(["INFO", "CLUSTER", "CONFIG", "CLIENT"].contains(rehearsal.words[0]))
        #expect(["INFO", "NODES", "GET", "LIST"].contains(rehearsal.words.dropFirst().first ?? "INFO"))
      }
    }
  }

  enum Meaning: Sendable { case granted, denied, unknown }

  /// The answers of real servers: redis 6.2.14, redis 7.0.15, valkey 8.0.1.
  private static let answers: [(Rehearsal.Form, String?, String?, Meaning)] = [
    (.misspelt, nil, "ERR syntax error", .granted),
    (.misspelt, nil, "NOPERM this user has no permissions to run the 'cluster' command or its subcommand", .denied),
    (.misspelt, nil, "NOPERM this user has no permissions to run the 'cluster|failover' command", .denied),
    (.misspelt, nil, "NOPERM User weak has no permissions to run the 'cluster|failover' command", .denied),
    (.misspelt, nil, "ERR Unsupported CONFIG parameter: no-such-directive", .granted),
    (.misspelt, nil, "ERR Unknown option or number of arguments for CONFIG SET - 'no-such-directive'", .granted),
    (.misspelt, nil, "ERR unknown command `BGSAVE`, with args beginning with: `bogus`, ", .unknown),
    (.misspelt, nil, "LOADING Redis is loading the dataset in memory", .unknown),
    (.misspelt, "OK", nil, .unknown),
    (.dryRun, "OK", nil, .granted),
    (.dryRun, "This user has no permissions to run the 'cluster|failover' command", nil, .denied),
    (.dryRun, "User weak has no permissions to run the 'cluster|failover' command", nil, .denied),
    (.dryRun, nil, "ERR User 'nobody' not found", .unknown),
    (.dryRun, nil, "ERR Command 'nosuch' not found", .unknown),
    (.dryRun, nil, "NOPERM this user has no permissions to run the 'acl|dryrun' command", .unknown),
    (.dryRun, nil, nil, .denied),
    (.itself, "# Server", nil, .granted),
    (.itself, nil, "NOPERM this user has no permissions to run the 'info' command", .denied),
    (.itself, nil, "NOAUTH Authentication required.", .unknown),
  ]

  @Test(arguments: answers)
  func whatAnAnswerMeans(form: Rehearsal.Form, reply: String?, error: String?, meaning: Meaning) {
    let permission = Permissions.meaning(of: Rehearsal(form: form, words: []), reply: reply, error: error)
    switch (permission, meaning) {
    case (.granted, .granted), (.denied, .denied), (.unknown, .unknown): break
    default: Issue.record("\(permission)")
    }
  }
}
