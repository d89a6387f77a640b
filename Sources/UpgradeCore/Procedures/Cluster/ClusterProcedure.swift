// The runbook of a Redis or Valkey Cluster: replicas first, then shard by shard a hand-over and the old primary.

/// The in-place upgrade of a cluster, one node at a time.
package struct ClusterProcedure: Procedure {
  package init() {}

  package func next(_ situation: Situation) -> Next {
    if let open = finishOpenNode(situation) { return open }
    // Upgrade mode is wanted for as long as there is work: asked for first and by itself, it would come back each
    // time that it is put away at the end.
    guard situation.facts.goals.mode == .upgrade, let work = work(situation) else {
      return upgradeModeOff(situation) ?? .done
    }
    // Where it cannot go on from here, nothing else is begun either.
    guard case .step = work else { return work }
    return askForProbe(situation) ?? askToKeep(situation) ?? staging(situation) ?? upgradeModeOn(situation)
      ?? backUps(situation) ?? work
  }

  /// The next thing that brings a node to its wanted version or a primary to its place; nil where all is reached.
  private func work(_ situation: Situation) -> Next? {
    if let replicas = replicas(situation) { return replicas }
    return situation.setup.options.pace.scope == .replicas
      ? nil : primaries(situation) ?? returnOfPrimaries(situation)
  }

  private func askForProbe(_ situation: Situation) -> Next? {
    situation.facts.done.contains(StepKey(confirming: .clientProbe))
      ? nil : .step(confirmation(.clientProbe, situation))
  }

  /// The package manager's question, put once and before anything is touched.
  private func askToKeep(_ situation: Situation) -> Next? {
    guard situation.setup.site.keepsConfiguration,
      !situation.facts.done.contains(StepKey(confirming: .configurationFiles))
    else { return nil }
    return .step(confirmation(.configurationFiles, situation))
  }

  /// The new software on all hosts, fetched and verified: what is missing is known while nothing has happened yet.
  private func staging(_ situation: Situation) -> Next? {
    guard situation.setup.site.has(.stage) else { return nil }
    for node in situation.setup.order where situation.facts.goals.want[node] == situation.setup.to {
      guard !situation.facts.done.contains(StepKey(.stage, .node(node))) else { continue }
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      if view.release != situation.setup.to { return .step(hostStep(node, .stage, situation)) }
    }
    return nil
  }

  /// Every node, before anything is touched: nothing in the cluster acts on its own while we work.
  private func upgradeModeOn(_ situation: Situation) -> Next? {
    for node in situation.setup.order {
      switch settingsToHold(node, situation) {
      case .unread: return unread(node, situation)
      case .missing(let settings): return .step(enterUpgradeMode(node, settings, situation))
      case .held: continue
      }
    }
    return nil
  }

  /// All at once, before the first node is touched.
  private func backUps(_ situation: Situation) -> Next? {
    situation.facts.done.contains(.backUp) ? nil : .step(backUp(situation))
  }

  /// Replicas of all shards, one at a time; the old primaries come here as well, once they have been handed over.
  private func replicas(_ situation: Situation) -> Next? {
    for shard in situation.setup.shards {
      for node in situation.setup.members(shard) {
        guard let view = situation.snapshot[node].view else { return unread(node, situation) }
        guard view.role == .replica, view.release != situation.facts.goals.want[node] else { continue }
        if situation.facts.demoted.contains(node) { return .step(drain(node, situation)) }
        return beginNode(node, shard, situation)
      }
    }
    return nil
  }

  /// Shard by shard: hand over to a replica that runs the new version; without one, an outage.
  private func primaries(_ situation: Situation) -> Next? {
    for shard in situation.setup.shards {
      for node in situation.setup.members(shard) {
        guard let view = situation.snapshot[node].view else { return unread(node, situation) }
        let want = situation.facts.goals.want[node]
        guard view.role == .primary, view.release != want else { continue }
        let candidates = situation.setup.members(shard).filter { candidate in
          guard let other = situation.snapshot[candidate].view else { return false }
          return other.role == .replica && other.release == want
        }
        guard let candidate = best(candidates, situation) else {
          // Nobody could take over, ever: an outage. Where others could, one is not taken to get around them.
          let others = shard.members.filter { $0 != node }
          if others.isEmpty { return beginNode(node, shard, situation) }
          if others.allSatisfy({ situation.facts.goals.want[$0] != want }) { continue }
          return .wait(
            Gate("shard-has-primary", .shard(shard.id)), patience: .seconds(60),
            orElse: nobodyToHandTo(shard, node, situation))
        }
        if !situation.facts.done.contains(StepKey(confirming: .firstPromotion)) {
          return .step(confirmation(.firstPromotion, situation))
        }
        return .step(handOver(shard, from: node, to: candidate, isReturn: false, situation))
      }
    }
    return nil
  }

  /// Optional: primaries go back to where they were before the run.
  private func returnOfPrimaries(_ situation: Situation) -> Next? {
    guard situation.setup.options.returnPrimaries else { return nil }
    for shard in situation.setup.shards {
      guard let old = shard.members.first(where: { situation.setup.node($0)?.role == .primary }),
        let now = situation.snapshot.primary(of: shard), now != old,
        situation.snapshot[old].view?.role == .replica,
        situation.snapshot[old].view?.release == situation.snapshot[now].view?.release
      else { continue }
      return .step(handOver(shard, from: now, to: old, isReturn: true, situation))
    }
    return nil
  }

  /// What the ledger says is still ours is put back, node by node.
  private func upgradeModeOff(_ situation: Situation) -> Next? {
    let ledger = situation.facts.ledger.filter { $0.value.standing == .open }
    let nodes = Set(ledger.keys.map(\.node))
    for node in situation.setup.order where nodes.contains(node) {
      let open = ledger.keys.filter { $0.node == node }.sorted()
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
    return nil
  }

  // MARK: - Choosing

  /// The replica that has processed most of its primary's stream; by address where equal.
  private func best(_ candidates: [NodeID], _ situation: Situation) -> NodeID? {
    candidates.max { left, right in
      let ours = situation.snapshot[left].view?.pulse.replication.upstream?.linkUp == true
      let theirs = situation.snapshot[right].view?.pulse.replication.upstream?.linkUp == true
      return !ours && theirs
    }
  }

  /// The node's question is asked, its canary and its hooks come first.
  private func beginNode(_ node: NodeID, _ shard: Shard, _ situation: Situation) -> Next {
    if !situation.facts.done.contains(StepKey(confirming: .canary)),
      !situation.facts.installed.isEmpty || anyoneOnTarget(situation)
    {
      return .step(confirmation(.canary, situation))
    }
    if situation.setup.site.has(.beforeNode) {
      let hook = hostStep(node, .beforeNode, situation)
      if !situation.facts.done.contains(hook.key) { return .step(hook) }
    }
    return .step(stop(node, situation))
  }

  private func anyoneOnTarget(_ situation: Situation) -> Bool {
    situation.snapshot.nodes.values.contains { $0.view?.release == situation.setup.to }
  }

  private func nobodyToHandTo(_ shard: Shard, _ primary: NodeID, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.noCandidate, object: .shard(shard.id),
      what: "\(shard.id) has no replica on \(situation.setup.to) to hand over to, "
        + "and its primary \(situation.setup.address(primary)) is still on the old version.",
      risk: "The primary is left alone: it goes on serving its shard.",
      guess: "somebody moved the roles of this shard while it was worked on",
      choices: [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere, .windDown])
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
}

/// Names of the problems that this runbook raises.
package enum ClusterProblem {
  package static let nodeDown = "node-down"
  package static let nodeUnread = "node-does-not-answer"
  package static let noCandidate = "nobody-to-hand-over-to"
  package static let wrongVersion = "came-back-on-wrong-version"
  package static let notBack = "not-come-back"
  package static let empty = "came-back-short-of-keys"
  /// The same of a node that nobody can refill: it serves its shard, and the shard's data is not there.
  package static let dataGone = "serves-without-its-data"
  package static let elsewhere = "came-back-in-another-shard"
  package static let stranger = "came-back-as-another-node"
  package static let untrusted = "not-trusted"
  package static let settingChanged = "setting-changed-by-others"
  package static let restartedByOthers = "restarted-by-others"
}
