// Dialogs, fields, questions, key lines and the help: what the operator answers with.
import Testing

@testable import WizardUI

@Suite struct DialogTests {
  static let failOver = Dialog(
    Line("FAIL OVER shard s1: 10.0.3.10 -> 10.0.3.11"),
    paragraphs: [
      WrappedText(
        "10.0.3.11 becomes the primary of slots 0-5460. Writes to those slots pause, usually 0.3-1.5 s.",
        label: "What happens", indent: 15),
      WrappedText("You can fail back, but that is a second pause.", label: "Not undone", indent: 15),
    ],
    field: TextField("Type the shard name to go on:", text: "s1"),
    keys: ["[ Esc  go back, change nothing ]", "[ Enter  fail over ]"],
    style: .danger)

  @Test func wide() {
    let canvas = drawn(Self.failOver, 80, 14)
    expectPicture(
      of: canvas,
      """


        ╔═ FAIL OVER shard s1: 10.0.3.10 -> 10.0.3.11 ═════════════════════════════╗
        ║                                                                          ║
        ║ What happens   10.0.3.11 becomes the primary of slots 0-5460. Writes to  ║
        ║                those slots pause, usually 0.3-1.5 s.                     ║
        ║ Not undone     You can fail back, but that is a second pause.            ║
        ║                                                                          ║
        ║ Type the shard name to go on:  s1                                        ║
        ║                                                                          ║
        ║        [ Esc  go back, change nothing ]     [ Enter  fail over ]         ║
        ╚══════════════════════════════════════════════════════════════════════════╝
      """)
    #expect(Self.failOver.cursor(in: canvas.area) == Position(row: 8, column: 37))
  }

  @Test func narrow() {
    expectPicture(
      of: drawn(Self.failOver, 40, 9),
      """
      ╔═ FAIL OVER shard s1: 10.0.3.10 -> ~ ═╗
      ║ What happens   10.0.3.11 becomes the ║
      ║                primary of slots      ║
      ║                0-5460. Writes to     ║
      ║ Type the shard name to go on:        ║
      ║ >  s1                                ║
      ║   [ Esc  go back, change nothing ]   ║
      ║         [ Enter  fail over ]         ║
      ╚═ rows 1-3 of 8, PgDn for more ═══════╝
      """)
    expectPicture(
      of: drawn(Self.failOver, 20, 4),
      """
      ╔═ FAIL OVER sha~ ═╗
      ║ [ Esc  go back,~ ║
      ║ [ Enter  fail o~ ║
      ╚══════════════════╝
      """)
    expectPicture(of: drawn(Self.failOver, 3, 2), "╔═╗\n╚═╝")
  }

  @Test func asciiFramesAreToldApartToo() {
    let dialog = Dialog("STOP", paragraphs: [WrappedText("text")])
    expectPicture(
      of: drawn(dialog, 14, 5, glyphs: .ascii),
      """
      #= STOP =====#
      #            #
      # text       #
      #============#
      """)
  }

  @Test func aDialogCoversWhatIsBelow() {
    var canvas = Canvas(Size(columns: 14, rows: 6))
    for row in 0..<6 { canvas.put("日日日日日日日", row: row, column: 0) }
    Dialog("S", paragraphs: [WrappedText("text")]).draw(
      in: Rectangle(row: 0, column: 1, rows: 6, columns: 12), on: &canvas)
    expectPicture(
      of: canvas,
      """
      日日日日日日日
       ╔═ S ══════╗
       ║          ║
       ║ text     ║
       ╚══════════╝
      日日日日日日日
      """)
  }
}

@Suite struct TextFieldTests {
  @Test(arguments: [
    ("s1", "s1", 2), ("abc<Left><Left>X", "aXbc", 2), ("abc<Backspace>", "ab", 2), ("abc<Home><Delete>", "bc", 0),
    ("abc<Left><C-h>", "ac", 1), ("abc<C-u>d", "d", 1), ("日本<Left>x", "日x本", 2), ("<Backspace><Delete><Left>", "", 0),
    ("ab<Home><End>c", "abc", 3), ("e\u{301}<Backspace>", "", 0), ("a<Right>b", "ab", 2),
  ])
  func isTypedInto(script: String, text: String, caret: Int) throws {
    var field = TextField("Type:")
    for key in try #require(Key.script(script)) {
      let isTyped = field.edit(key)
      #expect(isTyped)
    }
    #expect(field.text == text)
    #expect(field.caret == caret)
  }

  @Test func otherKeysAreNotForIt() {
    var field = TextField("Type:")
    for key: Key in [.enter, .escape, .tab, .up, .control("c"), .character("\u{1B}"), .pasteStart, .function(1)] {
      let isTyped = field.edit(key)
      #expect(!isTyped)
    }
    #expect(field.text.isEmpty)
  }

  @Test func theCaretStaysInSight() {
    var field = TextField("Type it:", text: "0123456789")
    let area = Rectangle(row: 0, column: 0, rows: 1, columns: 16)
    expectPicture(of: drawn(field, 16, 1), "Type it:  56789", styles: ".........._____")
    #expect(field.cursor(in: area) == Position(row: 0, column: 15))
    _ = field.edit(.home)
    expectPicture(of: drawn(field, 16, 1), "Type it:  012345")
    #expect(field.cursor(in: area) == Position(row: 0, column: 10))
    #expect(field.cursor(in: Rectangle(row: 0, column: 0, rows: 0, columns: 16)) == nil)
  }

  @Test func itHoldsOnlySoMuch() {
    var field = TextField("Type:")
    for _ in 0..<300 { _ = field.edit(.character("x")) }
    #expect(field.text.count == TextField.longest)
  }
}

