// Problems and their choices: each is one change of facts or goals, and each leads somewhere.

import Testing

@testable import UpgradeCore

@Suite struct WayBackTests {
  /// A scene that has come to the point where `break` said that an effect goes wrong.
  private func scene(
    shards: Int = 2, replicas: Int = 1, stages: [Site.Stage] = [.install, .start, .rollback],
    breaking: @escaping (inout MachineScene, Effect) -> Outcome?
  ) -> MachineScene {
    var scene = MachineScene(shards: shards, replicas: replicas, stages: stages)
    scene.performance = { scene, effect in breaking(&scene, effect) ?? scene.perform(effect) }
    scene.start()
    scene.play()
    return scene
  }

  private func ported(_ scene: MachineScene) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: scene.servers.values.map {
        ("\($0.id)", ($0.running?.version.description ?? "down") + ($0.role == .primary ? " primary" : " replica"))
      })
  }

  @Test func aNodeThatComesBackOnTheOldVersionIsInstalledAgainWhereThatIsChosen() {
    var lies = true
    var scene = scene { scene, effect in
      guard case .host(let node, .install) = effect.action, node == NodeID("7002"), lies else { return nil }
      lies = false
      _ = scene
      return Outcome(.done, "the command ended well and changed nothing")
    }
    #expect(scene.machine.state.problem?.name == ClusterProblem.wrongVersion)
    #expect(scene.choose(.retry) == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(scene.begun.filter { $0 == "install/node:7002" }.count == 2)
  }

  @Test func orLeftOnItAndThenItsPrimaryIsLeftAsWell() {
    var scene = scene { _, effect in
      effect.action == .host(NodeID("7002"), .install) ? Outcome(.done, "changed nothing") : nil
    }
    #expect(scene.choose(.rollBack(NodeID("7002"))) == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(8))")
    #expect(
      ported(scene) == [
        "7000": "6.2.14 primary", "7001": "7.0.15 replica", "7002": "6.2.14 replica", "7003": "7.0.15 primary",
      ])
    #expect(scene.servers.values.allSatisfy { $0.settings == SceneServer.defaults })
  }

  @Test func aNodeIsPutBackWithItsNewFilesMovedAside() {
    var scene = scene { _, effect in
      effect.action == .host(NodeID("7002"), .start) && effect.id.attempt == 1
        ? Outcome(.failed, "exit status 1") : nil
    }
    #expect(scene.machine.state.problem?.name == ProblemName.stepFailed)
    let before = scene.begun.count
    #expect(scene.choose(.rollBack(NodeID("7002"))) == nil)
    scene.play()
    #expect(
      Array(scene.begun[before...].prefix(5)) == [
        "rollback/node:7002", "set-aside/node:7002", "start/node:7002", "enter-upgrade-mode/node:7002",
        "rejoin/node:7002",
      ])
    #expect(!scene.transcript.contains { $0.hasPrefix("asked plan-change") }, "choosing it was agreeing to it")
    #expect(scene.machine.state.ended?.kind == .woundDown)
  }

  @Test func theOnlyCopyOfAShardIsNeverMovedAside() throws {
    let scene = scene(shards: 2, replicas: 0) { _, effect in
      effect.action == .host(NodeID("7000"), .start) ? Outcome(.failed, "exit status 1") : nil
    }
    let offer = try #require(scene.machine.state.problem?.choices.first { $0.choice == .rollBack(NodeID("7000")) })
    #expect(
      offer.notOffered == """
        no other node is seen to serve s1, and what this one holds may no longer be readable for redis-6.2.14
        """)
  }

  @Test func aRollbackThatChangesNothingIsAskedAboutAndNotRepeatedForEver() {
    var scene = scene { _, effect in
      switch effect.action {
      case .host(NodeID("7002"), .start) where effect.id.attempt == 1: Outcome(.failed, "exit status 1")
      case .host(NodeID("7002"), .rollback): Outcome(.done, "changed nothing")
      default: nil
      }
    }
    scene.choose(.rollBack(NodeID("7002")))
    scene.play()
    #expect(scene.machine.state.problem?.name == ClusterProblem.wrongVersion)
    #expect(scene.begun.filter { $0 == "rollback/node:7002" }.count == 1)
    #expect(scene.choose(.adopt) == nil)
    scene.play()
    #expect(
      scene.machine.state.ended?.kind == .done,
      "left on the new version, the run goes on: \(scene.transcript.suffix(5))")
  }

  @Test func windingDownBringsTheOpenNodeBackOnItsOldSoftware() {
    var scene = scene { _, effect in
      effect.action == .host(NodeID("7002"), .install) ? Outcome(.failed, "exit status 100") : nil
    }
    #expect(scene.machine.state.problem?.name == ProblemName.stepFailed)
    scene.choose(.windDown)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(8))")
    #expect(ported(scene).values.filter { $0.hasPrefix("6.2.14") }.count == 4)
    #expect(scene.machine.state.facts.openLedger.isEmpty)
    #expect(scene.servers.values.allSatisfy { $0.settings == SceneServer.defaults })
  }

  @Test func windingDownAfterAFailedStopDoesNotStopTheNode() {
    var scene = scene { _, effect in
      if case .shutDown = effect.action { Outcome(.refused, "ERR Errors trying to SHUTDOWN. Check logs.") } else { nil }
    }
    #expect(scene.machine.state.problem?.name == ProblemName.stepFailed)
    scene.choose(.windDown)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(8))")
    #expect(scene.begun.filter { $0.hasPrefix("stop/") }.count == 1)
  }

  @Test func windingDownAtAChangeOfOthersEndsThere() {
    var scene = MachineScene()
    scene.start()
    scene.play { if case .settled(let effect, _) = $0 { effect.step.verb == .backUp } else { false } }
    scene.servers[NodeID("7004")]?.starts += 1
    scene.play()
    #expect(scene.machine.state.problem?.name == ProblemName.drift)
    scene.choose(.windDown)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(5))")
  }

  /// Chosen to go back, and made primary by others before it was stopped for that.
  private func primaryOnTheWayBack() throws -> MachineScene {
    var scene = MachineScene(shards: 2, narrows: false)
    let gate = Gate("in-sync", .node(NodeID("7002")))
    scene.judgement.redden(gate)
    scene.start()
    scene.play(turns: 20_000)
    #expect(scene.machine.state.problem?.step == StepKey(.rejoin, .node(NodeID("7002"))))
    scene.judgement.clear(gate)
    scene.servers[NodeID("7002")]?.role = .primary
    scene.servers[NodeID("7000")]?.role = .replica
    #expect(scene.choose(.rollBack(NodeID("7002"))) == nil)
    scene.play()
    #expect(scene.machine.state.problem?.name == ProblemName.drift)
    scene.choose(.adopt)
    scene.play()
    let problem = try #require(scene.machine.state.problem, "\(scene.transcript.suffix(8))")
    #expect(problem.name == ClusterProblem.primaryOnTheWayBack)
    #expect(
      problem.what == "10.0.0.1:7002 was to go back to redis-6.2.14, and has become the primary of s1 meanwhile.")
    return scene
  }

  @Test func aPrimaryOnTheWayBackIsLeftWhereItServes() throws {
    var scene = try primaryOnTheWayBack()
    #expect(scene.choose(.adopt) == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(!scene.begun.contains { $0.hasPrefix("rollback") })
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
  }

  @Test func orItIsPutBackOnceItIsNoPrimaryAnyMore() throws {
    var scene = try primaryOnTheWayBack()
    #expect(scene.choose(.retry) == nil)
    scene.play()
    #expect(scene.machine.state.problem?.name == ClusterProblem.primaryOnTheWayBack, "nothing has changed")
    scene.servers[NodeID("7002")]?.role = .replica
    scene.servers[NodeID("7000")]?.role = .primary
    #expect(scene.choose(.retry) == nil)
    scene.play()
    #expect(scene.machine.state.problem?.name == ProblemName.drift)
    scene.choose(.adopt)
    scene.play { if case .settled(let effect, .achieved) = $0 { effect.step.verb == .rollback } else { false } }
    #expect(scene.begun.suffix(2) == ["stop/node:7002", "rollback/node:7002"])
    #expect(scene.machine.state.problem == nil, "\(scene.transcript.suffix(8))")
  }
}
