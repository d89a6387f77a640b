// A procedure is a pure function from a situation to what comes next; one function serves plan, drift, dry run and resume.

/// The runbook of one system.
package protocol Procedure: Sendable {
  /// What comes next. It knows no time and no consent, and concludes nothing from an unknown.
  ///
  /// `progress` only saves looking twice: the answer is the same for a new one, and for one that went along with every
  /// step that was predicted since.
  func next(_ situation: Situation, _ progress: inout SearchProgress) -> Next
  /// What the situation will be after a step and its calm: exact wherever `next` branches.
  func predict(_ step: Step, _ situation: inout Situation)
  /// Whether readings show that the step happened; nil where only its outcome can tell, or nothing is known.
  ///
  /// `outcome`: what whoever performed it said, where somebody did.
  func achieved(_ key: StepKey, _ action: Action, outcome: Outcome?, _ situation: Situation) -> Achievement
  /// The problem behind a step that is not seen to have happened although its time is up, where the runbook knows more
  /// of it than that it did not work.
  func overdue(_ key: StepKey, _ action: Action, _ situation: Situation) -> Problem?
  /// The problem behind a step that went wrong, where the runbook knows more of it than that it did.
  ///
  /// - Parameter text: what whoever performed it said.
  func failed(_ key: StepKey, _ text: String, _ situation: Situation) -> Problem?
  /// The directives that upgrade mode changes on a node of this release, and their values.
  func guardSettings(for release: Release) -> [Setting]
  /// What holds before a run may call itself done.
  func finalGates(_ situation: Situation) -> [Gate]
  /// The rule, asked of the deployment, that tells whether clients find their data.
  var servingRule: RuleName { get }
}

/// What readings say about a step that was issued.
package enum Achievement: Hashable, Sendable {
  case yes
  /// Not yet; it may still come within the step's calm.
  case notYet(String)
  /// It went wrong in a way that waiting does not mend.
  case never(Problem)
  /// Only the outcome can tell.
  case onlyOutcome
  /// As soon as all of these hold.
  case gates([Gate])
}

/// What a procedure wants.
package enum Next: Hashable, Sendable {
  case step(Step)
  /// Something has to become true first.
  case wait(Gate, patience: Duration, orElse: Problem)
  case problem(Problem)
  case done
}

/// A stop with a name, in words for somebody at 3 am, and what can be chosen.
package struct Problem: Hashable, Sendable {
  /// The stable name, such as `gate-not-met`.
  package var name: String
  package var object: ObjectID
  package var step: StepKey?
  /// What is true, in one sentence.
  package var what: String
  /// What is at risk while it stays so.
  package var risk: String
  /// A likely cause, marked as a guess where it is shown.
  package var guess: String?
  package var choices: [Offer]

  package init(
    name: String, object: ObjectID, step: StepKey? = nil, what: String, risk: String, guess: String? = nil,
    choices: [Offer]
  ) {
    self.name = name
    self.object = object
    self.step = step
    self.what = what
    self.risk = risk
    self.guess = guess
    self.choices = choices
  }
}

extension Problem {
  /// Whether a shard that answers is not served all the same, because its data is not there.
  package var isDataGone: Bool { name == ClusterProblem.dataGone }
}

/// What an operator can do about a problem; each is one recorded change of facts or goals.
package enum Choice: Hashable, Sendable {
  case retry
  case waitLonger
  case askAgain
  /// Take reality as it is for the new expectation, and plan again.
  case adopt
  case rollBack(NodeID)
  /// A node that was not begun is left as it is, and the run goes on without it.
  case skip(NodeID)
  /// What the step is about stays as it is, and the run goes on with the others.
  case leave
  case override(Gate)
  case windDown
  case stopHere

  /// The name by which scripts and answers speak of it.
  package var name: String {
    switch self {
    case .retry: "retry"
    case .waitLonger: "wait"
    case .askAgain: "ask-again"
    case .adopt: "adopt"
    case .rollBack: "roll-back"
    case .skip: "skip"
    case .leave: "leave"
    case .override: "override"
    case .windDown: "wind-down"
    case .stopHere: "stop"
    }
  }
}

/// A choice as it is shown: offered, or not offered with the reason.
package struct Offer: Hashable, Sendable {
  package var choice: Choice
  package var text: String
  /// nil where it can be chosen.
  package var notOffered: String?
  package init(_ choice: Choice, _ text: String, notOffered: String? = nil) {
    self.choice = choice
    self.text = text
    self.notOffered = notOffered
  }
}

/// The plan: `next` unfolded over `predict`.
package struct Plan: Hashable, Sendable {
  package enum Ending: Hashable, Sendable {
    case done
    case problem(Problem)
    /// The procedure wanted the same step twice, or never ended: a defect, shown as one.
    case endless(StepKey?)
  }
  package var steps: [Step]
  package var ending: Ending

  package var accepted: Set<PlannedStep> {
    Set(
      steps.flatMap { step in
        [PlannedStep(key: step.key, consentClass: step.consent?.consentClass)] + Self.implied(by: step)
      })
  }
}

extension Plan {
  /// A package brings back what it knows of: nobody is asked once more about the start of a node that it left down.
  private static func implied(by step: Step) -> [PlannedStep] {
    guard case .hostWide(_, let nodes) = step.action else { return [] }
    return nodes.map { PlannedStep(key: StepKey(.start, .node($0)), consentClass: nil) }
  }
}

extension Procedure {
  /// What comes next, looked for from the beginning.
  package func next(_ situation: Situation) -> Next {
    var progress = SearchProgress()
    return next(situation, &progress)
  }

  package func overdue(_ key: StepKey, _ action: Action, _ situation: Situation) -> Problem? { nil }
  package func failed(_ key: StepKey, _ text: String, _ situation: Situation) -> Problem? { nil }

  /// Unfolds the plan from a situation; at most 40 steps a node and 40 more.
  ///
  /// - Parameter searchingAnew: whether each step is looked for from the beginning. It is what the plan is held against
  ///   in tests: the same, and far slower for many nodes.
  package func unfold(_ start: Situation, searchingAnew: Bool = false) -> Plan {
    var situation = start
    var progress = SearchProgress()
    var steps: [Step] = []
    let limit = 40 * (start.setup.nodes.count + 1)
    while steps.count < limit {
      if searchingAnew { progress = SearchProgress() }
      switch next(situation, &progress) {
      case .done: return Plan(steps: steps, ending: .done)
      case .problem(let problem), .wait(_, _, let problem): return Plan(steps: steps, ending: .problem(problem))
      case .step(let step):
        // `next` is pure: the same step again means that nothing came of it.
        guard step != steps.last else { return Plan(steps: steps, ending: .endless(step.key)) }
        steps.append(step)
        predict(step, &situation)
        progress.forget(step.action.touches, situation.setup)
      }
    }
    return Plan(steps: steps, ending: .endless(steps.last?.key))
  }
}
