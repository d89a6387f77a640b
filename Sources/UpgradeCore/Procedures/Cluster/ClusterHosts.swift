// Where what is installed is a whole host's: host by host, its shards handed over, its nodes stopped, one installation.

extension ClusterProcedure {
  /// The next thing that brings a host to the wanted version; nil where all are there.
  ///
  /// A package restarts whatever of it runs, and a link is followed at any start, so nothing of a host runs while its
  /// software is changed. The host with the fewest primaries comes first: each of them costs a hand-over.
  func hosts(_ situation: Situation, _ canaryIsDue: Bool) -> Next? {
    let setup = situation.setup
    for node in setup.order where situation.snapshot[node].view == nil { return unread(node, situation) }
    func primaries(_ host: String) -> Int {
      setup.nodes(on: host).count { situation.snapshot[$0].view?.role == .primary }
    }
    let open = setup.hosts.filter { host in setup.nodes(on: host).contains { isOpen($0, situation) } }
    guard let host = open.min(by: { primaries($0) < primaries($1) }) else { return nil }
    if setup.options.pace.scope == .replicas, primaries(host) > 0 { return nil }
    if canaryIsDue { return .step(confirmation(.canary, situation)) }
    if let clearing = clearing(host, situation) { return clearing }
    if setup.site.has(.beforeNode) {
      for node in setup.nodes(on: host) {
        let hook = hostStep(node, .beforeNode, situation)
        if !situation.facts.done.contains(hook.key) { return .step(hook) }
      }
    }
    return setup.nodes(on: host).first { isOpen($0, situation) }.map { .step(stop($0, situation)) }
  }

  private func isOpen(_ node: NodeID, _ situation: Situation) -> Bool {
    situation.snapshot[node].view?.release != situation.facts.goals.want[node]
  }

  // MARK: - Its primaries

  /// Hands the shards of a host over to other hosts, and waits until nobody calls its nodes for them any more.
  func clearing(_ host: String, _ situation: Situation) -> Next? {
    let nodes = situation.setup.nodes(on: host)
    for node in nodes {
      guard let view = situation.snapshot[node].view, view.role == .primary,
        let shard = situation.setup.shard(of: node)
      else { continue }
      // Alone on its host and in its shard: an outage, as everywhere.
      if shard.members.count == 1, nodes.count == 1 { continue }
      guard let candidate = best(successors(of: node, view, in: shard, situation), situation) else {
        return .wait(
          Gate("shard-has-primary", .shard(shard.id)), patience: .seconds(60),
          orElse: nobodyToHandTo(shard, node, situation))
      }
      let isPromotion = situation.snapshot[candidate].view?.release == situation.setup.to
      if isPromotion, !situation.facts.done.contains(StepKey(confirming: .firstPromotion)) {
        return .step(confirmation(.firstPromotion, situation))
      }
      return .step(handOver(shard, from: node, to: candidate, isReturn: false, situation))
    }
    let called = nodes.first { situation.facts.demoted.contains($0) && situation.snapshot[$0].view != nil }
    return called.map { .step(drain($0, situation)) }
  }

  /// What holds before any other hand-over is looked at here: upgrade mode was left already where nothing more is
  /// begun, or somebody else changed it, and the others would refuse their clients. What is down has none to refuse.
  private func upgradeModeAgain(_ situation: Situation) -> Next? {
    situation.setup.order.lazy.filter { !situation.snapshot[$0].isDown }.compactMap { holding($0, situation) }.first
  }

  /// Who may take over from a primary: the new version only when nobody of the shard is left who could not follow it,
  /// until then one on the old version whose host comes later; on its way back, one that is there already.
  private func successors(of primary: NodeID, _ view: NodeView, in shard: Shard, _ situation: Situation) -> [NodeID] {
    let setup = situation.setup
    let others = setup.members(shard).filter { $0 != primary }
    let isLast = others.allSatisfy { situation.snapshot[$0].view?.release == setup.to }
    return others.filter { other in
      guard let candidate = situation.snapshot[other].view, candidate.role == .replica,
        setup.host(of: other) != setup.host(of: primary)
      else { return false }
      if isLast { return candidate.release == setup.to }
      let want = situation.facts.goals.want[primary]
      return candidate.release == view.release || (want != setup.to && candidate.release == want)
    }
  }

  // MARK: - Its software

  /// What a node that is down waits for together with the rest of its host; nil where nothing of the kind is to be done.
  package func hostChange(of node: NodeID, _ situation: Situation) -> Next? {
    let setup = situation.setup
    let host = setup.host(of: node)
    let nodes = setup.nodes(on: host)
    guard let stage = nodes.lazy.compactMap({ dueStage(of: $0, situation) }).first else { return nil }
    for member in nodes {
      switch situation.snapshot[member] {
      case .up: continue
      case .down: if !situation.isOut(member) { return unread(member, situation) }
      case .unknown: return unread(member, situation)
      }
    }
    // Somebody else may have made one of them primary meanwhile.
    if let clearing = clearing(host, situation) {
      guard case .step(let step) = clearing, step.key.verb == .handOver else { return clearing }
      return upgradeModeAgain(situation) ?? clearing
    }
    if let up = nodes.first(where: { situation.snapshot[$0].view != nil }) { return .step(stop(up, situation)) }
    for member in nodes where situation.facts.incomplete.contains(member) || setup.site.startsItself.contains(stage) {
      if let step = movingAside(member, goesBack: stage == .rollback, situation) { return .step(step) }
    }
    return .step(hostWideStep(host, nodes, stage, situation))
  }

  /// The command for its whole host that a node of ours lies down for.
  private func dueStage(of node: NodeID, _ situation: Situation) -> Site.Stage? {
    let (setup, facts) = (situation.setup, situation.facts)
    guard situation.isOut(node), situation.snapshot[node].isDown else { return nil }
    let stage: Site.Stage = facts.goals.want[node] == setup.to ? .install : .rollback
    guard setup.shares(stage, node) else { return nil }
    let isDue =
      stage == .install ? facts.installed[node] != setup.to : facts.altered.contains(setup.host(of: node))
    return isDue ? stage : nil
  }

  private func hostWideStep(
    _ host: String, _ nodes: [NodeID], _ stage: Site.Stage, _ situation: Situation
  ) -> Step {
    let setup = situation.setup
    let isInstall = stage == .install
    let releases = Set(nodes.compactMap { isInstall ? setup.to : setup.node($0)?.release })
    let release = releases.map(\.description).sorted().joined(separator: " and ")
    let starts = setup.site.startsItself.contains(stage) ? ", which starts them" : ""
    return Step(
      key: StepKey(isInstall ? .install : .rollback, .host(host)),
      title: isInstall
        ? "Install \(release) on \(host), once for its \(nodes.count) nodes\(starts)"
        : "Put \(release) back on \(host), once for its \(nodes.count) nodes\(starts)",
      why: isInstall
        ? "all \(nodes.count) are down and wait for it"
        : "the old version is wanted there again, by all \(nodes.count)",
      action: .hostWide(stage, nodes), gates: [Gate("host-cleared", .host(host))],
      impact: "nothing: their shards are served by other hosts",
      undo: isInstall
        ? "the profile's rollback command, for all \(nodes.count) nodes of \(host) at once" : "nothing to undo",
      usual: "seconds")
  }
}
