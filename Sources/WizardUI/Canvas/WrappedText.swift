// A paragraph broken at spaces, with a label in a column of its own where there is one.
//
//    Undo     You can fail back, but that is a second
//             pause of the same length.

/// A paragraph broken to a width; words longer than a row are broken where the row ends.
package struct WrappedText: Widget, Hashable {
  package var label: Line
  /// The columns that the label takes before the text.
  package var indent: Int
  package var text: String
  package var style: Style

  package init(_ text: String, style: Style = .plain, label: Line = Line(), indent: Int = 0) {
    self.text = text
    self.style = style
    self.label = label
    self.indent = indent
  }

  /// The rows of the paragraph at that width, label included; line feeds in the text begin a new row.
  package func rows(columns: Int) -> [Line] {
    let indent = min(indent, max(0, columns - 1))
    let width = max(1, columns - indent)
    let margin = Line(String(repeating: " ", count: indent))
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .flatMap { breakRow(VisibleText(String($0)).pieces[...], columns: width) }
      .enumerated()
      .map { index, row in (index == 0 ? label.padded(to: indent) : margin) + row }
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    for (index, row) in rows(columns: area.columns).prefix(area.rows).enumerated() {
      canvas.put(row, row: area.row + index, column: area.column, in: area)
    }
  }

  /// Breaks at the last space that fits, else where the row is full; the space at a break is not drawn.
  private func breakRow(_ pieces: ArraySlice<VisibleText.Piece>, columns: Int) -> [Line] {
    var rows: [Line] = []
    var rest = pieces
    while let end = breakPoint(of: rest, columns: columns) {
      var row = rest[..<end]
      while row.last?.text == " " { row.removeLast() }
      rows.append(Line(row, style))
      rest = rest[end...]
    }
    rows.append(Line(rest, style))
    return rows
  }

  /// Where the next row begins; nothing when all that is left fits into this one.
  private func breakPoint(of pieces: ArraySlice<VisibleText.Piece>, columns: Int) -> Int? {
    var used = 0
    var afterSpace: Int?
    for (index, piece) in zip(pieces.indices, pieces) {
      if piece.text == " " { afterSpace = index + 1 }
      used += piece.columns
      // A space may hang over the edge: it is not drawn there.
      guard used > columns, piece.text != " " else { continue }
      let end = max(afterSpace ?? index, pieces.startIndex + 1)
      return end < pieces.endIndex ? end : nil
    }
    return nil
  }
}
