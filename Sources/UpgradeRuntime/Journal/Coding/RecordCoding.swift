// How records stand in the journal, kind by kind.
package import UpgradeCore

extension EffectID {
  fileprivate var members: [JSONValue.Member] { [.init("step", step.json), .init("attempt", attempt.json)] }

  fileprivate init(json: JSONValue) throws(CodingFault) {
    self.init(try json.field("step"), attempt: try json.field("attempt"))
  }
}

extension Record {
  /// The name of its kind, also on `--json`.
  package var kind: String {
    switch self {
    case .started: "started"
    case .resumed: "resumed"
    case .ordered: "ordered"
    case .planAccepted: "plan-accepted"
    case .asked: "asked"
    case .answered: "answered"
    case .ledger: "ledger"
    case .intent: "intent"
    case .outcome: "outcome"
    case .settled: "settled"
    case .prompted: "prompted"
    case .late: "late"
    case .problem: "problem"
    case .chosen: "chosen"
    case .measured: "measured"
    case .windowClosed: "window-closed"
    case .noted: "noted"
    case .ended: "ended"
    }
  }

  /// Everything but its kind and the run that it belongs to.
  package var payload: [JSONValue.Member] {
    switch self {
    case .started(_, let wizard, let setup): [.init("by", wizard.json), .init("setup", setup.json)]
    case .resumed(let wizard, let adjustment):
      [.init("by", wizard.json)] + (adjustment.settle.map { [.init("settle", $0.json)] } ?? [])
        + (adjustment.window.map { [.init("window", $0.json)] } ?? [])
    case .ordered(let shards): [.init("shards", shards.json)]
    case .planAccepted(let steps):
      // A set has no order; equal sets have to be equal bytes.
      [.init("steps", .array(steps.map(\.json).sorted { $0.text < $1.text }))]
    case .asked(let question): question.json.members ?? []
    case .answered(let answer, let granted): (answer.json.members ?? []) + [.init("granted", granted.json)]
    case .ledger(let key, let entry): LedgerLine(key, entry).members
    case .intent(let effect, let action, let command, let evidence):
      effect.members + [
        .init("action", action.json), .init("command", command.json), .init("evidence", evidence.json),
      ]
    case .outcome(let effect, let outcome), .late(let effect, let outcome):
      effect.members + [.init("outcome", outcome.json)]
    case .settled(let effect, let settled): effect.members + [.init("settled", settled.json)]
    case .prompted(let effect, let text, let fate):
      effect.members + [.init("text", text.json), .init("fate", fate.json)]
    case .problem(let problem): [.init("problem", problem.json)]
    case .chosen(let choice, let learnt, let source):
      [.init("chosen", choice.json), .init("learnt", .table(learnt)), .init("source", source.json)]
    case .measured(let measure): [.init("clients", measure.json)]
    case .windowClosed(let text), .noted(let text): [.init("text", text.json)]
    case .ended(let ending): [.init("ending", ending.json)]
    }
  }

  /// The record of that kind; nil where this program knows no such kind.
  init?(kind: String, run: String, json: JSONValue) throws(CodingFault) {
    switch kind {
    case "started": self = .started(run: run, by: try json.field("by"), setup: try json.field("setup"))
    case "resumed":
      self = .resumed(
        by: try json.field("by"),
        Adjustment(settle: try json.optional("settle"), window: try json.optional("window")))
    case "ordered": self = .ordered(try json.field("shards"))
    case "plan-accepted": self = .planAccepted(Set(try json.field("steps", as: [PlannedStep].self)))
    case "asked": self = .asked(try Question(json: json))
    case "answered": self = .answered(try Answer(json: json), granted: try json.field("granted"))
    case "ledger":
      let line = try LedgerLine(json: json)
      self = .ledger(line.key, line.entry)
    case "intent":
      self = .intent(
        try EffectID(json: json), try json.field("action"), command: try json.field("command"),
        evidence: try json.field("evidence"))
    case "outcome": self = .outcome(try EffectID(json: json), try json.field("outcome"))
    case "settled": self = .settled(try EffectID(json: json), try json.field("settled"))
    case "late": self = .late(try EffectID(json: json), try json.field("outcome"))
    case "prompted":
      self = .prompted(try EffectID(json: json), text: try json.field("text"), try json.field("fate"))
    case "problem": self = .problem(try json.field("problem"))
    case "chosen":
      self = .chosen(try json.field("chosen"), learnt: try json.table("learnt"), source: try json.field("source"))
    case "measured": self = .measured(try json.field("clients"))
    case "window-closed": self = .windowClosed(try json.field("text"))
    case "noted": self = .noted(try json.field("text"))
    case "ended": self = .ended(try json.field("ending"))
    default: return nil
    }
  }
}
