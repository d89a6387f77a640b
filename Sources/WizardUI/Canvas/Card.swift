// A frame with a title in its upper border.
//
//     ┌─ Nodes ─────────── 1-6 of 12 ─┐
//     │                               │
//     └───────────────────────────────┘

/// A titled frame; cards whose areas share a border row or column are joined into one drawing.
///
/// Draw joined cards from top to bottom: a card's own title is drawn over the border of the card above.
package struct Card: Widget, Hashable {
  package var title: Line
  /// Drawn at the right end of the upper border when there is room.
  package var note: Line
  package var kind: LineKind
  /// A focused card has a bold title.
  package var isFocused: Bool
  package var style: Style

  package init(
    _ title: Line = Line(), note: Line = Line(), kind: LineKind = .single, isFocused: Bool = false,
    style: Style = .plain
  ) {
    self.title = title
    self.note = note
    self.kind = kind
    self.isFocused = isFocused
    self.style = style
  }

  /// As many of some remarks as fit beside a title in a border of so many columns, the first of them before all.
  package static func note(_ remarks: [String], beside title: Line, columns: Int) -> Line {
    var note = Line()
    for remark in remarks where !remark.isEmpty {
      let longer = note.isEmpty ? Line(remark) : note + "  " + Line(remark)
      // The corners, and a blank on both sides of title and note.
      guard title.columns + longer.columns + 9 <= columns else { break }
      note = longer
    }
    return note
  }

  /// The area inside of the frame.
  package func inside(_ area: Rectangle) -> Rectangle { area.inset() }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    canvas.box(area, kind: kind, style: style)
    guard area.rows >= 2, area.columns >= 6 else { return }
    let border = Rectangle(row: area.row, column: area.column + 2, rows: 1, columns: area.columns - 4)
    var end = border.column
    if !title.isEmpty {
      let shown = (" " + title.clipped(to: border.columns - 2) + " ").over(isFocused ? style.over(.bold) : style)
      end = canvas.put(shown, row: area.row, column: border.column, in: border)
    }
    let noteStart = border.right - note.columns - 2
    if !note.isEmpty, noteStart > end {
      canvas.put((" " + note + " ").over(style), row: area.row, column: noteStart, in: border)
    }
  }
}
