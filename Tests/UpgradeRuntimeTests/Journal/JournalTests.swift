// Writing the journal: in order, all or nothing, durable before anybody is told, and after kill -9 at any instant.
import Glibc
import Synchronization
import SystemIO
import Testing
import UpgradeCore

@testable import UpgradeRuntime

/// A store that keeps bytes in memory and can be told to fail.
final class MemoryStore: JournalStore {
  struct State {
    var bytes: [UInt8] = []
    var pieces = 0
    /// Taken by the next appends that may not use the reserve, or by all.
    var isFull = false
    var isLost = false
  }
  let state = Mutex(State())

  func append(_ bytes: [UInt8], usingReserve: Bool) throws(JournalError) {
    try state.withLock { state throws(JournalError) in
      if state.isLost { throw JournalError(.lost, "the disk failed", remedy: "Look at it.") }
      if state.isFull, !usingReserve { throw JournalError(.full, "the disk is full", remedy: "Free some space.") }
      state.bytes += bytes
      state.pieces += 1
    }
  }

  var reading: JournalReading { JournalReading(state.withLock { $0.bytes }) }
}

@Suite struct JournalTests {
  static let run = "20261120-2314-x7k2"
  static let time = WallTime(milliseconds: 1_795_216_471_042)

  static func journal(_ store: MemoryStore) throws -> Journal { try Journal(JournalChain(run: run), store: store) }

