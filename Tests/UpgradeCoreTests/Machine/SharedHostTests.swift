// Hosts with several nodes of one installation: emptied of primaries, down together, changed once, back one by one.

import Testing

@testable import UpgradeCore

@Suite struct SharedHostTests {
  private func back(_ port: Int, isStarted: Bool = false) -> [String] {
    (isStarted ? [] : ["start/node:\(port)"]) + [
      "enter-upgrade-mode/node:\(port) ? enable-upgrade-mode reversible", "rejoin/node:\(port)",
    ]
  }

  /// Three hosts, each with a primary and the replica of another shard.
  @Test func hostByHostInAPlan() throws {
    func host(
      _ number: Int, _ nodes: [Int], back inOrderOfShards: [Int], _ consent: String = "reversible"
    ) -> [String] {
      nodes.map { "stop/node:\($0) ? upgrade-host:10.0.0.\(number) \(consent)" }
        + ["install/host:10.0.0.\(number)"] + inOrderOfShards.flatMap { back($0) }
    }
    var expected = ["back-up/deployment"]
    // 7000 moves to the old version on another host first: no line is crossed by that.
    expected += ["hand-over/shard:s1/7003 ? hand-over:s1 visible", "drain/node:7000"]
    expected += host(1, [7000, 7005], back: [7000, 7005]) + ["confirm/deployment/canary ? canary reversible"]
    expected += ["confirm/deployment/first-promotion ? first-promotion reversible"]
    expected += ["hand-over/shard:s3/7005 ? hand-over:s3 no-return", "drain/node:7002"]
    expected += host(3, [7002, 7004], back: [7004, 7002], "no-return")
    expected += [
      "hand-over/shard:s2/7004 ? hand-over:s2 no-return", "hand-over/shard:s1/7000 ? hand-over:s1 no-return",
    ]
    expected += ["drain/node:7001", "drain/node:7003"] + host(2, [7001, 7003], back: [7003, 7001], "no-return")
    let all = try MachineScene(sharedHosts: 3).planLines()
    let work = all.drop { !$0.hasPrefix("back-up") }.filter { !$0.hasPrefix("leave") }
    #expect(Array(work) == expected)
  }

  @Test func aPackageThatStartsThemAll() throws {
    let scene = MachineScene(sharedHosts: 3, startsItself: [.install, .rollback])
    let steps = try scene.planLines()
    #expect(!steps.contains { $0.hasPrefix("start/") })
    #expect(steps.count { $0.hasPrefix("install/host:") } == 3)
  }

  @Test func whatIsDoneIsWhatWasPlanned() throws {
    for startsItself in [[], [.install, .rollback]] as [Set<Site.Stage>] {
      var scene = MachineScene(sharedHosts: 3, startsItself: startsItself)
      scene.start()
      scene.observeAll()
      let planned = try #require(scene.machine.plan(now: scene.now)).steps.map { "\($0.key)" }
      scene.play()
      #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(5))")
      #expect(scene.begun == planned.filter { !$0.hasSuffix("client-probe") } || scene.begun == planned)
      #expect(scene.machine.state == scene.folded)
    }
  }

