/// What a client that never retries lived through: the judgement that the lab passes on an upgrade.
package struct WritingReport: Codable, Equatable, Sendable {
  package struct Shard: Codable, Equatable, Sendable {
    /// `s1` to `sN` by lowest slot at the start.
    package var name: String
    package var firstSlot: Int
    package var lastSlot: Int
    package var acknowledged = 0
    package var errors = 0
    package var lost = 0
    /// The longest time between asking for a write and the next acknowledged one, milliseconds.
    package var longestStall = 0.0
    /// When that began, milliseconds since 1970; 0 where nothing was ever written.
    package var longestStallAt: Int64 = 0
    /// The address that served the last write.
    package var lastServedBy = ""

    package init(name: String, firstSlot: Int, lastSlot: Int) {
      self.name = name
      self.firstSlot = firstSlot
      self.lastSlot = lastSlot
    }
  }

  /// Milliseconds since 1970.
  package var started: Int64 = 0
  package var ended: Int64 = 0
  package var acknowledged = 0
  /// Replies other than `MOVED` and `ASK`, by their code, and commands left without reply as `NO-REPLY`.
  package var errors: [String: Int] = [:]
  /// Acknowledged writes that are not there at the end.
  package var lost = 0
  /// Keys that could not be read at the end, so that nothing is known about them.
  package var unverified = 0
  package var redirections = 0
  /// Idle connections that the servers closed: no error, the next write opens another.
  package var idleCloses = 0
  package var shards: [Shard] = []

  package init() {}

  package var errorCount: Int { errors.values.reduce(0, +) }
  package var longestStall: Double { shards.map(\.longestStall).max() ?? 0 }
  /// The report as one JSON object, its keys in order; the names of its properties are the keys.
  package var json: String { (try? JSONEncoding.lines(self)) ?? "{}" }

  /// The same on one line.
  package var jsonLine: String { (try? JSONEncoding.line(self)) ?? "{}" }

  /// Reads what `json` or `jsonLine` wrote.
  package init?(json: [UInt8]) {
    guard let report = try? JSONDecoding.read(WritingReport.self, from: json) else { return nil }
    self = report
  }

  /// The report for a person: the judgement, then each shard.
  package var lines: [String] {
    let seconds = Double(ended - started) / 1000
    let codes = errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    let head =
      "Writing client: \(acknowledged) writes acknowledged in \(Self.rounded(seconds)) s, "
      + "\(errorCount) errors\(codes.isEmpty ? "" : " (\(codes))"), \(lost) lost"
      + (unverified == 0 ? "" : ", \(unverified) keys could not be read back")
    return [head]
      + shards.map { shard in
        "  \(shard.name)  slots \(shard.firstSlot)-\(shard.lastSlot)  \(shard.acknowledged) writes, "
          + "\(shard.errors) errors, \(shard.lost) lost, longest stall \(Self.rounded(shard.longestStall)) ms"
      }
  }

  /// One digit behind the point, and none where it would be zero.
  private static func rounded(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// Writes the JSON form in one step: whoever waits for the file finds all of it.
  package func write(to path: String) throws(LabError) { try LabFiles.write(json + "\n", to: path) }

  /// No error, nothing lost, and everything read back.
  package var isClean: Bool { errorCount == 0 && lost == 0 && unverified == 0 }

  /// The same outside of clusters, where being told that a server takes no writes any more is how a client hears of a
  /// hand-over: no harm, since what was refused was not acknowledged.
  package var isCleanOutsideClusters: Bool {
    errors.keys.allSatisfy { ["READONLY", "UNBLOCKED", "BUSY"].contains($0) } && lost == 0 && unverified == 0
  }
}
