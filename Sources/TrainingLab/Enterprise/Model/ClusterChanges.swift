// What the cluster makes of itself when nodes go and come: who leads, who serves, which proxies listen.

extension Simulator.Cluster {
  package mutating func change(node id: Int, _ body: (inout Simulator.Node) -> Void) {
    guard let index = nodes.firstIndex(where: { $0.id == id }) else { return }
    body(&nodes[index])
  }

  package mutating func change(database id: Int, _ body: (inout Simulator.Database) -> Void) {
    guard let index = databases.firstIndex(where: { $0.id == id }) else { return }
    body(&databases[index])
  }

  package mutating func change(shard id: Int, _ body: (inout Simulator.Shard) -> Void) {
    for index in databases.indices {
      guard let place = databases[index].shards.firstIndex(where: { $0.id == id }) else { continue }
      body(&databases[index].shards[place])
    }
  }

  package mutating func change(action id: String, _ body: (inout Simulator.Action) -> Void) {
    guard let index = actions.firstIndex(where: { $0.id == id }) else { return }
    body(&actions[index])
  }

  /// The replica takes over from the primary of the same slots.
  package mutating func swapRoles(with replica: Int) {
    guard let database = databases.first(where: { $0.shards.contains { $0.id == replica } }),
      let shard = database.shards.first(where: { $0.id == replica }), shard.role == .replica,
      let partner = database.partner(of: shard)
    else { return }
    change(shard: replica) { $0.role = .primary }
    change(shard: partner.id) { $0.role = .replica }
    bindEndpoints()
  }

  /// The shards of a node that another one can take over from, as they are when it stops: pairs of primary and replica.
  package func successions(from node: Int) -> [(primary: Simulator.Shard, replica: Simulator.Shard)] {
    databases.flatMap { database in
      database.primaries.filter { $0.node == node }.compactMap { primary in
        guard let replica = database.partner(of: primary), replica.status == .ok, replica.sync == .idle,
          self.node(replica.node)?.isRunning == true
        else { return nil }
        return (primary, replica)
      }
    }
  }

  /// The services of a node are gone, and with them its shards and proxies.
  package mutating func stopped(node id: Int, at now: Int64) {
    change(node: id) {
      $0.isRunning = false
      $0.downSince = now
    }
    for shard in shards where shard.node == id { change(shard: shard.id) { $0.status = .down } }
    elect()
    bindEndpoints()
  }

  /// They are back.
  package mutating func started(node id: Int) {
    change(node: id) {
      $0.isRunning = true
      $0.downSince = nil
    }
    for shard in shards where shard.node == id { change(shard: shard.id) { $0.status = .ok } }
    elect()
    bindEndpoints()
  }

  /// A new primary where the old one is down, or runs older software than a node that came back: the newest, then the
  /// lowest. How the vendor's cluster chooses is not published.
  package mutating func elect() {
    let willing = running.filter { !$0.has(.notThePrimary) }
    let best = (willing.isEmpty ? running : willing).max { one, other in
      one.version == other.version ? one.id > other.id : one.version < other.version
    }
    guard let best else { return }
    if let holder = (willing.isEmpty ? running : willing).first(where: { $0.id == primary }),
      holder.version >= best.version
    {
      return
    }
    primary = best.id
  }

  /// Binds every endpoint to the proxies that its policy asks for; one without any keeps its node and waits for it.
  package mutating func bindEndpoints() {
    let running = Set(self.running.map(\.id))
    for index in databases.indices {
      let database = databases[index]
      let serving = database.primaries.filter { running.contains($0.node) && $0.status != .down }.map(\.node)
      var bound: [Int]
      switch database.proxyPolicy {
      case .allNodes: bound = running.sorted()
      case .allPrimaryShards: bound = Set(serving).sorted()
      case .single:
        bound = database.endpoints.filter(running.contains)
        if bound.isEmpty { bound = serving.prefix(1).map { $0 } }
      }
      if bound.isEmpty { bound = database.endpoints }
      if bound.isEmpty { bound = database.primaries.prefix(1).map(\.node) }
      databases[index].endpoints = Array(bound)
    }
  }
}
