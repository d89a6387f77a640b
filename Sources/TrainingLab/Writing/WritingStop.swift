import Synchronization
package import SystemIO

/// Tells writers to stop after the command in flight.
///
/// Not a cancelled task: that would tear the very command whose reply is being counted.
package final class WritingStop: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  package var isRequested: Bool { flag.load(ordering: .relaxed) }

  package func request() { flag.store(true, ordering: .relaxed) }

  /// Sleeps until an instant or, within some hundredth of a second, until the stop.
  package func sleep(until deadline: MonotonicTime, on loop: EventLoop) async {
    while !isRequested, loop.now < deadline {
      try? await loop.sleep(until: min(deadline, loop.now + .milliseconds(50)))
    }
  }
}
