// Plan: every node and every hand-over with what clients notice, the lines of the way back, and the exact commands.

import UpgradeCore

/// Where the operator is in the plan.
package struct PlanPlace: Hashable, Sendable {
  package var selected = 0
  /// The row that was moved last, which stays selected wherever it comes to stand.
  var moved: PlanRow.Kind?
  package var window = ScrollWindow()
  package var detail = ScrollWindow()
  package init() {}
}

struct PlanScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel
  private let rows: PlanRows

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
    rows = PlanRows(picture.plan, setup: picture.setup, briefing: picture.briefing)
  }

  private var selected: Int {
    let moved = model.plan.moved.flatMap { kind in rows.rows.firstIndex { $0.kind == kind } }
    return moved ?? min(model.plan.selected, max(0, rows.rows.count - 1))
  }

  var keys: [Request] {
    [.down, .up, .nextPane, .later, .earlier, .commands, .write, .previousStep, .health, .journal, .help, .quit]
  }

  var refusals: [Request: String] {
    [Request.earlier, .later].reduce(into: [:]) { found, request in
      if case .failure(let obstacle) = order(request) { found[request] = "Not moved: \(obstacle.words)." }
    }
  }

  /// The order of the shards once the selected row's has changed places with its neighbour.
  private func order(_ request: Request) -> Result<[ShardID], OrderObstacle> {
    guard let setup = picture.setup, rows.rows.indices.contains(selected) else {
      return .failure("the plan is being made")
    }
    guard let shard = rows.rows[selected].kind.shard(in: setup) else {
      return .failure("only a shard's replicas and its hand-over can be moved")
    }
    var order = (picture.state.setup ?? setup).shardsInTurn
    if let obstacle = picture.state.obstacle(toOrdering: order) { return .failure(OrderObstacle(obstacle)) }
    guard let place = order.firstIndex(of: shard) else { return .failure("this shard is not in the plan") }
    let other = request == .earlier ? place - 1 : place + 1
    guard order.indices.contains(other) else {
      return .failure(
        request == .earlier
          ? "\(shard) is the first already; no hand-over comes before the replicas of all shards"
          : "\(shard) is the last already; no replica comes after the first hand-over")
    }
    order.swapAt(place, other)
    return .success(order)
  }

  var briefRemark: Line { remark }

  var remark: Line {
    if picture.plan == nil { return Line("The plan is being made from what the servers say.") }
    guard picture.rail == .plan else {
      return Line("What is left of the plan. \(Request.nextStep.label) goes back to the run.")
    }
    return Line("Nothing has been changed yet.")
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let (upper, lower) = areas(area)
    let inside = Card().inside(upper)
    let list = list
    let isRest = picture.rail.rawValue > RailStep.plan.rawValue
    Card(
      Line(isRest ? "Plan, what is left  " : "Plan  ") + Line(totals), note: Line(list.position(in: inside) ?? ""),
      isFocused: !model.isLower
    ).draw(in: upper, on: &canvas)
    list.draw(in: inside, on: &canvas)
    detail.draw(in: lower, on: &canvas)
    return list.cursor(in: inside)
  }

  private var list: PlanList {
    PlanList(
      rows.rows, ending: picture.plan?.ending, selected: selected, window: model.plan.window,
      isFocused: !model.isLower)
  }

  /// The list takes what it needs; the commands of the selected row never less than five rows.
  private func areas(_ area: Rectangle) -> (upper: Rectangle, lower: Rectangle) {
    split(area, lower: min(area.rows / 2 - 2, max(5, area.rows - list.entries.count - 4)))
  }

  private var totals: String {
    guard let setup = picture.setup else { return "" }
    let commands = rows.rows.flatMap(\.steps).reduce(0) { $0 + $1.action.commands(in: setup).count }
    let wayBack =
      setup.enterprise != nil ? ", no way back for a node" : setup.wayBackNarrows ? "" : ", the way back stays open"
    return "\(rows.nodesInWords), \(rows.others(setup)), \(commands) commands\(wayBack)"
  }

  private var detail: ScrolledCard {
    guard rows.rows.indices.contains(selected), let setup = picture.setup else {
      return ScrolledCard("Commands", [], isFocused: model.isLower)
    }
    let row = rows.rows[selected]
    if row.kind == .briefing, let briefing = picture.briefing {
      let text = BriefingText(briefing)
      return ScrolledCard(
        Line(text.title), text.paragraphs, window: model.plan.detail, isFocused: model.isLower)
    }
    let text = StepsText(row.steps, setup: setup)
    let title =
      text.commandCount == 0
      ? "Row \(selected + 1): a question to you, no command"
      : "Commands of row \(selected + 1): \(row.subject)  (\(text.commandCount))"
    return ScrolledCard(
      Line(title), text.paragraphs,
      window: model.plan.detail, isFocused: model.isLower)
  }

  var written: PageText? {
    PageText("plan", PlanText(picture.plan, setup: picture.setup, briefing: picture.briefing).lines)
  }

  var copied: PageText? {
    guard rows.rows.indices.contains(selected), let setup = picture.setup else { return nil }
    let row = rows.rows[selected]
    if row.kind == .briefing { return picture.briefing.map { PageText("to-know", BriefingText($0).lines) } }
    let commands = PageText(commandsOf: row.steps, setup)
    return commands.lines.isEmpty ? nil : commands
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    if request == .earlier || request == .later {
      guard case .success(let shards) = order(request) else { return [] }
      model.plan.moved = rows.rows[selected].kind
      // The question is about another plan then, and arms anew.
      return model.send(.order(shards), picture)
    }
    if model.isLower {
      guard let first = detail.first(after: request, in: areas(model.body).lower) else { return nil }
      model.plan.detail.first = first
      return []
    }
    guard let row = Movement.target(request, from: selected, of: rows.rows.count) else { return nil }
    model.plan.selected = row
    model.plan.moved = nil
    model.plan.detail = ScrollWindow()
    return []
  }
}

/// Why a row of the plan stays where it is.
private struct OrderObstacle: Error, ExpressibleByStringInterpolation {
  let words: String
  init(_ words: String) { self.words = words }
  init(stringLiteral value: String) { words = value }
}

extension PlanRow.Kind {
  /// The shard whose turn the row is part of; nil where it is part of none.
  fileprivate func shard(in setup: Setup) -> ShardID? {
    switch self {
    case .node(let node): setup.shard(of: node)?.id
    case .handOver(let shard): shard
    case .briefing, .staging, .upgradeModeOn, .upgradeModeOff, .backUp, .roles, .host, .pause, .database, .setting,
      .other:
      nil
    }
  }
}

/// Some steps with their exact commands, what clients feel and the way back, as paragraphs.
struct StepsText {
  private(set) var paragraphs: [WrappedText] = []
  private(set) var commandCount = 0

  init(_ steps: [Step], setup: Setup) {
    for step in steps {
      let commands = step.action.commands(in: setup)
      guard !commands.isEmpty else {
        paragraphs.append(WrappedText(step.title, label: "-", indent: 3))
        continue
      }
      for command in commands {
        commandCount += 1
        paragraphs.append(WrappedText(command, label: Line("\(commandCount)"), indent: 3))
      }
    }
    // The step that is asked for says best what the row costs; without one it is the first.
    guard let chief = steps.first(where: { $0.consent != nil }) ?? steps.first else { return }
    for (label, text) in [
      ("Why", chief.why), ("Clients", chief.impact), ("Undo", chief.undo), ("Usually", chief.usual),
    ] {
      paragraphs.append(WrappedText(text, label: Line(label, .bold), indent: 8))
    }
  }
}
