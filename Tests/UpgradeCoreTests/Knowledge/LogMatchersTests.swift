// Lines of real logs, and what they are taken for.

import Testing

@testable import UpgradeCore

@Suite struct LogMatchersTests {
  /// Printed by redis 6.2.14, 7.0.15 and 8.0.2, and valkey 8.1.1.
  private static let lines: [(String, String?)] = [
    ("1:S 20 Nov 2026 09:14:31.042 # Can't handle RDB format version 10", "its dump was written by a newer version"),
    ("*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***", "its configuration has a line that this version refuses"),
    (
      "7:M 20 Nov 2026 09:14:31.042 # Unrecoverable error: corrupted cluster config file.",
      "its nodes.conf cannot be read"
    ),
    (
      "9:M 20 Nov 2026 09:14:31.042 # Warning: Could not create server TCP listening socket *:7000: bind: Address already "
        + "in use", "another process listens on its port"
    ),
    ("9:S 20 Nov 2026 09:14:31.042 # Unable to AUTH to MASTER: -WRONGPASS invalid", "its primary refuses its login"),
    ("=== REDIS BUG REPORT START: Cut & paste starting from here ===", "it crashed"),
    ("9:M 20 Nov 2026 09:14:31.042 * Ready to accept connections", nil),
  ]

  @Test(arguments: lines)
  func whatALineMeans(line: String, meaning: String?) {
    let found = LogMatchers.find(in: ["* Server initialized", line, "# Redis is now ready to exit, bye bye..."])
    guard let meaning else {
      #expect(found == nil)
      return
    }
    #expect(found?.matcher.meaning.hasPrefix(meaning) == true, "\(found?.matcher.text ?? "nothing")")
    #expect(found?.line == line)
  }

  @Test func theLastOneCounts() {
    let found = LogMatchers.find(in: [
      "# Unable to AUTH to MASTER: -WRONGPASS invalid", "# Can't handle RDB format version 11", "bye",
    ])
    #expect(found?.matcher.text == "Can't handle RDB format version")
  }

  @Test func eachSaysWhatToDoAndWhereItIsKnownFrom() {
    #expect(Set(LogMatchers.all.map(\.text)).count == LogMatchers.all.count)
    for matcher in LogMatchers.all {
      #expect(
        !matcher.meaning.isEmpty && !matcher.advice.isEmpty && matcher.source.hasPrefix("redis"), "\(matcher.text)")
    }
  }
}
