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

  package init(
    for screen: ScreenName, refusals: [Request: String] = [:], notes: [WrappedText] = [],
    window: ScrollWindow = ScrollWindow()
  ) {
    self.screen = screen
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
    let window = window.showing(nil, of: rows.count, height: inside.rows)
    let position = window.position(of: rows.count, height: inside.rows)
    Card("Help for \(screen.words)", note: Line(position ?? ""), isFocused: true).draw(in: area, on: &canvas)
    for (index, row) in rows.dropFirst(window.first).prefix(inside.rows).enumerated() {
      canvas.put(row, row: inside.row + index, column: inside.column, in: inside)
    }
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
