// What `explain` prints, as transcripts; the same facts as JSON; and the README's list of rules.
import FoundationEssentials
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct ExplainTextTests {
  private func lines(_ topic: Topic) -> [String] { ExplainText(topic.explanation).lines }

  @Test func aRule() {
    #expect(
      lines(.rule("persistence-on")) == [
        "persistence-on  (rule)",
        "Every node keeps its data on disk",
        "",
        "severity      blocking; a warning where the shard has another member and nobody",
        "              starts a primary again by itself, or where upgrade mode lets its",
        "              stop save",
        "asked         before the start, and around steps that name it",
        "why           A node without any comes back empty: a replica copies all data",
        "              anew, a primary without replica loses it.",
        "reads         INFO persistence: aof_enabled; CONFIG GET save; on each host",
        "              Restart= of the systemd unit of a primary",
        "fix           CONFIG SET appendonly yes, or a save point, where the node is the",
        "              only copy.",
        "after         Run this check again.",
        "source        redis.io documentation, Replication: safety when persistence is",
        "              off",
      ])
  }

  @Test func aHazardAndAChange() {
    #expect(
      lines(.consideration("append-only-moves")) == [
        "append-only-moves  (hazard)",
        "The append-only file moves",
        "",
        "what          At its first start the new version moves appendonly.aof into the",
        "              directory appendonlydir. The old version, started afterwards in",
        "              the same place, finds no file and comes up empty without an error.",
        "do            To go back, put the saved appendonly.aof in its place first.",
        "way           from Redis before 7.0 to Redis from 7.0 on, or any Valkey, and not",
        "              between two patches of one line",
        "where         a node appends to a file (appendonly yes)",
        "source        redis 7.0 src/aof.c, aofUpgradePrepare",
      ])
    #expect(lines(.consideration("debug-refused")).contains("where         DEBUG has been called since a node's start"))
  }

  @Test func aBlockedPatch() {
    #expect(
      lines(.block("shard-ids-flip")) == [
        "shard-ids-flip  (block)",
        "nodes.conf may be rewritten over and over with changing shard ids",
        "",
        "targets:",
        "  shard-ids-flip",
        "      nodes.conf may be rewritten over and over with changing shard ids",
        "      targets: Redis 7.2.7, 7.4.2",
        "      weight: warned about",
        "      fixed in: 7.4.3",
        "      source: redis/redis#13868, #13877",
      ])
  }

  @Test func aRelease() {
    #expect(
      Array(lines(.release(Release(.valkey, Version(8, 1, 11)))).prefix(24)) == [
        "Valkey 8.1.11",
        "",
        "line          Valkey 8.1",
        "support       three years from spring 2025",
        "licence       BSD-3-Clause",
        "newest patch  Valkey 8.1.11",
        "rdb           writes RDB 11 (REDIS), reads 1 to 11",
        "append-only   a directory, appendonlydir, with a base, increments and a manifest",
        "against it    nothing",
        "comes from:",
        "  directly",
        "      Redis 6.2, Redis 7.0, Redis 7.2, Valkey 7.2, Valkey 8.0, Valkey 8.1",
        "  directly, safer by",
        "      Redis 4.0 (Redis 6.2.20, then Valkey 8.1.11); Redis 5.0 (Redis 6.2.20,",
        "      then Valkey 8.1.11); Redis 6.0 (Redis 6.2.20, then Valkey 8.1.11)",
        "goes to:",
        "  directly",
        "      Valkey 8.1, Valkey 9.0, Valkey 9.1",
        "goes back to:",
        "  reads its files",
        "      Valkey 7.2, Valkey 8.0",
        "arrives with it:",
        "  other-memory",
        "      A new hash table takes less memory for each key: the same maxmemory holds",
      ])
  }

  @Test func aHopThatIsRefusedNamesItsRoute() {
    let text = lines(.hop(Release(.redis, Version(6, 0, 16)), Release(.redis, Version(7, 2, 12))))
    #expect(
      Array(text.prefix(10)) == [
        "Redis 6.0.16 to Redis 7.2.12",
        "",
        "in a cluster  refused: nodes before 7.0 throw away the packets of Redis 7.2.0 to",
        "              7.2.6, so each side calls the other failing, and nobody has shown",
        "              that later patches of 7.2 are better",
        "route         go by Redis 6.2.20, then Redis 7.0.15, then Redis 7.2.12, one run",
        "              each",
        "data          Redis 6.0.16 writes RDB 9, which Redis 7.2.12 reads; Redis 7.2.12",
        "              writes RDB 11, which Redis 6.0.16 does not read",
        "going back    Redis 6.0.16 does not read RDB 11, which Redis 7.2.12 writes: what",
      ])
  }

  @Test func aHopHasItsChangesAndItsWayBack() {
    let text = lines(.hop(Release(.redis, Version(6, 2, 14)), Release(.redis, Version(7, 0, 15))))
    for line in [
      "in a cluster  allowed, node by node", "  append-only-moves", "  stralgo-gone",
      "      where: DEBUG has been called since a node's start",
      "      source: redis 7.0 release notes; redis/redis#9799",
      "steps back    1. Nothing may write from here on: this way is an outage, and what",
      "tried         Redis 7.0.15 to Redis 6.2.14, with servers of these releases",
    ] { #expect(text.contains(line), "\(line)") }
    #expect(!text.contains("  time-stands-still"))
    let back = lines(.hop(Release(.redis, Version(7, 0, 15)), Release(.redis, Version(6, 2, 14))))
    #expect(
      back.contains("in a cluster  refused: Redis 6.2.14 is older than Redis 7.0.15: this program"), "\(back[2])")
    #expect(back.contains("  functions"))
  }

  @Test func dataThatCannotBeReadCanStillBeTakenAlong() {
    let text = lines(.hop(Release(.redis, Version(8, 0, 6)), Release(.valkey, Version(8, 1, 1))))
    for line in [
      "in a cluster  refused: Valkey 8.1.1 cannot read RDB 12, which Redis 8.0.6 writes",
      "another way   Valkey 8.1.1 does not read RDB 12, which Redis 8.0.6 writes: what",
      "              3. SHUTDOWN. Copy the directory appendonlydir.",
      "tried         Redis 8.0.6 to Valkey 8.1.1, with servers of these releases",
    ] { #expect(text.contains(line), "\(line): \(text.prefix(12))") }
    #expect(!text.contains { $0.hasPrefix("going back") })
  }

  /// Everything that can be asked for is wrapped, says something, and is JSON of the same facts.
  @Test func everyNameAndEveryPairOfLines() {
    var topics = Topic.names.compactMap { Topic(named: $0) } + [.everything]
    #expect(topics.count == Topic.names.count + 1)
    for from in Releases.lines {
      topics.append(.release(from.recommended))
      topics += Releases.lines.map { .hop(from.recommended, $0.recommended) }
    }
    for topic in topics {
      let text = ExplainText(topic.explanation)
      let wide = text.lines.filter { $0.count > 80 }
      #expect(wide.isEmpty, "\(topic): \(wide)")
      #expect(!text.lines.contains { $0.hasSuffix(" ") })
      let json = ReadJSON(text.json.text)
      #expect(json?["kind"]?.text == topic.explanation.kind.rawValue)
      for fact in topic.explanation.facts {
        let member = json?[fact.key]
        switch fact.value {
        case .text(let words): #expect(member?.text == words, "\(topic) \(fact.key)")
        case .texts(let list), .names(let list): #expect(member?.count == list.count, "\(topic) \(fact.key)")
        case .entries(let entries):
          #expect(member?.count == entries.count, "\(topic) \(fact.key)")
          #expect(member?[0]?["name"]?.text == entries.first?.name, "\(topic) \(fact.key)")
        }
      }
    }
  }

  /// `redis-upgrade explain rules --markdown` writes what stands there.
  @Test func theREADMEHasEveryRule() throws {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let bytes = try #require(FileManager.default.contents(atPath: "/\(root)/README.md"))
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex(of: "| rule | severity | what holds |"))
    #expect(lines[start...].prefix { $0.hasPrefix("|") } == RuleTable.markdown[...])
  }
}
