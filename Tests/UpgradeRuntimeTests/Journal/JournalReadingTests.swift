// A journal after everything that can befall it: torn, cut, edited, written by a later version.
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct JournalReadingTests {
  static let run = "20261120-2314-x7k2"
  static let time = WallTime(milliseconds: 1_795_216_471_042)

  /// A small run whose lines are all of interest.
  static func records() -> [Record] {
    let setup = Setup(
      target: "redis://10.0.0.1:6379", to: Release(.redis, Version(7, 0, 15)), nodes: [], shards: [],
      nodeTimeout: .seconds(15), wayBackNarrows: false,
      site: Site(reach: .local, commands: [:], bounds: [:], isLab: false), options: Options())
    let wizard = WizardIdentity(host: "bastion", user: "ops", processID: 4711, version: "1.0.0")
    let key = LedgerKey(NodeID("4f1e"), "cluster-require-full-coverage")
    func entry(_ standing: LedgerEntry.Standing) -> LedgerEntry {
      LedgerEntry(address: Address(host: "10.0.0.1", port: 6379), original: "yes", ours: "no", standing: standing)
    }
    return [
      .started(run: run, by: wizard, setup: setup), .ledger(key, entry(.open)), .noted("one"), .noted("two"),
      .ledger(key, entry(.closed)), .noted("three"),
    ]
  }

  static func lines() -> [[UInt8]] {
    var chain = JournalChain(run: run)
    return records().map { chain.line($0, at: time) }
  }

  @Test func aWholeJournalFoldsToItsState() {
    let reading = JournalReading(Array(Self.lines().joined()))
    #expect(reading.entries.map(\.record) == Self.records())
    #expect(reading.entries.map(\.number) == [1, 2, 3, 4, 5, 6])
    var state = State()
    for record in Self.records() { state.apply(record) }
    #expect(reading.state == state)
    #expect(reading.ledger.values.map(\.standing) == [.closed])
    #expect(reading.times.began == Self.time.milliseconds)
    #expect(reading.canResume && reading.sentences.isEmpty && reading.tornBytes == 0)
  }

  @Test func nothingIsNothing() {
    let reading = JournalReading([])
    #expect(reading.isUnstarted && !reading.canResume && reading.chain == nil && reading.sentences.isEmpty)
  }

  @Test func cutAtEveryByteItKeepsEveryLineThatIsWhole() {
    let lines = Self.lines()
    let bytes = Array(lines.joined())
    var ends: [Int] = []
    for line in lines { ends.append((ends.last ?? 0) + line.count) }
    for cut in 0..<bytes.count {
      let reading = JournalReading(Array(bytes[..<cut]))
      let whole = ends.count { $0 <= cut }
      let kept = whole == 0 ? 0 : ends[whole - 1]
      let isRight =
        reading.entries.count == whole && reading.length == kept && reading.tornBytes == cut - kept
        && reading.damage == nil && reading.limit == nil && reading.canResume == (whole > 0)
      #expect(isRight, "cut at \(cut)")
    }
  }

  @Test func roomWithoutContentAfterAPowerFailureIsATornEnd() {
    let bytes = Array(Self.lines().prefix(2).joined())
    let reading = JournalReading(bytes + [UInt8](repeating: 0, count: 300))
    #expect(reading.entries.count == 2 && reading.tornBytes == 300 && reading.canResume)
    #expect(
      reading.sentences == [
        "The last line of the journal was not finished (300 bytes, left by a crash) and is left out."
      ])
    // Also where the end of the line had reached the disk, and its beginning had not.
    let holed = bytes + [UInt8](repeating: 0, count: 100) + Array("rest\"}\n".utf8)
    #expect(JournalReading(holed).canResume)
    #expect(JournalReading(holed).length == bytes.count)
  }

  @Test func aChangedByteAnywhereIsSeenAndItsLineIsNamed() {
    let lines = Self.lines()
    let bytes = Array(lines.joined())
    var generator = SeededGenerator(seed: 5)
    var start = 0
    for (index, line) in lines.enumerated() {
      for place in start..<(start + line.count - 1) {
        var changed = bytes
        changed[place] ^= UInt8.random(in: 1...127, using: &generator)
        // A line feed or a zero in the middle makes two lines, or the picture of a torn one, of the last line.
        if changed[place] == 10 || changed[place] == 0 { continue }
        let reading = JournalReading(changed)
        let isSeen = reading.damage?.line == index + 1 || reading.limit?.line == index + 1
        #expect(
          isSeen && !reading.canResume && reading.entries.count <= lines.count, "byte \(place), line \(index + 1)")
      }
      start += line.count
    }
  }

  @Test func linesThatAreLostDoubledOrMovedAreSeen() {
    let lines = Self.lines()
    func damage(_ order: [Int]) -> String? {
      let reading = JournalReading(Array(order.map { lines[$0] }.joined()))
      return reading.damage.map { "line \($0.line) \($0.what)" }
    }
    #expect(damage([0, 1, 3, 4, 5]) == "line 3 does not follow the line above it")
    #expect(damage([0, 1, 1, 2]) == "line 3 does not follow the line above it")
    #expect(damage([0, 2, 1]) == "line 2 does not follow the line above it")
    #expect(damage([1, 2]) == "line 1 is not the first line of a run")
    // A right number is not enough: the line was written behind another one.
    var twin = JournalChain(run: Self.run)
    let twins = [Self.records()[0], .noted("else"), .noted("one")].map { twin.line($0, at: Self.time) }
    #expect(JournalReading(lines[0] + lines[1] + twins[2]).damage?.what == "does not follow the line above it")
    var other = JournalChain(run: "other")
    let foreign = other.line(.noted("x"), at: Self.time)
    #expect(
      JournalReading(lines[0] + foreign).damage == .init(line: 2, what: "belongs to the run \"other\""))
    #expect(
      JournalReading(lines[0] + Array("{}\n".utf8)).damage == .init(line: 2, what: "is no line of a journal"))
    #expect(
      JournalReading(lines[0] + Array("rm -rf\n".utf8)).damage
        == .init(line: 2, what: "is not JSON: no value starts like this"))
  }

  @Test func behindDamageTheLedgerIsStillRead() {
    var lines = Self.lines()
    lines[2][40] ^= 1
    let reading = JournalReading(Array(lines.joined()))
    #expect(reading.damage?.line == 3)
    #expect(reading.entries.count == 2)
    #expect(reading.state.facts.ledger.entries.values.map(\.standing) == [.open])
    #expect(reading.ledger.values.map(\.standing) == [.closed])
    #expect(
      reading.sentences == [
        "Line 3 of the journal does not match its checksum: it was changed after it had been written. "
          + "Only what stands above it is taken; status and cleanup work, resume does not."
      ])
  }

  /// A line with a right checksum and place in the chain, whatever its members say.
  private static func line(_ members: [JSONValue.Member], after chain: JournalChain) -> [UInt8] {
    let all: [JSONValue.Member] =
      [.init("v", 1), .init("n", .integer(chain.number + 1))] + members + [
        .init("at", .string(time.text)), .init("run", .string(run)), .init("prev", .string(chain.sum)),
      ]
    let body = Array(JSONValue.object(all).bytes.dropLast())
    return body + JournalFrame.ending(sum: JournalFrame.sum(of: body)) + [10]
  }

  struct Later: Sendable, CustomTestStringConvertible {
    var members: [JSONValue.Member]
    var what: String
    var testDescription: String { what }
  }

  @Test(arguments: [
    Later(members: [.init("record", "rebalanced")], what: "is a record of the unknown kind \"rebalanced\""),
    Later(members: [.init("record", "noted")], what: "cannot be understood, text is missing"),
    Later(
      members: [.init("record", "noted"), .init("text", 1)], what: "cannot be understood, text is not text"),
    Later(
      members: [
        .init("record", "intent"), .init("step", "dance/deployment"), .init("attempt", 1),
      ], what: "cannot be understood, step is \"dance/deployment\""),
    Later(
      members: [
        .init("record", "problem"),
        .init(
          "problem",
          .object([
            "name": "x", "object": "deployment", "what": "", "risk": "",
            "choices": .array([.object(["offer": .object(["choice": "dance"]), "text": ""])]),
          ])),
      ], what: "cannot be understood, problem.choices[0].offer.choice is \"dance\""),
  ])
  func whatALaterVersionSaysLeavesStatusAndCleanup(later: Later) {
    var chain = JournalChain(run: Self.run)
    let records = Self.records()
    var bytes = chain.line(records[0], at: Self.time) + chain.line(records[1], at: Self.time)
    let unknown = Self.line(later.members, after: chain)
    bytes += unknown
    // The chain goes on behind it.
    let body = unknown.dropLast(JournalFrame.ending(sum: chain.sum).count + 1)
    chain.follow(number: 3, sum: JournalFrame.sum(of: body))
    bytes += chain.line(records[4], at: Self.time)
    let reading = JournalReading(bytes)
    #expect(reading.limit == .init(line: 3, what: later.what))
    #expect(reading.damage == nil && !reading.canResume)
    #expect(reading.entries.map(\.number) == [1, 2, 4])
    #expect(reading.state.sequence == 4)
    #expect(reading.ledger.values.map(\.standing) == [.closed])
    #expect(
      reading.sentences == [
        "Line 3 of the journal \(later.what): a newer redis-upgrade wrote it. Status and cleanup work; "
          + "to resume, use that version."
      ])
  }

  @Test func membersThatAreNewAreNoHindrance() {
    var chain = JournalChain(run: Self.run)
    let first = chain.line(Self.records()[0], at: Self.time)
    let bytes = first + Self.line([.init("record", "noted"), .init("text", "x"), .init("mood", "good")], after: chain)
    let reading = JournalReading(bytes)
    #expect(reading.canResume && reading.entries.last?.record == .noted("x"))
  }

  @Test func anotherFormatLeavesItsLedgerReadable() {
    let lines = Self.lines()
    let later = """
      {"v":2,"n":2,"record":"ledger","at":"2026-11-20T22:34:31.042Z","run":"\(Self.run)","node":"8a",\
      "directive":"cluster-allow-replica-migration","address":"10.0.0.2:6379","original":"yes","ours":"no",\
      "standing":"open","proof":"of another kind"}
      {"v":2,"n":3,"record":"noted","text":"x"}

      """
    let reading = JournalReading(lines[0] + Array(later.utf8))
    #expect(reading.limit == .init(line: 2, what: "has the format 2"))
    #expect(!reading.canResume && reading.damage == nil)
    #expect(reading.ledger.keys.map(\.directive) == ["cluster-allow-replica-migration"])
    #expect(reading.ledger.values.map(\.standing) == [.open])
  }
}
