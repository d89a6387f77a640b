// How far a run goes in one sitting: the replicas alone, a window that ends, time to bake, a node that is skipped.

import Testing

@testable import UpgradeCore

@Suite struct PaceTests {
  private func ports(_ scene: MachineScene, on release: Release) -> [String] {
    scene.servers.values.filter { $0.running == release }.map(\.id.text).sorted()
  }

  private func isAsBefore(_ scene: MachineScene) -> Bool {
    scene.machine.state.facts.openLedger.isEmpty
      && scene.servers.values.allSatisfy { $0.settings == SceneServer.defaults }
  }

  // MARK: - Only the replicas

  @Test func theReplicasNowAndThePrimariesInAnotherSitting() {
    var scene = MachineScene(options: Options(settle: .zero, pace: Pace(scope: .replicas)))
    scene.start()
    scene.turn()
    // The plan that is accepted ends where this sitting ends.
    #expect(scene.machine.plan(now: scene.now)?.steps.contains { $0.key.verb == .handOver } == false)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .stopped)
    #expect(scene.machine.state.ended?.name == EndingName.replicasDone)
    #expect(
      scene.machine.state.ended?.sentence
        == "The replicas are done. 3 of 6 nodes run Redis 7.0.15. The primaries wait.")
    #expect(ports(scene, on: MachineScene.new) == ["7003", "7004", "7005"])
    #expect(!scene.begun.contains { $0.hasPrefix("hand-over") })
    #expect(isAsBefore(scene))

