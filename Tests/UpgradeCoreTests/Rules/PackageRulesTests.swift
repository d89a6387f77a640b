// What package managers do besides what they are told, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct PackageRulesTests {
  private static let node = TestCluster.node(7003)
  private static let machine = ObjectID.host("127.0.0.1")

  /// The host of all six nodes, as the script of facts tells of it.
  private static func host(_ lines: String...) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      var facts = HostFacts(memoryAvailable: 8_000_000_000, overcommitMemory: 1, freeDisk: [:])
      for line in lines { facts.hear(line.split(separator: " ").map(String.init)) }
      cluster.hosts["127.0.0.1"] = facts
    }
  }

  @Test(arguments: [
    RuleCase("not reached", machine, "n/a: the packages of the hosts cannot be read from here"),
    RuleCase("neither dpkg nor rpm", machine, "n/a: the packages of the hosts cannot be read from here", host()),
    RuleCase(
      "off", machine, "holds: nothing is on that would", host("packages dpkg", "package redis-server install")),
    RuleCase(
      "on", machine,
      "broken: unattended-upgrades upgrades packages on 127.0.0.1 by itself, and nothing holds redis-server -> on "
        + "127.0.0.1, for the time of the upgrade: systemctl stop apt-daily-upgrade.timer",
      host("packages dpkg", "package redis-server install", "unattended unattended-upgrades")),
    RuleCase(
      "on, and held", machine, "holds: unattended-upgrades is on, and redis-server is held",
      host("packages dpkg", "package redis-server hold", "unattended unattended-upgrades")),
    RuleCase(
      "on, and servers of another kind", machine,
      "holds: unattended-upgrades is on, and no server comes from a package",
      host("packages dpkg", "unattended unattended-upgrades")),
    RuleCase(
      "Red Hat", machine,
      "broken: dnf-automatic upgrades packages on 127.0.0.1 by itself, and nothing holds redis -> on 127.0.0.1, for the "
        + "time of the upgrade: systemctl stop dnf-automatic.timer dnf-automatic-install.timer",
      host("packages rpm", "package redis install", "unattended dnf-automatic")),
  ])
  func unattendedUpgrades(row: RuleCase) throws { try row.check("unattended-upgrades") }

  private static func installing(_ command: String, _ lines: String...) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      host("packages dpkg")(&cluster)
      for line in lines { cluster.hosts["127.0.0.1"]?.hear(line.split(separator: " ").map(String.init)) }
      cluster.install = command
    }
  }

  private static let plain = "apt-get install --yes redis-server=5:7.0.15-1"
  private static let unknown = "n/a: no apt command of the profile that changes a server's package is known"

  @Test(arguments: [
    RuleCase("no command", node, unknown, host("packages dpkg", "package redis-server hold")),
    RuleCase("not apt", node, unknown, installing("/opt/redis-server/install", "package redis-server hold")),
    RuleCase("not the server", node, unknown, installing("apt-get install --yes jq", "package redis-server hold")),
    RuleCase("not held", node, "holds: no package of it is held", installing(plain, "package redis-server install")),
    RuleCase(
      "another held", node, "holds: no package of it is held", installing(plain, "package valkey-server hold")),
    RuleCase(
      "held", node,
      "broken: redis-server is held on 127.0.0.1, and the profile's install command does not go past that -> in the "
        + "profile's install: apt-get --allow-change-held-packages ..., and apt-mark hold again afterwards",
      installing(plain, "package redis-server hold")),
    RuleCase(
      "held, and minded", node, "holds: redis-server is held, which the command minds",
      installing("apt-mark unhold redis-server; " + plain, "package redis-server hold")),
    RuleCase(
      "held, and gone past", node, "holds: redis-server is held, which the command minds",
      installing(plain + " --allow-change-held-packages", "package redis-server hold")),
  ])
  func heldPackages(row: RuleCase) throws { try row.check("held-packages") }

  @Test(arguments: [
    RuleCase("no command", node, unknown, host("packages dpkg")),
    RuleCase(
      "not said", node,
      "broken: the install command of 127.0.0.1:7003 calls apt, whose packages start the server, and the profile does "
        + "not say so -> in the profile: install: { run: ..., starts: true }", installing(plain)),
    RuleCase(
      "decided by the host", node, "n/a: policy-rc.d of its host decides whether packages start anything",
      installing(plain, "policy yes")),
    RuleCase("said", node, "holds: the profile says so") {
      installing(plain)(&$0)
      $0.startsItself = [.install]
    },
  ])
  func packageStarts(row: RuleCase) throws { try row.check("package-starts") }

  @Test func whatTheScriptSays() {
    var facts = HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:])
    facts.hear(["package", "redis-server", "hold"])
    #expect(facts.packages == nil, "no manager has been named")
    for line in ["packages dpkg", "package redis-server hold", "package valkey-server install", "package odd"] {
      facts.hear(line.split(separator: " ").map(String.init))
    }
    #expect(facts.packages?.held == ["redis-server": true, "valkey-server": false])
    #expect(facts.packages?.unattended == nil && facts.packages?.hasPolicy == false)
  }
}
