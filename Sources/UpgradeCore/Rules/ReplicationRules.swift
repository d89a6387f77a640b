// Whether replicas follow: in sync from both sides, of the right primary, and at least one for each shard.

/// What speaks against a replica being in sync, told from both sides.
enum ReplicaState {
  case inSync(saw: String)
  case behind(saw: String)
  case unknown(String)

  var verdict: (String) -> Verdict {
    { fix in
      switch self {
      case .inSync(let saw): .holds(saw: saw)
      case .behind(let saw): .broken(saw: saw, fix: fix)
      case .unknown(let why): .unknown(why: why)
      }
    }
  }
}

extension Scene {
  /// A replica of a shard, against whom it follows; both must have been asked after our last effect on either.
  func replicaState(_ node: NodeID, of shard: Shard) -> ReplicaState {
    switch snapshot[node] {
    case .up: break
    case .down(let why): return .behind(saw: "\(name(node)) does not answer: \(why)")
    case .unknown(let why): return .unknown("\(name(node)): \(why)")
    }
    guard let primary = source(of: node, in: shard) else {
      let claimants = shard.members.filter { snapshot[$0].view?.role == .primary }
      return claimants.count > 1
        ? .behind(saw: "\(names(claimants)) both say that they are primary of \(shard.id)")
        : .unknown("\(name(node)): no primary of \(shard.id) has been read")
    }
    guard let own = snapshot.pulse(of: node, about: primary) else {
      return .unknown("\(name(node)) has not been read since the last change to it or to its primary")
    }
    guard let source = snapshot.pulse(of: primary, about: node) else {
      return .unknown("\(name(primary)), its primary, has not been read since the last change to \(name(node))")
    }
    guard let upstream = own.replication.upstream else { return .behind(saw: "\(name(node)) follows nobody") }
    if !upstream.linkUp {
      let since = upstream.downSeconds.map { $0 < 0 ? "" : " for \($0) s" } ?? ""
      return .behind(saw: "\(name(node)): its link to \(upstream.address) is down\(since)")
    }
    // A primary pings its replicas, so that a link that is up is never silent for long.
    let configuration = snapshot[primary].view?.inventory?.configuration
    let period = configuration?[directive(primary, "repl-ping-replica-period")].flatMap(Int.init) ?? 10
    if upstream.lastIOSecondsAgo > period + 5 {
      return .behind(
        saw: "\(name(node)) has heard nothing of its primary for \(upstream.lastIOSecondsAgo) s, which calls every "
          + "\(period) s")
    }
    if upstream.syncInProgress { return .behind(saw: "\(name(node)) is in the middle of a full sync") }
    guard own.replication.replicationID == source.replication.replicationID else {
      return .behind(saw: "\(name(node)) follows another history than that of \(name(primary))")
    }
    guard let line = line(of: node, in: source, of: shard) else {
      return .behind(saw: "\(name(primary)), its primary, does not list \(name(node)) among its replicas")
    }
    guard line.state == "online" else {
      return .behind(saw: "\(name(primary)) says that \(name(node)) is \(line.state)")
    }
    return lag(node, own: upstream.offset, acknowledged: line, primary: source.replication.offset)
  }

  /// Its primary; outside of clusters the member that it follows itself, which may be a replica.
  private func source(of node: NodeID, in shard: Shard) -> NodeID? {
    guard setup.kind.isPlain, let upstream = snapshot[node].view?.pulse.replication.upstream,
      let source = setup.node(at: upstream.address, from: node), source != node
    else { return snapshot.primary(of: shard) }
    return source
  }

