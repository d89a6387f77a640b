// Deadlines: their order, their cancellation, and sleeps on the loop.

import Testing

@testable import SystemIO

@Suite struct TimerTests {
  /// Actions that write their name to a log.
  private struct Actions {
    let log = Log<Int>()
    func action(_ name: Int) -> @Sendable () -> Void {
      { [log] in log.add(name) }
    }
    func run(_ due: [@Sendable () -> Void]) -> [Int] {
      let before = log.elements.count
      for action in due { action() }
      return Array(log.elements[before...])
    }
  }

  private func at(_ nanoseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

  @Test func deadlinesComeInOrderAndEqualOnesInTheOrderTheyWereSet() {
    var queue = TimerQueue()
    let log = Actions()
    for (name, deadline) in [(1, 30), (2, 10), (3, 20), (4, 10), (5, 10)] as [(Int, Int64)] {
      _ = queue.add(at: at(deadline), log.action(name))
    }
    #expect(queue.soonest == at(10))
    #expect(log.run(queue.takeDue(at: at(9))) == [])
    #expect(log.run(queue.takeDue(at: at(10))) == [2, 4, 5])
    #expect(log.run(queue.takeDue(at: at(100))) == [3, 1])
    #expect(queue.soonest == nil)
  }

  @Test func aCancelledDeadlineNeverComes() {
    var queue = TimerQueue()
    let log = Actions()
    let first = queue.add(at: at(10), log.action(1))
    _ = queue.add(at: at(20), log.action(2))
    queue.cancel(first)
    queue.cancel(first)
    #expect(queue.soonest == at(20))
    #expect(log.run(queue.takeDue(at: at(30))) == [2])
    queue.cancel(first)
    #expect(queue.count == 0)
  }

  @Test func manyDeadlinesAgreeWithASortedList() {
    var queue = TimerQueue()
    let log = Actions()
    var expected: [(deadline: Int64, name: Int)] = []
    var tokens: [Int: TimerQueue.Token] = [:]
    var generator = Seeded(state: 7)
    for name in 0..<5000 {
      let deadline = Int64.random(in: 0..<1000, using: &generator)
      tokens[name] = queue.add(at: at(deadline), log.action(name))
      expected.append((deadline, name))
    }
    for name in 0..<5000 where name % 3 != 0 {
      if let token = tokens[name] { queue.cancel(token) }
    }
    expected = expected.filter { $0.name % 3 == 0 }
    #expect(queue.count == expected.count)
    expected.sort { ($0.deadline, $0.name) < ($1.deadline, $1.name) }
    #expect(log.run(queue.takeDue(at: at(1000))) == expected.map(\.name))
  }

  /// The same numbers in every run.
  private struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 33)
    }
  }

  @Test func sleepersWakeInTheOrderOfTheirDeadlines() async throws {
    let order = try await onLoop { loop -> [Int] in
      let log = Log<Int>()
      let start = loop.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for delay in [30, 10, 20, 0, -5] {
          group.addTask {
            try await loop.sleep(until: start + .milliseconds(delay))
            #expect(loop.now >= start + .milliseconds(delay))
            log.add(delay)
          }
        }
        try await group.waitForAll()
      }
      return log.elements
    }
    #expect(order.suffix(3) == [10, 20, 30])
    #expect(Set(order.prefix(2)) == [0, -5])
  }

  @Test func aSleepThatWasSetFromOutsideWakesASleepingLoop() async throws {
    try await withLoop { loop in
      // The loop waits for ever, or for a far deadline, when the near one is set.
      let far = Task { try? await loop.sleep(for: .seconds(600)) }
      try await loop.sleep(for: .milliseconds(5))
      far.cancel()
      _ = await far.value
    }
  }

  @Test func aCancelledSleepEndsAtOnce() async throws {
    try await withLoop { loop in
      let sleeper = Task(executorPreference: loop) { () -> Bool in
        do {
          try await loop.sleep(for: .seconds(600))
          return false
        } catch {
          return loop.isOnLoop
        }
      }
      await waitUntil { loop.waitingCount == 1 }
      sleeper.cancel()
      #expect(await sleeper.value)
      #expect(loop.waitingCount == 0)
      let cancelledBefore = Task { () -> Bool in
        unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
        return (try? await loop.sleep(for: .seconds(600))) == nil
      }
      #expect(await cancelledBefore.value)
    }
  }

  @Test(arguments: [
    (Duration.seconds(1), Int64(1_000_000_000)), (.nanoseconds(-3), -3), (.zero, 0),
    (.seconds(Int64.max), .max), (.seconds(Int64.min), .min), (.milliseconds(1500), 1_500_000_000),
  ])
  func durationsInNanoseconds(span: Duration, expected: Int64) {
    #expect(span.nanoseconds == expected)
  }

  @Test func instantsNeverOverflow() {
    let start = MonotonicTime(nanoseconds: 100)
    #expect(start + .seconds(Int64.max) == MonotonicTime(nanoseconds: .max))
    #expect(start - .seconds(1) < start)
    #expect((start + .milliseconds(2)) - start == .milliseconds(2))
    #expect(MonotonicTime(nanoseconds: .min) - .seconds(1) == MonotonicTime(nanoseconds: .min))
  }

  /// A time of day is the next one that comes, in this host's own zone.
  @Test(arguments: [(0, 0), (2, 30), (12, 0), (23, 59)])
  func theNextTimeOfDay(_ hour: Int, _ minute: Int) async throws {
    let start: Int64 = 1_795_305_723_456
    let moment = WallClock.next(hour: hour, minute: minute, after: start)
    #expect(moment > start && moment - start <= 25 * 3_600_000)
    #expect(moment % 60_000 == 0)
    let loop = try EventLoop(name: "time of day")
    defer { loop.stop() }
    let shown = try await Task(executorPreference: loop) {
      try await ChildProcess.run(.shell("date -d @\(moment / 1000) +%-H:%-M"), on: loop, within: .seconds(10))
    }.value
    #expect(String(decoding: shown.output, as: UTF8.self) == "\(hour):\(minute)\n")
    // A minute that has just begun is over.
    #expect(WallClock.next(hour: hour, minute: minute, after: moment) > moment)
  }
}
