// Whether a replica may be handed its shard: rule 3 of those that never bend, read from all sides.

/// A gate only: it is asked right before `CLUSTER FAILOVER`, about the replica that is to receive it.
struct HandOverCandidate: NodeRule {
  let name: RuleName = "hand-over-candidate"
  let severity = Severity.blocking
  let title = "The candidate is linked, not syncing, in sync, on an allowed version, and seen by all who matter"
  let why = "A hand-over to anything else loses writes, or leaves the shard without a primary."
  let reads = "INFO and CLUSTER INFO of the replica, INFO of its primary, CLUSTER NODES of the primaries"
  let remedy = "Wait until it is in sync and seen by all; its log tells what holds it up."
  let source = "redis src/cluster.c, clusterHandleSlaveFailover, clusterSendFailoverAuthIfNeeded"
  let isCheck = false

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let name = scene.name(node)
    guard let shard = scene.setup.shard(of: node) else { return .unknown(why: "\(name) belongs to no shard") }
    guard view.role == .replica else {
      return .broken(saw: "\(name) is no replica any more", fix: "see who made it a primary: its log tells")
    }
    if view.pulse.persistence.loading || view.pulse.persistence.asyncLoading {
      return .broken(saw: "\(name) is loading its data", fix: "wait until it is done")
    }
    switch scene.replicaState(node, of: shard) {
    case .inSync: break
    case .behind(let saw): return .broken(saw: saw, fix: scene.catchUpHint(node))
    case .unknown(let why): return .unknown(why: why)
    }
    guard let primary = scene.snapshot.primary(of: shard), let source = scene.snapshot[primary].view else {
      return .unknown(why: "the primary of \(shard.id) has not been read")
    }
    if let fault = versionFault(node, view, under: source, in: scene) { return fault }
    if scene.setup.kind.isPlain {
      guard view.pulse.replication.upstream.flatMap({ scene.setup.node(at: $0.address, from: node) }) == primary else {
        return .broken(
          saw: "\(name) follows another replica, not \(scene.name(primary)) itself", fix: scene.catchUpHint(node))
      }
      return .holds(saw: "\(name): in sync, on \(view.release?.title ?? "?"), follows \(scene.name(primary))")
    }
    guard let info = view.pulse.cluster else { return .unknown(why: "\(name): CLUSTER INFO was not read") }
    guard info.isOK else {
      return .broken(
        saw: "\(name) itself calls the cluster failing", fix: "see why: " + scene.paste(node, "CLUSTER NODES"))
    }
    if let blind = peersFault(node, view, in: scene) { return blind }
    return .holds(saw: "\(name): in sync, on \(view.release?.title ?? "?"), seen by its peers and its primary")
  }

  /// The wanted version, the one that the node had at the start (to fail back), or that of its primary.
  private func versionFault(_ node: NodeID, _ view: NodeView, under source: NodeView, in scene: Scene) -> Verdict? {
    guard let release = view.release, let present = source.release else {
      return .unknown(why: "\(scene.name(node)): its version or its primary's is not known")
    }
    let allowed: [Release?] = [scene.setup.to, scene.setup.node(node)?.release, present]
    guard allowed.contains(release) else {
      return .broken(
        saw: "\(scene.name(node)) runs \(release.title), which this run has nothing to do with",
        fix: "see who installed it: wanted is \(scene.setup.to.title)")
    }
    switch Replicating.judge(primary: present, replica: release) {
    case .works, .onlyWhileLinked: return nil
    case .diverges(let why, _):
      return .broken(
        saw: "\(scene.name(node)) has not got all writes: \(why)",
        fix: "it needs \(present.title) and a full sync first")
    case .unknown(let why): return .unknown(why: why)
    }
  }

  private func peersFault(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict? {
    switch SeenByPeers().judge(node, view, in: scene) {
    case .holds, .notApplicable: nil
    case let fault: fault
    }
  }
}
