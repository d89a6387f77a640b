// Finish: upgrade mode goes off, everything is compared; every line was read back from the servers at that moment.

import UpgradeCore

struct FinishScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] { [.down, .up, .commands, .previousStep] + commonKeys }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let areas = areas(area)
    canvas.put(
      HealthText(picture).summary(columns: canvas.size.columns - 1), row: area.row, column: area.column + 1, in: area)
    card.draw(in: areas.card, on: &canvas)
    NextCard(picture).draw(in: areas.next, on: &canvas)
    let inside = areas.events.inset(rows: 1, columns: 2)
    Card("Events").draw(in: areas.events, on: &canvas)
    EventPane(picture.events, place: .newest, columns: inside.columns).log.draw(in: inside, on: &canvas)
    return Position(row: areas.card.row + 1, column: areas.card.column + 1)
  }

  private func areas(_ area: Rectangle) -> (card: Rectangle, next: Rectangle, events: Rectangle) {
    let rest = area.cutTop(1).rest
    let (upper, events) = split(rest, lower: max(2, rest.rows / 5))
    let (card, next) = split(upper, lower: min(5, max(2, upper.rows / 4)))
    return (card, next, events)
  }

  private var card: ScrolledCard {
    guard let finish = picture.finish else {
      return ScrolledCard(
        "Finish", [WrappedText(waiting)], window: model.page, isFocused: true)
    }
    return ScrolledCard(
      Line("Finish  ") + FinishText(finish).counts, FinishText(finish).paragraphs, window: model.page,
      isFocused: true)
  }

  private var waiting: String {
    let open = picture.state.facts.openLedger.count
    return open > 0
      ? "\(open) temporary settings are still to be put back; then everything is compared."
      : "Every temporary setting is back. Versions, roles, keys, configuration and users are being compared."
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    guard let first = card.first(after: request, in: areas(model.body).card) else { return nil }
    model.page.first = first
    return []
  }
}

/// The lines of the final comparison.
struct FinishText {
  let finish: FinishReport

  init(_ finish: FinishReport) { self.finish = finish }

  var counts: Line {
    let parts: [(FinishReport.Line.Mark, Style)] = [
      (.ok, .plain), (.warn, .attention), (.fail, .danger), (.notVerified, .attention),
    ]
    return parts.reduce(Line()) { line, part in
      let count = finish.lines.count { $0.mark == part.0 }
      return count == 0 ? line : line + (line.isEmpty ? "" : "  ") + Line("\(count) \(part.0.rawValue)", part.1)
    }
  }

  var paragraphs: [WrappedText] {
    finish.lines.map { line in
      let mark = Line(line.mark.word, line.mark.style).padded(to: 5)
      return WrappedText(line.text, label: mark + Line(line.topic, .bold), indent: 17)
    }
  }
}

extension FinishReport.Line.Mark {
  /// The first word of the row.
  package var word: String {
    switch self {
    case .ok: "OK"
    case .warn: "WARN"
    case .fail: "FAIL"
    case .notVerified: "??"
    }
  }

  var style: Style {
    switch self {
    case .ok: .good
    case .warn, .notVerified: .attention
    case .fail: .danger
    }
  }
}
