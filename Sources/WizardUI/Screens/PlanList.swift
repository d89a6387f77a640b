// The plan's rows in columns, with the two lines of the way back drawn between them.
//
//      # node       role       what happens                clients notice
//     >4 10.0.3.10  PRIMARY s1 restart on 7.0.15, sync     nothing
//     ── way back of s1 CLOSES from here on ──────────────────────────────

import UpgradeCore

/// The list; one entry a row.
struct PlanList: Widget {
  enum Entry: Hashable {
    case row(Int)
    case line(PlanRow.Line)
    /// The plan does not come to its end.
    case end(String)
  }

  var rows: [PlanRow]
  var entries: [Entry]
  var selected: Int
  var window: ScrollWindow
  var isFocused: Bool

  init(_ rows: [PlanRow], ending: Plan.Ending?, selected: Int, window: ScrollWindow, isFocused: Bool) {
    self.rows = rows
    self.selected = selected
    self.window = window
    self.isFocused = isFocused
    entries = rows.indices.flatMap { index -> [Entry] in
      rows[index].line.map { [.line($0), .row(index)] } ?? [.row(index)]
    }
    switch ending {
    case .problem(let problem): entries.append(.end("The plan ends here: \(problem.what)"))
    case .endless: entries.append(.end("The plan has no end: this is a defect of this program."))
    case .done, nil: break
    }
  }

  private var selectedEntry: Int? { entries.firstIndex(of: .row(selected)) }

  private func shown(in area: Rectangle) -> ScrollWindow {
    window.showing(selectedEntry, of: entries.count, height: max(0, area.rows - 1))
  }

  func position(in area: Rectangle) -> String? {
    shown(in: area).position(of: entries.count, height: max(0, area.rows - 1))
  }

  func cursor(in area: Rectangle) -> Position? {
    guard let selectedEntry, area.rows > 1 else { return nil }
    return Position(row: area.row + 1 + selectedEntry - shown(in: area).first, column: area.column)
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    let widths = table.widths(in: area.columns - 1)
    let header = joined(table.columns.map { Line($0.title, .underlined) }, widths, marker: " ")
    canvas.put(header, row: area.row, column: area.column, in: area)
    let list = area.cutTop(1).rest
    for (offset, entry) in entries.dropFirst(shown(in: area).first).prefix(list.rows).enumerated() {
      let row = list.row + offset
      switch entry {
      case .row(let index):
        let isSelected = index == selected
        let line = joined(cells[index], widths, marker: isSelected ? ">" : " ")
        canvas.put(line, row: row, column: list.column, in: list, over: isSelected && isFocused ? .bold : .plain)
      case .line(let line): put(line, row: row, in: list, on: &canvas)
      case .end(let text): canvas.put(text, row: row, column: list.column + 1, in: list, style: .danger)
      }
    }
  }

  private func put(_ line: PlanRow.Line, row: Int, in area: Rectangle, on canvas: inout Canvas) {
    let text = line.text.displayColumns + 8 <= area.columns ? line.text : line.shortText
    let dash = String(canvas.glyphs.line([.left, .right], .single))
    let start = Line(dash + dash + " " + text + " ", .attention)
    let rest = String(repeating: dash, count: max(0, area.columns - start.columns))
    canvas.put(start + Line(rest, .attention), row: row, column: area.column, in: area, overflow: .cut)
  }

  private var cells: [[Line]] {
    rows.enumerated().map { index, row in
      [
        Line("\(index + 1)"), Line(row.subject), Line(row.role), Line(row.shard), Line(row.what), Line(row.clients),
      ]
    }
  }

  private var hasDatabases: Bool { rows.contains { if case .database = $0.kind { true } else { false } } }

  private var table: Table {
    Table(
      columns: [
        .init("#", .natural(most: 3), alignment: .right), .init("node", .natural(most: 24)),
        .init("role", .fixed(rows.contains { $0.role.count > 7 } ? 8 : 7), leftOutAt: 2),
        hasDatabases
          ? .init("data kept by", .natural(most: 16), leftOutAt: 3) : .init("shard", .natural(most: 5), leftOutAt: 3),
        .init("what happens", .rest(least: 20)), .init("clients notice", .natural(most: 14), leftOutAt: 1),
      ], rows: cells, hasHeader: true)
  }

  private func joined(_ cells: [Line], _ widths: [Int?], marker: String) -> Line {
    var line = Line(marker)
    for (index, cell) in cells.enumerated() {
      guard let width = widths[index] else { continue }
      line +=
        (line.columns > 1 ? Line(" ") : Line()) + cell.padded(to: width, alignment: table.columns[index].alignment)
    }
    return line
  }
}
