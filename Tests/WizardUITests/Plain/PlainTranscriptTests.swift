// What the plain face prints and takes, as transcripts.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PlainTranscriptTests {
  @Test func aNodeIsAskedForAndDone() {
    var script = LineScript(RunScene.secondNode, hasPerson: true)
    script.tell(.pictured)
    #expect(
      script.printed.suffix(8) == [
        "09:00:09 health ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  0 s ago",
        "09:00:09 asked: Stop 10.0.3.13:6379 (replica of s2) (reversible, and clients notice nothing.)",
        "         why:      its software can be changed only while it is down",
        "         runs:     ssh 10.0.3.13 sudo systemctl stop redis",
        "         clients:  connections of readers on this replica are closed; writers notice nothing",
        "         undo:     the old software is put back, and it syncs from its primary",
        "         usually:  under 1 s, and a last save",
        "Question upgrade-node:10.0.3.13:6379: Stop 10.0.3.13:6379 (replica of s2)? "
          + "Type yes, no, commands, health or pause: ",
      ])
    let before = script.printed.count
    script.type("yes")
    #expect(script.sent == [.answer(PromptTests.second, "yes", .operatorInPerson)])
    #expect(
      script.printed[before...].prefix(6) == [
        "09:00:09 upgrade-node:10.0.3.13:6379: yes",
        "09:00:09 stop 10.0.3.13:6379: ssh 10.0.3.13 sudo systemctl stop redis",
        "09:00:10 stop 10.0.3.13:6379: done, read back",
        "09:00:10 install 10.0.3.13:6379: ssh 10.0.3.13 sudo apt-get install -y redis-server=7.0.15",
        "09:00:14 install 10.0.3.13:6379: done, read back",
        "09:00:14 start 10.0.3.13:6379: ssh 10.0.3.13 sudo systemctl start redis",
      ])
  }

  @Test func everyEventOnceAlthoughPicturesAreDropped() {
    var script = LineScript(RunScene.plan, answers: Self.everything)
    script.goToEnd()
    #expect(script.code == 0)
    // Of every event with words exactly one line, in their order; what was asked is said as a block of its own.
    let words = script.run.events.filter { event in
      if case .asked = event.record { false } else { !event.text.isEmpty }
    }.map { "\(WallTime(milliseconds: $0.wallMilliseconds).clock) \($0.text)" }
    let said = Set(words)
    #expect(script.printed.filter(said.contains) == words)
  }

  static let everything = [
    "start": "yes", "client-probe": "yes", "enable-upgrade-mode": "yes", "upgrade-node": "yes", "canary": "yes",
    "first-promotion": "yes", "hand-over": "yes", "disable-upgrade-mode": "yes",
  ]

  @Test func unattendedToTheEndWithTheReport() {
    var script = LineScript(RunScene.plan, answers: Self.everything)
    script.goToEnd()
    #expect(script.sent.allSatisfy { if case .answer(_, "yes", .beforehand) = $0 { true } else { false } })
    #expect(script.sent.count == 15)
    #expect(script.printed.contains("Result: done. 6 of 6 nodes run Redis 7.0.15."))
    #expect(script.printed.contains("Left over: nothing"))
    #expect(script.printed.last == "6 of 6 nodes run Redis 7.0.15.")
  }

  @Test func thePlanIsPrintedBeforeItIsAskedFor() {
    var script = LineScript(RunScene.plan, hasPerson: true)
    script.tell(.pictured)
    #expect(script.printed.contains("4. 10.0.3.11:6379 replica s1: restart on 7.0.15, sync; clients notice: nothing"))
    #expect(
      script.printed.contains(
        "---- the way back of s1 NARROWS here: new data in a format the old version cannot read"))
    #expect(script.printed.contains("9. s1: HAND OVER to 10.0.3.11:6379; clients notice: short pause"))
    let words = "yes, no, another order (order s3 s2 s1), commands, health or pause"
    #expect(script.printed.last == "Question start: Start with this plan? Type \(words): ")
  }

  @Test func withoutAnAnswerAndWithoutATerminalItSaysWhatWouldHaveAnsweredAndStops() {
    var answers = Self.everything
    answers["hand-over"] = nil
    var script = LineScript(RunScene.plan, answers: answers)
    script.onLeave = Conclusion(exitCode: 3, lines: ["You left the run."])
    script.goToEnd()
    #expect(
      script.printed.contains(
        "No answer to hand-over:s1, and nobody to ask. --answer 'hand-over:s1=no-return s1' would have answered it, "
          + "or --answer hand-over=yes for all of them."))
    #expect(script.sent.last == .leave)
    #expect(script.code == 3)
  }

  @Test func aMissingAnswerBeforeAnyChangeIsARefusal() {
    var script = LineScript(RunScene.plan, answers: ["start": "yes"])
    script.goToEnd()
    #expect(script.printed.contains { $0.contains("--answer 'client-probe=yes' would have answered it.") })
    #expect(script.code == 1)
  }

  @Test func lossAndOverrideAreNeverAnsweredBeforehand() {
    var picture = RunScene.secondNode.picture
    picture.state.asked?.consentClass = .loss
    picture.state.asked?.word = "lose s1"
    var script = LineScript(RunScene.secondNode, answers: Self.everything, fixed: picture)
    script.tell(.pictured)
    #expect(!script.sent.contains { if case .answer = $0 { true } else { false } })
    #expect(script.printed.contains { $0.hasSuffix("is never answered beforehand: run it at a terminal.") })
  }

  @Test func wrongWordsAreRefusedAndAskedAgain() {
    var script = LineScript(RunScene.handOver, hasPerson: true)
    script.tell(.pictured)
    let prompt = script.printed.last
    script.type("yes")
    #expect(
      script.printed.suffix(2) == ["Not taken: to go on, type exactly: no-return s1.", prompt ?? ""])
    script.type("")
    #expect(script.printed.suffix(2) == ["Not taken: Enter alone answers nothing.", prompt ?? ""])
    script.type("no-return s1")
    #expect(script.run.state.asked?.name != QuestionName(.handOver, "s1"))
  }

  @Test func whatIsTypedTooEarlyOrUnaskedAnswersNothing() {
    var script = LineScript(RunScene.secondNode, hasPerson: true)
    script.tell(.pictured)
    script.tell(.line("yes"))
    #expect(script.sent.isEmpty)
    #expect(
      script.printed.suffix(2).first == "Not taken: typed before the question could be read, so it was not taken.")
    script.run.holdsEffects = true
    script.type("yes")
    #expect(script.sent.count == 1)
    // Pasted twice: the second line finds no question.
    script.tell(.line("yes"))
    #expect(script.sent.count == 1)
    #expect(script.printed.last == "Not taken: nothing is asked now, so \"yes\" was not taken.")
  }

  @Test func wordsThatAreNoAnswers() {
    var script = LineScript(RunScene.secondNode, hasPerson: true)
    script.tell(.pictured)
    script.type("commands")
    #expect(script.printed.suffix(2).first == "         runs:     ssh 10.0.3.13 sudo systemctl stop redis")
    script.type("health")
    #expect(script.printed.suffix(2).first?.hasPrefix("09:00:09 health ok 6/6 up") == true)
    script.type("pause")
    #expect(script.sent == [.pause(true)])
    script.type("continue")
    #expect(script.printed.last == "Go on? Type yes or no: ")
    script.type("yes")
    #expect(script.sent == [.pause(true), .pause(false)])
  }

  @Test func aProblemHasNumberedChoices() {
    var script = LineScript(RunScene.failedInstall, hasPerson: true)
    script.tell(.pictured)
    let risk = "Shard s1 is served by 10.0.3.11:6379, which has no other replica: one more failure loses its writes."
    #expect(
      script.printed.suffix(9) == [
        "09:00:29 STOPPED step-failed on 10.0.3.10:6379: install on 10.0.3.10:6379 did not work: exit status 100",
        "         clients:  client errors 0/s, 0 in all, 0 lost",
        "         at risk:  Every shard is served. \(risk)",
        "         1 stop    Stop here: leave everything as it is now; resumable later [changes nothing]",
        "         2 retry   Try this step again [one step, once more]",
        "         - roll-back Put 10.0.3.10:6379 back on redis-6.2.14. Not offered: its shard already has a primary "
          + "of the new version, which redis-6.2.14 cannot follow",
        "         3 wind-down Wind down: finish what is open, put every temporary change back, upgrade nothing more "
          + "[ends this run in order]",
        "         leaving   exit code if you leave now: 3 (stopped, resumable, every shard served)",
        "Problem step-failed: type the number or the name of a choice: ",
      ])
    script.type("roll-back")
    #expect(script.printed.suffix(2).first?.hasPrefix("Not taken: not offered: its shard already has") == true)
    script.type("7")
    #expect(script.printed.suffix(2).first == "Not taken: that is none of the choices.")
    script.type("retry")
    #expect(script.sent == [.choose(.retry, typed: nil, .operatorInPerson)])
  }

  @Test func withNobodyToChooseTheRunStops() {
    var script = LineScript(RunScene.failedInstall, answers: Self.everything)
    script.tell(.pictured)
    #expect(
      script.printed.contains(
        "Nobody is here to choose. The run stops; nothing more is changed. resume goes on."))
    #expect(script.sent == [.choose(.stopHere, typed: nil, .beforehand)])
    script.tell(.pictured)
    #expect(script.run.state.ended?.kind == .stopped)
    #expect(script.code == 3)
  }

  @Test func aRuleIsSetAsideWithItsOwnWords() {
    var script = LineScript(RunScene.makeRedGate(), hasPerson: true)
    script.tell(.pictured)
    script.type("4")
    #expect(
      script.printed.last
        == "To set replica-in-sync aside on s2, type override replica-in-sync, or no: ")
    script.type("yes")
    #expect(script.run.state.problem != nil)
    script.type("override replica-in-sync")
    #expect(script.run.state.facts.overrideNotes == ["replica-in-sync on s2"])
  }

  @Test func aPreparedAnswerWaitsForGatesAndNotForEver() {
    var script = LineScript(RunScene.makeSecondNode(), answers: Self.everything)
    script.run.gates.set(Gate("views-agree", .deployment), .broken(saw: "two views", fix: "wait"))
    script.run.tick()
    script.goOn()
    #expect(script.sent.isEmpty)
    script.time = script.time + .seconds(121)
    script.tell(.pictured)
    #expect(script.printed.contains { $0.contains("waited in vain for [NO] views-agree: two views") })
    #expect(script.sent == [.leave])
    script = LineScript(RunScene.makeSecondNode(), answers: Self.everything)
    script.run.gates.set(Gate("views-agree", .deployment), .broken(saw: "two views", fix: "wait"))
    script.run.tick()
    script.goOn()
    script.run.gates.set(Gate("views-agree", .deployment), nil)
    script.run.tick()
    script.goOn()
    #expect(script.sent.first == .answer(PromptTests.second, "yes", .beforehand))
  }

  @Test func checksAreAllPrintedAndThenItGoesOn() {
    var script = LineScript(Rehearsal(), fixed: CheckScene.picture(CheckScene.passing, running: ["views-agree"]))
    script.tell(.pictured)
    #expect(script.sent.isEmpty)
    script.fixed = CheckScene.picture(CheckScene.passing)
    script.tell(.pictured)
    #expect(script.sent == [.proceed])
    #expect(script.printed.contains("PASS reachable  6 of 6  every node answers"))
    script.tell(.pictured)
    #expect(script.sent == [.proceed])
  }

  @Test func failingChecksEndAnUnattendedRunWithOne() {
    var script = LineScript(Rehearsal(), fixed: CheckScene.picture(CheckScene.failing))
    script.tell(.pictured)
    #expect(script.printed.contains { $0.hasPrefix("FAIL last-save-ok  10.0.3.14:6379") })
    #expect(script.printed.contains("The start is refused by 1 of them. Nothing has been changed on any node."))
    #expect(script.code == 1)
  }

  @Test func aPersonCanMendAndCheckAgain() {
    var script = LineScript(Rehearsal(), hasPerson: true, fixed: CheckScene.picture(CheckScene.failing))
    script.tell(.pictured)
    #expect(script.printed.last == "The checks refuse the start. Type recheck or leave: ")
    script.time = script.time + .seconds(1)
    script.fixed = CheckScene.picture(CheckScene.passing)
    script.tell(.line("recheck"))
    #expect(script.sent == [.recheck(nil), .proceed])
  }

  @Test func healthIsSaidWhenItChangesAndNotTooOften() {
    var run = RunScene.stopping
    var script = LineScript(run, hasPerson: true)
    script.tell(.pictured)
    func count(_ script: LineScript) -> Int { script.printed.count { $0.contains(" health ") } }
    #expect(count(script) == 1)
    for _ in 0..<100 {
      script.run.now = script.run.now + .seconds(1)
      script.tell(.pictured)
    }
    #expect(count(script) == 1)
    run = script.run
    run.nodes[run.node("10.0.3.14")]?.isUp = false
    script.run = run
    script.tell(.pictured)
    #expect(count(script) == 2)
    #expect(script.printed.last?.contains("5/6 up") == true)
  }

  @Test func hostileTextIsVisible() {
    var picture = HostileScreenTests.picture
    picture.state.problem?.choices = [.stopHere]
    var script = LineScript(RunScene.failedInstall, hasPerson: true, fixed: picture)
    script.tell(.pictured)
    for line in script.printed {
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
    }
    #expect(script.printed.contains { $0.contains("\\x1b[2J") })
  }

  @Test func nobodyReadsAnyMore() {
    var script = LineScript(RunScene.secondNode, hasPerson: true)
    script.tell(.pictured)
    script.tell(.endWanted)
    #expect(script.sent == [.leave])
  }
}
