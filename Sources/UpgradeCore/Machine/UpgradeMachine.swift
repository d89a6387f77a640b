// The state machine of an upgrade: decide (changes nothing), apply (the only mutation of its state), observe (volatile).

/// What happens to the machine.
package enum Input: Sendable {
  case start(run: String, by: WizardIdentity, setup: Setup)
  case resumed(by: WizardIdentity, Adjustment = Adjustment())
  case tick
  case outcome(EffectID, Outcome)
  case answer(Answer)
  /// The command of the step in flight asks something at its terminal.
  case prompted(EffectID, Enterprise.Prompt)
  /// That command went on after its question, and nobody had answered here.
  case promptGone(EffectID)
  /// The shards in the order in which they are to have their turns; before the plan is accepted.
  case order([ShardID])
  /// `typed`: the words that an override asks for.
  case choose(Choice, typed: String?, source: Answer.Source)
}

/// What is to be recorded, and what is to be done once that is durable.
package struct Decision: Hashable, Sendable {
  package var records: [Record] = []
  package var effects: [Effect] = []
  /// Why an answer was not taken, for the one who gave it.
  package var refusal: String?
  package init(records: [Record] = [], effects: [Effect] = [], refusal: String? = nil) {
    self.records = records
    self.effects = effects
    self.refusal = refusal
  }
  static let nothing = Decision()
}

/// Judges one rule on one object.
package typealias Judge = @Sendable (RuleName, ObjectID, Scene) -> Verdict

