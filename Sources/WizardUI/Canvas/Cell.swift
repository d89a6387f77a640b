// One cell of the grid: a character with its combining marks, or the hidden half of a wide one.

/// One cell: what is drawn in it and how.
package struct Cell: Hashable, Sendable {
  /// The character with its combining marks; empty in the second cell of a wide character.
  package let text: String
  /// 1, 2 for the first cell of a wide character, 0 for its second cell.
  package let columns: Int
  package let style: Style
  /// The arms of a line drawn through the cell, so that a line that crosses it can join.
  package let line: LineArms
  package let lineKind: LineKind

  package static let blank = Cell(text: " ", columns: 1, style: .plain)

  package init(text: String, columns: Int, style: Style) {
    self.text = text
    self.columns = columns
    self.style = style
    self.line = []
    self.lineKind = .single
  }

  package init(line: LineArms, kind: LineKind, glyphs: Glyphs, style: Style) {
    self.text = String(glyphs.line(line, kind))
    self.columns = 1
    self.style = style
    self.line = line
    self.lineKind = kind
  }

  /// A blank in the same style: what is left of a wide character whose other half was overwritten.
  package var emptied: Cell { Cell(text: " ", columns: 1, style: style) }

  package func styled(_ style: Style, glyphs: Glyphs) -> Cell {
    line.isEmpty
      ? Cell(text: text, columns: columns, style: style)
      : Cell(line: line, kind: lineKind, glyphs: glyphs, style: style)
  }
}
