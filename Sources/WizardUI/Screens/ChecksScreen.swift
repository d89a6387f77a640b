// Checks: everything that is looked at before the start, all failures at once, each with why, saw, fix and after.

import UpgradeCore

/// Where the operator is among the checks.
package struct ChecksPlace: Hashable, Sendable {
  /// nil: the first row, which is the worst.
  package var selected: CheckRow.ID?
  package var window = ScrollWindow()
  package var detail = ScrollWindow()
  package var filter = ChecksFilter()
  package init() {}
}

/// Which of the checks are listed; the counts are always those of all.
package struct ChecksFilter: Hashable, Sendable {
  package var isOnlyBad = false
  /// What their rows hold; empty for all.
  package var text = ""
  /// The field, while it is typed.
  package var field: TextField?
  package init() {}

  var isOpen: Bool { self != ChecksFilter() }

  func lets(_ row: CheckRow) -> Bool {
    let isGood = [.pass, .skip, .note].contains(row.word)
    return !(isOnlyBad && isGood)
      && Search.finds(text, in: "\(row.word.rawValue) \(row.id.rule) \(row.sentence) \(row.object)")
  }

  /// `not OK, with "disk": 3 of 63`
  func note(_ shown: Int, of all: Int) -> String {
    let parts = (isOnlyBad ? ["not OK"] : []) + (text.isEmpty ? [] : ["with \"\(text)\""])
    return parts.isEmpty ? "" : "\(parts.joined(separator: ", ")): \(shown) of \(all)"
  }
}

struct ChecksScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel
  private let rows: CheckRows
  private let list: [CheckRow]

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
    rows = CheckRows(picture.checks, running: picture.checking)
    list = rows.worstFirst.filter(model.checks.filter.lets)
  }

  private var selected: Int {
    if let id = model.checks.selected, let row = list.firstIndex(where: { $0.id == id }) { return row }
    return 0
  }

  var keys: [Request] {
    [.down, .up, .nextPane, .rerun, .rerunAll, .onlyBad, .filter, .nextStep, .health, .journal, .write, .help, .quit]
  }

  var refusals: [Request: String] {
    var refusals: [Request: String] = [
      .override: "A failed check refuses the start; it has to be mended. Rules can be set aside later, step by step."
    ]
    if picture.rail != .checks {
      let reason = "The checks were those before the start; the gates of each step look again."
      refusals[.rerun] = reason
      refusals[.rerunAll] = reason
    } else if isFinding {
      refusals[.nextStep] = "Not yet: the deployment is still being looked for."
    } else if rows.isRunning {
      refusals[.nextStep] = "Not yet: checks are still running."
    } else if !rows.refusing.isEmpty {
      refusals[.nextStep] = cannotContinue
    }
    return refusals
  }

  /// Nothing is known yet, so nothing can be said about the start.
  private var isFinding: Bool { picture.setup == nil && picture.checks.isEmpty }

  var briefRemark: Line { remark }

  var remark: Line {
    if isFinding { return Line("Asking \(picture.target) what belongs to it. Nothing is changed by that.") }
    if rows.isRunning { return Line("Checks are running. Nothing is changed by them.") }
    if !rows.refusing.isEmpty { return Line("\(cannotContinue) Nothing has been changed.", .danger) }
    guard picture.rail == .checks else { return Line("These were the checks before the start.") }
    return Line("No check refuses the start. \(Request.nextStep.label) leads to the plan; nothing is changed by that.")
  }

  private var cannotContinue: String {
    let count = rows.refusing.count
    return "Cannot continue: \(count) check\(count == 1 ? "" : "s") \(count == 1 ? "refuses" : "refuse") the start."
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let (upper, lower) = areas(area)
    let inside = Card().inside(upper)
    let table = table(in: inside)
    let position =
      model.checks.window.showing(selected, of: list.count, height: inside.rows)
      .position(of: list.count, height: inside.rows) ?? ""
    // What is listed comes before how many there are of each kind, and where in the list this is.
    let filter = model.checks.filter.note(list.count, of: rows.rows.count)
    let title = Line("Checks  ") + (filter.isEmpty ? rows.counts : Line(filter, .attention))
    let notes = filter.isEmpty ? [position] : [position, rows.counts.string]
    Card(title, note: Card.note(notes, beside: title, columns: upper.columns), isFocused: !model.isLower)
      .draw(in: upper, on: &canvas)
    table.draw(in: inside, on: &canvas)
    if list.isEmpty, model.checks.filter.isOpen {
      canvas.put("(none of them: Esc shows all)", row: inside.row, column: inside.column + 1, in: inside)
    }
    detailCard.draw(in: lower, on: &canvas)
    return table.cursor(in: inside)
  }

  private func table(in area: Rectangle) -> Table {
    Table(
      columns: [
        .init("", .fixed(CheckWord.columns)), .init("check", .rest(least: 20)),
        .init("object", .natural(most: 24), alignment: .right, leftOutAt: 1),
      ],
      rows: list.map { [$0.word.line, Line($0.sentence), Line($0.object)] }, selected: selected,
      window: model.checks.window, isFocused: !model.isLower)
  }

  /// The list takes what it needs, the card below never less than seven rows.
  private func areas(_ area: Rectangle) -> (upper: Rectangle, lower: Rectangle) {
    split(area, lower: min(area.rows / 2, max(7, area.rows - list.count - 3)))
  }

  private var detailCard: ScrolledCard {
    guard list.indices.contains(selected), let result = list[selected].result else {
      return ScrolledCard("Selected", [], isFocused: model.isLower)
    }
    let row = list[selected]
    let parts = [
      ("Rule", result.title), ("Why", result.why), ("Saw", result.saw), ("Fix", result.fix),
      ("After", result.fix.isEmpty ? "" : result.after),
    ]
    return ScrolledCard(
      Line("Selected: ") + row.word.line + Line("  \(result.name)  on \(row.object)"),
      parts.filter { !$0.1.isEmpty }.map { WrappedText($0.1, label: Line($0.0, .bold), indent: 8) },
      window: model.checks.detail, isFocused: model.isLower)
  }

  var written: PageText? { PageText("checks", CheckText(picture.checks).lines) }

  var copied: PageText? {
    guard list.indices.contains(selected), list[selected].result != nil else { return nil }
    let card = detailCard
    return PageText("check", [card.title.string] + card.paragraphs.flatMap(\.plainLines))
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    switch request {
    case .onlyBad:
      model.checks.filter.isOnlyBad.toggle()
      return []
    case .rerun:
      guard list.indices.contains(selected) else { return [] }
      return [.send(.recheck(list[selected].id.rule))]
    case .rerunAll: return [.send(.recheck(nil))]
    case .nextStep:
      guard picture.rail == .checks, model.lookingAt == nil else { return nil }
      return model.send(.proceed, picture)
    default: break
    }
    if model.isLower {
      guard let first = detailCard.first(after: request, in: areas(model.body).lower) else { return nil }
      model.checks.detail.first = first
      return []
    }
    guard let row = Movement.target(request, from: selected, of: list.count) else { return nil }
    model.checks.selected = list[row].id
    model.checks.detail = ScrollWindow()
    return []
  }
}
