// What became of a step that was issued: its outcome is what somebody said, settled is what is true.

extension UpgradeMachine {
  /// What readings say of the step in flight, its gates judged.
  func achievement(of flight: InFlight, _ situation: Situation) -> Achievement {
    let achievement = procedure.achieved(
      flight.effect.step, flight.action, outcome: flight.outcome, situation)
    guard case .gates(let gates) = achievement else { return achievement }
    let scene = scene(situation, for: nil)
    for gate in gates {
      var own = scene
      if case .node(let node) = gate.object { own.ignoring.remove(node) }
      let verdict = judge(gate.rule, gate.object, own)
      if !verdict.holds { return .notYet("\(gate.rule): \(verdict.text)") }
    }
    return .yes
  }

  func settle(_ flight: InFlight, _ situation: Situation, now: Instant) -> Decision {
    let since = observations.flightSince ?? now
    let achievement = achievement(of: flight, situation)
    guard flight.action.hasEffect else { return settleWatch(flight, achievement, situation, now - since) }
    guard let outcome = flight.outcome else {
      return settleUnwatched(flight, achievement, situation, now - since)
    }
    let waited = now - (observations.outcomeSince ?? now)
    switch (outcome.kind, achievement) {
    case (_, .never(let problem)):
      guard isRead(situation, waited: waited) else { return .nothing }
      return fail(flight, problem.what, problem)
    case (_, .gates): return .nothing
    case (.lapsed, _):
      // What would be begun again and again without an end is looked at by a person each third time.
      if situation.setup.enterprise != nil, flight.effect.attempt % 3 == 0 {
        return fail(flight, outcome.sentence, failureProblem(flight.effect.step, outcome.sentence, situation))
      }
      return Decision(records: [.settled(flight.effect, .lapsed)])
    case (.refused, .yes) where flight.action.isHandOver:
      // Roles are as they were to be, and it was not us: whoever moved them is at work here.
      return settleRefused(flight, outcome, situation, waited)
    case (.refused, .onlyOutcome), (.refused, .notYet):
      return settleRefused(flight, outcome, situation, waited)
    case (.failed, .onlyOutcome):
      // What failed may have cost more than itself: a save that fails makes a primary refuse writes.
      let isSeen =
        situation.snapshot.enterprise != nil
        || situation.snapshot.nodes.values.allSatisfy {
          $0.view.map { $0.ageOfPulse < waited } ?? !$0.isUnknown
        }
      guard isSeen || waited > .seconds(3) else { return .nothing }
      return fail(flight, outcome.sentence, failureProblem(flight.effect.step, outcome.sentence, situation))
    case (.unknown, .onlyOutcome):
      // Asking again is harmless where doing it twice is; three silent attempts are a failure all the same.
      if flight.action.reissue == .idempotent, flight.effect.attempt % 3 != 0 {
        return Decision(records: [.settled(flight.effect, .lapsed)])
      }
      return fail(flight, outcome.sentence, failureProblem(flight.effect.step, outcome.sentence, situation))
    case (.done, .onlyOutcome), (_, .yes):
      return Decision(records: [.settled(flight.effect, .achieved(learnt(from: flight, in: situation)))])
    case (.failed, .notYet(let why)):
      guard waited > max(flight.action.afterlife, .milliseconds(500)) else { return .nothing }
      let text = "\(outcome.sentence) (\(why))"
      return fail(flight, text, failureProblem(flight.effect.step, text, situation))
    case (.done, .notYet(let why)), (.unknown, .notYet(let why)):
      guard waited > max(flight.action.calm(in: situation.setup), flight.action.afterlife) else { return .nothing }
      return fail(overdue: flight, "\(Int(waited.seconds)) s after it was done, \(why)", situation)
    }
  }

