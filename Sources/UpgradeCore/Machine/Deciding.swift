// What to record and to do next: pure, from state, observations and one input.

extension UpgradeMachine {
  /// Decides; changes nothing.
  package func decide(_ input: Input, now: Instant) -> Decision {
    switch input {
    case .start(let run, let wizard, let setup):
      guard state.setup == nil else { return Decision(refusal: "this run has already begun") }
      return Decision(records: [.started(run: run, by: wizard, setup: setup)])
    case .resumed(let wizard, let adjustment):
      return Decision(records: [.resumed(by: wizard, adjustment)], effects: reattachments())
    case .tick: return tick(now)
    case .outcome(let effect, let outcome):
      guard state.inFlight?.effect == effect, state.inFlight?.outcome == nil else {
        return Decision(records: [.late(effect, outcome)])
      }
      return Decision(records: [.outcome(effect, outcome)])
    case .answer(let answer): return take(answer, now: now)
    case .prompted(let effect, let prompt): return take(prompt, of: effect)
    case .promptGone(let effect): return takeBack(effect)
    case .order(let shards):
      if let refusal = state.obstacle(toOrdering: shards) { return Decision(refusal: refusal) }
      return Decision(records: [.ordered(shards)])
    case .choose(let choice, let typed, let source): return take(choice, typed: typed, source: source, now: now)
    }
  }

  private func tick(_ now: Instant) -> Decision {
    guard state.setup != nil, state.ended == nil, let situation = situation(now: now) else { return .nothing }
    if let flight = state.inFlight { return settle(flight, situation, now: now) }
    guard state.problem == nil, state.asked == nil else { return .nothing }
    // What clients cannot write while nobody is primary is not made less by stopping here.
    if cutOff(in: situation) == nil, !situation.temporaryIsMissed, !state.facts.temporaryIsLost, let spent = overspent()
    {
      return spent
    }
    let posture = observations.posture
    switch posture.kind {
    case .next(.step) where state.plan == nil, .next(.done) where state.plan == nil:
      return askForPlan(since: posture.waitingSince, now)
    case .idle, .inFlight: return .nothing
    case .drifted, .next(.problem):
      // What is said about one node rests on the others: right after a resume they have not been read yet.
      guard isRead(situation, waited: posture.waitingSince.map { now - $0 } ?? .zero) else { return .nothing }
      if case .next(.problem(let problem)) = posture.kind { return Decision(records: [.problem(problem)]) }
      return Decision(records: [.problem(driftProblem(drift(in: situation), situation))])
    case .next(.wait(_, let patience, let problem)):
      guard let since = posture.waitingSince, now - since > patience else { return .nothing }
      return Decision(records: [.problem(problem)])
    case .next(.done): return finish(posture, situation, now: now)
    case .next(.step(let step)): return take(step, posture, situation, now: now)
    }
  }

  /// Whether every node has been read, or has not been in all that time.
  func isRead(_ situation: Situation, waited: Duration) -> Bool {
    waited > .seconds(3) || situation.setup.nodes.allSatisfy { situation.snapshot.isKnown($0.id) }
  }

  // MARK: - Beginning and ending

