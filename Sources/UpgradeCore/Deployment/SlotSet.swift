// A set of hash slots, kept as ascending ranges.

/// Some of the 16,384 hash slots of a cluster.
package struct SlotSet: Hashable, Sendable, CustomStringConvertible {
  /// Ascending, apart from each other by at least one slot.
  package private(set) var ranges: [ClosedRange<Int>]

  package static let count = 16384
  package static let all = SlotSet([0...(count - 1)])

  package init(_ ranges: [ClosedRange<Int>] = []) {
    self.ranges = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
  }

  private mutating func append(_ range: ClosedRange<Int>) {
    if let last = ranges.last, range.lowerBound <= last.upperBound + 1 {
      ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    } else {
      ranges.append(range)
    }
  }

  package var isEmpty: Bool { ranges.isEmpty }
  package var count: Int { ranges.reduce(0) { $0 + $1.count } }
  package var lowest: Int? { ranges.first?.lowerBound }
  package func contains(_ slot: Int) -> Bool { ranges.contains { $0.contains(slot) } }
  package func union(_ other: SlotSet) -> SlotSet { SlotSet(ranges + other.ranges) }

  package func subtracting(_ other: SlotSet) -> SlotSet { missing.union(other).missing }

  /// The slots of a whole cluster that are not in this set.
  package var missing: SlotSet {
    var result: [ClosedRange<Int>] = []
    var next = 0
    for range in ranges {
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next < SlotSet.count { result.append(next...(SlotSet.count - 1)) }
    return SlotSet(result)
  }

  /// As servers write it: `0-5460 7000`; `none` where empty.
  package var description: String {
    guard !ranges.isEmpty else { return "none" }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: " ")
  }
}
