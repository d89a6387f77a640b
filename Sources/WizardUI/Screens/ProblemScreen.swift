// A problem: clients first, then the risk, then the state, then a guess marked as one, then what can be chosen.

import UpgradeCore

struct ProblemScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  private var offers: [NumberedOffer] { picture.offers }
  private var override: Choice? {
    offers.compactMap { numbered -> Choice? in
      guard numbered.number != nil, case .override = numbered.offer.choice else { return nil }
      return numbered.offer.choice
    }.first
  }

  var keys: [Request] {
    let digits = offers.compactMap(\.number).filter { $0 <= 9 }.map { Request.choose($0) }
    return digits + [.override, .down, .up, .output, .health, .journal, .help, .quit]
  }

  var refusals: [Request: String] {
    override == nil ? [.override: "Nothing can be set aside here: no choice of this problem offers it."] : [:]
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let (summary, rest) = area.cutTop(1)
    canvas.put(
      HealthText(picture).summary(columns: canvas.size.columns - 1), row: summary.row, column: summary.column + 1,
      in: summary)
    let areas = areas(rest)
    story.draw(in: areas.story, on: &canvas)
    let choices = choices
    choices.draw(in: areas.choices, on: &canvas)
    if let below = areas.below { drawBelow(in: below, on: &canvas) }
    return Position(row: areas.choices.row + 1, column: areas.choices.column + 1)
  }

  /// The choices are never cut short for the story, nor the story's first rows for the output.
  private func areas(_ area: Rectangle) -> (story: Rectangle, choices: Rectangle, below: Rectangle?) {
    let choiceRows = choices.rows(in: area).count
    let storyRows = story.rows(in: area).count
    let free = area.rows - 3
    let lower = min(choiceRows, max(3, free - 4))
    let below = free - lower - storyRows - 1
    guard below >= 3 else {
      let (upper, below) = split(area, lower: lower)
      return (upper, below, nil)
    }
    let (upper, bottom) = split(area, lower: below)
    let (top, middle) = split(upper, lower: lower)
    return (top, middle, bottom)
  }

  /// The last output of the node in question, or what has happened last.
  private func drawBelow(in area: Rectangle, on canvas: inout Canvas) {
    if let output = picture.output, output.node == node {
      OutputCard(picture).draw(in: area, on: &canvas)
    } else {
      let inside = area.inset(rows: 1, columns: 2)
      Card("Events").draw(in: area, on: &canvas)
      EventPane(picture.events, place: .newest, columns: inside.columns).log.draw(in: inside, on: &canvas)
    }
  }

  private var node: String? {
    guard case .node(let id)? = picture.state.problem?.object else { return nil }
    return picture.setup?.address(id)
  }

  // MARK: - What is true

  private var story: ScrolledCard {
    guard let problem = picture.state.problem else { return ScrolledCard("No problem any more", []) }
    let name = picture.setup?.name(problem.object) ?? problem.object.description
    var paragraphs = [WrappedText(problem.what, style: .bold)]
    paragraphs.append(paragraph("Clients", clients))
    paragraphs.append(paragraph("At risk", problem.risk))
    if let state { paragraphs.append(paragraph("State", state)) }
    if let guess = problem.guess { paragraphs.append(paragraph("Cause?", "a guess: \(guess)")) }
    return ScrolledCard(
      Line("STOPPED  ", .danger) + Line("\(problem.name)  on \(name)"), paragraphs, window: model.page,
      isFocused: true)
  }

  private func paragraph(_ label: String, _ text: String) -> WrappedText {
    WrappedText(text, label: Line(label, .bold), indent: 9)
  }

  private var clients: String {
    let text = HealthText(picture)
    guard picture.health.clients != nil else {
      return picture.setup?.kind.isPlain == true
        ? "not measured. \(text.label.string)\(text.cluster.string), \(text.slots.string)."
        : "not measured. Slots served: \(text.slots.string), cluster \(text.cluster.string)."
    }
    // The label has said of whom.
    let label = "clients "
    let felt = text.clientErrors.string
    let said = felt.hasPrefix(label) ? String(felt.dropFirst(label.count)) : felt
    return "\(said), \(text.clientTotals.string); \(text.stall.string); \(text.slots.string)."
  }

  /// What the node in question says of itself.
  private var state: String? {
    guard case .node(let id)? = picture.state.problem?.object, let node = picture.setup?.node(id) else { return nil }
    let status = NodeStatus(node, in: picture)
    let upstream = picture.snapshot[id].view?.pulse.replication.upstream
    let link = upstream.map { $0.linkUp ? ", link up" : ", link down" } ?? ""
    let sync = upstream?.syncInProgress == true ? ", full sync under way" : ""
    return "\(status.address) \(status.role) of \(status.shard), version \(status.version)\(link)\(sync)"
      + (status.note.isEmpty ? "" : ", \(status.note)")
  }

  // MARK: - What can be done

  private var choices: ScrolledCard {
    ScrolledCard(
      Line("What you can do  (nothing runs until you pick)"),
      offers.map { numbered in
        let label = Line(numbered.number.map(String.init) ?? "-", .bold)
        if let reason = numbered.offer.notOffered {
          return WrappedText("\(numbered.offer.text). Not offered: \(reason)", style: .dim, label: label, indent: 3)
        }
        return WrappedText("\(numbered.offer.text)  [\(numbered.offer.choice.costs)]", label: label, indent: 3)
      })
  }

  var copied: PageText? {
    PageText("problem", [story.title.string] + (story.paragraphs + choices.paragraphs).flatMap(\.plainLines))
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    if request == .override, let override { return model.pick(override, picture) }
    let (_, rest) = model.body.cutTop(1)
    guard let first = story.first(after: request, in: areas(rest).story) else { return nil }
    model.page.first = first
    return []
  }
}
