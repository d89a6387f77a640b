// What can hurt on an allowed path: breaking changes, as data.

/// One thing to know before a path is taken.
package struct Hazard: Hashable, Sendable {
  /// Whether the deployment has what the hazard is about.
  package enum Application: Hashable, Sendable { case applies, doesNotApply, notKnown }
  package let id: String
  /// What happens, and what to do about it.
  package let text: String
  package let source: String
  package var application: Application = .applies
}

/// Where a release stands in a hazard's row.
enum ReleaseSpan: Hashable, Sendable {
  /// Redis below a version.
  case redisBefore(Version)
  /// Redis in a half-open range of versions.
  case redis(Version, before: Version)
  /// Redis at or above a version.
  case redisFrom(Version)
  /// Redis at or above a version, or any Valkey.
  case from(Version)
  case any
  case anyRedis
  case anyValkey
  case valkey(Version, before: Version)
  case valkeyFrom(Version)

  func contains(_ release: Release) -> Bool {
    switch self {
    case .redisBefore(let end): release.product == .redis && release.version < end
    case .redis(let start, let end): release.product == .redis && release.version >= start && release.version < end
    case .redisFrom(let start): release.product == .redis && release.version >= start
    case .from(let start): release.descends(from: start)
    case .any: true
    case .anyRedis: release.product == .redis
    case .anyValkey: release.product == .valkey
    case .valkey(let start, let end): release.product == .valkey && release.version >= start && release.version < end
    case .valkeyFrom(let start): release.product == .valkey && release.version >= start
    }
  }
}

/// One row of the table of hazards.
struct HazardRow: Sendable {
  let id: String
  let from: ReleaseSpan
  let to: ReleaseSpan
  let condition: Condition
  let clusterOnly: Bool
  /// Whether it is also about two patches of one line.
  let withinLine: Bool
  let text: String
  let source: String

  init(
    _ id: String, from: ReleaseSpan, to: ReleaseSpan, if condition: Condition = .always, clusterOnly: Bool = false,
    withinLine: Bool = false, _ text: String, source: String
  ) {
    self.id = id
    self.from = from
    self.to = to
    self.condition = condition
    self.clusterOnly = clusterOnly
    self.withinLine = withinLine
    self.text = text
    self.source = source
  }
}

