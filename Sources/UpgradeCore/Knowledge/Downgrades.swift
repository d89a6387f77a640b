// What it takes to go back from a release to an earlier one, or across products, for every pair of the table of lines.

/// How data comes back to an older server, and what stands in its way.
package struct Downgrade: Hashable, Sendable {
  package enum Way: String, Hashable, Sendable {
    /// The older server reads the files of the newer one.
    case swap
    /// It reads them where it is told to be lenient.
    case lenient
    /// It reads commands only: the append-only file is written anew without RDB.
    case rebuild
  }
  package let way: Way
  /// What the way rests on.
  package let why: String
  /// What to do, in order.
  package let steps: [String]
  /// What must not be there, or must be changed.
  package let obstacles: [DowngradeObstacle]
  /// The pair of releases with which it was done; nil where it only follows from the formats.
  package let tried: String?
  package let source: String
}

/// Something that an older server cannot take, for whoever goes back below a version.
package struct DowngradeObstacle: Hashable, Sendable {
  package let id: String
  let from: ReleaseSpan
  let to: ReleaseSpan
  package let text: String
  package let source: String

  init(_ id: String, from: ReleaseSpan, to: ReleaseSpan, _ text: String, source: String) {
    self.id = id
    self.from = from
    self.to = to
    self.text = text
    self.source = source
  }
}

