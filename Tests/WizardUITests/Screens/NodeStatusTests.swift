// The state word of a node, moment by moment.
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct NodeStatusTests {
  static func words(_ run: Rehearsal) -> String { words(run.picture) }

  /// `11 OK, 13 ASK, ...`: the last part of each address with its word, in the order of the list.
  static func words(_ picture: RunPicture) -> String {
    NodeStatus.all(in: picture).map { status in
      "\(status.address.dropFirst(7).prefix(2)) \(status.word.rawValue)"
    }.joined(separator: ", ")
  }

  @Test func theOrderIsThatOfTheRunAndNeverMoves() {
    #expect(Self.words(RunScene.plan) == "11 WAIT, 13 WAIT, 15 WAIT, 10 WAIT, 12 WAIT, 14 WAIT")
    #expect(Self.words(RunScene.secondNode) == "11 OK, 13 ASK, 15 WAIT, 10 WAIT, 12 WAIT, 14 WAIT")
    #expect(Self.words(RunScene.stopping) == "11 OK, 13 RUN, 15 WAIT, 10 WAIT, 12 WAIT, 14 WAIT")
    #expect(Self.words(RunScene.handOver) == "11 OK, 13 OK, 15 OK, 10 ASK, 12 WAIT, 14 WAIT")
    #expect(Self.words(RunScene.failedInstall) == "11 OK, 13 OK, 15 OK, 10 FAIL, 12 WAIT, 14 WAIT")
    #expect(Self.words(RunScene.done) == "11 OK, 13 OK, 15 OK, 10 OK, 12 OK, 14 OK")
  }

  @Test func aNodeThatWeStoppedIsGoneAsExpected() {
    var picture = RunScene.failedInstall.picture
    picture.state.problem = nil
    let status = NodeStatus.all(in: picture)[3]
    #expect(status.word == .gone)
    #expect(status.note == "stopped by us, expected")
  }

  @Test func aNodeThatFellByItselfIsGoneAndNotByUs() {
    var run = RunScene.secondNode
    run.nodes[run.node("10.0.3.14")]?.isUp = false
    run.now = run.now + .seconds(1)
    run.observe()
    let status = NodeStatus.all(in: run.picture)[5]
    #expect(status.word == .gone)
    #expect(status.note == "down, not by us")
  }

  @Test func aHandOverSwapsTheRoles() {
    var run = RunScene.handOver
    run.answer()
    run.run()
    let all = NodeStatus.all(in: run.picture)
    #expect(all.map(\.role) == ["PRIMARY", "replica", "replica", "replica", "PRIMARY", "PRIMARY"])
  }

  @Test func aGateThatDoesNotHoldHoldsTheNode() {
    var run = RunScene.makeSecondNode()
    run.gates.set(Gate("views-agree", .deployment), .broken(saw: "two views", fix: ""))
    run.answer("no")
    run.run()
    run.choose(.askAgain)
    run.tick()
    #expect(Self.words(run) == "11 OK, 13 HOLD, 15 WAIT, 10 WAIT, 12 WAIT, 14 WAIT")
    #expect(RunRemark(run.picture).line.string.hasPrefix("Held for 0.1 s: [NO] views-agree: two views"))
  }

  @Test func aNodeLeftOnTheOldVersionIsSkipped() {
    var picture = RunScene.secondNode.picture
    let node = RunScene.secondNode.node("10.0.3.15")
    picture.state.facts.goals.want[node] = Rehearsal.old
    #expect(Self.words(picture) == "11 OK, 13 ASK, 15 SKIP, 10 WAIT, 12 WAIT, 14 WAIT")
  }

  @Test func timeLeftIsARangeOfWhatOthersTook() {
    #expect(TimeLeft(RunScene.plan.picture).text == "")
    #expect(TimeLeft(RunScene.secondNode.picture).text == "ETA 34-45 s")
    var paused = RunScene.secondNode.picture
    paused.isPaused = true
    #expect(TimeLeft(paused).text == "ETA on hold")
    var early = Rehearsal()
    early.begin()
    early.go(to: .upgradeNode)
    #expect(TimeLeft(early.picture).text == "ETA estimating")
  }
}
