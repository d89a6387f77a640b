// One wizard, from its start to its end or its death: the real conductor with this world around it.

import UpgradeCore
import UpgradeRuntime

/// The surroundings of a conductor. A wizard that was killed hears nothing more and does nothing more.
final class SimulatedWizard: Surroundings {
  private unowned let world: World
  private(set) var isAlive = true
  private var conductorIfBegun: Conductor?
  private var alarm = 0
  private var inventoried: Set<NodeID> = []

  init(_ world: World) { self.world = world }

  /// Begins or takes up the run.
  func begin(_ input: Input, replaying records: [Record]) {
    let mutation = world.scenario.mutation
    let judge: Judge = { rule, object, scene in
      mutation == .noGates ? .holds(saw: "not looked at") : Rulebook.evaluate(rule, object, in: scene)
    }
    let conductor = Conductor(
      machine: UpgradeMachine(judge: judge), surroundings: self)
    conductorIfBegun = conductor
    conductor.replay(mutation == .forgottenFlight ? Self.withoutOpenIntent(records) : records)
    conductor.handle(input)
  }

  /// The mutation: an intent without its end is left out.
  private static func withoutOpenIntent(_ records: [Record]) -> [Record] {
    var settled: Set<EffectID> = []
    for case .settled(let effect, _) in records { settled.insert(effect) }
    return records.filter { record in
      if case .intent(let effect, _, _, _) = record { settled.contains(effect) } else { true }
    }
  }

  var machine: UpgradeMachine? { conductorIfBegun?.machine }
  var halted: String? { conductorIfBegun?.halted }
  var conductor: Conductor? { isAlive ? conductorIfBegun : nil }

  func kill() { isAlive = false }

  // MARK: - Surroundings

  var now: Instant { world.agenda.now }
  var wallClock: Int64 { world.agenda.now.nanoseconds / 1_000_000 }

  func write(_ records: [Record]) {
    let delay = world.random.microseconds(200...4000)
    let kill = world.killing(records)
    world.agenda.after(delay) { [self] in
      guard isAlive else { return }
      if world.disk.isFull, records.contains(where: \.beginsSomethingHere) {
        world.witness.note("the disk is full", by: .others)
        conductorIfBegun?.written("no space left on device")
        return world.compare()
      }
      if kill == .torn {
        world.tear(records)
        return world.kill("in the middle of a write")
      }
      world.persist(records)
      if kill == .beforeEffects { return world.kill("with its records on disk and nothing begun") }
      conductorIfBegun?.written(nil)
      world.compare()
      if kill == .afterEffects { world.killSoon() }
    }
  }

  func perform(_ effect: Effect) {
    guard isAlive else { return }
    world.witness.note("begin \(effect.id)", by: .us)
    Performance(effect, by: self, in: world).begin()
  }

  func finished(_ effect: EffectID, _ outcome: Outcome) {
    guard isAlive else { return }
    world.freshness.finished(effect, now: world.agenda.now)
    conductorIfBegun?.finished(effect, outcome)
  }

  func read(_ node: NodeID, _ depth: ReadingDepth) {
    let asked = world.agenda.now
    let delay = world.readingDelay()
    world.agenda.after(delay.half) { [self] in
      guard let simulated = world.cluster.node(node) else { return }
      let isCut = simulated.wizardCutUntil > world.agenda.now
      let readout =
        isCut ? NodeReadout(failure: ReadingFailure(.mute, "no answer within 1 s")) : world.reading.read(node, depth)
      let isSilent = readout.failure?.kind == .mute
      world.agenda.after(isSilent ? .seconds(1) : delay.half) { [self] in
        guard isAlive else { return }
        world.freshness.read(node, asked: asked, now: world.agenda.now)
        if readout.pulse != nil { takeInventory(node) }
        conductorIfBegun?.read(node, readout)
      }
    }
  }

  /// The slow layer is read once for every node that answers.
  private func takeInventory(_ node: NodeID) {
    guard inventoried.insert(node).inserted else { return }
    conductorIfBegun?.observe(
      node,
      inventory: Inventory(
        configuration: ["save": "3600 1"], users: nil, modules: [], otherWizards: [], permissions: [:],
        unsavedDirectives: nil))
  }

  func wake(at instant: Instant) {
    alarm += 1
    let mine = alarm
    world.agenda.at(instant) { [self] in
      guard isAlive, alarm == mine else { return }
      conductorIfBegun?.wake()
    }
  }

  func changed() {}
  /// All nodes of these worlds are servers.
  func survey(_ depth: SurveyDepth) {}
}

extension Duration {
  var half: Duration { self / 2 }
}

extension Record {
  /// What a full disk stops; the rest uses the journal's reserve.
  var beginsSomethingHere: Bool {
    switch self {
    case .started, .resumed, .ordered, .planAccepted, .ledger, .intent, .chosen: true
    case .answered(_, let granted): granted
    case .prompted, .asked, .outcome, .settled, .late, .problem, .measured, .windowClosed, .noted, .ended: false
    }
  }
}
