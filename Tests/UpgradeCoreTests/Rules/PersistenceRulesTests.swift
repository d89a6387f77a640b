// Disk, children and memory, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct PersistenceRulesTests {
  private static let node = TestCluster.node(7003)

  @Test(arguments: [
    RuleCase("not loading", node, "holds: not loading"),
    RuleCase(
      "loading", node,
      "broken: 127.0.0.1:7003 is loading its data, about 42 s left -> wait until it is done"
    ) { $0.edit(7003, "loading:0", "loading:1\nloading_eta_seconds:42") },
    RuleCase(
      "loading beside the old data", node,
      "broken: 127.0.0.1:7003 is loading its data -> wait until it is done"
    ) {
      $0.edit(7003, "redis_version:6.2.14", "redis_version:7.0.15")
      $0.edit(7003, "loading:0", "loading:0\nasync_loading:1")
    },
    RuleCase("mute while it loads, as 6.2 is", node, "unknown: 127.0.0.1:7003: it connects but does not answer") {
      $0[7003].silence = .unknown("it connects but does not answer")
    },
  ])
  func notLoading(row: RuleCase) throws { try row.check("not-loading") }

  @Test(arguments: [
    RuleCase("ok", node, "holds: ok"),
    RuleCase(
      "failed", node,
      "broken: 127.0.0.1:7003: rdb_last_bgsave_status:err -> its log says why (disk full, directory "
        + "not writable, no memory to fork); then: redis-cli -h 127.0.0.1 -p 7003 BGSAVE"
    ) { $0.edit(7003, "rdb_last_bgsave_status:ok", "rdb_last_bgsave_status:err") },
  ])
  func lastSave(row: RuleCase) throws { try row.check("last-save-ok") }

  @Test(arguments: [
    RuleCase("ok", node, "holds: ok"),
    RuleCase(
      "write failed", node,
      "broken: 127.0.0.1:7003: aof_last_write_status:err -> its log says why; make room on its disk, "
        + "writes resume by themselves"
    ) { $0.edit(7003, "aof_last_write_status:ok", "aof_last_write_status:err") },
    RuleCase(
      "rewrite failed", node,
      "broken: 127.0.0.1:7003: aof_last_bgrewrite_status:err -> its log says why; then: redis-cli -h "
        + "127.0.0.1 -p 7003 BGREWRITEAOF"
    ) {
      $0.edit(7003, "aof_last_bgrewrite_status:ok", "aof_last_bgrewrite_status:err")
    },
    RuleCase(
      "no file", node,
      "n/a: 127.0.0.1:7003 keeps no append-only file"
    ) { $0.edit(7003, "aof_enabled:1", "aof_enabled:0") },
  ])
  func lastAppend(row: RuleCase) throws { try row.check("last-append-ok") }

  @Test(arguments: [
    RuleCase("none", node, "holds: none"),
    RuleCase(
      "a save", node,
      "broken: 127.0.0.1:7003: a background save is running -> wait until it is done: redis-cli -h "
        + "127.0.0.1 -p 7003 INFO persistence"
    ) { $0.edit(7003, "rdb_bgsave_in_progress:0", "rdb_bgsave_in_progress:1") },
    RuleCase(
      "a rewrite and one to come", node,
      "broken: 127.0.0.1:7003: a rewrite of the append-only file is running, a rewrite is scheduled -> "
        + "wait until it is done: redis-cli -h 127.0.0.1 -p 7003 INFO persistence"
    ) {
      $0.edit(7003, "aof_rewrite_in_progress:0", "aof_rewrite_in_progress:1")
      $0.edit(7003, "aof_rewrite_scheduled:0", "aof_rewrite_scheduled:1")
    },
    RuleCase(
      "a module's", node,
      "broken: 127.0.0.1:7003: a module's child is running -> wait until it is done: redis-cli -h "
        + "127.0.0.1 -p 7003 INFO persistence"
    ) { $0.edit(7003, "module_fork_in_progress:0", "module_fork_in_progress:1") },
    RuleCase(
      "asked about itself while it is worked on", node,
      "broken: 127.0.0.1:7003: a background save is running -> wait until it is done: redis-cli -h "
        + "127.0.0.1 -p 7003 INFO persistence"
    ) {
      $0.edit(7003, "rdb_bgsave_in_progress:0", "rdb_bgsave_in_progress:1")
      $0.ignoring = [7003]
    },
  ])
  func noFork(row: RuleCase) throws { try row.check("no-fork-running") }

  @Test(arguments: [
    RuleCase("append-only", node, "holds: append-only file"),
    RuleCase("save points", node, "holds: save 3600 1 300 100") { $0.edit(7003, "aof_enabled:1", "aof_enabled:0") },
    RuleCase(
      "nothing", node,
      "broken: 127.0.0.1:7003 keeps nothing on disk (appendonly no, save \"\"): it comes back by a full "
        + "sync -> nothing, if a full sync is welcome; else: redis-cli -h 127.0.0.1 -p 7003 CONFIG SET "
        + "save \"3600 1\""
    ) {
      $0.edit(7003, "aof_enabled:1", "aof_enabled:0")
      $0[7003].configuration["save"] = ""
    },
    RuleCase("not read", node, "unknown: 127.0.0.1:7003: CONFIG GET save has not been read") {
      $0.edit(7003, "aof_enabled:1", "aof_enabled:0")
      $0[7003].hasInventory = false
    },
  ])
  func persistenceOn(row: RuleCase) throws { try row.check("persistence-on") }

  @Test(arguments: [
    RuleCase("plenty", node, "holds: 8.0 GB available on 127.0.0.1, 3.9 MB wanted for the saves of its nodes") {
      $0.hosts["127.0.0.1"] = HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 1, freeDisk: [:])
    },
    RuleCase(
      "too little", node,
      "broken: 3.0 MB available on 127.0.0.1, 3.9 MB wanted for the saves of its nodes -> free memory "
        + "on 127.0.0.1, or move a node to another host"
    ) {
      $0.hosts["127.0.0.1"] = HostFacts(memoryAvailable: 3_000_000, overcommitMemory: 1, freeDisk: [:])
    },
    RuleCase(
      "no overcommit", node,
      "broken: vm.overcommit_memory is 0 on 127.0.0.1: a fork of a large process may be refused -> on "
        + "127.0.0.1: sysctl vm.overcommit_memory=1"
    ) {
      $0.hosts["127.0.0.1"] = HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 0, freeDisk: [:])
    },
    RuleCase(
      "the host cannot be read", node,
      "broken: not checked: the memory of 127.0.0.1 cannot be read from here -> look yourself, on "
        + "127.0.0.1: free -m"),
    RuleCase("a neighbour was not read", node, "unknown: 127.0.0.1:7000: not read yet") {
      $0.hosts["127.0.0.1"] = HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 1, freeDisk: [:])
      $0[7000].silence = .unknown("not read yet")
    },
  ])
  func memory(row: RuleCase) throws { try row.check("memory-for-fork") }

  @Test func memoryRefusesOnlyWhereItIsKnownToBeShort() throws {
    func results(_ facts: HostFacts?) throws -> Set<CheckResult.Result> {
      var cluster = TestCluster()
      cluster.hosts["127.0.0.1"] = facts
      return Set(Rulebook.recheck("memory-for-fork", in: try cluster.scene()).map(\.result))
    }
    #expect(try results(nil) == [.warn])
    #expect(try results(HostFacts(memoryAvailable: 1, overcommitMemory: 1, freeDisk: [:])) == [.fail])
    #expect(try results(HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 0, freeDisk: [:])) == [.warn])
    #expect(try results(HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 1, freeDisk: [:])) == [.pass])
  }

  @Test func withoutPersistenceAReplicaIsAWarning() throws {
    var cluster = TestCluster()
    cluster.edit(7003, "aof_enabled:1", "aof_enabled:0")
    cluster[7003].configuration["save"] = ""
    #expect(
      Rulebook.recheck("persistence-on", in: try cluster.scene()).map(\.result) == [
        .pass, .pass, .pass, .warn, .pass, .pass,
      ])
  }
}
