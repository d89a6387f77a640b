// Whether every shard is served: one primary that answers, calls the cluster ok and owns its slots.

/// A gate before a replica is stopped: somebody else serves its shard.
struct ShardHasPrimary: Rule {
  let name: RuleName = "shard-has-primary"
  let severity = Severity.blocking
  let title = "The shard has exactly one primary, and it answers"
  let why = "The last member of a shard that serves must not be stopped."
  let reads = "INFO replication of every member of the shard"
  let remedy = "See what its members say with CLUSTER NODES."
  let source = "redis.io documentation, Redis cluster specification"
  let isCheck = false

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.shards.map { .shard($0.id) } }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .shard(let id) = object, let shard = scene.setup.shard(id) else {
      return Verdict.together(objects(in: scene).map { evaluate($0, in: scene) }, of: "shard")
    }
    let primaries = shard.members.filter { scene.snapshot[$0].view?.role == .primary }
    if primaries.count == 1 { return .holds(saw: scene.name(primaries[0])) }
    if primaries.count > 1 {
      return .broken(
        saw: "\(scene.names(primaries)) all say that they are primary of \(id)",
        fix: scene.whoIsPrimary(primaries[0]))
    }
    let unread = shard.members.filter { scene.snapshot[$0].isUnknown }
    guard unread.isEmpty else { return .unknown(why: "\(id): \(scene.names(unread)) not read") }
    let silent = shard.members.compactMap { node -> String? in
      if case .unseen(let why) = scene.look(at: node) { why } else { nil }
    }
    return .broken(
      saw: (["no member of \(id) that answers is primary"] + silent).joined(separator: "; "),
      fix: "see what its members say: "
        + (shard.members.first.map { scene.paste($0, scene.setup.kind.isPlain ? "INFO replication" : "CLUSTER NODES") }
          ?? ""))
  }
}

/// The final gate of every run, and the first thing to say when one stops.
struct ShardsServed: Rule {
  let name: RuleName = "shards-served"
  let severity = Severity.blocking
  let title = "Every shard is served by exactly one primary"
  let why = "Whatever else is true, this is what clients live on."
  let reads = "INFO, CLUSTER INFO and CLUSTER NODES of every primary"
  let remedy =
    "See which node is missing with CLUSTER NODES; a primary that cannot save refuses writes until BGSAVE works."
  let source = "redis src/cluster.c, clusterUpdateState; redis src/server.c, writeCommandsDeniedByDiskError"
  let isCheck = false

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let shards: [Shard]
    switch object {
    case .shard(let id): shards = scene.setup.shard(id).map { [$0] } ?? []
    case .node(let node): shards = scene.setup.shard(of: node).map { [$0] } ?? []
    case .deployment, .host, .database: shards = scene.setup.shards
    }
    let serving = shards.filter { !$0.slots.isEmpty || scene.setup.kind.isPlain }
    guard !serving.isEmpty else { return .unknown(why: "no shard with slots is known") }
    let served = servedSlots(in: scene)
    return Verdict.together(serving.map { judge($0, served, in: scene) }, of: "shard")
  }

  private func judge(_ shard: Shard, _ served: SlotSet, in scene: Scene) -> Verdict {
    switch ShardHasPrimary().evaluate(.shard(shard.id), in: scene) {
    case .holds: break
    case let other: return other
    }
    guard let primary = scene.snapshot.primary(of: shard), let view = scene.snapshot[primary].view else {
      return .unknown(why: "\(shard.id): its primary has not been read")
    }
    if view.pulse.persistence.loading {
      return .broken(
        saw: "\(scene.name(primary)), primary of \(shard.id), is loading its data", fix: "wait until it is done")
    }
    if refusesWrites(view) {
      return .broken(
        saw: "\(scene.name(primary)), primary of \(shard.id), refuses writes because its last save failed (MISCONF)",
        fix: "its log says why; then: " + scene.paste(primary, "BGSAVE"))
    }
    if scene.setup.kind.isPlain { return .holds(saw: "by \(scene.name(primary))") }
    guard let info = view.pulse.cluster else {
      return .unknown(why: "\(scene.name(primary)): CLUSTER INFO was not read")
    }
    guard info.isOK else {
      return .broken(
        saw: "\(scene.name(primary)), primary of \(shard.id), calls the cluster failing",
        fix: "see which node is missing: " + scene.paste(primary, "CLUSTER NODES"))
    }
    guard let own = view.cluster?.member(primary) else {
      return .unknown(
        why: "\(scene.name(primary)): its view of the cluster has not been read since the last change to it")
    }
    // Slots that somebody has moved meanwhile are served as long as another primary that answers owns them.
    let missing = shard.slots.subtracting(own.slots).subtracting(served)
    guard missing.isEmpty else {
      return .broken(
        saw: "\(scene.name(primary)), primary of \(shard.id), does not own \(missing)",
        fix: "see who does: " + scene.paste(primary, "CLUSTER NODES"))
    }
    return .holds(saw: "\(shard.id) by \(scene.name(primary))")
  }

  /// With save points and `stop-writes-on-bgsave-error`, a primary whose last save failed answers writes with MISCONF
  /// (redis 6.2 server.c, `writeCommandsDeniedByDiskError`).
  private func refusesWrites(_ view: NodeView) -> Bool {
    guard !view.pulse.persistence.lastSaveSucceeded, let configuration = view.inventory?.configuration else {
      return false
    }
    return configuration["stop-writes-on-bgsave-error"] == "yes" && configuration["save"]?.isEmpty == false
  }

  /// What all primaries that answer and call the cluster ok own by their own word.
  private func servedSlots(in scene: Scene) -> SlotSet {
    SlotSet(
      scene.snapshot.nodes.flatMap { node, reading -> [ClosedRange<Int>] in
        guard let view = reading.view, view.role == .primary, view.pulse.cluster?.isOK == true,
          !view.pulse.persistence.loading
        else { return [] }
        return view.cluster?.member(node)?.slots.ranges ?? []
      })
  }
}

extension Reading {
  var isUnknown: Bool { if case .unknown = self { true } else { false } }
}
