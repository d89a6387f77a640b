// The codes that errors begin with, as `INFO errorstats` counts them: which are refusals, and which an upgrade makes.

/// What a server's errors say of it.
package enum ErrorCodes {
  /// What a node answers where it cannot serve for a want of its own (redis 7.0 src/server.c, `processCommand`).
  package static let refusals: [(code: String, meaning: String)] = [
    ("OOM", "its memory was full"), ("MISCONF", "it could not save"), ("NOREPLICAS", "too few replicas were there"),
    ("CLUSTERDOWN", "slots or nodes were missing"),
  ]

  /// What every restart and hand-over makes, and `ERR`, which a rehearsal of permissions makes as well.
  private static let usual = Set(
    "ASK CLUSTERDOWN ERR LOADING MASTERDOWN MOVED READONLY TRYAGAIN UNBLOCKED".split(separator: " ").map(String.init))

  /// Codes that nodes have answered since they run the new version, and that none answered before; each with how often
  /// on each node.
  ///
  /// - Parameters: counts by code of each node; nil where they were not counted.
  /// - Returns: nil where nothing is there to compare with.
  package static func new(
    before: [String: [String: Int]?], after: [String: [String: Int]?]
  ) -> [String: [String: Int]]? {
    let known = before.values.compactMap(\.self)
    guard !before.isEmpty, known.count == before.count else { return nil }
    let old = Set(known.flatMap(\.keys)).union(usual)
    var new: [String: [String: Int]] = [:]
    for (node, counts) in after {
      guard let counts else { return nil }
      for (code, count) in counts where !old.contains(code) && count > 0 { new[code, default: [:]][node] = count }
    }
    return new
  }
}
