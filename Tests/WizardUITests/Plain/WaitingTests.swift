// What the run waits for while nobody is asked: said by every face, with the values that it hangs on.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct WaitingTests {
  /// The stop of a node whose command is over, and that still answers, so many seconds after it began.
  private static func stopping(_ seconds: Int, _ outcome: Outcome? = Outcome(.done)) -> RunPicture {
    var picture = RunScene.stopping.picture
    picture.state.inFlight?.outcome = outcome
    picture.posture.kind = .inFlight(.notYet("it still answers"))
    picture.posture.waitingSince = picture.now
    picture.now = picture.now + .seconds(seconds)
    return picture
  }

  /// Between two steps, with a replica that is behind.
  private static func held(_ seconds: Int, behind bytes: Int = 4096) -> RunPicture {
    var picture = stopping(seconds)
    picture.state.inFlight = nil
    picture.posture.kind = .idle
    picture.posture.gates = [
      GateStatus(gate: Gate("cluster-ok", .deployment), verdict: .holds(saw: "6 nodes")),
      GateStatus(
        gate: Gate("replica-in-sync", .shard(ShardID(2))), verdict: .broken(saw: "\(bytes) bytes behind", fix: "wait")),
    ]
    return picture
  }

  private static func said(_ pictures: [RunPicture], isJSON: Bool = false) -> [String] {
    var script = LineScript(RunScene.stopping, isJSON: isJSON, fixed: stopping(0))
    script.tell(.pictured)
    let before = script.printed.count
    for picture in pictures {
      script.fixed = picture
      script.tell(.pictured)
    }
    return script.printed.dropFirst(before).filter { !$0.contains("health") }
  }

  @Test func linesSayItOnceAndThenOnceAMinute() {
    let pictures = [1, 4, 5, 6, 30, 64, 65, 66].map { Self.held($0) } + [Self.held(67, behind: 12)]
    #expect(
      Self.said(pictures) == [
        "09:00:09 waiting: the run cannot go on, for 5 s so far",
        "         for:      [NO] replica-in-sync s2: 4096 bytes behind (to clear it: wait)",
        "09:00:09 waiting: the run cannot go on, for 65 s so far",
        "         for:      [NO] replica-in-sync s2: 4096 bytes behind (to clear it: wait)",
      ])
  }

  @Test func aStepThatIsNotOverSaysWhatIsMissing() {
    #expect(
      Self.said([Self.stopping(4), Self.stopping(7), Self.stopping(8)]) == [
        "09:00:09 waiting: stop 10.0.3.13:6379, for 7 s so far", "         for:      it still answers",
      ])
    let script = ScreenScript(RunScene.stopping, fixed: Self.stopping(7))
    #expect(script.canvas.lines[20].hasPrefix(" Running: stop 10.0.3.13:6379  7 s: it still answers."))
  }

  /// Lines show no output: that it still runs, and how far it is, is said once a minute.
  @Test func aCommandThatRunsIsSaidOnceAMinute() {
    let pictures = [7, 59, 60, 61, 119, 120].map { seconds in
      var picture = Self.stopping(seconds, nil)
      var output = CommandOutput(
        command: "make stop", node: "10.0.3.13:6379", lines: ["Saving 40 %", ""], status: nil, path: "stop.out")
      output.id = seconds < 100 ? picture.state.inFlight?.effect : nil
      picture.output = output
      return picture
    }
    #expect(
      Self.said(pictures) == [
        "09:00:09 waiting: stop 10.0.3.13:6379, for 60 s so far",
        "         for:      its end; the last that it printed: Saving 40 %",
        "09:00:09 waiting: stop 10.0.3.13:6379, for 2m00s so far",
        "         for:      its end; it has printed nothing so far",
      ])
    let script = ScreenScript(RunScene.stopping, fixed: Self.stopping(7, nil))
    #expect(script.canvas.lines[20].hasPrefix(" Running: stop 10.0.3.13:6379  7 s. "))
  }

  @Test func aRecordOfJSONSaysTheSame() {
    let records = Self.said([Self.held(9)], isJSON: true).compactMap { ReadJSON($0) }
    #expect(records.map { $0["record"]?.text } == ["waiting"])
    #expect(records.first?["subject"]?.text == "the run cannot go on")
    #expect(records.first?["for_ms"] == .number(9000))
  }

  @Test func nothingIsSaidWhileSomebodyIsAsked() {
    var picture = RunScene.secondNode.picture
    picture.posture = Self.held(30).posture
    #expect(WaitingText(picture) == nil)
    #expect(WaitingText(Self.held(0)) != nil)
  }
}
