// A release line, such as Redis 7.0: what its servers write, what they can read, who looks after it.

/// A product and the first two numbers of its version: the unit in which formats and support change.
package struct Line: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let product: Product
  package let major: Int
  package let minor: Int

  package init(_ product: Product, _ major: Int, _ minor: Int) {
    self.product = product
    self.major = major
    self.minor = minor
  }

  /// Redis before Valkey, then by number; Valkey descends from Redis 7.2.
  package static func < (left: Line, right: Line) -> Bool {
    (left.product == .redis ? 0 : 1, left.major, left.minor) < (
      right.product == .redis ? 0 : 1, right.major, right.minor
    )
  }

  /// `Redis 7.0`.
  package var description: String { "\(product.title) \(major).\(minor)" }
}

extension Product {
  /// As a person writes it.
  package var title: String {
    switch self {
    case .redis: "Redis"
    case .valkey: "Valkey"
    case .enterprise: "Redis Enterprise"
    }
  }
}

extension Release {
  package var line: Line { Line(product, version.major, version.minor) }

  /// Whether this is Redis at or above a version, or any Valkey, which descends from Redis 7.2.4.
  package func descends(from version: Version) -> Bool { product == .valkey || self.version >= version }
}

/// How a line keeps its append-only file.
package enum AppendOnlyLayout: Hashable, Sendable {
  /// One file, `appendonly.aof`; `rdbPreamble` is the default of `aof-use-rdb-preamble`.
  case singleFile(rdbPreamble: Bool)
  /// A directory, `appendonlydir`, with a base, increments and a manifest.
  case directory
}

/// The first bytes of a line's RDB file.
package enum RDBMagic: String, Hashable, Sendable {
  case redis = "REDIS"
  case valkey = "VALKEY"
}

/// What is known of a line.
package struct ReleaseLine: Hashable, Sendable {
  package let line: Line
  /// The RDB version that it writes.
  package let rdb: Int
  /// The RDB versions that it reads with default settings.
  package let reads: [ClosedRange<Int>]
  package let appendOnly: AppendOnlyLayout
  package let licence: String
  /// Who mends it and until when, as of August 2026.
  package let support: String
  /// The newest patch known here: what a route recommends at least.
  package let newestPatch: Int
  package let source: String

  /// Valkey writes its own magic from RDB 80 on (valkey 9.0 rdb.h).
  package var magic: RDBMagic { line.product == .valkey && rdb > 79 ? .valkey : .redis }

  package func canRead(_ other: ReleaseLine) -> Bool {
    reads.contains { $0.contains(other.rdb) } && (other.magic == .redis || line.product == .valkey)
  }

  /// The release that a route names for this line.
  package var recommended: Release { Release(line.product, Version(line.major, line.minor, newestPatch)) }
}
