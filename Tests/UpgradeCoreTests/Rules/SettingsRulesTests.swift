// Settings, configuration, modules, permissions, operators and hosts, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct SettingsRulesTests {
  private static let node = TestCluster.node(7003)
  private static let primary = TestCluster.node(7001)

  @Test(arguments: [
    RuleCase("read-only", node, "holds: read-only"), RuleCase("a primary", primary, "n/a: 127.0.0.1:7001 is a primary"),
    RuleCase(
      "takes writes", node,
      "broken: 127.0.0.1:7003 is a replica that takes writes (slave_read_only:0) -> redis-cli -h "
        + "127.0.0.1 -p 7003 CONFIG SET replica-read-only yes"
    ) { $0.edit(7003, "slave_read_only:1", "slave_read_only:0") },
  ])
  func replicaReadOnly(row: RuleCase) throws { try row.check("replica-read-only") }

  @Test(arguments: [
    RuleCase(
      "not asked for", primary,
      "holds: no replica is needed to write"), RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
    RuleCase(
      "one wanted, one there", primary,
      "broken: 127.0.0.1:7001 needs 1 replica to take writes and has 1: with one of them away it "
        + "refuses writes -> for the time of the upgrade: redis-cli -h 127.0.0.1 -p 7001 CONFIG SET "
        + "min-replicas-to-write 0"
    ) { $0[7001].configuration["min-replicas-to-write"] = "1" },
    RuleCase(
      "under its old name", primary,
      "broken: 127.0.0.1:7001 needs 1 replica to take writes and has 1: with one of them away it "
        + "refuses writes -> for the time of the upgrade: redis-cli -h 127.0.0.1 -p 7001 CONFIG SET "
        + "min-slaves-to-write 0"
    ) {
      $0[7001].configuration["min-replicas-to-write"] = nil
      $0[7001].configuration["min-slaves-to-write"] = "1"
    },
    RuleCase("one wanted, two there", primary, "holds: 1 needed, 2 online") {
      $0[7001].configuration["min-replicas-to-write"] = "1"
      $0.edit(
        7001, "connected_slaves:1", "connected_slaves:2\nslave1:ip=127.0.0.1,port=7008,state=online,offset=1,lag=0")
    },
    RuleCase(
      "not read", primary,
      "unknown: 127.0.0.1:7001: its configuration has not been read"
    ) { $0[7001].hasInventory = false },
    RuleCase(
      "not permitted", primary,
      "unknown: 127.0.0.1:7001: its configuration has not been read"
    ) { $0[7001].configuration = [:] },
  ])
  func minimumReplicas(row: RuleCase) throws { try row.check("minimum-replicas") }

  @Test(arguments: [
    RuleCase("no password", node, "holds: no password is asked for"),
    RuleCase(
      "password and login", node,
      "holds: a password is set; whether it is the right one shows only at the login"
    ) {
      $0[7003].configuration["requirepass"] = "hunter2"
      $0[7003].configuration["masterauth"] = "hunter2"
    },
    RuleCase("a login that works", node, "holds: its login works at the other members of its shard") {
      $0[7003].configuration["requirepass"] = "hunter2"
      $0[7003].configuration["masterauth"] = "hunter2"
      $0[7003].refusedLogins = []
    },
    RuleCase(
      "a login that is refused", node,
      "broken: 127.0.0.1:7003 cannot log in where it would follow: 127.0.0.1:7001 says WRONGPASS invalid -> set "
        + "masterauth, and masteruser where there is one, to what is asked for there: redis-cli -h 127.0.0.1 -p 7003 "
        + "CONFIG SET masterauth <the password>, then CONFIG REWRITE"
    ) { $0[7003].refusedLogins = ["127.0.0.1:7001 says WRONGPASS invalid"] },
    RuleCase(
      "password without login", node,
      "broken: 127.0.0.1:7003 asks for a password and has none to log in with itself (masterauth is "
        + "empty) -> redis-cli -h 127.0.0.1 -p 7003 CONFIG SET masterauth <the password>, then CONFIG "
        + "REWRITE"
    ) { $0[7003].configuration["requirepass"] = "hunter2" },
    RuleCase(
      "password by ACL without login", node,
      "broken: 127.0.0.1:7003 asks for a password and has none to log in with itself (masterauth is "
        + "empty) -> redis-cli -h 127.0.0.1 -p 7003 CONFIG SET masterauth <the password>, then CONFIG "
        + "REWRITE"
    ) {
      $0[7003].users = ["user default on #5b11618c2e44027877d0cd0921ed166b9f176f50587fc91e7534dd2946db77d6 ~* &* +@all"]
    },
    RuleCase(
      "not read", node,
      "unknown: 127.0.0.1:7003: requirepass and masterauth have not been read"
    ) { $0[7003].hasInventory = false },
  ])
  func syncCredentials(row: RuleCase) throws { try row.check("sync-credentials") }

  @Test(arguments: [
    RuleCase(
      "a quiet primary", primary,
      "holds: 0 bytes a second for about 6 s of a full sync are 0 bytes; the limit is 268.4 MB, 67.1 "
        + "MB for 60 s"
    ) { $0.writtenBefore = 0 },
    RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
    RuleCase(
      "a busy primary with much data", primary,
      "broken: 127.0.0.1:7001: 40.0 MB a second for about 165 s of a full sync are 6.6 GB; the limit "
        + "is 268.4 MB, 67.1 MB for 60 s -> for the time of the upgrade: redis-cli -h 127.0.0.1 -p 7001 "
        + "CONFIG SET client-output-buffer-limit \"replica 13200000000 6600000000 120\""
    ) {
      $0.writtenBefore = 400_000_000
      $0.edit(7001, "master_repl_offset:362", "master_repl_offset:900000000")
      $0.edit(7001, "used_memory:2611848", "used_memory:8000000000")
    },
    RuleCase("the same without a limit", primary, "holds: no limit") {
      $0.writtenBefore = 400_000_000
      $0.edit(7001, "master_repl_offset:362", "master_repl_offset:900000000")
      $0[7001].configuration["client-output-buffer-limit"] = "normal 0 0 0 replica 0 0 0 pubsub 33554432 8388608 60"
    },
    RuleCase("not measured", primary, "unknown: 127.0.0.1:7001: its write rate has not been measured yet"),
    RuleCase(
      "limit not read", primary,
      "unknown: 127.0.0.1:7001: client-output-buffer-limit has not been read"
    ) { $0[7001].configuration["client-output-buffer-limit"] = nil },
  ])
  func replicaBuffer(row: RuleCase) throws { try row.check("replica-buffer") }

  @Test(arguments: [
    RuleCase(
      "quiet", primary,
      "holds: 0 bytes a second for about 11 s of a restart, twice: 0 bytes; the backlog has 1.0 MB"
    ) { $0.writtenBefore = 0 },
    RuleCase(
      "busy", primary,
      "broken: 127.0.0.1:7001: 1.0 MB a second for about 11 s of a restart, twice: 20.1 MB; the "
        + "backlog has 1.0 MB: a full sync is to be expected -> redis-cli -h 127.0.0.1 -p 7001 CONFIG SET "
        + "repl-backlog-size 20052237"
    ) {
      $0.writtenBefore = 10_000_000
      $0.edit(7001, "master_repl_offset:362", "master_repl_offset:900000000")
    },
    RuleCase(
      "not measured", primary,
      "unknown: 127.0.0.1:7001: its write rate has not been measured yet"),
    RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
  ])
  func backlog(row: RuleCase) throws { try row.check("backlog-covers-restart") }

  @Test func aRestartInBetweenIsNoMeasure() throws {
    var cluster = TestCluster()
    cluster.writtenBefore = 10
    var scene = try cluster.scene()
    #expect(scene.writeRate(TestCluster.id(7001)) == 1)
    guard case .up(var view)? = scene.earlier?.snapshot.nodes[TestCluster.id(7001)] else {
      Issue.record("it was there before")
      return
    }
    view.pulse.server.runID = "another"
    scene.earlier?.snapshot.nodes[TestCluster.id(7001)] = .up(view)
    #expect(scene.writeRate(TestCluster.id(7001)) == nil)
  }

  @Test(arguments: [
    RuleCase("saved", node, "holds: the file has all of it"),
    RuleCase(
      "two are not", node,
      "broken: 127.0.0.1:7003: 2 directives not in its file: appendonly, maxmemory -> copy the file, "
        + "then: redis-cli -h 127.0.0.1 -p 7003 CONFIG REWRITE"
    ) { $0[7003].unsaved = ["maxmemory", "appendonly"] },
    RuleCase(
      "not compared", node,
      "unknown: 127.0.0.1:7003: its configuration file was not compared"
    ) { $0[7003].unsaved = nil },
    RuleCase(
      "no file", node,
      "n/a: 127.0.0.1:7003 runs without a configuration file"
    ) { $0.edit(7003, "config_file:/etc/redis/7003.conf", "config_file:") },
  ])
  func configurationSaved(row: RuleCase) throws { try row.check("configuration-saved") }

  @Test(arguments: [
    RuleCase("a file", node, "holds: /etc/redis/7003.conf"),
    RuleCase(
      "none, and the profile starts it", node,
      "broken: 127.0.0.1:7003 runs without a configuration file -> see that the profile's start "
        + "command gives all of its settings"
    ) {
      $0.edit(7003, "config_file:/etc/redis/7003.conf", "config_file:")
    },
    RuleCase(
      "none, by hand", node,
      "broken: 127.0.0.1:7003 runs without a configuration file -> note its command line before it is "
        + "stopped: tr '\\0' ' ' < /proc/7003/cmdline"
    ) {
      $0.edit(7003, "config_file:/etc/redis/7003.conf", "config_file:")
      $0.reach = .manual
      $0.stages = []
    },
  ])
  func configurationFile(row: RuleCase) throws { try row.check("configuration-file") }

  @Test(arguments: [
    RuleCase("at rest", node, "holds: none that changes"),
    RuleCase(
      "gopher", node,
      "broken: 127.0.0.1:7003 uses gopher-enabled, with which Redis 7.0.15 does not start -> take the "
        + "line out of /etc/redis/7003.conf"
    ) { $0[7003].configuration["gopher-enabled"] = "yes" },
    RuleCase(
      "gopher switched off, but in the file", node,
      "broken: 127.0.0.1:7003 uses gopher-enabled, rename-command stralgo, with which Redis 7.0.15 does not start -> "
        + "take the line out of /etc/redis/7003.conf"
    ) { $0[7003].storedDirectives = ["gopher-enabled", "rename-command stralgo", "rename-command debug"] },
    RuleCase("gopher within 6.2", node, "holds: none that changes") {
      $0[7003].configuration["gopher-enabled"] = "yes"
      $0.to = Release(.redis, Version(6, 2, 20))
    },
    RuleCase(
      "ignored", node,
      "broken: 127.0.0.1:7003 uses lua-replicate-commands, which Redis 7.0.15 reads and ignores -> see "
        + "that nobody relies on it"
    ) { $0[7003].configuration["lua-replicate-commands"] = "no" },
    RuleCase(
      "not read", node,
      "unknown: 127.0.0.1:7003: its configuration has not been read"
    ) { $0[7003].configuration = [:] },
  ])
  func directives(row: RuleCase) throws { try row.check("config-directives") }

  @Test(arguments: [
    RuleCase("all say it", node, "holds: 1 user"),
    RuleCase(
      "two do not", node,
      "broken: 127.0.0.1:7003: nothing about channels is said of default, app -> in the new version's "
        + "configuration: acl-pubsub-default allchannels; or after its start for each user: redis-cli -h "
        + "127.0.0.1 -p 7003 ACL SETUSER <user> allchannels"
    ) {
      $0[7003].stored = ["user default on nopass ~* +@all", "user app on ~app:* +@all", "user x on &* +@all"]
    },
    RuleCase(
      "6.2 prints channels that its file does not name", node,
      "unknown: 127.0.0.1:7003: its configuration or ACL file has not been read, and ACL LIST does not tell what "
        + "stands in it"
    ) { $0[7003].stored = nil },
    RuleCase("no file and no users", node, "unknown: 127.0.0.1:7003: ACL LIST has not been read") {
      $0[7003].stored = nil
      $0[7003].users = nil
    },
    RuleCase(
      "within 6.2", node,
      "n/a: Redis 6.2.14 to Redis 6.2.20 changes nothing there"
    ) { $0.to = Release(.redis, Version(6, 2, 20)) },
  ])
  func channels(row: RuleCase) throws { try row.check("acl-channels") }

  @Test(arguments: [
    RuleCase("none", node, "holds: none loaded"),
    RuleCase(
      "one for 7.0", node,
      "broken: 127.0.0.1:7003: search needs a build for Redis 7.0.15 -> see that it is installed "
        + "before the node is started"
    ) { $0[7003].modules = [["name", "search", "ver", "20804"]] },
    RuleCase(
      "bundled in 8", node,
      "broken: 127.0.0.1:7003: search is part of Redis 8.0.2; mymodule needs a build for Redis 8.0.2 "
        + "-> take the loadmodule line out of the configuration; see that it is installed before the node "
        + "is started"
    ) {
      $0[7003].modules = [["name", "search"], ["name", "mymodule"]]
      $0.to = Release(.redis, Version(8, 0, 2))
    },
    RuleCase(
      "ended", node,
      "broken: 127.0.0.1:7003 has graph loaded, which no later version has -> take its data out and "
        + "unload it first"
    ) { $0[7003].modules = [["name", "graph"]] },
    RuleCase(
      "not read", node,
      "unknown: 127.0.0.1:7003: MODULE LIST has not been read"
    ) { $0[7003].hasInventory = false },
  ])
  func modules(row: RuleCase) throws { try row.check("modules-known") }

  @Test(arguments: [
    RuleCase("all granted", node, "holds: 9 commands"),
    RuleCase(
      "no hand-over, as a real 6.2 answers", node,
      "broken: 127.0.0.1:7003 does not allow our user CLUSTER FAILOVER: NOPERM this user has no "
        + "permissions to run the 'cluster' command or its subcommand -> redis-cli -h 127.0.0.1 -p 7003 "
        + "ACL SETUSER <our user> +cluster|failover, then ACL SAVE or CONFIG REWRITE"
    ) {
      $0[7003].permissions["cluster|failover"] = .denied(
        "NOPERM this user has no permissions to run the 'cluster' command or its subcommand")
    },
    RuleCase(
      "two denied", node,
      "broken: 127.0.0.1:7003 does not allow our user CONFIG SET: NOPERM; CLUSTER FAILOVER: NOPERM -> "
        + "redis-cli -h 127.0.0.1 -p 7003 ACL SETUSER <our user> +config|set +cluster|failover, then ACL "
        + "SAVE or CONFIG REWRITE"
    ) {
      $0[7003].permissions["cluster|failover"] = .denied("NOPERM")
      $0[7003].permissions["config|set"] = .denied("NOPERM")
    },
    RuleCase(
      "one could not be rehearsed", node,
      "unknown: 127.0.0.1:7003: BGSAVE: the server does not know the command"
    ) {
      $0[7003].permissions["bgsave"] = .unknown("the server does not know the command")
    },
    RuleCase(
      "one was forgotten", node,
      "unknown: 127.0.0.1:7003: SHUTDOWN: not rehearsed"
    ) { $0[7003].permissions["shutdown"] = nil },
    RuleCase("SHUTDOWN is not needed where the profile stops", node, "holds: 8 commands") {
      $0[7003].permissions["shutdown"] = .denied("NOPERM")
      $0.stages = [.stop, .start]
    },
    RuleCase(
      "not rehearsed", node,
      "unknown: 127.0.0.1:7003: permissions have not been rehearsed"
    ) { $0[7003].hasInventory = false },
  ])
  func permissions(row: RuleCase) throws { try row.check("permissions") }

  @Test(arguments: [
    RuleCase("nobody", .deployment, "holds: 6 nodes: no other wizard is connected"),
    RuleCase(
      "somebody", .deployment,
      "broken: 127.0.0.1:7004 has connections of run r7 on host ops-2 -> ask who that is, or look on: "
        + "redis-upgrade watch redis://127.0.0.1:7000"
    ) {
      $0[7004].clients += "\nid=9 addr=10.0.0.9:1 name=redis-upgrade:ops-2:r7 age=5"
    },
    RuleCase("ourselves", .deployment, "holds: 6 nodes: no other wizard is connected") {
      $0[7004].clients += "\nid=9 addr=10.0.0.9:1 name=redis-upgrade:ops-2:r7 age=5"
      $0.ownName = WizardName(host: "ops-2", run: "r7")
    },
    RuleCase(
      "another run of ours", .deployment,
      "broken: 127.0.0.1:7004 has connections of run r7 on host ops-2 -> ask who that is, or look on: "
        + "redis-upgrade watch redis://127.0.0.1:7000"
    ) {
      $0[7004].clients += "\nid=9 addr=10.0.0.9:1 name=redis-upgrade:ops-2:r7 age=5"
      $0.ownName = WizardName(host: "ops-2", run: "r8")
    },
    RuleCase(
      "not read", .deployment,
      "unknown: 127.0.0.1:7004: CLIENT LIST has not been read"
    ) { $0[7004].hasInventory = false },
  ])
  func noOtherOperator(row: RuleCase) throws { try row.check("no-other-operator") }

  @Test(arguments: [
    RuleCase(
      "one host for a shard", .shard(ShardID(2)),
      "broken: all 2 members of s2 are on 127.0.0.1 -> move a replica to another host when there is "
        + "time; it does not hinder the upgrade"),
    RuleCase(
      "one host for all primaries", .deployment,
      "broken: 3 of 3 primaries are on 127.0.0.1: without it no replica is elected -> spread them when "
        + "there is time; it does not hinder the upgrade"),
  ])
  func hostsSpread(row: RuleCase) throws { try row.check("hosts-spread") }

  @Test func spreadHostsPass() throws {
    var scene = try TestCluster().scene()
    for index in scene.setup.nodes.indices {
      let address = scene.setup.nodes[index].address
      scene.setup.nodes[index].address = Address(host: "10.0.0.\(address.port % 10)", port: address.port)
    }
    #expect(Rulebook.recheck("hosts-spread", in: scene).map(\.result) == [.pass, .pass, .pass, .pass])
    #expect(
      transcript(Rulebook.evaluate("hosts-spread", .deployment, in: scene)) == "holds: 3 primary nodes on 3 hosts")
  }
}
