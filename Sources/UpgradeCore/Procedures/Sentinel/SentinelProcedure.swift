// The runbook of servers over which Sentinels watch: replicas first, the hand-over by the Sentinels' own failover, the
// old primary, and then the Sentinels themselves, one by one.

/// The in-place upgrade of a group that Sentinels watch, one process at a time.
///
/// Roles are moved by the Sentinels alone: whatever else moved one, they would move it back. What this adds to a plain
/// replication is who may be promoted (`replica-priority`, a setting of upgrade mode), and that nothing goes on before
/// every Sentinel says the same.
///
/// The servers come before the Sentinels, which are left as they are until the last role has moved: the hand-over needs
/// nothing that a newer Sentinel has, and a Sentinel that has just been restarted knows least of the group.
package struct SentinelProcedure: TreeProcedure {
  package init() {}

  /// The directive that decides whom a Sentinel promotes; 0 is never, and else the lowest comes first.
  package static let priority = "replica-priority"

  package var servingRule: RuleName { "shards-served" }

  /// Which value a node gets depends on more than its release: see `heldSettings`.
  package func guardSettings(for release: Release) -> [Setting] { [] }

  package func health(_ situation: Situation) -> [Gate] {
    [
      Gate("replication-tree", .deployment), Gate("in-sync", .deployment), Gate("sentinels-agree", .deployment),
      Gate("quorum-reached", .deployment), Gate("not-tilted", .deployment), Gate("replicas-listed", .deployment),
      Gate("other-groups-kept", .deployment),
    ] + situation.setup.shards.map { Gate("replica-in-sync", .shard($0.id)) }
  }

  package func finalGates(_ situation: Situation) -> [Gate] {
    let setup = situation.setup
    var gates = [Gate(servingRule, .deployment)] + health(situation) + [Gate("peers-listed", .deployment)]
    if setup.nodes.contains(where: { setup.missesWrites($0.id) }) { gates.append(Gate("same-keys", .deployment)) }
    return gates
  }

  package func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    if let waiting = nobodyIsPrimary(situation) { return waiting }
    let canaryIsDue = canaryIsDue(situation, &progress)
    if let role = afterHandOver(situation) ?? replicas(situation, canaryIsDue) { return role }
    guard situation.setup.options.pace.scope != .replicas else { return nil }
    if let servers = handOver(situation) ?? returnOfPrimary(situation) { return servers }
    // Whoever may be promoted is so again before one that could do it is away.
    return isDone(situation) ? upgradeModeOff(situation, &progress) ?? sentinels(situation) : nil
  }

  package func preparing(_ situation: Situation) -> Next? {
    situation.facts.follows.isEmpty ? saving(situation) : nil
  }

  package func closing(_ situation: Situation) -> Next? { afterHandOver(situation) }

  /// In the middle of a failover nobody is: the Sentinels end it, and nobody else may.
  private func nobodyIsPrimary(_ situation: Situation) -> Next? {
    guard let shard = situation.setup.shards.first,
      situation.setup.order.allSatisfy({ situation.snapshot[$0].view?.role == .replica })
    else { return nil }
    return .wait(
      Gate("shard-has-primary", .shard(shard.id)), patience: .seconds(120), orElse: nobodyServes(shard, situation))
  }

  // MARK: - Who may be promoted

  /// Whom the Sentinels are to promote next, the same throughout: they hear of a priority up to ten seconds later.
  func heir(_ situation: Situation) -> NodeID? {
    let setup = situation.setup
    guard let shard = setup.shards.first else { return nil }
    let wanted = situation.facts.goals.want
    let old = shard.members.first { setup.node($0)?.role == .primary }
    if let old, setup.options.returnPrimaries, situation.snapshot[old].view?.role == .replica,
      situation.snapshot[old].view?.release == wanted[old]
    {
      return old
    }
    let able = setup.members(shard).filter { node in
      guard let own = setup.node(node) else { return false }
      return node != old && wanted[node] == setup.to && own.isPromotable
    }
    // Those that follow the primary itself: another one would take its own followers along.
    return able.first { setup.node($0)?.follows == old } ?? able.first
  }

  package func heldSettings(_ node: NodeID, _ release: Release, _ situation: Situation) -> [Setting] {
    guard !isDone(situation) else { return [] }
    let others = situation.setup.node(node)?.windowSettings ?? []
    return (priority(of: node, situation).map { [Setting(Self.priority, $0)] } ?? []) + others
  }

  /// nil where its own value will do.
  private func priority(of node: NodeID, _ situation: Situation) -> String? {
    let setup = situation.setup
    if node == heir(situation) { return "1" }
    let isOld = situation.snapshot[node].view?.release != situation.facts.goals.want[node]
    let isPrimary = situation.snapshot[node].view?.role == .primary
    // Until its upgrade it could not follow for long whoever is primary then, let alone be followed.
    if isOld, isPrimary || situation.facts.promoted.contains(setup.shards.first?.id ?? ShardID(1)) { return "0" }
    let original =
      situation.facts.ledger[LedgerKey(node, Self.priority)]?.original ?? setup.node(node)?.settings[Self.priority]
    return original == "1" ? "2" : nil
  }

  package func chosen(from candidates: [NodeID], _ situation: Situation) -> NodeID? {
    let heir = heir(situation)
    return candidates.first { $0 == heir }
  }

  package func handOverGates(to node: NodeID, _ situation: Situation) -> [Gate] {
    [Gate("priorities-seen", .node(node)), Gate("peers-listed", .deployment)]
  }

  /// The roles, and every Sentinel's word.
  package func handOverSeen(
    _ shard: ShardID, _ from: NodeID, _ to: NodeID, _ situation: Situation
  ) -> Achievement {
    switch rolesSeen(from, to, situation) {
    case .yes: .gates([Gate("sentinels-agree", .deployment), Gate("old-primary-listed", .node(from))])
    case let other: other
    }
  }

  // MARK: - The Sentinels

  private func sentinels(_ situation: Situation) -> Next? {
    for node in situation.setup.sentinels {
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      guard view.release != situation.facts.goals.want[node] else { continue }
      if situation.setup.site.has(.beforeNode) {
        let hook = hostStep(node, .beforeNode, situation)
        if !situation.facts.done.contains(hook.key) { return .step(hook) }
      }
      return .step(stopSentinel(node, situation))
    }
    return nil
  }

  package func rejoinGates(_ node: NodeID, _ role: Role, _ situation: Situation) -> [Gate] {
    switch role {
    case .primary: [Gate("shards-served", .deployment)]
    case .replica: [Gate("in-sync", .node(node))]
    case .sentinel:
      // What it knew of the others it reads from its file; whether they know it again shows in their answers.
      // Other groups that it watches are looked at as well: nobody else would notice.
      [
        "sentinels-agree", "quorum-reached", "not-tilted", "replicas-listed", "peers-listed", "other-groups-kept",
      ].map { Gate($0, .deployment) }
    }
  }
}
