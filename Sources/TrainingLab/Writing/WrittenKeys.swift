/// The keys that a writer uses on one shard, and what it knows to be on them.
struct WrittenKeys: Sendable {
  struct Counter: Sendable {
    /// What stands between braces in the names, so that their slot is known.
    let tag: String
    let slot: Int
    var acknowledged = 0
    /// The value of the last acknowledged `INCR`.
    var last = 0
    /// Acknowledged writes that a later reply showed to be gone.
    var gone = 0

    /// Acknowledged writes that are not there, given what is.
    ///
    /// What was missing on the way counts as well: writes that were done without an acknowledgement may stand in for
    /// lost ones at the end.
    func lost(present: Int) -> Int { max(gone + max(0, last - present), acknowledged - present) }
  }

  /// Seconds that an expiring key lives: longer than any run, so that a missing one is a lost one.
  static let lifetime = "86400"

  let prefix: String
  var counters: [Counter]
  /// For each expiring key the number that was last acknowledged on it; 0 before the first.
  var expiring: [Int] = []

  /// Spreads counters over a shard's slots, each on a slot of its own as long as there are enough.
  init(prefix: String, slots: [ClosedRange<Int>], counters count: Int) {
    self.prefix = prefix
    let width = slots.reduce(0) { $0 + $1.count }
    let wanted = max(1, min(count, width))
    counters = (0..<wanted).compactMap { index in
      // The middle of each of as many equal parts.
      var offset = (2 * index + 1) * width / (2 * wanted)
      for range in slots {
        if offset < range.count {
          let slot = range.lowerBound + offset
          return Counter(tag: SlotTags.tag(of: slot), slot: slot)
        }
        offset -= range.count
      }
      return nil
    }
  }

  func counterKey(_ index: Int) -> String { "\(prefix):{\(counters[index].tag)}:count" }

  func expiringKey(_ number: Int) -> String {
    "\(prefix):{\(counters[number % counters.count].tag)}:expiring:\(number)"
  }

  func expiringSlot(_ number: Int) -> Int { counters[number % counters.count].slot }

  /// Notes the reply of an `INCR`; one that is not above the last shows that the counter went back.
  mutating func acknowledge(counter index: Int, value: Int) {
    counters[index].gone += max(0, counters[index].last + 1 - value)
    counters[index].last = value
    counters[index].acknowledged += 1
  }

  mutating func acknowledge(expiring number: Int, value: Int) {
    while expiring.count <= number { expiring.append(0) }
    expiring[number] = value
  }
}

/// A short text for every slot, whose checksum is that slot.
enum SlotTags {
  static func tag(of slot: Int) -> String { String(tags[slot]) }

  private static let tags: [Int] = {
    var tags = Array(repeating: -1, count: ClusterShape.slotCount)
    var missing = tags.count
    var candidate = 0
    while missing > 0 {
      let slot = ForeignSlot.of(String(candidate))
      if tags[slot] < 0 {
        tags[slot] = candidate
        missing -= 1
      }
      candidate += 1
    }
    return tags
  }()
}
