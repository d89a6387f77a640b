// What the journal alone has to show: consent before every step, and nothing done that nobody agreed to.

package import UpgradeCore

/// Reads a journal record by record and notes what must not stand in it.
package struct JournalAudit {
  package private(set) var violations: [String] = []
  /// The keys of the steps that were begun, in order.
  package private(set) var begun: [String] = []
  /// All that was ever agreed to.
  package private(set) var accepted: Set<PlannedStep> = []
  private var granted: Set<QuestionName> = []
  /// Nodes that were stopped and are not back: the consent for a host lasts until all of its nodes are.
  private var out: Set<NodeID> = []
  private var setup: Setup?
  private var openIntent: EffectID?
  private let scenario: Scenario

  package init(_ scenario: Scenario) { self.scenario = scenario }

  package mutating func take(_ record: Record) {
    switch record {
    case .started(_, _, let setup): self.setup = setup
    case .planAccepted(let steps): accepted.formUnion(steps)
    case .answered(let answer, true): granted.insert(answer.question)
    case .intent(let effect, let action, _, _): intent(effect, action)
    case .settled(let effect, let settled):
      if openIntent != effect { violations.append("\(effect) is settled, which is not in flight") }
      openIntent = nil
      if case .achieved = settled, effect.step.verb == .rejoin, case .node(let node) = effect.step.object, let setup {
        granted.remove(QuestionName(.upgradeNode, setup.address(node)))
        out.remove(node)
        let host = setup.host(of: node)
        if out.isDisjoint(with: setup.nodes(on: host)) { granted.remove(QuestionName(.upgradeHost, host)) }
      }
    default: break
    }
  }

  private mutating func intent(_ effect: EffectID, _ action: Action) {
    if let openIntent { violations.append("\(effect) is begun while \(openIntent) is in flight") }
    openIntent = effect
    let key = "\(effect.step)"
    begun.append(key)
    if !accepted.contains(where: { $0.key == effect.step }) {
      violations.append("\(key) was begun, and nobody agreed to it")
    }
    guard let setup else { return }
    switch action {
    case .shutDown(let node, _), .host(let node, .stop):
      out.insert(node)
      need(
        setup.shares(.install, node)
          ? QuestionName(.upgradeHost, setup.host(of: node)) : QuestionName(.upgradeNode, setup.address(node)), for: key
      )
    case .hostWide(_, let nodes):
      need(QuestionName(.upgradeHost, nodes.first.map(setup.host) ?? ""), for: key)
    case .handOver(let shard, _, _):
      let names = [QuestionName(.handOver, shard.description), QuestionName(.returnPrimary, shard.description)]
      guard let name = names.first(where: granted.contains) else {
        return violations.append("\(key) was begun without a consent of its own")
      }
      granted.remove(name)
    case .configure: need(QuestionName(.enableUpgradeMode), for: key)
    case .restore: need(QuestionName(.disableUpgradeMode), for: key)
    default: break
    }
  }

  private mutating func need(_ question: QuestionName, for key: String) {
    if !granted.contains(question) { violations.append("\(key) was begun without \(question)") }
  }

  /// One line for a record.
  package static func line(_ record: Record) -> String {
    switch record {
    case .started(let run, _, _): "started \(run)"
    case .resumed(let wizard, _): "resumed by process \(wizard.processID)"
    case .planAccepted(let steps): "plan accepted: \(steps.count) steps"
    case .asked(let question): "asked \(question.name) (\(question.consentClass.rawValue))"
    case .answered(let answer, let granted): "answered \(answer.question) \(granted ? "granted" : "declined")"
    case .ledger(let key, let entry):
      "ledger \(entry.address) \(key.directive) \(entry.original) -> \(entry.ours) \(entry.standing.rawValue)"
    case .intent(let effect, _, _, _): "intent \(effect)"
    case .outcome(let effect, let outcome): "outcome \(effect) \(outcome.kind.rawValue) \(outcome.sentence)"
    case .settled(let effect, .achieved): "settled \(effect) achieved"
    case .settled(let effect, .failed(let text)): "settled \(effect) failed: \(text)"
    case .settled(let effect, .lapsed): "settled \(effect) lapsed"
    case .prompted(let effect, let text, _): "prompted \(effect) \(text)"
    case .late(let effect, let outcome): "late \(effect) \(outcome.kind.rawValue)"
    case .problem(let problem): "problem \(problem.name) \(problem.object)"
    case .chosen(let choice, _, _): "chosen \(choice.name)"
    case .measured: "measured"
    case .ordered(let shards): "ordered: \(shards)"
    case .windowClosed(let text): "window closed: \(text)"
    case .noted(let text): "noted \(text)"
    case .ended(let ending): "ended \(ending.kind.rawValue): \(ending.name)"
    }
  }
}

/// Rule 5 from the outside: what is begun rests on a reading that was asked for after our last effect there.
struct FreshnessAudit {
  private var finished: [NodeID: Instant] = [:]
  private var asked: [NodeID: Instant] = [:]
  private var delivered: [NodeID: Instant] = [:]
  private var touches: [EffectID: [NodeID]] = [:]
  private var now = Instant(nanoseconds: 0)

  mutating func read(_ node: NodeID, asked at: Instant, now: Instant) {
    asked[node] = max(asked[node] ?? at, at)
    delivered[node] = now
    self.now = now
  }

  mutating func finished(_ effect: EffectID, now: Instant) {
    for node in touches[effect] ?? [] { finished[node] = now }
  }

  mutating func intent(_ effect: EffectID, _ action: Action, now: Instant, _ witness: Witness) {
    touches[effect] = action.touches
    for node in action.touches {
      guard let at = asked[node], let came = delivered[node] else {
        witness.violation("rule 5: \(effect) is begun, and the node was never read")
        continue
      }
      if let end = finished[node], at < end {
        witness.violation("rule 5: \(effect) rests on a reading from before our last effect there")
      }
      if now - came > .milliseconds(2100) {
        witness.violation("rule 5: \(effect) rests on a reading that is \(now - came) old")
      }
    }
  }
}
