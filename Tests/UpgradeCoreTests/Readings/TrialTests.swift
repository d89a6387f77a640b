// What a trial of the wanted version tells, read as transcripts; and what the ends of a dump say.

import Testing

@testable import UpgradeCore

/// What a script said, and what is made of it.
struct TrialCase: Sendable, CustomTestStringConvertible {
  var name: String
  var lines: [String]
  var before: Keyspace?
  var after: Keyspace?
  var said = ""
  var problem: String?
  var testDescription: String { name }
}

@Suite struct TrialTests {
  private static func keyspace(_ databases: [Int: (Int, Int)], commands: Int = 0) -> Keyspace {
    Keyspace(
      databases: databases.mapValues { KeyCount(keys: $0.0, expiring: $0.1) }, commands: commands)
  }

  static let cases: [TrialCase] = [
    TrialCase(
      name: "all is well",
      lines: ["version 7.0.15", "checked redis-check-rdb 200004", "loaded 0.409", "keys 200002 2", "up"],
      before: keyspace([0: (200_004, 3)]), after: keyspace([0: (200_004, 3)]),
      said: "redis-check-rdb: sound, 200004 keys; Redis 7.0.15 starts with its configuration; it loads the backup in "
        + "0.4 s, 200002 keys (2 had expired)"),
    TrialCase(
      name: "several databases",
      lines: ["version 7.0.15", "loaded 0.1", "keys 5 0", "counted", "db 0 3 0", "db 7 2 1", "up"],
      before: keyspace([0: (3, 0), 7: (2, 1)]), after: keyspace([0: (3, 0), 7: (2, 1)]),
      said: "Redis 7.0.15 starts with its configuration; it loads the backup in 0.1 s, 5 keys"),
    TrialCase(
      name: "keys of one database are missing",
      lines: ["version 7.0.15", "loaded 0.1", "keys 4 0", "counted", "db 0 3 0", "db 7 1 1", "up"],
      before: keyspace([0: (3, 0), 7: (9, 2)]), after: keyspace([0: (3, 0), 7: (9, 2)]),
      problem: "on Redis 7.0.15 db7 has 1 keys when it is loaded, and had 9 when it was saved"),
    TrialCase(
      name: "a database is empty",
      lines: ["version 7.0.15", "loaded 0.0", "keys 0 0", "counted", "up"],
      before: keyspace([0: (3, 0)]), after: keyspace([0: (3, 0)]),
      problem: "on Redis 7.0.15 db0 has 0 keys when it is loaded, and had 3 when it was saved"),
    TrialCase(
      name: "writes went on meanwhile",
      lines: ["version 7.0.15", "loaded 0.1", "keys 140 0", "up"],
      before: keyspace([0: (100, 0)], commands: 1000), after: keyspace([0: (130, 0)], commands: 1020),
      said: "Redis 7.0.15 starts with its configuration; it loads the backup in 0.1 s, 140 keys"),
    TrialCase(
      name: "all keys could expire, and did",
      lines: ["version 7.0.15", "loaded 0.1", "keys 0 50", "counted", "up"],
      before: keyspace([0: (50, 50)]), after: keyspace([0: (50, 50)]),
      said: "Redis 7.0.15 starts with its configuration; it loads the backup in 0.1 s, 0 keys (50 had expired)"),
    TrialCase(
      name: "a loader that drops what the checker has read",
      lines: ["version 7.0.15", "checked redis-check-rdb 10", "loaded 0.1", "keys 7 1", "up"],
      problem: "Redis 7.0.15 loads 7 keys of its backup and drops 1 that had expired, and there are 10 in it"),
    TrialCase(
      name: "an unknown directive",
      lines: [
        "version 7.0.15", "down it ended with exit 1", "line *** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***",
        "line Reading the configuration file, at line 3", "line >>> 'foo-bar yes'",
        "line Bad directive or wrong number of arguments",
      ],
      problem: "Redis 7.0.15 does not start with its configuration: it does not take the line 'foo-bar yes': Bad "
        + "directive or wrong number of arguments"),
    TrialCase(
      name: "a byte that is not as it was",
      lines: [
        "version 7.0.15", "unsound [offset 4777937] RDB CRC error", "down it ended with exit 1",
        "line 1:M # Wrong RDB checksum expected: (1) but got (2). Aborting now.",
        "line [offset 4777937] RDB CRC error", "line [additional info] While doing: check-sum",
      ],
      problem: "its backup does not load on Redis 7.0.15: its dump is not as it was written: the checksum is wrong "
        + "([offset 4777937] RDB CRC error)"),
    TrialCase(
      name: "unsound, and there is no memory to load it",
      lines: [
        "version 7.0.15", "unsound [offset 9] Unexpected EOF",
        "unloaded 80 MB of memory are wanted for it, and 1 MB are free",
        "up",
      ],
      problem: "its backup does not load on Redis 7.0.15: [offset 9] Unexpected EOF"),
    TrialCase(
      name: "no memory",
      lines: [
        "version 7.0.15", "checked redis-check-rdb 5",
        "unloaded 80 MB of memory are wanted for it, and 1 MB are free", "up",
      ],
      said: "redis-check-rdb: sound, 5 keys; Redis 7.0.15 starts with its configuration; the backup was not loaded: "
        + "80 MB of memory are wanted for it, and 1 MB are free"),
    TrialCase(
      name: "no program", lines: ["none /opt/redis/7.0.15/bin/redis-server is not there"],
      said: "Redis 7.0.15 was not tried with it: /opt/redis/7.0.15/bin/redis-server is not there"),
    TrialCase(
      name: "another program", lines: ["version 6.2.14", "up"],
      said: "Redis 7.0.15 was not tried with it: the program there is 6.2.14"),
    TrialCase(name: "nothing was said", lines: [], said: "Redis 7.0.15 was not tried with it: it was not begun"),
  ]

