// How readings show that a shard was handed over, and that a node is a member like the others again.

extension ClusterProcedure {
  package func rejoinGates(_ node: NodeID, _ role: Role, _ situation: Situation) -> [Gate] {
    let seen = Gate("seen-by-peers", .node(node))
    return role == .primary ? [seen, Gate("cluster-ok", .deployment)] : [Gate("in-sync", .node(node)), seen]
  }

  /// Confirmed by both sides, and by everybody who answers, each asked after the command: with full coverage wanted
  /// again, one that has heard of the demotion only would refuse its clients. It takes a majority of the primaries.
  package func handOverSeen(
    _ shard: ShardID, _ from: NodeID, _ to: NodeID, _ situation: Situation
  ) -> Achievement {
    let snapshot = situation.snapshot
    guard let new = snapshot.pulse(of: to, about: from), let old = snapshot.pulse(of: from, about: to) else {
      return .notYet("both sides have not been read since")
    }
    guard new.role == .primary else { return .notYet("\(situation.setup.address(to)) is still a replica") }
    guard old.role == .replica else { return .notYet("\(situation.setup.address(from)) still says that it is primary") }
    let voters = situation.setup.shards.compactMap { snapshot.primary(of: $0) }
    let agreeing = voters.filter { voter in
      guard let member = snapshot.view(of: voter, about: to, from)?.member(to) else { return false }
      return member.role == .primary && !member.slots.isEmpty
    }
    guard agreeing.count * 2 > situation.setup.shards.count else {
      return .notYet("\(agreeing.count) of \(situation.setup.shards.count) primaries see the new primary so far")
    }
    for node in situation.setup.order where snapshot[node].view != nil {
      let address = situation.setup.address(node)
      guard let view = snapshot.view(of: node, about: to, from) else {
        return .notYet("\(address) has not been asked since how it sees the cluster")
      }
      guard let member = view.member(to), member.role == .primary, !member.slots.isEmpty else {
        return .notYet("\(address) has not heard of the new primary yet")
      }
    }
    return .yes
  }
}
