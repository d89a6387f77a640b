/// How long to leave a server alone after failed attempts to connect: doubling, with an upper end.
///
/// It delays only the next command. Nothing connects by itself, and no command is ever sent a second time.
package struct ReconnectBackoff: Sendable, Hashable {
  /// The wait after the first failure; the second attempt after a *lost* connection is made at once.
  package var first: Duration
  package var longest: Duration

  private var failures = 0
  private var lastFailure: Int64 = 0

  package init(first: Duration = .milliseconds(50), longest: Duration = .seconds(1)) {
    self.first = first
    self.longest = longest
  }

  /// The monotonic nanosecond before which no attempt is made.
  package var notBefore: Int64 {
    guard failures > 0 else { return .min }
    let doublings = min(failures - 1, 30)
    let wait = first.boundedNanoseconds.multipliedReportingOverflow(by: 1 << Int64(doublings))
    let bounded = wait.overflow ? longest.boundedNanoseconds : min(wait.partialValue, longest.boundedNanoseconds)
    return lastFailure.addingReportingOverflow(bounded).partialValue
  }

  package mutating func failed(at now: Int64) {
    failures += 1
    lastFailure = now
  }

  package mutating func succeeded() {
    failures = 0
  }
}
