// The last look before an intent: the rules that never bend, held here whatever a procedure says.

extension UpgradeMachine {
  /// Which of the rules that never bend a step would break; nil where none.
  func violation(of step: Step, _ situation: Situation) -> Problem? {
    switch step.action {
    case .shutDown(let node, _), .host(let node, .stop): stopViolation(step, node, situation)
    case .host(let node, .temporaryStop): removalViolation(step, node, situation)
    case .configure(let node, let settings): ledgerViolation(step, node, settings, situation)
    case .hostWide(_, let nodes): hostViolation(step, nodes, situation)
    case .host(let node, .install) where situation.setup.enterprise != nil: memberViolation(step, node, situation)
    case .errand: situation.snapshot.enterprise == nil ? broken(5, step, "the cluster's state is not known") : nil
    case .handOver(_, let from, let to): handOverViolation(step, from, to, situation)
    default: nil
    }
  }

  /// Rule 1, rule 2 and rule 6.
  private func stopViolation(_ step: Step, _ node: NodeID, _ situation: Situation) -> Problem? {
    guard let view = situation.snapshot[node].view else {
      return broken(5, step, "its state is not known")
    }
    let others = situation.setup.shard(of: node)?.members.filter { $0 != node } ?? []
    if let other = others.first(where: situation.isOut) {
      return broken(1, step, "\(situation.setup.address(other)) of the same shard is out of service")
    }
    // Who watches and who is watched are one group: with one of either away, nobody else is taken away.
    if situation.setup.kind == .sentinel,
      let other = situation.setup.everyone.first(where: { $0 != node && situation.isOut($0) })
    {
      return broken(1, step, "\(situation.setup.address(other)) of the same group is out of service")
    }
    if view.role == .primary, step.consent?.consentClass != .outage {
      return broken(2, step, "it is the primary of its shard at this moment")
    }
    if let expected = state.expected[node], expected.runID != view.pulse.server.runID {
      return broken(6, step, "another process answers there now")
    }
    return nil
  }

  /// Rule 2 for a temporary server: never while it is the primary, nor while the other one is none.
  private func removalViolation(_ step: Step, _ node: NodeID, _ situation: Situation) -> Problem? {
    let address = situation.setup.address(node)
    switch situation.snapshot[node] {
    case .unknown: return broken(5, step, "the state of \(address) is not known")
    case .up(let view) where view.role == .primary: return broken(2, step, "\(address) is the primary at this moment")
    case .up, .down: break
    }
    guard let old = situation.setup.stoodInFor, situation.snapshot[old].view?.role == .primary else {
      return broken(2, step, "nobody else is seen to be the primary")
    }
    return nil
  }

  /// Rules 1 and 5 for a node of Redis Enterprise Software: one at a time, and never on a guess.
  private func memberViolation(_ step: Step, _ node: NodeID, _ situation: Situation) -> Problem? {
    guard situation.snapshot.enterprise != nil else { return broken(5, step, "the cluster's state is not known") }
    if let other = situation.setup.order.first(where: { $0 != node && situation.isOut($0) }) {
      return broken(1, step, "\(situation.setup.address(other)) is out of service")
    }
    return nil
  }

  /// Rule 2, for all that a package may restart: nothing runs on the host whose software is changed.
  private func hostViolation(_ step: Step, _ nodes: [NodeID], _ situation: Situation) -> Problem? {
    for node in nodes {
      let address = situation.setup.address(node)
      switch situation.snapshot[node] {
      case .down: continue
      case .unknown: return broken(5, step, "the state of \(address) is not known")
      case .up(let view): return broken(2, step, "\(address) runs there, a \(view.role.rawValue)")
      }
    }
    return nil
  }

  /// Rule 8: what is to be changed has a known original.
  private func ledgerViolation(
    _ step: Step, _ node: NodeID, _ settings: [Setting], _ situation: Situation
  ) -> Problem? {
    let present = situation.snapshot[node].view?.settings
    for setting in settings where state.facts.ledger[LedgerKey(node, setting.directive)] == nil {
      if present?[setting.directive] == nil {
        return broken(8, step, "the present value of \(setting.directive) could not be read")
      }
    }
    return nil
  }

  /// Rule 3: the candidate is a replica on an allowed version, and the other side is still the primary.
  private func handOverViolation(_ step: Step, _ from: NodeID, _ to: NodeID, _ situation: Situation) -> Problem? {
    guard let candidate = situation.snapshot[to].view, let primary = situation.snapshot[from].view else {
      return broken(5, step, "one of the two nodes is not readable")
    }
    if candidate.role != .replica { return broken(3, step, "\(situation.setup.address(to)) is no replica") }
    if primary.role != .primary { return broken(3, step, "\(situation.setup.address(from)) is no primary") }
    return nil
  }

  private func broken(_ rule: Int, _ step: Step, _ text: String) -> Problem {
    Problem(
      name: ProblemName.invariant, object: step.key.object, step: step.key,
      what: "\"\(step.title)\" was not begun: \(text) (rule \(rule) of those that never bend).",
      risk: "Nothing was done.", choices: [Offer(.retry, "Look again"), .stopHere, .windDown])
  }
}
