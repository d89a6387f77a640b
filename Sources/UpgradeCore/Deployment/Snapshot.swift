// What is known of the deployment at one instant, with everything too old to act on already taken out.

/// The number of a journal record; the first is 1, and 0 means "before the run".
package typealias RecordNumber = Int

/// An instant of the monotonic clock, in nanoseconds; never stored beyond the process.
package struct Instant: Hashable, Comparable, Sendable {
  package var nanoseconds: Int64
  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }
  package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }
  package static func + (left: Instant, right: Duration) -> Instant {
    Instant(nanoseconds: left.nanoseconds + right.nanoseconds)
  }
  package static func - (left: Instant, right: Instant) -> Duration {
    .nanoseconds(left.nanoseconds - right.nanoseconds)
  }
}

extension Duration {
  /// Whole nanoseconds; a duration of this program is far below the 292 years that fit.
  package var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }
  package var seconds: Double { Double(nanoseconds) / 1e9 }
}

/// One layer of a reading, with the proof of how fresh it is.
///
/// Freshness is causal: `asOf` is the number of the machine's last record when this was *requested*.
package struct Layer<Value: Hashable & Sendable>: Hashable, Sendable {
  package var value: Value
  package var asOf: RecordNumber
  package var at: Instant
  package init(_ value: Value, asOf: RecordNumber, at: Instant) {
    self.value = value
    self.asOf = asOf
    self.at = at
  }
}

/// Why a node gave no reading.
package struct ReadingFailure: Error, Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// Nobody listens there: the only failure that means "down".
    case refused
    /// It connects but does not answer: perhaps loading, perhaps frozen.
    case mute
    /// It accepts connections and ends them without a reply: it is coming up, or about to be gone.
    case hungUp
    case loading
    case unauthorised
    /// Another node of a cluster answers at its address: it lost its name, and with it most likely its data.
    case stranger
    /// TLS with it does not come about, and not for want of time: a certificate, a name, no TLS at all.
    case untrusted
    case other
  }
  package var kind: Kind
  package var sentence: String
  package init(_ kind: Kind, _ sentence: String) {
    self.kind = kind
    self.sentence = sentence
  }
}

/// All that was read from one node, each layer with its own freshness; the volatile side of a run.
package struct NodeObservation: Hashable, Sendable {
  package var pulse: Layer<Pulse>?
  package var view: Layer<ClusterView>?
  /// The settings of the node that upgrade mode changes, by directive.
  package var settings: Layer<[String: String]>?
  package var inventory: Layer<Inventory>?
  /// Set by a failed attempt, cleared by a good one.
  package var failure: Layer<ReadingFailure>?
  package init() {}
}

/// One node in a snapshot.
package enum Reading: Hashable, Sendable {
  /// Not read since our last effect on it, or too long ago. Unknown is not healthy, and not "old" either.
  case unknown(String)
  /// Nobody listens there.
  case down(String)
  case up(NodeView)

  package var view: NodeView? {
    if case .up(let view) = self { view } else { nil }
  }

  package var isDown: Bool {
    if case .down = self { true } else { false }
  }
}

/// A node that answered, layer by layer; a layer that is missing or stale is nil.
package struct NodeView: Hashable, Sendable {
  package var pulse: Pulse
  package var cluster: ClusterView?
  package var settings: [String: String]?
  package var inventory: Inventory?
  /// Record numbers at the request of each layer, for rules that ask one node about another.
  package var pulseAsOf: RecordNumber
  package var clusterAsOf: RecordNumber
  package var ageOfPulse: Duration

  package init(
    pulse: Pulse, cluster: ClusterView?, settings: [String: String]?, inventory: Inventory?, pulseAsOf: RecordNumber,
    clusterAsOf: RecordNumber, ageOfPulse: Duration
  ) {
    self.pulse = pulse
    self.cluster = cluster
    self.settings = settings
    self.inventory = inventory
    self.pulseAsOf = pulseAsOf
    self.clusterAsOf = clusterAsOf
    self.ageOfPulse = ageOfPulse
  }

  package var role: Role { pulse.role }
  package var release: Release? { pulse.server.release }
}

