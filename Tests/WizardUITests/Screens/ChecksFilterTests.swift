// Filtering the checks: what is not OK, what holds a text; the counts and the refusal stay those of all.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct ChecksFilterTests {
  private static func script(_ columns: Int = 80, _ rows: Int = 24) -> ScreenScript {
    ScreenScript(columns: columns, rows: rows, fixed: CheckScene.picture(CheckScene.failing))
  }

  /// The words and rules of the rows in the list.
  private static func listed(_ script: ScreenScript) -> [String] {
    script.canvas.lines.dropFirst(3).prefix { $0.hasPrefix("│") }
      .map { $0.dropFirst(2).prefix(18).split(separator: " ").prefix(2).joined(separator: " ") }
      .filter { !$0.isEmpty }
  }

  @Test func onlyWhatIsNotOKAndAgainAll() {
    var script = Self.script()
    let all = Self.listed(script)
    #expect(all.count == 5)
    script.press("f")
    #expect(Self.listed(script) == ["FAIL last-save-ok:", "WARN hosts-apart:"])
    #expect(script.canvas.lines[2].contains("not OK: 2 of 5"))
    script.press("f")
    #expect(Self.listed(script) == all)
  }

  @Test func whatIsTypedFiltersAtOnceAndIsNoRequest() {
    var script = Self.script()
    script.press("/HOSTS")
    #expect(Self.listed(script) == ["WARN hosts-apart:"])
    script.press("rRf>q")
    #expect(script.sent.isEmpty && script.model.own == nil)
    #expect(script.text.contains("(none of them: Esc shows all)"))
    // Nothing is selected, so nothing is run again.
    script.press("<Enter>r")
    #expect(script.sent.isEmpty && script.text.contains("with \"HOSTSrRf>q\": 0 of 5"))
    script.press("<Esc>")
    #expect(Self.listed(script).count == 5)
  }

  @Test func whatIsKeptIsTypedOn() {
    var script = Self.script()
    script.press("/hosts<Enter>")
    #expect(script.model.searchField == nil)
    script.press("r/<Backspace>")
    #expect(script.sent == [.recheck("hosts-apart")])
    #expect(script.model.checks.filter.text == "host")
  }

  @Test func aFailureThatIsFilteredAwayStillRefusesTheStart() {
    var script = Self.script()
    script.press("/hosts<Enter>>")
    #expect(script.sent.isEmpty)
    #expect(script.model.status == "Cannot continue: 1 check refuses the start.")
    #expect(script.canvas.lines[2].contains("1 FAIL"))
  }

  @Test func askingWhetherToLeaveClosesTheField() {
    var script = Self.script()
    script.press("/ho<C-c>")
    #expect(script.model.prompt == .leave && script.model.searchField == nil)
    script.press("n")
    #expect(script.model.prompt == nil && script.model.checks.filter.text == "ho")
  }

  @Test func pictures() {
    var script = Self.script()
    script.press("f/last")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:00
       [1 Checks] ─── 2 Plan ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Checks  not OK, with "last": 1 of 5 ────────────── 12 pass  1 warn  1 FAIL ─┐
      │>FAIL last-save-ok: rdb_last_bgsave_status:err                  10.0.3.14:6379│
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      ├─ Selected: FAIL  last-save-ok  on 10.0.3.14:6379 ────────────────────────────┤
      │ Rule    the last save succeeded                                              │
      │ Why     a restart would load a dump that is two hours old                    │
      │ Saw     rdb_last_bgsave_status:err                                           │
      │ Fix     free space in the data directory, then: redis-cli -h 10.0.3.14 -p    │
      │         6379 BGSAVE                                                          │
      │ After   Run this check again.                                                │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Only checks with:  last

       Enter keep  Esc show all
      """)
    #expect(script.frame.cursor == Position(row: 20, column: 24))
    script = Self.script(120, 40)
    script.press("f")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:00
       [1 Checks] ─── 2 Plan ─── 3 Nodes ─── 4 Finish ─── 5 Report
      ┌─ Checks  not OK: 2 of 5 ─────────────────────────────────────────────────────────────────── 12 pass  1 warn  1 FAIL ─┐
      │>FAIL last-save-ok: rdb_last_bgsave_status:err                                                          10.0.3.14:6379│
      │ WARN hosts-apart: 6 nodes on 3 hosts                                                                      the cluster│
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      ├─ Selected: FAIL  last-save-ok  on 10.0.3.14:6379 ────────────────────────────────────────────────────────────────────┤
      │ Rule    the last save succeeded                                                                                      │
      │ Why     a restart would load a dump that is two hours old                                                            │
      │ Saw     rdb_last_bgsave_status:err                                                                                   │
      │ Fix     free space in the data directory, then: redis-cli -h 10.0.3.14 -p 6379 BGSAVE                                │
      │ After   Run this check again.                                                                                        │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Cannot continue: 1 check refuses the start. Nothing has been changed.

       j/k move  Tab pane  r re-run  R re-run all  f not OK  / filter  > next step  h health  l journal  ? help  q quit
      """)
  }
}
