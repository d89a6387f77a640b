// The plan of a cluster reads like the runbook.

import Testing

@testable import UpgradeCore

@Suite struct PlanTests {
  /// What happens to a node from its stop to back in sync.
  private func node(_ port: Int, _ consent: String = "reversible") -> [String] {
    [
      "stop/node:\(port) ? upgrade-node:10.0.0.1:\(port) \(consent)", "install/node:\(port)", "start/node:\(port)",
      "enter-upgrade-mode/node:\(port) ? enable-upgrade-mode reversible", "rejoin/node:\(port)",
    ]
  }

  @Test func threePrimariesWithOneReplicaEach() throws {
    let canary = ["confirm/deployment/canary ? canary reversible"]
    var expected = ["confirm/deployment/client-probe ? client-probe reversible"]
    expected += (7000...7005).map { "enter-upgrade-mode/node:\($0) ? enable-upgrade-mode reversible" }
    expected += ["back-up/deployment"] + node(7003) + canary + node(7004) + node(7005)
    expected += ["confirm/deployment/first-promotion ? first-promotion reversible"]
    for shard in 1...3 {
      expected += ["hand-over/shard:s\(shard)/\(7002 + shard) ? hand-over:s\(shard) no-return"]
      expected += ["drain/node:\(6999 + shard)"] + node(6999 + shard, "no-return")
    }
    expected += (7000...7005).map { "leave-upgrade-mode/node:\($0) ? disable-upgrade-mode reversible" }
    #expect(try MachineScene().planLines() == expected)
  }

  @Test func whereTheDataFormatStaysNothingIsForEver() throws {
    let lines = try MachineScene(narrows: false).planLines()
    #expect(lines.contains("hand-over/shard:s1/7003 ? hand-over:s1 visible"))
    #expect(lines.contains("stop/node:7000 ? upgrade-node:10.0.0.1:7000 reversible"))
    #expect(!lines.contains { $0.contains("no-return") })
  }

  @Test func aPrimaryAloneIsAnOutage() throws {
    let lines = try MachineScene(shards: 2, replicas: 0).planLines()
    let work = lines.filter { !$0.contains("upgrade-mode") && !$0.hasPrefix("confirm/deployment/client-probe") }
    #expect(
      work == [
        "back-up/deployment", "stop/node:7000 ? upgrade-node:10.0.0.1:7000 outage", "install/node:7000",
        "start/node:7000", "rejoin/node:7000", "confirm/deployment/canary ? canary reversible",
        "stop/node:7001 ? upgrade-node:10.0.0.1:7001 outage", "install/node:7001", "start/node:7001",
        "rejoin/node:7001",
      ])
  }

  @Test func primariesReturnAtTheEndAndBeforeUpgradeModeIsOff() throws {
    let lines = try MachineScene(shards: 2, options: Options(settle: .zero, returnPrimaries: true)).planLines()
    let end = lines.suffix(6)
    #expect(
      end == [
        "hand-over/shard:s1/7000 ? return-primary:s1 visible", "hand-over/shard:s2/7001 ? return-primary:s2 visible",
        "leave-upgrade-mode/node:7000 ? disable-upgrade-mode reversible",
        "leave-upgrade-mode/node:7001 ? disable-upgrade-mode reversible",
        "leave-upgrade-mode/node:7002 ? disable-upgrade-mode reversible",
        "leave-upgrade-mode/node:7003 ? disable-upgrade-mode reversible",
      ])
  }

  @Test func withTwoReplicasBothComeBeforeTheHandOver() throws {
    let lines = try MachineScene(shards: 1, replicas: 2).planLines()
    let order = lines.filter { $0.hasPrefix("stop") || $0.hasPrefix("hand-over") }.map { $0.prefix { $0 != " " } }
    #expect(order == ["stop/node:7001", "stop/node:7002", "hand-over/shard:s1/7001", "stop/node:7000"])
  }

  @Test func theSitesHooksSurroundANode() throws {
    let stages: [Site.Stage] = [.beforeNode, .stop, .install, .start, .afterNode]
    let lines = try MachineScene(shards: 1, stages: stages).planLines().map { $0.prefix { $0 != " " } }
    #expect(
      lines.filter { $0.hasSuffix("node:7001") } == [
        "enter-upgrade-mode/node:7001", "before-node/node:7001", "stop/node:7001", "install/node:7001",
        "start/node:7001", "enter-upgrade-mode/node:7001", "after-node/node:7001", "rejoin/node:7001",
        "leave-upgrade-mode/node:7001",
      ])
  }

  @Test func nothingIsPlannedForAClusterThatIsThereAlready() throws {
    var scene = MachineScene()
    for id in scene.servers.keys { scene.servers[id]?.running = MachineScene.new }
    scene.setup.nodes = scene.setup.nodes.map { node in
      var node = node
      node.release = MachineScene.new
      return node
    }
    #expect(try scene.planLines().isEmpty)
  }

  @Test func aPlanThatCannotBeMadeIsAProblemAndNoQuestion() {
    var scene = MachineScene()
    scene.silent = ["7004"].map { NodeID($0) }.reduce(into: []) { $0.insert($1) }
    scene.start()
    scene.turn()
    #expect(scene.machine.state.problem == nil, "the first reading may still be on its way")
    for _ in 0..<61 { scene.turn(.seconds(1)) }
    #expect(scene.machine.state.problem?.name == ClusterProblem.nodeUnread)
    #expect(scene.transcript == ["started r1", "problem node-does-not-answer node:7004"])
    scene.silent = []
    scene.choose(.waitLonger)
    scene.turn()
    #expect(scene.machine.state.asked?.name == QuestionName(.start))
  }
}