package enum Hazards {
  /// The hazards between two releases, those that do not apply to this deployment left out.
  static func between(
    _ from: Release, _ to: Release, mode: PathMode, facts: DeploymentFacts
  ) -> [Hazard] {
    guard from != to else { return [] }
    return rows.compactMap { row in
      guard row.from.contains(from), row.to.contains(to), mode == .cluster || !row.clusterOnly,
        row.withinLine || from.line != to.line
      else { return nil }
      let application: Hazard.Application
      switch row.condition.holds(facts) {
      case true: application = .applies
      case false: return nil
      case nil: application = .notKnown
      }
      return Hazard(id: row.id, text: row.text, source: row.source, application: application)
    }
  }

  private static let v62 = Version(6, 2, 0)
  private static let v70 = Version(7, 0, 0)
  private static let v80 = Version(8, 0, 0)

  static let rows: [HazardRow] = [
    HazardRow(
      "missed-expiries", from: .redisBefore(v62), to: .from(v70),
      "A node before 6.2 that follows a newer primary, even for a moment, silently misses every SET with an expiry, "
        + "and a partial resync after its upgrade keeps the hole. The old primary therefore comes back by a full sync, "
        + "and its way back is closed at once. The route over 6.2 does not have this.",
      source: "redis 7.0 src/t_string.c, setGenericCommand; redis 6.2 release notes (SET ... PXAT)"),
    HazardRow(
      "official-route", from: .redisBefore(v70), to: .redisFrom(v80),
      "Redis supports upgrades to 8 from 7.x only. The route over 7.4 is the supported one.",
      source: "redis.io documentation, Upgrade a Redis cluster"),
    HazardRow(
      "append-only-moves", from: .redisBefore(v70), to: .from(v70), if: .appendOnly,
      "At its first start the new version moves appendonly.aof into the directory appendonlydir. The old version, "
        + "started afterwards in the same place, finds no file and comes up empty without an error: to go back, put the "
        + "saved appendonly.aof in its place first.",
      source: "redis 7.0 src/aof.c, aofUpgradePrepare"),
    HazardRow(
      "new-commands", from: .any, to: .any,
      "Commands that only the new version knows reach old replicas as errors. Leave new commands and functions alone "
        + "until every node is done.",
      source: "redis src/replication.c: unexpected_error_replies"),
    HazardRow(
      "channels-reset", from: .redisBefore(v70), to: .from(v70), if: .usersWithoutChannels,
      "Users whose rules say nothing about channels lose Pub/Sub, since acl-pubsub-default becomes resetchannels. "
        + "Before the upgrade: ACL SETUSER <user> allchannels, then ACL SAVE or CONFIG REWRITE.",
      source: "redis 7.0 release notes; redis 7.0 src/acl.c"),
    HazardRow(
      "protected-commands", from: .redisBefore(v70), to: .from(v70),
      "DEBUG, MODULE LOAD, and CONFIG SET dir or dbfilename are refused by default from 7.0 on "
        + "(enable-debug-command, enable-module-command, enable-protected-configs).",
      source: "redis 7.0 release notes"),
    HazardRow(
      "replica-disk-errors", from: .redisBefore(v70), to: .from(v70),
      "From 7.0 on a replica that cannot write its append-only file ends itself (replica-ignore-disk-write-errors no).",
      source: "redis 7.0 release notes"),
    HazardRow(
      "diskless-default", from: .redisBefore(v70), to: .from(v70),
      "From 7.0 on full syncs are sent without a file by default (repl-diskless-sync yes): they start up to 5 s later.",
      source: "redis 7.0 release notes; redis 7.0 redis.conf"),
    HazardRow(
      "scripts-not-replicated", from: .redisBefore(v70), to: .from(v70),
      "From 7.0 on scripts of SCRIPT LOAD stay on the node that loaded them: after a hand-over clients that send "
        + "EVALSHA get NOSCRIPT and must fall back to EVAL.",
      source: "redis 7.0 release notes"),
    HazardRow(
      "paused-writers", from: .redisBefore(v70), to: .any, clusterOnly: true, withinLine: true,
      "After a hand-over an old primary before 7.0 keeps the writers that it had paused waiting until the pause ends, "
        + "up to 10 s, if they do not reconnect.",
      source: "redis/redis#10985"),
    HazardRow(
      "hostname-on-bus", from: .redisBefore(v70), to: .from(v70), if: .announcesHostname, clusterOnly: true,
      "A node with cluster-announce-hostname sends longer packets, which nodes before 7.0 throw away. Set it only when "
        + "every node is done.",
      source: "redis 6.2 src/cluster.c, clusterProcessPacket"),
    HazardRow(
      "bind-missing-address", from: .redisBefore(v62), to: .from(v62),
      "From 6.2 on a server does not start where `bind` names an address that the host does not have, unless a dash "
        + "stands before it.",
      source: "redis 6.2 release notes"),
    HazardRow(
      "shard-ids", from: .redisBefore(v70), to: .redis(Version(7, 4, 2), before: Version(7, 4, 3)), clusterOnly: true,
      "7.4.2 can rewrite nodes.conf over and over with changing shard ids; 7.4.3 does not.",
      source: "redis/redis#13868, #13877"),
    HazardRow(
      "script-cache-bounded", from: .redisBefore(Version(7, 4, 0)), to: .redisFrom(Version(7, 4, 0)),
      "From 7.4 on the cache of EVAL scripts holds 500: EVALSHA of an older one gets NOSCRIPT.",
      source: "redis 7.4 release notes"),
    HazardRow(
      "licence", from: .redisBefore(Version(7, 4, 0)), to: .redisFrom(Version(7, 4, 0)),
      "From 7.4 on Redis is no longer under the BSD licence: RSALv2 or SSPLv1, from 8.0 on also AGPLv3.",
      source: "redis 7.4 and 8.0 LICENSE.txt"),
    HazardRow(
      "modules-bundled", from: .redisBefore(v80), to: .redisFrom(v80), if: .modules,
      "From 8.0 on search, JSON, time series and Bloom filters are part of the server: take their loadmodule lines out "
        + "of the configuration, or it does not start.",
      source: "redis 8.0 release notes"),
    HazardRow(
      "categories-grow", from: .redisBefore(v80), to: .redisFrom(v80),
      "From 8.0 on ACL categories contain the commands of the bundled modules: +@read grants FT.SEARCH, -@write takes "
        + "JSON.SET away.",
      source: "redis 8.0 release notes"),
    HazardRow(
      "names-change", from: .anyRedis, to: .anyValkey,
      "Binaries, units and files are called valkey-*; logs say PRIMARY for MASTER, and INFO keeps saying "
        + "redis_version:7.2.4: tools must read valkey_version.",
      source: "valkey-io/valkey-doc topics/migration.md"),
    HazardRow(
      "crash-under-6.2", from: .redis(v62, before: v70), to: .valkey(v80, before: Version(8, 0, 3)), clusterOnly: true,
      "A crash was reported while a cluster of Redis 6.2 was upgraded node by node to Valkey 8.0.2: look at the first "
        + "node for a while before going on.",
      source: "valkey-io/valkey#1939"),
    HazardRow(
      "dual-channel-crash", from: .valkey(v80, before: Version(8, 1, 0)),
      to: .valkey(Version(8, 1, 0), before: Version(8, 1, 1)), if: .dualChannel,
      "Replicas of 8.1.0 crashed under primaries of 8.0 with dual-channel replication: "
        + "CONFIG SET dual-channel-replication-enabled no on every node first.",
      source: "valkey-io/valkey#2093"),
    HazardRow(
      "empty-names-refused", from: .anyRedis, to: .anyValkey,
      "An empty dir or dbfilename in the configuration is refused at the start.",
      source: "valkey 8.0 release notes"),
    HazardRow(
      "lua-is-a-module", from: .valkey(Version(7, 2, 0), before: Version(9, 1, 0)), to: .valkeyFrom(Version(9, 1, 0)),
      "From 9.1 on the Lua engine is a module of its own: see that its package is installed, or scripts fail.",
      source: "valkey 9.1 release notes"),
    HazardRow(
      "lua-is-a-module", from: .anyRedis, to: .valkeyFrom(Version(9, 1, 0)),
      "From 9.1 on the Lua engine is a module of its own: see that its package is installed, or scripts fail.",
      source: "valkey 9.1 release notes"),
  ]
}
