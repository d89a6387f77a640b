// The grid of cells that every screen is drawn into, and the only way to put text there.

/// A screen as a value: rows of cells, drawn into by widgets, shown by the terminal, compared by tests.
///
/// In short:
/// - `Canvas(size, glyphs: .utf8)` is blank; `canvas.area` is all of it. Lay out by cutting `Rectangle`s off the edges
///   (`cutTop`, `cutLeft`, ... with `sharing: 1` for panes that share a border).
/// - `canvas.put(text, row:, column:, in: area, style:)` takes a `String` or a `Line` (parts of different style), clips
///   to the area, marks a cut with `~`, escapes hostile text, never leaves half a wide character.
/// - Widgets are values: `Table(...).draw(in: area, on: &canvas)`. There are `StepRail`, `Table`, `Sparkline`, `Gauge`,
///   `LogPane`, `Card`, `Dialog`, `TextField`, `KeyLine`, `QuestionRow`, `HelpOverlay`, `WrappedText`.
///   A widget that holds others says where: `Card(...).inside(area)`. None owns a timer or keeps a state;
///   scroll offsets (`ScrollWindow`) and typed text (`TextField`) belong to the screen's model.
/// - States are words first: `StateWord` (OK ASK RUN ...), `CheckWord` (PASS WARN ?? ...), each with its `line`.
/// - Keys: `Key(name: "<C-t>")`, `Request.meant(by: key, on: screen)`; `KeyLine` and `HelpOverlay` read the same table.
/// - Tests state a screen as a picture of `canvas.lines`, and its styles as one of `canvas.styleLines` (`Style.letter`).
package struct Canvas: Equatable, Sendable {
  package let size: Size
  package let glyphs: Glyphs
  private var cells: [Cell]

  package init(_ size: Size, glyphs: Glyphs = .utf8) {
    self.size = Size(columns: max(0, size.columns), rows: max(0, size.rows))
    self.glyphs = glyphs
    self.cells = Array(repeating: .blank, count: self.size.columns * self.size.rows)
  }

  package var area: Rectangle { Rectangle(row: 0, column: 0, rows: size.rows, columns: size.columns) }

  /// The cell there; a blank one outside of the canvas.
  package subscript(row: Int, column: Int) -> Cell {
    area.contains(row: row, column: column) ? cells[row * size.columns + column] : .blank
  }

  /// Whether a row is the same in another canvas of the same size.
  package func hasRow(_ row: Int, as other: Canvas) -> Bool { rowCells(row) == other.rowCells(row) }

  // MARK: Drawing

  /// What happens to text that is longer than its place.
  package enum Overflow: Sendable {
    /// The last column shows `~`, so that nobody takes the part for the whole.
    case marked
    /// It ends where the place ends.
    case cut
  }

  /// Draws text from a cell on, inside of an area; answers the column after the last one drawn.
  @discardableResult
  package mutating func put(
    _ text: String, row: Int, column: Int, in area: Rectangle? = nil, style: Style = .plain,
    overflow: Overflow = .marked
  ) -> Int {
    put(Line(text, style), row: row, column: column, in: area, overflow: overflow)
  }

  /// Draws a row of parts from a cell on, inside of an area; answers the column after the last one drawn.
  @discardableResult
  package mutating func put(
    _ line: Line, row: Int, column: Int, in area: Rectangle? = nil, over base: Style = .plain,
    overflow: Overflow = .marked
  ) -> Int {
    let clip = area.map(self.area.intersection) ?? self.area
    guard row >= clip.row, row < clip.bottom, column < clip.right else { return column }
    var at = column
    for part in line.parts {
      let style = part.style.over(base)
      for piece in VisibleText(part.text).pieces {
        guard at + piece.columns <= clip.right else {
          endCut(row: row, column: at, clip: clip, style: style, overflow: overflow)
          return clip.right
        }
        draw(piece, row: row, column: at, clip: clip, style: style)
        at += piece.columns
      }
    }
    return at
  }

  private mutating func draw(_ piece: VisibleText.Piece, row: Int, column: Int, clip: Rectangle, style: Style) {
    let style = piece.isEscape ? style.ofEscapes : style
    if column >= clip.column {
      set(Cell(text: piece.text, columns: piece.columns, style: style), row: row, column: column)
    } else if column + piece.columns > clip.column {
      // The left half of a wide character is outside: what is inside stays empty.
      set(Cell(text: " ", columns: 1, style: style), row: row, column: clip.column)
    }
  }

  /// Ends a text that did not fit: a wide character that has only one column left is not drawn at all.
  private mutating func endCut(row: Int, column: Int, clip: Rectangle, style: Style, overflow: Overflow) {
    for free in max(column, clip.column)..<clip.right {
      set(Cell(text: " ", columns: 1, style: style), row: row, column: free)
    }
    guard overflow == .marked, clip.columns > 0 else { return }
    set(Cell(text: "~", columns: 1, style: style), row: row, column: clip.right - 1)
  }

  /// Writes one cell and repairs what it cuts: the other half of an overwritten wide character becomes a blank.
  private mutating func set(_ cell: Cell, row: Int, column: Int) {
    guard area.contains(row: row, column: column), column + cell.columns <= size.columns else { return }
    let index = row * size.columns + column
    if cells[index].columns == 0 { cells[index - 1] = cells[index - 1].emptied }
    let last = index + cell.columns - 1
    if cells[last].columns == 2 { cells[last + 1] = cells[last + 1].emptied }
    if last > index, cells[index].columns == 2 { cells[index + 1] = cells[index + 1].emptied }
    cells[index] = cell
    if cell.columns == 2 { cells[last] = Cell(text: "", columns: 0, style: cell.style) }
  }

  /// Empties an area.
  package mutating func clear(_ area: Rectangle, style: Style = .plain) {
    let clip = self.area.intersection(area)
    for row in clip.row..<clip.bottom {
      for column in clip.column..<clip.right {
        set(Cell(text: " ", columns: 1, style: style), row: row, column: column)
      }
    }
  }

  /// Lays a style over what an area shows.
  package mutating func restyle(_ area: Rectangle, _ style: Style) {
    let clip = self.area.intersection(area)
    for row in clip.row..<clip.bottom {
      for column in clip.column..<clip.right {
        let index = row * size.columns + column
        cells[index] = cells[index].styled(style.over(cells[index].style), glyphs: glyphs)
      }
    }
  }

  /// Draws a box along the inner edge of an area; a line of the same kind that it meets is joined.
  package mutating func box(_ area: Rectangle, kind: LineKind = .single, style: Style = .plain) {
    guard area.rows >= 2, area.columns >= 2 else { return }
    let (top, bottom, left, right) = (area.row, area.bottom - 1, area.column, area.right - 1)
    for column in left...right {
      let ends: LineArms = column == left ? .right : column == right ? .left : [.left, .right]
      let corner = column == left || column == right
      join(corner ? ends.union(.down) : ends, row: top, column: column, kind: kind, style: style)
      join(corner ? ends.union(.up) : ends, row: bottom, column: column, kind: kind, style: style)
    }
    for row in (top + 1)..<max(top + 1, bottom) {
      join([.up, .down], row: row, column: left, kind: kind, style: style)
      join([.up, .down], row: row, column: right, kind: kind, style: style)
    }
  }

  private mutating func join(_ arms: LineArms, row: Int, column: Int, kind: LineKind, style: Style) {
    let present = self[row, column]
    let joined = present.lineKind == kind ? arms.union(present.line) : arms
    set(Cell(line: joined, kind: kind, glyphs: glyphs, style: style), row: row, column: column)
  }

  // MARK: Pictures

  /// The rows as text, each as wide as the canvas.
  package var lines: [String] {
    (0..<size.rows).map { row in rowCells(row).map(\.text).joined() }
  }

  /// The rows as one letter of style per column; styles without a letter are numbered by `styleLegend`.
  package var styleLines: [String] {
    let legend = styleLegend
    return (0..<size.rows).map { row in
      String(rowCells(row).map { cell in cell.style.letter ?? legend.first { $0.style == cell.style }?.digit ?? "?" })
    }
  }

  /// The styles of the picture that have no letter of their own, in the order in which they appear.
  package var styleLegend: [(digit: Character, style: Style)] {
    var seen: [Style] = []
    for cell in cells where cell.style.letter == nil && !seen.contains(cell.style) { seen.append(cell.style) }
    return zip("123456789", seen).map { (digit: $0, style: $1) }
  }

  private func rowCells(_ row: Int) -> ArraySlice<Cell> {
    cells[row * size.columns..<(row + 1) * size.columns]
  }
}
