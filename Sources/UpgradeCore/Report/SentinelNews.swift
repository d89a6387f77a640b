// What a Sentinel tells of a failover while it is under way, for whoever looks on.

/// One of its events, as it was heard; it comes from the network, so it is short and harmless.
package struct SentinelEvent: Hashable, Sendable {
  /// `+switch-master`
  package var name: String
  /// Whom it is about: `slave 10.0.0.2:6379`, `orders 10.0.0.1 6379 10.0.0.2 6379`.
  package var about: String
  package var at: Instant

  private static let longestName = 40
  private static let longestText = 80

  /// - Parameter message: what came with it; where it is about one instance, that one is kept of it (redis
  ///   src/sentinel.c, `sentinelEvent`: type, name, address, `@` and the group).
  package init(_ name: String, _ message: String, at: Instant) {
    self.name = PrintableBytes.escape(name.utf8, limit: Self.longestName)
    let words = message.split(separator: " ")
    let isInstance = words.first.map { ["master", "slave", "sentinel"].contains($0) } ?? false
    let kept = isInstance ? words.prefix(2).joined(separator: " ") : message
    about = PrintableBytes.escape(kept.utf8, limit: Self.longestText)
    self.at = at
  }

  package var words: String { about.isEmpty ? name : "\(name) \(about)" }

  /// Worth a line of its own where nothing is drawn over; the others are about every single replica.
  package var isMilestone: Bool {
    ["+try-failover", "+elected-leader", "+selected-slave", "+promoted-slave", "+switch-master"].contains(name)
      || name.hasPrefix("-failover-abort-")
  }
}

extension RunPicture {
  private static let mostNews = 8
  private static let oldestNews = Duration.seconds(600)

  package mutating func hear(_ event: SentinelEvent) {
    sentinelNews.append(event)
    if sentinelNews.count > Self.mostNews { sentinelNews.removeFirst(sentinelNews.count - Self.mostNews) }
  }

  /// What is still news, oldest first.
  package var freshSentinelNews: [SentinelEvent] { sentinelNews.filter { now - $0.at < Self.oldestNews } }
}
