// For a loop that polls descriptors on a thread of its own: a wake-up from elsewhere, and the poll.

import CSystem
import Glibc

/// A descriptor that becomes readable when somebody calls `signal()`, from any thread.
package final class WakeUp: Sendable {
  private let event: Descriptor

  package init() throws(SystemError) {
    event = Descriptor(try checked(csystem_eventfd(), "make", "a wake-up descriptor"))
  }

  /// The descriptor to poll; owned by this object.
  package var descriptor: Int32 { event.number }

  /// Makes the descriptor readable; many signals before one `drain` are one.
  package func signal() { csystem_eventfd_signal(event.number) }

  /// Makes it unreadable again; true when there had been a signal.
  @discardableResult
  package func drain() -> Bool { csystem_eventfd_drain(event.number) > 0 }
}

/// What `poll(2)` found about one descriptor.
package struct Readiness: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// A read would not block.
  package static let readable = Readiness(rawValue: 1)
  /// The other end is gone: a terminal hung up, a pipe's last writer closed. Data may still wait.
  package static let hangUp = Readiness(rawValue: 2)
  /// The descriptor is in an error state, or not open at all.
  package static let failed = Readiness(rawValue: 4)
}

/// Waits until one of the descriptors is readable or hung up; without `within`, for ever.
///
/// Answers one readiness per descriptor, in order; all empty when the time is up. Blocks the calling thread.
package func waitReadable(_ descriptors: [Int32], within bound: Duration? = nil) throws(SystemError) -> [Readiness] {
  try poll(descriptors, events: Int16(POLLIN), within: bound)
}

func poll(_ descriptors: [Int32], events: Int16, within bound: Duration?) throws(SystemError) -> [Readiness] {
  let deadline = bound.map { MonotonicTime.now + $0 }
  var entries = descriptors.map { pollfd(fd: $0, events: events, revents: 0) }
  while true {
    var milliseconds: Int32 = -1
    if let deadline {
      let left = max(0, (deadline - .now).nanoseconds)
      milliseconds = Int32(clamping: left / 1_000_000 + (left % 1_000_000 == 0 ? 0 : 1))
    }
    let count = unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
    if count >= 0 { break }
    if errno != EINTR { throw SystemError(.init(errno), "wait for", "descriptors") }
  }
  return entries.map { entry in
    var readiness: Readiness = []
    if entry.revents & Int16(POLLIN | POLLOUT) != 0 { readiness.insert(.readable) }
    if entry.revents & Int16(POLLHUP) != 0 { readiness.insert(.hangUp) }
    if entry.revents & Int16(POLLERR | POLLNVAL) != 0 { readiness.insert(.failed) }
    return readiness
  }
}
