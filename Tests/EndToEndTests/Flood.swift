// A command of the site that prints a hundred thousand lines: the newest are in sight, and every byte is in a file.

import SystemIO
import Testing
import UpgradeRuntime

enum Flood {
  static let lines = 100_000

  /// One shell command line.
  static let command = "seq 1 \(lines)"

  /// The output page is open: it follows, scrolls, and says how much there is; the run's folder has all of it.
  static func expect(in console: Console, _ night: Night) async throws {
    let newest = try await console.wait("the last line") { picture in
      picture.rows.contains { $0.hasPrefix("│ \(lines) ") }
    }
    #expect(newest.contains("the last 100"), "\(newest)")
    #expect(newest.contains("│ \(lines - 1) "), "\(newest)")
    try await console.press("g")
    // So many can be scrolled back to.
    let oldest = try await console.wait("the oldest line that is kept") { !$0.contains("│ \(lines) ") }
    #expect(oldest.rows.contains { $0.hasPrefix("│ 9000") || $0.hasPrefix("│ 9001") }, "\(oldest)")
    try await console.press("G")
    try await console.wait("the last line") { picture in picture.rows.contains { $0.hasPrefix("│ \(lines) ") } }

    let found = try await ChildProcess.run(
      .shell(
        "find \(night.state) -path '*/output/*' -size +500k | head -n 1 | xargs cat | tr -d '\\r' | cksum; \(command) | cksum"
      ),
      on: night.loop, within: .seconds(20))
    let sums = String(decoding: found.output, as: UTF8.self).split(separator: "\n")
    #expect(sums.count == 2 && sums.first == sums.last, "\(sums)")
  }
}
