// The hosts that commands run on over ssh, read as transcripts.

import Testing

@testable import UpgradeCore

@Suite struct HostRulesTests {
  private static let host = ObjectID.host("127.0.0.1")

  private static func facts(_ reach: HostReach?) -> HostFacts {
    HostFacts(memoryAvailable: nil, overcommitMemory: nil, freeDisk: [:], reach: reach)
  }

  @Test(arguments: [
    RuleCase("it lets us in", host, "holds: it lets us in") {
      $0.hosts["127.0.0.1"] = facts(.reached(lacking: []))
    },
    RuleCase(
      "it does not", host,
      "broken: 127.0.0.1 shows another host key -> see that `ssh 127.0.0.1` works from here; where ssh calls it "
        + "otherwise, say so in the profile: hosts: { \"127.0.0.1\": NAME }"
    ) { $0.hosts["127.0.0.1"] = facts(.notReached("127.0.0.1 shows another host key")) },
    RuleCase("no ssh", host, "n/a: no command runs over ssh") { $0.hosts["127.0.0.1"] = facts(nil) },
  ])
  func hostsReached(row: RuleCase) throws { try row.check("hosts-reached") }

  @Test(arguments: [
    RuleCase("it has all", host, "holds: script, mkfifo and setsid are there") {
      $0.hosts["127.0.0.1"] = facts(.reached(lacking: []))
    },
    RuleCase(
      "it ends what is left behind", host,
      "broken: 127.0.0.1 ends what a user has started when the user's connection ends (KillUserProcesses): there a "
        + "dropped link ends the command -> on 127.0.0.1, in /etc/systemd/logind.conf: KillExcludeUsers=root <our user>, "
        + "then restart systemd-logind"
    ) { $0.hosts["127.0.0.1"] = facts(.reached(lacking: [.lasting, .terminal])) },
    RuleCase(
      "no terminal", host,
      "broken: 127.0.0.1 has no working script or mkfifo: commands run there without a terminal, and ask nothing -> on "
        + "127.0.0.1, install util-linux (bsdutils) and coreutils"
    ) { $0.hosts["127.0.0.1"] = facts(.reached(lacking: [.terminal])) },
    RuleCase("not reached", host, "n/a: it is not reached by ssh") {
      $0.hosts["127.0.0.1"] = facts(.notReached("nobody answers"))
    },
  ])
  func commandsOutliveLink(row: RuleCase) throws { try row.check("commands-outlive-link") }

  @Test(arguments: [
    RuleCase("each its own", host, "n/a: no command changes more than one node"),
    RuleCase(
      "one package for six", host,
      "broken: install and rollback on 127.0.0.1 change the software of 6 nodes at once, and 127.0.0.1:7000, "
        + "127.0.0.1:7005 are 2 of the 2 copies of s1: they would be out of service together -> move all but one of them "
        + "to other hosts, or give each server its own copy of the software, and the profile commands with {port} or "
        + "{unit} that change one copy (scope: node)"
    ) { $0.hostWide = [.install, .rollback] },
    RuleCase("each host has one of each shard", host, "holds: one install for 2 nodes, all of which stop for it", ring),
    RuleCase("one node", .host("far"), "holds: 1 node") {
      ring(&$0)
      $0.places[7003] = "far"
    },
    RuleCase(
      "a start that names nobody", host,
      "broken: install on 127.0.0.1 changes the software of 2 nodes at once, and the start command is the same for "
        + "127.0.0.1:7000, 127.0.0.1:7003: true -> write a profile of your own whose start, and stop, name one server by "
        + "{unit} or {port}"
    ) {
      ring(&$0)
      $0.startsAlike = true
    },
  ])
  func oneNodePerPackage(row: RuleCase) throws { try row.check("one-node-per-package") }

  /// Three hosts of two nodes, as ssh calls them; the first is known by the address of its first node.
  private static let ring: @Sendable (inout TestCluster) -> Void = {
    $0.hostWide = [.install]
    $0.places = [7000: "a", 7003: "a", 7001: "b", 7004: "b", 7002: "c", 7005: "c"]
  }

  @Test(arguments: [
    RuleCase(
      "all run", host,
      "broken: 127.0.0.1:7000 runs there, a PRIMARY; 127.0.0.1:7003 runs there, a replica -> see who started it: its log tells",
      ring),
    RuleCase("all are down", host, "holds: 2 nodes: down") {
      ring(&$0)
      $0[7000].silence = .down("connection refused")
      $0[7003].silence = .down("connection refused")
    },
    RuleCase("one is not known", host, "unknown: 127.0.0.1:7003: not read yet") {
      ring(&$0)
      $0[7000].silence = .down("connection refused")
      $0[7003].silence = .unknown("not read yet")
    },
    RuleCase("a host that is none of ours", .host("10.9.9.9"), "unknown: no node of 10.9.9.9 is known", ring),
  ])
  func hostCleared(row: RuleCase) throws { try row.check("host-cleared") }

  @Test func aHostThatIsClosedRefusesAndAPoorOneDoesNot() throws {
    func results(_ reach: HostReach) throws -> [CheckResult] {
      var cluster = TestCluster()
      cluster.hosts["127.0.0.1"] = Self.facts(reach)
      let scene = try cluster.scene()
      return Rulebook.recheck("hosts-reached", in: scene) + Rulebook.recheck("commands-outlive-link", in: scene)
    }
    #expect(try results(.notReached("it is closed")).map(\.refuses).contains(true))
    #expect(try results(.reached(lacking: [.lasting])).allSatisfy { !$0.refuses })
    #expect(HostReach.reached(lacking: [.lasting]).remark(on: "a") == "On a a dropped link ends the command.")
    #expect(HostReach.reached(lacking: [.terminal]).remark(on: "a") == "On a commands run without a terminal.")
    #expect(HostReach.reached(lacking: []).remark(on: "a") == nil)
  }
}
