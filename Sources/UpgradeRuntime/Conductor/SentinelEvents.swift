// What a Sentinel tells of its own failover, while it is under way.

import Synchronization
import UpgradeCore

/// The events of one group, each with when it came.
final class SentinelEvents: Sendable {
  private struct Event {
    var name: String
    var milliseconds: Int64
  }
  private let group: String
  private let begun: Int64
  private let timekeeper: LoopTimekeeper
  private let events = Mutex<[Event]>([])
  private let heard = Mutex(false)
  private let news: @Sendable (SentinelEvent) -> Void

  init(
    _ group: String, begun: Int64, _ timekeeper: LoopTimekeeper, news: @escaping @Sendable (SentinelEvent) -> Void
  ) {
    self.news = news
    self.group = group
    self.begun = begun
    self.timekeeper = timekeeper
  }

  /// `pmessage * +switch-master orders 10.0.0.1 6379 10.0.0.2 6379`; of other groups, and of what comes and goes all the
  /// time, nothing is kept. Always true: there is more to come.
  func take(_ message: [String]) -> Bool {
    heard.withLock { $0 = true }
    guard message.count == 4, message[0] == "pmessage", Self.isOfFailover(message[2]),
      message[2] == "+new-epoch" || message[3].split(separator: " ").contains(group[...])
    else { return true }
    let now = timekeeper.now
    let event = Event(name: message[2], milliseconds: (now - begun) / 1_000_000)
    let isKept = events.withLock { events in
      guard events.count < 40 else { return false }
      events.append(event)
      return true
    }
    if isKept { news(SentinelEvent(message[2], message[3], at: Instant(nanoseconds: now))) }
    return true
  }

  private static func isOfFailover(_ name: String) -> Bool {
    let kinds = [
      "new-epoch", "try-failover", "elected-leader", "failover-", "selected-slave", "promoted-slave", "slave-reconf-",
      "switch-master", "convert-to-slave",
    ]
    return kinds.contains { name.dropFirst().hasPrefix($0) }
  }

  /// Whether it has said anything, if only that it will.
  var isHeard: Bool { heard.withLock { $0 } }

  /// Why the failover was given up, in the Sentinel's word.
  var givenUp: String? { events.withLock { $0.first { $0.name.hasPrefix("-failover-abort-") }?.name } }

  /// `+try-failover 3 ms, +elected-leader 40 ms, ...`
  var words: String {
    events.withLock { $0.map { "\($0.name) \($0.milliseconds) ms" }.joined(separator: ", ") }
  }
}
