// The paper cluster itself: a rehearsed run comes to its end like a real one, or the pictures made of it mean nothing.
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct RehearsalTests {
  @Test func aRunGoesFromTheFirstQuestionToItsEnd() {
    var run = Rehearsal()
    run.begin()
    var asked: [String] = []
    for _ in 0..<100 where run.state.ended == nil {
      run.run()
      guard let question = run.state.asked else { break }
      asked.append("\(question.name)")
      run.answer()
    }
    #expect(
      run.state.ended?.kind == .done, "\(run.state.problem?.what ?? "no problem") \(run.machine.observations.posture)")
    #expect(
      asked == [
        "start", "client-probe", "enable-upgrade-mode", "upgrade-node:10.0.3.11:6379", "canary",
        "upgrade-node:10.0.3.13:6379", "upgrade-node:10.0.3.15:6379", "first-promotion", "hand-over:s1",
        "upgrade-node:10.0.3.10:6379", "hand-over:s2", "upgrade-node:10.0.3.12:6379", "hand-over:s3",
        "upgrade-node:10.0.3.14:6379", "disable-upgrade-mode",
      ])
  }
}
