// Who follows whom outside of clusters, in the order in which a person draws it.

/// The servers of one replication, each below the one that it follows.
package struct FollowerTree: Hashable, Sendable {
  package struct Row: Hashable, Sendable {
    package var node: NodeID
    /// 0 for the primary, and for whoever follows nobody that is known.
    package var depth: Int
    /// Bytes that it is behind the primary; nil for that one, and where one of the two has not been read.
    package var behind: Int?
  }

  package let rows: [Row]

  package init(of shard: Shard, setup: Setup, snapshot: Snapshot) {
    var followers: [NodeID: [NodeID]] = [:]
    var roots: [NodeID] = []
    let members = setup.nodesByAddress.map(\.id).filter(shard.members.contains)
    for node in members {
      if let upstream = snapshot[node].view?.pulse.replication.upstream,
        let source = setup.node(at: upstream.address, from: node), source != node, members.contains(source)
      {
        followers[source, default: []].append(node)
      } else {
        roots.append(node)
      }
    }
    let primary = snapshot.primary(of: shard)
    let offset = primary.flatMap { snapshot[$0].view?.pulse.replication.offset }
    var rows: [Row] = []
    var seen: Set<NodeID> = []
    func add(_ node: NodeID, _ depth: Int) {
      guard seen.insert(node).inserted else { return }
      let own = snapshot[node].view?.pulse.replication.upstream?.offset
      rows.append(Row(node: node, depth: depth, behind: offset.flatMap { offset in own.map { max(0, offset - $0) } }))
      for follower in followers[node] ?? [] { add(follower, depth + 1) }
    }
    if let primary { add(primary, 0) }
    for node in roots { add(node, 0) }
    // Who follows each other in a circle.
    for node in members { add(node, 0) }
    self.rows = rows
  }
}
