// Where the old version misses writes of the new one without a sign: the same keys on both sides, and a way to have them.

/// A copy whose offset is right and whose link is up may be short of keys all the same: counted on both sides.
struct SameKeys: NodeRule {
  let name: RuleName = "same-keys"
  let severity = Severity.blocking
  let title = "A replica holds as many keys as its primary, and as many with an expiry"
  let why = "A server before 6.2 under one from 7.0 on misses every SET with an expiry: offsets equal, nothing said."
  let reads = "INFO keyspace and replication of the replica and of its primary"
  let remedy = "Stop the replica, move its data files aside, and start it: it takes all data anew."
  let source =
    "redis 7.0 src/t_string.c, setGenericCommand; redis 6.0 src/t_string.c, parseExtendedStringArgumentsOrReply"
  let isCheck = false

  /// The shortest command that makes or takes a key takes this many bytes of the replication stream.
  private static let bytesOfAKey = 20

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .replica else { return .notApplicable(why: "\(scene.name(node)) is a primary") }
    guard let shard = scene.snapshot.shard(of: node), let primary = scene.snapshot.primary(of: shard) else {
      return .unknown(why: "\(scene.name(node)): no primary of its shard has been read")
    }
    guard let own = scene.snapshot.pulse(of: node, about: primary),
      let source = scene.snapshot.pulse(of: primary, about: node), let upstream = own.replication.upstream
    else { return .unknown(why: "\(scene.name(node)) and its primary have not been read since the last change") }
    guard own.replication.replicationID == source.replication.replicationID else {
      return .unknown(why: "\(scene.name(node)) follows another history than that of \(scene.name(primary))")
    }
    // The two are read a moment apart from each other, while clients write.
    let between = abs(source.replication.offset - upstream.offset)
    let slack = between / Self.bytesOfAKey
    let saw =
      "\(scene.name(node)) holds \(own.keys) keys, \(own.expiringKeys) with an expiry; \(scene.name(primary)) "
      + "\(source.keys) and \(source.expiringKeys)"
    guard abs(own.keys - source.keys) <= slack, abs(own.expiringKeys - source.expiringKeys) <= slack else {
      return .broken(saw: "\(saw), with \(Words.bytes(between)) between them", fix: remedy)
    }
    return .holds(saw: saw)
  }
}

/// The only way back to all keys leads over the data files of the host.
struct CompleteResync: Rule {
  let name: RuleName = "complete-resync"
  let severity = Severity.blocking
  let title = "Old primaries can be made to take all data anew"
  let why =
    "An old primary before 6.2 misses writes of a new one from 7.0 on; a partial sync after its upgrade keeps the hole."
  let reads = "versions of all nodes; whether the profile reaches the hosts"
  let remedy = "Upgrade to 6.2 first, or give the profile `reach: local` or `reach: ssh`."
  let source = "redis 7.0 src/t_string.c, setGenericCommand"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.setup.nodes.contains { scene.setup.missesWrites($0.id) } ? [.deployment] : []
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard let node = scene.setup.nodes.first(where: { scene.setup.missesWrites($0.id) }) else {
      return .notApplicable(why: "no node misses writes of \(scene.setup.to.title)")
    }
    guard scene.setup.site.reach == .manual else {
      return .holds(saw: "the data files of an old primary are moved aside before it starts again")
    }
    return .broken(
      saw:
        "\(node.release.title) misses every SET with an expiry of a primary of \(scene.setup.to.title), and its data "
        + "files are not reached",
      fix: "go over Redis 6.2, or give the profile a reach")
  }
}
