// What clients of a database of Redis Enterprise Software felt, from a probe through each of its proxies.

/// One database. Times are in milliseconds, and count from the start of the probe.
package struct DatabaseMeasure: Hashable, Sendable {
  package var database: Int
  package var name: String
  /// The longest time without an answer from any proxy; what is going on counts.
  package var longest: Int
  /// For how long none has answered by now; nil where one serves, or nobody can say.
  package var away: Int?
  /// Acknowledged writes that were gone afterwards.
  package var lost: Int
  package var proxies: [ProxyMeasure]

  package init(database: Int, name: String, longest: Int, away: Int?, lost: Int, proxies: [ProxyMeasure]) {
    self.database = database
    self.name = name
    self.longest = longest
    self.away = away
    self.lost = lost
    self.proxies = proxies
  }

  /// Whether any proxy let the probe in.
  package var isMeasured: Bool { proxies.contains { $0.closed == nil } }

  /// `orders 826 ms`, the longest time without an answer, or why nobody knows.
  package var sentence: String {
    guard isMeasured else {
      return "\(name) not measured (\(proxies.compactMap(\.closed).first ?? "no proxy is listed"))"
    }
    return "\(name) \(longest) ms" + (lost > 0 ? " and \(lost) writes lost" : "")
  }
}

/// One proxy of a database.
package struct ProxyMeasure: Hashable, Sendable {
  package var node: Int
  package var address: Address
  /// How often it cut off or refused who called it, having served before.
  package var interruptions: Int
  /// The longest time without an answer from it.
  package var longest: Int
  /// For how long it has not served by now; nil: it serves.
  package var away: Int?
  /// Why it does not serve: `REFUSED`, `LOADING`.
  package var trouble: String?
  /// Why the probe is not let in; nothing is known of its clients then.
  package var closed: String?

  package init(
    node: Int, address: Address, interruptions: Int = 0, longest: Int = 0, away: Int? = nil, trouble: String? = nil,
    closed: String? = nil
  ) {
    self.node = node
    self.address = address
    self.interruptions = interruptions
    self.longest = longest
    self.away = away
    self.trouble = trouble
    self.closed = closed
  }
}
