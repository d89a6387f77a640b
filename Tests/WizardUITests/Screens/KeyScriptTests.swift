// Key scripts: moving, looking, pausing, leaving, and what each of them wants done.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct KeyScriptTests {
  // MARK: Checks

  @Test func theCursorIsOnTheFirstFailure() {
    let script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    #expect(script.canvas.lines[3].contains(">FAIL last-save-ok: rdb_last_bgsave_status:err"))
  }

  @Test func oneCheckOrAllAreRunAgain() {
    var script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    script.press("r")
    script.press("gjR")
    #expect(script.sent == [.recheck("last-save-ok"), .recheck(nil)])
  }

  @Test func theSelectionStaysWithItsCheckWhenOthersCome() {
    var script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    script.press("G")
    let before = script.canvas.lines.first { $0.contains("│>") } ?? ""
    script.fixed = CheckScene.picture(
      [CheckScene.result("views-agree", "the cluster", .fail, title: "all views agree")] + CheckScene.failing)
    script.tell(.pictured)
    let after = script.canvas.lines.first { $0.contains("│>") } ?? ""
    #expect(before == after)
    #expect(before.contains("5 of 6"))
  }

  @Test func aFailureRefusesTheNextStepWithTheReason() {
    var script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    script.press(">")
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Cannot continue: 1 check refuses the start.")
    script.fixed = CheckScene.picture(CheckScene.passing, running: ["views-agree"])
    script.press(">")
    #expect(script.model.status == "Not yet: checks are still running.")
    script.fixed = CheckScene.picture(CheckScene.passing)
    script.press(">")
    #expect(script.sent == [.proceed])
  }

  @Test func theTextOfACheckScrollsInItsPane() {
    var results = CheckScene.failing
    for index in results.indices { results[index].why = String(repeating: "a long reason ", count: 60) }
    var script = ScreenScript(fixed: CheckScene.picture(results))
    script.press("<Tab>GGG")
    let first = script.model.checks.detail.first
    #expect(first > 0)
    // At the end the window is full; one key leads back up.
    script.press("k")
    #expect(script.model.checks.detail.first == first - 1)
  }

  // MARK: Nodes and plan

  @Test func earlierStepsCanBeLookedAt() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("<lt>")
    #expect(script.text.contains("Plan, what is left"))
    #expect(script.text.contains("looking back: > returns"))
    script.press("<lt>")
    #expect(script.text.contains("─ Checks"))
    script.press(">>")
    #expect(script.text.contains("─ Nodes"))
    #expect(script.model.lookingAt == nil)
    script.press(">")
    #expect(script.model.status == "The run goes to the next step by itself, when this one is done.")
  }

  @Test func thePlanShowsTheCommandsOfTheSelectedRow() {
    var script = ScreenScript(RunScene.plan)
    script.press("jjj")
    #expect(script.text.contains("Commands of row 4: 10.0.3.11:6379"))
    #expect(script.text.contains("1  ssh 10.0.3.11 sudo systemctl stop redis"))
  }

  @Test func theNodeInHandIsSelectedUntilSomebodyMoves() {
    var script = ScreenScript(RunScene.secondNode)
    #expect(script.text.contains("│>ASK  10.0.3.13:6379"))
    script.press("k")
    #expect(script.text.contains("│>OK   10.0.3.11:6379"))
  }

  @Test func eventsFollowUntilSomebodyScrolls() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("<Tab>k")
    guard case .from(let first) = script.model.nodes.events else {
      Issue.record("the pane still follows")
      return
    }
    script.press("k")
    #expect(script.model.nodes.events == .from(first - 1))
    script.press("G")
    #expect(script.model.nodes.events == .newest)
  }

  // MARK: Pausing and leaving

  @Test func pausingIsImmediateAndGoingOnIsAsked() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("p")
    #expect(script.sent == [.pause(true)])
    #expect(script.text.contains("PAUSED"))
    script.press("p")
    #expect(script.text.contains("Go on?"))
    script.press("y")
    #expect(script.sent == [.pause(true), .pause(false)])
  }

  @Test func nothingIsPausedBeforeTheRunHasBegun() {
    var script = ScreenScript(RunScene.plan)
    script.press("p")
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Nothing runs that could be held.")
  }

  @Test func interruptingAsksWhetherToHold() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("<C-c>")
    #expect(script.text.contains("Hold the run? Nothing begins until p is pressed."))
    // Pressed again, with Enter, or refused, it changes nothing.
    script.press("<C-c><Enter>n")
    #expect(script.sent.isEmpty)
    #expect(script.model.prompt == .question(PromptTests.second))
    script.press("<C-c>y")
    #expect(script.sent == [.pause(true)])
    // What is held already can only be left.
    script.press("<C-c>")
    #expect(script.model.prompt == .leave)
  }

  @Test func interruptingBeforeTheRunHasBegunAsksWhetherToLeave() {
    var script = ScreenScript(RunScene.plan)
    script.press("<C-c>")
    #expect(script.model.prompt == .leave)
    #expect(script.text.contains("Nothing has been changed on any server."))
    script.press("n")
    #expect(script.sent.isEmpty)
  }

  @Test func aCapitalLetterAnswersLikeASmallOne() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("Y")
    #expect(script.sent == [.answer(PromptTests.second, "yes", .operatorInPerson)])
  }

  @Test func leavingIsAskedAndEscapeStays() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("q<Esc>qn")
    #expect(script.sent.isEmpty)
    #expect(script.model.prompt == .question(PromptTests.second))
    script.press("qy")
    #expect(script.sent == [.leave])
    #expect(script.effects.isEmpty)
    // It ends with the code of the run's own conclusion.
    var concluded = script.picture
    concluded.conclusion = Conclusion(exitCode: 3, lines: ["You left the run."])
    script.fixed = concluded
    script.tell(.pictured)
    #expect(script.effects == [.end(3)])
  }

  @Test func aRunThatHangsCanBeLeftAllTheSame() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("qy")
    script.press("qy")
    #expect(script.sent == [.leave])
    #expect(script.effects == [.end(3)])
  }

  @Test func afterTheEndQEndsTheProgramWithItsCode() {
    var script = ScreenScript(RunScene.done)
    #expect(script.text.contains("q ends the program with code 0."))
    script.press("q")
    #expect(script.effects == [.end(0)])
  }

  @Test func theTerminalGoesAndTheRunIsLeft() {
    var script = ScreenScript(RunScene.secondNode)
    script.tell(.endWanted)
    #expect(script.sent == [.leave])
  }

  @Test func theShellIsRefusedWhileAStepRuns() {
    var script = ScreenScript(RunScene.stopping)
    script.press("<C-z>")
    #expect(script.effects.isEmpty)
    #expect(script.model.status == "Not while a step runs: stop 10.0.3.13:6379.")
    script = ScreenScript(RunScene.secondNode)
    script.press("<C-z><C-l>w")
    #expect(script.effects == [.suspend, .redraw, .write(nil)])
  }

  // MARK: Help

  @Test func helpNamesRefusedKeysWithTheReason() {
    var script = ScreenScript(fixed: CheckScene.picture(CheckScene.failing))
    script.press("?")
    script.press("<PageDown><PageDown>")
    #expect(script.text.contains("To the next step of the rail, when it is allowed. Not now:"))
    script.press("<Esc>")
    #expect(script.model.view == nil)
  }
}
