// What real Sentinels answer, made into values.

import Testing

@testable import UpgradeCore

@Suite struct SentinelReadingTests {
  private static let info = """
    # Server\r
    redis_version:6.2.14\r
    redis_mode:sentinel\r
    process_id:10572\r
    run_id:d4486c2426e50d930ab3fcd2b259367bf39a2364\r
    tcp_port:21991\r
    uptime_in_seconds:0\r
    executable:/usr/bin/redis-server\r
    config_file:/etc/redis/sentinel.conf\r
    \r
    # Sentinel\r
    sentinel_masters:1\r
    sentinel_tilt:0\r
    sentinel_running_scripts:1\r
    sentinel_scripts_queue_length:2\r
    master0:name=orders,status=ok,address=127.0.0.1:21990,slaves=0,sentinels=1\r

    """

  /// redis 6.2.14, as it came.
  private static let group = [
    "name", "orders", "ip", "127.0.0.1", "port", "21990", "runid", "", "flags", "master,disconnected",
    "link-pending-commands", "2", "link-refcount", "1", "last-ping-sent", "614", "last-ok-ping-reply", "614",
    "last-ping-reply", "614", "down-after-milliseconds", "30000", "info-refresh", "0", "role-reported", "master",
    "role-reported-time", "614", "config-epoch", "0", "num-slaves", "0", "num-other-sentinels", "0", "quorum", "2",
    "failover-timeout", "180000", "parallel-syncs", "1",
  ]

  @Test func aSentinelHasAProcessAndNoData() throws {
    let pulse = try Reader.sentinelPulse(info: Self.info)
    #expect(pulse.role == .sentinel && pulse.server.release == Release(.redis, Version(6, 2, 14)))
    #expect(pulse.server.processID == 10572 && pulse.server.configFile == "/etc/redis/sentinel.conf")
    #expect(pulse.sentinel?.isTilted == false && pulse.sentinel?.scriptsWaiting == 3)
    #expect(Reader.isSentinel(info: Self.info))
  }

  @Test func valkeyNamesItsModeOtherwise() throws {
    let info = Self.info.replacing("redis_mode", with: "server_mode")
      .replacing("redis_version:6.2.14", with: "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1")
    #expect(try Reader.sentinelPulse(info: info).server.release == Release(.valkey, Version(8, 1, 1)))
  }

  @Test func aServerIsNoSentinel() {
    #expect(throws: ReadingError("INFO", "redis_mode", .unexpected("standalone"))) {
      try Reader.sentinelPulse(info: Self.info.replacing("redis_mode:sentinel", with: "redis_mode:standalone"))
    }
  }

  @Test func aGroupIsRead() throws {
    let group = try Reader.sentinelGroup(Self.group)
    #expect(group.address == Address(host: "127.0.0.1", port: 21990))
    #expect(group.flags == ["master", "disconnected"] && group.quorum == 2 && group.epoch == 0)
    #expect(group.downAfter == .seconds(30) && group.failoverTimeout == .seconds(180) && group.parallelSyncs == 1)
    #expect(group.scripts == [])
    #expect(try Reader.sentinelName(Self.group).name == "orders")
  }

  @Test func whatIsMissingOrNoNumberIsSaid() {
    #expect(throws: ReadingError("SENTINEL MASTER", "quorum", .missing)) {
      try Reader.sentinelGroup(Array(Self.group.prefix(10)) + ["config-epoch", "1"])
    }
    #expect(throws: ReadingError("SENTINEL REPLICAS", "slave-priority", .unexpected("high"))) {
      try Reader.sentinelReplica(["ip", "a", "port", "1", "flags", "slave", "slave-priority", "high"])
    }
    #expect(throws: ReadingError("SENTINEL SENTINELS", "ip", .missing)) { try Reader.sentinelPeer([]) }
  }
}
