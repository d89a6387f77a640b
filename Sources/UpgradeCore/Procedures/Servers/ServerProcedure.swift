// What the runbooks of Redis and Valkey servers have in common: the order of the parts, and who is looked at next.

/// The runbook of servers that are stopped, changed and started one by one.
package protocol ServerProcedure: Procedure {
  /// The next thing that brings a node to its wanted version or a primary to its place; nil where all is reached.
  func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next?
  /// What upgrade mode holds on a node at this point of the run.
  func heldSettings(_ node: NodeID, _ release: Release, _ situation: Situation) -> [Setting]
  /// What has to be green before a hand-over besides health and the candidate itself.
  func handOverGates(to node: NodeID, _ situation: Situation) -> [Gate]
  /// What has to be green at every boundary; the node in hand and the one that is out are left out of it.
  func health(_ situation: Situation) -> [Gate]
  /// Whether readings show that a primary was handed over.
  func handOverSeen(_ shard: ShardID, _ from: NodeID, _ to: NodeID, _ situation: Situation) -> Achievement
  /// What holds once a node that came back is a member like the others again.
  func rejoinGates(_ node: NodeID, _ role: Role, _ situation: Situation) -> [Gate]
  /// What a node that is down waits for together with the rest of its host; nil where nothing of the kind is to be done.
  func hostChange(of node: NodeID, _ situation: Situation) -> Next?
  /// What is to be done before anything is changed for the time of the run; nil where nothing is.
  func preparing(_ situation: Situation) -> Next?
  /// What is to be done once every temporary change is put back; nil where nothing is.
  func closing(_ situation: Situation) -> Next?
}

extension ServerProcedure {
  package func heldSettings(_ node: NodeID, _ release: Release, _ situation: Situation) -> [Setting] {
    guardSettings(for: release) + (situation.setup.node(node)?.windowSettings ?? [])
  }
  package func handOverGates(to node: NodeID, _ situation: Situation) -> [Gate] { [] }
  package func hostChange(of node: NodeID, _ situation: Situation) -> Next? { nil }
  package func preparing(_ situation: Situation) -> Next? { nil }
  package func closing(_ situation: Situation) -> Next? { nil }

  package func next(_ situation: Situation, _ progress: inout SearchProgress) -> Next {
    if let open = finishOpenNode(situation) { return open }
    // Upgrade mode is wanted for as long as there is work: asked for first and by itself, it would come back each
    // time that it is put away at the end.
    guard situation.facts.goals.mode == .upgrade, let work = work(situation, &progress) else {
      return upgradeModeOff(situation, &progress) ?? closing(situation) ?? .done
    }
    // Where it cannot go on from here, nothing else is begun either.
    guard case .step = work else { return work }
    return askForProbe(situation) ?? askToKeep(situation) ?? staging(situation, &progress)
      ?? preparing(situation) ?? upgradeModeOn(situation, &progress) ?? backUps(situation) ?? work
  }

  func askForProbe(_ situation: Situation) -> Next? {
    situation.facts.done.contains(StepKey(confirming: .clientProbe))
      ? nil : .step(confirmation(.clientProbe, situation))
  }

  /// The package manager's question, put once and before anything is touched.
  func askToKeep(_ situation: Situation) -> Next? {
    guard situation.setup.site.keepsConfiguration,
      !situation.facts.done.contains(StepKey(confirming: .configurationFiles))
    else { return nil }
    return .step(confirmation(.configurationFiles, situation))
  }

  /// The new software on all hosts, fetched and verified: what is missing is known while nothing has happened yet.
  func staging(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    guard situation.setup.site.has(.stage) else { return nil }
    let everyone = situation.setup.everyone
    return progress.first(.staging, of: everyone.count) { place in
      let node = everyone[place]
      guard situation.facts.goals.want[node] == situation.setup.to,
        !situation.facts.done.contains(StepKey(.stage, .node(node)))
      else { return nil }
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      return view.release == situation.setup.to ? nil : .step(hostStep(node, .stage, situation))
    }
  }

  /// Every node, before anything is touched: nothing in the cluster acts on its own while we work.
  func upgradeModeOn(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    firstNode(.upgradeModeOn, situation, &progress) { holding($0, situation) }
  }

