// All commands of the step that runs, is asked for, or comes next; a page that can be opened from everywhere.

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
