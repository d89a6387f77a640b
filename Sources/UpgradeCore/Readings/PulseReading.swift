// `INFO` and `CLUSTER INFO` made into a `Pulse`.

extension Reader {
  /// One node's own account of itself.
  ///
  /// `info` is the whole default `INFO`; `clusterInfo` is the reply to `CLUSTER INFO`, nil where it was not asked.
  /// A field that every version since 4.0 prints must be there; one of a later version must be there from that
  /// version on, since an absent `loading` is not a `0`.
  package static func pulse(info text: String, clusterInfo: String? = nil) throws(ReadingError) -> Pulse {
    let info = InfoText(text)
    let product = try product(info)
    do {
      return try pulse(info, product, clusterInfo)
    } catch {
      // Another product need not print what ours do: its name says more than the field that it lacks.
      throw product.product == nil ? ReadingError("INFO", product.name, .stranger) : error
    }
  }

  private static func pulse(
    _ info: InfoText, _ product: (name: String, product: Product?, version: String), _ clusterInfo: String?
  ) throws(ReadingError) -> Pulse {
    // The default order ends with the key space: without its heading the reply was cut off, or is not a whole one.
    guard info.sections.contains("keyspace") || info["redis_mode"] == "sentinel" else {
      throw ReadingError("INFO", "the section Keyspace", .cutOff)
    }
    let server = try serverFacts(info, product)
    let (keys, expiring) = try keyCounts(info)
    return Pulse(
      server: server, replication: try replication(info), persistence: try persistence(info, of: server),
      memory: try memory(info), statistics: try statistics(info), keys: keys, expiringKeys: expiring,
      cluster: try clusterInfo.map { text throws(ReadingError) in try Self.clusterInfo(text) })
  }

  /// The reply to `CLUSTER INFO`.
  package static func clusterInfo(_ text: String) throws(ReadingError) -> ClusterInfo {
    let info = InfoText(text, command: "CLUSTER INFO")
    let state = try info.text("cluster_state")
    guard state == "ok" || state == "fail" else {
      throw ReadingError("CLUSTER INFO", "cluster_state", .unexpected(state))
    }
    return ClusterInfo(
      isOK: state == "ok", slotsAssigned: try info.number("cluster_slots_assigned"),
      slotsOK: try info.number("cluster_slots_ok"), slotsPossiblyFailing: try info.number("cluster_slots_pfail"),
      slotsFailing: try info.number("cluster_slots_fail"), knownNodes: try info.number("cluster_known_nodes"),
      size: try info.number("cluster_size"), currentEpoch: try info.number("cluster_current_epoch"),
      myEpoch: try info.number("cluster_my_epoch"),
      linksCut: try info.numberIfPrinted("total_cluster_links_buffer_limit_exceeded"))
  }

  private static func serverFacts(
    _ info: InfoText, _ product: (name: String, product: Product?, version: String)
  ) throws(ReadingError) -> ServerFacts {
    // Valkey 8 prints `server_mode` in the place of `redis_mode`, unless extended-redis-compatibility is on.
    guard let mode = info["redis_mode"] ?? info["server_mode"] else {
      throw ReadingError("INFO", "redis_mode", .missing)
    }
    guard mode != "sentinel" else { throw ReadingError("INFO", "redis_mode", .unexpected("sentinel")) }
    return ServerFacts(
      name: product.name, product: product.product, version: Version(product.version), versionText: product.version,
      mode: String(mode),
      runID: try info.text("run_id"), processID: try info.number("process_id"), port: try info.number("tcp_port"),
      uptimeSeconds: try info.number("uptime_in_seconds"), executable: String(info["executable"] ?? ""),
      configFile: String(info["config_file"] ?? ""))
  }

  private static func replication(_ info: InfoText) throws(ReadingError) -> Replication {
    let role: Role
    switch try info.text("role") {
    case "master": role = .primary
    case "slave": role = .replica
    case let other: throw ReadingError("INFO", "role", .unexpected(other))
    }
    return Replication(
      role: role, offset: try info.number("master_repl_offset"), replicationID: try info.text("master_replid"),
      secondOffset: try info.number("second_repl_offset"), backlogActive: try info.flag("repl_backlog_active"),
      backlogBytes: try info.number("repl_backlog_size"), replicas: try replicaLines(info),
      upstream: role == .replica ? try upstream(info) : nil,
      failover: info["master_failover_state"].flatMap { FailoverState(rawValue: String($0)) })
  }

