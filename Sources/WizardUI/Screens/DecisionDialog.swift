// A decision that is typed: what happens, what clients feel, the way back, the exact command, the gates as they are now.
//
//      ╔═ Hand over s1 from 10.0.3.10:6379 to 10.0.3.11:6379 ═════════════════════╗
//      ║ Why      a primary is never stopped while it is primary                  ║
//      ║ Runs     redis-cli -h 10.0.3.11 -p 6379 CLUSTER FAILOVER                 ║
//      ║ Clients  writes to 5461 slots pause, usually for less than 0.1 s         ║
//      ║ Gates    [ok] replica-in-sync (3)                                        ║
//      ║ To go on, type s1:  s1                                                   ║
//      ║     [ Esc  go back, change nothing ]     [ Enter  hand over ]            ║
//      ╚══════════════════════════════════════════════════════════════════════════╝

import UpgradeCore

struct DecisionDialog {
  let dialog: Dialog

  init(_ typed: TypedDialog, _ picture: RunPicture, access: AccessQuestion? = nil, isArmed: Bool) {
    if case .access = typed.prompt {
      dialog = AccessDialog(typed, access, isArmed: isArmed).dialog
      return
    }
    var dialog =
      switch typed.prompt {
      case .override(let gate): Self.override(gate, picture)
      default: Self.question(picture)
      }
    dialog.field = typed.field
    dialog.first = typed.first
    let enter = Line("[ Enter  \(Self.verb(typed.prompt, picture)) ]", isArmed ? .bold : .dim)
    dialog.keys = [Line("[ Esc  go back, change nothing ]"), isArmed ? enter : Line("(wait) ") + enter]
    self.dialog = dialog
  }

  private static let indent = 9

  private static func paragraph(_ label: String, _ text: String, _ style: Style = .plain) -> WrappedText {
    WrappedText(text, style: style, label: Line(label, .bold), indent: indent)
  }

  // MARK: - A question of the run

  private static func question(_ picture: RunPicture) -> Dialog {
    guard let question = picture.state.asked else { return Dialog("Nothing is asked any more", paragraphs: []) }
    var paragraphs = [paragraph("Class", question.consentClass.consequence, style(question.consentClass))]
    paragraphs += question.decisionLines.map { paragraph($0.label, $0.text) }
    if question.name.kind == .handOver || question.name.kind == .returnPrimary {
      paragraphs.append(paragraph("If not", "a hand-over that fails is left undone: the old primary goes on serving"))
    }
    paragraphs += gates(picture)
    return Dialog(Line(question.title), paragraphs: paragraphs, style: style(question.consentClass))
  }

  /// What does not hold comes first and in full; the rest is counted.
  private static func gates(_ picture: RunPicture) -> [WrappedText] {
    guard picture.state.asked?.step != nil else { return [] }
    let summary = GateSummary(picture.posture.gates, setup: picture.setup)
    let red = summary.red.map { paragraph("Gate", $0.string, .danger) }
    let green = summary.green.map(\.string).joined(separator: "  ")
    return red + (green.isEmpty ? [] : [paragraph("Gates", green)])
  }

  private static func style(_ consent: ConsentClass) -> Style {
    switch consent {
    case .reversible: .plain
    case .visible: .bold
    case .outage, .noReturn, .loss, .override: .danger
    }
  }

  // MARK: - A rule to be set aside

  private static func override(_ gate: Gate, _ picture: RunPicture) -> Dialog {
    let name = picture.setup?.name(gate.object) ?? gate.object.description
    var paragraphs = [
      paragraph("Class", ConsentClass.override.consequence, .danger),
      paragraph("Rule", "\(gate.rule) on \(name)"),
    ]
    if let problem = picture.state.problem {
      paragraphs.append(paragraph("Now", problem.what))
      paragraphs.append(paragraph("Risk", problem.risk))
    }
    let step = picture.state.problem?.step.map { $0.sentence(in: picture.setup) } ?? "the next step"
    paragraphs.append(paragraph("Holds", "for one step only: \(step). It stands in the report."))
    return Dialog(Line("Set \(gate.rule) aside on \(name)"), paragraphs: paragraphs, style: .danger)
  }

  private static func verb(_ prompt: Prompt, _ picture: RunPicture) -> String {
    guard case .question(let name) = prompt else { return "set it aside" }
    return switch name.kind {
    case .handOver, .returnPrimary: "hand over"
    case .upgradeHost: "stop them"
    case .upgradeNode: picture.state.asked?.step?.verb == .stop ? "stop it" : "begin"
    default: "go on"
    }
  }
}

extension ConsentClass {
  /// What agreeing costs, in one sentence.
  package var consequence: String {
    switch self {
    case .reversible: "reversible, and clients notice nothing."
    case .visible: "visible: clients may notice it."
    case .outage: "OUTAGE: clients are cut off for a while."
    case .noReturn: "NO RETURN: after it the way back is narrower, or closed."
    case .loss: "LOSS: data goes and does not come back."
    case .override: "OVERRIDE: a rule that protects data or clients is set aside."
    }
  }
}
