// The output of commands as pictures: in its card, full screen, followed, scrolled back, and out of hostile hands.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime
@testable import WizardUI

@Suite struct OutputPictureTests {
  /// The stop of a node that prints these bytes.
  private static func script(
    _ text: String, columns: Int = 80, rows: Int = 24, status: String? = nil, fixed: TerminalSize? = nil
  ) -> ScreenScript {
    let size = Size(columns: columns, rows: rows)
    var screen = CommandScreen()
    screen.resize(fixed ?? OutputScreen.terminalSize(in: size) ?? .standard)
    screen.feed(Array(text.utf8))
    var picture = RunScene.stopping.picture
    picture.output = CommandOutput(
      command: "apt-get install -y redis-server=7.0.15", node: "10.0.3.13:6379", lines: [], rows: screen.rows,
      rowsGone: screen.rowsGone, fixedSize: fixed, status: status,
      path: status == nil ? "" : "/var/lib/redis-upgrade/2026-11-20-1/output/install-4f1e-1.out")
    return ScreenScript(RunScene.stopping, columns: columns, rows: rows, fixed: picture)
  }

  private static func lines(_ count: Int) -> String { (1...count).map { "line \($0)\r\n" }.joined() }

  /// As apt draws it: its progress in a region of its own, in colour, while packages go by above it.
  private static let apt =
    "Reading package lists... 0%\rReading package lists... Done\r\n"
    + "\u{1B}[1;33mWarning:\u{1B}[0m a \u{1B}[31mred\u{1B}[0m word\r\n"
    + "Unpacking redis-server (5:7.0.15-1) over (5:6.2.14-1) ...\r\n日本語 é ✓\r\n"
    + "\u{1B}]0;owned\u{7}\u{1B}[42m\u{1B}[30mProgress: [ 40%]\u{1B}[49m\u{1B}[39m [########............]"

  @Test func theTerminalIsAsLargeAsThePane() {
    #expect(OutputScreen.terminalSize(in: Size(columns: 80, rows: 24)) == TerminalSize(rows: 14, columns: 76))
    #expect(OutputScreen.terminalSize(in: Size(columns: 120, rows: 40)) == TerminalSize(rows: 31, columns: 116))
    #expect(OutputScreen.terminalSize(in: Size(columns: 60, rows: 16)) == TerminalSize(rows: 7, columns: 56))
    #expect(OutputScreen.terminalSize(in: Size(columns: 59, rows: 16)) == nil)
    var script = Self.script("")
    script.resize(120, 40)
    script.resize(30, 10)
    #expect(script.sent == [.showOutput(TerminalSize(rows: 31, columns: 116))])
  }

  @Test func fullScreenIn80x24() {
    var script = Self.script(Self.apt)
    script.press("v")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok──2 Plan ok──[3 Nodes 1/6]──4 Finish──5 Report          ETA 34-45 s
      ┌─ Output of 10.0.3.13:6379  running ──────────────────────────────────────────┐
      │ $ apt-get install -y redis-server=7.0.15                                     │
      │ Reading package lists... Done                                                │
      │ Warning: a red word                                                          │
      │ Unpacking redis-server (5:7.0.15-1) over (5:6.2.14-1) ...                    │
      │ 日本語 é ✓                                                                   │
      │ Progress: [ 40%] [########............]                                      │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      │                                                                              │
      └──────────────────────────────────────────────────────────────────────────────┘
       Running: stop 10.0.3.13:6379  0 s.

       Esc back  j/k move  PgDn/PgUp page  f follow  a attach  / search  w write
       ? help  q quit
      """,
      styles: """
        ................**********************.......****************...****
        .........................*************
        ..***********************************
        ..**

        ..YYYYYYYY...rrr


        ..1111111111111111













        .***.......***.......*********.......--------..--------..*.........*
        .*.......*
        """)
  }

  @Test func fullScreenInPlainASCII() {
    var script = Self.script(Self.apt, status: "exit 100")
    script.press("v")
    expectPicture(
      of: script.model.frame(script.picture, script.size, glyphs: .ascii, at: script.time).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379       6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok--2 Plan ok--[3 Nodes 1/6]--4 Finish--5 Report          ETA 34-45 s
      +- Output of 10.0.3.13:6379  exit 100 -----------------------------------------+
      | $ apt-get install -y redis-server=7.0.15                                     |
      | Reading package lists... Done                                                |
      | Warning: a red word                                                          |
      | Unpacking redis-server (5:7.0.15-1) over (5:6.2.14-1) ...                    |
      | 日本語 é ✓                                                                   |
      | Progress: [ 40%] [########............]                                      |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      |                                                                              |
      | every byte of it: output/install-4f1e-1.out in the run's folder              |
      +------------------------------------------------------------------------------+
       Running: stop 10.0.3.13:6379  0 s.

       Esc back  j/k move  PgDn/PgUp page  f follow  a attach  / search  w write
       ? help  q quit
      """)
  }

