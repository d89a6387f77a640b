// The state of a run: nothing but the fold of its journal.

/// What a step that was issued and not settled looks like.
package struct InFlight: Hashable, Sendable {
  package var effect: EffectID
  package var action: Action
  /// nil until somebody said what came of it.
  package var outcome: Outcome?

  /// Whether it may have done something: not where it certainly did not happen, or never began.
  var mayHaveActed: Bool { outcome?.kind != .refused && outcome?.kind != .lapsed }
}

/// The state of a run, changed by `apply` alone.
package struct State: Hashable, Sendable {
  /// The number of the last record.
  package var sequence: RecordNumber = 0
  package var run: String = ""
  package var wizard: WizardIdentity?
  package var setup: Setup?
  package var facts: Facts = Facts(goals: Goals(want: [:]))
  /// What every node should look like: what drift is measured against.
  package var expected: [NodeID: Structure] = [:]
  package var plan: Set<PlannedStep>?
  package var consents: [QuestionName: ConsentClass] = [:]
  package var declined: Set<QuestionName> = []
  package var inFlight: InFlight?
  package var attempts: [StepKey: Int] = [:]
  package var asked: Question?
  package var problem: Problem?
  package var touched: [NodeID: RecordNumber] = [:]
  /// Nodes that won an election of ours: they may not be asked again for four node time-outs.
  package var elected: Set<NodeID> = []
  package var measures: [ClientMeasure] = []
  package var handOvers: [HandOverFact] = []
  package var ended: Ending?

  package init() {}
}

extension State {
  /// Whether nothing is left but to put back the temporary settings and to compare.
  package var isFinishing: Bool {
    let question = QuestionName(.disableUpgradeMode)
    if asked?.name == question { return true }
    guard consents[question] != nil, facts.out.isEmpty, let setup else { return false }
    return facts.goals.mode != .upgrade || setup.options.pace.scope == .replicas
      || setup.nodes.allSatisfy { expected[$0.id]?.release == facts.goals.want[$0.id] }
  }
}

/// One hand-over that happened.
package struct HandOverFact: Hashable, Sendable {
  package var shard: ShardID
  package var from: NodeID
  package var to: NodeID
}

extension State {
  /// The only mutation of the state.
  package mutating func apply(_ record: Record) {
    sequence += 1
    switch record {
    case .started(let run, let wizard, let setup): begin(run, wizard, setup)
    case .resumed(let wizard, let adjustment): resume(wizard, adjustment)
    case .ordered(let shards):
      setup?.turns = shards
      // What was asked was about another plan.
      asked = nil
    case .planAccepted(let steps): plan = steps
    case .asked(let question): asked = question
    case .answered(let answer, let granted): take(answer, granted: granted)
    case .ledger(let key, let entry): facts.ledger[key] = entry
    case .intent(let effect, let action, _, _): begin(effect, action)
    case .outcome(let effect, let outcome):
      guard inFlight?.effect == effect else { break }
      inFlight?.outcome = outcome
      // Whatever it asked, nobody waits for the answer any more.
      if asked?.isOfCommand == true { asked = nil }
      touch(inFlight?.action.touches ?? [])
    case .settled(let effect, let settled): settle(effect, settled)
    case .windowClosed: facts.goals.mode = .pause
    case .prompted(_, _, let fate):
      if fate == .answeredThere, asked?.isOfCommand == true { asked = nil }
    case .late, .noted: break
    case .problem(let problem): self.problem = problem
    case .chosen(let choice, let learnt, _): choose(choice, learnt)
    case .measured(let measure): measures.append(measure)
    case .ended(let ending): ended = ending
    }
  }

  private mutating func begin(_ run: String, _ wizard: WizardIdentity, _ setup: Setup) {
    self.run = run
    self.wizard = wizard
    self.setup = setup
    // A name that a journal has twice is no reason to end here.
    let wanted = setup.nodes.map { ($0.id, setup.wanted($0)) }
    facts = Facts(goals: Goals(want: Dictionary(wanted, uniquingKeysWith: { first, _ in first })))
    for node in setup.nodes {
      expected[node.id] = Structure(
        role: node.role, release: node.release, runID: node.runID, processID: node.processID,
        shard: setup.shard(of: node.id)?.id)
    }
  }

