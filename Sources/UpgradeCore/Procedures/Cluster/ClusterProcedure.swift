// The runbook of a Redis or Valkey Cluster: replicas first, then shard by shard a hand-over and the old primary.

/// The in-place upgrade of a cluster, one node at a time.
package struct ClusterProcedure: Procedure {
  package init() {}

  package var servingRule: RuleName { "shards-served" }

  package func finalGates(_ situation: Situation) -> [Gate] {
    let setup = situation.setup
    var gates = [Gate(servingRule, .deployment), Gate("views-agree", .deployment)]
    for shard in setup.shards where shard.members.count > 1 {
      gates.append(Gate("replica-in-sync", .shard(shard.id)))
      if shard.members.contains(where: setup.missesWrites) { gates.append(Gate("same-keys", .shard(shard.id))) }
    }
    return gates
  }

  package func next(_ situation: Situation, _ progress: inout SearchProgress) -> Next {
    if let open = finishOpenNode(situation) { return open }
    // Upgrade mode is wanted for as long as there is work: asked for first and by itself, it would come back each
    // time that it is put away at the end.
    guard situation.facts.goals.mode == .upgrade, let work = work(situation, &progress) else {
      return upgradeModeOff(situation, &progress) ?? .done
    }
    // Where it cannot go on from here, nothing else is begun either.
    guard case .step = work else { return work }
    return askForProbe(situation) ?? askToKeep(situation) ?? staging(situation, &progress)
      ?? upgradeModeOn(situation, &progress) ?? backUps(situation) ?? work
  }

  /// The next thing that brings a node to its wanted version or a primary to its place; nil where all is reached.
  private func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    let canaryIsDue = canaryIsDue(situation, &progress)
    if situation.setup.goesByHost {
      if let host = hosts(situation, canaryIsDue) { return host }
      return situation.setup.options.pace.scope == .replicas ? nil : returnOfPrimaries(situation, &progress)
    }
    if let replicas = replicas(situation, &progress, canaryIsDue) { return replicas }
    return situation.setup.options.pace.scope == .replicas
      ? nil : primaries(situation, &progress, canaryIsDue) ?? returnOfPrimaries(situation, &progress)
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
  private func staging(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    guard situation.setup.site.has(.stage) else { return nil }
    return firstNode(.staging, situation, &progress) { node in
      guard situation.facts.goals.want[node] == situation.setup.to,
        !situation.facts.done.contains(StepKey(.stage, .node(node)))
      else { return nil }
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      return view.release == situation.setup.to ? nil : .step(hostStep(node, .stage, situation))
    }
  }

  /// Every node, before anything is touched: nothing in the cluster acts on its own while we work.
  private func upgradeModeOn(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    firstNode(.upgradeModeOn, situation, &progress) { holding($0, situation) }
  }

  /// All at once, before the first node is touched.
  private func backUps(_ situation: Situation) -> Next? {
    situation.facts.done.contains(.backUp) ? nil : .step(backUp(situation))
  }

  /// Replicas of all shards, one at a time; the old primaries come here as well, once they have been handed over.
  private func replicas(_ situation: Situation, _ progress: inout SearchProgress, _ canaryIsDue: Bool) -> Next? {
    firstShard(.replicas, situation, &progress) { shard in
      for node in situation.setup.members(shard) {
        guard let view = situation.snapshot[node].view else { return unread(node, situation) }
        guard view.role == .replica, view.release != situation.facts.goals.want[node] else { continue }
        if situation.facts.demoted.contains(node) { return .step(drain(node, situation)) }
        return beginNode(node, canaryIsDue, situation)
      }
      return nil
    }
  }

  /// Shard by shard: hand over to a replica that runs the new version; without one, an outage.
  private func primaries(_ situation: Situation, _ progress: inout SearchProgress, _ canaryIsDue: Bool) -> Next? {
    firstShard(.primaries, situation, &progress) { shard in
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
          if others.isEmpty { return beginNode(node, canaryIsDue, situation) }
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
      return nil
    }
  }

  /// Optional: primaries go back to where they were before the run.
  private func returnOfPrimaries(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    guard situation.setup.options.returnPrimaries else { return nil }
    return firstShard(.returnOfPrimaries, situation, &progress) { shard in
      guard let old = shard.members.first(where: { situation.setup.node($0)?.role == .primary }),
        let now = situation.snapshot.primary(of: shard), now != old,
        situation.snapshot[old].view?.role == .replica,
        situation.snapshot[old].view?.release == situation.snapshot[now].view?.release
      else { return nil }
      return .step(handOver(shard, from: now, to: old, isReturn: true, situation))
    }
  }

  /// What the ledger says is still ours is put back, node by node.
  private func upgradeModeOff(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
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

  private func firstNode(
    _ search: SearchProgress.Search, _ situation: Situation, _ progress: inout SearchProgress,
    where body: (NodeID) -> Next?
  ) -> Next? {
    let order = situation.setup.order
    return progress.first(search, of: order.count) { body(order[$0]) }
  }

  private func firstShard(
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
  private func beginNode(_ node: NodeID, _ canaryIsDue: Bool, _ situation: Situation) -> Next {
    if canaryIsDue { return .step(confirmation(.canary, situation)) }
    if situation.setup.site.has(.beforeNode) {
      let hook = hostStep(node, .beforeNode, situation)
      if !situation.facts.done.contains(hook.key) { return .step(hook) }
    }
    return .step(stop(node, situation))
  }

  /// Whether somebody runs the new version and the operator has not been asked yet how it does.
  private func canaryIsDue(_ situation: Situation, _ progress: inout SearchProgress) -> Bool {
    if situation.facts.done.contains(StepKey(confirming: .canary)) { return false }
    if !situation.facts.installed.isEmpty { return true }
    let order = situation.setup.order
    let onTarget = progress.first(.onTarget, of: order.count) { place in
      situation.snapshot[order[place]].view?.release == situation.setup.to ? order[place] : nil
    }
    return onTarget != nil
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
  package static let primaryOnTheWayBack = "primary-on-the-way-back"
  package static let notBack = "not-come-back"
  package static let empty = "came-back-short-of-keys"
  /// The same of a node that nobody can refill: it serves its shard, and the shard's data is not there.
  package static let dataGone = "serves-without-its-data"
  package static let elsewhere = "came-back-in-another-shard"
  package static let stranger = "came-back-as-another-node"
  package static let untrusted = "not-trusted"
  package static let settingChanged = "setting-changed-by-others"
  package static let restartedByOthers = "restarted-by-others"

  /// Problems about a node whose version is not the one that is wanted: to take it as it is means to want that one.
  package static let aboutVersions: Set = [wrongVersion, primaryOnTheWayBack]
}
