// Whether a replica of one release can follow a primary of another.

/// What becomes of a replica under a primary.
package enum ReplicationVerdict: Hashable, Sendable {
  /// Full and partial syncs work.
  case works
  /// It follows while its link holds; the first full sync fails for ever and empties it.
  case onlyWhileLinked(why: String, source: String)
  /// It seems to follow and silently misses writes.
  case diverges(why: String, source: String)
  case unknown(why: String)

  /// Whether a hand-over may leave this pair behind, if only for a while.
  package var isUsable: Bool {
    switch self {
    case .works, .onlyWhileLinked: true
    case .diverges, .unknown: false
    }
  }
}

package enum Replicating {
  /// Judges the stream and the full sync from `primary` to `replica`.
  package static func judge(primary: Release, replica: Release) -> ReplicationVerdict {
    guard let source = Releases.line(of: primary) else { return .unknown(why: "\(primary.title) is not known") }
    guard let sink = Releases.line(of: replica) else { return .unknown(why: "\(replica.title) is not known") }
    // A primary from 7.0 on sends an expiring SET as SET ... PXAT, which exists from 6.2 on.
    if primary.descends(from: Version(7, 0, 0)), replica.product == .redis, replica.version < Version(6, 2, 0) {
      return .diverges(
        why: "\(replica.title) cannot execute SET ... PXAT, which \(primary.title) sends for every key with an expiry, "
          + "and says nothing about it",
        source: "redis 7.0 src/t_string.c, setGenericCommand")
    }
    guard sink.canRead(source) else {
      return .onlyWhileLinked(
        why:
          "\(primary.title) writes RDB \(source.rdb), which \(replica.title) cannot read: its first full sync fails, "
          + "again and again, and leaves it empty",
        source: "redis 6.2 src/rdb.c, rdbLoadRio")
    }
    return .works
  }
}