  /// A step that only waits.
  private func settleWatch(
    _ flight: InFlight, _ achievement: Achievement, _ situation: Situation, _ waited: Duration
  ) -> Decision {
    switch achievement {
    case .yes: return Decision(records: [.settled(flight.effect, .achieved(learnt(from: flight, in: situation)))])
    case .never(let problem):
      return isRead(situation, waited: waited) ? fail(flight, problem.what, problem) : .nothing
    // A question whose intent is in the journal and whose end was lost with the wizard: it is put again.
    case .onlyOutcome, .gates: return Decision(records: [.settled(flight.effect, .lapsed)])
    case .notYet(let why):
      guard waited > flight.action.calm(in: situation.setup) else { return .nothing }
      return fail(overdue: flight, "after \(Int(waited.seconds)) s \(why)", situation)
    }
  }

  /// A step whose wizard died before an outcome: judged on fresh readings, once its afterlife is over.
  ///
  /// A held command is asked for instead, and so gets an outcome.
  private func settleUnwatched(
    _ flight: InFlight, _ achievement: Achievement, _ situation: Situation, _ waited: Duration
  ) -> Decision {
    let setup = situation.setup
    guard observations.isResumed else {
      // The conductor bounds every effect itself; this is the belt to its braces.
      guard waited > flight.action.bound(in: setup) + .seconds(30) else { return .nothing }
      return Decision(records: [
        .outcome(flight.effect, Outcome(.unknown, "nobody said what came of it within its bound"))
      ])
    }
    guard !flight.action.isHeld, waited > flight.action.afterlife else { return .nothing }
    switch achievement {
    case .yes: return Decision(records: [.settled(flight.effect, .achieved(learnt(from: flight, in: situation)))])
    case .never(let problem):
      return isRead(situation, waited: waited) ? fail(flight, problem.what, problem) : .nothing
    case .onlyOutcome, .gates: return Decision(records: [.settled(flight.effect, .lapsed)])
    case .notYet:
      // Only what is read counts: a node that cannot be read is waited for.
      let known = flight.action.touches.allSatisfy { node in
        if case .unknown = situation.snapshot[node] { false } else { true }
      }
      guard known || waited > flight.action.calm(in: situation.setup) + flight.action.afterlife else { return .nothing }
      return Decision(records: [.settled(flight.effect, .lapsed)])
    }
  }

  /// It certainly did not happen, most often because somebody else was there first: that is looked for before anything
  /// is said, so that what is said is true.
  private func settleRefused(
    _ flight: InFlight, _ outcome: Outcome, _ situation: Situation, _ waited: Duration
  ) -> Decision {
    let touched = flight.action.touches
    let since = touched.compactMap { situation.snapshot.touched[$0] }.max() ?? 0
    let circle = touched.flatMap { situation.setup.shard(of: $0)?.members ?? [$0] }
    let isRead = circle.allSatisfy { node in
      situation.snapshot[node].view.map { $0.pulseAsOf >= since } ?? situation.snapshot[node].isDown
    }
    guard isRead || waited > .seconds(3) else { return .nothing }
    let changes = differences(in: situation)
    return fail(
      flight, outcome.sentence,
      changes.isEmpty
        ? failureProblem(flight.effect.step, outcome.sentence, situation) : driftProblem(changes, situation))
  }

  private func fail(overdue flight: InFlight, _ text: String, _ situation: Situation) -> Decision {
    let problem = procedure.overdue(flight.effect.step, flight.action, situation)
    return fail(flight, text, problem ?? failureProblem(flight.effect.step, text, situation))
  }

  private func fail(_ flight: InFlight, _ text: String, _ problem: Problem) -> Decision {
    Decision(records: [.settled(flight.effect, .failed(text)), .problem(problem)])
  }

  /// After a restart: what the holder is to be asked about.
  func reattachments() -> [Effect] {
    guard let flight = state.inFlight, flight.outcome == nil, flight.action.isHeld else { return [] }
    return [Effect(id: flight.effect, action: flight.action, identities: [:], isReattachment: true)]
  }
}
