// The steps of the wizard in one row, the current one in brackets.
//
//      1 Checks ok──2 Plan ok──[3 Nodes 2/6]──4 Finish──5 Report      ETA 18-31 min

/// Where the operator is in the wizard; in a narrow window the other steps shrink first.
package struct StepRail: Widget, Hashable {
  package struct Step: Hashable, Sendable {
    package var title: String
    /// A word after the title, such as `ok` or `3/6`.
    package var mark: String

    package init(_ title: String, mark: String = "") {
      self.title = title
      self.mark = mark
    }
  }

  package var steps: [Step]
  package var current: Int
  /// At the right end, such as the expected time left.
  package var note: Line

  package init(_ steps: [Step], current: Int, note: Line = Line()) {
    self.steps = steps
    self.current = current
    self.note = note
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let dash = String(canvas.glyphs.line([.left, .right], .single))
    let forms = [
      rail(joint: " \(dash)\(dash)\(dash) "), rail(joint: dash + dash), rail(joint: dash + dash, isShort: true),
      rail(joint: " ", isShort: true), here,
    ]
    let withNote = forms.first { !note.isEmpty && $0.columns + note.columns + 4 <= area.columns }
    let form = withNote ?? forms.first { $0.columns < area.columns } ?? here
    canvas.put(form, row: area.row, column: area.column + 1, in: area)
    guard withNote != nil else { return }
    canvas.put(note, row: area.row, column: area.right - note.columns - 1, in: area)
  }

  private func rail(joint: String, isShort: Bool = false) -> Line {
    var line = Line()
    for index in steps.indices {
      if index > 0 { line += Line(joint) }
      line += text(of: index, isShort: isShort && index != current)
    }
    return line
  }

  /// The current step alone.
  private var here: Line {
    guard steps.indices.contains(current) else { return Line() }
    return text(of: current, isShort: false) + Line(" of \(steps.count)")
  }

  private func text(of index: Int, isShort: Bool) -> Line {
    let step = steps[index]
    let words = ["\(index + 1)", isShort ? "" : step.title, step.mark].filter { !$0.isEmpty }
    let text = words.joined(separator: " ")
    return index == current ? Line("[\(text)]", .bold) : Line(text)
  }
}
