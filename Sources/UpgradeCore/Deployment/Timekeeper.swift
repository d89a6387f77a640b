/// What the core may know about time: a clock that only goes forward, a clock on the wall, and a way to wait.
///
/// The core has no clock of its own, so that a test can move time by hand. All waits and gates are measured on the
/// monotonic reading, which is never written down; the wall clock is for records and reports only.
package protocol Timekeeper: Sendable {
  /// Nanoseconds of a monotonic clock with an arbitrary zero: only differences mean something.
  var now: Int64 { get }

  /// Milliseconds since 1970-01-01 00:00 UTC, which may jump when somebody sets the clock.
  var wallClock: Int64 { get }

  /// Waits that many nanoseconds on the monotonic clock, not at all when there are none left.
  func sleep(nanoseconds: Int64) async throws(CancellationError)
}

extension Timekeeper {
  /// Waits for a duration on the monotonic clock.
  package func sleep(for duration: Duration) async throws(CancellationError) {
    try await sleep(nanoseconds: duration.boundedNanoseconds)
  }
}

extension Duration {
  /// The whole duration in nanoseconds, held at the ends of `Int64` (292 years) instead of trapping.
  package var boundedNanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    return carried ? (seconds < 0 ? .min : .max) : sum
  }
}
