// The conductor and a journal that cannot be written.

import Synchronization
import Testing
import UpgradeCore

@testable import UpgradeRuntime

@Suite struct ConductorTests {
  /// A world in which nothing happens but that records wait to be written.
  private final class StillWorld: Surroundings {
    var now: Instant { Instant(nanoseconds: 1_000_000_000) }
    var wallClock: Int64 { 0 }
    var written: [[Record]] = []
    func write(_ records: [Record]) { written.append(records) }
    func perform(_ effect: Effect) {}
    func read(_ node: NodeID, _ depth: ReadingDepth) {}
    func survey(_ depth: SurveyDepth) {}
    func wake(at instant: Instant) {}
    func changed() {}
  }

  private final class Replies: Sendable {
    private let heard = Mutex<[String]>([])
    func hearing(_ name: String) -> @Sendable (String?) -> Void {
      { said in self.heard.withLock { $0.append("\(name): \(said ?? "taken")") } }
    }
    var all: [String] { heard.withLock { $0 } }
  }

  private let world = StillWorld()
  private let replies = Replies()

  private func conductor() -> Conductor {
    Conductor(
      machine: UpgradeMachine { _, _, _ in .holds(saw: "") }, surroundings: world)
  }

  @Test func remarksAreWrittenOneByOneAndInTheirOrder() {
    let conductor = conductor()
    conductor.note("first", reply: replies.hearing("first"))
    conductor.note("second", reply: replies.hearing("second"))
    #expect(world.written == [[.noted("first")]] && replies.all == [])
    conductor.written(nil)
    #expect(world.written == [[.noted("first")], [.noted("second")]] && replies.all == ["first: taken"])
    conductor.written(nil)
    #expect(replies.all == ["first: taken", "second: taken"] && conductor.machine.state.sequence == 2)
  }

  /// Whoever waits for an answer would wait for ever.
  @Test func whenTheJournalCannotBeWrittenAllThatWaitsIsTold() {
    let conductor = conductor()
    conductor.note("first", reply: replies.hearing("first"))
    conductor.note("second", reply: replies.hearing("second"))
    conductor.handle(.tick, reply: replies.hearing("input"))
    conductor.written("the disk is full")
    #expect(replies.all == ["first", "second", "input"].map { "\($0): the disk is full" })
    conductor.note("third", reply: replies.hearing("third"))
    #expect(replies.all.last == "third: the disk is full" && world.written.count == 1)
    #expect(conductor.machine.state.sequence == 0, "nothing of it happened")
  }
}