package enum Downgrades {
  /// What going from `from`, which runs, to `to` takes; nil where a release is not known or both are one.
  package static func judge(from: Release, to: Release) -> Downgrade? {
    guard from != to, let new = Releases.line(of: from), let old = Releases.line(of: to) else { return nil }
    let obstacles = obstacles.filter { $0.from.contains(from) && $0.to.contains(to) }
    let tried = tried.first { $0.from.line == from.line && $0.to.line == to.line }
    let proof = tried.map { "\($0.from.title) to \($0.to.title)" }
    if old.canRead(new) {
      return Downgrade(
        way: .swap, why: "\(to.title) reads RDB \(new.rdb), which \(from.title) writes",
        steps: [
          "Back up every node.",
          "Replicas first, then hand over, then the old primary: stop, put \(to.title) there, start.",
          "Compare the number of keys.",
        ], obstacles: obstacles, tried: proof, source: old.source)
    }
    if let lenient = lenient.first(where: { $0.from.contains(from) && $0.to.contains(to) }) {
      return Downgrade(
        way: .lenient, why: "\(to.title) tries RDB \(new.rdb) where its configuration says rdb-version-check relaxed",
        steps: [
          "Back up every node, and try it on a copy of the files first.",
          "Put rdb-version-check relaxed into the configuration of \(to.title).",
          "Stop, put \(to.title) there, start; compare the number of keys.",
        ], obstacles: obstacles, tried: proof, source: lenient.source)
    }
    return Downgrade(
      way: .rebuild,
      why:
        "\(to.title) does not read RDB \(new.rdb), which \(from.title) writes: what can be read is a list of commands",
      steps: rebuild(for: to, into: old.appendOnly), obstacles: obstacles, tried: proof,
      source: "redis/redis#14064; redis 7.0 src/aof.c")
  }

  private static func rebuild(for to: Release, into layout: AppendOnlyLayout) -> [String] {
    let taking =
      switch layout {
      case .singleFile:
        "Put the files that appendonlydir/appendonly.aof.manifest names one after another into one appendonly.aof."
      case .directory: "Copy the directory appendonlydir."
      }
    return [
      "Nothing may write from here on: this way is an outage, and what is written later is lost.",
      "On each primary: CONFIG SET aof-use-rdb-preamble no, CONFIG SET appendonly yes, BGREWRITEAOF; wait until "
        + "aof_rewrite_in_progress is 0.",
      "SHUTDOWN. \(taking)",
      "Start \(to.title) with appendonly yes in a directory of its own that holds this and no dump.rdb, and in a "
        + "cluster nodes.conf.",
      "Compare the number of keys before anybody writes.",
    ]
  }

  /// Where `rdb-version-check relaxed` helps (valkey 8.1 and 9.0 src/rdb.c).
  private static let lenient: [(from: ReleaseSpan, to: ReleaseSpan, source: String)] = [
    (
      .valkeyFrom(Version(9, 0, 0)), .valkey(Version(8, 1, 0), before: Version(9, 0, 0)),
      "valkey-io/valkey#1604; for append-only files from 8.1.5 on: valkey-io/valkey#2888, #2917"
    ),
    (.redisFrom(Version(7, 4, 0)), .valkeyFrom(Version(9, 0, 0)), "valkey-io/valkey#2543"),
  ]

  /// Pairs that were taken back with servers of these releases, strings, lists, sets, hashes, sorted sets, streams and
  /// expiries on them; every key was there.
  private static let tried: [(from: Release, to: Release)] = [
    ("redis-6.2.14", "redis-6.0.16"), ("redis-8.0.6", "redis-8.0.2"), ("valkey-8.1.1", "valkey-8.0.1"),
    ("valkey-9.1.2", "valkey-8.1.1"), ("redis-8.0.2", "valkey-9.1.2"), ("redis-7.0.15", "redis-6.2.14"),
    ("redis-7.0.15", "redis-6.0.16"), ("redis-8.0.2", "redis-7.0.15"), ("redis-8.0.6", "redis-6.2.14"),
    ("valkey-8.1.1", "redis-7.0.15"), ("valkey-9.1.2", "redis-7.0.15"), ("redis-8.0.6", "valkey-8.1.1"),
    ("valkey-9.1.2", "redis-8.0.6"),
  ].compactMap { from, to in
    guard let from = Release(from), let to = Release(to) else { return nil }
    return (from, to)
  }

  /// Each text was seen on servers of the releases that stand in its source, unless it names public source.
  static let obstacles: [DowngradeObstacle] = [
    DowngradeObstacle(
      "newer-directives", from: .any, to: .any,
      "Directives that only the one knows keep the other from starting: put a configuration of its own there.",
      source: "redis src/config.c, loadServerConfigFromString"),
    DowngradeObstacle(
      "channels-in-rules", from: .from(Version(6, 2, 0)), to: .redisBefore(Version(6, 2, 0)),
      "Users' rules with words about channels (&...) keep 6.0 from starting: put the saved lines back.",
      source: "redis 6.0 src/acl.c, ACLSetUser"),
    DowngradeObstacle(
      "selectors-in-rules", from: .from(Version(7, 0, 0)), to: .redisBefore(Version(7, 0, 0)),
      "Users' rules with selectors in brackets, with %R~ or %W~, or with -command|sub-command keep 6.2 from starting.",
      source: "redis 6.2 src/acl.c, ACLSetUser; redis 7.0 release notes"),
    DowngradeObstacle(
      "functions", from: .from(Version(7, 0, 0)), to: .redisBefore(Version(7, 0, 0)),
      "A function in the append-only file ends the older version's start: FUNCTION FLUSH first (FUNCTION DUMP keeps "
        + "them).",
      source: "redis 6.2 src/aof.c, loadAppendOnlyFile"),
    DowngradeObstacle(
      "empty-without-error", from: .from(Version(7, 0, 0)), to: .redisBefore(Version(7, 0, 0)),
      "Started beside appendonlydir, the older version finds no appendonly.aof and comes up empty, without an error.",
      source: "redis 7.0 src/aof.c; redis 6.2 src/server.c, loadDataFromDisk"),
    DowngradeObstacle(
      "shard-ids-as-host-names", from: .from(Version(7, 2, 0)), to: .redis(Version(7, 0, 0), before: Version(7, 2, 0)),
      "7.0 takes what stands after the first comma of an address in nodes.conf for a host name, and tells its clients: "
        + "strip those fields to ip:port@cport while it is stopped, or put the saved nodes.conf back.",
      source: "redis 7.0 src/cluster.c, clusterLoadConfig"),
    DowngradeObstacle(
      "expiries-of-fields", from: .redisFrom(Version(7, 4, 0)), to: .redisBefore(Version(7, 4, 0)),
      "Hashes whose fields expire cannot be read: HPERSIST their fields first.",
      source: "redis 7.4 release notes (HEXPIRE); redis 7.4 src/rdb.h"),
    DowngradeObstacle(
      "expiries-of-fields", from: .redisFrom(Version(7, 4, 0)), to: .anyValkey,
      "Hashes whose fields expire cannot be read: HPERSIST their fields first.",
      source: "redis 7.4 src/rdb.h; valkey 9.0 src/rdb.h"),
    DowngradeObstacle(
      "expiries-of-fields", from: .valkeyFrom(Version(9, 0, 0)),
      to: .valkey(Version(7, 2, 0), before: Version(9, 0, 0)),
      "Hashes whose fields expire cannot be read (unknown command HSETEX): HPERSIST their fields first.",
      source: "valkey 9.0 release notes; valkey 9.0 src/rdb.h"),
    DowngradeObstacle(
      "expiries-of-fields", from: .valkeyFrom(Version(9, 0, 0)), to: .redisBefore(Version(8, 0, 0)),
      "Hashes whose fields expire cannot be read (unknown command HSETEX): HPERSIST their fields first.",
      source: "valkey 9.0 release notes"),
    DowngradeObstacle(
      "types-of-8", from: .redisFrom(Version(8, 0, 0)), to: .redisBefore(Version(8, 0, 0)),
      "Vector sets cannot be read, and JSON, time series, Bloom filters and search indexes only with their modules.",
      source: "redis 8.0 release notes"),
    DowngradeObstacle(
      "types-of-8", from: .redisFrom(Version(8, 0, 0)), to: .anyValkey,
      "Vector sets, JSON, time series, Bloom filters and search indexes cannot be read without modules that know them.",
      source: "redis 8.0 release notes"),
    DowngradeObstacle(
      "types-of-8.6", from: .redisFrom(Version(8, 6, 0)), to: .redisBefore(Version(8, 6, 0)),
      "Streams that were written with idempotent producers (XADD IDMP) cannot be read.",
      source: "redis 8.6 src/rdb.h"),
    DowngradeObstacle(
      "types-of-8.8", from: .redisFrom(Version(8, 8, 0)), to: .redisBefore(Version(8, 8, 0)),
      "Arrays, and streams with entries given back by XNACK, cannot be read.", source: "redis 8.8 src/rdb.h"),
    DowngradeObstacle(
      "types-of-8.10", from: .redisFrom(Version(8, 10, 0)), to: .redisBefore(Version(8, 10, 0)),
      "Hashes with templates cannot be read.", source: "redis 8.10 src/rdb.h"),
    DowngradeObstacle(
      "names-of-valkey", from: .anyValkey, to: .anyRedis,
      "Binaries, units and files have other names, and directives that only Valkey has keep Redis from starting.",
      source: "valkey-io/valkey-doc topics/migration.md"),
    DowngradeObstacle(
      "databases-in-clusters", from: .valkeyFrom(Version(9, 0, 0)),
      to: .valkey(Version(7, 2, 0), before: Version(9, 0, 0)),
      "Keys in databases other than 0 of a cluster cannot be taken along.", source: "valkey 9.0 release notes"),
    DowngradeObstacle(
      "databases-in-clusters", from: .valkeyFrom(Version(9, 0, 0)), to: .anyRedis,
      "Keys in databases other than 0 of a cluster cannot be taken along.", source: "valkey 9.0 release notes"),
  ]
}
