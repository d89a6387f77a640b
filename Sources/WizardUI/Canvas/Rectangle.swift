// Places and areas of a screen, counted in cells from the upper left corner.

/// A size in cells.
package struct Size: Hashable, Sendable {
  package var columns: Int
  package var rows: Int

  package init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
  }
}

/// One cell of a screen; row 0, column 0 is the upper left one.
package struct Position: Hashable, Sendable {
  package var row: Int
  package var column: Int

  package init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// An area of cells; sizes are never negative, so that a layout of a tiny window is empty and not wrong.
///
/// Layouts are cut off the edges: `let (rail, rest) = area.cutTop(1)`. Panes that share a border are cut with
/// `sharing: 1`, which leaves the border row or column in both parts.
package struct Rectangle: Hashable, Sendable {
  package let row: Int
  package let column: Int
  package let rows: Int
  package let columns: Int

  package init(row: Int, column: Int, rows: Int, columns: Int) {
    self.row = row
    self.column = column
    self.rows = max(0, rows)
    self.columns = max(0, columns)
  }

  /// The first row below, and the first column to the right of, the area.
  package var bottom: Int { row + rows }
  package var right: Int { column + columns }
  package var isEmpty: Bool { rows == 0 || columns == 0 }
  package var size: Size { Size(columns: columns, rows: rows) }

  package func contains(row: Int, column: Int) -> Bool {
    row >= self.row && row < bottom && column >= self.column && column < right
  }

  package func intersection(_ other: Rectangle) -> Rectangle {
    let top = max(row, other.row)
    let left = max(column, other.column)
    return Rectangle(
      row: top, column: left,
      rows: min(bottom, other.bottom) - top, columns: min(right, other.right) - left)
  }

  /// The area without so many rows at top and bottom and so many columns at both sides.
  package func inset(rows: Int = 1, columns: Int = 1) -> Rectangle {
    Rectangle(
      row: row + min(rows, self.rows), column: column + min(columns, self.columns),
      rows: self.rows - 2 * rows, columns: self.columns - 2 * columns)
  }

  /// The upper `count` rows, and what is below; with `sharing` the last rows of the one are the first of the other.
  package func cutTop(_ count: Int, sharing: Int = 0) -> (top: Rectangle, rest: Rectangle) {
    let upper = min(max(0, count), rows)
    let kept = max(0, upper - sharing)
    return (
      Rectangle(row: row, column: column, rows: upper, columns: columns),
      Rectangle(row: row + kept, column: column, rows: rows - kept, columns: columns)
    )
  }

  /// What is above, and the lower `count` rows.
  package func cutBottom(_ count: Int, sharing: Int = 0) -> (rest: Rectangle, bottom: Rectangle) {
    let lower = min(max(0, count), rows)
    let kept = max(0, lower - sharing)
    return (
      Rectangle(row: row, column: column, rows: rows - kept, columns: columns),
      Rectangle(row: bottom - lower, column: column, rows: lower, columns: columns)
    )
  }

  /// The left `count` columns, and what is to their right.
  package func cutLeft(_ count: Int, sharing: Int = 0) -> (left: Rectangle, rest: Rectangle) {
    let near = min(max(0, count), columns)
    let kept = max(0, near - sharing)
    return (
      Rectangle(row: row, column: column, rows: rows, columns: near),
      Rectangle(row: row, column: column + kept, rows: rows, columns: columns - kept)
    )
  }

  /// What is to the left, and the right `count` columns.
  package func cutRight(_ count: Int, sharing: Int = 0) -> (rest: Rectangle, right: Rectangle) {
    let far = min(max(0, count), columns)
    let kept = max(0, far - sharing)
    return (
      Rectangle(row: row, column: column, rows: rows, columns: columns - kept),
      Rectangle(row: row, column: right - far, rows: rows, columns: far)
    )
  }

  /// An area of at most that size in the middle of this one.
  package func centred(_ size: Size) -> Rectangle {
    let rows = min(size.rows, self.rows)
    let columns = min(size.columns, self.columns)
    return Rectangle(
      row: row + (self.rows - rows) / 2, column: column + (self.columns - columns) / 2, rows: rows, columns: columns)
  }
}
