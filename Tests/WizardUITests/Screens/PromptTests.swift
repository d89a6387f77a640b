// When a key answers and when it does not: arming, type-ahead, paste, Enter, the second `y`, gates that turn red.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PromptTests {
  static let second = QuestionName(.upgradeNode, "10.0.3.13:6379")

  @Test func yesAnswersTheQuestionRowOnceItIsArmed() {
    var script = ScreenScript(RunScene.secondNode)
    #expect(script.text.contains("(wait) [y] yes"))
    script.pressNow(.character("y"))
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Too early: the question has only just appeared. Read it, then answer.")
    script.time = script.time + .milliseconds(499)
    script.pressNow(.character("y"))
    #expect(script.sent.isEmpty)
    script.time = script.time + .milliseconds(1)
    #expect(!script.text.contains("(wait)"))
    script.pressNow(.character("y"))
    #expect(script.sent == [.answer(Self.second, "yes", .operatorInPerson)])
  }

  @Test func theFrameIsDrawnAgainWhenThePromptArms() {
    let script = ScreenScript(RunScene.secondNode)
    #expect(script.frame.redrawAt == script.time + .milliseconds(500))
  }

  @Test func aPromptThatWasNeverShownTakesNoAnswer() {
    var model = WizardModel(size: Size(columns: 80, rows: 24))
    let picture = RunScene.secondNode.picture
    _ = model.update(.pictured, picture, at: MonotonicTime(nanoseconds: 0))
    let late = MonotonicTime(nanoseconds: 60_000_000_000)
    #expect(model.update(.press(KeyPress(.character("y"))), picture, at: late).isEmpty)
  }

  @Test func yesTwiceAnswersOneQuestion() {
    var script = ScreenScript(RunScene.secondNode)
    script.run.holdsEffects = true
    script.press("y")
    #expect(script.sent.count == 1)
    #expect(script.model.prompt == nil)
    script.pressNow(.character("y"))
    #expect(script.sent.count == 1)
    // The next question comes up: the y that is still being pressed does not answer it.
    script.run.release()
    script.goOn()
    #expect(script.run.state.asked?.name.object == "10.0.3.15:6379")
    script.pressNow(.character("y"))
    #expect(script.sent.count == 1)
    script.time = script.time + .milliseconds(600)
    script.pressNow(.character("y"))
    #expect(script.sent.last == .answer(QuestionName(.upgradeNode, "10.0.3.15:6379"), "yes", .operatorInPerson))
  }

  @Test func aQuestionIsAskedAgainOnlyWhenItsAnswerWasNotTaken() {
    var model = WizardModel(size: Size(columns: 80, rows: 24))
    let picture = RunScene.secondNode.picture
    var now = MonotonicTime(nanoseconds: 0)
    func tell(_ message: WizardMessage) -> [WizardEffect] { model.update(message, picture, at: now) }
    _ = tell(.pictured)
    let first = model.promptName ?? ""
    _ = tell(.appeared(first))
    now = now + .seconds(1)
    let effects = tell(.press(KeyPress(.character("y"))))
    #expect(effects == [.send(.answer(Self.second, "yes", .operatorInPerson))])
    // Taken, but the picture is still the old one: the question must not come up again.
    _ = tell(.taken(.answer(Self.second, "yes", .operatorInPerson)))
    _ = tell(.pictured)
    #expect(model.prompt == nil)
    #expect(model.frame(picture, Size(columns: 80, rows: 24), at: now).prompt == nil)
  }

  @Test func aRefusalIsShownAndTheQuestionArmsAnew() {
    var model = WizardModel(size: Size(columns: 80, rows: 24))
    let picture = RunScene.secondNode.picture
    var now = MonotonicTime(nanoseconds: 0)
    _ = model.update(.pictured, picture, at: now)
    let first = model.promptName ?? ""
    _ = model.update(.appeared(first), picture, at: now)
    now = now + .seconds(1)
    _ = model.update(.press(KeyPress(.character("y"))), picture, at: now)
    _ = model.update(
      .refused(.answer(Self.second, "yes", .operatorInPerson), "replica-in-sync on s2 does not hold now"), picture,
      at: now)
    #expect(model.status == "Not taken: replica-in-sync on s2 does not hold now")
    #expect(model.promptName != nil && model.promptName != first)
    #expect(!model.isArmed(at: now + .seconds(5)))
    #expect(model.frame(picture, Size(columns: 80, rows: 24), at: now).canvas.lines[21].contains("Not taken"))
  }

  @Test(arguments: ["y", "n"])
  func pastedKeysNeverAnswer(key: String) {
    var script = ScreenScript(RunScene.secondNode)
    script.time = script.time + .seconds(10)
    for letter in key.unicodeScalars { script.pressNow(.character(letter), isPasted: true) }
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Pasted text never answers.")
    script.pressNow(.character("y"), isAlone: false)
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Several keys came at once: none was taken. Press one key.")
  }

  @Test func enterIsNeverYes() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("<Enter><Space><Enter>")
    #expect(script.sent.isEmpty)
    #expect(script.model.status?.hasPrefix("Enter answers nothing here.") == true)
  }

  @Test func noLeadsToTheProblemOfADeclinedQuestion() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("n")
    #expect(script.sent == [.answer(Self.second, "no", .operatorInPerson)])
    script.goOn()
    #expect(script.run.state.problem?.name == "declined")
    #expect(script.model.screenName(script.picture) == .problem)
    // Asking again changes nothing, so one key is enough.
    script.press("1")
    #expect(script.sent.last == .choose(.askAgain, typed: nil, .operatorInPerson))
    script.goOn()
    #expect(script.run.state.asked?.name == Self.second)
  }

  @Test func theHelpTakesThePromptAwayAndItArmsAnew() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("?")
    #expect(script.frame.prompt == nil)
    script.press("y")
    #expect(script.sent.isEmpty)
    script.pressNow(.escape)
    script.settle()
    script.pressNow(.character("y"))
    #expect(script.sent.isEmpty)
    script.press("y")
    #expect(script.sent.count == 1)
  }

  @Test func aQuestionIsAnsweredFromAPageThatShowsIt() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l")
    #expect(script.text.contains("[y] yes"))
    script.press("y")
    #expect(script.sent.count == 1)
  }

  @Test func aWindowThatIsTooSmallDecidesNothingButLeaving() {
    var script = ScreenScript(RunScene.secondNode, columns: 44, rows: 9)
    script.press("yn")
    #expect(script.sent.isEmpty)
    script.press("q")
    #expect(script.text.contains("q once more"))
    #expect(script.sent.isEmpty)
    script.press("q")
    #expect(script.sent == [.leave])
  }
}