  private func askForPlan(since: Instant?, _ now: Instant) -> Decision {
    guard let plan = plan(now: now), let setup = state.setup else { return .nothing }
    if case .problem(let problem) = plan.ending {
      if let since, now - since <= .seconds(60) { return .nothing }
      return Decision(records: [.problem(problem)])
    }
    if case .endless(let step) = plan.ending {
      return Decision(records: [
        .problem(
          Problem(
            name: "plan-has-no-end", object: .deployment, step: step,
            what: "The plan cannot be unfolded to its end\(step.map { ": it stays at \($0)" } ?? "").",
            risk: "This is a defect of this program. Nothing has been changed.", choices: [.stopHere]))
      ])
    }
    let temporary = setup.temporary.map { ObjectID.node($0.node.id) }
    let nodes = Set(plan.steps.map(\.key).filter { $0.verb == .rejoin && $0.object != temporary }.map(\.object)).count
    let databases = plan.steps.filter { $0.key.verb == .upgradeDatabase }.count
    let handOvers = plan.steps.filter { $0.key.verb == .handOver }.count
    let question = Question(
      name: QuestionName(.start), consentClass: .reversible, title: "Start with this plan?",
      lines: [
        "\(plan.steps.count) steps: \(Words.count(nodes, "node")) to \(setup.to.title), "
          + (setup.enterprise != nil
            ? "\(Words.count(databases, "database"))." : "\(Words.count(handOvers, "hand-over"))."),
        setup.enterprise == nil
          ? temporary == nil
            ? "You are asked again before every node and every hand-over."
            : "A temporary server takes over meanwhile; you are asked again before each hand-over and before the stop."
          : "You are asked again before every node, whatever its installer asks, and before every database.",
      ], step: nil, word: "yes")
    return Decision(records: [.asked(question)])
  }

  private func finish(_ posture: Posture, _ situation: Situation, now: Instant) -> Decision {
    let red = posture.gates.filter { !$0.isGreen }
    if !red.isEmpty {
      // Whoever expects nodes to be back sooner does not want to wait longer for the last of them either.
      let patience = min(.seconds(60), situation.setup.options.backWithin)
      guard let since = posture.waitingSince, now - since > patience else { return .nothing }
      return Decision(records: [.problem(finalProblem(red, waited: now - since))])
    }
    var records: [Record] = []
    if let measure = observations.measure { records.append(.measured(measure)) }
    let reached = situation.setup.nodes.filter { situation.snapshot.release(of: $0.id) == situation.setup.to }.count
    let all = situation.setup.nodes.count
    let sentence = "\(reached) of \(all) nodes run \(situation.setup.to.title)."
    let mode = state.facts.goals.mode
    let ending =
      if mode == .upgrade, reached == all {
        Ending(.done, name: EndingName.done, sentence: sentence, everyShardServed: true)
      } else if mode == .pause {
        Ending(
          .stopped, name: EndingName.windowClosed, sentence: "The window is over. \(sentence) The rest waits.",
          everyShardServed: true)
      } else if mode == .upgrade, situation.setup.options.pace.scope == .replicas {
        Ending(
          .stopped, name: EndingName.replicasDone, sentence: "The replicas are done. \(sentence) The primaries wait.",
          everyShardServed: true)
      } else {
        Ending(.woundDown, name: EndingName.woundDown, sentence: sentence, everyShardServed: true)
      }
    return Decision(records: records + [.ended(ending)])
  }

  private func overspent() -> Decision? {
    // A server that is alone is away for a while, and clients that call it then are what was agreed to.
    guard state.facts.goals.mode == .upgrade, state.setup?.kind != .standalone,
      let budget = state.setup?.options.errorBudget, let measure = observations.measure,
      measure.spent - state.facts.budgetSpent > budget
    else { return nil }
    return Decision(records: [.measured(measure), .problem(budgetProblem(measure, budget: budget))])
  }

  // MARK: - Steps

  private func take(_ step: Step, _ posture: Posture, _ situation: Situation, now: Instant) -> Decision {
    if let consent = step.consent, state.declined.contains(consent.question) {
      return Decision(records: [.problem(declinedProblem(consent.question, step: step.key))])
    }
    let planned = PlannedStep(key: step.key, consentClass: step.consent?.consentClass)
    if state.plan?.contains(planned) == false { return askForChange(step) }
    if let sentence = closing(before: step, situation) { return close(sentence) }
    let red = posture.gates.filter { !$0.isGreen }
    if !red.isEmpty || posture.settling != nil {
      let patience = step.patience + (step.calm(in: situation.setup) ?? .zero)
      guard let since = posture.waitingSince, now - since > patience else { return .nothing }
      // All green at this instant, and never for long enough: those that broke last are in the way.
      let calmest = posture.gates.compactMap(\.heldFor).min()
      let restless = posture.gates.filter { $0.heldFor == calmest }
      return Decision(records: [.problem(gateProblem(red.isEmpty ? restless : red, step: step, waited: now - since))])
    }
    if let consent = step.consent, state.consents[consent.question] != consent.consentClass,
      !(consent.question.kind == .clientProbe && state.facts.done.contains(step.key))
    {
      return Decision(records: [.asked(question(for: step, consent))])
    }
    if let violation = violation(of: step, situation) { return Decision(records: [.problem(violation)]) }
    return issue(step, posture, situation)
  }

