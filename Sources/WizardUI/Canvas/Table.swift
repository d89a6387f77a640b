// Rows in columns, one of them selected, scrolled so that the selected one is in sight.
//
//      state node            role       version
//      OK    10.0.3.11       replica s1 7.4.1
//     >ASK   10.0.3.15       replica s3 7.2.5
//      WAIT  10.0.3.10       PRIMARY s1 7.2.5

/// The first row of a list that is in sight; it belongs to the model of a screen, as it outlives a frame.
package struct ScrollWindow: Hashable, Sendable {
  package var first: Int

  package init(first: Int = 0) { self.first = first }

  /// The window moved as little as possible so that a row is in sight, and never past the end of the list.
  package func showing(_ row: Int?, of count: Int, height: Int) -> ScrollWindow {
    guard height > 0 else { return self }
    var first = self.first
    if let row { first = min(max(first, row - height + 1), row) }
    return ScrollWindow(first: max(0, min(first, count - height)))
  }

  /// What of a list is in sight, in words for the title of its pane (`4-9 of 12`); nothing when it is all of it.
  package func position(of count: Int, height: Int) -> String? {
    guard height > 0, count > height else { return nil }
    return "\(first + 1)-\(min(count, first + height)) of \(count)"
  }
}

/// A list in columns; the first column is usually the state word.
package struct Table: Widget, Hashable {
  /// How wide a column is.
  package enum Width: Hashable, Sendable {
    case fixed(Int)
    /// As wide as its widest cell, within bounds.
    case natural(most: Int)
    /// An equal share of what the others leave, but at least so many columns.
    case rest(least: Int)
  }

  package struct Column: Hashable, Sendable {
    package var title: String
    package var width: Width
    package var alignment: Alignment
    /// In a narrow area the columns of the highest number are left out first; 0 stays always.
    package var leftOutAt: Int

    package init(_ title: String, _ width: Width, alignment: Alignment = .left, leftOutAt: Int = 0) {
      self.title = title
      self.width = width
      self.alignment = alignment
      self.leftOutAt = leftOutAt
    }
  }

  package var columns: [Column]
  package var rows: [[Line]]
  package var selected: Int?
  package var window: ScrollWindow
  /// Whether the titles of the columns are drawn in a row above.
  package var hasHeader: Bool
  package var isFocused: Bool

  package init(
    columns: [Column], rows: [[Line]], selected: Int? = nil, window: ScrollWindow = ScrollWindow(),
    hasHeader: Bool = false, isFocused: Bool = true
  ) {
    self.columns = columns
    self.rows = rows
    self.selected = selected
    self.window = window
    self.hasHeader = hasHeader
    self.isFocused = isFocused
  }

  /// The rows of an area that are left for the list itself.
  package func listRows(in area: Rectangle) -> Int { max(0, area.rows - (hasHeader ? 1 : 0)) }

  /// Where the hardware cursor stands: on the selected row, for those who follow it with a Braille display.
  package func cursor(in area: Rectangle) -> Position? {
    let height = listRows(in: area)
    guard let selected, rows.indices.contains(selected), height > 0, area.columns > 0 else { return nil }
    let window = window.showing(selected, of: rows.count, height: height)
    return Position(row: area.row + (hasHeader ? 1 : 0) + selected - window.first, column: area.column)
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let widths = widths(in: area.columns - 1)
    var list = area
    if hasHeader {
      let header: Rectangle
      (header, list) = area.cutTop(1)
      put(columns.map { Line($0.title, .underlined) }, widths, marker: " ", row: header.row, in: header, on: &canvas)
    }
    let window = window.showing(selected, of: rows.count, height: list.rows)
    for (offset, row) in rows.dropFirst(window.first).prefix(list.rows).enumerated() {
      let isSelected = window.first + offset == selected
      put(
        row, widths, marker: isSelected ? ">" : " ", row: list.row + offset, in: list, on: &canvas,
        over: isSelected && isFocused ? .bold : .plain)
    }
  }

  private func put(
    _ cells: [Line], _ widths: [Int?], marker: String, row: Int, in area: Rectangle, on canvas: inout Canvas,
    over base: Style = .plain
  ) {
    var line = Line(marker)
    var isFirst = true
    for (index, width) in widths.enumerated() {
      guard let width else { continue }
      if !isFirst { line += " " }
      isFirst = false
      let cell = cells.indices.contains(index) ? cells[index] : Line()
      line += cell.padded(to: width, alignment: columns[index].alignment)
    }
    canvas.put(line, row: row, column: area.column, in: area, over: base)
  }

  /// The width of each column, nothing for one that is left out.
  func widths(in available: Int) -> [Int?] {
    var shown = Set(columns.indices)
    while needed(shown) > available {
      let most = shown.map { columns[$0].leftOutAt }.max() ?? 0
      guard most > 0, let last = shown.filter({ columns[$0].leftOutAt == most }).max() else { break }
      shown.remove(last)
    }
    let flexible = shown.filter { columns[$0].isFlexible }.sorted()
    let spare = max(0, available - needed(shown))
    return columns.indices.map { index in
      guard shown.contains(index) else { return nil }
      guard let place = flexible.firstIndex(of: index) else { return least(index) }
      let (share, left) = spare.quotientAndRemainder(dividingBy: flexible.count)
      return least(index) + share + (place < left ? 1 : 0)
    }
  }

  private func needed(_ shown: Set<Int>) -> Int {
    shown.reduce(max(0, shown.count - 1)) { $0 + least($1) }
  }

  private func least(_ index: Int) -> Int {
    switch columns[index].width {
    case .fixed(let width): width
    case .rest(let least): least
    case .natural(let most):
      min(
        most,
        rows.reduce(columns[index].title.displayColumns * (hasHeader ? 1 : 0)) { widest, row in
          max(widest, row.indices.contains(index) ? row[index].columns : 0)
        })
    }
  }
}

extension Table.Column {
  var isFlexible: Bool {
    if case .rest = width { return true }
    return false
  }
}
