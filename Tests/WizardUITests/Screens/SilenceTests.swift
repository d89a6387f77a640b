// A command that is quiet on an unfinished line: what the screen, its bell and the faces of lines say of it.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

@Suite struct SilenceTests {
  private static let question = "*** redis.conf (Y/I/N/O/D/Z) [default=N] ?"

  /// The stop of a node that has printed a question and then nothing for so many seconds.
  private static func picture(_ seconds: Int, keyboard: CommandKeyboard = .free) -> RunPicture {
    var picture = RunScene.stopping.picture
    var output = CommandOutput(
      command: "apt-get install -y redis-server=7.0.15", node: "10.0.3.13:6379", lines: ["Setting up", question],
      status: nil, path: "")
    output.id = picture.state.inFlight?.effect
    output.keyboard = keyboard
    output.heardAt = picture.now
    output.isUnfinished = true
    picture.output = output
    picture.now = picture.now + .seconds(seconds)
    return picture
  }

  private static func screen(_ seconds: Int, keyboard: CommandKeyboard = .free) -> ScreenScript {
    ScreenScript(RunScene.stopping, fixed: picture(seconds, keyboard: keyboard))
  }

  // MARK: - The screen

  @Test func besideAnotherSentenceItIsSaidBriefly() {
    var script = Self.screen(12)
    script.press("o")
    #expect(
      script.canvas.lines[20...21].map { $0.split(separator: " ").joined(separator: " ") } == [
        "Quiet for 12 s; it may be waiting for an answer: v, then a.",
        "A rule can be set aside only where a problem offers it, for one step.",
      ])
    script = Self.screen(12, keyboard: .closed(""))
    script.press("o")
    #expect(
      script.canvas.lines[20].hasPrefix(
        " Quiet for 12 s; it may wait for an answer, which it cannot get from here."))
  }

  @Test func whatHasNoRoomIsMarkedAsCut() {
    var picture = CheckScene.picture(CheckScene.passing)
    picture.conclusion = Conclusion(exitCode: 3, lines: [String(repeating: "You left the run. ", count: 12)])
    let script = ScreenScript(RunScene.stopping, fixed: picture)
    #expect(script.canvas.lines[20].hasSuffix("~ "))
  }

  @Test func theBellRingsOnceForACommand() {
    var script = Self.screen(4)
    #expect(script.frame.alert == nil && script.frame.title == "redis-upgrade redis://10.0.3.10:6379")
    script.fixed = Self.picture(5)
    script.tell(.pictured)
    let alert = script.frame.alert
    #expect(alert?.hasPrefix("command stop/") == true)
    #expect(script.frame.title == "redis-upgrade redis://10.0.3.10:6379: a command may be waiting")
    // It prints, and falls silent once more: no second bell.
    for seconds in [0, 5] {
      var picture = Self.picture(20 + seconds)
      picture.output?.heardAt = Self.picture(20).now
      script.fixed = picture
      script.tell(.pictured)
      #expect(script.frame.alert == alert)
    }
    script.fixed?.output?.status = "exit 0"
    script.tell(.pictured)
    #expect(script.frame.alert == nil)
  }

  @Test func theBellOfAQuestionIsAnother() {
    let script = ScreenScript(RunScene.secondNode)
    #expect(script.frame.alert == "question upgrade-node:10.0.3.13:6379 1")
    #expect(script.frame.title == "redis-upgrade redis://10.0.3.10:6379: asks")
    #expect(ScreenScript(RunScene.failedInstall).frame.title == "redis-upgrade redis://10.0.3.10:6379: stopped")
  }

  // MARK: - Lines

  /// What a face of lines says of it while the silence goes on, ends, and begins again.
  private static func said(isJSON: Bool, keyboard: CommandKeyboard = .free) -> [String] {
    var script = LineScript(RunScene.stopping, isJSON: isJSON, fixed: picture(4, keyboard: keyboard))
    script.tell(.pictured)
    let before = script.printed.count
    for seconds in 5...9 {
      script.fixed = picture(seconds, keyboard: keyboard)
      script.tell(.pictured)
    }
    for seconds in [20, 25, 26] {
      script.fixed = picture(seconds, keyboard: keyboard)
      script.fixed?.output?.heardAt = picture(20).now
      script.tell(.pictured)
    }
    return script.printed.dropFirst(before).filter { !$0.contains("health") }
  }

  @Test func linesSayItOnceForEachSilence() {
    let remedy =
      "         to do:    nothing can be typed into it from lines. If it asks: leave, which the command outlives; then, "
      + "on a full screen, redis-upgrade resume 2026-11-20-1, and there v, then a"
    let block = [
      "09:00:09 quiet: stop 10.0.3.13:6379 has printed nothing for 5 s on a line without an end; "
        + "it may be waiting for an answer",
      "         printed:  \(Self.question)", remedy,
    ]
    #expect(Self.said(isJSON: false) == block + block)
    #expect(
      Self.said(isJSON: false, keyboard: .closed("The host has no `script`."))[2]
        == "         to do:    nothing can be typed into it through this program. The host has no `script`. "
        + "Look at it on its host")
  }

  @Test func aRecordOfJSONSaysTheSame() {
    let records = Self.said(isJSON: true).compactMap { ReadJSON($0) }
    #expect(records.map { $0["record"]?.text } == ["quiet", "quiet"])
    let record = records.first
    #expect(record?["step"]?.text?.hasPrefix("stop/node:") == true)
    #expect(record?["attempt"] == .number(1) && record?["quiet_ms"] == .number(5000))
    #expect(record?["node"]?.text == "10.0.3.13:6379" && record?["last_line"]?.text == Self.question)
    #expect(record?["can_be_answered"] == .bool(true))
    #expect(record?["sentence"]?.text?.hasSuffix("it may be waiting for an answer") == true)
    #expect(record?["to_do"]?.text?.contains("redis-upgrade resume 2026-11-20-1") == true)
    let closed = Self.said(isJSON: true, keyboard: .closed("No.")).compactMap { ReadJSON($0) }.first
    #expect(closed?["can_be_answered"] == .bool(false))
  }
}
