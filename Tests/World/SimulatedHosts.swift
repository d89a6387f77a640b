// Hosts and their holders: commands of the profile go on when nobody watches, and do not always do what they say.

import UpgradeCore

/// Runs the commands of the profile, each under a holder that outlives the wizard.
final class SimulatedHosts {
  private let cluster: SimulatedCluster
  private let agenda: Agenda
  private let witness: Witness
  private let scenario: Scenario
  private var random: Randomness
  private var held: [EffectID: Holding] = [:]
  /// Switched off when the world is to be well.
  var isReliable = false

  private final class Holding {
    var outcome: Outcome?
    var listeners: [(Outcome) -> Void] = []
    /// Also after it was given up as overdue.
    var isAtWork = true
  }

  /// Whether a command that was given up has not ended yet.
  var isAtWork: Bool { held.values.contains(where: \.isAtWork) }

  init(_ cluster: SimulatedCluster, _ agenda: Agenda, _ witness: Witness, _ scenario: Scenario) {
    self.cluster = cluster
    self.agenda = agenda
    self.witness = witness
    self.scenario = scenario
    random = Randomness(seed: scenario.seed, for: "hosts")
  }

  /// How a command departs from what it should do.
  private enum Quirk: Hashable { case none, fails, failsAfterAll, lies, overdue }

  func run(
    _ effect: EffectID, _ node: SimulatedNode, _ stage: Site.Stage, bound: Duration,
    then: @escaping (Outcome) -> Void
  ) {
    let holding = Holding()
    holding.listeners.append(then)
    held[effect] = holding
    var quirk = Quirk.none
    if !isReliable, random.chance(scenario.faults.host) {
      quirk = random.pick([.fails, .fails, .failsAfterAll, .lies, .overdue]) ?? .none
      witness.hostWentWrong(node)
    }
    let role = node.claim.role
    let usual = stage == .install || stage == .rollback ? 200...3000 : 20...300
    let duration = quirk == .overdue ? bound + random.milliseconds(1...20000) : random.milliseconds(usual)
    witness.note("\(stage.rawValue) of \(node.port) begins\(quirk == .none ? "" : " (\(quirk))")", by: .us)
    if quirk == .overdue {
      agenda.after(bound) { [unowned self] in
        if holding.isAtWork { witness.gaveUp(node) }
        end(
          holding,
          Outcome(
            .failed, "its command is still running after its bound; it was left alone", evidence: ["exit": "overdue"]))
      }
    }
    agenda.after(duration) { [unowned self] in
      if quirk == .fails { return end(holding, Outcome(.failed, "its command ended with exit 1")) }
      if quirk == .lies { return end(holding, Outcome(.done, "", evidence: ["exit": "0"])) }
      // A role that somebody else moved while the command was under way is not what was stopped by us.
      act(node, stage, by: node.claim.role == role ? .us : .others) { [unowned self] failure in
        witness.ended(node)
        if let failure { return end(holding, Outcome(.failed, failure)) }
        end(
          holding,
          quirk == .failsAfterAll
            ? Outcome(.failed, "its command ended with exit 1") : Outcome(.done, "", evidence: ["exit": "0"]))
      }
    }
  }

  /// After a restart of the wizard: what became of a command. `then` hears it when it is over.
  func reattach(_ effect: EffectID, then: @escaping (Outcome) -> Void) {
    guard let holding = held[effect] else { return then(Outcome(.lapsed, "its command had not been started")) }
    if let outcome = holding.outcome { return then(outcome) }
    holding.listeners.append(then)
  }

  private func end(_ holding: Holding, _ outcome: Outcome) {
    if outcome.evidence["exit"] != "overdue" { holding.isAtWork = false }
    guard holding.outcome == nil else { return }
    holding.outcome = outcome
    for listener in holding.listeners { listener(outcome) }
    holding.listeners = []
  }

  /// The software of a node, or of all nodes of its host.
  private func change(_ node: SimulatedNode, to release: Release, isShared: Bool) {
    guard isShared else {
      node.installed = release
      return
    }
    let nodes = cluster.nodes.filter { $0.address.host == node.address.host }
    witness.changes(nodes)
    for node in nodes {
      node.installed = release
      guard scenario.startsItself else { continue }
      if node.process != nil { cluster.end(node, saving: true, by: .us) }
      cluster.start(node, by: .us)
    }
  }

  private func act(_ node: SimulatedNode, _ stage: Site.Stage, by doer: Doer, then: @escaping (String?) -> Void) {
    switch stage {
    case .install, .rollback:
      change(node, to: stage == .install ? scenario.to : scenario.from, isShared: scenario.hostWide.contains(stage))
      then(nil)
    case .start:
      cluster.start(node, by: .us)
      then(nil)
    case .stop:
      cluster.shutDown(node, by: doer) { reply in
        switch reply {
        case nil, .refused: then(nil)
        default: then("its command ended with exit 1: the server did not stop")
        }
      }
    case .candidate, .stage, .program, .beforeNode, .afterNode, .switchOver, .temporaryStart, .temporaryStop:
      then(nil)
    }
  }
}
