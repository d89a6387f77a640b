// The runbook of servers outside of clusters, on servers that do at once and well what they are told.

import Testing

@testable import UpgradeCore

@Suite struct ReplicationRunTests {
  /// A primary, two who follow it, and one who follows the second of them.
  private static let tree: [Int?] = [nil, 0, 0, 2]

  @Test func aChainIsUpgradedFromItsEnd() throws {
    let scene = MachineScene(tree: Self.tree)
    #expect(
      try scene.planLines() == [
        "confirm/deployment/client-probe ? client-probe reversible",
        "save-role/node:7000", "save-role/node:7001", "save-role/node:7002", "save-role/node:7003",
        "back-up/deployment",
        "stop/node:7003 ? upgrade-node:10.0.0.1:7003 reversible", "install/node:7003", "start/node:7003",
        "rejoin/node:7003",
        "confirm/deployment/canary ? canary reversible",
        "stop/node:7001 ? upgrade-node:10.0.0.1:7001 reversible", "install/node:7001", "start/node:7001",
        "rejoin/node:7001",
        "stop/node:7002 ? upgrade-node:10.0.0.1:7002 reversible", "install/node:7002", "start/node:7002",
        "rejoin/node:7002",
        "confirm/deployment/first-promotion ? first-promotion reversible",
        "hand-over/shard:s1/7001 ? hand-over:s1 no-return",
        // Whoever followed the old primary itself; the end of the chain goes on following its middle.
        "follow/node:7002/7001",
        "save-role/node:7000", "save-role/node:7001", "save-role/node:7002",
        "drain/node:7000",
        "stop/node:7000 ? upgrade-node:10.0.0.1:7000 no-return", "install/node:7000", "start/node:7000",
        "rejoin/node:7000",
      ])
  }

  @Test func whatIsPlannedIsDoneAndNothingElse() throws {
    var scene = MachineScene(tree: Self.tree)
    let planned = try scene.planLines().map { String($0.prefix { $0 != " " }) }
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    // The question about the probe is answered, and nothing is done for it.
    #expect(scene.begun == Array(planned.dropFirst()))
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
    #expect(scene.servers[NodeID("7001")]?.role == .primary)
    #expect(
      scene.servers.mapValues(\.follows) == [
        NodeID("7000"): NodeID("7001"), NodeID("7001"): nil, NodeID("7002"): NodeID("7001"),
        NodeID("7003"): NodeID("7002"),
      ])
    #expect(scene.folded == scene.machine.state)
  }

  @Test func thePrimaryReturnsWhereThatIsWanted() throws {
    var scene = MachineScene(options: Options(settle: .zero, returnPrimaries: true), tree: Self.tree)
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    #expect(scene.servers[NodeID("7000")]?.role == .primary)
    #expect(scene.servers[NodeID("7002")]?.follows == NodeID("7000"))
    #expect(scene.servers[NodeID("7003")]?.follows == NodeID("7002"))
    #expect(scene.machine.state.facts.savedRoles.count == 4)
  }

  /// Settings of upgrade mode are put back at the end, roles are written down without them, and that is the end.
  @Test func settingsArePutBackOnce() {
    var scene = MachineScene(tree: [nil, 0])
    let (own, wanted) = ("1048576", "8388608")
    for index in scene.setup.nodes.indices {
      scene.setup.nodes[index].settings = ["repl-backlog-size": own]
      scene.setup.nodes[index].windowSettings = [Setting("repl-backlog-size", wanted)]
    }
    for id in scene.servers.keys { scene.servers[id]?.settings = ["repl-backlog-size": own] }
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    #expect(scene.begun.contains { $0.hasPrefix("enter-upgrade-mode/node:7000") })
    #expect(scene.servers.values.allSatisfy { $0.settings == ["repl-backlog-size": own] })
    #expect(scene.machine.state.facts.openLedger.isEmpty && scene.machine.state.facts.savedRoles.count == 2)
  }

  @Test func theClientsAddressMovesRightAfterTheHandOver() throws {
    let scene = MachineScene(stages: [.install, .start, .rollback, .switchOver], tree: [nil, 0])
    let lines = try scene.planLines()
    let handOver = try #require(lines.firstIndex { $0.hasPrefix("hand-over") })
    #expect(lines[handOver + 1] == "switch/shard:s1/7001")
  }

  /// The wizard dies after each record once: the run ends as it would have, and no role is left as it was not to be.
  @Test func killedAfterEachRecordItEndsTheSame() {
    MachineScene.killAfterEachRecord({ MachineScene(tree: Self.tree) }) { whole, scene, remark in
      #expect(scene.servers.mapValues(\.follows) == whole.servers.mapValues(\.follows), "\(remark)")
      #expect(scene.machine.state.facts.savedRoles.count == 4, "\(remark)")
    }
  }

  /// It forgot what CONFIG REWRITE had written: a primary beside the other one, with data of before.
  @Test func whoComesBackAsAPrimaryFollowsAgainOnceSomebodyAgrees() throws {
    var scene = MachineScene(tree: [nil, 0, 0])
    scene.performance = { scene, effect in
      let outcome = scene.perform(effect)
      if effect.action == .host(NodeID("7001"), .start), effect.id.attempt == 1 {
        scene.servers[NodeID("7001")]?.role = .primary
      }
      return outcome
    }
    scene.start()
    scene.play()
    #expect(scene.transcript.contains("asked plan-change (reversible)"))
    #expect(scene.begun.contains("follow/node:7001/7000"))
    #expect(scene.servers[NodeID("7001")]?.starts == 2)
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
  }

  /// A swap that was cut off in its middle, by the death of whoever did it: whoever has most of the data serves again.
  @Test func whereNobodyIsPrimaryTheOldOneServesAgain() throws {
    var scene = MachineScene(tree: [nil, 0, 0])
    scene.performance = { scene, effect in
      guard case .handOver(_, let from, let to) = effect.action, effect.id.attempt == 1 else {
        return scene.perform(effect)
      }
      scene.servers[from]?.role = .replica
      scene.servers[from]?.follows = to
      return nil
    }
    scene.start()
    scene.play { if case .intent(let effect, _, _, _) = $0 { effect.step.verb == .handOver } else { false } }
    scene.restart()
    scene.play()
    // It was ours, so nobody has to be asked whose it was.
    #expect(scene.machine.state.problem == nil, "\(scene.transcript.suffix(5))")
    #expect(scene.begun.contains("follow/node:7000/7000"))
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(scene.servers[NodeID("7001")]?.role == .primary)
    #expect(scene.servers[NodeID("7000")]?.follows == NodeID("7001"))
  }

  /// The same by somebody else, without a hand-over of ours, is a change of others: a person decides, and is told how.
  @Test func whereNobodyIsPrimaryByOthersAPersonDecides() throws {
    var scene = MachineScene(tree: [nil, 0, 0])
    scene.start()
    scene.play { if case .settled(let effect, _) = $0 { effect.step.verb == .rejoin } else { false } }
    scene.servers[NodeID("7000")]?.role = .replica
    scene.servers[NodeID("7000")]?.follows = NodeID("7001")
    scene.play()
    #expect(scene.machine.state.problem?.name == ProblemName.drift, "\(scene.transcript.suffix(5))")
    #expect(scene.machine.state.problem?.risk == "Nobody takes writes until you decide.")
    #expect(scene.machine.state.problem?.guess?.hasPrefix("a hand-over was cut off in its middle") == true)
    scene.choose(.adopt)
    scene.play()
    #expect(scene.begun.contains("follow/node:7000/7000"))
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
  }

  /// Left on 6.0 by the operator, it would miss every SET with an expiry under 7.0.
  @Test func nobodyIsLeftBehindWhoWouldMissWrites() {
    var scene = MachineScene(tree: [nil, 0, 0])
    let ancient = Release(.redis, Version(6, 0, 16))
    scene.setup.nodes = scene.setup.nodes.map { node in
      var node = node
      node.release = ancient
      return node
    }
    for id in Array(scene.servers.keys) {
      scene.servers[id]?.running = ancient
      scene.servers[id]?.installed = ancient
    }
    scene.start()
    scene.observeAll()
    var situation = Situation(
      setup: scene.setup, snapshot: scene.machine.snapshot(now: scene.now),
      facts: Facts(
        goals: Goals(want: [
          NodeID("7000"): MachineScene.new, NodeID("7001"): MachineScene.new, NodeID("7002"): ancient,
        ])))
    let plan = ReplicationProcedure().unfold(situation)
    guard case .problem(let problem) = plan.ending else { return #expect(Bool(false), "\(plan.ending)") }
    #expect(problem.name == ReplicationProblem.leftBehind)
    situation.facts.goals.want[NodeID("7002")] = MachineScene.new
    #expect(ReplicationProcedure().unfold(situation).ending == .done)
  }

  @Test func aSingleServerIsAnOutageWithAConsentOfThatClass() throws {
    var scene = MachineScene(tree: [nil])
    #expect(
      try scene.planLines() == [
        "confirm/deployment/client-probe ? client-probe reversible", "back-up/deployment",
        "stop/node:7000 ? upgrade-node:10.0.0.1:7000 outage", "install/node:7000", "start/node:7000",
        "rejoin/node:7000",
      ])
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
  }
}
