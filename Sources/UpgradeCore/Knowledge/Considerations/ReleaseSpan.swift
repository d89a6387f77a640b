// Where a release stands in a row of the tables of considerations and detours.

/// A set of releases.
package enum ReleaseSpan: Hashable, Sendable, CustomStringConvertible {
  /// Redis below a version.
  case redisBefore(Version)
  /// Redis in a half-open range of versions.
  case redis(Version, before: Version)
  /// Redis at or above a version.
  case redisFrom(Version)
  /// Redis at or above a version, or any Valkey, which descends from Redis 7.2.4.
  case from(Version)
  case any
  case anyRedis
  case anyValkey
  /// Any Redis, or Valkey below a version.
  case beforeValkey(Version)
  case valkey(Version, before: Version)
  case valkeyFrom(Version)

  package func contains(_ release: Release) -> Bool {
    switch self {
    case .redisBefore(let end): release.product == .redis && release.version < end
    case .redis(let start, let end): release.product == .redis && release.version >= start && release.version < end
    case .redisFrom(let start): release.product == .redis && release.version >= start
    case .from(let start): release.descends(from: start)
    case .any: true
    case .anyRedis: release.product == .redis
    case .anyValkey: release.product == .valkey
    case .beforeValkey(let end): release.product == .redis || release.version < end
    case .valkey(let start, let end): release.product == .valkey && release.version >= start && release.version < end
    case .valkeyFrom(let start): release.product == .valkey && release.version >= start
    }
  }

  package var description: String {
    switch self {
    case .redisBefore(let end): "Redis before \(end.short)"
    case .redis(let start, let end): "Redis from \(start.short) on and before \(end.short)"
    case .redisFrom(let start): "Redis from \(start.short) on"
    case .from(let start): "Redis from \(start.short) on, or any Valkey"
    case .any: "any release"
    case .anyRedis: "any Redis"
    case .anyValkey: "any Valkey"
    case .beforeValkey(let end): "any Redis, or Valkey before \(end.short)"
    case .valkey(let start, let end): "Valkey from \(start.short) on and before \(end.short)"
    case .valkeyFrom(let start): "Valkey from \(start.short) on"
    }
  }
}

extension Version {
  /// `7.0` for the beginning of a line, else `7.4.2`.
  package var short: String { patch == 0 ? "\(major).\(minor)" : description }
}