  /// A package that knows of one of its servers only: the other is started, and nobody is asked once more.
  @Test func aPackageThatStartsOnlyOne() {
    var scene = MachineScene(sharedHosts: 3, startsItself: [.install, .rollback])
    scene.performance = { scene, effect in
      guard case .hostWide(.install, let nodes) = effect.action else { return scene.perform(effect) }
      for node in nodes { scene.servers[node]?.installed = MachineScene.new }
      nodes.first.map { scene.start($0) }
      return Outcome(.done)
    }
    scene.start()
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done)
    #expect(scene.begun.count { $0.hasPrefix("start/") } == 3)
    #expect(!scene.transcript.contains { $0.contains("plan-change") })
  }

  /// Whose start fails takes its host back with it, in one go.
  @Test func oneThatDoesNotComeUpTakesItsHostBack() {
    var scene = MachineScene(sharedHosts: 3)
    scene.performance = { scene, effect in
      effect.action == .host(NodeID("7005"), .start) && scene.servers[NodeID("7005")]?.installed == MachineScene.new
        ? Outcome(.failed, "exit status 1") : scene.perform(effect)
    }
    scene.start()
    scene.play { if case .problem = $0 { true } else { false } }
    let problem = scene.machine.state.problem
    #expect(problem?.name == ProblemName.stepFailed)
    let offer = problem?.choices.first { $0.choice == .rollBack(NodeID("7005")) }
    #expect(offer?.notOffered == nil && offer?.text == "Put all 2 nodes of 10.0.0.1 back on redis-6.2.14")
    let before = scene.begun.count
    scene.choose(.rollBack(NodeID("7005")))
    scene.play(turns: 400) {
      if case .settled(let effect, .achieved) = $0 {
        effect.step.verb == .rejoin && effect.step.object == .node(NodeID("7005"))
      } else {
        false
      }
    }
    #expect(
      scene.begun.dropFirst(before).filter { !$0.hasPrefix("enter") && !$0.hasPrefix("confirm") } == [
        "stop/node:7000", "rollback/host:10.0.0.1", "set-aside/node:7000", "start/node:7000", "rejoin/node:7000",
        "set-aside/node:7005", "start/node:7005", "rejoin/node:7005",
      ])
    #expect(scene.servers[NodeID("7000")]?.running == MachineScene.old)
    #expect(scene.machine.state.problem == nil)
  }

  /// Wound down between two stops of a host, nothing of it is changed: what was stopped starts as it was.
  @Test func woundDownBetweenTwoStops() {
    var scene = MachineScene(sharedHosts: 3)
    scene.performance = { scene, effect in
      effect.action == .shutDown(NodeID("7005"), save: true) ? Outcome(.failed, "no") : scene.perform(effect)
    }
    scene.start()
    scene.play { if case .problem = $0 { true } else { false } }
    #expect(scene.machine.state.problem?.step == StepKey(.stop, .node(NodeID("7005"))))
    scene.choose(.windDown)
    scene.play()
    #expect(scene.machine.state.ended?.name == EndingName.woundDown)
    #expect(!scene.begun.contains { $0.hasPrefix("install") || $0.hasPrefix("rollback") || $0.hasPrefix("set-aside") })
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.old })
  }

  /// A host that is skipped stays as it is, whole, and its shards stay where the old version is.
  @Test func aHostThatIsSkipped() {
    var scene = MachineScene(sharedHosts: 3)
    scene.start()
    while scene.machine.state.asked?.name.kind != .upgradeHost {
      scene.turn()
      if let question = scene.machine.state.asked, question.name.kind != .upgradeHost { scene.answer(question.word) }
    }
    #expect(scene.machine.state.asked?.name == QuestionName(.upgradeHost, "10.0.0.1"))
    #expect(
      scene.machine.state.asked?.lines.first { $0.hasPrefix("Stops") }
        == "Stops   10.0.0.1:7000, 10.0.0.1:7005, one after the other")
    scene.answer("no")
    scene.turn()
    let offer = scene.machine.state.problem?.choices.first { $0.choice == .skip(NodeID("7000")) }
    #expect(offer?.text == "Skip 10.0.0.1: its 2 nodes stay as they are, and the run goes on without them")
    scene.choose(.skip(NodeID("7000")))
    scene.play()
    let old = scene.servers.values.filter { $0.running == MachineScene.old }.map(\.id.text).sorted()
    #expect(old == ["7000", "7005"])
    #expect(scene.machine.state.ended?.kind == .woundDown)
  }

  /// Somebody else starts what we stopped: nothing is installed under it.
  @Test func nothingIsInstalledUnderAServerThatRuns() {
    var scene = MachineScene(sharedHosts: 3)
    scene.start()
    scene.play { record in
      if case .settled(let effect, .achieved) = record {
        effect.step == StepKey(.stop, .node(NodeID("7005")))
      } else {
        false
      }
    }
    scene.start(NodeID("7005"))
    scene.play(turns: 50)
    #expect(!scene.begun.contains { $0.hasPrefix("install/") })
    #expect(scene.machine.state.problem != nil)
  }

  /// Two of a host are out, and the servers give the first one to the shard of the second: sent back it goes on, and
  /// taken as it is, there are two of that shard out for a moment.
  @Test(arguments: [Choice.retry, .adopt]) func oneThatComesBackInTheShardOfAnother(_ choice: Choice) throws {
    var scene = MachineScene(sharedHosts: 3)
    scene.performance = { scene, effect in
      let outcome = scene.perform(effect)
      if effect.action == .host(NodeID("7000"), .start) { scene.servers[NodeID("7000")]?.shard = ShardID(3) }
      return outcome
    }
    scene.start()
    scene.play()
    let problem = try #require(scene.machine.state.problem)
    #expect(problem.name == ClusterProblem.elsewhere && problem.object == .node(NodeID("7000")))
    #expect(scene.machine.state.facts.out == [NodeID("7000"), NodeID("7005")])
    if choice == .retry { scene.servers[NodeID("7000")]?.shard = ShardID(1) }
    #expect(scene.choose(choice) == nil)
    scene.play { if case .settled(let effect, .achieved) = $0 { effect.step.verb == .rejoin } else { false } }
    #expect(scene.begun.last == "rejoin/node:7000")
    #expect(scene.machine.state.facts.out == [NodeID("7005")])
    #expect(scene.machine.state.setup?.shard(of: NodeID("7000"))?.id == ShardID(choice == .retry ? 1 : 3))
    scene.play { if case .settled(let effect, .achieved) = $0 { effect.step.verb == .rejoin } else { false } }
    #expect(scene.machine.state.facts.out == [])
  }

  /// Taken on at the end of a run that was wound down, it cannot go back, and its host has a primary: that one is not
  /// handed over before the others serve their slots without it once more.
  @Test func handsOverInUpgradeModeOnly() throws {
    var scene = MachineScene(sharedHosts: 3)
    var refusing: [String] = []
    scene.performance = { scene, effect in
      switch effect.action {
      case .drain(NodeID("7002")):
        scene.servers[NodeID("7001")]?.role = .replica
        scene.servers[NodeID("7004")]?.role = .primary
        return Outcome(.failed, "no")
      case .restore(NodeID("7000"), _):
        if scene.machine.state.facts.done.contains(StepKey(.install, .host("10.0.0.3"))) { break }
        scene.servers[NodeID("7002")]?.running = nil
      default: break
      }
      return scene.perform(effect)
    }
    scene.start()
    scene.play()
    #expect(scene.machine.state.problem?.step == StepKey(.drain, .node(NodeID("7002"))))
    scene.choose(.windDown)
    var seen: [String] = []
    for _ in 0..<6 where scene.machine.state.ended == nil {
      scene.play(turns: 3000) { record in
        guard case .intent(_, let action, _, _) = record, case .handOver = action else { return false }
        return true
      }
      if let problem = scene.machine.state.problem {
        seen.append(problem.name)
        scene.choose(.adopt)
      } else if scene.machine.state.ended == nil {
        refusing += scene.servers.values.filter {
          $0.running != nil && $0.settings["cluster-require-full-coverage"] != "no"
        }.map(\.id.text)
        seen.append("hand-over")
      }
    }
    #expect(seen.contains(ClusterProblem.nodeDown) && seen.contains("hand-over"), "\(seen)")
    #expect(refusing == [])
    #expect(scene.machine.state.ended?.name == EndingName.woundDown, "\(scene.transcript.suffix(8))")
    #expect(scene.servers.values.allSatisfy { $0.settings == SceneServer.defaults })
  }

  /// Chosen to go back with its host, and made primary by others before it was stopped for that.
  @Test func aPrimaryOnTheWayBackIsHandedOverFirst() throws {
    var scene = MachineScene(narrows: false, sharedHosts: 3)
    scene.performance = { scene, effect in
      effect.action == .host(NodeID("7005"), .start) ? Outcome(.failed, "exit status 1") : scene.perform(effect)
    }
    scene.start()
    scene.play()
    #expect(scene.machine.state.problem?.step == StepKey(.start, .node(NodeID("7005"))))
    scene.servers[NodeID("7000")]?.role = .primary
    scene.servers[NodeID("7003")]?.role = .replica
    scene.performance = { scene, effect in scene.perform(effect) }
    #expect(scene.choose(.rollBack(NodeID("7005"))) == nil)
    let before = scene.begun.count
    scene.play()
    #expect(scene.machine.state.problem?.name == ProblemName.drift)
    scene.choose(.adopt)
    scene.play()
    let steps = scene.begun.dropFirst(before)
    let handOver = try #require(steps.firstIndex(of: "hand-over/shard:s1/7003"), "\(steps)")
    let rollback = try #require(steps.firstIndex(of: "rollback/host:10.0.0.1"))
    #expect(handOver < rollback)
    #expect(scene.machine.state.ended?.kind == .woundDown, "\(scene.transcript.suffix(8))")
    #expect(scene.servers[NodeID("7000")]?.running == MachineScene.old)
  }
}