  @Test func aDecisionIsOnePieceAndCallsKeepTheirOrder() async throws {
    let store = MemoryStore()
    let journal = try Self.journal(store)
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<50 {
        group.addTask {
          try? await journal.append([.noted("\(number)a"), .noted("\(number)b")], at: Self.time)
        }
      }
    }
    #expect(store.state.withLock { $0.pieces } == 50)
    let reading = store.reading
    #expect(reading.entries.count == 100 && reading.canResume)
    for pair in stride(from: 0, to: 100, by: 2) {
      guard case .noted(let first) = reading.entries[pair].record,
        case .noted(let second) = reading.entries[pair + 1].record
      else { continue }
      #expect(second == first.dropLast() + "b")
    }
  }

  @Test func onAFullDiskNothingBeginsButWhatHappenedIsStillWritten() async throws {
    let store = MemoryStore()
    let journal = try Self.journal(store)
    var generator = RecordGenerator(seed: 3)
    try await journal.append([generator.record(0, run: Self.run)], at: Self.time)
    store.state.withLock { $0.isFull = true }
    let begins = [0, 1, 2, 5, 6, 11, 15, 16]
    for kind in 0..<RecordGenerator.kinds {
      var record = generator.record(kind, run: Self.run)
      if case .answered(let answer, _) = record { record = .answered(answer, granted: false) }
      // What is typed for the operator has to be on disk before.
      if case .prompted(let effect, let text, _) = record { record = .prompted(effect, text: text, .replied("N")) }
      do throws(JournalError) {
        try await journal.append([.noted("before"), record], at: Self.time)
        #expect(!begins.contains(kind), "\(record.kind)")
      } catch {
        #expect(begins.contains(kind) && error.code == .full, "\(record.kind)")
      }
    }
    // What was refused left no gap.
    let reading = store.reading
    #expect(reading.canResume && reading.entries.count == 1 + 2 * (RecordGenerator.kinds - begins.count))
    store.state.withLock { $0.isFull = false }
    try await journal.append([.noted("on")], at: Self.time)
    #expect(store.reading.canResume && store.reading.entries.last?.record == .noted("on"))
  }

  @Test func aFailedDiskIsSaidToWhoeverWaits() async throws {
    let store = MemoryStore()
    let journal = try Self.journal(store)
    store.state.withLock { $0.isLost = true }
    await #expect(throws: JournalError(.lost, "the disk failed", remedy: "Look at it.")) {
      try await journal.append([.noted("x")], at: Self.time)
    }
  }

  @Test func aRunIsMadeWrittenTornAndGoneOnWith() async throws {
    try await withDirectory { state in
      let (directory, journal) = try RunDirectory.create(in: state, at: Self.time)
      #expect(try directory.read().isUnstarted)
      try await journal.append([.noted("one"), .noted("two")], at: Self.time)
      // A writer that died in the middle of a line.
      let torn = try UnsyncedFile(directory.journal)
      try torn.append(Array("{\"v\":1,\"n\":3,".utf8))
      let reading = try directory.read()
      #expect(reading.tornBytes == 13 && reading.canResume)
      let again = try directory.goOn(reading)
      try await again.append([.noted("three")], at: Self.time)
      let whole = try directory.read()
      #expect(whole.tornBytes == 0 && whole.canResume)
      #expect(whole.entries.map(\.record) == [.noted("one"), .noted("two"), .noted("three")])
    }
  }

  @Test func anotherProcessFollowsLineByLine() async throws {
    try await withDirectory { state in
      let (directory, journal) = try RunDirectory.create(in: state, at: Self.time)
      var follower = JournalFollower(directory.journal)
      #expect(try follower.next().isEmpty)
      try await journal.append([.noted("one")], at: Self.time)
      #expect(try follower.next().map(\.record) == [.noted("one")])
      #expect(try follower.next().isEmpty)
      try await journal.append([.noted("two"), .noted("three")], at: Self.time)
      let half = try UnsyncedFile(directory.journal)
      try half.append(Array("{\"v\":1".utf8))
      #expect(try follower.next().map(\.record) == [.noted("two"), .noted("three")])
      #expect(try follower.next().isEmpty)
      #expect(follower.latest?.state.sequence == 3)
    }
  }

  @Test func whatCannotBeGoneOnWithIsOneSentence() async throws {
    try await withDirectory { state in
      let (directory, journal) = try RunDirectory.create(in: state, at: Self.time)
      func said(_ body: () throws(JournalError) -> Void) -> String {
        do throws(JournalError) {
          try body()
          return "went on"
        } catch {
          return error.description
        }
      }
      #expect(
        said { () throws(JournalError) in _ = try directory.goOn(try directory.read()) }
          == "the run \(directory.id) ended before its first record. It changed nothing; start a new one.")
      try await journal.append([.noted("one"), .noted("two")], at: Self.time)
      let bytes = try Files.read(directory.journal)
      func changed(_ text: String, _ other: String) -> JournalReading {
        JournalReading(Array(String(decoding: bytes, as: UTF8.self).replacing(text, with: other).utf8))
      }
      #expect(
        said { () throws(JournalError) in _ = try directory.goOn(changed("two", "tow")) }
          == "line 2 of the journal of \(directory.id) does not match its checksum. It was changed after it had been "
          + "written, so nobody knows what was done: look at the servers. `redis-upgrade cleanup` works.")
      #expect(
        said { () throws(JournalError) in _ = try directory.goOn(changed("{\"v\":1,\"n\":2", "{\"v\":7,\"n\":2")) }
          == "line 2 of the journal of \(directory.id) has the format 7. A newer redis-upgrade wrote it: resume with "
          + "that one. `redis-upgrade cleanup` works.")
    }
  }

  /// A process of its own appends as fast as it can and is killed at a random instant; what it was told is durable
  /// has to be there, and the run has to go on.
  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func afterAKillEverythingThatWasAcknowledgedIsThere(seed: UInt64) async throws {
    try await withDirectory { state in
      var random = SeededGenerator(seed: seed)
      let microseconds = Int.random(in: 100...30_000, using: &random)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [state = state as String, microseconds = microseconds as Int] in
        let (directory, journal) = try RunDirectory.create(in: state, at: JournalTests.time)
        let acknowledged = try UnsyncedFile("\(directory.path)/acknowledged")
        let killer = try SystemThread(name: "kills") {
          let end = MonotonicTime.now + .microseconds(microseconds)
          while .now < end {}
          kill(getpid(), SIGKILL)
        }
        var number = 0
        while true {
          number += 1
          // Longer and longer pieces, so that kills fall into the middle of writes as well.
          let text = "\(number) " + String(repeating: "x", count: number * 97 % 9000)
          try await journal.append([.noted(text), .noted("\(number)")], at: JournalTests.time)
          try acknowledged.append([1])
        }
        killer.join()
      }
      let directory = try #require(try RunCatalogue(state).runs().first)
      let acknowledged = (try? Files.size("\(directory.path)/acknowledged")) ?? 0
      let reading = try directory.read()
      #expect(reading.entries.count >= 2 * acknowledged)
      #expect(reading.damage == nil && reading.limit == nil)
      for (index, entry) in reading.entries.enumerated() {
        guard case .noted(let text) = entry.record else { continue }
        #expect(text.split(separator: " ").first == "\(index / 2 + 1)")
      }
      guard !reading.isUnstarted else { return }
      try await directory.goOn(reading).append([.noted("on")], at: Self.time)
      #expect(try directory.read().entries.count == reading.entries.count + 1)
    }
  }
}

/// The asynchronous form of ``withDirectory(_:)-(_)``.
func withDirectory<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
  let name = String(UInt64.random(in: 0 ... .max), radix: 36)
  let path = "/tmp/upgrade-runtime-\(name)"
  try Files.makeDirectories(path)
  defer { try? Files.removeTree(path) }
  return try await body(path)
}
