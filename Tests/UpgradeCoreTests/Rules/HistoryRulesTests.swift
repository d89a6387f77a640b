// What nodes have counted since their start, read as transcripts; and which errors are new after an upgrade.

import Testing

@testable import UpgradeCore

@Suite struct HistoryRulesTests {
  private static let node = TestCluster.node(7003)
  private static let primary = TestCluster.node(7001)

  @Test(arguments: [
    RuleCase("before 6.2", primary, "n/a: 127.0.0.1:7001 does not count its errors by code"),
    RuleCase("errors of clients", primary, "holds: none") {
      $0[7001].usage?.errors = ["ERR": 12, "WRONGTYPE": 3, "MOVED": 99, "OOM": 0]
    },
    RuleCase(
      "out of memory, and once unable to save", primary,
      "broken: 127.0.0.1:7001 has answered since its start: 7 OOM (its memory was full), 1 MISCONF (it could not save) -> "
        + "find out when that was; where its cause is gone, count anew: redis-cli -h 127.0.0.1 -p 7001 CONFIG RESETSTAT"
    ) { $0[7001].usage?.errors = ["OOM": 7, "MISCONF": 1] },
    RuleCase("not read", primary, "unknown: 127.0.0.1:7001: INFO everything has not been read") {
      $0[7001].usage = nil
    },
  ])
  func refusals(row: RuleCase) throws { try row.check("no-refusals") }

  private static func syncs(_ count: Int, in seconds: Int) -> @Sendable (inout TestCluster) -> Void {
    { cluster in
      for (field, value) in [("sync_full", count), ("uptime_in_seconds", seconds)] {
        let line = cluster[7001].info.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? "\(field)"
        cluster.edit(7001, String(line), "\(field):\(value)")
      }
    }
  }

  @Test(arguments: [
    RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
    RuleCase("the first", primary, "holds: 1 full sync in 5 minutes", syncs(1, in: 300)),
    RuleCase("once restarted", primary, "holds: 2 full syncs in 5 minutes", syncs(2, in: 300)),
    RuleCase(
      "round and round", primary,
      "broken: 127.0.0.1:7001 has made 3 full syncs in 5 minutes for 1 replica -> its log says why it cut them off; where "
        + "it was the buffer: redis-cli -h 127.0.0.1 -p 7001 CONFIG SET client-output-buffer-limit \"replica 1073741824 "
        + "536870912 120\"", syncs(3, in: 300)),
    RuleCase("in months", primary, "holds: 40 full syncs in 144000 minutes", syncs(40, in: 8_640_000)),
  ])
  func fullSyncs(row: RuleCase) throws { try row.check("full-syncs") }

  private static let find = "redis-cli -h 127.0.0.1 -p 7001 --bigkeys -i 0.01"

  @Test(arguments: [
    RuleCase(
      "before 8.0", primary, "n/a: 127.0.0.1:7001 does not count its values by size; to look: \(find)"),
    RuleCase("a replica", node, "n/a: 127.0.0.1:7003 is a replica"),
    RuleCase("none", primary, "holds: none") { $0[7001].usage?.largest = [:] },
    RuleCase("middling", primary, "holds: none") {
      $0[7001].usage?.largest = ["strings": 1 << 27, "sets": 1 << 19]
    },
    RuleCase(
      "big", primary,
      "broken: 127.0.0.1:7001 holds lists of 1048576 elements or more, strings of 268.4 MB or more -> find them: \(find); "
        + "and split them when there is time"
    ) { $0[7001].usage?.largest = ["strings": 1 << 28, "lists": 1 << 20, "sets": 4] },
  ])
  func bigValues(row: RuleCase) throws { try row.check("big-values") }

  /// As Redis 8.0 prints it.
  @Test func valuesByTheirSize() throws {
    let start = "# Server\r\nuptime_in_seconds:5\r\n"
    let sizes =
      "# Keysizes\r\ndb0_distrib_strings_sizes:1=19,512=2,32K=1\r\ndb0_distrib_lists_items:1=1,1M=1\r\n"
      + "db3_distrib_strings_sizes:64K=1\r\ndb0_distrib_hashes_items:odd=1,2K=,3Q=1\r\n"
    #expect(
      try Reader.usage(info: start + sizes).usage.largest == ["strings": 65536, "lists": 1 << 20, "hashes": 2048])
    #expect(try Reader.usage(info: start + "# Keysizes\r\n").usage.largest == [:])
    #expect(try Reader.usage(info: start).usage.largest == nil)
  }

  @Test(
    arguments: [
      (["a": ["NOPERM": 1]], ["a": ["NOPERM": 9]], [:]),
      (["a": [:], "b": ["NOPERM": 1]], ["a": ["NOPERM": 9], "b": [:]], [:]),
      (["a": [:]], ["a": ["MOVED": 9, "LOADING": 1, "ERR": 4, "OOM": 0]], [:]),
      (
        ["a": [:], "b": [:]], ["a": ["NOSCRIPT": 2], "b": ["NOSCRIPT": 3, "OOM": 1]],
        ["NOSCRIPT": ["a": 2, "b": 3], "OOM": ["b": 1]]
      ),
      (["a": [:], "b": nil], ["a": ["NOSCRIPT": 2], "b": [:]], nil),
      (["a": [:]], ["a": nil], nil), ([:], [:], nil),
    ] as [([String: [String: Int]?], [String: [String: Int]?], [String: [String: Int]]?)])
  func errorsThatNoneGaveBefore(
    before: [String: [String: Int]?], after: [String: [String: Int]?], new: [String: [String: Int]]?
  ) {
    #expect(ErrorCodes.new(before: before, after: after) == new)
  }
}