  private mutating func resume(_ wizard: WizardIdentity, _ adjustment: Adjustment) {
    self.wizard = wizard
    if let settle = adjustment.settle { setup?.options.settle = settle }
    if let window = adjustment.window { setup?.options.pace.window = window }
    if [EndingName.replicasDone, EndingName.windowClosed].contains(ended?.name) { goOnWithTheRest() }
    ended = nil
    problem = nil
    asked = nil
    declined = []
    // Whoever resumes goes on after what an earlier wizard has counted.
    facts.budgetSpent = measures.last?.spent ?? 0
    consents = consents.filter { !$0.value.lapsesAtRestart }
    touch(setup?.nodes.map(\.id) ?? [])
  }

  /// Another sitting: what was put off is wanted now, by a plan of its own and after a new backup.
  private mutating func goOnWithTheRest() {
    setup?.options.pace.scope = .all
    facts.goals.mode = .upgrade
    facts.done.remove(.backUp)
    plan = nil
    consents = [:]
  }

  private mutating func take(_ answer: Answer, granted: Bool) {
    guard let question = asked, question.name == answer.question else { return }
    asked = nil
    if question.isOfCommand { return }
    if question.name.kind == .clientProbe {
      facts.probing = granted
      facts.done.insert(StepKey(confirming: .clientProbe))
    } else if granted {
      consents[question.name] = question.consentClass
    } else if question.name.kind.canBeLeft, let step = question.step {
      facts.left.insert(step)
    } else {
      declined.insert(question.name)
    }
  }

  private mutating func begin(_ effect: EffectID, _ action: Action) {
    attempts[effect.step] = effect.attempt
    inFlight = InFlight(effect: effect, action: action, outcome: nil)
    if case .host(let node, .temporaryStart) = action { takeIn(node) }
    touch(action.touches)
    if let setup { facts.begin(effect.step, setup) }
    // A consent is used up by its intent; the ones that cover several steps end with the last of them.
    if case .handOver(let shard, _, _) = action {
      let name = shard.description
      consents[QuestionName(.handOver, name)] = nil
      consents[QuestionName(.returnPrimary, name)] = nil
    }
  }

  private mutating func settle(_ effect: EffectID, _ settled: Settled) {
    guard let flight = inFlight, flight.effect == effect else { return }
    inFlight = nil
    if case .handOver(_, _, let to) = flight.action, flight.mayHaveActed { elected.insert(to) }
    switch settled {
    case .achieved(let learnt):
      for (node, structure) in learnt { expected[node] = structure }
      if let setup {
        facts.achieve(effect.step, flight.action, flight.outcome, setup) { expected[$0]?.release }
      }
      if case .host(let node, .temporaryStop) = flight.action {
        setup?.leaveOutTemporary()
        expected[node] = nil
      }
      if case .handOver(let shard, let from, let to) = flight.action {
        handOvers.append(HandOverFact(shard: shard, from: from, to: to))
      }
      closeConsent(effect.step)
    case .failed:
      facts.failed[effect.step, default: 0] += 1
      if flight.mayHaveActed, setup?.enterprise != nil, case .host(let node, .install) = flight.action {
        facts.begun.insert(node)
      } else if !flight.mayHaveActed {
        takeBack(effect)
      }
    case .lapsed: takeBack(effect)
    }
  }

  /// From the intent of its start on a temporary server may be there.
  private mutating func takeIn(_ node: NodeID) {
    setup?.takeInTemporary()
    guard let setup, let own = setup.node(node) else { return }
    expected[node] = Structure(
      role: own.role, release: own.release, runID: "", processID: 0, shard: setup.shard(of: node)?.id)
  }

  /// An installer that has changed nothing has not taken its node out, unless one before it has.
  private mutating func takeBack(_ effect: EffectID) {
    guard setup?.enterprise != nil, effect.step.verb == .install, case .node(let node) = effect.step.object,
      !facts.begun.contains(node)
    else { return }
    facts.out.remove(node)
  }

