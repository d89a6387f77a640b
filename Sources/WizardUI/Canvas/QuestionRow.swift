// The row in which the wizard asks and the operator answers; on the same row of every screen.
//
//      Enable upgrade mode on all nodes?  [y] yes  [n] not now   (Enter does nothing)

/// A question with its keys; Enter is never among them.
package struct QuestionRow: Widget, Hashable {
  package struct Choice: Hashable, Sendable {
    package var request: Request
    package var title: String

    package init(_ request: Request, _ title: String) {
      self.request = request
      self.title = title
    }
  }

  package var question: Line
  package var choices: [Choice]
  /// Said after the choices, such as why a key was refused.
  package var note: Line
  /// A question that has just appeared takes no answer yet, and says so.
  package var isArmed: Bool

  package init(_ question: Line, choices: [Choice], note: Line = "(Enter does nothing)", isArmed: Bool = true) {
    self.question = question
    self.choices = choices
    self.note = note
    self.isArmed = isArmed
  }

  /// How many rows the question takes at that width, so that none of it is cut.
  package func rows(columns: Int) -> Int { layout(columns: columns).count }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let rows = layout(columns: area.columns)
    let shown =
      switch area.rows {
      case rows.count...: rows
      case 2...: Array(rows.prefix(area.rows - 1) + rows.suffix(1))
      default: [squeezed(columns: area.columns)]
      }
    for (index, row) in shown.prefix(area.rows).enumerated() {
      canvas.put(row, row: area.row + index, column: area.column + 1, in: area)
    }
  }

  private func layout(columns: Int) -> [Line] {
    let room = max(1, columns - 2)
    let answers = note.isEmpty ? keys : keys + "   " + note
    // Without keys of its own beside it the question itself has to say that it takes none yet.
    let wait = choices.isEmpty && !isArmed ? "(wait) " : ""
    let asked = Line(wait) + question.over(.attention)
    let one = choices.isEmpty ? asked : asked + "  " + answers
    if one.columns <= room { return [one] }
    let text = wait + question.parts.map(\.text).joined()
    let rows = WrappedText(text, style: .attention).rows(columns: room)
    return choices.isEmpty ? rows : rows + [answers]
  }

  /// All in one row that is too short for it: the keys are worth more than the end of the question.
  private func squeezed(columns: Int) -> Line {
    let room = columns - 2 - keys.columns - 2
    return room > 0 ? question.over(.attention).clipped(to: room) + "  " + keys : keys
  }

  private var keys: Line {
    choices.enumerated().reduce(isArmed ? Line() : "(wait) ") { line, choice in
      let key = choice.element.request.keys.first?.label ?? ""
      let text = Line("[\(key)] \(choice.element.title)", isArmed ? .bold : .dim)
      return line + (choice.offset > 0 ? "  " : "") + text
    }
  }
}
