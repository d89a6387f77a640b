// What upgrade mode sets besides, where rules about buffers and writes ask for it, and what those rules say then.

import Testing

@testable import UpgradeCore

@Suite struct WindowSettingsTests {
  /// A scene in which 7001 writes ten megabytes a second, as a run would begin with it.
  private func scene(_ change: (inout TestCluster) -> Void = { _ in }) throws -> Scene {
    var cluster = TestCluster()
    cluster.edit(7001, "master_repl_offset:362", "master_repl_offset:900000000")
    cluster.writtenBefore = 100_000_000
    change(&cluster)
    var scene = try cluster.scene()
    scene.setup = scene.setupForWindow
    return scene
  }

  private func settings(_ scene: Scene, _ port: Int) -> [String] {
    (scene.setup.node(TestCluster.id(port))?.windowSettings ?? []).map { "\($0.directive) \($0.value)" }
  }

  @Test func aBacklogThatIsTooSmallIsRaisedOnEveryMemberOfItsShard() throws {
    let scene = try scene()
    #expect(settings(scene, 7001) == ["repl-backlog-size 201326592"])
    #expect(settings(scene, 7003) == ["repl-backlog-size 201326592"], "the next primary needs it as well")
    for port in [7000, 7002, 7004, 7005] { #expect(settings(scene, port).isEmpty, "\(port)") }
    let row = try #require(Rulebook.recheck("backlog-covers-restart", in: scene).first { $0.result == .note })
    #expect(row.object == "127.0.0.1:7001")
    #expect(
      row.fix
        == "nothing: upgrade mode sets repl-backlog-size 201326592 on every member of its shard, and puts it back "
        + "at the end")
  }

  @Test func whatTheMemoryHasNoRoomForIsLeftAndWarnedAbout() throws {
    let scene = try scene { $0.edit(7001, "maxmemory:0", "maxmemory:150000000") }
    #expect(settings(scene, 7001).isEmpty)
    #expect(Rulebook.recheck("backlog-covers-restart", in: scene).contains { $0.result == .warn })
  }

  @Test func aBufferThatWouldOverflowKeepsTheServersOwnWords() throws {
    let scene = try scene { cluster in
      for port in [7001, 7003] {
        cluster[port].configuration["client-output-buffer-limit"] =
          "normal 0 0 0 slave 1000000 500000 60 pubsub 33554432 8388608 60"
      }
    }
    #expect(
      settings(scene, 7003) == [
        "repl-backlog-size 201326592",
        "client-output-buffer-limit normal 0 0 0 slave 101044740 50522370 120 pubsub 33554432 8388608 60",
      ])
    let row = try #require(Rulebook.recheck("replica-buffer", in: scene).first { $0.object == "127.0.0.1:7001" })
    #expect(row.result == .note && !row.refuses)
  }

  @Test func writesThatNeedEveryReplicaNeedOneLessMeanwhile() throws {
    let scene = try scene { cluster in
      cluster.writtenBefore = 0
      for port in [7001, 7003] { cluster[port].configuration["min-replicas-to-write"] = "1" }
    }
    #expect(settings(scene, 7001) == ["min-replicas-to-write 0"])
    #expect(settings(scene, 7003) == ["min-replicas-to-write 0"])
    let row = try #require(Rulebook.recheck("minimum-replicas", in: scene).first { $0.object == "127.0.0.1:7001" })
    #expect(row.result == .note && !row.refuses, "\(row)")
  }

  @Test func thePlanNamesThem() throws {
    let scene = try scene()
    var situation = Situation(
      setup: scene.setup, snapshot: scene.snapshot,
      facts: Facts(
        goals: Goals(want: Dictionary(uniqueKeysWithValues: scene.setup.nodes.map { ($0.id, scene.setup.to) }))))
    let original = [
      "cluster-require-full-coverage": "yes", "cluster-allow-replica-migration": "yes", "repl-backlog-size": "1048576",
    ]
    for node in scene.setup.nodes {
      guard var view = situation.snapshot[node.id].view else { continue }
      view.settings = original
      situation.snapshot.nodes[node.id] = .up(view)
    }
    let plan = ClusterProcedure().unfold(situation)
    let all: [String] = plan.steps.flatMap { $0.action.commands(in: scene.setup) }
    let commands = all.filter { $0.contains("backlog") }
    #expect(
      Set(commands) == [
        "redis-cli -h 127.0.0.1 -p 7001 CONFIG SET repl-backlog-size 201326592",
        "redis-cli -h 127.0.0.1 -p 7003 CONFIG SET repl-backlog-size 201326592",
        "redis-cli -h 127.0.0.1 -p 7001 CONFIG SET repl-backlog-size 1048576",
        "redis-cli -h 127.0.0.1 -p 7003 CONFIG SET repl-backlog-size 1048576",
      ])
    #expect(commands.suffix(2).allSatisfy { $0.hasSuffix(" 1048576") }, "put back at the end")
  }
}
