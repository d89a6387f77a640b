// The table of paths: which lines run side by side in one cluster while it is upgraded.

/// One allowed pair of lines, with the first patch of the newer one that can be used.
struct PathRow: Sendable {
  let from: [Line]
  let to: Line
  /// The first patch whose nodes get on with the older ones on the cluster bus.
  let fromPatch: Int
  /// What goes wrong before that patch.
  let why: String?
  let source: String

  init(_ from: [Line], _ to: Line, fromPatch: Int = 0, why: String? = nil, source: String) {
    self.from = from
    self.to = to
    self.fromPatch = fromPatch
    self.why = why
    self.source = source
  }

  static let before70 = [
    Line(.redis, 4, 0), Line(.redis, 5, 0), Line(.redis, 6, 0), Line(.redis, 6, 2),
  ]
  private static let redis8 = [0, 2, 4, 6, 8, 10].map { Line(.redis, 8, $0) }
  private static let valkeys = [
    Line(.valkey, 7, 2), Line(.valkey, 8, 0), Line(.valkey, 8, 1), Line(.valkey, 9, 0), Line(.valkey, 9, 1),
  ]

  private static let extensions =
    "older patches send packets that nodes before 7.0 throw away, so each side calls the other failing"
  private static let shardIDs =
    "older patches write shard ids that do not match into nodes.conf, and do not start again from it"
  private static let admin = "redis.io documentation, Cluster administration: upgrading nodes"
  private static let supported = "redis/redis#13465 (7.4.2 release notes); valkey-io/valkey src/cluster_legacy.c"
  private static let migration = "valkey-io/valkey-doc topics/migration.md"

  static let all: [PathRow] =
    within(before70, source: admin)
    + [
      PathRow(before70, Line(.redis, 7, 0), source: admin),
      PathRow(before70, Line(.redis, 7, 4), fromPatch: 2, why: extensions, source: supported),
    ]
    + redis8.map { PathRow(before70, $0, source: supported) }
    + valkeys.map {
      $0 == Line(.valkey, 7, 2)
        ? PathRow(before70, $0, fromPatch: 5, why: extensions, source: supported)
        : PathRow(before70, $0, source: supported)
    }
    + [
      PathRow(
        [Line(.redis, 7, 0)], Line(.redis, 7, 2), fromPatch: 8, why: shardIDs,
        source: "redis/redis#12761, #13468, #13868"),
      PathRow(
        [Line(.redis, 7, 0), Line(.redis, 7, 2)], Line(.redis, 7, 4), fromPatch: 3, why: shardIDs,
        source: "redis/redis#13468, #13877 (7.4.3 release notes)"),
    ]
    + redis8.map { PathRow([Line(.redis, 7, 0), Line(.redis, 7, 2), Line(.redis, 7, 4)], $0, source: supported) }
    + valkeys.map { PathRow([Line(.redis, 7, 0), Line(.redis, 7, 2)], $0, source: migration) }
    + within(redis8, source: "redis.io documentation, Upgrade a Redis cluster")
    + within(valkeys, source: "valkey-io/valkey-doc topics/releases.md")

  /// Every later line of a family, from every earlier one.
  private static func within(_ lines: [Line], source: String) -> [PathRow] {
    lines.indices.dropFirst().map { PathRow(Array(lines[..<$0]), lines[$0], source: source) }
  }
}

/// Lines that cannot run side by side at all, and why.
struct NeverRow: Sendable {
  let from: [Line]
  /// nil: nothing follows it.
  let to: Line?
  let text: String
  let source: String

  static let all = [
    NeverRow(
      from: [Line(.redis, 3, 2)], to: nil,
      text: "Redis 3.2 and 4.0 do not understand each other on the cluster bus: all nodes must be stopped together, "
        + "which this program does not do",
      source: "redis 4.0 release notes; redis/redis#5130, #6580"),
    NeverRow(
      from: PathRow.before70, to: Line(.redis, 7, 2),
      text:
        "nodes before 7.0 throw away the packets of Redis 7.2.0 to 7.2.6, so each side calls the other failing, and "
        + "nobody has shown that later patches of 7.2 are better",
      source: "redis/redis#12685, #13128, #13401; redis 7.2 src/cluster.c, writePingExt"),
  ]
}
