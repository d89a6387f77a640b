// The runbook of servers under Sentinels, on servers that do at once and well what they are told.

import Testing

@testable import UpgradeCore

@Suite struct SentinelRunTests {
  private static func scene(_ options: Options = Options(settle: .zero)) -> MachineScene {
    MachineScene(options: options, tree: [nil, 0, 0], sentinels: 3)
  }

  @Test func serversComeFirstAndThenTheSentinels() throws {
    #expect(
      try Self.scene().planLines() == [
        "confirm/deployment/client-probe ? client-probe reversible",
        "save-role/node:7000", "save-role/node:7001", "save-role/node:7002",
        // Whom the Sentinels are to promote, and that it is not the old primary again.
        "enter-upgrade-mode/node:7000 ? enable-upgrade-mode reversible",
        "enter-upgrade-mode/node:7001 ? enable-upgrade-mode reversible",
        "back-up/deployment",
        "stop/node:7001 ? upgrade-node:10.0.0.1:7001 reversible", "install/node:7001", "start/node:7001",
        // A runtime setting dies with its process.
        "enter-upgrade-mode/node:7001 ? enable-upgrade-mode reversible",
        "rejoin/node:7001",
        "confirm/deployment/canary ? canary reversible",
        "stop/node:7002 ? upgrade-node:10.0.0.1:7002 reversible", "install/node:7002", "start/node:7002",
        "rejoin/node:7002",
        "confirm/deployment/first-promotion ? first-promotion reversible",
        "hand-over/shard:s1/7001 ? hand-over:s1 no-return",
        "follow/node:7002/7001",
        "save-role/node:7000", "save-role/node:7001", "save-role/node:7002",
        "drain/node:7000",
        "stop/node:7000 ? upgrade-node:10.0.0.1:7000 no-return", "install/node:7000", "start/node:7000",
        "rejoin/node:7000",
        // Before a Sentinel is away whoever may be promoted is so again, and it is written down.
        "leave-upgrade-mode/node:7000 ? disable-upgrade-mode reversible", "save-role/node:7000",
        "leave-upgrade-mode/node:7001 ? disable-upgrade-mode reversible", "save-role/node:7001",
        "stop/node:26379 ? upgrade-node:10.0.0.1:26379 reversible", "install/node:26379", "start/node:26379",
        "rejoin/node:26379",
        "stop/node:26380 ? upgrade-node:10.0.0.1:26380 reversible", "install/node:26380", "start/node:26380",
        "rejoin/node:26380",
        "stop/node:26381 ? upgrade-node:10.0.0.1:26381 reversible", "install/node:26381", "start/node:26381",
        "rejoin/node:26381",
      ])
  }

  @Test func whatIsPlannedIsDoneAndNothingElse() throws {
    var scene = Self.scene()
    let planned = try scene.planLines().map { String($0.prefix { $0 != " " }) }
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    #expect(scene.begun == Array(planned.dropFirst()))
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
    #expect(scene.servers[NodeID("7001")]?.role == .primary)
    #expect(
      scene.servers.values.filter { $0.role != .sentinel }.allSatisfy { $0.settings["replica-priority"] == "100" })
    #expect(scene.machine.state.facts.openLedger.isEmpty)
    #expect(scene.folded == scene.machine.state)
  }

  @Test func thePrimaryReturnsWhereThatIsWanted() throws {
    var scene = Self.scene(Options(settle: .zero, returnPrimaries: true))
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    #expect(scene.servers[NodeID("7000")]?.role == .primary)
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
    #expect(
      scene.servers.values.filter { $0.role != .sentinel }.allSatisfy { $0.settings["replica-priority"] == "100" })
  }

  /// The wizard dies after each record once: the run ends as it would have, and the ledger is empty.
  @Test func killedAfterEachRecordItEndsTheSame() {
    MachineScene.killAfterEachRecord({ Self.scene() }) { whole, scene, remark in
      #expect(scene.servers.mapValues(\.follows) == whole.servers.mapValues(\.follows), "\(remark)")
      #expect(scene.servers.mapValues(\.settings) == whole.servers.mapValues(\.settings), "\(remark)")
      #expect(scene.machine.state.facts.openLedger.isEmpty, "\(remark)")
    }
  }

  /// A Sentinel that runs something newer already is left with it.
  @Test func aNewerSentinelIsLeftAsItIs() throws {
    var scene = Self.scene()
    let newer = Release(.redis, Version(8, 0, 2))
    scene.servers[NodeID("26380")]?.running = newer
    scene.setup.nodes = scene.setup.nodes.map { node in
      var node = node
      if node.id == NodeID("26380") { node.release = newer }
      return node
    }
    #expect(try scene.planLines().contains { $0.hasPrefix("stop/node:26381") })
    #expect(try !scene.planLines().contains { $0.hasPrefix("stop/node:26380") })
  }

  /// In the middle of a failover nobody is told to serve: the Sentinels end it, and if they do not, a person is asked.
  @Test func nobodyIsMadePrimaryBesideTheSentinels() {
    var scene = Self.scene()
    scene.start()
    scene.play { record in
      if case .intent(let effect, _, _, _) = record { effect.step == .backUp } else { false }
    }
    scene.servers[NodeID("7000")]?.role = .replica
    scene.servers[NodeID("7000")]?.follows = NodeID("7001")
    scene.servers[NodeID("7001")]?.follows = NodeID("7000")
    scene.judgement.redden(Gate("shard-has-primary", .shard(ShardID(1))))
    scene.play(turns: 3000)
    #expect(!scene.begun.contains { $0.hasPrefix("follow/") })
  }

  /// Two of a group are never out at once, whether they hold data or watch.
  @Test func aSentinelIsNotStoppedWhileAServerIsOut() throws {
    var scene = Self.scene()
    scene.start()
    scene.play { record in
      if case .settled(let effect, .achieved) = record { effect.step.verb == .stop } else { false }
    }
    let situation = try #require(scene.machine.situation(now: scene.now))
    let step = SentinelProcedure().stopSentinel(NodeID("26379"), situation)
    scene.observeAll()
    let fresh = try #require(scene.machine.situation(now: scene.now))
    let violation = try #require(scene.machine.violation(of: step, fresh))
    #expect(violation.what.contains("of the same group is out of service"), "\(violation.what)")
  }

  /// What Sentinels are sent is no matter of the servers' users, who do not know it.
  @Test func sentinelsHaveUsersOfTheirOwn() {
    let releases = [MachineScene.old]
    let user = RunUser(releases: releases, stopsByCommand: false, kind: .sentinel)
    #expect(user.rules.contains("+client|pause") && user.rules.contains("+config|rewrite"))
    #expect(!user.rules.contains { $0.hasPrefix("+sentinel") || $0 == "+failover" })
    let sent = ServerCommands.sentToSentinels(stopsByCommand: false).map(\.title)
    #expect(sent.contains("SENTINEL FAILOVER") && sent.contains("SHUTDOWN") && !sent.contains("CONFIG SET"))
  }

  @Test func whatIsSentIsShown() throws {
    let scene = Self.scene()
    let action = Action.handOver(ShardID(1), from: NodeID("7000"), to: NodeID("7001"))
    let lines = action.commands(in: scene.setup)
    #expect(lines.count == 5)
    #expect(lines[0].hasSuffix("CLIENT PAUSE 6000 WRITE"))
    #expect(lines[1].contains("-p 26379 SENTINEL FAILOVER orders"))
    #expect(lines[2].contains("-p 7000 REPLICAOF 10.0.0.1 7001"))
  }
}