/// The upgrade of one deployment.
///
/// `decide` returns records and effects and changes nothing; `apply` folds a record into the state; `observe` and
/// `notice` fill the volatile observations. An effect runs only after its records are durable.
package struct UpgradeMachine: Sendable {
  package private(set) var state = State()
  package private(set) var observations = Observations()
  let judge: Judge

  /// The deployment's runbook.
  package var procedure: any Procedure { state.setup?.procedure ?? ClusterProcedure() }

  package init(judge: @escaping Judge) {
    self.judge = judge
  }

  /// Folds one record. `at`: the monotonic instant when it happened live, nil on replay.
  package mutating func apply(_ record: Record, at now: Instant?) {
    let flight = state.inFlight
    state.apply(record)
    switch record {
    case .intent(let effect, let action, _, _):
      if effect.step.verb == .stop { observations.stoppedAt = now }
      observations.flightSince = now
      observations.outcomeSince = nil
      observations.isResumed = false
      if action.hasEffect { observations.held = [:] }
    case .outcome:
      observations.outcomeSince = now
      observations.held = [:]
    case .settled(let effect, let settled):
      if effect.step.verb == .rejoin, case .achieved = settled, let now, let since = observations.stoppedAt {
        observations.longestNode = max(observations.longestNode ?? .zero, now - since)
      }
      if case .handOver(_, _, let to)? = flight?.action, flight?.mayHaveActed == true {
        observations.electedAt[to] = now
      }
    case .resumed:
      observations.isResumed = true
      observations.flightSince = now
      observations.outcomeSince = now
      for node in state.elected { observations.electedAt[node] = now }
    case .chosen:
      observations.waiting = nil
      for node in state.elected where observations.electedAt[node] == nil { observations.electedAt[node] = now }
    default: break
    }
  }

  // MARK: - Observing

  package mutating func observe(_ node: NodeID, pulse: Pulse, asOf: RecordNumber, now: Instant) {
    observations.nodes[node, default: NodeObservation()].pulse = Layer(pulse, asOf: asOf, at: now)
    observations.nodes[node]?.failure = nil
  }
  package mutating func observe(_ node: NodeID, view: ClusterView, asOf: RecordNumber, now: Instant) {
    observations.nodes[node, default: NodeObservation()].view = Layer(view, asOf: asOf, at: now)
  }
  package mutating func observe(_ node: NodeID, settings: [String: String], asOf: RecordNumber, now: Instant) {
    observations.nodes[node, default: NodeObservation()].settings = Layer(settings, asOf: asOf, at: now)
  }
  package mutating func observe(_ node: NodeID, inventory: Inventory, asOf: RecordNumber, now: Instant) {
    observations.nodes[node, default: NodeObservation()].inventory = Layer(inventory, asOf: asOf, at: now)
  }
  package mutating func observe(_ node: NodeID, failure: ReadingFailure, asOf: RecordNumber, now: Instant) {
    observations.nodes[node, default: NodeObservation()].failure = Layer(failure, asOf: asOf, at: now)
  }
  /// One round of readings of a cluster of Redis Enterprise Software, or why there is none.
  package mutating func observe(_ survey: Enterprise.Survey, asOf: RecordNumber, now: Instant) {
    observations.enterprise.take(survey, asOf: asOf, at: now)
  }
  package mutating func observe(enterpriseFailure sentence: String, asOf: RecordNumber, now: Instant) {
    observations.enterprise.failure = Layer(sentence, asOf: asOf, at: now)
  }
  package mutating func observe(host: String, _ facts: HostFacts) { observations.hosts[host] = facts }
  /// The time of day, which a maintenance window is about; nothing else is.
  package mutating func observe(wallClock milliseconds: Int64) {
    observations.wallClock = Int(milliseconds)
  }
  package mutating func observe(_ measure: ClientMeasure) { observations.measure = measure }
  /// Remembers the plan that is on the screen while its question is asked.
  package mutating func show(_ plan: Plan) { observations.shownPlan = plan }

  /// What is known now, freshness applied.
  package func snapshot(now: Instant) -> Snapshot {
    guard let setup = state.setup else { return Snapshot(nodes: [:], shards: [], addresses: [:]) }
    var nodes: [NodeID: Reading] = [:]
    var addresses: [NodeID: Address] = [:]
    for node in setup.nodes {
      addresses[node.id] = node.address
      nodes[node.id] =
        observations.nodes[node.id]?.reading(touched: state.touched[node.id, default: 0], now: now)
        ?? .unknown("not read yet")
    }
    let strangers = setup.nodes.map(\.id).filter { id in
      if case .unknown = nodes[id] { observations.nodes[id]?.failure?.value.kind == .stranger } else { false }
    }
    var untrusted: [NodeID: String] = [:]
    for (node, reading) in nodes {
      guard case .unknown(let why) = reading, let failure = observations.nodes[node]?.failure?.value,
        failure.kind == .untrusted, failure.sentence == why
      else { continue }
      untrusted[node] = why
    }
    return Snapshot(
      nodes: nodes, shards: setup.shards, addresses: addresses, touched: state.touched, strangers: Set(strangers),
      untrusted: untrusted,
      enterprise: setup.enterprise == nil
        ? nil : observations.enterprise.survey(touched: state.touched.values.max() ?? 0, now: now))
  }

  package func situation(now: Instant) -> Situation? {
    guard let setup = state.setup else { return nil }
    return Situation(setup: setup, snapshot: snapshot(now: now), facts: state.facts)
  }

  /// The plan as it stands: unfolded from what is believed, so that a missed reading does not make it flicker.
  package func plan(now: Instant) -> Plan? {
    guard var situation = situation(now: now) else { return nil }
    if situation.setup.enterprise != nil, situation.snapshot.enterprise == nil {
      situation.snapshot.enterprise = observations.enterprise.latest
    }
    for (node, reading) in situation.snapshot.nodes where reading.view == nil {
      guard let expected = state.expected[node], !state.facts.isOut(node),
        let last = observations.nodes[node]?.pulse?.value
      else { continue }
      var pulse = last
      pulse.replication.role = expected.role
      situation.snapshot.nodes[node] = .up(
        NodeView(
          pulse: pulse, cluster: observations.nodes[node]?.view?.value,
          settings: observations.nodes[node]?.settings?.value, inventory: nil, pulseAsOf: state.sequence,
          clusterAsOf: state.sequence, ageOfPulse: .zero))
    }
    return procedure.unfold(situation)
  }

  // MARK: - Noticing: what the clock and the readings change

  /// Brings posture and timers up to date; to be called after observing and before deciding.
  package mutating func notice(now: Instant) {
    guard let situation = situation(now: now), state.ended == nil else {
      observations.posture = Posture()
      return
    }
    var posture = Posture()
    if let flight = state.inFlight {
      posture.kind = .inFlight(achievement(of: flight, situation))
      posture.waitingSince = observations.flightSince
      observations.posture = posture
      return
    }
    let drift = drift(in: situation)
    if !drift.isEmpty {
      posture.kind = .drifted(drift)
      posture.waitingSince = observations.wait(for: "all nodes, to say what is true", now: now)
      observations.posture = posture
      return
    }
    let next = procedure.next(situation)
    posture.kind = .next(next)
    switch next {
    case .step(let step):
      let scene = scene(situation, for: step)
      posture.gates = step.gates.map { status(of: $0, in: scene, for: step.key, now: now) }
      let green = posture.gates.allSatisfy(\.isGreen)
      if green, let calm = state.setup.flatMap(step.calm(in:)) {
        let calmest = posture.gates.map { $0.isOverridden ? calm : $0.heldFor ?? .zero }.min()
        let left = calm - (calmest ?? calm)
        posture.settling = left > .zero ? left : nil
      }
      // A gate that comes and goes keeps the boundary from ever being calm: that is waiting, too.
      let ready = green && posture.settling == nil
      // A plan is made from all nodes: until the last one has answered, its absence is no problem yet.
      let isUnread = state.plan == nil && !situation.setup.nodes.allSatisfy { situation.snapshot.isRead($0.id) }
      let what = isUnread ? "every node's answer" : "step \(step.key)"
      posture.waitingSince = observations.wait(for: ready && !isUnread ? nil : what, now: now)
    case .wait(let gate, _, _):
      posture.gates = [status(of: gate, in: scene(situation, for: nil), for: nil, now: now)]
      posture.waitingSince = observations.wait(for: "gate \(gate.rule) \(gate.object)", now: now)
    case .done:
      let scene = scene(situation, for: nil)
      posture.gates = procedure.finalGates(situation).map { status(of: $0, in: scene, for: nil, now: now) }
      let green = posture.gates.allSatisfy(\.isGreen)
      posture.waitingSince = observations.wait(for: green ? nil : "the final gate", now: now)
    case .problem:
      posture.waitingSince = observations.wait(for: "all nodes, to say what is true", now: now)
    }
    observations.posture = posture
  }

  /// A rule's view: the node in hand and the node that is out are left out of health rules, being what the run cures.
  func scene(_ situation: Situation, for step: Step?) -> Scene {
    var ignoring = Set(situation.facts.out.filter(situation.isOut))
    if case .node(let node)? = step?.key.object, step?.key.verb != .drain { ignoring.insert(node) }
    ignoring.formUnion(leftBehind(situation))
    return Scene(
      snapshot: situation.snapshot, setup: situation.setup, ignoring: ignoring, hosts: observations.hosts,
      ownName: state.wizard.map { WizardName(host: $0.host, run: state.run) },
      identities: state.expected.mapValues { Identity(runID: $0.runID, processID: $0.processID) })
  }

  /// Old nodes under a new primary, which they may not be able to follow any more: where a host is emptied of several
  /// primaries first, some have to wait like that until their host's turn has come.
  private func leftBehind(_ situation: Situation) -> [NodeID] {
    guard situation.setup.goesByHost, !situation.facts.promoted.isEmpty else { return [] }
    return situation.setup.order.filter { node in
      guard let view = situation.snapshot[node].view, view.role == .replica, view.release != situation.setup.to else {
        return false
      }
      return situation.facts.goals.want[node] == situation.setup.to
        && situation.facts.isPromoted(node, situation.setup)
    }
  }

  private mutating func status(of gate: Gate, in scene: Scene, for step: StepKey?, now: Instant) -> GateStatus {
    let verdict =
      gate.rule == MachineRule.electionSettled
      ? electionSettled(gate.object, now: now)
      : judge(gate.rule, gate.object, scene)
    let held = observations.note(gate, verdict, now: now)
    return GateStatus(
      gate: gate, verdict: verdict, heldFor: held,
      isOverridden: step != nil && state.facts.overridden[gate] == step)
  }

  /// No second election of the same node within four node time-outs: before that, redis 6.2 and 7.0 let it win on
  /// the votes of its first one (redis pull request 8753).
  private func electionSettled(_ object: ObjectID, now: Instant) -> Verdict {
    guard case .node(let node) = object, let at = observations.electedAt[node] else {
      return .holds(saw: "no election of ours")
    }
    let left = (state.setup?.electionPause ?? .seconds(60)) - (now - at)
    guard left > .zero else { return .holds(saw: "last election long enough ago") }
    return .broken(
      saw: "\(state.setup?.address(node) ?? "") was elected a short time ago",
      fix: "wait \(Int(left.seconds.rounded(.up))) s more")
  }
}

/// Rules that need a clock, and so are judged by the machine itself.
package enum MachineRule {
  package static let electionSettled: RuleName = "election-settled"
}
