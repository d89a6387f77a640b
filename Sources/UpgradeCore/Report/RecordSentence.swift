// What a record says to a person: one line for the events pane, the journal view and the faces that print lines.

extension Record {
  /// The record in one sentence; nil for bookkeeping that no operator waits for.
  ///
  /// `setup` names the objects; what it does not know is named as the journal spells it.
  package func sentence(in setup: Setup?) -> String? {
    switch self {
    case .started(let run, let wizard, let setup):
      return "run \(run) started by \(wizard.name): \(setup.nodes.count) nodes to \(setup.to.title)"
    case .resumed(let wizard, let adjustment):
      return "run resumed by \(wizard.name)"
        + (adjustment.settle.map { ", to settle for \(Int($0.seconds)) s from now on" } ?? "")
        + (adjustment.window.map { $0.until == nil ? ", without an end of its window" : ", until \($0.text)" } ?? "")
    case .ordered(let shards): return "order of the shards: \(shards.map(\.description).joined(separator: ", "))"
    case .planAccepted(let steps): return "plan accepted: \(steps.count) steps"
    case .asked(let question): return "waiting for your answer: \(question.title) (\(question.name))"
    case .answered(let answer, let granted):
      return "\(answer.question): \(granted ? "yes" : "no")" + (answer.source == .beforehand ? ", beforehand" : "")
    case .ledger(let key, let entry): return ledgerSentence(key, entry)
    case .intent(let effect, let action, let command, _):
      guard action.hasEffect else { return nil }
      let again = effect.attempt > 1 ? ", attempt \(effect.attempt)" : ""
      let more = command.count > 1 ? " and \(command.count - 1) more" : ""
      return "\(effect.step.sentence(in: setup))\(again)" + (command.first.map { ": \($0)\(more)" } ?? "")
    case .outcome(let effect, let outcome):
      guard outcome.kind != .done || !outcome.sentence.isEmpty else { return nil }
      let words = outcome.kind == .done ? "" : "\(outcome.kind.rawValue)\(outcome.sentence.isEmpty ? "" : ": ")"
      return "\(effect.step.sentence(in: setup)): \(words)\(outcome.sentence)"
    case .settled(let effect, let settled): return settledSentence(effect, settled, setup)
    case .late(let effect, let outcome):
      return "\(effect.step.sentence(in: setup)): \(outcome.kind.rawValue), too late to count"
    case .prompted(_, let text, let fate):
      return switch fate {
      case .replied(let reply): "the installer asks: \(text) - answered \(reply)"
      case .asked: "the installer asks: \(text)"
      case .answeredThere: "answered at its terminal: \(text)"
      }
    case .problem(let problem): return "stopped, \(problem.name): \(problem.what)"
    case .chosen(let choice, _, let source):
      return "chosen: \(choice.name)" + (source == .beforehand ? ", beforehand" : "")
    case .measured(let measure): return measure.sentence
    case .windowClosed(let sentence): return "nothing more is begun: \(sentence)"
    case .noted(let text): return text
    case .ended(let ending): return "run \(ending.kind.rawValue): \(ending.sentence)"
    }
  }

  private func ledgerSentence(_ key: LedgerKey, _ entry: LedgerEntry) -> String {
    let place = "\(key.directive) on \(entry.address)"
    return switch entry.standing {
    case .open: "to be put back at the end: \(place), now \(entry.original)"
    case .closed: "put back: \(place) is \(entry.original)"
    case .left: "left as somebody else set it: \(place)"
    }
  }

  private func settledSentence(_ effect: EffectID, _ settled: Settled, _ setup: Setup?) -> String? {
    let step = effect.step.sentence(in: setup)
    return switch settled {
    case .achieved where effect.step.verb == .confirm: nil
    case .achieved: "\(step): done, read back"
    case .failed(let text): "\(step): failed: \(text)"
    case .lapsed: "\(step): did not happen, and cannot any more"
    }
  }
}

extension WizardIdentity {
  /// Who it is, in words: `anna@jump1, process 4711`.
  package var name: String { "\(user)@\(host), process \(processID)" }
}

extension StepKey {
  /// The step in words: `stop 10.0.0.1:6379`, `hand-over s1`, `confirm canary`.
  package func sentence(in setup: Setup?) -> String {
    switch (verb, object) {
    case (.confirm, _): "\(verb.rawValue) \(argument ?? "")"
    case (_, .deployment): verb.rawValue.replacingHyphens
    default: "\(verb.rawValue.replacingHyphens) \(setup?.name(object) ?? object.description)"
    }
  }
}

extension ClientMeasure {
  /// What clients felt, in one sentence.
  package var sentence: String {
    guard databases.isEmpty else { return databasesSentence }
    let codes = errors.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
    return "clients: \(acknowledged) writes acknowledged, \(errorCount) errors"
      + (codes.isEmpty ? "" : " (\(codes))")
      + ", \(lost) lost, longest stall \(longestStall) ms, measured every \(resolution) ms"
      + (unmeasured > 0 ? ", but not for \((unmeasured + 999) / 1000) s: the way there was cut" : "")
  }
}

extension ClientMeasure {
  /// The same of databases that were called through their proxies; looked at only, where nobody agreed to test keys.
  private var databasesSentence: String {
    let proxies = databases.reduce(0) { $0 + $1.proxies.count }
    let counted = acknowledged > 0 ? "\(acknowledged) writes acknowledged, \(lost) lost" : "PING only, nothing written"
    return "clients: through \(proxies) proxies, \(counted); longest without an answer: "
      + databases.map(\.sentence).joined(separator: ", ") + "; measured every \(resolution) ms"
      + (unmeasured > 0 ? ", but not for \((unmeasured + 999) / 1000) s: the way there was cut" : "")
  }
}

extension String {
  fileprivate var replacingHyphens: String { split(separator: "-").joined(separator: " ") }
}