  @Test(arguments: cases) func whatIsMadeOfIt(_ row: TrialCase) {
    var trial = Trial()
    for line in row.lines { trial.hear(line.split(separator: " ").map(String.init)) }
    let account = trial.account(of: Release(.redis, Version(7, 0, 15)), before: row.before, after: row.after)
    #expect(account.said == row.said)
    #expect(account.problem == row.problem)
  }

  @Test func allOfThemInOneSentence() {
    func trial(_ lines: [String]) -> Trial {
      var trial = Trial()
      for line in lines { trial.hear(line.split(separator: " ").map(String.init)) }
      return trial
    }
    let to = Release(.redis, Version(7, 0, 15))
    let good = trial(["version 7.0.15", "loaded 0.41", "keys 3 0", "up"])
    let absent = trial(["none it is not there"])
    let short = trial(["version 7.0.15", "unloaded 80 MB are wanted", "up"])
    #expect(
      Trial.summary([("a", good), ("b", good)], of: to)
        == "Redis 7.0.15 starts with all 2 configurations, and loads all 2 backups, the slowest in 0.4 s")
    #expect(
      Trial.summary([("a", good)], of: to)
        == "Redis 7.0.15 starts with its configuration, and loads its backup, the slowest in 0.4 s")
    #expect(
      Trial.summary([("a", short), ("b", good)], of: to)
        == "Redis 7.0.15 starts with all 2 configurations, and loads 1 of 2 backups, the slowest in 0.4 s; a: Redis "
        + "7.0.15 starts with its configuration; the backup was not loaded: 80 MB are wanted")
    #expect(
      Trial.summary([("a", absent)], of: to) == "a: Redis 7.0.15 was not tried with it: it is not there")
  }

  @Test func theBeginningOfADump() throws {
    // The first bytes of a dump of 6.2.14, as it wrote them.
    let head: [UInt8] = Array("REDIS0009".utf8) + [0xFA, 9] + Array("redis-ver".utf8) + [6] + Array("6.2.14".utf8)
    let bits: [UInt8] = [0xFA, 10] + Array("redis-bits".utf8) + [0xC0, 0x40]
    let used: [UInt8] = [0xFA, 8] + Array("used-mem".utf8) + [0xC2, 0xD0, 0xEF, 0x3A, 0x01]
    let header = try #require(DumpHeader(head + bits + used + [0xFE, 0, 0xFB, 3]))
    #expect(header.format == 9)
    #expect(header.description == "RDB format 9 written by Redis 6.2.14")
    let valkey = Array("VALKEY080".utf8) + [0xFA, 10] + Array("valkey-ver".utf8) + [5] + Array("9.1.2".utf8)
    #expect(DumpHeader(valkey)?.description == "RDB format 80 written by Valkey 9.1.2")
    #expect(DumpHeader(Array("REDIS0011".utf8))?.description == "RDB format 11")
    #expect(DumpHeader(Array("MEDIS0011".utf8)) == nil)
    // Cut off anywhere, it is survived.
    for length in 0..<head.count { _ = DumpHeader(head.prefix(length)) }
  }

  @Test func theEndOfADump() {
    #expect(DumpFooter([0xFF, 0xD7, 0x63, 0x64, 0x26, 0x7C, 0x92, 0xD6, 0x8B])?.hasChecksum == true)
    #expect(DumpFooter([0xFF] + Array(repeating: 0, count: 8))?.hasChecksum == false)
    #expect(DumpFooter(Array(repeating: 1, count: 9)) == nil)
    #expect(DumpFooter([0xFF]) == nil)
  }

  @Test func whatAServerHolds() throws {
    let info = InfoText(
      "# Stats\r\ntotal_commands_processed:17\r\n# Keyspace\r\ndb0:keys=12,expires=2,avg_ttl=0\r\ndb3:keys=1,expires=0\r\n"
    )
    #expect(try Keyspace(info) == Self.keyspace([0: (12, 2), 3: (1, 0)], commands: 17))
  }

  @Test func timesAreReadAsTheyAreWritten() {
    #expect(MeasuredTimes(MeasuredTimes(save: 12, load: 345).text) == MeasuredTimes(save: 12, load: 345))
    #expect(MeasuredTimes("saved a while ago") == nil)
  }

  /// What a standalone server's outage takes is what was measured, once it was.
  @Test func theForecastOfAnOutage() {
    #expect(Estimate.outageSeconds(MeasuredTimes(save: 3000, load: 4500)) == 9.5)
  }
}
