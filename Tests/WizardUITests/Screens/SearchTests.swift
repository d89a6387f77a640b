// Searching pages: what is typed is text, what is found is brought into sight, and nothing is ever answered by it.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

@Suite struct SearchTests {
  private static let rows = [
    "a first line", "REDIS starts", "nothing", "the redis of yesterday", "Überlänge: redis, redis",
  ].enumerated().map { Search.Row($0.offset + 100, $0.element) }

  private static func search(_ text: String, from origin: Int = 100) -> Search {
    var search = Search(from: origin)
    for scalar in text.unicodeScalars { _ = search.edit(.character(scalar)) }
    search.find(in: rows)
    return search
  }

  // MARK: - Finding

  @Test(
    arguments: [
      ("redis", 100, 101, "row 1 of 3 with \"redis\""), ("redis", 102, 103, "row 2 of 3 with \"redis\""),
      ("ReDiS", 105, 101, "row 1 of 3 with \"ReDiS\""), ("Überlänge", 100, 104, "row 1 of 1 with \"Überlänge\""),
      ("überlänge", 100, nil, "\"überlänge\" is in no row"), ("", 100, nil, ""),
    ] as [(String, Int, Int?, String)])
  func theFirstRowFromWhereItBegan(text: String, origin: Int, hit: Int?, note: String) {
    let search = Self.search(text, from: origin)
    #expect(search.hit == hit)
    #expect(search.note(in: Self.rows) == note)
  }

  @Test func behindTheLastComesTheFirst() {
    var search = Self.search("redis")
    var hits: [Int?] = []
    for forward in [true, true, true, false, false] {
      search.step(forward: forward, in: Self.rows)
      hits.append(search.hit)
    }
    #expect(hits == [103, 104, 101, 104, 103])
    var nowhere = Self.search("nowhere")
    nowhere.step(forward: true, in: Self.rows)
    #expect(nowhere.hit == nil)
  }

  @Test func aRowMayHoldItTwiceAndColumnsAreThoseOnTheScreen() {
    let search = Self.search("redis")
    #expect(search.columns(in: Line("Überlänge: redis, redis")) == [11..<16, 18..<23])
    #expect(search.columns(in: Line("日本 ", .bold) + Line("REDIS")) == [5..<10])
    #expect(search.columns(in: Line("\u{1B}redis")) == [4..<9])
    #expect(search.columns(in: Line("red")).isEmpty)
  }

  // MARK: - Nothing is answered