  /// The window leaves no time: what is open is put away, or nothing is begun at all.
  private func close(_ sentence: String) -> Decision {
    guard state.attempts.isEmpty else { return Decision(records: [.windowClosed(sentence)]) }
    return Decision(records: [
      .ended(
        Ending(
          .stopped, name: EndingName.notStarted, sentence: "\(sentence) Nothing was changed.", everyShardServed: nil))
    ])
  }

  private func issue(_ step: Step, _ posture: Posture, _ situation: Situation) -> Decision {
    let attempt = state.attempts[step.key, default: 0] + 1
    let effect = EffectID(step.key, attempt: attempt)
    var records: [Record] = []
    if case .configure(let node, let settings) = step.action {
      records += ledger(node, settings, situation)
    }
    let evidence = posture.gates.map { status in
      "\(status.gate.rule) \(situation.setup.name(status.gate.object)): \(status.verdict.text)"
        + (status.isOverridden ? " [set aside by the operator]" : "")
    }
    records.append(
      .intent(effect, step.action, command: step.action.commands(in: situation.setup), evidence: evidence))
    if case .confirm = step.action {
      return Decision(records: records + [.settled(effect, .achieved([:]))])
    }
    guard step.action.hasEffect else { return Decision(records: records) }
    var identities: [NodeID: Identity] = [:]
    for node in step.action.touches {
      if let pulse = situation.snapshot[node].view?.pulse {
        identities[node] = Identity(
          runID: pulse.server.runID, processID: pulse.server.processID, role: pulse.role)
      }
    }
    return Decision(records: records, effects: [Effect(id: effect, action: step.action, identities: identities)])
  }

  /// The ledger's lines before a change: the first original wins, a closed entry is opened again.
  private func ledger(_ node: NodeID, _ settings: [Setting], _ situation: Situation) -> [Record] {
    guard let setup = situation.setup.node(node), let view = situation.snapshot[node].view else { return [] }
    return settings.compactMap { setting in
      let key = LedgerKey(node, setting.directive)
      let entry = state.facts.ledger[key]
      if let entry, entry.standing == .open {
        guard entry.ours != setting.value else { return nil }
        // Another value of ours: what is to be put back stays what it was.
        return .ledger(
          key, LedgerEntry(address: entry.address, original: entry.original, ours: setting.value, standing: .open))
      }
      // What the operator left at somebody else's value has that one for its original from then on.
      let first = entry?.standing == .closed ? entry?.original : nil
      guard let present = first ?? view.settings?[setting.directive] else { return nil }
      return .ledger(
        key, LedgerEntry(address: setup.address, original: present, ours: setting.value, standing: .open))
    }
  }

  private func askForChange(_ step: Step) -> Decision {
    let question = Question(
      name: QuestionName(.planChange), consentClass: step.consent?.consentClass ?? .reversible,
      title: "The plan has changed. Add this step?",
      lines: [step.title, "Why     \(step.why)", "Clients \(step.impact)", "Undo    \(step.undo)"], step: step.key,
      word: "yes")
    if state.declined.contains(question.name) {
      return Decision(records: [.problem(declinedProblem(question.name, step: step.key))])
    }
    return Decision(records: [.asked(question)])
  }

