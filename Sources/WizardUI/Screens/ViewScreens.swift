// Full-screen pages that can be opened from everywhere: commands and health; journal and output have files of their own.

import UpgradeCore

/// All commands of the step that runs, is asked for, or comes next.
struct CommandsScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] { [.cancel, .down, .up, .pageDown, .pageUp, .copy, .write, .help, .quit] }

  private var card: ScrolledCard {
    var window = ScrollWindow()
    if case .from(let first)? = model.view?.place { window.first = first }
    guard let setup = picture.setup, let step else {
      return ScrolledCard("Commands", [WrappedText("No step is known yet.")], window: window, isFocused: true)
    }
    let text = StepsText([step], setup: setup)
    let gates = GateSummary(picture.posture.gates, setup: setup)
    let lines = (gates.red + gates.green).map { WrappedText($0.string) }
    return ScrolledCard(
      Line("Commands: ") + Line(step.title),
      text.paragraphs + (lines.isEmpty ? [] : [WrappedText(""), WrappedText("Gates", style: .underlined)] + lines),
      window: window, isFocused: true)
  }

  private var step: Step? { NextCard.step(of: picture) ?? selectedInPlan }

  var written: PageText? {
    step == nil ? nil : PageText("commands", [card.title.string] + card.paragraphs.flatMap(\.plainLines))
  }

  var copied: PageText? {
    guard let setup = picture.setup, let step else { return nil }
    let commands = PageText(commandsOf: [step], setup)
    return commands.lines.isEmpty ? nil : commands
  }

  /// On the plan: the first step of the row that is selected there.
  private var selectedInPlan: Step? {
    let rows = PlanRows(picture.plan, setup: picture.setup, briefing: picture.briefing).rows
    return rows.indices.contains(model.plan.selected) ? rows[model.plan.selected].steps.first : nil
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    card.draw(in: area, on: &canvas)
    return Position(row: area.row + 1, column: area.column + 1)
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    guard let first = card.first(after: request, in: model.body) else { return nil }
    model.view?.place = .from(first)
    return []
  }
}

/// Every shard with its last ten minutes.
struct HealthScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] { [.cancel, .down, .up, .pageDown, .pageUp, .write, .help, .quit] }

  private var first: Int {
    if case .from(let first)? = model.view?.place { first } else { 0 }
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let text = HealthText(picture)
    let inside = area.inset(rows: 1, columns: 2)
    let shards = picture.health.shards.keys.sorted()
    let (head, list) = inside.cutTop(4)
    let window = ScrollWindow(first: first).showing(nil, of: shards.count, height: list.rows / 2)
    Card(
      Line("Health  ") + Line(text.ageText, text.isStale ? .attention : .plain),
      note: Line(window.position(of: shards.count, height: list.rows / 2) ?? ""), isFocused: true
    ).draw(in: area, on: &canvas)
    let rows = [
      Line("cluster ") + text.cluster + "   " + text.slots + "   " + text.nodes + "   " + text.operations,
      text.clientErrors + "   " + text.clientTotals, text.stall,
    ]
    for (index, row) in rows.prefix(head.rows).enumerated() {
      canvas.put(row, row: head.row + index, column: head.column, in: head)
    }
    var rest = list
    for shard in shards.dropFirst(window.first) where rest.rows >= 2 {
      let row: Rectangle
      (row, rest) = rest.cutTop(2)
      draw(shard, text, in: row, on: &canvas)
    }
    return Position(row: inside.row, column: inside.column)
  }

  private func draw(_ shard: ShardID, _ text: HealthText, in area: Rectangle, on canvas: inout Canvas) {
    guard let health = picture.health.shards[shard] else { return }
    let primary = picture.snapshot.shard(shard).flatMap(picture.snapshot.primary)
      .flatMap { picture.setup?.address($0) }
    let head =
      Line("\(shard)  ", .bold) + Line("primary \(primary ?? "not known")  lag ") + text.lag(of: shard) + "  "
      + text.sync(of: shard)
    canvas.put(head, row: area.row, column: area.column, in: area)
    let bars = area.cutTop(1).rest
    Sparkline(
      health.lag.values.map { $0.map { Quantity.whole($0 / 1024) } }, unit: "KB", quiet: 1
    ).draw(in: bars, on: &canvas)
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    let height = max(1, (model.body.rows - 6) / 2)
    let count = picture.health.shards.count
    guard let target = Movement.scroll(request, from: first, of: count, height: height) else { return nil }
    model.view?.place = .from(target)
    return []
  }
}