  @Test func theCardIn120x40() {
    expectPicture(
      of: Self.script(Self.apt, columns: 120, rows: 40).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 1/6] ─── 4 Finish ─── 5 Report                                      ETA 34-45 s
      ┌─ Nodes ─────────── not read since the last change to it ─┬─ Health now ──────────────────────────────────── 0 s ago ─┐
      │      node           role    shard version out            │ cluster ok  slots 16384/16384  6/6 up                     │
      │ OK   10.0.3.11:6379 replica s1    7.0.15   7s            │ s1       12 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │>RUN  10.0.3.13:6379 replica s2    6.2.14    -            │ s2       24 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.15:6379 replica s3    6.2.14    -            │ s3       36 B  ▁▁▁▁▁▁▁▁▁▁▁▁▁█▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  in sync │
      │ WAIT 10.0.3.10:6379 PRIMARY s1    6.2.14    -            │ client errors 0/s  0 in all, 0 lost                       │
      │ WAIT 10.0.3.12:6379 PRIMARY s2    6.2.14    -            │ longest stall 43 ms (in steps of 10 ms)  ops 41.1k/s      │
      │ WAIT 10.0.3.14:6379 PRIMARY s3    6.2.14    -            │                                                           │
      │                                                          │                                                           │
      │                                                          │                                                           │
      │                                                          │                                                           │
      ├─ NOW  stop 10.0.3.13:6379 ───────────────────────────────┴───────────────────────────────────────────────────────────┤
      │ runs     ssh 10.0.3.13 sudo systemctl stop redis                                                                     │
      │ waits    not read since the last change to it                                                                        │
      │                                                                                                                      │
      │                                                                                                                      │
      │                                                                                                                      │
      ├─ Events ─────────────────────────────────────────────────────────────────────────────────────────────── 47-57 of 57 ─┤
      │ 09:00:07 start 10.0.3.11:6379: ssh 10.0.3.11 sudo systemctl start redis                                              │
      │ 09:00:08 start 10.0.3.11:6379: done, read back                                                                       │
      │ 09:00:08 enter upgrade mode 10.0.3.11:6379, attempt 2: redis-cli -h 10.0.3.11 -p 6379 CONFIG SET                     │
      │          cluster-require-full-coverage no and 1 more                                                                 │
      │ 09:00:08 enter upgrade mode 10.0.3.11:6379: done, read back                                                          │
      │ 09:00:08 rejoin 10.0.3.11:6379: done, read back                                                                      │
      │ 09:00:08 waiting for your answer: The first node is done. Go on with the others? (canary)                            │
      │ 09:00:08 canary: yes                                                                                                 │
      │ 09:00:09 waiting for your answer: Stop 10.0.3.13:6379 (replica of s2) (upgrade-node:10.0.3.13:6379)                  │
      │ 09:00:09 upgrade-node:10.0.3.13:6379: yes                                                                            │
      │ 09:00:09 stop 10.0.3.13:6379: ssh 10.0.3.13 sudo systemctl stop redis                                                │
      ├─ Output of 10.0.3.13:6379  running ────────────────────────────────────────────────────────────────── v full screen ─┤
      │ $ apt-get install -y redis-server=7.0.15                                                                             │
      │ Unpacking redis-server (5:7.0.15-1) over (5:6.2.14-1) ...                                                            │
      │ 日本語 é ✓                                                                                                           │
      │ Progress: [ 40%] [########............]                                                                              │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Running: stop 10.0.3.13:6379  0 s.

       j/k move  Tab pane  c commands  p pause  v output  h health  l journal  ? help  q quit
      """)
  }

  @Test func fullScreenIn120x40() {
    var script = Self.script(Self.apt + Self.lines(60), columns: 120, rows: 40, status: "exit 0")
    script.press("vk")
    expectPicture(
      of: script.canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok ─── 2 Plan ok ─── [3 Nodes 1/6] ─── 4 Finish ─── 5 Report                                      ETA 34-45 s
      ┌─ Output of 10.0.3.13:6379  exit 0 ───────────────────────────────────────────────────────────────────── 33-63 of 64 ─┐
      │ $ apt-get install -y redis-server=7.0.15                                                                             │
      │ line 29                                                                                                              │
      │ line 30                                                                                                              │
      │ line 31                                                                                                              │
      │ line 32                                                                                                              │
      │ line 33                                                                                                              │
      │ line 34                                                                                                              │
      │ line 35                                                                                                              │
      │ line 36                                                                                                              │
      │ line 37                                                                                                              │
      │ line 38                                                                                                              │
      │ line 39                                                                                                              │
      │ line 40                                                                                                              │
      │ line 41                                                                                                              │
      │ line 42                                                                                                              │
      │ line 43                                                                                                              │
      │ line 44                                                                                                              │
      │ line 45                                                                                                              │
      │ line 46                                                                                                              │
      │ line 47                                                                                                              │
      │ line 48                                                                                                              │
      │ line 49                                                                                                              │
      │ line 50                                                                                                              │
      │ line 51                                                                                                              │
      │ line 52                                                                                                              │
      │ line 53                                                                                                              │
      │ line 54                                                                                                              │
      │ line 55                                                                                                              │
      │ line 56                                                                                                              │
      │ line 57                                                                                                              │
      │ line 58                                                                                                              │
      │ line 59                                                                                                              │
      │ every byte of it: /var/lib/redis-upgrade/2026-11-20-1/output/install-4f1e-1.out                                      │
      └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
       Running: stop 10.0.3.13:6379  0 s.

       Esc back  j/k move  PgDn/PgUp page  f follow  a attach  / search  w write  ? help  q quit
      """)
    expectPicture(
      of: script.model.frame(script.picture, script.size, glyphs: .ascii, at: script.time).canvas,
      """
       redis-upgrade  redis://10.0.3.10:6379                                               6.2.14 -> 7.0.15   LIVE   00:00:09
       1 Checks ok --- 2 Plan ok --- [3 Nodes 1/6] --- 4 Finish --- 5 Report                                      ETA 34-45 s
      +- Output of 10.0.3.13:6379  exit 0 --------------------------------------------------------------------- 33-63 of 64 -+
      | $ apt-get install -y redis-server=7.0.15                                                                             |
      | line 29                                                                                                              |
      | line 30                                                                                                              |
      | line 31                                                                                                              |
      | line 32                                                                                                              |
      | line 33                                                                                                              |
      | line 34                                                                                                              |
      | line 35                                                                                                              |
      | line 36                                                                                                              |
      | line 37                                                                                                              |
      | line 38                                                                                                              |
      | line 39                                                                                                              |
      | line 40                                                                                                              |
      | line 41                                                                                                              |
      | line 42                                                                                                              |
      | line 43                                                                                                              |
      | line 44                                                                                                              |
      | line 45                                                                                                              |
      | line 46                                                                                                              |
      | line 47                                                                                                              |
      | line 48                                                                                                              |
      | line 49                                                                                                              |
      | line 50                                                                                                              |
      | line 51                                                                                                              |
      | line 52                                                                                                              |
      | line 53                                                                                                              |
      | line 54                                                                                                              |
      | line 55                                                                                                              |
      | line 56                                                                                                              |
      | line 57                                                                                                              |
      | line 58                                                                                                              |
      | line 59                                                                                                              |
      | every byte of it: /var/lib/redis-upgrade/2026-11-20-1/output/install-4f1e-1.out                                      |
      +----------------------------------------------------------------------------------------------------------------------+
       Running: stop 10.0.3.13:6379  0 s.

       Esc back  j/k move  PgDn/PgUp page  f follow  a attach  / search  w write  ? help  q quit
      """)
  }

