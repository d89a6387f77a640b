package import UpgradeCore

/// Who serves which slot, as a client learns it from `CLUSTER SLOTS`.
package struct SlotMap: Equatable, Sendable {
  package struct Range: Equatable, Sendable {
    package let slots: ClosedRange<Int>
    package let primary: Address
  }

  /// By lowest slot.
  package private(set) var ranges: [Range]

  package init(ranges: [Range]) {
    self.ranges = ranges.sorted { $0.slots.lowerBound < $1.slots.lowerBound }
  }

  /// Reads the reply; nil where it is none.
  ///
  /// - Parameter asked: the host that was asked, which stands for an empty one (a node that does not know its own).
  package init?(_ reply: ForeignReply, asked: String) {
    guard let rows = reply.elements else { return nil }
    var ranges: [Range] = []
    for row in rows {
      guard let fields = row.elements, fields.count >= 3, let first = fields[0].number, let last = fields[1].number,
        (0...last).contains(first), last < ClusterShape.slotCount, let node = fields[2].elements, node.count >= 2,
        let port = node[1].number
      else { return nil }
      let host = node[0].text ?? ""
      ranges.append(Range(slots: first...last, primary: Address(host: host.isEmpty ? asked : host, port: port)))
    }
    self.init(ranges: ranges)
  }

  package func primary(ofSlot slot: Int) -> Address? {
    ranges.first { $0.slots.contains(slot) }?.primary
  }

  /// Where a redirection points: `MOVED 866 127.0.0.1:17001` or `ASK 866 127.0.0.1:17001`.
  package static func redirection(_ line: String, asked: String) -> (slot: Int, address: Address)? {
    let words = line.split(separator: " ")
    guard words.count >= 3, let slot = Int(words[1]) else { return nil }
    // A node that does not know its own host leaves it out: `MOVED 866 :17001` (redis 7.0 cluster.c).
    if words[2].hasPrefix(":"), let port = Int(words[2].dropFirst()) {
      return (slot, Address(host: asked, port: port))
    }
    return Address(words[2]).map { (slot, $0) }
  }
}
