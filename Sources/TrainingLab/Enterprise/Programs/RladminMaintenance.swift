// `rladmin node ID maintenance_mode` and `snapshot list`: shards moved away and back again.

import SystemIO

extension Simulator.Rladmin {
  func onNode(_ cluster: Simulator.Cluster) async throws(Refusal) {
    let words = call.words
    guard words.count > 3, let id = Int(words[1]) else { throw Self.usage }
    guard let node = cluster.node(id) else { throw Refusal(Phrase.noNode(words[1])) }
    switch (words[2], words[3]) {
    case ("maintenance_mode", "on"):
      guard node.isInMaintenance || hasQuorum(without: id, cluster) else {
        throw Refusal(Phrase.maintenanceQuorum())
      }
      try await turnOn(id, node)
    case ("maintenance_mode", "off"): try await turnOff(id, node)
    case ("snapshot", "list"):
      call.say("Name  Node  Time")
      for snapshot in node.maintenance + node.snapshots {
        call.say("\(snapshot.name)  \(id)  \(Simulator.RestAPI.time(snapshot.taken, between: "T"))Z")
      }
    default: throw Self.usage
    }
  }

  /// Other nodes in maintenance do not count against it (redis/docs, clusters/maintenance-mode.md).
  private func hasQuorum(without id: Int, _ cluster: Simulator.Cluster) -> Bool {
    cluster.running.filter { $0.id != id }.count * 2 > cluster.nodes.count
  }

  private func turnOn(_ id: Int, _ node: Simulator.Node) async throws(Refusal) {
    let now = WallClock.milliseconds
    call.say("Performing maintenance_on action on node:\(id): 0%")
    let time = Simulator.RestAPI.time(now, between: "_").map { $0 == ":" ? "-" : $0 }
    let name = "maintenance_mode_\(String(time))"
    let shards = try state().shards.filter { $0.node == id }
    let snapshot = Simulator.Snapshot(
      name: name, taken: now, shards: shards.map(\.id), primaries: shards.filter { $0.role == .primary }.map(\.id),
      endpoints: try state().databases.filter { $0.endpoints.contains(id) }.map(\.id))
    // Activations stack; only the first one takes a snapshot.
    let kept = node.maintenance.last ?? snapshot
    if node.maintenance.isEmpty { call.say("created snapshot NodeSnapshot<name=\(name),time=None,node_uid=\(id)>") }
    try await change { cluster in
      cluster.change(node: id) {
        $0.maintenance.append(kept)
        $0.isQuorumOnly = true
      }
    }
    call.say(["", "node:\(id) will not accept any more shards"])
    try await handOverAll(of: id)
    try await change { cluster in
      for shard in cluster.shards where shard.node == id {
        guard let place = cluster.refuge(of: shard) else { continue }
        cluster.change(shard: shard.id) { $0.node = place }
      }
      cluster.rebind(from: id)
    }
    call.say(["Performing maintenance_on action on node:\(id): 100%", "OK"])
  }

  private func handOverAll(of id: Int) async throws(Refusal) {
    for pair in try state().successions(from: id) {
      try await real { servers throws(LabError) in try await servers.handOver(from: pair.primary, to: pair.replica) }
      try await change { $0.swapRoles(with: pair.replica.id) }
    }
  }

  private func real(_ body: (Simulator.ShardServers) async throws(LabError) -> Void) async throws(Refusal) {
    do throws(LabError) {
      try await body(Simulator.ShardServers(call.store))
    } catch {
      throw Refusal(error)
    }
  }

  private func turnOff(_ id: Int, _ node: Simulator.Node) async throws(Refusal) {
    guard let snapshot = node.maintenance.last else {
      throw Refusal("ERROR: node:\(id) is not in maintenance mode")
    }
    let zero = "Performing maintenance_off action on node:\(id): 0%"
    call.say(zero)
    let time = Simulator.RestAPI.time(snapshot.taken, between: "T")
    call.say("Found snapshot: NodeSnapshot<name=\(snapshot.name),time=\(time)Z,node_uid=\(id)>")
    if node.maintenance.count == 1, !call.words.contains("skip_shards_restore") {
      for shard in snapshot.shards {
        call.say([zero, "migrate redis:\(shard) to node:\(id): executing"])
        try await change { $0.change(shard: shard) { $0.node = id } }
        call.say([zero, "migrate redis:\(shard) to node:\(id): finished"])
      }
      for shard in snapshot.primaries {
        let now = try state()
        guard let replica = now.shard(shard), replica.role == .replica,
          let primary = now.databases.first(where: { $0.shards.contains(replica) })?.partner(of: replica)
        else { continue }
        call.say("failover redis:\(shard): executing")
        try await real { servers throws(LabError) in try await servers.handOver(from: primary, to: replica) }
        try await change { $0.swapRoles(with: shard) }
        call.say("failover redis:\(shard): finished")
      }
    }
    try await change { cluster in
      cluster.change(node: id) {
        $0.maintenance.removeLast()
        $0.isQuorumOnly = $0.isInMaintenance
      }
      cluster.restore(snapshot, on: id)
    }
    call.say(["Performing maintenance_off action on node:\(id): 100%", "OK"])
  }
}

extension Simulator.Cluster {
  /// Where a shard can go to: the emptiest running node that takes shards and has none of the same slots.
  func refuge(of shard: Simulator.Shard) -> Int? {
    let partner = databases.first { $0.shards.contains { $0.id == shard.id } }?.partner(of: shard)
    return running.filter { !$0.isQuorumOnly && $0.id != shard.node && $0.id != partner?.node }
      .min { one, other in shards.filter { $0.node == one.id }.count < shards.filter { $0.node == other.id }.count }?.id
  }

  /// Endpoints that are bound to one node only leave a node without shards.
  mutating func rebind(from node: Int) {
    for index in databases.indices where databases[index].proxyPolicy == .single {
      databases[index].endpoints.removeAll { $0 == node }
    }
    bindEndpoints()
  }

  mutating func restore(_ snapshot: Simulator.Snapshot, on node: Int) {
    for index in databases.indices
    where databases[index].proxyPolicy == .single && snapshot.endpoints.contains(databases[index].id) {
      databases[index].endpoints = [node]
    }
    bindEndpoints()
  }
}