  /// Bytes on both sides. A replica acknowledges once a second, so an acknowledgement of the last second that is
  /// older than what the replica itself shows counts as that.
  private func lag(_ node: NodeID, own: Int, acknowledged line: ReplicaLine, primary: Int) -> ReplicaState {
    let bound = setup.options.lagBound
    let behind = max(0, primary - own)
    let unacknowledged = max(0, primary - line.offset)
    guard behind <= bound else {
      return .behind(
        saw: "\(name(node)) is \(Words.bytes(behind)) behind (its offset \(own), its primary's \(primary))")
    }
    guard unacknowledged <= bound || (line.acknowledgedSecondsAgo <= 1 && own >= line.offset) else {
      return .behind(
        saw: "\(name(node)) has acknowledged \(Words.bytes(unacknowledged)) less than its primary has written "
          + "(\(line.offset) of \(primary), \(line.acknowledgedSecondsAgo) s ago)")
    }
    return .inSync(saw: "\(Words.bytes(behind)) behind, \(Words.bytes(unacknowledged)) unacknowledged")
  }

  /// The `slaveN` line of a node: by its address, else by a port that no other member of the shard has, since hosts
  /// may be announced differently from how we reach them.
  func line(of node: NodeID, in primary: Pulse, of shard: Shard) -> ReplicaLine? {
    var addresses: Set<Address> = []
    if let address = address(node) { addresses.insert(address) }
    if let announced = snapshot.announced(node) { addresses.insert(announced) }
    addresses.formUnion(setup.node(node)?.aliases ?? [])
    if let line = primary.replication.replicas.first(where: { addresses.contains($0.address) }) { return line }
    let ports = Set(addresses.map(\.port))
    let others = shard.members.filter { $0 != node }.compactMap { address($0)?.port }
    guard ports.isDisjoint(with: others) else { return nil }
    let lines = primary.replication.replicas.filter { ports.contains($0.address.port) }
    return lines.count == 1 ? lines[0] : nil
  }

  func catchUpHint(_ node: NodeID) -> String {
    "see what holds it up: " + paste(node, "INFO replication") + "; its log tells of a refused sync or login"
  }
}

struct InSync: NodeRule {
  let name: RuleName = "in-sync"
  let severity = Severity.blocking
  let title = "Every replica is in sync with its primary, told from both sides in bytes"
  let why = "What a replica has not got is lost when it takes over, and a copy that is behind is none."
  let reads = "INFO replication of the replica and of its primary: link, silence, history, offsets in bytes"
  let remedy = "See what holds it up in its log and with INFO replication."
  let source = "redis.io documentation, Replication; redis src/replication.c"

  func verdict(on node: NodeID, in scene: Scene) -> Verdict {
    switch scene.look(at: node) {
    case .seen(let view): return judge(node, view, in: scene)
    case .unseen(let why):
      // A node that nobody listens on is certainly not in sync; only a reading that is missing leaves it open.
      if case .down = scene.snapshot[node] {
        return .broken(saw: why, fix: "start it, then " + scene.catchUpHint(node))
      }
      return .unknown(why: why)
    }
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let shard = scene.setup.shard(of: node) else {
      return .unknown(why: "\(scene.name(node)) belongs to no shard")
    }
    guard view.role == .replica else {
      let claimants = shard.members.filter { scene.snapshot[$0].view?.role == .primary }
      guard claimants.count == 1 else {
        return .broken(
          saw: "\(scene.names(claimants)) both say that they are primary of \(shard.id)",
          fix: scene.whoIsPrimary(node))
      }
      return .notApplicable(why: "\(scene.name(node)) is the primary of \(shard.id)")
    }
    return scene.replicaState(node, of: shard).verdict(scene.catchUpHint(node))
  }
}

struct ReplicaInSync: Rule {
  let name: RuleName = "replica-in-sync"
  let severity = Severity.blocking
  let title = "Every primary has a replica in sync"
  let why = "Without one a primary cannot be handed over, and its death loses the shard."
  let reads = "INFO replication of every member of the shard"
  let remedy = "Bring one replica back in sync, or add one."
  let source = "redis.io documentation, Replication"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.shards.map { .shard($0.id) } }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .shard(let id) = object else {
      return Verdict.together(objects(in: scene).map { evaluate($0, in: scene) }, of: "shard")
    }
    guard let shard = scene.setup.shard(id) else { return .unknown(why: "there is no shard \(id)") }
    guard shard.members.count > 1 else { return .notApplicable(why: "\(id) has no replica") }
    let candidates = shard.members.filter { !scene.ignoring.contains($0) && scene.snapshot[$0].view?.role != .primary }
    guard !candidates.isEmpty else { return .notApplicable(why: "the only replica of \(id) is being worked on") }
    var behind: [String] = []
    var unknown: [String] = []
    for node in candidates {
      switch scene.replicaState(node, of: shard) {
      case .inSync(let saw): return .holds(saw: "\(scene.name(node)): \(saw)")
      case .behind(let saw): behind.append(saw)
      case .unknown(let why): unknown.append(why)
      }
    }
    guard unknown.isEmpty else { return .unknown(why: (behind + unknown).joined(separator: "; ")) }
    return .broken(
      saw: behind.joined(separator: "; "), fix: candidates.first.map { scene.catchUpHint($0) } ?? "add a replica")
  }
}

