// All nodes' views laid together: the shards of the cluster, and where two views differ.

/// The structure of a cluster, each fact taken from the node that it is about, where that one answered.
struct Topology {
  /// Every member's own line, or that of the first other speaker.
  let lines: [NodeID: ClusterMember]
  private let order: [NodeID]

  /// `order` is the order of all members for whatever has no better one.
  init(order: [NodeID], views: [NodeID: ClusterView]) {
    self.order = order
    let speakers = order.compactMap { views[$0] }
    var lines: [NodeID: ClusterMember] = [:]
    for id in order {
      lines[id] = views[id]?.member(id) ?? speakers.lazy.compactMap { $0.member(id) }.first
    }
    self.lines = lines
  }

  /// One shard for each primary, `s1` to `sN` by lowest slot, primaries without slots last.
  var shards: [Shard] {
    let primaries = order.filter { lines[$0]?.role == .primary }
    var followers: [NodeID: [NodeID]] = [:]
    for id in order where lines[id]?.role == .replica {
      if let root = root(of: id) { followers[root, default: []].append(id) }
    }
    let places = Dictionary(uniqueKeysWithValues: primaries.enumerated().map { ($1, $0) })
    let sorted = primaries.sorted { left, right in
      (lines[left]?.slots.lowest ?? SlotSet.count, places[left] ?? 0)
        < (lines[right]?.slots.lowest ?? SlotSet.count, places[right] ?? 0)
    }
    return sorted.enumerated().map { index, primary in
      Shard(
        id: ShardID(index + 1), slots: lines[primary]?.slots ?? SlotSet(),
        members: [primary] + followers[primary, default: []])
    }
  }

  /// The primary at the end of a chain of replicas; nil where there is none, or where the chain bites its tail.
  private func root(of id: NodeID) -> NodeID? {
    var seen: Set<NodeID> = [id]
    var current = id
    while let next = lines[current]?.primary, let line = lines[next], seen.insert(next).inserted {
      if line.role == .primary { return next }
      current = next
    }
    return nil
  }
}

/// One point in which a node sees another differently from how that other sees itself, or sees it unwell.
package struct ViewDifference: Hashable, Sendable {
  package enum Aspect: String, Hashable, Sendable {
    case absent, surplus, role, primary, slots, epoch, flags, link
  }
  package var speaker: NodeID
  package var subject: NodeID
  package var aspect: Aspect
  /// What the speaker says.
  package var saw: String
  /// What it should say.
  package var expected: String

  /// How `speaker`'s view differs from what the members say of themselves.
  ///
  /// `own` is the line that each member has of itself, where it was read; `expecting` are all members; `ignoring` are
  /// those whose state is being changed just now, whose health and links prove nothing.
  package static func of(
    _ speaker: NodeID, _ view: ClusterView, own ownLines: [NodeID: ClusterMember], expecting: Set<NodeID>,
    ignoring: Set<NodeID> = []
  ) -> [ViewDifference] {
    var found: [ViewDifference] = []
    func note(_ subject: NodeID, _ aspect: Aspect, _ saw: String, _ expected: String) {
      found.append(
        ViewDifference(speaker: speaker, subject: subject, aspect: aspect, saw: saw, expected: expected))
    }
    if view.members.count(where: { expecting.contains($0.id) }) < expecting.count {
      for id in expecting.sorted() where view.member(id) == nil { note(id, .absent, "not listed", "listed") }
    }
    for line in view.members {
      guard expecting.contains(line.id) else {
        note(line.id, .surplus, line.flagText, "not listed")
        continue
      }
      if let own = ownLines[line.id] {
        // After a hand-over the others learn by gossip that the old primary is a replica now, long after they have
        // learnt whose its slots are: while it is in hand, only its slots and its epoch count.
        let isInHand = ignoring.contains(line.id)
        if !isInHand, line.role != own.role {
          note(line.id, .role, line.role.rawValue, own.role.rawValue)
        } else if !isInHand, line.role == .replica, line.primary != own.primary {
          note(line.id, .primary, "\(line.primary?.text ?? "nobody")", "\(own.primary?.text ?? "nobody")")
        }
        if line.slots != own.slots { note(line.id, .slots, "\(line.slots)", "\(own.slots)") }
        if line.role == .primary, own.role == .primary, line.configEpoch != own.configEpoch {
          note(line.id, .epoch, "\(line.configEpoch)", "\(own.configEpoch)")
        }
      }
      guard !ignoring.contains(line.id), !ignoring.contains(speaker) else { continue }
      if !line.flags.isDisjoint(with: ClusterMember.unwell) { note(line.id, .flags, line.flagText, "no such flag") }
      if line.id != speaker, !line.linkConnected { note(line.id, .link, "disconnected", "connected") }
    }
    return found
  }
}

extension ClusterMember {
  /// Flags that no member of a healthy cluster has.
  static let unwell: Set<Flag> = [.possiblyFailing, .failing, .handshake, .noAddress, .noFlags]

  /// As servers write them, in one order.
  var flagText: String { Flag.allCases.filter(flags.contains).map(\.rawValue).joined(separator: ",") }
}