  @Test func whatIsReadStaysWhileMoreIsPrinted() {
    var script = Self.script(Self.lines(100))
    func top() -> String { String(script.canvas.lines[4].dropFirst(2).prefix(8)) }
    func border() -> String { script.canvas.lines[2] }
    script.press("v")
    #expect(top() == "line 87 " && border().contains(" 87-100 of 100 "))
    #expect(script.canvas.lines[22].contains("f follow"))
    script.fixed = Self.script(Self.lines(110)).fixed
    #expect(top() == "line 97 ")
    script.press("f")
    #expect(script.model.status == "The newest row is in sight, and stays so.")
    script.press("kk")
    #expect(top() == "line 95 ")
    script.fixed = Self.script(Self.lines(150)).fixed
    #expect(top() == "line 95 " && border().contains(" 95-108 of 150 "))
    script.press("f")
    #expect(top() == "line 137")
    script.press("g")
    #expect(top() == "line 1  ")
    script.press("G")
    script.fixed = Self.script(Self.lines(160)).fixed
    #expect(top() == "line 147")
  }

  @Test func aHundredThousandLines() {
    var script = Self.script(Self.lines(99_000))
    script.press("vkk")
    let top = script.canvas.lines[4]
    #expect(top.contains("line 98985 "))
    // A thousand rows more have come and gone meanwhile, and the same ones are in sight.
    script.fixed = Self.script(Self.lines(100_000)).fixed
    #expect(script.canvas.lines[4] == top)
    #expect(script.canvas.lines[2].contains("the last 100"))
    script.press("g")
    #expect(script.canvas.lines[4].contains("line 90001 "))
    script.press("f")
    #expect(script.canvas.lines[17].contains("line 100000 "))
  }

