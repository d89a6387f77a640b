// A change that we did not make: what is observed minus what was expected, told node by node.

extension UpgradeMachine {
  /// Compared are role, version, process and shard of the nodes that answer, never offsets, counts or ages, and only while
  /// nothing is in flight. Down or lagging is a gate, a lost setting of ours is a step. The node that is out is ours,
  /// unless it turns out not to have been stopped.
  func drift(in situation: Situation) -> [String] {
    state.inFlight == nil ? differences(in: situation) : []
  }

  /// What is observed minus what was expected, whatever is in flight.
  func differences(in situation: Situation) -> [String] {
    let cutOff = cutOff(in: situation)
    return situation.setup.everyone.compactMap { node in
      if let member = situation.snapshot.member(node) { return difference(node, member, in: situation) }
      guard let expected = state.expected[node], !situation.isOut(node),
        let view = situation.snapshot[node].view
      else { return nil }
      var seen = structure(of: node, view, in: situation)
      if let present = seen, present.shard == nil || expected.shard == nil { seen?.shard = expected.shard }
      if node == cutOff { seen?.role = expected.role }
      guard seen != expected else { return nil }
      return sentence(node, expected, seen, view)
    }
  }

  /// A primary that a hand-over of ours has made a replica of its candidate, and that was cut off there, as by a kill of
  /// the wizard: no change of others, and nobody takes writes until it serves again.
  func cutOff(in situation: Situation) -> NodeID? {
    guard situation.handOverCutOff != nil else { return nil }
    return situation.setup.order.first { node in
      guard state.expected[node]?.role == .primary, let candidate = situation.upstream(of: node),
        let shard = situation.setup.shard(of: node)
      else { return false }
      let step = StepKey(.handOver, .shard(shard.id), candidate.text)
      return state.attempts[step] != nil && !state.facts.done.contains(step)
    }
  }

  /// Of a node of Redis Enterprise Software its software counts: which node leads may change at any time.
  private func difference(_ node: NodeID, _ member: Enterprise.Node, in situation: Situation) -> String? {
    guard let expected = state.expected[node], !situation.isOut(node), expected.release != Release(member.version)
    else { return nil }
    return "\(situation.setup.address(node)) runs \(member.version), ran \(expected.release.number)"
  }

  /// The structure of a node that answers; nil for a product or version that we cannot name.
  func structure(of node: NodeID, _ view: NodeView, in situation: Situation) -> Structure? {
    guard let release = view.release else { return nil }
    return Structure(
      role: view.role, release: release, runID: view.pulse.server.runID, processID: view.pulse.server.processID,
      shard: shard(of: node, view, in: situation.setup))
  }

  /// A replica belongs where its primary does: the servers move one by themselves where a primary has none left
  /// (`cluster-allow-replica-migration`, or a barrier that is low enough). Chains of replicas are not followed.
  private func shard(of node: NodeID, _ view: NodeView, in setup: Setup) -> ShardID? {
    guard view.role == .replica else { return setup.shard(of: node)?.id }
    return view.cluster?.member(node)?.primary.flatMap(setup.shard(of:))?.id
  }

  /// What reality is now, for the nodes that answer.
  func structures(of nodes: [NodeID], in situation: Situation) -> [NodeID: Structure] {
    var result: [NodeID: Structure] = [:]
    for node in nodes {
      result[node] =
        situation.snapshot[node].view.flatMap { structure(of: node, $0, in: situation) }
        ?? situation.snapshot.member(node).map {
          Structure(role: .replica, release: Release($0.version), runID: "", processID: 0)
        }
    }
    return result
  }

  /// What a step may teach of the nodes that it touched: what it was to change, and nothing that others changed
  /// meanwhile, which has to come up as a change that we did not make.
  func learnt(from flight: InFlight, in situation: Situation) -> [NodeID: Structure] {
    switch flight.action {
    case .host(let node, .start), .host(let node, .temporaryStart), .watch(let node):
      // A process of its own, on whatever it runs; but the role that the runbook counts on.
      var result = structures(of: [node], in: situation)
      if let expected = state.expected[node] {
        result[node]?.role = expected.role
        result[node]?.shard = expected.shard
      }
      return result
    case .handOver(_, let from, let to):
      var result = state.expected.filter { $0.key == from || $0.key == to }
      result[from]?.role = .replica
      result[to]?.role = .primary
      return result
    case .follow(let node, let primary):
      var result = state.expected.filter { $0.key == node }
      result[node]?.role = node == primary ? .primary : .replica
      return result
    case .configure, .restore, .backUp, .host, .hostWide, .shutDown, .setAside, .drain, .confirm, .errand, .saveRole:
      return [:]
    }
  }

  private func sentence(_ node: NodeID, _ expected: Structure, _ seen: Structure?, _ view: NodeView) -> String {
    let address = state.setup?.address(node) ?? node.text
    guard let seen else {
      return "\(address) now calls itself \(view.pulse.server.name) \(view.pulse.server.versionText)"
    }
    var changes: [String] = []
    if seen.role != expected.role {
      changes.append("is \(seen.role.rawValue), was \(expected.role.rawValue)")
    }
    if let shard = seen.shard, let old = expected.shard, shard != old {
      changes.append("follows a primary of \(shard), was in \(old)")
    }
    if seen.release != expected.release { changes.append("runs \(seen.release), ran \(expected.release)") }
    if seen.runID != expected.runID {
      changes.append("was restarted: process \(seen.processID), was \(expected.processID)")
    }
    return "\(address) " + changes.joined(separator: ", and ")
  }
}
