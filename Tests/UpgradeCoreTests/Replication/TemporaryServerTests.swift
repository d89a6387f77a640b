// A single server by way of a temporary one, on servers that do at once and well what they are told.

import Testing

@testable import UpgradeCore

@Suite struct TemporaryServerTests {
  private static let own = NodeID("10.0.0.1:7900")
  private static let server = NodeID("7000")

  private static func scene(stages: [Site.Stage] = [.install, .start, .rollback]) -> MachineScene {
    MachineScene(stages: stages, tree: [nil], temporary: true)
  }

  /// Nothing of the run is left, and the server is the primary.
  private static func isAsBefore(_ scene: MachineScene, on release: Release) -> Bool {
    scene.servers.count == 1 && scene.servers[server]?.role == .primary && scene.servers[server]?.running == release
      && scene.machine.state.setup?.hasTemporary == false && scene.machine.state.temporaryLeftOver.isEmpty
      && scene.folded == scene.machine.state
  }

  @Test func thereIsNoOutageInThePlan() throws {
    #expect(
      try Self.scene(stages: [.install, .start, .rollback, .switchOver]).planLines() == [
        "confirm/deployment/client-probe ? client-probe reversible",
        "save-role/node:7000", "back-up/deployment",
        "start-temporary/node:10.0.0.1:7900", "rejoin/node:10.0.0.1:7900", "save-role/node:10.0.0.1:7900",
        "confirm/deployment/first-promotion ? first-promotion reversible",
        "hand-over/shard:s1/10.0.0.1:7900 ? hand-over:s1 no-return", "switch/shard:s1/10.0.0.1:7900",
        "save-role/node:7000", "save-role/node:10.0.0.1:7900",
        "drain/node:7000",
        "stop/node:7000 ? upgrade-node:10.0.0.1:7000 no-return", "install/node:7000", "start/node:7000",
        "rejoin/node:7000",
        "hand-over/shard:s1/7000 ? return-primary:s1 visible", "switch/shard:s1/7000",
        "save-role/node:7000", "save-role/node:10.0.0.1:7900",
        "drain/node:10.0.0.1:7900", "remove-temporary/node:10.0.0.1:7900",
      ])
  }

  @Test func whatIsPlannedIsDoneAndNothingElse() throws {
    var scene = Self.scene()
    let planned = try scene.planLines().map { String($0.prefix { $0 != " " }) }
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
    #expect(scene.machine.state.ended?.sentence == "1 of 1 nodes run Redis 7.0.15.")
    #expect(scene.begun == Array(planned.dropFirst()))
    #expect(Self.isAsBefore(scene, on: MachineScene.new))
  }

  @Test func killedAfterEachRecordItEndsTheSame() {
    MachineScene.killAfterEachRecord({ Self.scene() }) { _, scene, remark in
      #expect(Self.isAsBefore(scene, on: MachineScene.new), "\(remark)")
    }
  }

  /// At each question somebody says no and winds down: handed back where it was handed over, and nothing is left.
  @Test(arguments: ["first-promotion", "hand-over:s1", "upgrade-node:10.0.0.1:7000", "return-primary:s1"])
  func windingDownTakesItAlong(_ name: String) throws {
    var scene = Self.scene()
    scene.start()
    scene.play { record in
      if case .asked(let question) = record { question.name.description == name } else { false }
    }
    // The first answer to it was given while playing: it is asked anew after a restart.
    for _ in 0..<2000 where scene.machine.state.ended == nil {
      scene.turn()
      guard let question = scene.machine.state.asked else {
        if scene.machine.state.problem != nil { scene.choose(.windDown) }
        continue
      }
      scene.answer(
        question.name.description == name && scene.machine.state.facts.goals.mode == .upgrade ? "no" : question.word)
    }
    #expect(scene.machine.state.ended != nil, "\(scene.transcript.suffix(6))")
    #expect(scene.servers[Self.own] == nil, "\(scene.transcript.suffix(6))")
    #expect(scene.servers[Self.server]?.role == .primary)
    #expect(scene.machine.state.setup?.hasTemporary == false)
  }

  @Test func whatDoesNotStartIsTakenAway() {
    var scene = Self.scene()
    scene.performance = { scene, effect in
      effect.action == .host(Self.own, .temporaryStart) ? Outcome(.failed, "no memory") : scene.perform(effect)
    }
    // Nobody listens there.
    scene.servers[Self.own] = SceneServer(
      id: Self.own, address: Address(host: "10.0.0.1", port: 7900), shard: ShardID(1), installed: MachineScene.new,
      running: nil, role: .replica, follows: Self.server, settings: [:])
    scene.start()
    scene.play()
    let problem = scene.machine.state.problem
    #expect(problem?.name == ProblemName.stepFailed && problem?.what.contains("no memory") == true)
    // There is nothing to go back to.
    #expect(problem?.choices.contains { $0.choice == .rollBack(Self.own) } == false)
    #expect(scene.machine.state.temporaryLeftOver.count == 1)
    scene.choose(.windDown)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(5))")
    #expect(Self.isAsBefore(scene, on: MachineScene.old))
  }

  @Test func whereItEndedAsThePrimaryNobodyGoesOnWithoutTyping() throws {
    var scene = Self.scene()
    scene.start()
    scene.play { record in
      if case .settled(let effect, .achieved) = record { effect.step.verb == .handOver } else { false }
    }
    scene.servers[Self.own]?.running = nil
    scene.play()
    let problem = try #require(scene.machine.state.problem)
    #expect(problem.name == ClusterProblem.nodeDown && problem.what.contains("it was the PRIMARY"))
    #expect(!problem.choices.contains { $0.choice == .windDown })
    #expect(scene.machine.state.temporaryLeftOver.first?.contains("(PRIMARY)") == true)
    scene.choose(.adopt)
    scene.play()
    #expect(scene.transcript.contains("asked hand-over:s1 (loss)"), "\(scene.transcript.suffix(8))")
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(Self.isAsBefore(scene, on: MachineScene.new))
    #expect(scene.begun.count { $0 == "start-temporary/node:10.0.0.1:7900" } == 2)
  }

  /// The other one is away at that moment: it comes back with what it had at its stop, and somebody has to say so.
  @Test func whereItEndsWhileTheOtherOneIsAwayThatOneServesAgain() throws {
    var scene = Self.scene()
    scene.performance = { scene, effect in
      if effect.action == .host(Self.server, .install) { scene.servers[Self.own]?.running = nil }
      return scene.perform(effect)
    }
    scene.start()
    scene.play()
    let problem = try #require(scene.machine.state.problem)
    #expect(problem.name == ClusterProblem.nodeDown && problem.what.contains("has nobody to follow"), "\(problem)")
    scene.choose(.adopt)
    scene.play()
    #expect(scene.transcript.contains("asked hand-over:s1 (loss)"), "\(scene.transcript.suffix(8))")
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(Self.isAsBefore(scene, on: MachineScene.new))
  }

  /// Rule 2: not while it is the primary, nor while nobody else is.
  @Test func itIsNotTakenAwayWhileItServes() throws {
    var scene = Self.scene()
    scene.start()
    scene.play { record in
      if case .settled(let effect, .achieved) = record { effect.step.verb == .handOver } else { false }
    }
    scene.turn()
    let situation = try #require(scene.machine.situation(now: scene.now))
    let step = ReplicationProcedure().removeTemporary(Self.own, situation)
    #expect(scene.machine.violation(of: step, situation)?.what.contains("is the primary at this moment") == true)
  }
}