  /// All at once, before the first node is touched.
  func backUps(_ situation: Situation) -> Next? {
    situation.facts.done.contains(.backUp) ? nil : .step(backUp(situation))
  }

  /// What the ledger says is still ours is put back, node by node.
  func upgradeModeOff(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    firstNode(.upgradeModeOff, situation, &progress) { node in
      let open = situation.facts.ledger.open(of: node)
      guard !open.isEmpty else { return nil }
      guard let view = situation.snapshot[node].view, let present = view.settings else {
        return unread(node, situation)
      }
      for key in open {
        guard let entry = situation.facts.ledger[key], let value = present[key.directive] else { continue }
        if value != entry.ours, value != entry.original {
          return .problem(settingChanged(key, entry, value, situation))
        }
      }
      return .step(leaveUpgradeMode(node, open, situation))
    }
  }

  func firstNode(
    _ search: SearchProgress.Search, _ situation: Situation, _ progress: inout SearchProgress,
    where body: (NodeID) -> Next?
  ) -> Next? {
    let order = situation.setup.order
    return progress.first(search, of: order.count) { body(order[$0]) }
  }

  func firstShard(
    _ search: SearchProgress.Search, _ situation: Situation, _ progress: inout SearchProgress,
    where body: (Shard) -> Next?
  ) -> Next? {
    let setup = situation.setup
    return progress.first(search, of: setup.shards.count) { body(setup.shard(inTurn: $0)) }
  }

  // MARK: - Choosing

  /// The replica that has processed most of its primary's stream; by address where equal.
  func best(_ candidates: [NodeID], _ situation: Situation) -> NodeID? {
    candidates.max { left, right in
      let ours = situation.snapshot[left].view?.pulse.replication.upstream?.linkUp == true
      let theirs = situation.snapshot[right].view?.pulse.replication.upstream?.linkUp == true
      return !ours && theirs
    }
  }

  /// The node's question is asked, its canary and its hooks come first.
  func beginNode(_ node: NodeID, _ canaryIsDue: Bool, _ situation: Situation) -> Next {
    if canaryIsDue { return .step(confirmation(.canary, situation)) }
    if situation.setup.site.has(.beforeNode) {
      let hook = hostStep(node, .beforeNode, situation)
      if !situation.facts.done.contains(hook.key) { return .step(hook) }
    }
    return .step(stop(node, situation))
  }

  /// Whether somebody runs the new version and the operator has not been asked yet how it does.
  func canaryIsDue(_ situation: Situation, _ progress: inout SearchProgress) -> Bool {
    if situation.facts.done.contains(StepKey(confirming: .canary)) { return false }
    if !situation.facts.installed.isEmpty { return true }
    let order = situation.setup.order
    let onTarget = progress.first(.onTarget, of: order.count) { place in
      situation.snapshot[order[place]].view?.release == situation.setup.to ? order[place] : nil
    }
    return onTarget != nil
  }

  /// Nothing is concluded from a node that could not be read.
  func unread(_ node: NodeID, _ situation: Situation) -> Next {
    let address = situation.setup.address(node)
    if case .down = situation.snapshot[node] {
      return .wait(
        Gate("reachable", .node(node)), patience: .seconds(20), orElse: nodeDown(node, address, situation))
    }
    if let problem = wrongAnswer(node, situation) { return .problem(problem) }
    return .wait(
      Gate("reachable", .node(node)), patience: .seconds(60),
      orElse: Problem(
        name: ClusterProblem.nodeUnread, object: .node(node),
        what: "\(address) has not answered for a minute.",
        risk: "What it is doing is not known. Nothing is done while that is so.",
        choices: [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere, .windDown]))
  }

  func nobodyToHandTo(_ shard: Shard, _ primary: NodeID, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.noCandidate, object: .shard(shard.id),
      what: "\(shard.id) has no replica on \(situation.setup.to) to hand over to, "
        + "and its primary \(situation.setup.address(primary)) is still on the old version.",
      risk: "The primary is left alone: it goes on serving its shard.",
      guess: "somebody moved the roles of this shard while it was worked on",
      choices: [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere, .windDown])
  }
}
