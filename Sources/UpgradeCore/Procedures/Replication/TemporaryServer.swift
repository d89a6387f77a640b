// The runbook of a single server by way of a temporary one: that follows it, serves while it is upgraded, and goes.

extension ReplicationProcedure {
  /// Start the temporary server, hand over to it, upgrade the other one as its replica, hand over back, take it away.
  func workThroughTemporary(_ situation: Situation) -> Next? {
    guard let temporary = situation.setup.temporary, let old = situation.setup.stoodInFor,
      situation.setup.options.pace.scope != .replicas
    else { return nil }
    guard situation.setup.hasTemporary else {
      guard let view = situation.snapshot[old].view else { return unread(old, situation) }
      if view.release == situation.facts.goals.want[old] { return afterHandOver(situation) }
      return .step(startTemporary(temporary.node.id, situation))
    }
    return temporaryGone(situation) ?? afterHandOver(situation) ?? replicas(situation, false) ?? handOver(situation)
      ?? endTemporary(situation)
  }

  /// It is there, and nobody needs it any more: the other one is to be the primary, then it goes. It is never stopped
  /// while it is the primary itself.
  func endTemporary(_ situation: Situation) -> Next? {
    let setup = situation.setup
    guard let own = setup.temporary?.node.id, let old = setup.stoodInFor, let shard = setup.shard(of: own) else {
      return nil
    }
    if let gone = temporaryGone(situation) { return gone }
    guard let view = situation.snapshot[own].view else { return unread(own, situation) }
    guard let other = situation.snapshot[old].view else { return unread(old, situation) }
    if view.role == .primary, other.role == .replica {
      return .step(handOver(shard, from: own, to: old, isReturn: true, situation))
    }
    if let role = afterHandOver(situation) { return role }
    if situation.facts.demoted.contains(own) { return .step(drain(own, situation)) }
    return .step(removeTemporary(own, situation))
  }

  /// What is to be done where it ended by itself; nil where it is up, or cannot be told.
  private func temporaryGone(_ situation: Situation) -> Next? {
    let setup = situation.setup
    guard let own = setup.temporary?.node.id, situation.snapshot[own].isDown else { return nil }
    // As a replica it held nothing that the other one has not.
    let isWanted = situation.facts.temporaryServes || situation.facts.goals.mode == .upgrade
    // Nobody starts it again.
    return isWanted
      ? .wait(Gate("reachable", .node(own)), patience: .seconds(3), orElse: temporaryEnded(own, situation))
      : .step(removeTemporary(own, situation))
  }
}

extension ServerProcedure {
  /// It ended by itself, and somebody has decided to go on without it: the other one serves, then what is left of it is
  /// taken away. nil where that is not so, or the other one is not up.
  func withoutTemporary(_ situation: Situation) -> Step? {
    let setup = situation.setup
    guard situation.facts.temporaryIsLost, let own = setup.temporary?.node.id, let old = setup.stoodInFor,
      situation.snapshot[own].isDown, let view = situation.snapshot[old].view
    else { return nil }
    return view.role == .replica ? serveInstead(old, situation) : removeTemporary(own, situation)
  }

  /// Begun and not up: it is started once more, or taken away where nobody waits for it.
  func temporaryDown(_ node: NodeID, _ situation: Situation) -> Next {
    let isWanted = situation.facts.goals.mode == .upgrade && !situation.facts.temporaryIsLost
    return .step(isWanted ? startTemporary(node, situation) : removeTemporary(node, situation))
  }

  func startTemporary(_ node: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    let old = setup.stoodInFor.map(setup.address) ?? "the server"
    var step = hostStep(node, .temporaryStart, situation)
    step.why = "it follows \(old), and serves while that is away"
    step.gates = setup.stoodInFor.map { [Gate("reachable", .node($0)), Gate("no-fork-running", .node($0))] } ?? []
    step.impact = "nothing; \(old) forks once and sends all of its data, and its host holds everything twice"
    step.undo = "the temporary server is stopped and its folder removed; nothing has happened to \(old)"
    step.isBoundary = true
    return step
  }

  func removeTemporary(_ node: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    var step = hostStep(node, .temporaryStop, situation)
    step.why = "\(setup.stoodInFor.map(setup.address) ?? "the server") is the primary, and nobody needs it any more"
    step.gates = setup.stoodInFor.map { [Gate("reachable", .node($0))] } ?? []
    step.impact = "connections to \(setup.address(node)) are closed"
    step.undo = "nothing to undo"
    step.usual = "under 1 s, and a last save"
    return step
  }

  /// The temporary server is gone while it was the primary: what the other one has not received is lost.
  func serveInstead(_ old: NodeID, _ situation: Situation) -> Step {
    var step = serveAgain(old, situation)
    let setup = situation.setup
    step.why =
      "the temporary server is gone, which was the primary; \(setup.address(old)) has what it had received of it"
    step.impact = "LOSS: writes that \(setup.address(old)) had not received are gone; then writes are taken again"
    step.undo = "none; what the temporary server had saved stays beside its folder"
    step.consent = Consent(
      QuestionName(.handOver, setup.shard(of: old)?.id.description ?? setup.address(old)), .loss)
    return step
  }

  func goOnWithoutTemporary(_ situation: Situation) -> Offer {
    let setup = situation.setup
    let old = setup.stoodInFor.map(setup.address) ?? "the server"
    return Offer(
      .adopt,
      situation.facts.temporaryServes
        ? "Go on without it: \(old) is made the primary again, once you have agreed to what that loses"
        : "Go on without it: what is left of it is taken away, and another one is started")
  }

  /// It is down, and this run did not stop it.
  func temporaryEnded(_ node: NodeID, _ situation: Situation) -> Problem {
    let setup = situation.setup
    let (address, folder) = (setup.address(node), setup.node(node)?.directory ?? "")
    let old = setup.stoodInFor.map(setup.address) ?? "the server"
    let serves = situation.facts.temporaryServes
    return Problem(
      name: ClusterProblem.nodeDown, object: .node(node),
      what: "The temporary server \(address) is down, and this run did not stop it"
        + (serves ? "; it was the PRIMARY." : "."),
      risk: serves
        ? "Nobody takes writes. \(old) has what it had received; started again, the temporary server would come back "
          + "with what it had saved at most, and \(old) would copy that: do not start it."
        : "Nothing: \(old) goes on serving.",
      guess: "its log says why: \(setup.node(node)?.logFile ?? folder)",
      choices: [
        goOnWithoutTemporary(situation), Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere,
      ]
        + (serves ? [] : [.windDown]))
  }
}

extension Situation {
  /// The temporary server ended while it was the primary: nobody takes writes.
  var temporaryIsMissed: Bool {
    facts.temporaryServes && setup.temporary.map { snapshot[$0.node.id].isDown } ?? false
  }
}