  /// `slave0:ip=127.0.0.1,port=6380,state=online,offset=362,lag=0`, and whatever newer servers append.
  private static func replicaLines(_ info: InfoText) throws(ReadingError) -> [ReplicaLine] {
    var lines: [ReplicaLine] = []
    for (name, value) in info.fields {
      guard name.isNumbered("slave") else { continue }
      let parts = InfoParts(value)
      guard let host = parts["ip"], let port = parts.number("port"), let state = parts["state"],
        let offset = parts.number("offset"), let age = parts.number("lag")
      else { throw ReadingError("INFO", String(name), .unexpected(String(value))) }
      lines.append(
        ReplicaLine(
          address: Address(host: String(host), port: port), state: String(state), offset: offset,
          acknowledgedSecondsAgo: age))
    }
    return lines
  }

  private static func upstream(_ info: InfoText) throws(ReadingError) -> Upstream {
    let link = try info.text("master_link_status")
    guard link == "up" || link == "down" else {
      throw ReadingError("INFO", "master_link_status", .unexpected(link))
    }
    return Upstream(
      address: Address(host: try info.text("master_host"), port: try info.number("master_port")), linkUp: link == "up",
      syncInProgress: try info.flag("master_sync_in_progress"), offset: try info.number("slave_repl_offset"),
      lastIOSecondsAgo: try info.number("master_last_io_seconds_ago"),
      downSeconds: try info.numberIfPrinted("master_link_down_since_seconds"),
      readOnly: try info.flag("slave_read_only"))
  }

  private static func persistence(_ info: InfoText, of server: ServerFacts) throws(ReadingError) -> Persistence {
    Persistence(
      loading: try info.flag("loading"),
      asyncLoading: try flag("async_loading", since: Version(7, 0, 0), info, of: server),
      backgroundSaveRunning: try info.flag("rdb_bgsave_in_progress"),
      rewriteRunning: try info.flag("aof_rewrite_in_progress"),
      rewriteScheduled: try info.flag("aof_rewrite_scheduled"),
      moduleForkRunning: try flag("module_fork_in_progress", since: Version(6, 0, 0), info, of: server),
      lastSaveSucceeded: try info.succeeded("rdb_last_bgsave_status"),
      lastRewriteSucceeded: try info.succeeded("aof_last_bgrewrite_status"),
      lastAppendSucceeded: try info.succeeded("aof_last_write_status"), appendOnly: try info.flag("aof_enabled"),
      lastSaveTime: try info.number("rdb_last_save_time"),
      changesSinceSave: try info.number("rdb_changes_since_last_save"),
      saves: try info.numberIfPrinted("rdb_saves"),
      lastSaveCopyOnWriteBytes: try info.numberIfPrinted("rdb_last_cow_size"),
      secondsToLoad: try info.numberIfPrinted("loading_eta_seconds"))
  }

  /// A flag that came with a version: before it the thing itself does not exist, after it the field must be there.
  private static func flag(
    _ name: String, since: Version, _ info: InfoText, of server: ServerFacts
  ) throws(ReadingError) -> Bool {
    // Every Valkey descends from Redis 7.2. A version that cannot be read is refused by a rule of its own, by name.
    let isOld = server.product != .valkey && server.version.map { $0 < since } != false
    return info[name] == nil && isOld ? false : try info.flag(name)
  }

  private static func memory(_ info: InfoText) throws(ReadingError) -> Memory {
    Memory(
      used: try info.number("used_memory"), resident: try info.number("used_memory_rss"),
      maximum: try info.number("maxmemory"), policy: try info.text("maxmemory_policy"))
  }

  private static func statistics(_ info: InfoText) throws(ReadingError) -> Statistics {
    Statistics(
      operationsPerSecond: try info.number("instantaneous_ops_per_sec"), fullSyncs: try info.number("sync_full"),
      partialSyncs: try info.number("sync_partial_ok"), refusedPartialSyncs: try info.number("sync_partial_err"),
      unexpectedErrorReplies: try info.numberIfPrinted("unexpected_error_replies"),
      connectedClients: try info.number("connected_clients"), blockedClients: try info.number("blocked_clients"))
  }

  /// `db0:keys=6,expires=1,avg_ttl=4999948`, summed over all databases; no line at all means no key.
  private static func keyCounts(_ info: InfoText) throws(ReadingError) -> (keys: Int, expiring: Int) {
    var keys = 0
    var expiring = 0
    for (name, value) in info.fields {
      guard name.isNumbered("db") else { continue }
      let parts = InfoParts(value)
      guard let all = parts.number("keys"), let some = parts.number("expires"), all >= 0, some >= 0 else {
        throw ReadingError("INFO", String(name), .unexpected(String(value)))
      }
      let (sum, tooMany) = keys.addingReportingOverflow(all)
      let (sumExpiring, tooManyExpiring) = expiring.addingReportingOverflow(some)
      guard !tooMany, !tooManyExpiring else {
        throw ReadingError("INFO", String(name), .unexpected(String(value)))
      }
      (keys, expiring) = (sum, sumExpiring)
    }
    return (keys, expiring)
  }
}
