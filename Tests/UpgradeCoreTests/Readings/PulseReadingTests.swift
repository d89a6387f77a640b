// `INFO` and `CLUSTER INFO` of real servers, whole and broken, made into pulses.

import Testing

@testable import UpgradeCore

@Suite struct PulseReadingTests {
  @Test func aPrimaryOfRedis62() throws {
    let pulse = try Reader.pulse(info: Redis62.primaryInfo, clusterInfo: Redis62.clusterInfo)
    #expect(pulse.server.name == "redis")
    #expect(pulse.server.release == Release(.redis, Version(6, 2, 14)))
    #expect(pulse.server.mode == "cluster")
    #expect(pulse.server.runID == "8aa97ca392545eb639deaadf807996f6b863a613")
    #expect(pulse.server.processID == 9137)
    #expect(pulse.server.port == 7000)
    #expect(pulse.server.configFile == "/etc/redis/7000/redis.conf")
    #expect(pulse.role == .primary)
    #expect(pulse.replication.offset == 362)
    #expect(pulse.replication.backlogBytes == 1_048_576)
    #expect(pulse.replication.upstream == nil)
    #expect(
      pulse.replication.replicas == [
        ReplicaLine(
          address: Address(host: "127.0.0.1", port: 7005), state: "online", offset: 0, acknowledgedSecondsAgo: 0)
      ])
    #expect(pulse.persistence.appendOnly)
    #expect(pulse.persistence.saves == nil, "rdb_saves came with 7.0: not supported, not 0")
    #expect(!pulse.persistence.forkRunning)
    #expect(pulse.memory == Memory(used: 2_611_848, resident: 5_443_584, maximum: 0, policy: "noeviction"))
    #expect(pulse.statistics.unexpectedErrorReplies == 0)
    #expect(pulse.keys == 6 && pulse.expiringKeys == 1)
    #expect(
      pulse.cluster
        == ClusterInfo(
          isOK: true, slotsAssigned: 16384, slotsOK: 16384, slotsPossiblyFailing: 0, slotsFailing: 0, knownNodes: 6,
          size: 3, currentEpoch: 6, myEpoch: 1))
  }

  @Test func aReplicaOfRedis70() throws {
    let pulse = try Reader.pulse(info: Redis70.replicaInfo)
    #expect(pulse.role == .replica)
    let upstream = try #require(pulse.replication.upstream)
    #expect(upstream.linkUp && !upstream.syncInProgress && upstream.readOnly)
    #expect(upstream.downSeconds == nil)
    #expect((7000...7002).contains(upstream.address.port))
    #expect(pulse.persistence.saves != nil)
    #expect(pulse.cluster == nil)
  }

  @Test func valkeySaysWhoItIs() throws {
    let pulse = try Reader.pulse(info: Valkey80.primaryInfo, clusterInfo: Valkey80.clusterInfo)
    #expect(Valkey80.primaryInfo.contains("redis_version:7.2.4"), "what Valkey says for ever")
    #expect(!Valkey80.primaryInfo.contains("redis_mode"), "Valkey 8 prints server_mode")
    #expect(pulse.server.release == Release(.valkey, Version(8, 0, 1)))
    #expect(pulse.server.mode == "cluster")
  }

  @Test(arguments: [
    ("dragonfly_version:df-v1.21.2", "dragonfly"), ("server_name:redict\nredict_version:7.3.1", "redict"),
    ("garnet_version:1.0.40", "garnet"), ("kvrocks_version:2.8.0", "kvrocks"), ("server_name:futuredb", "futuredb"),
  ])
  func strangersKeepTheirName(mark: String, name: String) throws {
    let info = Redis70.primaryInfo.replacing("redis_version:7.0.15", with: "redis_version:7.0.15\n" + mark)
    let pulse = try Reader.pulse(info: info)
    #expect(pulse.server.name == name)
    #expect(pulse.server.product == nil)
    #expect(pulse.server.release == nil)
  }

  @Test func keyDBIsKnownByItsSectionAndItsExecutable() throws {
    let bySection = Redis62.primaryInfo.replacing("# Keyspace", with: "# KeyDB\nmvcc_depth:0\n\n# Keyspace")
    #expect(try Reader.pulse(info: bySection).server.name == "keydb")
    let byExecutable = Redis62.primaryInfo.replacing("/usr/bin/redis-server", with: "/usr/bin/keydb-server")
    #expect(try Reader.pulse(info: byExecutable).server.name == "keydb")
  }

  @Test func aStrangerThatPrintsOtherFieldsIsStillNamed() {
    let info = "# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.21.2\r\nredis_mode:standalone\r\n"
    #expect(throws: ReadingError("INFO", "dragonfly", .stranger)) { try Reader.pulse(info: info) }
  }

  @Test func aVersionThatIsNoneKeepsItsText() throws {
    let info = Redis70.primaryInfo.replacing("redis_version:7.0.15", with: "redis_version:7.0.15-rc1")
    let server = try Reader.pulse(info: info).server
    #expect(server.product == .redis && server.version == nil && server.versionText == "7.0.15-rc1")
    #expect(server.release == nil)
  }

  /// A missing field is never read as a healthy zero.
  @Test(arguments: [
    "loading", "async_loading", "rdb_bgsave_in_progress", "rdb_last_bgsave_status", "aof_last_write_status",
    "aof_enabled", "module_fork_in_progress", "role", "master_repl_offset", "master_replid", "run_id", "process_id",
    "used_memory", "sync_full", "repl_backlog_active",
  ])
  func aMissingFieldIsNamed(field: String) throws {
    let info = Redis70.primaryInfo.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix(field + ":") }.joined(separator: "\n")
    #expect(info != Redis70.primaryInfo)
    #expect(throws: ReadingError("INFO", field, .missing)) { try Reader.pulse(info: info) }
  }

  @Test(arguments: [
    ("role:master", "role:sentinel", "role"), ("loading:0", "loading:maybe", "loading"),
    ("rdb_last_bgsave_status:ok", "rdb_last_bgsave_status:", "rdb_last_bgsave_status"),
    ("master_repl_offset:", "master_repl_offset:x", "master_repl_offset"), ("state=online,", "", "slave0"),
    ("db0:keys=", "db0:keys=-", "db0"), ("process_id:", "process_id:0x", "process_id"),
  ])
  func aDamagedFieldIsNamed(whole: String, damaged: String, field: String) throws {
    let info = Redis70.primaryInfo.replacing(whole, with: damaged)
    #expect(info != Redis70.primaryInfo)
    let error = #expect(throws: ReadingError.self) { try Reader.pulse(info: info) }
    #expect(error?.field == field)
  }

  @Test func aReplyThatEndsEarlyIsNoReading() throws {
    let info = Redis70.primaryInfo
    let short = String(info[..<(try #require(info.firstRange(of: "# Cluster")).lowerBound)])
    #expect(throws: ReadingError("INFO", "the section Keyspace", .cutOff)) { try Reader.pulse(info: short) }
  }

  @Test func aSentinelIsToldApart() {
    let info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:sentinel\r\nrun_id:a\r\n"
    #expect(throws: ReadingError("INFO", "redis_mode", .unexpected("sentinel"))) { try Reader.pulse(info: info) }
  }

  @Test func replicasOverIPv6AndUnderNames() throws {
    let lines = """
      connected_slaves:2
      slave0:ip=fe80::1,port=7005,state=wait_bgsave,offset=0,lag=0
      slave1:ip=redis-3.internal,port=7006,state=online,offset=350,lag=1,type=replica
      """
    let info = Redis62.primaryInfo.replacing(
      "connected_slaves:1\nslave0:ip=127.0.0.1,port=7005,state=online,offset=0,lag=0", with: lines)
    let replicas = try Reader.pulse(info: info).replication.replicas
    #expect(replicas.map(\.address.description) == ["[fe80::1]:7005", "redis-3.internal:7006"])
    #expect(replicas.map(\.state) == ["wait_bgsave", "online"])
    #expect(replicas.map(\.offset) == [0, 350])
  }

  @Test func keysOfAllDatabases() throws {
    let info = Redis62.primaryInfo + "\ndb1:keys=4,expires=0,avg_ttl=0,subexpiry=0\ndb12:keys=10,expires=10,avg_ttl=1\n"
    let pulse = try Reader.pulse(info: info)
    #expect(pulse.keys == 20 && pulse.expiringKeys == 11)
  }

  @Test func noKeyAtAll() throws {
    let info = Redis62.primaryInfo.replacing("db0:keys=6,expires=1,avg_ttl=4999948", with: "")
    #expect(try Reader.pulse(info: info).keys == 0)
  }

  @Test func aLoadingNodeSaysHowLong() throws {
    let info = Redis70.primaryInfo.replacing("\nloading:0", with: "\nloading:1\nloading_eta_seconds:42")
    let persistence = try Reader.pulse(info: info).persistence
    #expect(persistence.loading && persistence.secondsToLoad == 42)
  }

  @Test func aFailedCluster() throws {
    let info = try Reader.clusterInfo(Redis62.primaryDownInfo)
    #expect(!info.isOK)
    #expect(info.slotsFailing == 5461 && info.slotsOK == 10923)
  }

  @Test func clusterInfoNamesItself() {
    let error = #expect(throws: ReadingError.self) {
      try Reader.clusterInfo(Redis62.clusterInfo.replacing("cluster_slots_pfail:0\n", with: ""))
    }
    #expect(
      error?.from(Address(host: "10.0.0.1", port: 6379)).description
        == "10.0.0.1:6379: the reply to CLUSTER INFO has no field cluster_slots_pfail. "
        + "Nothing is concluded from it; run the command by hand and compare, or ask again.")
  }
}