  @Test func aTerminalThatIsNotThePanesIsCutAndSaidSo() {
    var script = Self.script(
      String(repeating: "0123456789", count: 10) + "\r\n", fixed: .standard)
    script.press("v")
    #expect(script.canvas.lines[4].contains("234~ │"))
    #expect(script.canvas.lines[2].contains(" its terminal has 100 columns "))
  }

  @Test func nothingHasRunOrNothingWasPrinted() {
    var script = ScreenScript(RunScene.secondNode)
    script.press("v")
    #expect(script.text.contains("(no command of the site has run yet)"))
    script = Self.script("")
    script.press("v")
    #expect(script.text.contains("(it has printed nothing yet)"))
    script = Self.script("", status: "exit 0")
    script.press("v")
    #expect(script.text.contains("(it printed nothing)"))
  }

  private static let looks: [(OutputStyle, Style)] = [
    (.plain, .plain), (OutputStyle(foreground: 1), Style(.red)), (OutputStyle(foreground: 4), Style(.brightBlue)),
    (OutputStyle(foreground: 0), .plain), (OutputStyle(foreground: 15, isBold: true), .bold),
    (OutputStyle(foreground: 0, background: 2), Style(.green, .reverse)),
    (OutputStyle(background: 2, isReversed: true), Style(.green)), (OutputStyle(isReversed: true), .reversed),
    (OutputStyle(foreground: 8, isUnderlined: true), .underlined), (OutputStyle(foreground: 13), Style(.brightMagenta)),
  ]

  @Test(arguments: looks.indices)
  func coloursAreThoseThatWeHave(_ index: Int) {
    #expect(Style(Self.looks[index].0) == Self.looks[index].1)
  }

  private static let cells: [(OutputRow.Run, WizardUI.Line.Part)] = [
    (.init("ok", columns: 2), .init("ok")), (.init("日", columns: 2), .init("日")),
    (.init("e\u{301}", columns: 1), .init("e\u{301}")),
    // Whatever would act, or stand in other columns than its terminal believed, is not drawn.
    (.init("\u{1B}", columns: 4), .init("????", .reversed)),
    (.init("\u{1B}", columns: 1), .init("?", .reversed)), (.init("\u{9B}", columns: 1), .init("?", .reversed)),
    (.init("a\u{202E}", columns: 1), .init("?", .reversed)), (.init("日", columns: 1), .init("?", .reversed)),
    (.init("x", columns: 2), .init("??", .reversed)), (.init("\u{301}", columns: 1), .init("?", .reversed)),
  ]

  @Test(arguments: cells.indices)
  func whatCannotBeDrawnIsMarked(_ index: Int) {
    #expect(OutputRows.line(OutputRow([Self.cells[index].0])) == WizardUI.Line([Self.cells[index].1]))
  }
}
