// What one Sentinel says of itself and of the group that a run is about: read with its pulse.

/// One Sentinel's account of the servers that it watches under one name.
package struct SentinelView: Hashable, Sendable {
  /// The group itself, out of `SENTINEL MASTER`.
  package struct Group: Hashable, Sendable {
    /// Where it says that the primary is.
    package var address: Address
    /// `master`, and beside it `s_down`, `o_down`, `disconnected`, `failover_in_progress`, ...
    package var flags: Set<String>
    package var quorum: Int
    package var epoch: Int
    package var downAfter: Duration
    package var failoverTimeout: Duration
    package var parallelSyncs: Int
    /// `notification-script` and `client-reconfig-script`, where there are any.
    package var scripts: [String]
  }
  /// One line of `SENTINEL REPLICAS`.
  package struct Replica: Hashable, Sendable {
    package var address: Address
    package var flags: Set<String>
    /// `slave-priority`, as the replica's `INFO` said it up to ten seconds ago.
    package var priority: Int
    package var isLinked: Bool
  }
  /// One line of `SENTINEL SENTINELS`.
  package struct Peer: Hashable, Sendable {
    package var address: Address
    package var runID: String
    package var flags: Set<String>
  }
  /// Another name that it watches.
  package struct Other: Hashable, Sendable {
    package var name: String
    package var address: Address
    /// How many of each it knows of that group, `num-slaves` and `num-other-sentinels`.
    package var replicas: Int
    package var sentinels: Int
    package init(name: String, address: Address, replicas: Int, sentinels: Int) {
      self.name = name
      self.address = address
      self.replicas = replicas
      self.sentinels = sentinels
    }
  }

  /// nil where it does not know the name.
  package var group: Group?
  package var replicas: [Replica] = []
  package var peers: [Peer] = []
  package var others: [Other] = []
  /// What `SENTINEL CKQUORUM` answered: nil where it agrees, else its words.
  package var quorumFault: String?
  /// In tilt mode it does nothing but look.
  package var isTilted = false
  package var scriptsWaiting = 0

  package init() {}

  /// The line of a replica at an address.
  package func replica(at address: Address) -> Replica? { replicas.first { $0.address == address } }
}
