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
      .flatMap { breakPlain($0, columns: width) ?? breakRow(VisibleText(String($0)).pieces[...], columns: width) }
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

  /// The same for printable ASCII, one column a byte, nil for any other text: nearly all that is wrapped, and the
  /// events of a long run are wrapped for every frame.
  private func breakPlain(_ text: Substring, columns: Int) -> [Line]? {
    let space = UInt8(ascii: " ")
    let bytes = Array(text.utf8)
    guard bytes.allSatisfy({ $0 >= space && $0 < 0x7F }) else { return nil }
    var rows: [Line] = []
    var start = 0
    while true {
      var over = start + columns
      while over < bytes.count, bytes[over] == space { over += 1 }
      guard over < bytes.count else { break }
      let afterSpace = bytes[start..<over].lastIndex(of: space).map { $0 + 1 }
      let next = afterSpace ?? over
      let end = bytes[start..<next].lastIndex { $0 != space }.map { $0 + 1 } ?? start
      rows.append(plain(bytes[start..<end]))
      start = next
    }
    return rows + [plain(bytes[start...])]
  }

  private func plain(_ bytes: ArraySlice<UInt8>) -> Line {
    bytes.isEmpty ? Line() : Line(String(decoding: bytes, as: UTF8.self), style)
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