struct HasReplica: Rule {
  let name: RuleName = "has-replica"
  let severity = Severity.warning
  let title = "Every primary has a replica"
  let why = "A primary without one cannot be handed over: its upgrade is an outage of its slots."
  let reads = "CLUSTER NODES: who follows whom"
  let remedy = "Add a replica with redis-cli --cluster add-node, or agree to the outage of its slots."
  let source = "redis.io documentation, Cluster administration: upgrading nodes"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.setup.shards.filter { !$0.slots.isEmpty || scene.setup.kind.isPlain }.map { .shard($0.id) }
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .shard(let id) = object, let shard = scene.setup.shard(id) else {
      return Verdict.together(objects(in: scene).map { evaluate($0, in: scene) }, of: "shard")
    }
    guard let primary = scene.snapshot.primary(of: shard) ?? shard.members.first else {
      return .unknown(why: "\(id) has no member")
    }
    let replicas = shard.members.filter { $0 != primary }
    guard replicas.isEmpty else { return .holds(saw: scene.names(replicas)) }
    if scene.setup.temporary != nil {
      return .holds(saw: "\(scene.name(primary)) has none: a temporary server follows it before it is stopped")
    }
    if scene.setup.kind.isPlain {
      let address = scene.setup.peerAddress(primary).map { "\($0.host) \($0.port)" } ?? scene.name(primary)
      return .broken(
        saw: "\(scene.name(primary)) has no replica: its upgrade is an outage of everything, with a consent of its own",
        fix: "to avoid it let a second server follow it first (REPLICAOF \(address)), and move the clients' address at "
          + "the hand-over")
    }
    return .broken(
      saw: "\(scene.name(primary)), primary of \(id), has no replica: its upgrade is an outage of \(shard.slots.count) "
        + "slots, with a consent of its own",
      fix: "to avoid it add a replica first: redis-cli --cluster add-node NEW \(scene.name(primary)) --cluster-slave "
        + "--cluster-master-id \(primary)")
  }
}

struct NoSubReplicas: NodeRule {
  let name: RuleName = "no-sub-replicas"
  let severity = Severity.blocking
  let title = "Every replica follows a primary"
  let why = "A replica of a replica is left behind by a hand-over, and counts for no shard."
  let reads = "CLUSTER NODES of the replica"
  let remedy = "CLUSTER REPLICATE <id of the primary>."
  let source = "redis/redis#12999"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .replica else { return .notApplicable(why: "\(scene.name(node)) is a primary") }
    guard let cluster = view.cluster, let own = cluster.member(node) else {
      return .unknown(why: "\(scene.name(node)): its view of the cluster has not been read since the last change to it")
    }
    guard let primary = own.primary, let line = cluster.member(primary) else {
      return .broken(
        saw: "\(scene.name(node)) follows nobody that it knows",
        fix: scene.paste(node, "CLUSTER REPLICATE <id of a primary>"))
    }
    guard line.role == .primary else {
      return .broken(
        saw: "\(scene.name(node)) follows \(scene.name(primary)), which is a replica itself",
        fix: scene.paste(node, "CLUSTER REPLICATE \(line.primary?.text ?? "<id of a primary>")"))
    }
    return .holds(saw: "follows \(scene.name(primary))")
  }
}
