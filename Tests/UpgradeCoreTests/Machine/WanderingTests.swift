// Replicas that the servers move to another shard: said at once, and counted there from when the operator takes it so.

import Testing

@testable import UpgradeCore

@Suite struct WanderingTests {
  /// Two shards of two replicas each: 7002, 7004 follow 7000 of s1; 7003, 7005 follow 7001 of s2. One of s2 wanders.
  private func scene(when moment: @escaping (Effect) -> Bool, _ wanderer: NodeID) -> MachineScene {
    var scene = MachineScene(shards: 2, replicas: 2)
    scene.performance = { scene, effect in
      let outcome = scene.perform(effect)
      if moment(effect) { scene.servers[wanderer]?.shard = ShardID(1) }
      return outcome
    }
    scene.start()
    scene.play()
    return scene
  }

  private func members(_ scene: MachineScene) -> [[String]] {
    scene.machine.state.setup?.shards.map { $0.members.map(\.text).sorted() } ?? []
  }

  @Test func aReplicaThatWandersWhileItWaitsItsTurn() throws {
    var scene = scene(when: { $0.action == .host(NodeID("7002"), .start) }, NodeID("7005"))
    let problem = try #require(scene.machine.state.problem)
    #expect(problem.name == ProblemName.drift)
    #expect(
      problem.what
        == "Something changed that this run did not do: 10.0.0.1:7005 follows a primary of s1, was in s2.")
    #expect(members(scene) == [["7000", "7002", "7004"], ["7001", "7003", "7005"]])
    #expect(scene.choose(.adopt) == nil)
    #expect(members(scene) == [["7000", "7002", "7004", "7005"], ["7001", "7003"]])
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(scene.servers.values.allSatisfy { $0.running == MachineScene.new })
    #expect(scene.folded == scene.machine.state)
  }

  @Test func aNodeThatComesBackInAnotherShard() throws {
    var scene = scene(when: { $0.action == .host(NodeID("7005"), .start) }, NodeID("7005"))
    let problem = try #require(scene.machine.state.problem)
    #expect(problem.name == ClusterProblem.elsewhere)
    #expect(problem.what == "10.0.0.1:7005 came back as a replica of 10.0.0.1:7000, which is in s1; it was in s2.")
    #expect(scene.choose(.adopt) == nil)
    #expect(scene.machine.state.facts.out == [NodeID("7005")])
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(members(scene) == [["7000", "7002", "7004", "7005"], ["7001", "7003"]])
  }

  @Test func orIsSentBackMeanwhile() {
    var scene = scene(when: { $0.action == .host(NodeID("7005"), .start) }, NodeID("7005"))
    scene.servers[NodeID("7005")]?.shard = ShardID(2)
    #expect(scene.choose(.retry) == nil)
    scene.play()
    #expect(scene.machine.state.ended?.kind == .done, "\(scene.transcript.suffix(8))")
    #expect(members(scene) == [["7000", "7002", "7004"], ["7001", "7003", "7005"]])
  }
}
