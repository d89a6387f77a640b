// Records in the journal: pictures of their lines, and the proof that each is read back as it was.
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct RecordCodingTests {
  static let run = "20261120-2314-x7k2"
  static let time = WallTime(milliseconds: 1_795_216_471_042)

  @Test func linesReadLikeThis() {
    let effect = EffectID(StepKey(.handOver, .shard(ShardID(1)), "8a"), attempt: 1)
    var chain = JournalChain(run: Self.run)
    func line(_ record: Record) -> String { String(decoding: chain.line(record, at: Self.time), as: UTF8.self) }
    #expect(
      line(.noted("soft gate \u{1b}[2J gave way"))
        == """
        {"v":1,"n":1,"record":"noted","at":"2026-11-20T23:14:31.042Z","run":"20261120-2314-x7k2",\
        "text":"soft gate \\u001b[2J gave way","prev":"00000000000000000000000000000000",\
        "sum":"SUM"}

        """.replacing("SUM", with: chain.sum))
    let first = chain.sum
    #expect(
      line(
        .intent(
          effect, .handOver(ShardID(1), from: NodeID("4f"), to: NodeID("8a")),
          command: ["redis-cli -h 10.0.0.2 -p 6379 CLUSTER FAILOVER"], evidence: ["replica-in-sync 8a: 0 bytes"]))
          == """
          {"v":1,"n":2,"record":"intent","at":"2026-11-20T23:14:31.042Z","run":"20261120-2314-x7k2",\
          "step":"hand-over/shard:s1/8a","attempt":1,"action":{"do":"hand-over","shard":"s1","from":"4f","to":"8a"},\
          "command":["redis-cli -h 10.0.0.2 -p 6379 CLUSTER FAILOVER"],\
          "evidence":["replica-in-sync 8a: 0 bytes"],"prev":"FIRST","sum":"SUM"}

          """.replacing("FIRST", with: first).replacing("SUM", with: chain.sum))
    #expect(chain.number == 2)
  }

  /// The one form that never changes: an old `cleanup` and a new one read the same line. Do not touch this text.
  @Test func theLedgersLineIsAsItHasAlwaysBeen() throws {
    let key = LedgerKey(NodeID("4f1e"), "cluster-require-full-coverage")
    let entry = LedgerEntry(
      address: Address(host: "10.0.0.1", port: 6379), original: "yes", ours: "no", standing: .open)
    let text = """
      {"node":"4f1e","directive":"cluster-require-full-coverage","address":"10.0.0.1:6379","original":"yes",\
      "ours":"no","standing":"open"}
      """
    #expect(JSONValue.object(LedgerLine(key, entry).members).text == text)
    #expect(try LedgerLine(json: JSONParser.read(Array(text.utf8))) == LedgerLine(key, entry))
  }

  @Test(arguments: 0..<RecordGenerator.kinds)
  func everyRecordIsReadBackAsItWas(kind: Int) throws {
    var generator = RecordGenerator(seed: UInt64(kind) + 100)
    var texts: Set<String> = []
    for _ in 0..<200 {
      let record = generator.record(kind, run: Self.run)
      texts.insert(record.kind)
      var chain = JournalChain(run: Self.run)
      let reading = JournalReading(chain.line(record, at: Self.time))
      #expect(reading.entries == [JournalEntry(number: 1, at: Self.time, record: record)])
      #expect(reading.chain == chain)
      // Equal records are equal bytes: sets and dictionaries have no order of their own.
      var again = JournalChain(run: Self.run)
      _ = again.line(record, at: Self.time)
      #expect(again == chain)
    }
    #expect(texts.count == 1)
  }

  @Test func everyKindHasItsOwnName() {
    var generator = RecordGenerator(seed: 1)
    let names = Set((0..<RecordGenerator.kinds).map { generator.record($0, run: "r").kind })
    #expect(names.count == RecordGenerator.kinds)
  }

  @Test(arguments: [
    "2026-11-20T22:34:31.042Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z", "2000-12-31T12:00:00.001Z",
    "0001-03-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
  ])
  func timesAreReadAsTheyAreWritten(text: String) {
    #expect(WallTime(rfc3339: text)?.text == text)
  }

  @Test(arguments: [
    "", "2026-11-20", "2026-11-20T22:34:31Z", "2026-13-20T22:34:31.042Z", "2026-02-30T22:34:31.042Z",
    "2026-11-20T24:00:00.000Z", "2026-11-20T22:60:31.042Z", "2026-11-20 22:34:31.042Z", "2026-11-20T22:34:31.042+",
    "2023-02-29T00:00:00.000Z", "२०२६-11-20T22:34:31.042Z",
  ])
  func otherTimesAreNone(text: String) {
    #expect(WallTime(rfc3339: text) == nil)
  }
}