/// One shard as it was at the start: its name, its slots and its members.
package struct Shard: Hashable, Sendable {
  package var id: ShardID
  package var slots: SlotSet
  package var members: [NodeID]
  package init(id: ShardID, slots: SlotSet, members: [NodeID]) {
    self.id = id
    self.slots = slots
    self.members = members
  }
}

/// The deployment at one instant; freshness has been applied while it was built, so no rule has to.
package struct Snapshot: Hashable, Sendable {
  package var nodes: [NodeID: Reading]
  package var shards: [Shard]
  package var addresses: [NodeID: Address]
  /// The number of our last intent or outcome on each node.
  package var touched: [NodeID: RecordNumber]
  /// Members at whose address another node answers; their reading is unknown.
  package var strangers: Set<NodeID>
  /// Nodes with which TLS does not come about, and why.
  package var untrusted: [NodeID: String]
  /// What a cluster of Redis Enterprise Software says as a whole; nil where nothing fresh is known of one.
  package var enterprise: Enterprise.Survey?

  package init(
    nodes: [NodeID: Reading], shards: [Shard], addresses: [NodeID: Address], touched: [NodeID: RecordNumber] = [:],
    strangers: Set<NodeID> = [], untrusted: [NodeID: String] = [:], enterprise: Enterprise.Survey? = nil
  ) {
    self.nodes = nodes
    self.shards = shards
    self.addresses = addresses
    self.touched = touched
    self.strangers = strangers
    self.untrusted = untrusted
    self.enterprise = enterprise
  }

  /// A node of Redis Enterprise Software, as the cluster's own report shows it; as a server it is unknown.
  package func member(_ node: NodeID) -> Enterprise.Node? {
    enterprise?.status.nodes.first { $0.id == Int(node.text) }
  }

  /// Whether anything fresh is known of a node, if only that it is down.
  package func isKnown(_ node: NodeID) -> Bool { !self[node].isUnknown || member(node) != nil }
  /// Whether a node gave a reading of its own.
  package func isRead(_ node: NodeID) -> Bool { self[node].view != nil || member(node) != nil }
  /// What a node runs; nil where it gave no reading, or runs what we cannot name.
  package func release(of node: NodeID) -> Release? {
    self[node].view?.release ?? member(node).map { Release($0.version) }
  }

  package subscript(node: NodeID) -> Reading { nodes[node] ?? .unknown("not read yet") }
  package func shard(of node: NodeID) -> Shard? { shards.first { $0.members.contains(node) } }
  package func shard(_ id: ShardID) -> Shard? { shards.first { $0.id == id } }
  package func address(_ node: NodeID) -> Address? { addresses[node] }

  /// What `speaker` says of itself, if it was asked after our last effect on every one of `objects`.
  package func pulse(of speaker: NodeID, about objects: NodeID...) -> Pulse? {
    guard let view = self[speaker].view, objects.allSatisfy({ touched[$0, default: 0] <= view.pulseAsOf }) else {
      return nil
    }
    return view.pulse
  }

  /// How `speaker` sees the cluster, if it was asked after our last effect on every one of `objects`.
  package func view(of speaker: NodeID, about objects: NodeID...) -> ClusterView? {
    guard let view = self[speaker].view, objects.allSatisfy({ touched[$0, default: 0] <= view.clusterAsOf }) else {
      return nil
    }
    return view.cluster
  }

  /// The member of the shard that says it is primary; nil where none or more than one does.
  package func primary(of shard: Shard) -> NodeID? {
    let primaries = shard.members.filter { self[$0].view?.role == .primary }
    return primaries.count == 1 ? primaries[0] : nil
  }

  /// The address under which other nodes list this node: hosts may be announced differently from how we reach them.
  package func announced(_ node: NodeID) -> Address? {
    if let own = self[node].view?.cluster?.member(node)?.address, !own.host.isEmpty { return own }
    return addresses[node]
  }
}
