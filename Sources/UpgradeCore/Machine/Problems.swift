// The problems that the machine itself raises, each with its stable name and what can be chosen.

/// Names of problems; scripts and tests rely on them.
package enum ProblemName {
  package static let drift = "changed-by-others"
  package static let gate = "gate-not-met"
  package static let stepFailed = "step-failed"
  package static let declined = "declined"
  package static let errorBudget = "error-budget"
  package static let finalGate = "final-gate"
  package static let invariant = "rule-never-bends"
}

extension Offer {
  static let windDown = Offer(
    .windDown, "Wind down: finish what is open, put every temporary change back, upgrade nothing more")
  static let stopHere = Offer(.stopHere, "Stop here: leave everything as it is now; resumable later")
}

extension UpgradeMachine {
  func driftProblem(_ changes: [String], _ situation: Situation) -> Problem {
    Problem(
      name: ProblemName.drift, object: .deployment,
      what: "Something changed that this run did not do: " + changes.joined(separator: "; ") + ".",
      risk: situation.handOverCutOff == nil
        ? "Somebody or something else is working on \(situation.setup.kind.title). Nothing more is done until you decide."
        : "Nobody takes writes until you decide.",
      guess: situation.handOverCutOff,
      choices: [
        Offer(.adopt, "Take it as it is now: plan again from what the servers say"), .stopHere, .windDown,
      ])
  }

  func gateProblem(_ red: [GateStatus], step: Step?, waited: Duration) -> Problem {
    let setup = state.setup
    let lines = red.map { status in
      "\(status.gate.rule) on \(setup?.name(status.gate.object) ?? "\(status.gate.object)"): \(status.verdict.text)"
    }
    var choices: [Offer] = [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere, .windDown]
    if let step, step.consent?.question.kind.canBeLeft == true {
      let name = setup?.name(step.key.object) ?? "\(step.key.object)"
      choices.append(Offer(.leave, "Leave \(name) as it is, and go on with what comes after it"))
    }
    if step != nil {
      for status in red {
        let name = setup?.name(status.gate.object) ?? ""
        choices.append(
          Offer(.override(status.gate), "Go on without \(status.gate.rule) on \(name), for this one step (typed)"))
      }
    }
    return Problem(
      name: ProblemName.gate, object: red.first?.gate.object ?? .deployment, step: step?.key,
      what: "After \(Int(waited.seconds)) s "
        + (step.map { "\"\($0.title)\" still cannot begin: " } ?? "the run still cannot go on: ")
        + lines.joined(separator: "; ") + ".",
      risk: "Nothing runs. The deployment stays as it is while you look.", choices: choices)
  }

  func finalProblem(_ red: [GateStatus], waited: Duration) -> Problem {
    var problem = gateProblem(red, step: nil, waited: waited)
    problem.name = ProblemName.finalGate
    problem.risk = "Every step is done, but the final gate does not hold, so the run does not call itself done."
    return problem
  }

  func failureProblem(_ step: StepKey, _ text: String, _ situation: Situation) -> Problem {
    if let problem = procedure.failed(step, text, situation) { return problem }
    var choices = [Offer(.retry, "Try this step again")]
    var risk = servedSentence(situation)
    if let node = nodeInHand(step.object, situation) {
      choices.append(rollBackOffer(node, situation))
      risk += " " + situation.standing(without: node)
    }
    choices += [.stopHere, .windDown]
    let name = state.setup?.name(step.object) ?? "\(step.object)"
    return Problem(
      name: ProblemName.stepFailed, object: step.object, step: step,
      what: "\(step.verb.rawValue) on \(name) did not work: \(text)",
      risk: risk, choices: choices)
  }

  /// The node that is out and that a step is about: of a whole host the first one.
  private func nodeInHand(_ object: ObjectID, _ situation: Situation) -> NodeID? {
    switch object {
    case .node(let node): situation.isOut(node) && !situation.setup.isTemporary(node) ? node : nil
    case .host(let host): situation.setup.nodes(on: host).first(where: situation.isOut)
    case .deployment, .shard, .database: nil
    }
  }

  /// Going back with one node is offered while its shard's primary still runs the old version.
  func rollBackOffer(_ node: NodeID, _ situation: Situation) -> Offer {
    let old = state.setup?.node(node)?.release
    let name = state.setup.map { $0.namesOfChange(at: node, in: .rollback) } ?? "this node"
    let text = "Put \(name) back on \(old?.description ?? "the old version")"
    return Offer(.rollBack(node), text, notOffered: situation.obstacleToRollBack(node))
  }