@Suite struct QuestionRowTests {
  static let row = QuestionRow(
    "Enable upgrade mode on all 6 nodes?", choices: [.init(.yes, "yes"), .init(.no, "not now")])

  @Test func oneRowWhereItFits() {
    #expect(Self.row.rows(columns: 82) == 1)
    expectPicture(
      of: drawn(Self.row, 82, 1),
      " Enable upgrade mode on all 6 nodes?  [y] yes  [n] not now   (Enter does nothing)",
      styles: ".YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY..*******..***********")
  }

  @Test func twoRowsWhereItDoesNot() {
    #expect(Self.row.rows(columns: 46) == 2)
    expectPicture(
      of: drawn(Self.row, 46, 2),
      """
       Enable upgrade mode on all 6 nodes?
       [y] yes  [n] not now   (Enter does nothing)
      """)
    #expect(Self.row.rows(columns: 30) == 3)
    expectPicture(of: drawn(Self.row, 30, 2), " Enable upgrade mode on all 6\n [y] yes  [n] not now   (Ente~")
    expectPicture(of: drawn(Self.row, 46, 1), " Enable upgrade mode o~  [y] yes  [n] not now")
    expectPicture(of: drawn(Self.row, 20, 1), " [y] yes  [n] not n~")
  }

  @Test func aQuestionThatIsNotArmedSaysSo() {
    var row = Self.row
    row.isArmed = false
    expectPicture(
      of: drawn(row, 80, 1), " Enable upgrade mode on all 6 nodes?  (wait) [y] yes  [n] not now",
      styles: ".YYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYYY.........-------..-----------")
  }
}

@Suite struct KeyLineTests {
  static let requests: [Request] = [
    .down, .up, .rerun, .rerunAll, .override, .nextStep, .journal, .help, .quit,
  ]
  static let line = KeyLine(
    requests, refusals: [.nextStep: "1 check failed"], titles: [.quit: "quit (nothing to undo)"])

  @Test func neighboursShareAPlaceAndTheRefusedAreDimmed() {
    expectPicture(
      of: drawn(Self.line, 120, 1),
      " j/k move  r re-run  R re-run all  o override  > next step  l journal  ? help  q quit (nothing to undo)",
      styles: ".***.......*.........*.............*...........-----------..*..........*.......*")
    expectPicture(of: drawn(KeyLine((1...4).map(Request.choose) + [.help]), 40, 1), " 1-4 choose  ? help")
  }

  @Test func helpAndQuitAreTheLastToGo() {
    expectPicture(
      of: drawn(Self.line, 60, 2),
      """
       j/k move  r re-run  R re-run all  o override  > next step
       l journal  ? help  q quit (nothing to undo)
      """)
    expectPicture(of: drawn(Self.line, 46, 1), " j/k move  ? help  q quit (nothing to undo)")
    expectPicture(of: drawn(Self.line, 20, 2), " j/k move  r re-run\n ? help  q quit (no~")
    expectPicture(of: drawn(Self.line, 5, 1), " ? h~")
    #expect(Self.line.rows(in: Size(columns: 10, rows: 0)).isEmpty)
  }
}

@Suite struct HelpOverlayTests {
  @Test func showsTheKeysOfItsScreenAndTheWords() {
    let help = HelpOverlay(
      for: .typed, refusals: [.suspend: "a step is running."],
      notes: [WrappedText("done and verified", label: "exit code 0", indent: 14)])
    expectPicture(
      of: drawn(help, 64, 38),
      """
      ┌─ Help for this dialog ───────────────────────────────────────┐
      │ Enter         Confirm what was typed; it must match to the   │
      │               letter.                                        │
      │ Esc           One level back; nothing is stopped or changed. │
      │ PgDn          One page down.                                 │
      │ PgUp          One page up.                                   │
      │ ^C            Asks whether to hold the run, or to leave      │
      │               where nothing could be held.                   │
      │ ^T            Write the screen as it is to a file, and say   │
      │               to which.                                      │
      │ ^L            Draw the whole screen again.                   │
      │ ^Z            Leave the terminal to the shell, when no step  │
      │               runs. Not now: a step is running.              │
      │ F1            This page.                                     │
      │                                                              │
      │ States                                                       │
      │ OK            done, and read back from the server            │
      │ ASK           waits for your answer; nothing runs            │
      │ RUN           a step is running                              │
      │ WAIT          its turn has not come                          │
      │ HOLD          held back by a gate or by you                  │
      │ SKIP          left out                                       │
      │ FAIL          did not work; you are asked what to do         │
      │ UNDO          is being put back                              │
      │ GONE          does not answer                                │
      │                                                              │
      │ Results of checks                                            │
      │ PASS          holds                                          │
      │ NOTE          holds; something worth knowing was seen        │
      │ WARN          does not hold; it does not stop the upgrade    │
      │ FAIL          does not hold; the upgrade cannot start        │
      │ SKIP          does not apply here                            │
      │ ??            could not be told, which is not the same as    │
      │               holding                                        │
      │ ..            is being checked                               │
      │                                                              │
      │ exit code 0   done and verified                              │
      └──────────────────────────────────────────────────────────────┘
      """)
  }

  @Test func scrolls() {
    let help = HelpOverlay(for: .problem, window: ScrollWindow(first: 99))
    expectPicture(
      of: drawn(help, 40, 7),
      """
      ┌─ Help for the problem ─ 83-87 of 87 ─┐
      │ SKIP          does not apply here    │
      │ ??            could not be told,     │
      │               which is not the same  │
      │               as holding             │
      │ ..            is being checked       │
      └──────────────────────────────────────┘
      """)
  }
}