  @Test func whatIsTypedOrPastedAnswersNothing() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l/yn1q<Space>")
    #expect(script.model.searchField?.text == "yn1q ")
    #expect(script.sent.isEmpty && script.model.prompt == nil)
    script.pressNow(.character("y"), isPasted: true)
    script.pressNow(.enter, isPasted: true)
    #expect(script.sent.isEmpty)
  }

  @Test func theQuestionArmsAnewWhenTheSearchIsOver() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l/done")
    let before = script.model.appearance
    #expect(script.frame.alert == "upgrade-node:10.0.3.13:6379")
    script.tell(.press(KeyPress(.enter)))
    script.settle()
    #expect(script.model.appearance > before)
    // What came right after the Enter was meant for the search.
    script.pressNow(.character("y"))
    #expect(script.sent.isEmpty)
    script.press("y")
    #expect(script.sent == [.answer(PromptTests.second, "yes", .operatorInPerson)])
  }

  @Test func enterKeepsEscapeEndsAndTheSecondEscapeLeaves() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l/install<Enter>")
    #expect(script.model.searchField == nil && script.model.view?.search?.text == "install")
    script.press("<Esc>")
    #expect(script.model.view?.name == .journal && script.model.view?.search == nil)
    script.press("<C-n>")
    #expect(script.model.status == "Nothing is searched for: / begins.")
    script.press("/<Enter>")
    #expect(script.model.view?.name == .journal && script.model.view?.search == nil)
    script.press("/x<Esc><Esc>")
    #expect(script.model.view == nil)
  }

  // MARK: - The pages

  @Test func inTheJournalTheEntryIsSelected() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l/INSTALL 10")
    // It begins at the newest entry, behind which comes the oldest.
    let first = script.model.journal.selected
    #expect(script.canvas.lines.first { $0.contains("│>") }?.contains("install 10.0.3.11:6379: ssh") == true)
    script.press("<C-n>")
    #expect(script.canvas.lines.first { $0.contains("│>") }?.contains("install 10.0.3.11:6379: done") == true)
    script.press("<C-p>")
    #expect(script.model.journal.selected == first)
  }

  @Test func theHelpOfAPageIsThatPages() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l?")
    #expect(script.text.contains("Help for the journal"))
    #expect(script.text.contains("Search this page"))
    script.press("/exit code")
    #expect(script.text.contains("row 1 of 1 with \"exit code\""))
    #expect(script.text.contains("Exit codes"))
    script.press("<Esc><Esc>")
    #expect(script.model.view?.name == .journal)
    script.press("<Esc>")
    #expect(script.model.view == nil)
  }

  @Test func atItsEndTheHelpStaysThere() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("?G")
    #expect(script.text.contains("interrupted before any change"))
  }

  @Test func theHelpOfTheStartIsSearchedToo() {
    var model = StartModel(size: Size(columns: 80, rows: 24))
    for key in Key.script("?/code") ?? [] { _ = model.press(KeyPress(key)) }
    #expect(model.frame(model.size).canvas.lines.joined().contains("row 1 of "))
    for key in Key.script("<Enter><C-n><Esc>") ?? [] { _ = model.press(KeyPress(key)) }
    #expect(model.search == nil && model.help != nil)
    for key in Key.script("<Esc>1") ?? [] { _ = model.press(KeyPress(key)) }
    #expect(model.chosen == ["train"])
  }

  private static func output(columns: Int = 80, rows: Int = 24) -> ScreenScript {
    var screen = CommandScreen()
    screen.resize(OutputScreen.terminalSize(in: Size(columns: columns, rows: rows)) ?? .standard)
    screen.feed(
      Array((1...40).map { "\u{1B}[31mline \($0)\u{1B}[0m \($0 % 9 == 0 ? "Warning: 日本" : "")\r\n" }.joined().utf8))
    var picture = RunScene.stopping.picture
    picture.output = CommandOutput(
      command: "make", node: "10.0.3.13:6379", lines: [], rows: screen.rows, rowsGone: 1000, status: nil, path: "")
    var script = ScreenScript(RunScene.stopping, columns: columns, rows: rows, fixed: picture)
    script.press("v")
    return script
  }

  @Test func inTheOutputRowsKeepTheirNumbers() {
    var script = Self.output()
    script.press("/warning")
    #expect(script.model.view?.search?.hit == 1026)
    script.press("<Enter><C-p>")
    #expect(script.model.view?.search?.hit == 1017)
    #expect(script.frame.cursor == Position(row: 4, column: 2))
    // Older rows go: what was found stays the same row.
    script.fixed?.output?.rows.removeFirst(5)
    script.fixed?.output?.rowsGone += 5
    script.tell(.pictured)
    #expect(script.frame.cursor == Position(row: 4, column: 2))
    script.press("<C-p>")
    #expect(script.model.view?.search?.hit == 1008)
  }

  // MARK: - Pictures

  @Test func typingIn80x24() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("l/10.0.3.11")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Journal ────────────────────────── row 1 of 17 with "10.0.3.11"  1-9 of 48 ─┐
      │>09:00:00 run 2026-11-20-1 started by anna@jump1, process 4711: 6 nodes to Re~│
      │ 09:00:00 waiting for your answer: Start with this plan? (start)              │
      │ 09:00:00 start: yes                                                          │
      │ 09:00:00 plan accepted: 46 steps                                             │
      │ 09:00:00 waiting for your answer: Run a client probe? (client-probe)         │
      │ 09:00:00 client-probe: yes                                                   │
      │ 09:00:00 waiting for your answer: Enable upgrade mode on all 6 nodes (enable~│
      │ 09:00:00 enable-upgrade-mode: yes                                            │
      │ 09:00:00 to be put back at the end: cluster-require-full-coverage on 10.0.3.~│
      ├─ Entry 1: started  2026-11-20T09:00:00.000Z ──────────────────── 8-13 of 17 ─┤
      │             address 10.0.3.11:6379, release redis-6.2.14, role replica,      │
      │             shard s1                                                         │
      │             address 10.0.3.12:6379, release redis-6.2.14, role primary,      │
      │             shard s2                                                         │
      │             address 10.0.3.13:6379, release redis-6.2.14, role replica,      │
      │             shard s2                                                         │
      └──────────────────────────────────────────────────────────────────────────────┘
       Search:  10.0.3.11

       Enter keep  Esc end the search  ^N next  ^P previous
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        ..*********
        .******************************************************************************









        ......................~~~~~~~~~






        .........._________

        .*****.......***.................**.......**
        """)
    #expect(script.frame.cursor == Position(row: 20, column: 19))
  }

  @Test func foundIn120x40() {
    var script = ScreenScript(RunScene.secondNode, columns: 120, rows: 40)
    script.press("l/achieved<Enter>")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 1/6] ─── 4 Finish ─── 5 Report                                      ETA 34-45 s
      ┌─ Journal ────────────────────────────────────────────────────────────────── row 1 of 12 with "achieved"  5-24 of 48 ─┐
      │ 09:00:00 waiting for your answer: Run a client probe? (client-probe)                                                 │
      │ 09:00:00 client-probe: yes                                                                                           │
      │ 09:00:00 waiting for your answer: Enable upgrade mode on all 6 nodes (enable-upgrade-mode)                           │
      │ 09:00:00 enable-upgrade-mode: yes                                                                                    │
      │ 09:00:00 to be put back at the end: cluster-require-full-coverage on 10.0.3.10:6379, now yes                         │
      │ 09:00:00 to be put back at the end: cluster-allow-replica-migration on 10.0.3.10:6379, now yes                       │
      │ 09:00:00 enter upgrade mode 10.0.3.10:6379: redis-cli -h 10.0.3.10 -p 6379 CONFIG SET cluster-require-full-coverage ~│
      │>09:00:00 enter upgrade mode 10.0.3.10:6379: done, read back                                                          │
      │ 09:00:00 to be put back at the end: cluster-require-full-coverage on 10.0.3.11:6379, now yes                         │
      │ 09:00:00 to be put back at the end: cluster-allow-replica-migration on 10.0.3.11:6379, now yes                       │
      │ 09:00:00 enter upgrade mode 10.0.3.11:6379: redis-cli -h 10.0.3.11 -p 6379 CONFIG SET cluster-require-full-coverage ~│
      │ 09:00:00 enter upgrade mode 10.0.3.11:6379: done, read back                                                          │
      │ 09:00:00 to be put back at the end: cluster-require-full-coverage on 10.0.3.12:6379, now yes                         │
      │ 09:00:00 to be put back at the end: cluster-allow-replica-migration on 10.0.3.12:6379, now yes                       │
      │ 09:00:00 enter upgrade mode 10.0.3.12:6379: redis-cli -h 10.0.3.12 -p 6379 CONFIG SET cluster-require-full-coverage ~│
      │ 09:00:00 enter upgrade mode 10.0.3.12:6379: done, read back                                                          │
      │ 09:00:01 to be put back at the end: cluster-require-full-coverage on 10.0.3.13:6379, now yes                         │
      │ 09:00:01 to be put back at the end: cluster-allow-replica-migration on 10.0.3.13:6379, now yes                       │
      │ 09:00:01 enter upgrade mode 10.0.3.13:6379: redis-cli -h 10.0.3.13 -p 6379 CONFIG SET cluster-require-full-coverage ~│
      │ 09:00:01 enter upgrade mode 10.0.3.13:6379: done, read back                                                          │
      ├─ Entry 13: settled  2026-11-20T09:00:00.500Z ────────────────────────────────────────────────────────────────────────┤
      │ enter upgrade mode 10.0.3.10:6379: done, read back                                                                   │
      │ step        enter-upgrade-mode/node:0000000000000000000000000000000000000000                                         │
      │ subject     enter upgrade mode 10.0.3.10:6379                                                                        │
      │ attempt     1                                                                                                        │
      │ result      achieved                                                                                                 │
      │ sentence    none                                                                                                     │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Stop 10.0.3.13:6379 (replica of s2)?  (wait) [y] yes  [n] not now   (Enter does nothing)

       Esc back  j/k move  Tab pane  / search  ^N next  ^P previous  PgDn/PgUp page  w write  ? help  q quit
      """)
  }

  @Test func theOutputIn80x24() {
    var script = Self.output()
    script.press("/warning<Enter>")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Output of 10.0.3.13:6379  running ─ row 3 of 4 with "warning"  27-40 of 40 ─┐
      │ $ make                                                                       │
      │ line 27 Warning: 日本                                                        │
      │ line 28                                                                      │
      │ line 29                                                                      │
      │ line 30                                                                      │
      │ line 31                                                                      │
      │ line 32                                                                      │
      │ line 33                                                                      │
      │ line 34                                                                      │
      │ line 35                                                                      │
      │ line 36 Warning: 日本                                                        │
      │ line 37                                                                      │
      │ line 38                                                                      │
      │ line 39                                                                      │
      │ line 40                                                                      │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Running: stop 10.0.3.13:6379  0 s.

       Esc back  j/k move  PgDn/PgUp page  f follow  a attach  / search  ^N next
       ^P previous  w write  ? help  q quit
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        ..***********************************
        ..**
        ..rrrrrrr.~~~~~~~
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr.~~~~~~~
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr
        ..rrrrrrr




        .***.......***.......*********.......*.........--------..*.........**
        .**...........*........*.......*
        """)
  }

  @Test func theHelpIn80x24() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("?/pane")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Help for the nodes ──────────────────── row 1 of 2 with "pane"  1-16 of 58 ─┐
      │ y Y           Answer the question row with yes, once it is armed.            │
      │ n N           Answer the question row with no.                               │
      │ Esc           One level back; nothing is stopped or changed.                 │
      │ j Down        One row down.                                                  │
      │ k Up          One row up.                                                    │
      │ PgDn Space    One page down.                                                 │
      │ PgUp          One page up.                                                   │
      │ g Home        To the first row.                                              │
      │ G End         To the last row.                                               │
      │ Tab           To the next pane.                                              │
      │ S-Tab         To the previous pane.                                          │
      │ c             All commands of the current or next step.                      │
      │ v             The output of the running or last command, full screen.        │
      │ h             What clients feel and how the nodes are, full screen.          │
      │ l             The journal of this run.                                       │
      │ o             Override the failed rule: typed, recorded, for one step.       │
      └──────────────────────────────────────────────────────────────────────────────┘
       Search:  pane

       Enter keep  Esc end the search  ^N next  ^P previous
      """)
  }
}
