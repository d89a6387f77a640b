// The rows above the keys: what is asked with its answers, or what goes on; and why something was refused.

import UpgradeCore

struct TalkRows: Widget {
  let picture: RunPicture
  let model: WizardModel
  let screen: any WizardScreen
  let isArmed: Bool

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    var rest = area
    let status = statusRows(in: area)
    if !status.isEmpty {
      let place: Rectangle
      (rest, place) = rest.cutBottom(status.count)
      for (index, row) in status.enumerated() {
        canvas.put(row, row: place.row + index, column: place.column + 1, in: place.inset(rows: 0))
      }
    }
    if let field = model.searchField {
      field.draw(in: rest.inset(rows: 0), on: &canvas)
    } else if let question {
      question.draw(in: rest, on: &canvas)
    } else {
      let inside = rest.inset(rows: 0)
      for (index, row) in remarkRows(in: inside).enumerated() {
        canvas.put(row, row: inside.row + index, column: inside.column, in: inside)
      }
    }
  }

  /// Why something was refused, or what was done: whole where nothing is asked above it, else one row, cut and marked.
  private func statusRows(in area: Rectangle) -> [Line] {
    guard let status = model.status else { return [] }
    let columns = area.inset(rows: 0).columns
    let most = question == nil && model.searchField == nil ? area.rows : 1
    let ways = [
      WrappedText(status, style: .attention).rows(columns: columns), Self.filled(status, columns: columns),
    ]
    return ways.first { $0.count <= most } ?? [Line(status, .attention)]
  }

  /// Rows that are full, wherever that breaks a word: a long path is whole at least.
  private static func filled(_ text: String, columns: Int) -> [Line] {
    var rows: [Line] = []
    var rest = VisibleText(text).pieces[...]
    while !rest.isEmpty {
      var used = 0
      let row = rest.prefix { piece in
        used += piece.columns
        return used <= columns
      }
      guard !row.isEmpty else { break }
      rows.append(Line(row, .attention))
      rest = rest.dropFirst(row.count)
    }
    return rows
  }

  /// Where the hardware cursor stands while something is typed here.
  func cursor(in area: Rectangle) -> Position? {
    let rest = area.cutBottom(statusRows(in: area).count).rest
    return model.searchField?.cursor(in: rest.inset(rows: 0))
  }

  /// Never a part of a sentence as if it were all of it: where there is no room it is said more briefly, or its cut is
  /// marked.
  private func remarkRows(in area: Rectangle) -> [Line] {
    let rows = Self.wrapped(remark(isBrief: false), columns: area.columns)
    return rows.count <= area.rows ? rows : area.rows > 0 ? [remark(isBrief: true)] : []
  }

  private func remark(isBrief: Bool) -> Line {
    if case .override = model.dialog?.prompt {
      return Line("Health keeps updating. Nothing is set aside before the words are there and Enter is pressed.")
    }
    if case .access = model.dialog?.prompt {
      return Line("ssh waits for this before it goes on. What is typed goes to ssh alone and is kept nowhere.")
    }
    if model.dialog != nil {
      return Line("Health keeps updating. If a gate turns red, Enter is refused and says why.")
    }
    if let sent = model.sent {
      return Line(sent.command == .leave ? "Leaving." : "Sent; waiting for what comes of it.")
    }
    if let conclusion = picture.conclusion {
      return Line(
        (conclusion.lines.first ?? "The run is over.")
          + "  \(Request.quit.label) ends the program with code \(conclusion.exitCode).")
    }
    if let watch = WatchRemark(picture) { return isBrief ? watch.brief : watch.line }
    return isBrief ? screen.briefRemark : screen.remark
  }

  private static func wrapped(_ line: Line, columns: Int) -> [Line] {
    guard line.columns > columns else { return [line] }
    return WrappedText(line.parts.map(\.text).joined(), style: line.parts.first?.style ?? .plain)
      .rows(columns: columns)
  }

  // MARK: - What is asked

  private var question: QuestionRow? {
    guard model.dialog == nil, let prompt = model.prompt else { return nil }
    switch prompt {
    case .question: return picture.state.asked.map(asked)
    case .problem:
      let last = picture.offers.compactMap(\.number).last ?? 0
      let digits = last > 1 ? "1-\(last)" : "1"
      return QuestionRow(
        Line(
          "Pick \(digits): nothing runs until you do. If you quit now: exit code \(LeaveForecast(picture).codeText)."),
        choices: [], note: Line(), isArmed: isArmed)
    case .choice(let choice):
      let text = picture.offers.first { $0.offer.choice == choice }?.offer.text ?? choice.name
      return row("\(text)?", yes: "do it", no: "go back")
    case .hold:
      let running =
        picture.state.inFlight.map { " \($0.effect.step.sentence(in: picture.setup)) is finished first." } ?? ""
      return row(
        "Hold the run?\(running) Nothing begins until \(Request.pause.label) is pressed.", yes: "hold", no: "go on")
    case .goOn:
      let next = NextCard.step(of: picture).map { " Next: \($0.title)." } ?? ""
      return row("Go on?\(next)", yes: "go on", no: "stay held")
    case .leave: return row("Leave now? Exit code \(LeaveForecast(picture).codeText).", yes: "leave", no: "stay")
    case .override, .access: return nil
    }
  }

  private func asked(_ question: Question) -> QuestionRow {
    let title = question.asking
    return question.isTyped
      ? row(title, yes: "open, then type \(question.word)", no: "not now") : row(title, yes: "yes", no: "not now")
  }

  private func row(_ text: String, yes: String, no: String) -> QuestionRow {
    let row = QuestionRow(Line(text), choices: [.init(.yes, yes), .init(.no, no)], isArmed: isArmed)
    // The remark about Enter is worth less than having all of the question in one row.
    guard row.rows(columns: model.size.columns) > 1 else { return row }
    return QuestionRow(row.question, choices: row.choices, note: Line(), isArmed: isArmed)
  }
}
