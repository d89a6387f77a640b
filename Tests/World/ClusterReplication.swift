// How replicas follow: links, partial and full syncs, and the lag that writes have on their way.

import UpgradeCore

extension SimulatedCluster {
  /// Tries to link a replica to its primary; tried again at each heartbeat until it works.
  func link(_ node: SimulatedNode) {
    guard let process = node.process, !process.isLoading, node.claim.role == .replica, let place = node.claim.primary,
      case .down = process.link
    else { return }
    let primary = nodes[place]
    guard isReachable(primary, from: node) else { return }
    node.process?.link = .connecting
    node.process?.linkAttempt += 1
    let attempt = process.linkAttempt + 1
    agenda.after(random.milliseconds(10...200)) { [unowned self] in
      guard isCurrent(node, process.runID, attempt) else { return }
      connect(node, primary)
    }
  }

  private func isReachable(_ primary: SimulatedNode, from node: SimulatedNode) -> Bool {
    guard let process = primary.process, !process.isLoading else { return false }
    return !primary.isFrozen(now) && !node.isFrozen(now) && primary.linkCutUntil <= now && node.linkCutUntil <= now
  }

  private func isCurrent(_ node: SimulatedNode, _ runID: String, _ attempt: Int) -> Bool {
    node.process?.runID == runID && node.process?.linkAttempt == attempt
  }

  private func fail(_ node: SimulatedNode) { node.process?.link = .down(since: now) }

  private func connect(_ node: SimulatedNode, _ primary: SimulatedNode) {
    guard isReachable(primary, from: node), node.claim.primary == primary.place, let source = primary.process,
      let process = node.process
    else { return fail(node) }
    // A replica of a replica is served too; what matters here is whose data it gets.
    if canContinue(process.data, in: source.data) {
      node.process?.data.history = source.data.history
      node.process?.data.earlier = source.data.earlier
      primary.process?.partialSyncs += 1
      return linked(node)
    }
    let attempt = process.linkAttempt
    node.process?.link = .syncing
    agenda.after(random.milliseconds(50...1500)) { [unowned self] in
      guard isCurrent(node, process.runID, attempt), let source = primary.process,
        isReachable(primary, from: node), node.claim.primary == primary.place
      else {
        if isCurrent(node, process.runID, attempt) { fail(node) }
        return
      }
      primary.process?.fullSyncs += 1
      guard SavedFormat.canRead(process.release, from: source.release) else {
        // It throws its own data away before it finds that it cannot read the new (redis 6.2 replication.c).
        node.process?.data = DataSet(history: random.hexadecimal(40))
        witness.note("\(node.port) cannot load what \(primary.port) sends", by: .cluster)
        return fail(node)
      }
      node.process?.data = source.data
      linked(node)
    }
  }

  private func canContinue(_ data: DataSet, in source: DataSet) -> Bool {
    if data.history == source.history { return data.writes.count <= source.writes.count }
    guard let earlier = source.earlier, data.history == earlier.history else { return false }
    return data.writes.count <= earlier.count
  }

  private func linked(_ node: SimulatedNode) {
    node.process?.link = .up
    catchUp(node)
    node.isOutByUs = false
    witness.note("\(node.port) is linked", by: .cluster)
  }

  /// Gives a linked replica what its primary wrote longer than the lag ago.
  func catchUp(_ node: SimulatedNode, completely: Bool = false) {
    guard let process = node.process, process.link == .up, let place = node.claim.primary else { return }
    let primary = nodes[place]
    guard let source = primary.process, isReachable(primary, from: node) else { return }
    let count = process.data.writes.count
    let all = source.data.writes
    guard count < all.count else { return }
    var upTo = all.count
    if !completely {
      let latest = now + (.zero - node.replicationDelay)
      while upTo > count, all[upTo - 1].at > latest { upTo -= 1 }
    }
    if upTo > count { node.process?.data.writes.append(contentsOf: all[count..<upTo]) }
  }

  /// Cuts or frees a replica's link.
  func cutLink(_ node: SimulatedNode, for duration: Duration) {
    catchUp(node)
    node.linkCutUntil = now + duration
    for other in nodes where other === node || other.claim.primary == node.place {
      guard other.claim.role == .replica, other.process != nil else { continue }
      other.process?.link = .down(since: now)
      other.process?.linkAttempt += 1
    }
  }
}
