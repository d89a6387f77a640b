// What a host does to its nodes by itself, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct HostSettingRulesTests {
  private static let node = TestCluster.node(7003)
  private static let machine = ObjectID.host("127.0.0.1")

  /// The host of all six nodes.
  private static func host(
    _ change: @escaping @Sendable (inout HostFacts) -> Void
  ) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      var facts = HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 1, freeDisk: [:])
      change(&facts)
      cluster.hosts["127.0.0.1"] = facts
    }
  }

  private static func disk(_ free: Int) -> @Sendable (inout TestCluster) -> Void {
    host { facts in
      for port in 7000...7005 { facts.freeDisk["/var/lib/redis/\(port)"] = free }
    }
  }

  @Test(arguments: [
    RuleCase("not reached", node, "n/a: the disk of 127.0.0.1:7003 cannot be read from here"),
    RuleCase(
      "enough", node,
      "holds: 1.0 GB free where 127.0.0.1:7003 saves, 34.5 MB wanted for the saves of 6 nodes there",
      disk(1_000_000_000)),
    RuleCase(
      "not twice as much", node,
      "broken: 40.0 MB free where 127.0.0.1:7003 saves, 34.5 MB wanted for the saves of 6 nodes there -> see what takes "
        + "the room: df -h /var/lib/redis/7003", disk(40_000_000)),
    RuleCase(
      "too little, with writes at stake", node,
      "broken: 5.0 MB free where 127.0.0.1:7003 saves, 34.5 MB wanted for the saves of 6 nodes there; a save that fails "
        + "stops its writes (stop-writes-on-bgsave-error) -> see what takes the room: df -h /var/lib/redis/7003"
    ) {
      disk(5_000_000)(&$0)
      $0[7003].configuration["stop-writes-on-bgsave-error"] = "yes"
    },
  ])
  func diskForSaves(row: RuleCase) throws { try row.check("disk-for-saves") }

  @Test(arguments: [(40_000_000, CheckResult.Result.warn), (5_000_000, .fail), (100_000_000, .pass)])
  func onlyADiskThatIsTooSmallRefuses(free: Int, result: CheckResult.Result) throws {
    var cluster = TestCluster()
    Self.disk(free)(&cluster)
    #expect(Set(Rulebook.recheck("disk-for-saves", in: try cluster.scene()).map(\.result)) == [result])
  }

  @Test(arguments: [
    RuleCase("not reached", node, "n/a: its host cannot be asked from here"),
    RuleCase("madvise", node, "holds: madvise", host { $0.hugePages = "madvise" }),
    RuleCase(
      "always", node,
      "broken: transparent huge pages are on at 127.0.0.1, and 127.0.0.1:7003 does not switch them off for itself -> on "
        + "127.0.0.1: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; it counts for processes started "
        + "afterwards", host { $0.hugePages = "always" }),
    RuleCase("switched off by itself", node, "holds: switched off by the node itself") {
      host { $0.hugePages = "always" }(&$0)
      $0[7003].configuration["disable-thp"] = "yes"
    },
  ])
  func hugePages(row: RuleCase) throws { try row.check("huge-pages") }

  private static func identity(
    isThere: Bool = true, _ kind: String? = "ext2/ext3", of port: Int? = 7003
  ) -> @Sendable (inout TestCluster) -> Void {
    {
      $0[7003].identityFile = IdentityFile(
        path: "/var/lib/redis/7003/nodes.conf", isThere: isThere, fileSystem: kind, node: port.map(TestCluster.id))
    }
  }

  @Test(arguments: [
    RuleCase("not reached", node, "n/a: the file of 127.0.0.1:7003 that names it cannot be read from here"),
    RuleCase("there", node, "holds: /var/lib/redis/7003/nodes.conf", identity()),
    RuleCase("there, and not to be read", node, "holds: /var/lib/redis/7003/nodes.conf", identity(nil, of: nil)),
    RuleCase(
      "gone", node,
      "broken: /var/lib/redis/7003/nodes.conf is not there, by which 127.0.0.1:7003 knows who it is when it starts again "
        + "-> let it be written anew: redis-cli -h 127.0.0.1 -p 7003 CLUSTER SAVECONFIG",
      identity(isThere: false, nil, of: nil)),
    RuleCase(
      "another's", node,
      "broken: /var/lib/redis/7003/nodes.conf is that of node 35235060, and 127.0.0.1:7003 is 7364542d -> see which other "
        + "server writes there; then: redis-cli -h 127.0.0.1 -p 7003 CLUSTER SAVECONFIG", identity(of: 7004)),
    RuleCase(
      "in memory", node,
      "broken: /var/lib/redis/7003/nodes.conf is in memory (tmpfs): after a restart of its host 127.0.0.1:7003 is a new "
        + "node -> keep that host up until the run is done, and move the directory to a disk when there is time",
      identity("tmpfs")),
  ])
  func identityFile(row: RuleCase) throws { try row.check("identity-file") }

  @Test func onlyAFileThatIsLostAtTheNextStartRefuses() throws {
    for (change, result) in [
      (Self.identity(isThere: false), CheckResult.Result.fail), (Self.identity(of: 7004), .fail),
      (Self.identity("tmpfs"), .warn), (Self.identity(), .pass),
    ] {
      var cluster = TestCluster()
      change(&cluster)
      #expect(Rulebook.recheck("identity-file", in: try cluster.scene())[3].result == result)
    }
  }

  private static func unit(_ restart: String, _ seconds: Int?) -> @Sendable (inout TestCluster) -> Void {
    host { $0.units[7003] = UnitFacts(name: "redis-server@7003.service", restart: restart, stopSeconds: seconds) }
  }

  @Test(arguments: [
    RuleCase("no unit", node, "n/a: no systemd unit of 127.0.0.1:7003 is known"),
    RuleCase("on failure only", node, "holds: redis-server@7003.service, Restart=on-failure", unit("on-failure", 90)),
    RuleCase(
      "always, without a stop command", node,
      "broken: 127.0.0.1:7003 is redis-server@7003.service with Restart=always, and the profile has no stop command -> "
        + "give the profile one: stop: systemctl stop redis-server@7003.service", unit("always", 90)),
    RuleCase("always, with a stop command", node, "holds: redis-server@7003.service, Restart=always") {
      unit("always", 90)(&$0)
      $0.stages = [.start, .stop]
    },
    RuleCase(
      "killed too soon", node,
      "broken: redis-server@7003.service is killed 5 s after its stop; the last save of 127.0.0.1:7003 may take 10 s -> "
        + "systemctl edit redis-server@7003.service: TimeoutStopSec=20", unit("no", 5)),
    RuleCase("no end", node, "holds: redis-server@7003.service, Restart=no", unit("no", nil)),
  ])
  func supervisors(row: RuleCase) throws { try row.check("supervisor-lets-stop") }

  @Test(arguments: [
    RuleCase("not reached", machine, "n/a: the processes of the hosts cannot be read from here"),
    RuleCase("quiet", machine, "holds: none that is known", host { $0.processes = [] }),
    RuleCase(
      "two of them", machine,
      "broken: unattended-upgrades runs on 127.0.0.1: it installs packages and restarts what belongs to them [Debian "
        + "wiki, UnattendedUpgrades]; Monit runs on 127.0.0.1: it starts what it finds down [Monit manual] -> for the "
        + "time of the upgrade: systemctl stop unattended-upgrades apt-daily-upgrade.timer; monit unmonitor all",
      host { $0.processes = ["monit", "unattended-upgr"] }),
  ])
  func rivals(row: RuleCase) throws { try row.check("no-rival-controller") }

  private static func program(
    _ standing: ProgramFacts.Standing, _ version: Version? = nil
  ) -> @Sendable (inout TestCluster) -> Void {
    host { $0.programs[7003] = ProgramFacts(standing, version: version, path: "/usr/bin/redis-server") }
  }

  @Test(arguments: [
    RuleCase("not reached", node, "n/a: which file 127.0.0.1:7003 runs cannot be read from here"),
    RuleCase("as it was started", node, "holds: /usr/bin/redis-server", program(.same)),
    RuleCase("through a loader", node, "holds: /usr/bin/redis-server", program(.other)),
    RuleCase(
      "replaced by the wanted version", node,
      "broken: 127.0.0.1:7003 runs Redis 6.2.14, and its file /usr/bin/redis-server was replaced since: version 7.0.15 "
        + "lies there now -> begin soon: until then a crash starts 127.0.0.1:7003 on Redis 7.0.15, whatever its role",
      program(.deleted, Version(7, 0, 15))),
    RuleCase(
      "a link turned to a third version", node,
      "broken: 127.0.0.1:7003 runs Redis 6.2.14, and its file /usr/bin/redis-server was replaced since: version 6.2.17 "
        + "lies there now -> see who installed it on 127.0.0.1, and when: ls -l --full-time /usr/bin/redis-server",
      program(.other, Version(6, 2, 17))),
    RuleCase(
      "installed once more", node,
      "broken: 127.0.0.1:7003 runs Redis 6.2.14, and its file /usr/bin/redis-server was replaced since: the same version "
        + "lies there again -> see who installed it on 127.0.0.1, and when: ls -l --full-time /usr/bin/redis-server",
      program(.deleted, Version(6, 2, 14))),
    RuleCase(
      "replaced by something that says nothing", node,
      "broken: 127.0.0.1:7003 runs Redis 6.2.14, and its file /usr/bin/redis-server was replaced since: another file lies "
        + "there now -> see who installed it on 127.0.0.1, and when: ls -l --full-time /usr/bin/redis-server",
      program(.deleted)),
    RuleCase(
      "taken away", node,
      "broken: 127.0.0.1:7003 runs Redis 6.2.14 from /usr/bin/redis-server, which is not there any more: it could not be "
        + "started again -> put that version back at /usr/bin/redis-server on 127.0.0.1 before anything restarts "
        + "127.0.0.1:7003", program(.gone)),
  ])
  func programs(row: RuleCase) throws { try row.check("program-kept") }

  @Test func whatTheScriptSays() {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    for line in [
      "memory 2048", "overcommit 1", "room 5 /var/lib/my redis", "room unknown /nowhere",
      "pages always [madvise] never",
      "processes : puppet monit", "unit 77 redis.service always 1min 30s", "unit 78 b.service no infinity",
      "unit x y z", "unit", "nonsense", "program 77 same unknown /usr/bin/redis-server",
      "program 78 deleted 7.0.15 /opt/my redis/server", "program 79 eaten 1 /x", "program 80 gone",
    ] { facts.hear(line.split(separator: " ").map(String.init)) }
    #expect(facts.memoryAvailable == 2_097_152 && facts.overcommitMemory == 1)
    #expect(facts.freeDisk == ["/var/lib/my redis": 5120])
    #expect(facts.hugePages == "madvise")
    #expect(facts.processes == ["puppet", "monit"])
    #expect(
      facts.units == [
        77: UnitFacts(name: "redis.service", restart: "always", stopSeconds: 90),
        78: UnitFacts(name: "b.service", restart: "no", stopSeconds: nil),
      ])
    #expect(
      facts.programs == [
        77: ProgramFacts(.same, version: nil, path: "/usr/bin/redis-server"),
        78: ProgramFacts(.deleted, version: Version(7, 0, 15), path: "/opt/my redis/server"),
      ])
  }

  @Test func rivalsAreNamedAsTheKernelKeepsThem() {
    #expect(Set(RivalControllers.all.map(\.process)).count == RivalControllers.all.count)
    #expect(
      RivalControllers.all.allSatisfy { $0.process.utf8.count <= 15 && !$0.source.isEmpty && !$0.advice.isEmpty })
  }
}
