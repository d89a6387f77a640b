// Nodes, the main screen: every node with its state, health beside it, what comes next with its command, what happened.

package import UpgradeCore

/// Where the operator is among the nodes.
package struct NodesPlace: Hashable, Sendable {
  /// nil: the node in hand.
  package var selected: NodeID?
  package var window = ScrollWindow()
  package var events = LogPane.Place.newest
  package init() {}
}

struct NodesScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel
  private let nodes: [NodeStatus]

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
    nodes = NodeStatus.all(in: picture)
  }

  private var selected: Int? {
    if let id = model.nodes.selected, let row = nodes.firstIndex(where: { $0.id == id }) { return row }
    let inHand: [StateWord] = [.fail, .ask, .run, .hold, .gone]
    return inHand.lazy.compactMap { word in nodes.firstIndex { $0.word == word } }.first
      ?? nodes.firstIndex { $0.word == .wait }
  }

  var keys: [Request] {
    picture.isWithoutRun
      ? [.down, .up, .nextPane, .pause, .health, .journal, .help, .quit]
      : [.down, .up, .nextPane, .commands] + commonKeys
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    let areas = areas(area)
    if let summary = areas.summary {
      canvas.put(
        HealthText(picture).summary(columns: area.columns - 1), row: summary.row, column: summary.column + 1,
        in: summary)
    }
    drawNodes(in: areas.nodes, on: &canvas)
    if let health = areas.health {
      Card("Health now", note: HealthText(picture).age).draw(in: health, on: &canvas)
      HealthPane(picture: picture).draw(in: health.inset().cutLeft(1).rest, on: &canvas)
    }
    NextCard(picture).draw(in: areas.next, on: &canvas)
    drawEvents(in: areas.events, on: &canvas)
    if let output = areas.output { OutputCard(picture).draw(in: output, on: &canvas) }
    var table = table
    table.hasHeader = areas.nodes.inset().rows > nodes.count
    return table.cursor(in: areas.nodes.inset())
  }

  private func areas(_ area: Rectangle) -> Areas {
    let widths = table.widths(in: 0).compactMap(\.self)
    return Areas(
      area, nodes: nodes.count, shards: picture.health.cluster?.databases.count ?? picture.health.shards.count,
      row: widths.reduce(widths.count) { $0 + $1 })
  }

  private var isEnterprise: Bool { picture.setup?.enterprise != nil }

  /// `PRIMARY` and `replica` are as wide; `sentinel` is wider, and there are some or there are none.
  private var roleColumns: Int { picture.setup?.sentinels.isEmpty == false ? 8 : 7 }

  private var table: Table {
    Table(
      columns: [
        .init("", .fixed(StateWord.columns)), .init("node", .natural(most: 30)), .init("role", .fixed(roleColumns)),
        .init(
          isEnterprise ? "shards" : "shard", .natural(most: isEnterprise ? 6 : 5), leftOutAt: isEnterprise ? 1 : 0),
        .init("version", .natural(most: 14)),
        .init("out", .natural(most: 6), alignment: .right, leftOutAt: 1), .init("", .rest(least: 22), leftOutAt: 2),
      ],
      rows: nodes.map { node in
        [
          node.word.line, Line(node.address), Line(node.role, node.role == "PRIMARY" ? .bold : .plain),
          Line(node.shard), Line(node.version), Line(node.took), Line(node.note),
        ]
      }, selected: selected, window: model.nodes.window, isFocused: !model.isLower)
  }

  private func drawNodes(in area: Rectangle, on canvas: inout Canvas) {
    let inside = area.inset()
    let position = model.nodes.window.showing(selected, of: nodes.count, height: inside.rows)
      .position(of: nodes.count, height: inside.rows)
    let note = selected.map { nodes[$0].note } ?? ""
    // Where the list has no room for remarks, the one about the selected node stands in the border.
    let hasRemarks = table.widths(in: inside.columns - 1).last?.map { $0 > 0 } ?? false
    Card("Nodes", note: Line(position ?? (hasRemarks ? "" : note)), isFocused: !model.isLower)
      .draw(in: area, on: &canvas)
    var table = table
    table.hasHeader = inside.rows > nodes.count
    table.draw(in: inside, on: &canvas)
  }

  private func drawEvents(in area: Rectangle, on canvas: inout Canvas) {
    let inside = area.inset(rows: 1, columns: 2)
    let pane = EventPane(picture.events, place: model.nodes.events, columns: inside.columns)
    let position = pane.window(height: inside.rows).position(of: pane.rows.count, height: inside.rows)
    Card("Events", note: Line(position ?? ""), isFocused: model.isLower).draw(in: area, on: &canvas)
    pane.log.draw(in: inside, on: &canvas)
  }

  /// The commands that run, are asked for, or come next.
  var copied: PageText? {
    guard let setup = picture.setup, let step = NextCard.step(of: picture) else { return nil }
    let commands = PageText(commandsOf: [step], setup)
    return commands.lines.isEmpty ? nil : commands
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    if model.isLower {
      let areas = areas(model.body)
      let inside = areas.events.inset(rows: 1, columns: 2)
      let pane = EventPane(picture.events, place: model.nodes.events, columns: inside.columns)
      guard let moved = pane.moved(request, height: inside.rows) else { return nil }
      model.nodes.events = moved
      return []
    }
    guard let row = Movement.target(request, from: selected ?? 0, of: nodes.count) else { return nil }
    model.nodes.selected = nodes[row].id
    return []
  }

  /// How the body is cut up; the same order in every size, more depth in a larger one.
  struct Areas: Hashable {
    /// One row of health, where there is no room for its pane.
    var summary: Rectangle?
    var nodes: Rectangle
    var health: Rectangle?
    var next: Rectangle
    var events: Rectangle
    var output: Rectangle?

    /// `row`: the columns that a row of the list needs at least.
    init(_ area: Rectangle, nodes nodeCount: Int, shards: Int, row: Int) {
      var rest = area
      if area.columns < 80 { (summary, rest) = rest.cutTop(1) }
      let isTall = rest.rows >= 30
      let nextRows = min(5, max(2, rest.rows / 3 - 2))
      let outputRows = isTall ? 4 : 0
      let frames = isTall ? 5 : 4
      let free = rest.rows - frames - nextRows - outputRows
      // In a tall window the list has titles, and the health pane the gates below.
      let wanted = max(nodeCount + (isTall ? 1 : 0), summary == nil ? shards + (isTall ? 7 : 3) : 0)
      let top = max(1, min(wanted, free - (isTall ? 6 : min(3, free / 2))))
      var upper: Rectangle
      (upper, rest) = rest.cutTop(top + 2, sharing: 1)
      if summary == nil {
        // The list gets what its rows need; what a wider window has goes to both.
        let least = max(40, min(row + 2, area.columns - 34))
        (upper, health) = upper.cutLeft(least + max(0, area.columns - 80) / 2, sharing: 1)
      }
      nodes = upper
      (next, rest) = rest.cutTop(nextRows + 2, sharing: 1)
      if isTall { (rest, output) = rest.cutBottom(outputRows + 2, sharing: 1) }
      events = rest
    }
  }
}
