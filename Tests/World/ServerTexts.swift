// What a simulated server prints: the same text as a real one of its version, for the real readers.

import UpgradeCore

extension SimulatedCluster {
  /// `INFO`, with the fields of the server's version that anybody here reads.
  func info(_ node: SimulatedNode) -> String {
    guard let process = node.process else { return "" }
    let release = process.release
    let isSeven = release.product == .valkey || release.version >= Version(7, 0, 0)
    var text = "# Server\r\n"
    if release.product == .valkey {
      text +=
        "redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:\(release.version)\r\nserver_mode:cluster\r\n"
    } else {
      text += "redis_version:\(release.version)\r\nredis_mode:cluster\r\n"
    }
    text += """
      process_id:\(process.id)\r
      run_id:\(process.runID)\r
      tcp_port:\(node.port)\r
      uptime_in_seconds:\(Int((now - process.startedAt).seconds))\r
      executable:/opt/\(release)/bin/redis-server\r
      config_file:/etc/redis/\(node.port).conf\r
      \r
      # Clients\r
      connected_clients:4\r
      blocked_clients:0\r
      \r
      # Memory\r
      used_memory:2611848\r
      used_memory_rss:5443584\r
      maxmemory:0\r
      maxmemory_policy:noeviction\r
      \r
      # Persistence\r
      loading:\(process.isLoading ? 1 : 0)\r

      """
    if isSeven { text += "async_loading:0\r\n" }
    text += """
      rdb_changes_since_last_save:0\r
      rdb_bgsave_in_progress:\(process.isSaving ? 1 : 0)\r
      rdb_last_save_time:\(process.lastSaveTime)\r
      rdb_last_bgsave_status:\(process.lastSaveSucceeded ? "ok" : "err")\r
      rdb_last_cow_size:286720\r

      """
    if isSeven { text += "rdb_saves:\(process.saves)\r\n" }
    text += """
      aof_enabled:\(scenario.appendOnly ? 1 : 0)\r
      aof_rewrite_in_progress:0\r
      aof_rewrite_scheduled:0\r
      aof_last_bgrewrite_status:ok\r
      aof_last_write_status:ok\r
      module_fork_in_progress:0\r
      \r
      # Stats\r
      instantaneous_ops_per_sec:10\r
      sync_full:\(process.fullSyncs)\r
      sync_partial_ok:\(process.partialSyncs)\r
      sync_partial_err:0\r
      unexpected_error_replies:0\r
      \r
      # Replication\r

      """
    text += replication(node, process)
    text += """
      repl_backlog_active:1\r
      repl_backlog_size:1048576\r
      \r
      # Cluster\r
      cluster_enabled:1\r
      \r
      # Keyspace\r
      db0:keys=\(1000 + process.data.writes.count),expires=0,avg_ttl=0\r

      """
    return text
  }

  private func replication(_ node: SimulatedNode, _ process: ServerProcess) -> String {
    var text = ""
    if node.claim.role == .primary {
      text += "role:master\r\n"
      let followers = nodes.filter { $0.claim.primary == node.place && $0.process != nil }.filter { follower in
        switch follower.process?.link {
        case .up, .syncing: true
        default: false
        }
      }
      text += "connected_slaves:\(followers.count)\r\n"
      for (number, follower) in followers.enumerated() {
        let state = follower.process?.link == .up ? "online" : "send_bulk"
        let offset = follower.process?.link == .up ? follower.process?.data.offset ?? 0 : 0
        text +=
          "slave\(number):ip=\(follower.address.host),port=\(follower.port),state=\(state),offset=\(offset),lag=0\r\n"
      }
    } else {
      let primary = node.claim.primary.map { nodes[$0] }
      let isUp = process.link == .up
      text += """
        role:slave\r
        master_host:\(primary?.address.host ?? "?")\r
        master_port:\(primary?.port ?? 0)\r
        master_link_status:\(isUp ? "up" : "down")\r
        master_last_io_seconds_ago:\(isUp ? 0 : -1)\r
        master_sync_in_progress:\(process.link == .syncing ? 1 : 0)\r
        slave_repl_offset:\(process.data.offset)\r
        slave_read_only:1\r
        connected_slaves:0\r

        """
      if case .down(let since) = process.link {
        text += "master_link_down_since_seconds:\(Int((now - since).seconds))\r\n"
      }
    }
    let earlier = process.data.earlier
    text += """
      master_replid:\(process.data.history)\r
      master_replid2:\(earlier?.history ?? String(repeating: "0", count: 40))\r
      master_repl_offset:\(process.data.offset)\r
      second_repl_offset:\(earlier.map { 1001 + 60 * $0.count } ?? -1)\r

      """
    return text
  }

  /// `CLUSTER INFO`.
  func clusterInfo(_ node: SimulatedNode) -> String {
    let state = state(by: node)
    return """
      cluster_state:\(state.isOK ? "ok" : "fail")\r
      cluster_slots_assigned:\(state.assigned)\r
      cluster_slots_ok:\(state.assigned - state.possiblyFailing - state.failing)\r
      cluster_slots_pfail:\(state.possiblyFailing)\r
      cluster_slots_fail:\(state.failing)\r
      cluster_known_nodes:\(nodes.count)\r
      cluster_size:\(state.owners)\r
      cluster_current_epoch:\(node.epoch)\r
      cluster_my_epoch:\(epoch(of: node.claim, seenBy: node))\r

      """
  }

  /// A replica shows the epoch of its primary.
  private func epoch(of claim: Claim, seenBy node: SimulatedNode) -> Int {
    guard claim.role == .replica, let primary = claim.primary else { return claim.epoch }
    return primary == node.place ? node.claim.epoch : node.peers[primary].claim.epoch
  }

  /// `CLUSTER NODES`, the speaker's own line first.
  func clusterNodes(_ node: SimulatedNode) -> String {
    var text = line(node, claim: node.claim, flag: "myself,", isLinked: true, seenBy: node)
    for other in nodes where other !== node {
      let peer = node.peers[other.place]
      var failure = ""
      if peer.failingSince != nil { failure = ",fail" } else if peer.isPossiblyFailing { failure = ",fail?" }
      let isLinked = other.process != nil && other.busCutUntil <= now
      text += line(other, claim: peer.claim, flag: "", isLinked: isLinked, seenBy: node, failure: failure)
    }
    return text
  }

  private func line(
    _ node: SimulatedNode, claim: Claim, flag: String, isLinked: Bool, seenBy speaker: SimulatedNode,
    failure: String = ""
  ) -> String {
    let role = claim.role == .primary ? "master" : "slave"
    let primary = claim.primary.map { nodes[$0].id.text } ?? "-"
    let slots = claim.slots.map { " \(shards[$0].slots)" } ?? ""
    return "\(node.id) \(node.address)@\(node.port + 10000) \(flag)\(role)\(failure) \(primary) 0 0 "
      + "\(epoch(of: claim, seenBy: speaker)) \(isLinked ? "connected" : "disconnected")\(slots)\n"
  }
}
