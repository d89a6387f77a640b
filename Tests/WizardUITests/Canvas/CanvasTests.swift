// The grid: clipping, wide characters, joined lines and the two layers of a picture.
import Testing

@testable import WizardUI

@Suite struct CanvasTests {
  @Test func textIsClippedToItsAreaAndTheCutIsMarked() {
    var canvas = Canvas(Size(columns: 12, rows: 4))
    let area = Rectangle(row: 1, column: 2, rows: 2, columns: 6)
    canvas.put("123456", row: 1, column: 2, in: area)
    canvas.put("1234567", row: 2, column: 2, in: area)
    canvas.put("below", row: 3, column: 2, in: area)
    canvas.put("123456789012345", row: 0, column: 9, overflow: .cut)
    expectPicture(
      of: canvas,
      """
               123
        123456
        12345~

      """)
  }

  @Test func textThatBeginsLeftOfItsAreaShowsItsRightPart() {
    var canvas = Canvas(Size(columns: 8, rows: 2))
    canvas.put("abcdef", row: 0, column: -2)
    canvas.put("日本語", row: 1, column: -1)
    expectPicture(of: canvas, "cdef\n 本語")
  }

  @Test func aWideCharacterIsNeverLeftHalf() {
    var canvas = Canvas(Size(columns: 6, rows: 6))
    for row in 0..<5 { canvas.put("日本語", row: row, column: 0) }
    canvas.put("x", row: 1, column: 0)
    canvas.put("x", row: 2, column: 3)
    canvas.put("é漢", row: 3, column: 0)
    canvas.put("日本語", row: 4, column: 1)
    canvas.put("ab日", row: 5, column: 0, in: Rectangle(row: 0, column: 0, rows: 6, columns: 3), overflow: .cut)
    expectPicture(
      of: canvas,
      """
      日本語
      x 本語
      日 x語
      é漢 語
       日本~
      ab
      """)
  }

  @Test func theHiddenHalfOfAWideCharacterHasNoText() {
    var canvas = Canvas(Size(columns: 3, rows: 1))
    canvas.put("日x", row: 0, column: 0, style: .good)
    #expect(canvas[0, 0] == Cell(text: "日", columns: 2, style: .good))
    #expect(canvas[0, 1] == Cell(text: "", columns: 0, style: .good))
    #expect(canvas[0, 2] == Cell(text: "x", columns: 1, style: .good))
    #expect(canvas[0, 3] == .blank)
    #expect(canvas[-1, 0] == .blank)
  }

  @Test func aPictureHasALayerOfStyles() {
    var canvas = Canvas(Size(columns: 22, rows: 3))
    canvas.put(Line("OK", .good) + "   10.0.3.11", row: 0, column: 0)
    canvas.put(Line("FAIL", .danger) + " " + Line("10.0.3.12", .bold), row: 1, column: 0)
    canvas.put(Line("odd", Style(.brightBlue, .underline)) + Line("rev", .reversed), row: 2, column: 0)
    expectPicture(
      of: canvas,
      """
      OK   10.0.3.11
      FAIL 10.0.3.12
      oddrev
      """,
      styles: """
        gg....................
        RRRR.*********
        111~~~
        """)
    #expect(canvas.styleLegend.map { "\($0.digit) = \($0.style)" } == ["1 = brightBlue underline"])
  }

  @Test func panesThatShareABorderAreJoined() {
    var canvas = Canvas(Size(columns: 30, rows: 9))
    let (upper, lower) = canvas.area.cutTop(4, sharing: 1)
    let (left, right) = upper.cutLeft(13, sharing: 1)
    Card("Nodes", isFocused: true).draw(in: left, on: &canvas)
    Card("Health", note: "1 s").draw(in: right, on: &canvas)
    let (middle, bottom) = lower.cutTop(3, sharing: 1)
    Card("Next").draw(in: middle, on: &canvas)
    Card().draw(in: bottom, on: &canvas)
    expectPicture(
      of: canvas,
      """
      ┌─ Nodes ───┬─ Health ─ 1 s ─┐
      │           │                │
      │           │                │
      ├─ Next ────┴────────────────┤
      │                            │
      ├────────────────────────────┤
      │                            │
      │                            │
      └────────────────────────────┘
      """)
  }

  @Test func linesOfDifferentKindsAreNotJoined() {
    var canvas = Canvas(Size(columns: 8, rows: 4), glyphs: .utf8)
    canvas.box(canvas.area)
    canvas.box(Rectangle(row: 0, column: 2, rows: 3, columns: 4), kind: .double)
    expectPicture(
      of: canvas,
      """
      ┌─╔══╗─┐
      │ ║  ║ │
      │ ╚══╝ │
      └──────┘
      """)
  }

  @Test func asciiLinesUseTheSameDrawing() {
    var canvas = Canvas(Size(columns: 10, rows: 4), glyphs: .ascii)
    let (left, right) = canvas.area.cutLeft(5, sharing: 1)
    canvas.box(left)
    canvas.box(right)
    expectPicture(
      of: canvas,
      """
      +---+----+
      |   |    |
      |   |    |
      +---+----+
      """)
  }

  @Test func restylingKeepsTextAndLines() {
    var canvas = Canvas(Size(columns: 4, rows: 2))
    canvas.box(canvas.area)
    canvas.put("日", row: 0, column: 1, style: .good)
    canvas.restyle(canvas.area.cutTop(1).top, .reversed)
    expectPicture(of: canvas, "┌日┐\n└──┘", styles: "~11~\n....")
    canvas.box(Rectangle(row: 0, column: 3, rows: 2, columns: 1))
    canvas.clear(canvas.area.cutLeft(2).left)
    expectPicture(of: canvas, "   ┐\n  ─┘")
  }

  @Test func areasAreCutWithoutEverBeingNegative() {
    let area = Rectangle(row: 2, column: 3, rows: 5, columns: 10)
    #expect(area.cutTop(2).top == Rectangle(row: 2, column: 3, rows: 2, columns: 10))
    #expect(area.cutTop(2).rest == Rectangle(row: 4, column: 3, rows: 3, columns: 10))
    #expect(area.cutTop(2, sharing: 1).rest == Rectangle(row: 3, column: 3, rows: 4, columns: 10))
    #expect(area.cutTop(9).rest.isEmpty)
    #expect(area.cutBottom(2).bottom == Rectangle(row: 5, column: 3, rows: 2, columns: 10))
    #expect(area.cutBottom(2, sharing: 1).rest.rows == 4)
    #expect(area.cutLeft(4).rest == Rectangle(row: 2, column: 7, rows: 5, columns: 6))
    #expect(area.cutRight(4).right == Rectangle(row: 2, column: 9, rows: 5, columns: 4))
    #expect(area.cutRight(4, sharing: 1).rest.columns == 7)
    #expect(area.inset().size == Size(columns: 8, rows: 3))
    #expect(area.inset(rows: 3, columns: 6).isEmpty)
    #expect(area.centred(Size(columns: 4, rows: 99)) == Rectangle(row: 2, column: 6, rows: 5, columns: 4))
    #expect(area.intersection(Rectangle(row: 0, column: 0, rows: 2, columns: 2)).isEmpty)
  }
}
