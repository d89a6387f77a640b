// The operator's order of the shards: each has its turn where the order says; what has to be before or after it stays so.
import Testing

@testable import UpgradeCore

@Suite struct OrderingTests {
  private static let turned = [ShardID(3), ShardID(1), ShardID(2)]

  /// Up to the plan's question.
  private static func begun(_ scene: MachineScene = MachineScene()) -> MachineScene {
    var scene = scene
    scene.start()
    untilAsked(&scene)
    return scene
  }

  private static func untilAsked(_ scene: inout MachineScene) {
    for _ in 0..<100 where scene.machine.state.asked == nil { scene.turn() }
  }

  private static func order(_ shards: [ShardID], in scene: inout MachineScene) -> String? {
    let decision = scene.machine.decide(.order(shards), now: scene.now)
    scene.take(decision)
    return decision.refusal
  }

  private static func steps(_ scene: MachineScene) throws -> [String] {
    try #require(scene.machine.plan(now: scene.now)).steps.map { "\($0.key)" }
  }

  @Test func replicasAndHandOversFollowTheOrder() throws {
    var scene = Self.begun()
    let before = try Self.steps(scene)
    #expect(Self.order(Self.turned, in: &scene) == nil)
    let after = try Self.steps(scene)
    #expect(Set(after) == Set(before))
    #expect(
      after.filter { $0.hasPrefix("stop") || $0.hasPrefix("hand-over") } == [
        "stop/node:7005", "stop/node:7003", "stop/node:7004", "hand-over/shard:s3/7005", "stop/node:7002",
        "hand-over/shard:s1/7003", "stop/node:7000", "hand-over/shard:s2/7004", "stop/node:7001",
      ])
  }

  @Test func thePlanIsAskedForAgainAndCarriedOutAsShown() throws {
    var scene = Self.begun()
    _ = Self.order(Self.turned, in: &scene)
    #expect(scene.machine.state.asked == nil)
    Self.untilAsked(&scene)
    #expect(scene.machine.state.asked?.name.kind == .start)
    let planned = try Self.steps(scene).filter { $0.hasPrefix("stop") || $0.hasPrefix("hand-over") }
    #expect(scene.answer("yes") == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done)
    #expect(scene.begun.filter { $0.hasPrefix("stop") || $0.hasPrefix("hand-over") } == planned)
  }

  @Test func whatIsNoOrderAndWhatComesTooLateIsRefused() {
    var scene = Self.begun()
    #expect(Self.order([ShardID(1), ShardID(3)], in: &scene) == "an order names each shard once: s1 s2 s3")
    #expect(Self.order([ShardID(1), ShardID(3), ShardID(3)], in: &scene) == "an order names each shard once: s1 s2 s3")
    scene.answer("yes")
    #expect(Self.order(Self.turned, in: &scene) == "the plan was accepted in its order")
    var one = Self.begun(MachineScene(shards: 1))
    #expect(Self.order([ShardID(1)], in: &one) == "there is one shard only")
    var shared = Self.begun(MachineScene(sharedHosts: 3))
    let refusal = Self.order(Self.turned, in: &shared)
    #expect(refusal == "one installation is for all nodes of a host, and hosts go by their addresses")
  }
}
