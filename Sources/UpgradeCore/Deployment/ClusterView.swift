// How one node sees the whole cluster: its `CLUSTER NODES`, and its own settings that bear on an upgrade.

/// One node's picture of the cluster.
package struct ClusterView: Hashable, Sendable {
  package var members: [ClusterMember]
  /// The node that spoke.
  package var myself: NodeID

  package func member(_ id: NodeID) -> ClusterMember? { members.first { $0.id == id } }
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
