// When a prompt takes an answer.
import SystemIO
import Testing

@testable import WizardUI

@Suite struct PromptGateTests {
  let start = MonotonicTime(nanoseconds: 1_000_000_000)
  let y = KeyPress(.character("y"))

  @Test func aPromptArmsHalfASecondAfterItAppears() {
    var gate = PromptGate()
    #expect(gate.accepts(y, at: start) == .tooEarly)
    #expect(gate.armsAt == nil)
    gate.appears(at: start)
    #expect(gate.armsAt == start + .milliseconds(500))
    #expect(gate.accepts(y, at: start) == .tooEarly)
    #expect(gate.accepts(y, at: start + .milliseconds(499)) == .tooEarly)
    #expect(!gate.isArmed(at: start + .milliseconds(499)))
    #expect(gate.accepts(y, at: start + .milliseconds(500)) == .armed)
    #expect(gate.isArmed(at: start + .seconds(3600)))
  }

  @Test func drawingItAgainDoesNotDisarmIt() {
    var gate = PromptGate()
    gate.appears(at: start)
    gate.appears(at: start + .milliseconds(400))
    #expect(gate.accepts(y, at: start + .milliseconds(500)) == .armed)
  }

  @Test func oneAnswerAnswersOneQuestion() {
    var gate = PromptGate()
    gate.appears(at: start)
    gate.withdraws()
    #expect(gate.accepts(y, at: start + .seconds(9)) == .tooEarly)
    gate.appears(at: start + .seconds(9))
    #expect(gate.accepts(y, at: start + .seconds(9)) == .tooEarly)
    #expect(gate.accepts(y, at: start + .seconds(10)) == .armed)
  }

  @Test func pastesAndBurstsNeverAnswer() {
    var gate = PromptGate()
    gate.appears(at: start)
    let later = start + .seconds(60)
    #expect(gate.accepts(KeyPress(.character("y"), isPasted: true), at: later) == .pasted)
    #expect(gate.accepts(KeyPress(.character("y"), isAlone: false), at: later) == .pasted)
    #expect(gate.accepts(KeyPress(.character("y"), isPasted: true), at: start) == .pasted)
  }
}

@Suite struct TerminalSettingsTests {
  @Test(arguments: [
    (ColourChoice.automatic, nil as String?, 256, ColourDepth.sixteen), (.automatic, nil, 16, .sixteen),
    (.automatic, nil, 15, .eight), (.automatic, nil, 8, .eight), (.automatic, nil, -1, .none),
    (.automatic, "", 256, .sixteen), (.automatic, "0", 256, .none), (.always, "1", 256, .sixteen),
    (.always, "1", 2, .none),
    (.never, nil, 256, .none),
  ])
  func theFlagThenTheEnvironmentThenTheTerminal(
    choice: ColourChoice, noColour: String?, colours: Int, depth: ColourDepth
  ) {
    #expect(ColourDepth.decide(choice, noColour: noColour, terminalColours: colours) == depth)
  }

  @Test(arguments: [
    (nil as String?, "interactive=no,color=no" as String?), ("", "interactive=no,color=no"),
    ("enable=yes", "enable=yes,interactive=no"), ("interactive=yes", nil), ("color=no,interactive=no", nil),
  ])
  func theBacktracerIsToldToBeQuietOnce(present: String?, setting: String?) {
    #expect(Relaunch.quietSetting(present) == setting)
  }
}