    let before = scene.journal.count
    scene.restart()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(ports(scene, on: MachineScene.new).count == 6)
    #expect(isAsBefore(scene))
    let asked = scene.journal[before...].compactMap {
      if case .asked(let question) = $0 { question.name.kind } else { nil }
    }
    #expect(asked.prefix(3) == [.start, .enableUpgradeMode, .firstPromotion])
    #expect(!asked.contains(.planChange))
    #expect(scene.begun.filter { $0 == "back-up/deployment" }.count == 2)
    #expect(scene.folded == scene.machine.state)
  }

  @Test func aSittingThatWasCutOffGoesOnWithTheReplicasAlone() {
    var scene = MachineScene(options: Options(settle: .zero, pace: Pace(scope: .replicas)))
    scene.start()
    scene.play { if case .settled(let effect, .achieved) = $0 { effect.step.verb == .rejoin } else { false } }
    scene.restart()
    scene.play()
    #expect(scene.machine.state.ended?.name == EndingName.replicasDone)
    #expect(ports(scene, on: MachineScene.new) == ["7003", "7004", "7005"])
  }

  // MARK: - A window

  /// Plays second by second; the wall clock begins at 0, so that a window of so many minutes ends after so many.
  private func play(_ scene: inout MachineScene) {
    let start = scene.now
    scene.machine.observe(wallClock: 0)
    for _ in 0..<3000 where scene.machine.state.ended == nil && scene.machine.state.problem == nil {
      scene.turn(.seconds(1))
      scene.machine.observe(wallClock: Int64((scene.now - start).seconds * 1000))
      if let question = scene.machine.state.asked { scene.answer(question.word) }
    }
  }

  private func scene(minutes: Int) -> MachineScene {
    MachineScene(
      options: Options(settle: .zero, pace: Pace(window: Window(until: minutes * 60_000, text: "02:00"))))
  }

  @Test func aWindowThatIsTooShortForTheFirstNodeBeginsNothing() {
    var scene = scene(minutes: 1)
    scene.start()
    play(&scene)
    #expect(scene.machine.state.ended?.name == EndingName.notStarted)
    #expect(scene.machine.state.attempts.isEmpty)
    #expect(
      scene.machine.state.ended?.sentence.hasPrefix("The window ends at 02:00, in ") == true,
      "\(scene.machine.state.ended?.sentence ?? "")")
    #expect(scene.machine.state.ended?.sentence.hasSuffix("is expected to take 2 min. Nothing was changed.") == true)
  }

  @Test func whatWouldNotEndInTimeIsNotBegunAndAllIsPutBack() throws {
    // Every restart takes 40 s here; the second node is expected to take a minute then.
    var scene = scene(minutes: 3)
    scene.performance = { scene, effect in
      if case .host(_, .start) = effect.action { scene.now = scene.now + .seconds(40) }
      return scene.perform(effect)
    }
    scene.start()
    play(&scene)
    #expect(scene.machine.state.ended?.name == EndingName.windowClosed, "\(scene.transcript.suffix(5))")
    #expect(scene.machine.state.facts.out.isEmpty)
    let done = ports(scene, on: MachineScene.new).count
    #expect((1...4).contains(done), "\(done)")
    #expect(isAsBefore(scene))
    #expect(
      scene.transcript.contains { $0.hasPrefix("window closed: The window ends at 02:00, in ") },
      "\(scene.transcript.suffix(20))")

    scene.restart(window: Window(until: nil, text: "none"))
    play(&scene)
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(scene.folded == scene.machine.state)
  }

  @Test func anOldPrimaryIsNeverLeftBehindItsNewOne() {
    for minutes in 3...40 {
      var scene = scene(minutes: minutes)
      scene.performance = { scene, effect in
        if case .host(_, .start) = effect.action { scene.now = scene.now + .seconds(40) }
        return scene.perform(effect)
      }
      scene.start()
      play(&scene)
      let shards = scene.machine.state.setup?.shards ?? []
      for shard in shards where scene.machine.state.facts.promoted.contains(shard.id) {
        #expect(
          shard.members.allSatisfy { scene.servers[$0]?.running == MachineScene.new },
          "\(minutes) minutes: \(shard.id) was handed over and its old primary left")
      }
    }
  }

  @Test func aQuestionSaysWhatIsLeftOfTheWindow() throws {
    var scene = scene(minutes: 30)
    scene.machine.observe(wallClock: 0)
    scene.start()
    scene.play { if case .asked(let question) = $0 { question.name.kind == .upgradeNode } else { false } }
    let question = try #require(
      scene.journal.compactMap { record -> Question? in
        guard case .asked(let question) = record, question.name.kind == .upgradeNode else { return nil }
        return question
      }.first)
    #expect(question.lines.contains("Window  until 02:00, 30 min from now; this is expected to take 2 min"))
  }

  // MARK: - Baking

  @Test func theCanaryBakesAndAnythingRedBeginsItAnew() {
    var scene = MachineScene(options: Options(settle: .zero, pace: Pace(bake: .seconds(60))))
    scene.start()
    scene.play { if case .settled(let effect, .achieved) = $0 { effect.step.verb == .rejoin } else { false } }
    func isAsked() -> Bool { scene.machine.state.asked?.name.kind == .canary }
    for _ in 0..<50 { scene.turn(.seconds(1)) }
    #expect(!isAsked())
    scene.judgement.redden(Gate("replica-in-sync", .shard(ShardID(2))))
    scene.turn(.seconds(1))
    scene.judgement.clear(Gate("replica-in-sync", .shard(ShardID(2))))
    for _ in 0..<58 { scene.turn(.seconds(1)) }
    #expect(!isAsked())
    for _ in 0..<4 { scene.turn(.seconds(1)) }
    #expect(isAsked())
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done)
  }

  // MARK: - Skipping

  @Test func aReplicaThatIsSkippedIsLeftWithItsPrimary() throws {
    var scene = MachineScene()
    scene.start()
    scene.play { if case .asked(let question) = $0 { question.name.kind == .upgradeNode } else { false } }
    // The question is open and the play answered it; the next one is declined.
    while scene.machine.state.asked?.name.kind != .upgradeNode { scene.turn(); answerOthers(&scene) }
    let question = try #require(scene.machine.state.asked)
    scene.answer("no")
    scene.play()
    let problem = try #require(scene.machine.state.problem)
    let skip = try #require(problem.choices.first { if case .skip = $0.choice { true } else { false } })
    #expect(skip.text.hasSuffix("it stays as it is, and so does its primary: nobody could take over"))
    #expect(scene.choose(skip.choice) == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(8)) \(question.name)")
    #expect(ports(scene, on: MachineScene.old).count == 2)
    #expect(isAsBefore(scene))
  }

  private func answerOthers(_ scene: inout MachineScene) {
    if let question = scene.machine.state.asked, question.name.kind != .upgradeNode { scene.answer(question.word) }
  }
}
