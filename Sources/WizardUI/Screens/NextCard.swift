// What comes next, or runs now: the exact command, what clients feel, the way back, the usual time.
//
//     ├─ NEXT  Stop 10.0.3.15:6379 (replica of s3) ───────────────┤
//     │ runs      redis-cli -h 10.0.3.15 -p 6379 SHUTDOWN         │
//     │ clients   connections of readers on it are closed         │
//     │ undo      the old software is put back                    │

import UpgradeCore

struct NextCard: Widget {
  let picture: RunPicture

  init(_ picture: RunPicture) { self.picture = picture }

  /// The step that the card is about: the one in flight, the one that is asked for, or the next one.
  static func step(of picture: RunPicture) -> Step? {
    let wanted = picture.state.inFlight?.effect.step ?? picture.state.asked?.step
    if let step = picture.posture.step, wanted == nil || step.key == wanted { return step }
    return wanted.flatMap { key in picture.plan?.steps.first { $0.key == key } }
  }

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    let inside = area.inset(rows: 1, columns: 2)
    Card(title).draw(in: area, on: &canvas)
    var lines = rows.flatMap { row in
      WrappedText(row.text, label: Line(row.label), indent: 9).rows(columns: inside.columns)
    }
    // Where they do not all fit each keeps its first row, so that none is pushed out by a long one.
    if lines.count > inside.rows {
      lines = rows.map { row in Line("\(row.label)").padded(to: 9) + Line(row.text) }
    }
    for (index, line) in lines.prefix(inside.rows).enumerated() {
      canvas.put(line, row: inside.row + index, column: inside.column, in: inside)
    }
  }

  private var title: Line {
    if picture.isWithoutRun { return Line("RULES  ", .bold) + Line("that a run would wait for before each node") }
    if let watching = picture.watching, !watching.isLive,
      let step = picture.state.inFlight?.effect.step ?? picture.state.asked?.step
    {
      return Line(watching.isDriverGone ? "LEFT AT  " : "LAST KNOWN  ", .attention)
        + Line(step.sentence(in: picture.setup))
    }
    // A command that asks at its terminal waits for that answer, and nothing else goes on.
    if let question = picture.state.asked, question.isOfCommand {
      return Line("ASKED  ", .attention) + Line(question.title)
    }
    if let flight = picture.state.inFlight {
      let words = Self.step(of: picture)?.title ?? flight.effect.step.sentence(in: picture.setup)
      return Line("NOW  ", .bold) + Line(words)
    }
    if let question = picture.state.asked { return Line("ASKED  ", .attention) + Line(question.title) }
    if let step = Self.step(of: picture) { return Line("NEXT  ", .bold) + Line(step.title) }
    return Line("NEXT")
  }

  private struct Row: Hashable {
    var label: String
    var text: String
  }

  private var rows: [Row] {
    if picture.isWithoutRun { return ruleRows }
    if let question = picture.state.asked, question.isOfCommand { return quietRows }
    if let flight = picture.state.inFlight { return flightRows(flight) }
    guard let step = Self.step(of: picture) else { return quietRows }
    // A confirmation runs nothing and undoes nothing: why it is asked, and what it costs, is all of it.
    if case .confirm = step.action {
      return [Row(label: "why", text: step.why), Row(label: "clients", text: step.impact)]
    }
    var rows = commandRows(step.action)
    rows.append(Row(label: "clients", text: step.impact))
    rows.append(Row(label: "undo", text: step.undo))
    rows.append(Row(label: "usually", text: step.usual))
    rows.append(Row(label: "why", text: step.why))
    return rows
  }

  /// What runs, what it waits for, and what came of it so far.
  private func flightRows(_ flight: InFlight) -> [Row] {
    var rows = commandRows(flight.action)
    if case .errand(_, .upgradeDatabase) = flight.action, let output = picture.output, output.id == flight.effect,
      let progress = output.lines.lazy.reversed().compactMap({ Reader.machineProgress($0) }).first
    {
      let state = progress.state.map { " \($0)" } ?? ""
      rows.append(Row(label: "state", text: "\(progress.standing.rawValue) - \(progress.machine)\(state)"))
    }
    if case .inFlight(.notYet(let why)) = picture.posture.kind { rows.append(Row(label: "waits", text: why)) }
    if let step = Self.step(of: picture) {
      rows.append(Row(label: "clients", text: step.impact))
      rows.append(Row(label: "usually", text: step.usual))
    }
    if flight.effect.attempt > 1 { rows.append(Row(label: "attempt", text: "\(flight.effect.attempt)")) }
    if let outcome = flight.outcome {
      rows.append(Row(label: "said", text: "\(outcome.kind.rawValue) \(outcome.sentence)"))
    }
    return rows
  }

  private var ruleRows: [Row] {
    let gates = GateSummary(picture.posture.gates, setup: picture.setup)
    let green = gates.green.map(\.string).joined(separator: "  ")
    return (gates.red.isEmpty ? [] : [Row(label: "not now", text: gates.red.map(\.string).joined(separator: "  "))])
      + [Row(label: "hold", text: green.isEmpty ? "none" : green)]
      + [
        Row(
          label: "sent",
          text: picture.setup?.enterprise == nil
            ? "INFO, CLUSTER INFO, CLUSTER NODES, CONFIG GET: once a second to every node"
            : "rladmin status, info cluster, running_actions: every 3 s on one node; PING to every proxy")
      ]
  }

  private var quietRows: [Row] {
    if let question = picture.state.asked {
      return question.decisionLines.map { Row(label: $0.label.lowercased(), text: $0.text) }
    }
    switch picture.posture.kind {
    case .next(.wait(let gate, _, let problem)):
      let name = picture.setup?.name(gate.object) ?? gate.object.description
      return [Row(label: "waits", text: "\(gate.rule) on \(name)"), Row(label: "or else", text: problem.what)]
    case .drifted(let changes): return changes.map { Row(label: "changed", text: $0) }
    default: return []
    }
  }

  private func commandRows(_ action: Action) -> [Row] {
    guard let setup = picture.setup else { return [] }
    let commands = action.commands(in: setup)
    guard let first = commands.first else { return [Row(label: "runs", text: "nothing: it only waits")] }
    let isOfMany = [.enableUpgradeMode, .disableUpgradeMode].contains(picture.state.asked?.name.kind)
    let more =
      isOfMany
      ? "   (and so on)" : commands.count > 1 ? "   (1 of \(commands.count), \(Request.commands.label) shows all)" : ""
    return [Row(label: "runs", text: first + more)]
  }
}
