// The same night on the screen, in lines and in JSON: the same deeds lead to the same facts, told by each in their order.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct FacesAgreeTests {
  /// Plays a night on every face, from its first question on; answers the run, whose facts were the same on all.
  @discardableResult
  private static func play(
    from make: () -> Rehearsal = RunScene.makePlan, _ plan: (inout Rehearsal, Int) -> Act?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> Rehearsal {
    var screen = OnScreen(make())
    var plain = InLines(make(), isJSON: false)
    var json = InLines(make(), isJSON: true)
    screen.follow(plan)
    plain.follow(plan)
    json.follow(plan)
    let facts = screen.run.events.compactMap(\.record).map(Fact.of)
    for (name, face) in [("screen", screen), ("plain", plain), ("json", json)] as [(String, any FaceUnderTest)] {
      compare(face.run.events.compactMap(\.record).map(Fact.of), facts, "\(name) came to", sourceLocation)
      let expected = face.expected(face.run.events)
      compare(face.said, expected, "\(name) said", sourceLocation)
    }
    return screen.run
  }

  private static func compare(_ facts: [String], _ expected: [String], _ who: String, _ sourceLocation: SourceLocation)
  {
    guard facts != expected else { return }
    let place = zip(facts, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let row = place ?? min(facts.count, expected.count)
    func shown(_ list: [String]) -> String { list.dropFirst(max(0, row - 2)).prefix(5).joined(separator: "\n  ") }
    Issue.record(
      "fact \(row) of \(facts.count): \(who)\n  \(shown(facts))\nand not\n  \(shown(expected))",
      sourceLocation: sourceLocation)
  }

  private static func agreeing(_ run: Rehearsal) -> Act? { run.state.asked == nil ? nil : .agree }

  private static func isAsked(_ run: Rehearsal, _ kind: QuestionKind, _ object: String? = nil) -> Bool {
    run.state.asked?.name.kind == kind && (object == nil || run.state.asked?.name.object == object)
  }

  @Test func aWholeUpgrade() {
    let run = Self.play { run, _ in Self.agreeing(run) }
    #expect(run.state.ended?.kind == .done)
  }

  @Test func anOverride() {
    let run = Self.play { run, _ in
      let isOver = !run.state.facts.overrideNotes.isEmpty
      if run.state.problem?.choices.contains(where: { if case .override = $0.choice { true } else { false } }) == true {
        return isOver ? .choose("stop") : .choose("override")
      }
      if run.state.problem != nil {
        // The gate turns red before it is asked again, and stays red for longer than a step waits.
        run.gates.set(
          Gate("replica-in-sync", .shard(ShardID(2))),
          .broken(saw: "the replica is 48 MB behind", fix: "wait for the sync"))
        return .choose("ask-again")
      }
      if Self.isAsked(run, .upgradeNode, "10.0.3.13:6379") { return isOver ? nil : .refuse }
      return Self.agreeing(run)
    }
    #expect(run.state.facts.overrideNotes == ["replica-in-sync on s2"])
  }

  @Test func aFailedHandOverThatIsTriedAgain() {
    let run = Self.play { run, _ in
      if Self.isAsked(run, .handOver, "s1"), run.state.attempts.keys.allSatisfy({ $0.verb != .handOver }) {
        run.failingHandOvers = 1
      }
      if Self.isAsked(run, .upgradeNode, "10.0.3.10:6379") { return nil }
      return run.state.problem != nil ? .choose("retry") : Self.agreeing(run)
    }
    #expect(run.nodes[run.node("10.0.3.10")]?.role == .replica)
    #expect(run.events.compactMap(\.record).contains { if case .problem = $0 { true } else { false } })
  }

  @Test func aFailedInstallationThatIsUndone() {
    let node = Rehearsal().node("10.0.3.13")
    let run = Self.play { run, _ in
      let isBack = run.events.contains { if case .chosen = $0.record { true } else { false } }
      if Self.isAsked(run, .upgradeNode, "10.0.3.13:6379"), !isBack {
        run.outcomes[.install] = Outcome(.failed, "exit status 100")
      }
      if isBack, run.nodes[node]?.isUp == true { return nil }
      return run.state.problem != nil ? .choose(isBack ? "stop" : "roll-back") : Self.agreeing(run)
    }
    #expect(run.nodes[node]?.release == Rehearsal.old && run.nodes[node]?.isUp == true)
  }

  @Test func aPause() {
    let run = Self.play { run, turn in
      switch turn {
      case 5: .hold
      case 6: .goOn
      default: turn < 8 ? Self.agreeing(run) : nil
      }
    }
    #expect(!run.isPaused && run.state.asked != nil)
  }

  @Test func noToANodeAndStopping() {
    let run = Self.play { run, _ in
      if run.state.ended != nil { return nil }
      if run.state.problem != nil { return .choose("stop") }
      return Self.isAsked(run, .upgradeNode, "10.0.3.13:6379") ? .refuse : Self.agreeing(run)
    }
    #expect(run.state.ended?.kind == .stopped)
  }

  // MARK: - Leaving

  @Test func leavingIsForetoldInTheSameWords() {
    let forecast = LeaveForecast(RunScene.secondNode.picture)
    #expect(forecast.lines.count == 2)
    var screen = ScreenScript(RunScene.secondNode)
    screen.press("q")
    let words = screen.canvas.lines.joined(separator: " ").split { " ║".contains($0) }.joined(separator: " ")
    for sentence in forecast.lines + [forecast.codeText, "redis-upgrade resume 2026-11-20-1"] {
      #expect(words.contains(sentence), "\(sentence)")
    }
    screen.press("y")
    #expect(screen.sent == [.leave])
    for isJSON in [false, true] {
      var lines = LineScript(RunScene.secondNode, hasPerson: true, isJSON: isJSON)
      lines.tell(.pictured)
      lines.type("leave")
      #expect(lines.sent == [.leave] && lines.code == 130)
      if isJSON {
        let leaving = lines.printed.compactMap { ReadJSON($0) }.first { $0["record"]?.text == "leaving" }
        #expect(leaving?["exit_code"] == .number(Double(forecast.exitCode)))
        #expect((0..<2).map { leaving?["lines"]?[$0]?.text } == forecast.lines)
      } else {
        let start = lines.printed.firstIndex(of: "Leaving: exit code \(forecast.codeText).") ?? 0
        #expect(Array(lines.printed[start...].dropFirst().prefix(2)) == forecast.lines)
      }
    }
  }

  @Test func whoeverTakesItUpAgainIsToldTheRest() {
    let run = Self.play {
      // The program that takes it up knows the journal, and has told nobody anything yet.
      var run = RunScene.makeSecondNode()
      run.events = []
      run.decide(.resumed(by: WizardIdentity(host: "jump2", user: "ben", processID: 7, version: "1")))
      return run
    } _: { run, turn in
      turn < 2 ? Self.agreeing(run) : nil
    }
    #expect(run.events.first?.text == "run resumed by ben@jump2, process 7" && run.state.asked?.step != nil)
  }

  // MARK: - Checks

  @Test func aRefusedCheckIsToldAndNothingBegins() {
    let picture = CheckScene.picture(CheckScene.failing)
    var screen = ScreenScript(fixed: picture)
    screen.press(">")
    #expect(screen.sent.isEmpty && screen.model.status == "Cannot continue: 1 check refuses the start.")
    var plain = LineScript(Rehearsal(), fixed: picture)
    plain.tell(.pictured)
    var json = LineScript(Rehearsal(), isJSON: true, fixed: picture)
    json.tell(.pictured)
    #expect(plain.code == 1 && json.code == 1 && !plain.sent.contains(.proceed) && !json.sent.contains(.proceed))
    // What `w` writes of the screen is what the lines say, and each result of it is in the record.
    let written = screen.model.written(picture)?.lines ?? []
    #expect(plain.printed.filter { !$0.contains(" health ") }.starts(with: written))
    let checks = json.printed.compactMap { ReadJSON($0) }.first { $0["record"]?.text == "checks" }?["checks"]
    let failed = (0..<(checks?.count ?? 0)).compactMap { checks?[$0] }.filter { $0["refuses"] == .bool(true) }
    #expect(failed.map { $0["name"]?.text } == ["last-save-ok"])
    #expect(written.contains { $0.hasPrefix("FAIL last-save-ok  10.0.3.14:6379") })
  }
}
