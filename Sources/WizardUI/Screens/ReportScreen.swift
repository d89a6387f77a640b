// Report: the result in one line, what clients felt, what is left over, what a person still has to do, where the files are.

import UpgradeCore

struct ReportScreen: WizardScreen {
  let picture: RunPicture
  let model: WizardModel

  init(_ picture: RunPicture, _ model: WizardModel) {
    self.picture = picture
    self.model = model
  }

  var keys: [Request] { [.down, .up, .previousStep, .write, .output, .health, .journal, .help, .quit] }

  var briefRemark: Line { remark }

  var remark: Line {
    if picture.isReadOnly {
      return Line(
        picture.finish == nil
          ? "From the journal; what the wizard read back at the end is not known here."
          : "What the wizard read back at the end, as it kept it.")
    }
    return Line("Every line was read back from the servers; what could not be read says so.")
  }

  private var report: RunReport {
    RunReport(
      of: picture.state, times: picture.times, finish: picture.finish, clients: picture.health.clients,
      snapshot: picture.snapshot)
  }

  var written: PageText? { PageText("report", ReportText(report).lines) }

  func draw(in area: Rectangle, on canvas: inout Canvas) -> Position? {
    card.draw(in: area, on: &canvas)
    return Position(row: area.row + 1, column: area.column + 1)
  }

  private var card: ScrolledCard {
    let report = report
    let style: Style = report.result == .done ? .good : .danger
    var paragraphs: [WrappedText] = []
    for (label, text) in summary(report) {
      paragraphs.append(WrappedText(text, label: Line(label, .bold), indent: 17))
    }
    if let finish = picture.finish {
      paragraphs.append(heading("Read back from the servers"))
      paragraphs += FinishText(finish).paragraphs
    }
    if !report.byHand.isEmpty {
      paragraphs.append(heading("Do by hand"))
      paragraphs += report.byHand.map { WrappedText($0, label: "[ ]", indent: 4) }
    }
    paragraphs.append(heading("Files"))
    for (label, path) in [
      ("report", picture.paths.report), ("journal", picture.paths.journal), ("backup", picture.paths.backup),
    ] where !path.isEmpty {
      paragraphs.append(WrappedText(path, label: Line(label), indent: 17))
    }
    return ScrolledCard(
      Line("Result: ") + Line(report.result.rawValue, style) + Line("  \(report.sentence)"), paragraphs,
      window: model.page, isFocused: true)
  }

  private func heading(_ text: String) -> WrappedText { WrappedText(text, style: .underlined) }

  private func summary(_ report: RunReport) -> [(String, String)] {
    let reached = report.nodes.count { $0.to == report.to }
    let setup = picture.setup
    let slowest = report.nodes.compactMap(\.seconds).max().map { ", longest out \(Quantity.duration(seconds: $0))" }
    return [
      ("Clients", report.clients.map { String($0.sentence.dropFirst("clients: ".count)) } ?? "not measured"),
      (
        "Nodes",
        "\(reached) of \(report.nodes.count) on \(setup.map { $0.short($0.to) } ?? picture.to)\(slowest ?? "")"
      ),
      (
        "Hand-overs",
        report.handOvers.isEmpty
          ? "none"
          : report.handOvers.map { hand in
            "\(hand.shard) \(hand.from) to \(hand.to)"
              + (hand.stallMilliseconds.map { ", longest stall \($0) ms" } ?? ", stall not measured")
          }.joined(separator: "\n")
      ),
      ("Set aside", report.overrides.isEmpty ? "no rule" : report.overrides.joined(separator: "\n")),
      (
        "Left over",
        report.leftOver.isEmpty
          ? "nothing: every temporary setting was put back" : report.leftOver.joined(separator: "\n")
      ),
    ]
  }

  func take(_ request: Request, _ model: inout WizardModel) -> [WizardEffect]? {
    guard let first = card.first(after: request, in: model.body) else { return nil }
    model.page.first = first
    return []
  }
}
