import SystemIO

extension Simulator {
  /// The services of one node: what stopping them and starting them again does to the cluster and its databases.
  package struct NodeServices: Sendable {
    let store: Store
    let node: Int

    package init(_ store: Store, node: Int) {
      self.store = store
      self.node = node
    }

    private var servers: ShardServers { ShardServers(store) }

    /// How long proxies are given to hear of a change before what they knew is taken away.
    private static let hearing = Duration.milliseconds(200)

    /// Stops them: replicated primaries hand over in order, then proxies and shards go.
    ///
    /// Whether the vendor's cluster hands over before it stops or fails over afterwards is not published; so a client
    /// of another node's proxy feels nothing here.
    package func stop() async throws(LabError) {
      let cluster = try store.read()
      guard cluster.node(node)?.isRunning == true else { return }
      for pair in cluster.successions(from: node) {
        try await servers.handOver(from: pair.primary, to: pair.replica)
        try await store.change { $0.swapRoles(with: pair.replica.id) }
      }
      try await store.change { $0.stopped(node: node, at: WallClock.milliseconds) }
      try? await store.loop.sleep(for: Self.hearing)
      for database in cluster.databases {
        for shard in database.shards where shard.node == node {
          try await servers.stop(shard, of: database, saves: keeps(database, in: cluster))
        }
      }
    }

    /// Starts the shards with the software that the state names, then says that the node is there.
    package func start() async throws(LabError) {
      let cluster = try store.read()
      for database in cluster.databases {
        // Primaries first: a replica waits for its own.
        for shard in database.shards.sorted(by: { $0.role == .primary && $1.role == .replica }) {
          guard shard.node == node, servers.process(of: shard) == nil else { continue }
          if database.isUnprotected, !keeps(database, in: cluster) { try servers.forget(shard) }
          let primary = shard.role == .replica ? database.partner(of: shard)?.port : nil
          try await servers.start(shard, of: database, following: primary)
          try await store.change { $0.change(shard: shard.id) { $0.starts += 1 } }
        }
      }
      try await store.change { cluster in
        cluster.started(node: node)
        guard cluster.node(node)?.has(.staysLoading) == true,
          let slow = cluster.shards.first(where: { $0.node == node })
        else { return }
        cluster.change(shard: slow.id) { $0.status = .loading }
      }
      try await awaitProxies()
    }

    /// Waits until the node's process has followed: whoever is told that the node is there finds it there.
    private func awaitProxies() async throws(LabError) {
      let cluster = try store.read()
      guard let address = cluster.node(node)?.address else { return }
      let ports = [cluster.restPort] + cluster.databases.filter { $0.endpoints.contains(node) }.map(\.port)
      let deadline = store.loop.now + .seconds(10)
      for port in ports {
        let place = Endpoint.tcp(host: address, port: port)
        while true {
          if let connection = try? await Connection.connect(to: place, on: store.loop, within: .seconds(1)) {
            connection.close()
            break
          }
          guard store.loop.now < deadline else {
            throw LabError(
              .notReady, "Nothing answers at \(place)", remedy: "See whether the process of node:\(node) lives.")
          }
          try? await store.loop.sleep(for: .milliseconds(10))
        }
      }
    }

    /// Nobody has published what an in-place upgrade of a node does to shards that keep nothing: here their data is
    /// kept over it, unless a fault takes it.
    private func keeps(_ database: Database, in cluster: Cluster) -> Bool {
      database.isUnprotected && cluster.node(node)?.has(.dataLost) != true
    }
  }
}
