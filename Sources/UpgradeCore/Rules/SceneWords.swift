// What rules share: who is in a scene, how things are named, and how values are put into words.

/// A node as a rule finds it.
enum Sight {
  case seen(NodeView)
  case unseen(String)
}

extension Scene {
  /// Every node that the setup or the snapshot names, by address.
  ///
  /// Sentinels are none: they hold no data, and have rules of their own.
  var members: [NodeID] {
    ordered(
      Set(snapshot.nodes.keys).union(setup.nodes.map(\.id)).subtracting(setup.sentinels), by: addresses)
  }

  /// The members, and whatever else any node lists as one of the cluster.
  var membersAndListed: [NodeID] {
    let members = members
    var listed: [NodeID: Address] = [:]
    for reading in snapshot.nodes.values {
      for member in reading.view?.cluster?.members ?? [] where !member.flags.contains(.handshake) {
        listed[member.id] = member.address
      }
    }
    for member in members { listed[member] = nil }
    return members + ordered(Set(listed.keys), by: listed)
  }

  private func ordered(_ nodes: Set<NodeID>, by addresses: [NodeID: Address]) -> [NodeID] {
    let nowhere = Address(host: "", port: 0)
    return nodes.map { (addresses[$0] ?? nowhere, $0) }.sorted { $0 < $1 }.map(\.1)
  }

  /// Where members are reached: those of the setup, else those of the snapshot.
  private var addresses: [NodeID: Address] {
    snapshot.addresses.merging(setup.nodes.map { ($0.id, $0.address) }) { _, ours in ours }
  }

  func address(_ node: NodeID) -> Address? {
    if let address = setup.node(node)?.address ?? snapshot.address(node) { return address }
    return snapshot.nodes.values.lazy.compactMap { $0.view?.cluster?.member(node)?.address }.first
  }

  func name(_ node: NodeID) -> String {
    if setup.enterprise != nil { return setup.address(node) }
    return address(node)?.description ?? String(node.text.prefix(8))
  }

  func name(_ object: ObjectID) -> String {
    if case .node(let node) = object { name(node) } else { setup.name(object) }
  }

  func names(_ nodes: [NodeID]) -> String {
    nodes.prefix(6).map(name).joined(separator: ", ") + (nodes.count > 6 ? " and \(nodes.count - 6) more" : "")
  }

  /// The nodes that an object is made of.
  func nodes(of object: ObjectID) -> [NodeID] {
    switch object {
    case .deployment, .database: return members
    case .node(let node): return [node]
    case .shard(let shard): return setup.shard(shard)?.members ?? []
    case .host(let host):
      let addresses = addresses
      return members.filter { addresses[$0]?.host == host || setup.host(of: $0) == host }
    }
  }

  /// The verdict on an object out of those on its nodes, without the ones that are being worked on.
  func together(_ object: ObjectID, _ judge: (NodeID) -> Verdict) -> Verdict {
    let nodes = nodes(of: object)
    guard !nodes.isEmpty else { return .unknown(why: "no node of \(name(object)) is known") }
    return Verdict.together(nodes.filter { !ignoring.contains($0) }.map(judge), of: "node")
  }

  func look(at node: NodeID) -> Sight {
    switch snapshot[node] {
    case .up(let view): .seen(view)
    case .down(let why): .unseen("\(name(node)) does not answer: \(why)")
    case .unknown(let why): .unseen("\(name(node)): \(why)")
    }
  }

  /// The releases that nodes run now; at the start those that they were found with.
  var releases: [NodeID: Release] {
    var releases: [NodeID: Release] = [:]
    for node in members { releases[node] = snapshot[node].view?.release ?? setup.node(node)?.release }
    return releases
  }

  /// What tells who is primary, to be looked at by a person.
  func whoIsPrimary(_ node: NodeID) -> String {
    setup.kind.isPlain
      ? "see who follows whom: " + paste(node, "INFO replication")
      : "see who owns its slots: " + paste(node, "CLUSTER NODES")
  }

  /// A line to paste: the client's name, the node, the command.
  func paste(_ node: NodeID, _ command: String) -> String {
    let program = snapshot[node].view?.pulse.server.product == .valkey ? "valkey-cli" : "redis-cli"
    return "\(setup.client(program, address(node))) \(command)"
  }

  /// Bytes a second that a primary writes into its stream; nil where no earlier reading is there to compare with.
  func writeRate(_ node: NodeID) -> Double? {
    guard let earlier, earlier.before > .zero, let now = snapshot[node].view?.pulse,
      let before = earlier.snapshot[node].view?.pulse, now.server.runID == before.server.runID,
      now.replication.offset >= before.replication.offset
    else { return nil }
    return Double(now.replication.offset - before.replication.offset) / earlier.before.seconds
  }
}

/// All views of a scene that were asked for after our last effect on any node, with what each node says of itself.
struct Panorama {
  let members: [NodeID]
  let views: [NodeID: ClusterView]
  let expected: Set<NodeID>
  /// The line that each speaker has of itself.
  let own: [NodeID: ClusterMember]

  init(_ scene: Scene) {
    members = scene.members
    expected = Set(members)
    let lastTouch = members.map { scene.snapshot.touched[$0, default: 0] }.max() ?? 0
    var views: [NodeID: ClusterView] = [:]
    var own: [NodeID: ClusterMember] = [:]
    for node in members {
      guard let view = scene.snapshot[node].view, view.clusterAsOf >= lastTouch, let cluster = view.cluster else {
        continue
      }
      views[node] = cluster
      own[node] = cluster.member(node)
    }
    self.views = views
    self.own = own
  }

  var topology: Topology { Topology(order: members, views: views) }
}

extension NodeView {
  /// How old the reading is, where that matters to a reader.
  var age: String {
    ageOfPulse < .seconds(1) ? "" : " (read \(Words.tenths(ageOfPulse.seconds)) s ago)"
  }
}

/// Numbers in words.
package enum Words {
  /// `812 bytes`, `4.2 kB`, `1.0 MB`, `3.7 GB`; decimal units.
  static func bytes(_ count: Int) -> String {
    switch abs(count) {
    case ..<10_000: count == 1 ? "1 byte" : "\(count) bytes"
    case ..<1_000_000: "\(tenths(Double(count) / 1e3)) kB"
    case ..<1_000_000_000: "\(tenths(Double(count) / 1e6)) MB"
    default: "\(tenths(Double(count) / 1e9)) GB"
    }
  }

  /// A whole number for a sentence; what is no number or beyond belief is as much as can be said.
  static func whole(_ value: Double) -> Int {
    let most = Double(InfoText.largestNumber)
    return value.isNaN ? InfoText.largestNumber : Int(min(max(value.rounded(), -most), most))
  }

  static func tenths(_ value: Double) -> String {
    let tenths = whole(value * 10)
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  /// `1 node`, `6 nodes`.
  package static func count(_ number: Int, _ noun: String) -> String {
    number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
  }
}
