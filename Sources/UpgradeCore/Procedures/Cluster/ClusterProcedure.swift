// The runbook of a Redis or Valkey Cluster: replicas first, then shard by shard a hand-over and the old primary.

/// The in-place upgrade of a cluster, one node at a time.
package struct ClusterProcedure: ServerProcedure {
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

  package func health(_ situation: Situation) -> [Gate] {
    var gates = [Gate("cluster-ok", .deployment), Gate("views-agree", .deployment)]
    for shard in situation.setup.shards where shard.members.count > 1 {
      gates.append(Gate("replica-in-sync", .shard(shard.id)))
    }
    return gates
  }

  /// The next thing that brings a node to its wanted version or a primary to its place; nil where all is reached.
  package func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    let canaryIsDue = canaryIsDue(situation, &progress)
    if situation.setup.goesByHost {
      if let host = hosts(situation, canaryIsDue) { return host }
      return situation.setup.options.pace.scope == .replicas ? nil : returnOfPrimaries(situation, &progress)
    }
    if let replicas = replicas(situation, &progress, canaryIsDue) { return replicas }
    return situation.setup.options.pace.scope == .replicas
      ? nil : primaries(situation, &progress, canaryIsDue) ?? returnOfPrimaries(situation, &progress)
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
