// The runbook of a primary and those who follow it: replicas first, the end of each chain before its middle; then one
// hand-over, everybody who followed the old primary told of the new one, and the old primary last.

/// The in-place upgrade of a replication without Sentinel, one node at a time.
package struct ReplicationProcedure: TreeProcedure {
  package init() {}

  package var servingRule: RuleName { "shards-served" }

  /// Nobody but us moves a role here, so that nothing has to be kept from it.
  package func guardSettings(for release: Release) -> [Setting] { [] }

  /// Nothing once every server is done: roles are written down anew after settings were put back, and that is no reason
  /// to set them again.
  package func heldSettings(_ node: NodeID, _ release: Release, _ situation: Situation) -> [Setting] {
    isDone(situation) ? [] : situation.setup.node(node)?.windowSettings ?? []
  }

  package func health(_ situation: Situation) -> [Gate] {
    [Gate("replication-tree", .deployment), Gate("in-sync", .deployment)]
      + situation.setup.shards.map { Gate("replica-in-sync", .shard($0.id)) }
  }

  package func finalGates(_ situation: Situation) -> [Gate] {
    let setup = situation.setup
    var gates = [Gate(servingRule, .deployment)] + health(situation)
    if setup.nodes.contains(where: { setup.missesWrites($0.id) }) { gates.append(Gate("same-keys", .deployment)) }
    return gates
  }

  package func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    if let primary = nobodyIsPrimary(situation) { return primary }
    if situation.setup.temporary != nil { return workThroughTemporary(situation) }
    let canaryIsDue = canaryIsDue(situation, &progress)
    if let role = afterHandOver(situation) ?? replicas(situation, canaryIsDue) { return role }
    return situation.setup.options.pace.scope == .replicas ? nil : handOver(situation) ?? returnOfPrimary(situation)
  }

  /// Roles are written down while nothing has happened yet: where that is not possible, it is known now, and not when
  /// a server has come back in a role of before.
  package func preparing(_ situation: Situation) -> Next? {
    situation.facts.follows.isEmpty ? saving(situation) : nil
  }

  package func closing(_ situation: Situation) -> Next? {
    guard situation.setup.hasTemporary else { return afterHandOver(situation) }
    return nobodyIsPrimary(situation) ?? endTemporary(situation)
  }

  /// A hand-over that was cut off in its middle leaves nobody to write to: whoever has most of the data serves again.
  private func nobodyIsPrimary(_ situation: Situation) -> Next? {
    let setup = situation.setup
    guard setup.order.allSatisfy({ situation.snapshot[$0].view?.role == .replica }) else { return nil }
    let most = setup.order.max { left, right in
      func data(_ node: NodeID) -> (Int, Int) {
        let pulse = situation.snapshot[node].view?.pulse
        return (pulse?.replication.offset ?? 0, setup.node(node)?.role == .primary ? 1 : 0)
      }
      return data(left) < data(right)
    }
    return most.map { .step(serveAgain($0, situation)) }
  }
}

/// The runbooks of one primary and those who follow it, by way of whomever.
package protocol TreeProcedure: ServerProcedure {
  /// Who of several that could take over is to; nil where there is none.
  func chosen(from candidates: [NodeID], _ situation: Situation) -> NodeID?
}

extension TreeProcedure {
  package func chosen(from candidates: [NodeID], _ situation: Situation) -> NodeID? { best(candidates, situation) }

  /// All that holds data runs what is wanted of it, and is where it is to be.
  func isDone(_ situation: Situation) -> Bool {
    situation.setup.order.allSatisfy { situation.snapshot[$0].view?.release == situation.facts.goals.want[$0] }
      && returnOfPrimary(situation) == nil
  }

  // MARK: - Replicas

  /// The end of a chain before its middle: a server reads what one of its own version or of an older one sends it, and
  /// nobody is ever left behind one that is newer. The old primary comes here as well, once it has been handed over.
  func replicas(_ situation: Situation, _ canaryIsDue: Bool) -> Next? {
    for node in deepestFirst(situation.setup) {
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      guard view.role == .replica, view.release != situation.facts.goals.want[node] else { continue }
      if situation.facts.demoted.contains(node) { return .step(drain(node, situation)) }
      return beginNode(node, canaryIsDue, situation)
    }
    return nil
  }

  func deepestFirst(_ setup: Setup) -> [NodeID] {
    setup.order.map { (-depth($0, setup), setup.place(of: $0) ?? .max, $0) }.sorted { $0 < $1 }.map(\.2)
  }

  /// How many servers stood between a node and whoever is followed by all, at the start.
  func depth(_ node: NodeID, _ setup: Setup) -> Int {
    var seen: Set<NodeID> = [node]
    var current = node
    while let next = setup.node(current)?.follows, seen.insert(next).inserted { current = next }
    return seen.count
  }

  // MARK: - The primary

  func handOver(_ situation: Situation) -> Next? {
    guard let shard = situation.setup.shards.first else { return nil }
    for node in situation.setup.members(shard) {
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      let want = situation.facts.goals.want[node]
      guard view.role == .primary, view.release != want else { continue }
      guard let candidate = chosen(from: candidates(for: node, want, shard, situation), situation) else {
        if shard.members.allSatisfy({ $0 == node || situation.facts.goals.want[$0] != want }) { continue }
        return .wait(
          Gate("shard-has-primary", .shard(shard.id)), patience: .seconds(60),
          orElse: nobodyToHandTo(shard, node, situation))
      }
      if let left = leftBehind(by: candidate, primary: node, shard, situation) { return .problem(left) }
      if !situation.facts.done.contains(StepKey(confirming: .firstPromotion)) {
        return .step(confirmation(.firstPromotion, situation))
      }
      return .step(handOver(shard, from: node, to: candidate, isReturn: false, situation))
    }
    return nil
  }

