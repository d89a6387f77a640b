// How one node sees the whole cluster: its `CLUSTER NODES`, and its own settings that bear on an upgrade.

/// One node's picture of the cluster.
package struct ClusterView: Hashable, Sendable {
  /// Ascending by id, each id once.
  package private(set) var members: [ClusterMember]
  /// The node that spoke.
  package var myself: NodeID

  package init(members: [ClusterMember], myself: NodeID) {
    self.members = members.sorted { $0.id < $1.id }
    self.myself = myself
  }

  package func member(_ id: NodeID) -> ClusterMember? {
    let place = place(of: id)
    return place < members.count && members[place].id == id ? members[place] : nil
  }

  /// Puts a member in the place of the one with the same id, or adds it.
  package mutating func replace(_ member: ClusterMember) {
    let place = place(of: member.id)
    if place < members.count, members[place].id == member.id {
      members[place] = member
    } else {
      members.insert(member, at: place)
    }
  }

  /// The first place whose id is not below `id`: the text of a thousand nodes is asked a thousand times.
  private func place(of id: NodeID) -> Int {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// One line of `CLUSTER NODES`.
package struct ClusterMember: Hashable, Sendable {
  package enum Flag: String, Hashable, Sendable, CaseIterable {
    case myself
    case primary = "master"
    case replica = "slave"
    case possiblyFailing = "fail?"
    case failing = "fail"
    case handshake
    case noAddress = "noaddr"
    case noFailover = "nofailover"
    case noFlags = "noflags"
  }
  package var id: NodeID
  /// As announced; the host is empty where the node does not know its own address yet.
  package var address: Address
  package var busPort: Int
  package var hostname: String?
  package var flags: Set<Flag>
  package var primary: NodeID?
  package var configEpoch: Int
  /// The bus link from the speaker to this member; true for the speaker's own line.
  package var linkConnected: Bool
  package var slots: SlotSet
  package var openSlots: [OpenSlot]

  package var role: Role { flags.contains(.primary) ? .primary : .replica }
  package var looksHealthy: Bool {
    flags.isDisjoint(with: [.possiblyFailing, .failing, .handshake, .noAddress]) && linkConnected
  }
}

/// A slot in the middle of a migration.
package struct OpenSlot: Hashable, Sendable {
  package enum Direction: Hashable, Sendable { case migratingTo, importingFrom }
  package var slot: Int
  package var direction: Direction
  package var peer: NodeID
}
