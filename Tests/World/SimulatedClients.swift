// Clients that write all the while, each with a slot map of its own, and never try a write twice.

import UpgradeCore

/// Two clients for every shard: one that writes often, and one that comes by now and then.
final class SimulatedClients {
  private let cluster: SimulatedCluster
  private let agenda: Agenda
  private let witness: Witness
  private var next: [Int]
  /// Where each client believes the primary of its shard to be.
  private var maps: [[Int]]
  private var stalledSince: [Instant?]

  private static let rhythms: [Duration] = [.milliseconds(100), .milliseconds(430)]

  init(_ cluster: SimulatedCluster, _ agenda: Agenda, _ witness: Witness) {
    self.cluster = cluster
    self.agenda = agenda
    self.witness = witness
    let shards = cluster.shards.count
    next = Array(repeating: 1, count: shards)
    maps = Self.rhythms.map { _ in Array(0..<shards) }
    stalledSince = Array(repeating: nil, count: shards)
    for shard in 0..<shards {
      for client in Self.rhythms.indices { wait(client, shard) }
    }
  }

  private func wait(_ client: Int, _ shard: Int) {
    agenda.after(Self.rhythms[client]) { [unowned self] in
      wait(client, shard)
      call(client, shard, redirects: 0)
    }
  }

  /// Whether anybody would still come to this node.
  func areCalling(_ node: SimulatedNode) -> Bool {
    maps.contains { $0.contains(node.place) }
  }

  private func call(_ client: Int, _ shard: Int, redirects: Int) {
    let node = cluster.nodes[maps[client][shard]]
    let now = agenda.now
    guard let process = node.process else {
      witness.clientError("a closed connection at \(node.port)", by: node.endedBy)
      return learn(client, shard, not: node)
    }
    if node.isFrozen(now) { return stall(shard) }
    if process.isLoading {
      witness.clientError("LOADING at \(node.port)", by: node.endedBy)
      return learn(client, shard, not: node)
    }
    guard node.claim.slots == shard else {
      guard redirects < 3 else { return witness.clientError("too many redirections", by: .cluster) }
      let place =
        node.claim.role == .replica && node.claim.primary != nil
          && node.peers[node.claim.primary ?? 0].claim.slots == shard
        ? node.claim.primary : cluster.nodes.indices.first { $0 != node.place && node.peers[$0].claim.slots == shard }
      guard let place else {
        return witness.clientError("CLUSTERDOWN Hash slot not served at \(node.port)", by: .cluster)
      }
      node.process?.movedCalls += 1
      maps[client][shard] = place
      return call(client, shard, redirects: redirects + 1)
    }
    guard cluster.state(by: node).isOK else {
      return witness.clientError("CLUSTERDOWN at \(node.port)", by: now < process.servesFrom ? node.endedBy : .cluster)
    }
    if let until = process.pausedUntil, until > now { return stall(shard) }
    if let since = stalledSince[shard] {
      witness.stalled(now - since)
      stalledSince[shard] = nil
    }
    let write = Write(number: next[shard], at: now)
    next[shard] += 1
    node.process?.data.writes.append(write)
    witness.acknowledge(write, shard: shard, by: node, cluster)
  }

  private func stall(_ shard: Int) {
    if stalledSince[shard] == nil { stalledSince[shard] = agenda.now }
  }

  /// After an error a client asks any other node for the map.
  private func learn(_ client: Int, _ shard: Int, not node: SimulatedNode) {
    guard let speaker = cluster.nodes.first(where: { $0 !== node && $0.isOnBus(agenda.now) }) else { return }
    if speaker.claim.slots == shard {
      maps[client][shard] = speaker.place
    } else if let place = cluster.nodes.indices.first(where: { speaker.peers[$0].claim.slots == shard }) {
      maps[client][shard] = place
    }
  }
}
