// The newest rows of a log or of a command's output, or any older stretch of them.

/// Rows of a log, the newest at the bottom; long rows are cut and marked.
package struct LogPane: Widget, Hashable {
  package enum Place: Hashable, Sendable {
    /// The newest row is in sight and stays so.
    case newest
    /// That row is the first one in sight.
    case from(Int)
  }

  package var rows: [Line]
  package var place: Place
  /// What is written where there is no row yet.
  package var whenEmpty: String

  package init(_ rows: [Line], place: Place = .newest, whenEmpty: String = "(nothing yet)") {
    self.rows = rows
    self.place = place
    self.whenEmpty = whenEmpty
  }

  /// What of the log is in sight at that height.
  package func window(height: Int) -> ScrollWindow {
    let first =
      switch place {
      case .newest: rows.count
      case .from(let first): first
      }
    return ScrollWindow(first: first).showing(nil, of: rows.count, height: height)
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    guard !rows.isEmpty else {
      canvas.put(whenEmpty, row: area.row, column: area.column, in: area)
      return
    }
    let window = window(height: area.rows)
    for (offset, row) in rows.dropFirst(window.first).prefix(area.rows).enumerated() {
      canvas.put(row, row: area.row + offset, column: area.column, in: area)
    }
  }
}
