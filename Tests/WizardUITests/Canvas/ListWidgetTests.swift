// Tables, logs and wrapped text, wide and narrow.
import Testing

@testable import WizardUI

@Suite struct TableTests {
  static let nodes = Table(
    columns: [
      .init("state", .natural(most: 5)),
      .init("node", .natural(most: 15)),
      .init("role", .fixed(10), leftOutAt: 1),
      .init("ver", .fixed(5), leftOutAt: 2),
      .init("what happens", .rest(least: 6)),
      .init("took", .fixed(4), alignment: .right, leftOutAt: 3),
    ],
    rows: [
      [StateWord.ok.line, "10.0.3.11", "replica s1", "7.4.1", "restart, sync", "4m02"],
      [StateWord.ask.line, "10.0.3.15", "replica s3", "7.2.5", "restart, sync", "-"],
      [StateWord.wait.line, "10.0.3.10", "PRIMARY s1", "7.2.5", "FAIL OVER to .11, restart, sync", "-"],
      [StateWord.fail.line, "node-with-a-very-long-name", "PRIMARY s2", "7.2.5"],
    ],
    selected: 1)

  @Test func wide() {
    var table = Self.nodes
    table.hasHeader = true
    expectPicture(
      of: drawn(table, 60, 6),
      """
       state node            role       ver   what happens    took
       OK    10.0.3.11       replica s1 7.4.1 restart, sync   4m02
      >ASK   10.0.3.15       replica s3 7.2.5 restart, sync      -
       WAIT  10.0.3.10       PRIMARY s1 7.2.5 FAIL OVER to .~    -
       FAIL  node-with-a-ve~ PRIMARY s2 7.2.5
      """,
      styles: """
        ._____.____............____.......___...____________....____
        .gg.........................................................
        *YYY********************************************************
        ............................................................
        .RRRR.......................................................
        """)
  }

  @Test func narrow() {
    expectPicture(
      of: drawn(Self.nodes, 45, 4),
      """
       OK   10.0.3.11       replica s1 7.4.1 resta~
      >ASK  10.0.3.15       replica s3 7.2.5 resta~
       WAIT 10.0.3.10       PRIMARY s1 7.2.5 FAIL ~
       FAIL node-with-a-ve~ PRIMARY s2 7.2.5
      """)
    expectPicture(
      of: drawn(Self.nodes, 30, 4),
      """
       OK   10.0.3.11       restart~
      >ASK  10.0.3.15       restart~
       WAIT 10.0.3.10       FAIL OV~
       FAIL node-with-a-ve~
      """)
    expectPicture(of: drawn(Self.nodes, 12, 2), " OK   10.0.~\n>ASK  10.0.~")
  }

  @Test func theSelectedRowIsInSight() {
    let rows = (1...9).map { [Line("row \($0)")] }
    var table = Table(columns: [.init("", .rest(least: 3))], rows: rows, selected: 6)
    expectPicture(of: drawn(table, 8, 3), " row 5\n row 6\n>row 7", styles: "........\n........\n********")
    #expect(table.cursor(in: Rectangle(row: 4, column: 2, rows: 3, columns: 8)) == Position(row: 6, column: 2))
    table.window = ScrollWindow(first: 8)
    table.isFocused = false
    expectPicture(of: drawn(table, 8, 3), ">row 7\n row 8\n row 9", styles: "........")
    table.selected = nil
    #expect(table.cursor(in: Rectangle(row: 0, column: 0, rows: 3, columns: 8)) == nil)
    #expect(drawn(table, 0, 0).lines.isEmpty)
  }

  @Test func aScrollWindowMovesAsLittleAsPossible() {
    let window = ScrollWindow(first: 3)
    #expect(window.showing(4, of: 20, height: 5).first == 3)
    #expect(window.showing(8, of: 20, height: 5).first == 4)
    #expect(window.showing(1, of: 20, height: 5).first == 1)
    #expect(window.showing(nil, of: 20, height: 5).first == 3)
    #expect(window.showing(nil, of: 4, height: 5).first == 0)
    #expect(window.showing(19, of: 20, height: 5).first == 15)
    #expect(window.showing(0, of: 0, height: 5).first == 0)
    #expect(window.showing(2, of: 3, height: 0).first == 3)
    #expect(window.position(of: 12, height: 6) == "4-9 of 12")
    #expect(window.position(of: 5, height: 6) == nil)
  }
}

@Suite struct LogPaneTests {
  static let log = LogPane((1...6).map { Line("09:14:3\($0) event \($0)") })

  @Test func theNewestRowsAreInSight() {
    expectPicture(of: drawn(Self.log, 18, 3), "09:14:34 event 4\n09:14:35 event 5\n09:14:36 event 6")
    expectPicture(of: drawn(Self.log, 14, 2), "09:14:35 even~\n09:14:36 even~")
  }

  @Test func anOlderStretchCanBeInSight() {
    var log = Self.log
    log.place = .from(1)
    expectPicture(of: drawn(log, 18, 2), "09:14:32 event 2\n09:14:33 event 3")
    #expect(log.window(height: 2).position(of: 6, height: 2) == "2-3 of 6")
    log.place = .from(99)
    expectPicture(of: drawn(log, 18, 2), "09:14:35 event 5\n09:14:36 event 6")
  }

  @Test func anEmptyLogSaysSo() {
    expectPicture(of: drawn(LogPane([], whenEmpty: "(no output)"), 18, 2), "(no output)")
  }
}

@Suite struct WrappedTextTests {
  @Test(arguments: [
    ("the old primary keeps serving", 12, ["the old", "primary", "keeps", "serving"]),
    ("exactly twelve", 7, ["exactly", "twelve"]),
    ("unbreakablelongword x", 8, ["unbreaka", "blelongw", "ord x"]),
    ("two\nrows", 9, ["two", "rows"]),
    ("  indented text", 12, ["  indented", "text"]),
    ("日本語テキスト", 5, ["日本", "語テ", "キス", "ト"]),
    ("", 5, [""]),
    ("a b", 1, ["a", "b"]),
    ("日", 1, ["日"]),
  ])
  func breaksAtSpaces(text: String, columns: Int, rows: [String]) {
    #expect(WrappedText(text).rows(columns: columns).map(\.string) == rows)
  }

  @Test func aLabelHasItsOwnColumn() {
    let text = WrappedText(
      "You can fail back,\nbut \u{1B}that is a second pause.", label: Line("Undo", .bold), indent: 8)
    expectPicture(
      of: drawn(text, 26, 5),
      """
      Undo    You can fail back,
              but \\x1bthat is a
              second pause.
      """,
      styles: """
        ****......................
        ............~~~~..........
        """)
    expectPicture(of: drawn(text, 12, 2), "Undo    You\n        can")
  }
}
