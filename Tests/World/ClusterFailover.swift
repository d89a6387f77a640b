// How roles move: elections after a failure, manual failovers, and replicas that wander.

import UpgradeCore

extension SimulatedCluster {
  /// The window of a manual failover (`CLUSTER_MF_TIMEOUT`, redis 7.0 cluster.h).
  private static let manualWindow = Duration.seconds(5)

  // MARK: - By itself

  /// Replicas of a primary that a majority calls failing stand for election, the one with most data first.
  func considerElection(_ shard: Int) {
    let candidates = nodes.filter { node in
      guard node.claim.role == .replica, let primary = node.claim.primary, node.isOnBus(now),
        node.process.map({ !$0.isEnding }) == true
      else { return false }
      return node.peers[primary].failingSince != nil && node.peers[primary].claim.slots == shard
    }
    let ranked = candidates.sorted {
      ($0.process?.data.writes.count ?? 0, -$0.place) > ($1.process?.data.writes.count ?? 0, -$1.place)
    }
    guard let first = ranked.first, let primary = first.claim.primary else { return }
    agenda.after(random.milliseconds(500...1000)) { [unowned self] in
      guard first.isOnBus(now), first.claim.primary == primary, first.peers[primary].failingSince != nil,
        first.peers[primary].claim.slots == shard
      else { return }
      let voters = nodes.filter { $0.claim.slots != nil && $0.claim.slots != shard && $0.isOnBus(now) }
      guard voters.count * 2 > shards.count else { return }
      // A primary that is up and was not heard of was frozen or cut off: not by us.
      let old = nodes[primary]
      promote(first, over: old, shard, by: old.process == nil ? old.endAnsweredBy : .others)
    }
  }

  /// The winner of an election claims the slots under an epoch that nobody had before.
  private func promote(_ node: SimulatedNode, over old: SimulatedNode, _ shard: Int, by doer: Doer) {
    node.epoch += 1
    node.claim = Claim(role: .primary, primary: nil, epoch: node.epoch, slots: shard)
    node.peers[old.place].claim.slots = nil
    node.process?.electedAt = now
    node.process?.link = .down(since: now)
    node.process?.linkAttempt += 1
    node.process?.servesFrom = now
    if let data = node.process?.data {
      node.process?.data.earlier = (data.history, data.writes.count)
      node.process?.data.history = random.hexadecimal(40)
    }
    node.isOutByUs = false
    if doer != .us {
      witness.othersTouched(node)
      witness.elected(node, by: doer)
    }
    witness.note("\(node.port) is primary of s\(shard + 1) now, epoch \(node.epoch)", by: doer)
    witness.serves(node, by: doer)
    announce(node)
  }

  // MARK: - By command

  /// `CLUSTER FAILOVER`; returns the error, or nil for OK.
  func failOver(_ node: SimulatedNode, by doer: Doer) -> String? {
    guard node.claim.role == .replica, let place = node.claim.primary, let process = node.process else {
      return "ERR You should send CLUSTER FAILOVER to a replica"
    }
    let primary = nodes[place]
    guard node.peers[place].failingSince == nil, process.link == .up else {
      return "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE"
    }
    let deadline = now + Self.manualWindow
    if doer == .us { witness.handOverCommanded(node, primary, self) }
    agenda.after(random.microseconds(500...4000)) { [unowned self] in
      pauseForFailover(primary, node, process.runID, deadline, by: doer)
    }
    return nil
  }

  /// The primary hears of it, stops writes and tells its offset; it ignores whom it does not list as its replica.
  private func pauseForFailover(
    _ primary: SimulatedNode, _ node: SimulatedNode, _ runID: String, _ deadline: Instant, by doer: Doer
  ) {
    let listed = primary.peers[node.place].claim
    guard primary.isOnBus(now), primary.claim.role == .primary, let shard = primary.claim.slots,
      listed.role == .replica, listed.primary == primary.place
    else { return }
    primary.process?.pausedUntil = deadline + Self.manualWindow
    let primaryRun = primary.process?.runID
    agenda.at(deadline) {
      if primary.process?.runID == primaryRun, primary.claim.role == .primary { primary.process?.pausedUntil = nil }
    }
    let lag = max(node.replicationDelay, .milliseconds(2)) + random.milliseconds(1...10)
    agenda.after(lag) { [unowned self] in
      guard now < deadline, node.process?.runID == runID, node.isOnBus(now), node.claim.primary == primary.place,
        node.process?.link == .up, primary.process?.runID == primaryRun
      else { return }
      catchUp(node, completely: true)
      elect(node, over: primary, shard, deadline, by: doer)
    }
  }

  private func elect(
    _ node: SimulatedNode, over primary: SimulatedNode, _ shard: Int, _ deadline: Instant, by doer: Doer
  ) {
    if let last = node.process?.electedAt, now - last < scenario.nodeTimeout * 4 {
      // It wins on the votes of its last election, without an epoch of its own (redis pull request 8753).
      witness.falsePrimary(node, by: doer)
      return
    }
    let voters = nodes.filter { voter in
      guard voter.claim.slots != nil, voter.isOnBus(now) else { return false }
      let seen = voter.peers[node.place].claim
      return seen.role == .replica && seen.primary == primary.place
    }
    guard voters.count * 2 > shards.count else { return }
    let runID = node.process?.runID
    agenda.after(random.milliseconds(2...30)) { [unowned self] in
      guard now < deadline, node.process?.runID == runID, node.isOnBus(now), node.claim.role == .replica,
        node.claim.primary == primary.place
      else { return }
      catchUp(node, completely: true)
      promote(node, over: primary, shard, by: doer)
      if doer == .us { witness.elected(node, by: .us) }
    }
  }

  // MARK: - Wandering

  /// A primary whose replicas are gone gets one from a shard that has more than the barrier says, unless that is held.
  func migrateReplicas() {
    for (shard, count) in scenario.replicas.enumerated() where count > 0 {
      guard let orphan = owner(of: shard), orphan.isOnBus(now), working(orphan).isEmpty,
        members(of: shard).allSatisfy({ $0 === orphan || longGone($0) })
      else { continue }
      let donors = nodes.filter { node in
        guard node.claim.role == .replica, let primary = node.claim.primary, primary != orphan.place,
          node.isOnBus(now), node.process?.settings["cluster-allow-replica-migration"] != "no"
        else { return false }
        let barrier = Int(node.process?.settings["cluster-migration-barrier"] ?? "1") ?? 1
        return working(nodes[primary]).count > barrier
      }
      guard let donor = donors.min(by: { $0.id < $1.id }) else { continue }
      witness.wandered(donor, to: orphan)
      follow(donor, orphan)
    }
  }

  private func working(_ primary: SimulatedNode) -> [SimulatedNode] {
    nodes.filter { $0.claim.primary == primary.place && $0.isOnBus(now) && $0.process?.link == .up }
  }

  /// Away for so long that its primary counts as orphaned (`CLUSTER_SLAVE_MIGRATION_DELAY`, 5 s).
  private func longGone(_ node: SimulatedNode) -> Bool {
    guard node.process == nil, let listener = nodes.first(where: { $0 !== node && $0.isOnBus(now) }) else {
      return false
    }
    return now - listener.peers[node.place].lastHeard > .seconds(5)
  }
}
