// Whether the wanted version takes each configuration, where backups lie, and who must not come back empty.

import Testing

@testable import UpgradeCore

@Suite struct BackupRulesTests {
  private static let node = TestCluster.node(7003)

  private static func trial(_ lines: [String]) -> Trial {
    var trial = Trial()
    for line in lines { trial.hear(line.split(separator: " ").map(String.init)) }
    return trial
  }

  @Test(arguments: [
    RuleCase(
      "nothing is known of a program", node,
      "n/a: the profile does not say where the program of Redis 7.0.15 is, or its host is not reached"),
    RuleCase("it starts", node, "holds: Redis 7.0.15 starts with a copy of /etc/redis/7003.conf") {
      $0[7003].trial = trial(["version 7.0.15", "up"])
    },
    RuleCase(
      "a line is refused", node,
      "broken: Redis 7.0.15 does not start with the configuration of 127.0.0.1:7003: it does not take the line "
        + "'gopher-enabled yes': Bad directive or wrong number of arguments -> mend it in /etc/redis/7003.conf"
    ) {
      $0[7003].trial = trial([
        "version 7.0.15", "down it ended with exit 1", "line >>> 'gopher-enabled yes'",
        "line Bad directive or wrong number of arguments",
      ])
    },
    RuleCase(
      "not staged yet", node,
      "n/a: not tried yet: /opt/redis/7.0.15/bin/redis-server is not there; where it is staged by then, it is tried "
        + "with the backup"
    ) { $0[7003].trial = trial(["none /opt/redis/7.0.15/bin/redis-server is not there"]) },
    RuleCase("another version lies there", node, "n/a: not tried: the program on the host of 127.0.0.1:7003 is 6.2.14")
    {
      $0[7003].trial = trial(["version 6.2.14", "up"])
    },
  ])
  func configurationTried(row: RuleCase) throws { try row.check("configuration-tried") }

  @Test(arguments: [
    RuleCase("nothing can be told", node, "n/a: which disks they are on cannot be told"),
    RuleCase(
      "one disk", node,
      "broken: the backup of 127.0.0.1:7003 would lie on the disk of its data: /state and /var/lib/redis/7003 -> give "
        + "--state-dir on another disk, or copy the backups away once they are made"
    ) { $0.lie(on: "64768", "64768") },
    RuleCase("two disks", node, "holds: data and backups are on two file systems") { $0.lie(on: "64768", "64769") },
    RuleCase(
      "on other hosts", node,
      "broken: the backup of 127.0.0.1:7003 stays on its own host, beside its data in /var/lib/redis/7003 -> copy it "
        + "from there to another host as soon as the backup is made; or let it come here over the replication stream, "
        + "with `backup: stream` in the profile"
    ) { $0.reach = .ssh },
    RuleCase(
      "over the replication stream", node, "holds: backups come to this machine over the replication stream"
    ) {
      $0.reach = .ssh
      $0.streamsBackups = true
    },
    RuleCase(
      "nothing is reached", node,
      "broken: the save of 127.0.0.1:7003 stays in /var/lib/redis/7003, until the next save replaces it -> copy it from "
        + "there to another host as soon as the backup is made; or let it come here over the replication stream, with "
        + "`backup: stream` in the profile"
    ) { $0.reach = .manual },
  ])
  func backupElsewhere(row: RuleCase) throws { try row.check("backup-elsewhere") }

  /// A primary that keeps nothing on disk, and is started again by itself, would empty its replicas.
  @Test func aPrimaryThatWouldComeBackEmpty() throws {
    var cluster = TestCluster()
    cluster.edit(7001, "aof_enabled:1", "aof_enabled:0")
    cluster[7001].configuration["save"] = ""
    let rule: RuleName = "persistence-on"
    let node = TestCluster.node(7001)
    #expect(Rulebook.rule(named: rule)?.severity(of: node, in: try cluster.scene()) == .warning)
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    facts.units[7001] = UnitFacts(name: "redis@7001.service", restart: "always", stopSeconds: 90)
    cluster.hosts = ["127.0.0.1": facts]
    let scene = try cluster.scene()
    #expect(Rulebook.rule(named: rule)?.severity(of: node, in: scene) == .blocking)
    let verdict = transcript(Rulebook.evaluate(rule, node, in: scene))
    #expect(verdict.contains("redis@7001.service starts it again by itself (Restart=always)"), "\(verdict)")
    // Where nobody starts it again, its replica takes over.
    facts.units[7001]?.restart = "no"
    cluster.hosts = ["127.0.0.1": facts]
    #expect(Rulebook.rule(named: rule)?.severity(of: node, in: try cluster.scene()) == .warning)
  }
}

extension TestCluster {
  /// Backups on one file system, the data of 7003 on another or the same.
  fileprivate mutating func lie(on backups: String, _ data: String) {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    facts.devices = ["/state": backups, "/var/lib/redis/7003": data]
    hosts = ["127.0.0.1": facts]
    self.backups = "/state"
  }
}
