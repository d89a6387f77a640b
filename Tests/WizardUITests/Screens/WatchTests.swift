// Who only watches changes nothing: every key that could is refused with the reason, and leaving is always possible.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct WatchTests {
  private static let pictures = [
    WatchScene.idle, WatchScene.asked, WatchScene.running, WatchScene.problem, WatchScene.gone, WatchScene.removed,
    WatchScene.done,
  ]

  /// Each key of the table, on each page, at each moment.
  @Test(arguments: pictures.indices)
  func noKeySendsAnything(_ index: Int) {
    for page in ["", "c", "v", "h", "l", "?"] {
      var opened = ScreenScript(RunScene.secondNode, fixed: Self.pictures[index])
      opened.press(page)
      opened.time = opened.time + .seconds(1)
      let name = opened.model.screenName(opened.picture)
      for entry in Request.table where entry.request != .quit {
        for key in entry.keys {
          var script = opened
          script.pressNow(key)
          #expect(script.sent.isEmpty, "\(entry.request) on page \(page)")
          #expect(script.model.prompt == nil || script.model.prompt == .leave, "\(entry.request) on page \(page)")
          let isRefused = entry.request.readOnlyReason != nil && entry.request != .interrupt
          if isRefused, entry.screens.contains(name), Request.meant(by: key, on: name) == entry.request {
            #expect(script.model.status == entry.request.readOnlyReason, "\(entry.request) on page \(page)")
          }
        }
      }
    }
  }

  @Test(arguments: pictures.indices)
  func whatIsRefusedIsDimmed(_ index: Int) {
    let script = ScreenScript(RunScene.secondNode, fixed: Self.pictures[index])
    let screen = script.model.screen(script.picture)
    let refused = script.model.refusals(script.picture)
    for request in screen.keys where request.readOnlyReason != nil { #expect(refused[request] != nil, "\(request)") }
    #expect(refused[.quit] == nil && refused[.health] == nil)
    // Whoever drives may still do all of it.
    var own = script.picture
    own.kind = .live
    #expect(script.model.refusals(own)[.pause] == nil)
  }

  @Test func leavingIsAskedAndHasTheCodeOfAWatch() {
    for keys in ["q", "<C-c>"] {
      var script = ScreenScript(RunScene.secondNode, fixed: WatchScene.asked)
      script.press(keys)
      #expect(script.text.contains("Stop watching?"))
      #expect(script.text.contains("The run goes on where it is driven, by \(WatchScene.wizard)."))
      script.press("n")
      #expect(script.sent.isEmpty)
      script.press(keys + "y")
      #expect(script.sent == [.leave])
    }
    #expect(LeaveForecast(WatchScene.gone).exitCode == 0)
    #expect(
      LeaveForecast(WatchScene.gone).lines.last == "Nobody drives the run now. To go on with it: "
        + "redis-upgrade resume 2026-11-20-1")
    // The end of a run is the end of its watch.
    #expect(LeaveForecast(WatchScene.done).exitCode == 0)
    var script = ScreenScript(RunScene.done, fixed: WatchScene.done)
    script.press("q")
    #expect(script.effects.last == .end(0))
  }

  /// A watch holds nothing up, so that it may be stopped while a step runs elsewhere.
  @Test func itMayBeSuspended() {
    var script = ScreenScript(RunScene.stopping, fixed: WatchScene.running)
    script.press("<C-z>")
    #expect(script.effects.last == .suspend)
  }

  @Test func whatNobodyKnowsIsNotSaid() {
    func row(_ picture: RunPicture) -> String { WatchRemark(picture)?.line.string ?? "" }
    #expect(
      row(WatchScene.asked)
        == "Asked in the other terminal: Stop 10.0.3.13:6379 (replica of s2)?  Last record 34 s ago.")
    #expect(row(WatchScene.running) == "Running: stop 10.0.3.13:6379.  Last record 2 s ago.")
    #expect(
      row(WatchScene.gone) == "Nobody drives this run: it was left, or its wizard was ended.  Last record 95 s ago.  "
        + "Go on with: redis-upgrade resume 2026-11-20-1")
    #expect(
      row(WatchScene.removed) == "The folder of this run is gone; what is shown is what was known before.  "
        + "Last record 12 s ago.")
    // What is not live says how old it is.
    let text = HealthText(WatchScene.asked)
    #expect(text.clientErrors.string == "client errors 0, 34 s ago" && text.clientTotals.string == "0 lost")
    #expect(HealthText(WatchScene.idle).clientErrors.string == "clients not measured")
    // In hand, but in nobody's.
    let inHand = NodeStatus.all(in: WatchScene.gone).first { $0.address == "10.0.3.13:6379" }
    #expect(inHand?.word == .hold)
    #expect(TimeLeft(WatchScene.gone).text == "ETA on hold")
    // Without a run nothing is expected of a node that does not answer.
    let silent = NodeStatus.all(in: WatchScene.idle).first { $0.address == "10.0.3.13:6379" }
    #expect(
      silent?.word == .gone && silent?.role == "?" && silent?.version == "?" && silent?.note == "connection refused")
  }

  // MARK: - Lines

  private static func lines(_ pictures: RunPicture..., isJSON: Bool = false) -> LineScript {
    var script = LineScript(RunScene.secondNode, isJSON: isJSON, fixed: pictures[0])
    for var picture in pictures {
      picture.events = picture.events.suffix(2)
      script.fixed = picture
      script.time = script.time + .seconds(10)
      script.tell(.pictured)
      script.tell(.pictured)
    }
    return script
  }

  /// What somebody else is asked is said once and in full, and is waited for without an end.
  @Test func aQuestionIsSaidAndNotAnswered() {
    let script = Self.lines(WatchScene.asked)
    #expect(script.sent.isEmpty && script.code == nil)
    #expect(
      script.printed == [
        "09:00:43 health ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0, 34 s ago  0 s ago",
        "09:00:43 asked: Stop 10.0.3.13:6379 (replica of s2) (reversible, and clients notice nothing.)",
        "         why:      its software can be changed only while it is down",
        "         runs:     ssh 10.0.3.13 sudo systemctl stop redis",
        "         clients:  connections of readers on this replica are closed; writers notice nothing",
        "         undo:     the old software is put back, and it syncs from its primary",
        "         usually:  under 1 s, and a last save",
      ])
  }

  @Test func aProblemIsSaidWithItsChoices() {
    let script = Self.lines(WatchScene.problem)
    #expect(script.sent.isEmpty && script.code == nil)
    #expect(script.printed.contains { $0.contains(" STOPPED ") })
    #expect(!script.printed.contains { $0.contains("if you leave now") })
  }

  @Test func theEndIsTheReportAndItsCode() {
    let script = Self.lines(WatchScene.running, WatchScene.done)
    #expect(script.code == 0)
    #expect(script.printed.contains("Result: done. 6 of 6 nodes run Redis 7.0.15."))
    // Left before the end, it is no report of anything.
    var left = WatchScene.running
    left.conclusion = Conclusion(exitCode: 0, lines: ["You left."])
    #expect(
      Self.lines(left).printed.last == "You left." && !Self.lines(left).printed.contains { $0.contains("Result") })
  }

  /// A journal is a file: whatever stands in it, no control code of it reaches a terminal.
  @Test(arguments: [false, true])
  func nothingOfAJournalActsOnATerminal(isJSON: Bool) {
    let evil = "a\u{1B}[2J\u{9B}31m\u{7}\r\nb\u{202E}c"
    var picture = WatchScene.problem
    picture.target = evil
    picture.run = evil
    picture.events = [
      Event(number: 900, wallMilliseconds: 0, text: evil, record: .noted(evil)),
      Event(number: 901, wallMilliseconds: 0, text: evil),
    ]
    picture.state.problem?.what = evil
    picture.state.problem?.risk = evil
    picture.watching?.obstacle = evil
    picture.watching?.driver = .gone(evil, crash: evil)
    let script = Self.lines(picture, isJSON: isJSON)
    #expect(!script.printed.isEmpty)
    for line in script.printed {
      #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }, "\(line)")
    }
    var judge = FrameJudge()
    for keys in ["", "h", "l", "v", "q", "?"] {
      var screen = ScreenScript(RunScene.failedInstall, fixed: picture)
      screen.press(keys)
      #expect(judge.cellFaults(of: screen.canvas, screen.size, isASCII: false) == [], "\(keys)")
    }
  }
}