@Suite struct TemporaryRuleTests {
  private func scene(used: Int, free: Int?, listens: Reading? = .down("refused")) throws -> Scene {
    var machine = MachineScene(tree: [nil], temporary: true)
    machine.start()
    machine.observeAll()
    var snapshot = machine.machine.snapshot(now: machine.now)
    var view = try #require(snapshot[NodeID("7000")].view)
    view.pulse.memory.used = used
    snapshot.nodes[NodeID("7000")] = .up(view)
    var scene = Scene(
      snapshot: snapshot, setup: machine.setup,
      hosts: ["10.0.0.1": HostFacts(memoryAvailable: free, overcommitMemory: nil, freeDisk: [:])])
    scene.temporary = listens
    return scene
  }

  @Test func memoryIsWantedForAllDataAndAQuarterMore() throws {
    let name: RuleName = "temporary-memory"
    #expect(Rulebook.evaluate(name, .deployment, in: try scene(used: 4_000_000_000, free: 5_000_000_000)).holds)
    let short = Rulebook.evaluate(name, .deployment, in: try scene(used: 4_000_000_000, free: 4_900_000_000))
    #expect(short.text.contains("4.00 GB") || short.text.contains("GB"), "\(short.text)")
    #expect(short.text.contains("1.25 times") && !short.holds)
    guard case .unknown = Rulebook.evaluate(name, .deployment, in: try scene(used: 1, free: nil)) else {
      Issue.record("what was not read does not hold")
      return
    }
  }

  @Test func thePortHasToBeFree() throws {
    let name: RuleName = "temporary-port"
    #expect(Rulebook.evaluate(name, .deployment, in: try scene(used: 1, free: 9)).holds)
    for listens in [Reading.unknown("it speaks another language"), nil] {
      #expect(!Rulebook.evaluate(name, .deployment, in: try scene(used: 1, free: 9, listens: listens)).holds)
    }
  }
}