  private func question(for step: Step, _ consent: Consent) -> Question {
    let object = consent.question.object ?? state.setup?.name(step.key.object) ?? ""
    let setup = state.setup
    if consent.question.kind == .upgradeHost, case .node(let node) = step.key.object, let setup {
      return hostQuestion(for: step, consent, setup.host(of: node), setup)
    }
    let isUpgradeMode =
      setup?.enterprise == nil && [.enableUpgradeMode, .disableUpgradeMode].contains(consent.question.kind)
    return Question(
      name: consent.question, consentClass: consent.consentClass,
      title: isUpgradeMode ? upgradeModeTitle(consent.question.kind) : step.title,
      lines: ["Why     \(step.why)"]
        + (setup.map { step.action.commands(in: $0) } ?? []).prefix(4).map { "Runs    \($0)" }
        + (isUpgradeMode ? upgradeModeRest(consent.question.kind) : []) + [
          "Clients \(step.impact)", "Undo    \(step.undo)", "Usually \(step.usual)",
        ] + (windowLine(for: step).map { [$0] } ?? []),
      step: step.key, word: Question.word(consent.consentClass, object: object))
  }

  /// One question for all that is done to a host: its nodes are down together, so nobody is asked in between.
  private func hostQuestion(for step: Step, _ consent: Consent, _ host: String, _ setup: Setup) -> Question {
    let nodes = setup.nodes(on: host)
    let stage: Site.Stage = nodes.contains { state.facts.goals.want[$0] == setup.to } ? .install : .rollback
    let command = nodes.first.flatMap { setup.site.command(stage, $0) }
    let names = nodes.map(setup.address).joined(separator: ", ")
    return Question(
      name: consent.question, consentClass: consent.consentClass,
      title: "Stop all \(nodes.count) nodes of \(host) for one \(stage.rawValue), and start them again",
      lines: [
        "Why     what is installed there is the software of all \(nodes.count): none runs while it is changed",
        "Stops   \(names), one after the other",
      ] + (command.map { ["Runs    \($0)"] } ?? []) + [
        "Starts  each again, and waits until it is in sync, one after the other", "Clients \(step.impact)",
        "Undo    \(step.undo)", "Usually seconds for each node, and its load time",
      ] + (windowLine(for: step).map { [$0] } ?? []),
      step: step.key, word: Question.word(consent.consentClass, object: host))
  }

  /// The question opens with the first node, and covers them all.
  private func upgradeModeTitle(_ kind: QuestionKind) -> String {
    let all = state.setup?.nodes.count ?? 0
    let count = upgradeModeCount(kind)
    let verb = kind == .enableUpgradeMode ? "Enable" : "Disable"
    return "\(verb) upgrade mode on \(count == all ? "all \(all) nodes" : "\(count) of \(all) nodes")"
  }

  private func upgradeModeRest(_ kind: QuestionKind) -> [String] {
    let more = upgradeModeCount(kind) - 1
    return more > 0 ? ["Runs    the same on \(more) more, one after the other"] : []
  }

  /// On how many nodes settings are changed: under Sentinels, and on a single server, not on all of them.
  private func upgradeModeCount(_ kind: QuestionKind) -> Int {
    guard kind == .enableUpgradeMode else { return Set(state.facts.openLedger.map(\.node)).count }
    return Set((state.plan ?? []).lazy.map(\.key).filter { $0.verb == .enterUpgradeMode }.map(\.object)).count
  }

  // MARK: - Answers and choices

  private func take(_ answer: Answer, now: Instant) -> Decision {
    guard let question = state.asked, question.name == answer.question else {
      return Decision(refusal: "this question is not being asked: \(answer.question)")
    }
    let says = answer.text
    if says == "no" || says == "n" {
      return Decision(records: declineRecords(question, answer))
    }
    guard says == question.word || (answer.source == .beforehand && says == "yes") else {
      return Decision(refusal: "to go on, type exactly: \(question.word)")
    }
    if answer.source == .beforehand, !question.consentClass.canBeAnsweredBeforehand {
      return Decision(refusal: "\(question.name) cannot be answered beforehand")
    }
    // A gate that turned red while the dialog was open refuses the answer.
    let red = observations.posture.gates.filter { !$0.isGreen }
    if question.step != nil, state.inFlight == nil, let first = red.first {
      let name = state.setup?.name(first.gate.object) ?? ""
      return Decision(refusal: "\(first.gate.rule) on \(name) does not hold now: \(first.verdict.text)")
    }
    var records: [Record] = [.answered(answer, granted: true)]
    switch question.name.kind {
    case .start: records.append(.planAccepted((observations.shownPlan ?? plan(now: now))?.accepted ?? []))
    case .planChange:
      // The step that was asked for, even where the plan as believed does not come past it.
      let asked = observations.posture.step.map { PlannedStep(key: $0.key, consentClass: $0.consent?.consentClass) }
      let further = plan(now: now)?.accepted ?? []
      records.append(.planAccepted((state.plan ?? []).union(further).union(asked.map { [$0] } ?? [])))
    default: break
    }
    return Decision(records: records)
  }

