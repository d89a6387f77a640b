import SystemIO

extension Simulator {
  /// The cluster's machine that upgrades a database: its shards restart on another server.
  ///
  /// With replication the replicas go first and take over, so that clients wait for a moment at most; without, the
  /// database is down for its restart, and empty after it where nothing was kept.
  struct DatabaseUpgrade: Sendable {
    let store: Store
    /// The action's identifier.
    let id: String

    private var servers: ShardServers { ShardServers(store) }
    /// For commands that are on their way to a server whose role has just gone to another one.
    private static let hearing = Duration.milliseconds(200)

    /// Runs it to its end and keeps the outcome in the state.
    func run() async throws(LabError) {
      let note = try ProcessNote(in: store)
      defer { note.remove() }
      guard let action = try store.read().actions.first(where: { $0.id == id }), action.isRunning,
        let upgrade = action.upgrade, let database = try store.read().database(action.database ?? 0)
      else { return }
      do throws(LabError) {
        try await enter("init")
        if database.hasReplication, !upgrade.forcesDiscard {
          try await inTurn(database, upgrade)
        } else {
          try await atOnce(database, upgrade)
        }
        let full = Bundles.full(upgrade.version)
        try await store.change { cluster in
          cluster.change(database: database.id) { $0.version = full }
          cluster.change(action: id) {
            $0.status = .completed
            $0.progress = 100
          }
        }
      } catch {
        try await store.change { cluster in
          cluster.change(action: id) {
            $0.status = .failed
            $0.error = error.what
          }
        }
      }
    }

    private func enter(_ state: String) async throws(LabError) {
      try await store.change { cluster in
        cluster.change(action: id) {
          $0.status = .active
          $0.state = state
          $0.states.append(state)
          $0.progress = min(95, $0.progress + 15)
        }
      }
    }

    // MARK: - With replication

    private func inTurn(_ database: Database, _ upgrade: Upgrade) async throws(LabError) {
      try await enter("check_slaves")
      for shard in database.shards where shard.status != .ok || shard.sync != .idle {
        throw LabError(.notReady, "redis:\(shard.id) is not in sync", remedy: "Wait until it is.")
      }
      try await enter("prepare")
      for replica in database.shards where replica.role == .replica {
        try await restart(replica.id, of: database.id, on: upgrade.version)
      }
      try await enter("stop_forwarding")
      for primary in database.primaries { try await handOver(from: primary.id, of: database.id) }
      try await enter("start_wd")
      try? await store.loop.sleep(for: Self.hearing)
      try await enter("wait_for_version")
      for primary in database.primaries { try await restart(primary.id, of: database.id, on: upgrade.version) }
      guard upgrade.preservesRoles else { return }
      try await enter("second_failover")
      for primary in database.primaries {
        guard let partner = database.partner(of: primary) else { continue }
        try await handOver(from: partner.id, of: database.id)
      }
    }

    private func handOver(from shard: Int, of database: Int) async throws(LabError) {
      guard let now = try store.read().database(database), let primary = now.shards.first(where: { $0.id == shard }),
        let replica = now.partner(of: primary)
      else { return }
      try await servers.handOver(from: primary, to: replica)
      try await store.change { $0.swapRoles(with: replica.id) }
    }

    // MARK: - Without

    private func atOnce(_ database: Database, _ upgrade: Upgrade) async throws(LabError) {
      let loses = upgrade.forcesDiscard || database.isUnprotected
      try await enter("wait_for_version")
      for shard in database.shards {
        try await restart(shard.id, of: database.id, on: upgrade.version, keeping: !loses)
      }
      try await enter("configure_shards")
    }

    /// Stops a shard's server and starts it anew on another version, with its role of now.
    private func restart(
      _ id: Int, of databaseID: Int, on version: String, keeping: Bool = true
    ) async throws(LabError) {
      let full = Bundles.full(version)
      try await store.change { $0.change(shard: id) { $0.status = .down } }
      try? await store.loop.sleep(for: .milliseconds(50))
      let cluster = try store.read()
      guard let database = cluster.database(databaseID), var shard = database.shards.first(where: { $0.id == id })
      else { return }
      try await servers.stop(shard, of: database, saves: false)
      if !keeping || cluster.node(shard.node)?.has(.filesLost) == true { try servers.forget(shard) }
      shard.version = full
      let primary = shard.role == .replica ? database.partner(of: shard)?.port : nil
      try await servers.start(shard, of: database, following: primary)
      try await store.change { cluster in
        cluster.change(shard: id) {
          $0.status = .ok
          $0.version = full
          $0.starts += 1
        }
      }
    }
  }
}