  private mutating func closeConsent(_ step: StepKey) {
    guard let setup else { return }
    switch (step.verb, step.object) {
    case (.rejoin, .node(let node)):
      consents[QuestionName(.upgradeNode, setup.address(node))] = nil
      let host = setup.host(of: node)
      if !setup.nodes(on: host).contains(where: facts.isOut) { consents[QuestionName(.upgradeHost, host)] = nil }
    case (.upgradeDatabase, .database(let number)):
      consents[QuestionName(.upgradeDatabase, setup.name(.database(number)))] = nil
    case (.confirm, _):
      if let kind = step.argument.flatMap(QuestionKind.init(rawValue:)) { consents[QuestionName(kind)] = nil }
    default: break
    }
  }

  private mutating func choose(_ choice: Choice, _ learnt: [NodeID: Structure]) {
    let problem = self.problem
    self.problem = nil
    switch choice {
    case .retry, .waitLonger:
      if let step = problem?.step { facts.failed[step] = nil }
      if problem?.name == ProblemName.errorBudget { facts.budgetSpent = measures.last?.spent ?? 0 }
      if problem?.name == ClusterProblem.wrongVersion, case .node(let node)? = problem?.object {
        facts.beginAgain(node)
        expected.merge(learnt) { $1 }
      }
    case .askAgain: declined = []
    case .leave: if let step = problem?.step { facts.left.insert(step) }
    case .adopt:
      take(learnt)
      // What was agreed to was agreed to in another situation.
      consents = consents.filter { !$0.value.lapsesAtRestart }
      guard let problem, let setup else { break }
      facts.adopt(problem, setup)
      // What is taken on when nothing more is begun comes back as it was.
      if facts.goals.mode == .windDown { facts.windDown(setup) }
      if ClusterProblem.aboutVersions.contains(problem.name), case .node(let node) = problem.object {
        facts.goals.leave(node, on: learnt[node]?.release, setup)
      }
    case .rollBack(let node), .skip(let node):
      guard let setup else { break }
      let stage: Site.Stage = if case .skip = choice { .install } else { .rollback }
      for node in setup.companions(of: node, in: stage) { facts.goals.want[node] = setup.node(node)?.release }
      facts.failed = [:]
      declined = []
    case .override(let gate):
      if let step = problem?.step { facts.overridden[gate] = step }
      facts.overrideNotes.append("\(gate.rule) on \(setup?.name(gate.object) ?? "\(gate.object)")")
    case .windDown:
      take(learnt)
      guard let setup else { break }
      facts.windDown(setup)
      if let problem, ClusterProblem.aboutVersions.contains(problem.name), case .node(let node) = problem.object {
        facts.goals.leave(node, on: learnt[node]?.release, setup)
      }
      facts.failed = [:]
      declined = []
    case .stopHere: break
    }
  }

  /// Takes reality for the new expectation.
  private mutating func take(_ learnt: [NodeID: Structure]) {
    guard let setup else { return }
    for (node, structure) in learnt {
      let old = expected[node]?.role
      facts.adopt(role: structure.role, of: node, on: structure.release, was: old, setup)
      if old == .replica, structure.role == .primary { elected.insert(node) }
      if let shard = structure.shard { move(node, to: shard) }
      expected[node] = structure
      expected[node]?.shard = self.setup?.shard(of: node)?.id
    }
  }

  /// A replica that follows the primary of another shard is a member of that one from now on, also for rule 1.
  private mutating func move(_ node: NodeID, to shard: ShardID) {
    guard let setup, let old = setup.shard(of: node)?.id, old != shard else { return }
    for place in setup.shards.indices {
      if setup.shards[place].id == old { self.setup?.shards[place].members.removeAll { $0 == node } }
      if setup.shards[place].id == shard { self.setup?.shards[place].members.append(node) }
    }
  }

  private mutating func touch(_ nodes: [NodeID]) {
    for node in nodes { touched[node] = sequence }
  }
}