  private func declineRecords(_ question: Question, _ answer: Answer) -> [Record] {
    let answered = Record.answered(answer, granted: false)
    switch question.name.kind {
    case .clientProbe: return [answered]
    case .start:
      return [
        answered,
        .ended(
          Ending(
            .stopped, name: EndingName.notStarted, sentence: "The plan was not accepted. Nothing was changed.",
            everyShardServed: nil)),
      ]
    default: return [answered]
    }
  }

  private func take(_ choice: Choice, typed: String?, source: Answer.Source, now: Instant) -> Decision {
    guard let problem = state.problem, let situation = situation(now: now) else {
      return Decision(refusal: "there is no problem to decide about")
    }
    guard let offer = problem.choices.first(where: { $0.choice == choice }) else {
      return Decision(refusal: "this is not one of the choices")
    }
    if let reason = offer.notOffered { return Decision(refusal: "not offered: \(reason)") }
    if case .override(let gate) = choice {
      guard source == .operatorInPerson else { return Decision(refusal: "a rule is set aside by a person only") }
      let word = "override \(gate.rule)"
      guard typed == word else { return Decision(refusal: "to set it aside, type exactly: \(word)") }
    }
    let learnt: [NodeID: Structure] =
      switch choice {
      case .adopt, .windDown: structures(of: situation.setup.nodes.map(\.id), in: situation)
      case .retry where problem.name == ClusterProblem.wrongVersion:
        if case .node(let node) = problem.object { structures(of: [node], in: situation) } else { [:] }
      default: [:]
      }
    // What was counted while the problem stood there is seen as well.
    let news = problem.name == ProblemName.errorBudget ? observations.measure : nil
    let isNews = news.map { $0.spent != state.measures.last?.spent } ?? false
    var records: [Record] = isNews ? news.map { [.measured($0)] } ?? [] : []
    records.append(.chosen(choice, learnt: learnt, source: source))
    if case .rollBack(let node) = choice { records += planForRollBack(of: node, records, now: now) }
    if choice == .stopHere { records += stop(problem, situation) }
    return Decision(records: records)
  }

  /// Who chose to put a node back has agreed to the steps that put it back.
  private func planForRollBack(of node: NodeID, _ records: [Record], now: Instant) -> [Record] {
    guard let accepted = state.plan, let setup = state.setup else { return [] }
    let objects = setup.companions(of: node, in: .rollback).map(ObjectID.node) + [.host(setup.host(of: node))]
    var after = self
    for record in records { after.apply(record, at: now) }
    let steps = Set(after.plan(now: now)?.accepted.filter { objects.contains($0.key.object) } ?? [])
    return steps.isSubset(of: accepted) ? [] : [.planAccepted(accepted.union(steps))]
  }

  private func stop(_ problem: Problem, _ situation: Situation) -> [Record] {
    let served: Bool? =
      switch judge(procedure.servingRule, .deployment, scene(situation, for: nil)) {
      case .holds: !problem.isDataGone
      case .broken: false
      case .unknown, .notApplicable: nil
      }
    var records: [Record] = []
    if let measure = observations.measure { records.append(.measured(measure)) }
    records.append(
      .ended(Ending(.stopped, name: problem.name, sentence: problem.what, everyShardServed: served)))
    return records
  }
}
