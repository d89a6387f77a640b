// What rules share: who is in a scene, how things are named, and how values are put into words.

/// A node as a rule finds it.
enum Sight {
  case seen(NodeView)
  case unseen(String)
}

extension Scene {
  /// Every node of the deployment that the setup, the snapshot or any view knows, by address.
  var members: [NodeID] {
    var known = Set(snapshot.nodes.keys).union(setup.nodes.map(\.id))
    for reading in snapshot.nodes.values {
      for member in reading.view?.cluster?.members ?? [] where !member.flags.contains(.handshake) {
        known.insert(member.id)
      }
    }
    let nowhere = Address(host: "", port: 0)
    return known.map { (address($0) ?? nowhere, $0) }.sorted { $0 < $1 }.map(\.1)
  }

  func address(_ node: NodeID) -> Address? {
    if let address = setup.node(node)?.address ?? snapshot.address(node) { return address }
    return snapshot.nodes.values.lazy.compactMap { $0.view?.cluster?.member(node)?.address }.first
  }

  func name(_ node: NodeID) -> String { address(node)?.description ?? String(node.text.prefix(8)) }

  func name(_ object: ObjectID) -> String {
    if case .node(let node) = object { name(node) } else { setup.name(object) }
  }

  func names(_ nodes: [NodeID]) -> String {
    nodes.prefix(6).map(name).joined(separator: ", ") + (nodes.count > 6 ? " and \(nodes.count - 6) more" : "")
  }

  /// The nodes that an object is made of.
  func nodes(of object: ObjectID) -> [NodeID] {
    switch object {
    case .deployment: members
    case .node(let node): [node]
    case .shard(let shard): snapshot.shard(shard)?.members ?? []
    case .host(let host): members.filter { address($0)?.host == host }
    }
  }

  func look(at node: NodeID) -> Sight {
    switch snapshot[node] {
    case .up(let view): .seen(view)
    case .down(let why): .unseen("\(name(node)) does not answer: \(why)")
    case .unknown(let why): .unseen("\(name(node)): \(why)")
    }
  }

  /// The node's own view of the cluster, where it is fresh with respect to every node.
  func clusterViews() -> [NodeID: ClusterView] {
    let all = members
    var views: [NodeID: ClusterView] = [:]
    for node in all { views[node] = snapshot.view(of: node, aboutAll: all) }
    return views
  }

  /// The releases that nodes run now; at the start those that they were found with.
  var releases: [NodeID: Release] {
    var releases: [NodeID: Release] = [:]
    for node in members { releases[node] = snapshot[node].view?.release ?? setup.node(node)?.release }
    return releases
  }

  /// A line to paste: the client's name, the node, the command.
  func paste(_ node: NodeID, _ command: String) -> String {
    let program = snapshot[node].view?.pulse.server.product == .valkey ? "valkey-cli" : "redis-cli"
    guard let address = address(node) else { return "\(program) \(command)" }
    return "\(program) -h \(address.host) -p \(address.port) \(command)"
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

extension Snapshot {
  /// How `speaker` sees the cluster, if it was asked after our last effect on every one of `objects`.
  package func view(of speaker: NodeID, aboutAll objects: some Swift.Sequence<NodeID>) -> ClusterView? {
    guard let view = self[speaker].view, objects.allSatisfy({ touched[$0, default: 0] <= view.clusterAsOf }) else {
      return nil
    }
    return view.cluster
  }
}

extension NodeView {
  /// How old the reading is, where that matters to a reader.
  var age: String {
    ageOfPulse < .seconds(1) ? "" : " (read \(Words.tenths(ageOfPulse.seconds)) s ago)"
  }
}

/// Numbers in words.
enum Words {
  /// `812 bytes`, `4.2 kB`, `1.0 MB`, `3.7 GB`; decimal units.
  static func bytes(_ count: Int) -> String {
    switch abs(count) {
    case ..<10_000: count == 1 ? "1 byte" : "\(count) bytes"
    case ..<1_000_000: "\(tenths(Double(count) / 1e3)) kB"
    case ..<1_000_000_000: "\(tenths(Double(count) / 1e6)) MB"
    default: "\(tenths(Double(count) / 1e9)) GB"
    }
  }

  static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))"
  }

  static func count(_ number: Int, _ noun: String) -> String { number == 1 ? "1 \(noun)" : "\(number) \(noun)s" }
}
