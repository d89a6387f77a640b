// What `w` writes and `C` copies of each page: all of it, and what is selected.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct PageTextTests {
  private static func texts(_ script: ScreenScript) -> (written: PageText?, copied: PageText?) {
    (script.model.written(script.picture), script.model.copied(script.picture))
  }

  @Test func ofThePlanAllIsWrittenAndTheCommandsOfTheRowAreCopied() {
    var script = ScreenScript(RunScene.plan)
    script.press("jjjwC")
    let plan = PlanText(script.picture.plan, setup: script.picture.setup, briefing: script.picture.briefing)
    guard case .write(let written)? = script.effects.first, case .copy(let copied)? = script.effects.last else {
      Issue.record("nothing is written: \(script.effects)")
      return
    }
    // As `plan` prints it, with the row that the screen has no room for.
    #expect(written == PageText("plan", plan.lines))
    #expect(written?.lines.contains { $0.contains("HAND OVER") } == true && written?.lines.count ?? 0 > 100)
    #expect(
      copied?.lines.prefix(3) == [
        "ssh 10.0.3.11 sudo systemctl stop redis", "ssh 10.0.3.11 sudo apt-get install -y redis-server=7.0.15",
        "ssh 10.0.3.11 sudo systemctl start redis",
      ])
  }

  @Test func aRowWithoutCommandsCopiesTheScreen() {
    var script = ScreenScript(RunScene.plan)
    script.press("gC")
    #expect(Self.texts(script).copied == nil && script.effects == [.copy(nil)])
  }

  @Test func ofTheChecksAllAreWrittenAndTheSelectedIsCopied() {
    let texts = Self.texts(ScreenScript(fixed: CheckScene.picture(CheckScene.failing)))
    #expect(texts.written?.lines == CheckText(CheckScene.failing).lines)
    #expect(
      texts.copied?.lines == [
        "Selected: FAIL  last-save-ok  on 10.0.3.14:6379", "Rule    the last save succeeded",
        "Why     a restart would load a dump that is two hours old", "Saw     rdb_last_bgsave_status:err",
        "Fix     free space in the data directory, then: redis-cli -h 10.0.3.14 -p 6379 BGSAVE",
        "After   Run this check again.",
      ])
  }

  @Test func ofTheNodesTheNextCommandIsCopied() {
    let script = ScreenScript(RunScene.secondNode)
    #expect(Self.texts(script).copied?.lines == ["ssh 10.0.3.13 sudo systemctl stop redis"])
    #expect(Self.texts(script).written == nil)
  }

  @Test func ofTheJournalTheEntryIsCopiedWhole() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l")
    #expect(Self.texts(script).copied?.lines.contains("consent     reversible") == true)
    #expect(Self.texts(script).written?.lines.count == 48)
  }

  @Test func ofAProblemTheStoryAndTheChoicesAreCopied() {
    let copied = Self.texts(ScreenScript(RunScene.failedInstall)).copied
    #expect(copied?.lines.first?.hasPrefix("STOPPED  ") == true)
    #expect(copied?.lines.contains { $0.hasPrefix("1  ") } == true)
  }

  @Test func underADialogAndInTheHelpItIsTheScreen() {
    var script = ScreenScript(RunScene.plan)
    script.press("?wC")
    #expect(script.effects == [.write(nil)])
    script.press("<Esc>")
    script.press("<C-t>")
    #expect(script.effects == [.write(nil), .write(nil)])
    var dialog = ScreenScript(RunScene.handOver)
    dialog.press("<C-t>")
    #expect(dialog.effects == [.write(nil)])
  }

  @Test func hostileTextIsVisibleInIt() {
    #expect(PageText("x", ["a\u{1B}]52;c;AA\u{7}", "b\nc"]).lines == ["a\\x1b]52;c;AA\\x07", "b\\nc"])
  }

  @Test(arguments: [
    ("/runs/a/plan-1.txt", 18, "/runs/a/plan-1.txt"), ("/runs/a/plan-1.txt", 17, "plan-1.txt in the run's folder"),
    ("/runs/a/output/x.out", 10, "output/x.out in the run's folder"),
    ("/elsewhere/plan-1.txt", 10, "/elsewhere/plan-1.txt"),
  ])
  func aFileOfTheRunIsNamedInTheColumnsThatThereAre(path: String, columns: Int, words: String) {
    var paths = RunPaths()
    paths.journal = "/runs/a/journal.jsonl"
    #expect(RunFile(path: path, paths: paths).words(columns: columns) == words)
    #expect(RunFile(path: path, paths: RunPaths()).words(columns: 1) == path)
  }

  @Test func whereItWasWrittenIsReadWhole() {
    var script = ScreenScript(RunScene.stopping)
    let path = "/home/operator/.local/state/redis-upgrade/runs/2026-11-20-090000-anna/plan-090009.txt"
    script.tell(.said("Written: \(path)"))
    let talk = script.canvas.lines[20...21].map { $0.dropFirst().dropLast() }
    #expect(talk.joined().contains("Written: \(path)"))
    // Where something is asked the question stays.
    script = ScreenScript(RunScene.secondNode)
    script.tell(.said("Written: \(path)"))
    #expect(script.canvas.lines[20].contains("[y] yes") && script.canvas.lines[21].hasSuffix("~ "))
  }
}
