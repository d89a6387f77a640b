// Time for the core, as the event loop and the system have it.

package import SystemIO
import UpgradeCore

/// The real clocks, and waiting on the event loop.
package struct LoopTimekeeper: Timekeeper {
  private let loop: EventLoop

  package init(_ loop: EventLoop) {
    self.loop = loop
  }

  package var now: Int64 { loop.now.nanoseconds }

  package var wallClock: Int64 { WallClock.milliseconds }

  package func sleep(nanoseconds: Int64) async throws(CancellationError) {
    try await loop.sleep(for: .nanoseconds(nanoseconds))
  }
}