  func declinedProblem(_ question: QuestionName, step: StepKey?) -> Problem {
    var choices = [Offer(.askAgain, "Ask me again")]
    // A cluster of Redis Enterprise Software is not left with one node of an old version for good.
    if [.upgradeNode, .upgradeHost].contains(question.kind), case .node(let node)? = step?.object,
      state.setup?.enterprise == nil
    {
      choices.append(skipOffer(node))
    }
    return Problem(
      name: ProblemName.declined, object: step?.object ?? .deployment, step: step,
      what: "You answered no to \"\(question)\".", risk: "Nothing runs until you pick what comes next.",
      choices: choices + [.stopHere, .windDown])
  }

  /// A replica that is skipped may keep its primary from being handed over: that one is then left as well.
  private func skipOffer(_ node: NodeID) -> Offer {
    guard let setup = state.setup, let shard = setup.shard(of: node) else { return .stopHere }
    if setup.shares(.install, node) { return skipOffer(host: setup.host(of: node), with: node, setup) }
    let others = shard.members.filter { $0 != node && state.facts.goals.want[$0] == setup.to }
    let leaves =
      others.count > 1 ? ", and the run goes on without it" : ", and so does its primary: nobody could take over"
    return Offer(
      .skip(node), "Skip \(setup.address(node)): it stays as it is\(leaves)",
      notOffered: setup.wayBackNarrows && state.facts.promoted.contains(shard.id)
        ? "its primary runs the new version already: it could not follow it any more after the next full sync" : nil)
  }

  private func skipOffer(host: String, with node: NodeID, _ setup: Setup) -> Offer {
    let nodes = setup.nodes(on: host)
    let bound = setup.wayBackNarrows ? nodes.first { state.facts.isPromoted($0, setup) } : nil
    return Offer(
      .skip(node), "Skip \(host): its \(nodes.count) nodes stay as they are, and the run goes on without them",
      notOffered: bound.map {
        "the primary of \(setup.address($0)) runs the new version already: it could not follow it any more after the "
          + "next full sync"
      })
  }

  func budgetProblem(_ measure: ClientMeasure, budget: Int) -> Problem {
    Problem(
      name: ProblemName.errorBudget, object: .deployment,
      what: "The client probe saw \(measure.errorCount) errors and \(measure.lost) lost writes; "
        + "the budget of this run is \(budget).",
      risk: "Clients of this cluster are likely to have seen the same.",
      choices: [
        .stopHere, Offer(.retry, "Go on: what was counted so far is taken as seen"), .windDown,
      ])
  }

  /// One sentence on whether every shard is served, from fresh readings only.
  func servedSentence(_ situation: Situation) -> String {
    switch judge(procedure.servingRule, .deployment, scene(situation, for: nil)) {
    case .holds: "Every shard is served."
    case .broken(let saw, _): "Not every shard is served: \(saw)."
    case .unknown(let why), .notApplicable(let why): "Whether every shard is served is not known: \(why)."
    }
  }
}

extension Setup {
  /// What a stage's command for a node changes, as an offer names it.
  func namesOfChange(at node: NodeID, in stage: Site.Stage) -> String {
    let count = companions(of: node, in: stage).count
    return count == 1 ? address(node) : "all \(count) nodes of \(host(of: node))"
  }
}

extension Situation {
  /// Who serves the shard while this node does not.
  func standing(without node: NodeID) -> String {
    guard let shard = setup.shard(of: node) else { return "" }
    guard let primary = snapshot.primary(of: shard), primary != node else {
      return "Shard \(shard.id) has no other primary that answers: its slots may be without service."
    }
    let others = shard.members.filter { $0 != node && $0 != primary }.count
    return "Shard \(shard.id) is served by \(setup.address(primary))"
      + (others == 0 ? ", which has no other replica: one more failure loses its writes." : ".")
  }
}

extension Verdict {
  /// The values that it rests on, in words.
  package var text: String {
    switch self {
    case .holds(let saw): saw
    case .broken(let saw, let fix): fix.isEmpty ? saw : "\(saw) (to clear it: \(fix))"
    case .unknown(let why): "not known: \(why)"
    case .notApplicable(let why): why
    }
  }
}