  /// Who follows the primary itself and runs what is wanted; those that say `replica-priority 0` only where all do.
  func candidates(
    for primary: NodeID, _ want: Release?, _ shard: Shard, _ situation: Situation
  ) -> [NodeID] {
    let all = situation.setup.members(shard).filter { candidate in
      guard let view = situation.snapshot[candidate].view else { return false }
      return view.role == .replica && view.release == want && situation.upstream(of: candidate) == primary
    }
    let promotable = all.filter { situation.setup.node($0)?.isPromotable ?? true }
    return promotable.isEmpty ? all : promotable
  }

  /// A server that would miss writes of the new primary without a sign, and is not the one that is upgraded next.
  func leftBehind(
    by candidate: NodeID, primary: NodeID, _ shard: Shard, _ situation: Situation
  ) -> Problem? {
    let setup = situation.setup
    guard
      let other = shard.members.first(where: { node in
        node != candidate && node != primary && setup.missesWrites(node)
          && situation.snapshot[node].view?.release == setup.node(node)?.release
      })
    else { return nil }
    return Problem(
      name: ReplicationProblem.leftBehind, object: .node(other),
      what:
        "\(setup.address(other)) still runs \(setup.node(other)?.release.title ?? "the old version"), and would miss "
        + "every SET with an expiry of a primary of \(setup.to.title), without a sign.",
      risk: "Nothing while the primary stays where it is: it goes on serving.",
      choices: [Offer(.retry, "Look again: it was upgraded or taken away meanwhile"), .stopHere, .windDown])
  }

  func returnOfPrimary(_ situation: Situation) -> Next? {
    guard situation.setup.options.returnPrimaries, let shard = situation.setup.shards.first,
      let old = shard.members.first(where: { situation.setup.node($0)?.role == .primary }),
      let now = situation.snapshot.primary(of: shard), now != old, situation.snapshot[old].view?.role == .replica,
      situation.snapshot[old].view?.release == situation.snapshot[now].view?.release
    else { return nil }
    return .step(handOver(shard, from: now, to: old, isReturn: true, situation))
  }

  // MARK: - After a hand-over

  /// The clients' address first, then those who followed the old primary, then what everybody's next start reads.
  func afterHandOver(_ situation: Situation) -> Next? {
    switching(situation) ?? following(situation) ?? saving(situation)
  }

  func switching(_ situation: Situation) -> Next? {
    guard let node = situation.facts.switchDue, situation.setup.site.has(.switchOver),
      let shard = situation.setup.shard(of: node)
    else { return nil }
    guard situation.snapshot[node].view != nil else { return unread(node, situation) }
    var step = hostStep(node, .switchOver, situation)
    step.key = StepKey(.switchOver, .shard(shard.id), node.text)
    let old = shard.members.first { situation.facts.demoted.contains($0) }
    if let held = old.flatMap(situation.setup.writesHeld) {
      step.impact = "writers of the old primary wait for its end, at worst \(held / 1000) s from the hand-over on"
    }
    step.undo = "the same command for the old primary; it may run twice, where a wizard is killed in it"
    return .step(step)
  }

  /// Whoever follows another one than it should: the new primary, or the member that it has always followed.
  func following(_ situation: Situation) -> Next? {
    for shard in situation.setup.shards {
      guard let primary = situation.snapshot.primary(of: shard) else { continue }
      for node in situation.setup.members(shard) where node != primary {
        guard let view = situation.snapshot[node].view else { return unread(node, situation) }
        guard view.role == .replica else { continue }
        let wanted = source(of: node, under: primary, situation.setup)
        guard situation.upstream(of: node) != wanted else { continue }
        return .step(follow(node, wanted, situation))
      }
    }
    return nil
  }

  /// Whom a node should follow while somebody is primary: as at the start, with the one in the place of the other.
  func source(of node: NodeID, under primary: NodeID, _ setup: Setup) -> NodeID {
    guard let before = setup.node(node)?.follows, before != node, setup.node(before)?.role == .replica else {
      return primary
    }
    return before
  }

  func saving(_ situation: Situation) -> Next? {
    for node in situation.setup.order where !situation.facts.savedRoles.contains(node) {
      guard situation.snapshot[node].view != nil else { return unread(node, situation) }
      return .step(saveRole(node, situation))
    }
    return nil
  }
}

extension Situation {
  /// Whom a node says that it follows; nil for a primary, and for an address that nobody of the run has.
  func upstream(of node: NodeID) -> NodeID? {
    snapshot[node].view?.pulse.replication.upstream.flatMap { setup.node(at: $0.address, from: node) }
  }

  /// What has happened where nobody is primary outside of clusters, and both ways out; nil where somebody is, or may be.
  var handOverCutOff: String? {
    guard setup.kind == .replication, !setup.nodes.isEmpty,
      setup.nodes.allSatisfy({ snapshot[$0.id].view?.role == .replica })
    else { return nil }
    let waiting = setup.nodes.first { snapshot[$0.id].view?.pulse.replication.failover == .underWay }
    guard let address = waiting?.address else {
      return "a hand-over was cut off in its middle; adopt makes the server primary again that has most of the data"
    }
    return "the hand-over of \(address) does not end, most likely since it cannot log in at the new primary. Set its "
      + "masterauth, and masteruser where there is one, and it ends by itself; or adopt, and it is called off "
      + "(FAILOVER ABORT): \(address) serves again"
  }
}

/// Names of the problems that this runbook raises besides those of clusters.
package enum ReplicationProblem {
  package static let leftBehind = "replica-left-behind"
  package static let forgotItsRole = "came-back-as-primary"
}
