// The order of the shards by keys and in lines: what moves, what stays selected, and why something does not move.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct OrderKeyTests {
  private static func handOvers(_ picture: RunPicture) -> [String] {
    picture.plan?.steps.compactMap { $0.key.verb == .handOver ? "\($0.key.object)" : nil } ?? []
  }

  /// The row of the plan that is selected, as it stands on the screen.
  private static func selected(_ script: ScreenScript) -> String {
    script.canvas.lines.first { $0.hasPrefix("│>") }.map { String($0.dropFirst(2).prefix(40)) } ?? ""
  }

  @Test func aShardGoesEarlierAndStaysSelected() {
    var script = ScreenScript(RunScene.makePlan())
    script.press("Gk")
    #expect(Self.selected(script).hasPrefix("14 10.0.3.14:6379"))
    script.press("K")
    script.goOn()
    #expect(script.sent == [.order([ShardID(1), ShardID(3), ShardID(2)])])
    #expect(Self.handOvers(script.picture) == ["shard:s1", "shard:s3", "shard:s2"])
    #expect(Self.selected(script).hasPrefix("12 10.0.3.14:6379"))
    script.press("K")
    script.goOn()
    script.press("K")
    #expect(Self.handOvers(script.picture) == ["shard:s3", "shard:s1", "shard:s2"])
    let why = "s3 is the first already; no hand-over comes before the replicas of all shards"
    #expect(script.model.status == "Not moved: \(why).")
  }

  @Test func whatIsNoShardsRowStays() {
    var script = ScreenScript(RunScene.makePlan())
    script.press("gJ")
    #expect(
      script.sent == [] && script.model.status == "Not moved: only a shard's replicas and its hand-over can be moved.")
  }

  @Test func thePlanIsAskedForAgainAndItsPromptArmsAnew() {
    var script = ScreenScript(RunScene.makePlan())
    script.press("GkK")
    script.goOn()
    #expect(script.picture.state.asked?.name.kind == .start)
    script.pressNow(.character("y"))
    #expect(script.sent.count == 1, "a key before the new question could be read answers nothing")
  }

  @Test func linesTakeAnOrderAsWell() {
    var script = LineScript(RunScene.makePlan(), hasPerson: true)
    script.tell(.pictured)
    script.time = script.time + .seconds(1)
    script.tell(.line("order s2 s9 s1"))
    #expect(script.printed.contains("Not taken: the shards are s1 s2 s3."))
    script.time = script.time + .seconds(1)
    script.tell(.line("order s2 s1"))
    #expect(script.printed.contains("Not taken: an order names each shard once: s1 s2 s3."))
    script.time = script.time + .seconds(1)
    script.tell(.line("order s2 s1 s3"))
    script.goOn()
    #expect(script.sent == [.order([ShardID(2), ShardID(1), ShardID(3)])])
    #expect(Self.handOvers(script.picture) == ["shard:s2", "shard:s1", "shard:s3"])
    #expect(script.printed.last?.hasPrefix("Question start:") == true)
  }
}
