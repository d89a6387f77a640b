// What can hurt on the way, while two versions run side by side or while a node changes over.

extension Considerations {
  private static let v62 = Version(6, 2, 0)
  private static let v70 = Version(7, 0, 0)
  private static let v80 = Version(8, 0, 0)

  static let hazards: [Consideration] = [
    .hazard(
      "missed-expiries", from: .redisBefore(v62), to: .from(v70), "Silently missed writes",
      "A node before 6.2 that follows a newer primary, even for a moment, silently misses every SET with an expiry, "
        + "and a partial resync after its upgrade keeps the hole.",
      do: "The old primary comes back by a full sync, and its way back is closed at once. The route over 6.2 does not "
        + "have this.",
      source: "redis 7.0 src/t_string.c, setGenericCommand; redis 6.2 release notes (SET ... PXAT)"),
    .hazard(
      "official-route", from: .redisBefore(v70), to: .redisFrom(v80), "Not the supported route",
      "Redis supports upgrades to 8 from 7.x only.", do: "The route over 7.4 is the supported one.",
      source: "redis.io documentation, Upgrade a Redis cluster"),
    .hazard(
      "append-only-moves", from: .redisBefore(v70), to: .from(v70), if: .appendOnly, "The append-only file moves",
      "At its first start the new version moves appendonly.aof into the directory appendonlydir. The old version, "
        + "started afterwards in the same place, finds no file and comes up empty without an error.",
      do: "To go back, put the saved appendonly.aof in its place first.",
      source: "redis 7.0 src/aof.c, aofUpgradePrepare"),
    .hazard(
      "new-commands", from: .any, to: .any, "New commands on old replicas",
      "Commands that only the new version knows reach old replicas as errors, and their data is not there.",
      do: "Leave new commands and functions alone until every node is done.",
      source: "redis src/replication.c: unexpected_error_replies"),
    .hazard(
      "paused-writers", from: .redisBefore(v70), to: .any, clusterOnly: true, withinLine: true,
      "Writers that wait after a hand-over",
      "After a hand-over an old primary before 7.0 keeps the writers that it had paused waiting until the pause ends, "
        + "up to 10 s, if they do not reconnect.",
      source: "redis/redis#10985"),
    .hazard(
      "hostname-on-bus", from: .redisBefore(v70), to: .from(v70), if: .directive("cluster-announce-hostname", .set),
      clusterOnly: true, "A host name on the cluster bus",
      "A node with cluster-announce-hostname sends longer packets, which nodes before 7.0 throw away.",
      do: "Set it only when every node is done.",
      source: "redis 6.2 src/cluster.c, clusterProcessPacket"),
    .hazard(
      "shard-ids", from: .redisBefore(v70), to: .redis(Version(7, 4, 2), before: Version(7, 4, 3)), clusterOnly: true,
      "Changing shard ids",
      "7.4.2 can rewrite nodes.conf over and over with changing shard ids; 7.4.3 does not.",
      do: "Go to a later patch of 7.4.", source: "redis/redis#13868, #13877"),
    .hazard(
      "crash-under-6.2", from: .redis(v62, before: v70), to: .valkey(v80, before: Version(8, 0, 3)), clusterOnly: true,
      "A reported crash",
      "A crash was reported while a cluster of Redis 6.2 was upgraded node by node to Valkey 8.0.2.",
      do: "Look at the first node for a while before going on.", source: "valkey-io/valkey#1939"),
    .hazard(
      "dual-channel-crash", from: .valkey(v80, before: Version(8, 1, 0)),
      to: .valkey(Version(8, 1, 0), before: Version(8, 1, 1)),
      if: .directive("dual-channel-replication-enabled", .equals("yes")), "A crash in the sync",
      "Replicas of 8.1.0 crashed under primaries of 8.0 with dual-channel replication.",
      do: "CONFIG SET dual-channel-replication-enabled no on every node first.", source: "valkey-io/valkey#2093"),
    .hazard(
      "dual-channel-version", from: .valkey(v80, before: Version(9, 0, 0)), to: .valkeyFrom(Version(9, 0, 0)),
      if: .directive("dual-channel-replication-enabled", .equals("yes")), "A sync in the wrong format",
      "A primary of 9 with dual-channel replication does not mind the version of its replica, so that a full sync of "
        + "one that is not upgraded yet aborts.",
      do: "CONFIG SET dual-channel-replication-enabled no on every node until all are done.",
      source: "valkey-io/valkey#4105"),
    .hazard(
      "search-in-between", from: .redisBefore(v80), to: .redisFrom(v80), if: .module(["search", "searchlight"]),
      clusterOnly: true, "Searches while versions are mixed",
      "Until every primary runs the new version, searches in a cluster answer with errors or with a part of what there "
        + "is.",
      do: "Do it when searches can be done without.", source: "redis.io documentation, Upgrade a Redis cluster"),
    .hazard(
      "slow-conversion", from: .redisBefore(v70), to: .from(v70), "The first load takes longer",
      "Small hashes, lists and sorted sets are converted while the old format is loaded from disk or from a primary.",
      source: "redis 7.0 release notes; redis/redis#8887, #9366, #9740"),
  ]
}
