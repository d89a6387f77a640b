// A way on which the old version misses writes of the new one: old primaries take all data anew, and packages start servers.

import Testing

@testable import UpgradeCore

@Suite struct MissedWritesTests {
  private static let ancient = Release(.redis, Version(6, 0, 16))

  private static func scene(
    _ from: Release = ancient, startsItself: Set<Site.Stage> = [], reach: Site.Reach = .local
  ) -> MachineScene {
    var scene = MachineScene(shards: 1, stages: [.stage, .install, .start, .rollback])
    scene.setup.nodes = scene.setup.nodes.map { node in
      var node = node
      node.release = from
      return node
    }
    scene.setup.site.startsItself = startsItself
    scene.setup.site.reach = reach
    for id in scene.servers.keys {
      scene.servers[id]?.installed = from
      scene.servers[id]?.running = from
    }
    scene.performance = { scene, effect in
      let outcome = scene.perform(effect)
      if case .host(let node, let stage) = effect.action, startsItself.contains(stage) { scene.start(node) }
      return outcome
    }
    return scene
  }

  private static func work(_ steps: [String]) -> [String] {
    steps.filter { !$0.contains("upgrade-mode") && !$0.hasPrefix("confirm") }
  }

  private static func played(_ scene: MachineScene) throws -> [String] {
    var scene = scene
    scene.start()
    scene.observeAll()
    let plan = try #require(scene.machine.plan(now: scene.now))
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done)
    #expect(scene.machine.state.facts.incomplete == [])
    #expect(scene.machine.state == scene.folded)
    // What was done is what was planned.
    #expect(
      scene.begun.filter { !$0.hasPrefix("confirm") }
        == plan.steps.map { "\($0.key)" }.filter { !$0.hasPrefix("confirm") })
    return work(scene.begun)
  }

  private static let before = ["stage/node:7000", "stage/node:7001", "back-up/deployment"]

  @Test func theOldPrimaryTakesAllDataAnew() throws {
    #expect(
      try Self.played(Self.scene()) == Self.before + [
        "stop/node:7001", "install/node:7001", "start/node:7001", "rejoin/node:7001", "hand-over/shard:s1/7001",
        "drain/node:7000", "stop/node:7000", "set-aside/node:7000", "install/node:7000", "start/node:7000",
        "rejoin/node:7000",
      ])
  }

  @Test func whereThePackageStartsTheServerNoStartIsPlanned() throws {
    #expect(
      try Self.played(Self.scene(startsItself: [.install, .rollback])) == Self.before + [
        "stop/node:7001", "install/node:7001", "rejoin/node:7001", "hand-over/shard:s1/7001", "drain/node:7000",
        "stop/node:7000", "set-aside/node:7000", "install/node:7000", "rejoin/node:7000",
      ])
  }

  @Test func from62OnNothingIsMissed() throws {
    #expect(try !Self.played(Self.scene(MachineScene.old)).contains { $0.hasPrefix("set-aside") })
  }

  /// Moved aside while nobody else serves the shard, it would start empty and be the shard.
  @Test func nothingIsMovedAsideWhileNobodyElseHasTheData() {
    var scene = Self.scene()
    scene.judgement.redden(Gate("shard-has-primary", .shard(ShardID(1))))
    scene.start()
    scene.play { record in
      if case .settled(let effect, _) = record { effect.step == StepKey(.stop, .node(NodeID("7000"))) } else { false }
    }
    // The gate stood before the stop of the replica already, so that nothing came this far.
    #expect(!scene.begun.contains { $0.hasPrefix("set-aside") })
  }

  @Test func theDialogOfTheHandOverSaysThatTheWayBackIsClosed() throws {
    var scene = Self.scene()
    scene.start()
    scene.observeAll()
    let plan = try #require(scene.machine.plan(now: scene.now))
    let handOver = try #require(plan.steps.first { $0.key.verb == .handOver })
    #expect(
      handOver.undo == "NONE without loss: from now on 10.0.0.1:7000 misses every SET with an expiry, without a sign")
    #expect(handOver.consent?.consentClass == .noReturn)
  }
}
