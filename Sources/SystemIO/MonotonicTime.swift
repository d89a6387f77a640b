// The two clocks: one that only counts forward, one that tells the time of day.

import Glibc

/// An instant of `CLOCK_MONOTONIC`: good for bounds and ages of one boot, never written to disk.
package struct MonotonicTime: Comparable, Hashable, Sendable {
  /// Nanoseconds since some instant before the start.
  package var nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The present instant.
  package static var now: MonotonicTime { MonotonicTime(nanoseconds: nanosecondsOf(CLOCK_MONOTONIC)) }

  package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Never overflows: what lies beyond is the farthest instant there is.
  package static func + (time: Self, span: Duration) -> Self {
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(span.nanoseconds)
    if overflow { return MonotonicTime(nanoseconds: span < .zero ? .min : .max) }
    return MonotonicTime(nanoseconds: sum)
  }

  package static func - (time: Self, span: Duration) -> Self { time + (.zero - span) }

  package static func - (later: Self, earlier: Self) -> Duration {
    .nanoseconds(later.nanoseconds) - .nanoseconds(earlier.nanoseconds)
  }
}

/// The time of day: for people and records, never for measuring, since it may jump.
package enum WallClock {
  /// Milliseconds since 1970-01-01T00:00:00Z (`CLOCK_REALTIME`).
  package static var milliseconds: Int64 { nanosecondsOf(CLOCK_REALTIME) / 1_000_000 }

  /// The next moment after `start` at which a clock of this host's time zone shows that time of day, in milliseconds
  /// since 1970; on a day that skips it (summer time begins), the moment that `mktime` takes for it.
  package static func next(hour: Int, minute: Int, after start: Int64 = WallClock.milliseconds) -> Int64 {
    var seconds = time_t(start / 1000)
    var today = unsafe tm()
    unsafe localtime_r(&seconds, &today)
    unsafe today.tm_hour = Int32(hour)
    unsafe today.tm_min = Int32(minute)
    unsafe today.tm_sec = 0
    unsafe today.tm_isdst = -1
    var tomorrow = unsafe today
    let first = Int64(unsafe mktime(&today)) * 1000
    if first > start { return first }
    unsafe tomorrow.tm_mday += 1
    return Int64(unsafe mktime(&tomorrow)) * 1000
  }
}

extension Duration {
  /// Whole nanoseconds, held within what 64 bits can say (292 years).
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    if overflow { return seconds < 0 ? .min : .max }
    let (sum, overflowed) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
    if overflowed { return seconds < 0 ? .min : .max }
    return sum
  }
}

private func nanosecondsOf(_ clock: clockid_t) -> Int64 {
  var time = timespec()
  unsafe clock_gettime(clock, &time)
  return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Bytes that nobody can guess, from the kernel's generator.
package func randomBytes(_ count: Int) -> [UInt8] {
  var generator = SystemRandomNumberGenerator()
  return (0..<max(0, count)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
