// Every key of a screen with a sentence, and what the words on it mean; made from the request table.
//
//     ┌─ Help for the nodes ──────────────────────────────────────┐
//     │ y          Answer the question row with yes, once it is   │
//     │            armed.                                         │

/// The help of one screen; it fills its area and scrolls.
package struct HelpOverlay: Widget, Hashable {
  package var screen: ScreenName
  /// Why a request is refused now; said beside it in words.
  package var refusals: [Request: String]
  /// What a screen adds of its own, such as the exit codes.
  package var notes: [WrappedText]
  package var window: ScrollWindow
  package var search: Search?

  package init(
    for screen: ScreenName, refusals: [Request: String] = [:], notes: [WrappedText] = [],
    window: ScrollWindow = ScrollWindow(), search: Search? = nil
  ) {
    self.screen = screen
    self.search = search
    self.refusals = refusals
    self.notes = notes
    self.window = window
  }

  /// All rows of the help at the width of that area, frame taken off.
  package func rows(in area: Rectangle) -> [Line] {
    let columns = max(1, area.columns - 4)
    return paragraphs.flatMap { $0.rows(columns: columns) }
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    canvas.clear(area)
    let inside = area.inset(rows: 1, columns: 2)
    let rows = rows(in: area)
    let window = shown(in: area)
    let title = Line("Help for \(screen.words)")
    let notes = [
      search?.note(in: searchRows(in: area)) ?? "", window.position(of: rows.count, height: inside.rows) ?? "",
    ]
    Card(title, note: Card.note(notes, beside: title, columns: area.columns), isFocused: true)
      .draw(in: area, on: &canvas)
    let inSight = rows.dropFirst(window.first).prefix(inside.rows)
    for (index, row) in inSight.enumerated() {
      canvas.put(row, row: inside.row + index, column: inside.column, in: inside)
    }
    search?.mark(inSight, in: inside, on: &canvas)
  }

  /// Where the hardware cursor stands: on the row that was found.
  package func cursor(in area: Rectangle) -> Position {
    let window = shown(in: area)
    let inside = area.inset(rows: 1, columns: 2)
    guard let hit = search?.hit, (window.first..<window.first + inside.rows).contains(hit) else {
      return Position(row: area.row, column: area.column)
    }
    return Position(row: inside.row + hit - window.first, column: inside.column)
  }

  // MARK: - Searching

  func shown(in area: Rectangle) -> ScrollWindow {
    window.showing(nil, of: rows(in: area).count, height: area.inset().rows)
  }

  func searchRows(in area: Rectangle) -> [Search.Row] {
    rows(in: area).enumerated().map { Search.Row($0.offset, $0.element.string) }
  }

  /// The first row in sight when that one is.
  func revealing(_ row: Int, in area: Rectangle) -> Int {
    shown(in: area).showing(row, of: rows(in: area).count, height: area.inset().rows).first
  }

  private static let keyColumns = 14

  private var paragraphs: [WrappedText] {
    let keys = Request.table.filter { $0.screens.contains(screen) && !$0.isOneOfManyDigits }.map { entry in
      let refusal = refusals[entry.request].map { " Not now: \($0)" } ?? ""
      return WrappedText(
        entry.help + refusal, style: refusal.isEmpty ? .plain : .dim,
        label: Line(entry.labels(on: screen), .bold), indent: Self.keyColumns)
    }
    let states = StateWord.allCases.map { WrappedText($0.meaning, label: $0.line, indent: Self.keyColumns) }
    let checks = CheckWord.allCases.map { WrappedText($0.meaning, label: $0.line, indent: Self.keyColumns) }
    return keys + [WrappedText(""), WrappedText("States", style: .underlined)] + states
      + [WrappedText(""), WrappedText("Results of checks", style: .underlined)] + checks
      + (notes.isEmpty ? [] : [WrappedText("")]) + notes
  }
}

extension RequestEntry {
  /// The keys as the help of a screen shows them; where characters are text, only the other keys.
  func labels(on screen: ScreenName) -> String {
    if request == .choose(1) { return "1-9" }
    return keys.filter { Request.meant(by: $0, on: screen) == request }.map(\.label).joined(separator: " ")
  }

  /// The digits are one row of the help.
  var isOneOfManyDigits: Bool {
    if case .choose(let digit) = request { return digit > 1 }
    return false
  }
}
