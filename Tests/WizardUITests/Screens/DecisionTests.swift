// Typed decisions: the exact words, Enter alone, Esc one level back, gates that turn red while somebody types.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct DecisionTests {
  static let handOver = QuestionName(.handOver, "s1")

  @Test func theExactWordsAndEnter() {
    var script = ScreenScript(RunScene.handOver)
    #expect(script.model.screenName(script.picture) == .typed)
    script.press("s1<Enter>")
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Not taken. To go on, type exactly: no-return s1")
    script.press("<C-u>No-return s1<Enter>")
    #expect(script.sent.isEmpty)
    script.press("<C-u>no-return s1<Enter>")
    #expect(script.sent == [.answer(Self.handOver, "no-return s1", .operatorInPerson)])
    #expect(script.model.dialog == nil)
  }

  @Test func whatIsTypedBeforeTheDialogCouldBeReadIsDropped() {
    var script = ScreenScript(RunScene.handOver)
    for letter in "no-return s1".unicodeScalars { script.pressNow(.character(letter)) }
    #expect(script.model.dialog?.field.text == "")
    script.pressNow(.enter)
    #expect(script.sent.isEmpty)
  }

  @Test func pastedWordsAreNotTaken() {
    var script = ScreenScript(RunScene.handOver)
    script.time = script.time + .seconds(10)
    for letter in "no-return s1".unicodeScalars { script.pressNow(.character(letter), isPasted: true) }
    #expect(script.model.dialog?.field.text == "")
    #expect(script.model.status == "Pasted text is not taken here: type the words.")
    // A slow line brings typed letters in a burst; Enter has to come alone all the same.
    for letter in "no-return s1".unicodeScalars { script.pressNow(.character(letter), isAlone: false) }
    script.pressNow(.enter, isAlone: false)
    #expect(script.sent.isEmpty)
    script.press("<Enter>")
    #expect(script.sent.count == 1)
  }

  @Test func escapeGoesOneLevelBackAndYOpensItAgain() {
    var script = ScreenScript(RunScene.handOver)
    script.press("no<Esc>")
    #expect(script.model.dialog == nil)
    #expect(script.run.state.asked?.name == Self.handOver)
    #expect(script.text.contains("[y] open, then type no-return s1  [n] not now"))
    script.press("y")
    #expect(script.model.dialog?.field.text == "")
    #expect(script.sent.isEmpty)
    script.press("<Esc>n")
    #expect(script.sent == [.answer(Self.handOver, "no", .operatorInPerson)])
  }

  @Test func theDialogShowsGatesAsTheyAreAndARedOneRefuses() {
    var script = ScreenScript(RunScene.makeHandOver())
    script.run.gates.set(
      Gate("replica-in-sync", .shard(ShardID(2))), .broken(saw: "the replica is 48 MB behind", fix: "wait"))
    script.run.tick()
    script.tell(.pictured)
    #expect(script.text.contains("[NO] replica-in-sync s2: the replica is 48 MB behind"))
    script.press("no-return s1<Enter>")
    #expect(script.run.state.asked?.name == Self.handOver)
    #expect(script.model.status?.hasPrefix("Not taken: replica-in-sync on s2 does not hold now") == true)
    // The question is still there, and so is its dialog, empty.
    #expect(script.model.dialog?.field.text == "")
    script.run.gates.set(Gate("replica-in-sync", .shard(ShardID(2))), nil)
    script.run.tick()
    script.tell(.pictured)
    script.press("no-return s1<Enter>")
    #expect(script.run.state.asked?.name != Self.handOver)
  }

  @Test func healthStaysInSightAboveTheDialog() {
    let script = ScreenScript(RunScene.handOver)
    #expect(script.canvas.lines[2].hasPrefix(" Health  ok 6/6 up"))
  }

  @Test func everyClassSaysWhatItCosts() {
    for consent in ConsentClass.allCases where consent != .reversible {
      var run = RunScene.handOver
      var picture = run.picture
      let name = QuestionName(.handOver, "s1")
      picture.state.asked = Question(
        name: name, consentClass: consent, title: "A decision", lines: ["Why     because"], step: nil,
        word: Question.word(consent, object: "s1"))
      let script = ScreenScript(run, fixed: picture)
      #expect(script.text.contains(consent.consequence.prefix(20)), "\(consent)")
      #expect(script.text.contains("type \(Question.word(consent, object: "s1")):"), "\(consent)")
      run.now = run.now + .seconds(1)
    }
  }

  @Test func aRuleIsSetAsideOnlyWithItsOwnWords() {
    var script = ScreenScript(RunScene.makeRedGate())
    let gate = Gate("replica-in-sync", .shard(ShardID(2)))
    script.press("4")
    #expect(script.model.dialog?.prompt == .override(gate))
    script.press("yes<Enter>")
    #expect(script.sent.isEmpty)
    script.press("<C-u>override replica-in-sync<Enter>")
    #expect(script.sent == [.choose(.override(gate), typed: "override replica-in-sync", .operatorInPerson)])
    #expect(script.run.state.problem == nil)
    #expect(script.run.state.facts.overrideNotes == ["replica-in-sync on s2"])
  }

  @Test func theHelpOverTheWordsOfARuleLeadsBackToThem() {
    var script = ScreenScript(RunScene.redGate)
    let digit = script.picture.offers.first { if case .override = $0.offer.choice { true } else { false } }?.number
    script.press("\(digit ?? 0)")
    #expect(script.model.dialog?.prompt == script.model.own)
    script.press("<F1>")
    #expect(script.text.contains("Help for") && script.frame.prompt == nil)
    script.press("<Esc>")
    #expect(script.model.dialog != nil && script.text.contains("To go on, type override replica-in-sync:"))
  }

  @Test func aChoiceThatChangesSomethingIsAskedOnceMore() {
    var script = ScreenScript(RunScene.failedInstall)
    script.press("3")
    #expect(script.sent.isEmpty)
    #expect(script.text.contains("[y] do it  [n] go back"))
    script.press("n")
    #expect(script.model.prompt == .problem("step-failed node:\(script.run.node("10.0.3.10"))"))
    script.press("2y")
    #expect(script.sent == [.choose(.retry, typed: nil, .operatorInPerson)])
  }

  @Test func aChoiceThatIsNotOfferedHasNoDigit() {
    var script = ScreenScript(RunScene.failedInstall)
    script.press("9")
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "There is no choice 9.")
    #expect(script.text.contains("Not offered: its shard already"))
  }
}
