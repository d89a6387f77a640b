// Every release line that this program knows, as data.

/// The table of lines; a version whose line is not in it is refused as unknown.
package enum Releases {
  package static func line(of release: Release) -> ReleaseLine? { byLine[release.line] }
  package static func line(_ line: Line) -> ReleaseLine? { byLine[line] }

  private static let byLine = Dictionary(uniqueKeysWithValues: lines.map { ($0.line, $0) })

  private static let redisSource = "redis/librdb src/redisver.h; redis/redis src/rdb.h of each branch"
  private static let valkeySource = "valkey-io/valkey src/rdb.h; valkey-io/valkey-doc topics/releases.md"
  private static let sourceAvailable = "RSALv2 or SSPLv1"
  private static let tripleLicence = "RSALv2, SSPLv1 or AGPLv3"

  private static func redis(
    _ major: Int, _ minor: Int, rdb: Int, _ appendOnly: AppendOnlyLayout = .directory, licence: String,
    support: String, newest: Int
  ) -> ReleaseLine {
    ReleaseLine(
      line: Line(.redis, major, minor), rdb: rdb, reads: [1...rdb], appendOnly: appendOnly, licence: licence,
      support: support, newestPatch: newest, source: redisSource)
  }

  /// Valkey reserves 12 to 79 for other products' files and refuses them by default (valkey 8.1 rdb.h).
  private static func valkey(_ major: Int, _ minor: Int, rdb: Int, support: String, newest: Int) -> ReleaseLine {
    ReleaseLine(
      line: Line(.valkey, major, minor), rdb: rdb, reads: rdb < 80 ? [1...11] : [1...11, 80...rdb],
      appendOnly: .directory, licence: "BSD-3-Clause", support: support, newestPatch: newest, source: valkeySource)
  }

  package static let lines: [ReleaseLine] = [
    redis(3, 2, rdb: 7, .singleFile(rdbPreamble: false), licence: "BSD-3-Clause", support: "ended", newest: 13),
    redis(4, 0, rdb: 8, .singleFile(rdbPreamble: false), licence: "BSD-3-Clause", support: "ended", newest: 14),
    redis(5, 0, rdb: 9, .singleFile(rdbPreamble: true), licence: "BSD-3-Clause", support: "ended", newest: 14),
    redis(6, 0, rdb: 9, .singleFile(rdbPreamble: true), licence: "BSD-3-Clause", support: "ended", newest: 20),
    redis(
      6, 2, rdb: 9, .singleFile(rdbPreamble: true), licence: "BSD-3-Clause", support: "until 2027-04-01", newest: 20),
    redis(7, 0, rdb: 10, licence: "BSD-3-Clause", support: "ended", newest: 15),
    redis(7, 2, rdb: 11, licence: "BSD-3-Clause", support: "until 2029-12-01", newest: 12),
    redis(7, 4, rdb: 12, licence: sourceAvailable, support: "until 2029-12-01", newest: 11),
    redis(8, 0, rdb: 12, licence: tripleLicence, support: "until 2026-12-01", newest: 6),
    redis(8, 2, rdb: 12, licence: tripleLicence, support: "until 2030-09-01", newest: 9),
    redis(8, 4, rdb: 12, licence: tripleLicence, support: "end not named", newest: 6),
    redis(8, 6, rdb: 13, licence: tripleLicence, support: "end not named", newest: 6),
    redis(8, 8, rdb: 14, licence: tripleLicence, support: "end not named", newest: 2),
    redis(8, 10, rdb: 15, licence: tripleLicence, support: "end not named", newest: 1),
    valkey(7, 2, rdb: 11, support: "until 2027-04-16", newest: 15),
    valkey(8, 0, rdb: 11, support: "three years from 2024-09-15", newest: 12),
    valkey(8, 1, rdb: 11, support: "three years from spring 2025", newest: 11),
    valkey(9, 0, rdb: 80, support: "three years from 2025-10-21", newest: 7),
    valkey(9, 1, rdb: 80, support: "three years from 2026-05-19", newest: 3),
  ]
}
