// What the REST API says of databases, shards, actions, and of the health of it all.

import UpgradeCore

extension Simulator.RestAPI {
  func answer(onDatabases parts: [String], _ query: [String: String]) -> Simulator.HTTPAnswer {
    guard let word = parts.first else {
      let fields = query["fields"].map { Set($0.split(separator: ",").map(String.init)) }
      return Simulator.HTTPAnswer(
        200,
        .array(
          cluster.databases.map { database in
            guard let fields, case .object(let members) = self.database(database) else {
              return self.database(database)
            }
            return .object(members.filter { fields.contains($0.key) })
          }))
    }
    guard let id = Int(word), let found = cluster.database(id) else {
      return .error(404, "db_not_found", "database does not exist")
    }
    switch Array(parts.dropFirst()) {
    case []: return Simulator.HTTPAnswer(200, database(found))
    case ["availability"]: return availability(of: word, isLocal: false)
    default: return .error(404, "not_found", "no such resource")
    }
  }

  func availability(of word: String, isLocal: Bool) -> Simulator.HTTPAnswer {
    guard let id = Int(word), let found = cluster.database(id) else {
      return .error(404, "db_not_found", "database does not exist")
    }
    let name = isLocal ? "bdb_endpoint_unavailable" : "bdb_unavailable"
    guard found.primaries.allSatisfy({ $0.status == .ok }) else {
      return .error(503, "\(name)_shard_unreachable", "a shard of the database is unreachable")
    }
    let bound = found.endpoints.filter { cluster.node($0)?.isRunning == true }
    guard isLocal ? bound.contains(node) : !bound.isEmpty else {
      return .error(503, "\(name)_port_unbound", "the endpoint is not bound")
    }
    return Simulator.HTTPAnswer(200, .object([]))
  }

  private func database(_ database: Simulator.Database) -> JSONValue {
    let modules = cluster.modules.filter { $0.usedBy.contains(database.id) }.map { module -> JSONValue in
      .object([
        "module_name": .string(module.name), "semantic_version": .string(module.version),
        "module_id": .string(module.id), "module_args": "",
      ])
    }
    let endpoint = JSONValue.object([
      "uid": .string("\(database.id):1"),
      "addr": .array(database.endpoints.compactMap { cluster.node($0) }.map { .string($0.address) }),
      "dns_name": .string("redis-\(database.port).\(cluster.name)"), "port": .integer(database.port),
      "proxy_policy": .string(database.proxyPolicy.rawValue),
    ])
    return .object([
      "uid": .integer(database.id), "name": .string(database.name), "type": "redis",
      "status": .string(database.status.rawValue), "version": .string(database.version),
      "redis_version": .string(database.shortVersion), "replication": .bool(database.hasReplication),
      "data_persistence": .string(database.persistence.rawValue), "aof_policy": "appendfsync-every-sec",
      "shards_count": .integer(database.primaries.count),
      "shard_list": .array(database.shards.map { .integer($0.id) }),
      "sharding": .bool(database.primaries.count > 1), "proxy_policy": .string(database.proxyPolicy.rawValue),
      "shards_placement": "dense", "memory_size": .integer(database.memory),
      "port": .integer(database.port), "endpoints": .array([endpoint]), "module_list": .array(modules),
      "resp3": .bool(cluster.policy.resp3), "bigstore": false, "crdt": false, "crdt_sync": "disabled",
      "replica_sync": database.isReplicaOf.isEmpty ? "disabled" : "enabled",
      "replica_sources": .array(database.isReplicaOf.enumerated().map { source($1, number: $0 + 1) }),
      "authentication_redis_pass": "simulated-secret",
      "backup": false, "last_export_time": database.lastExport.map { .integer(Int($0)) },
      "action_uid": cluster.actions.last { $0.database == database.id && $0.isRunning }.map { .string($0.id) },
      "slave_ha": .bool(cluster.policy.replicaHighAvailability), "traffic_manually_disabled": false, "internal": false,
    ])
  }

  /// A source has a number of its own, and is named with the password that its database wants.
  private func source(_ id: Int, number: Int) -> JSONValue {
    let place = "redis-\(cluster.database(id)?.port ?? 0).\(cluster.name):\(cluster.database(id)?.port ?? 0)"
    return .object([
      "uid": .integer(number), "uri": .string("redis://admin:simulated-secret@\(place)"), "status": "in-sync",
      "lag": 1, "compression": 0, "encryption": false,
    ])
  }

  func shard(_ shard: Simulator.Shard) -> JSONValue {
    let database = cluster.databases.first { $0.shards.contains { $0.id == shard.id } }
    return .object([
      "uid": .string("\(shard.id)"), "bdb_uid": .integer(database?.id ?? 0),
      "node_uid": .string("\(shard.node)"), "role": .string(shard.role.rawValue),
      "status": shard.status == .down ? "inactive" : "active", "detailed_status": .string(shard.status.rawValue),
      "assigned_slots": .string("\(shard.slots.lowerBound)-\(shard.slots.upperBound)"),
      "loading": .object(["status": shard.status == .loading ? "in_progress" : "idle"]),
      "sync": .object([
        "status": .string(shard.sync.rawValue), "progress": .integer(shard.syncProgress),
      ]),
      "redis_info": .object([
        "redis_version": .string(shard.version), "used_memory": .integer(shard.usedMemory),
        "role": .string(shard.role.rawValue),
      ]),
    ])
  }

  // MARK: - Actions

  func answer(onActions parts: [String], isSecond: Bool) -> Simulator.HTTPAnswer {
    let machines = cluster.actions.map { isSecond ? second($0) : first($0) }
    switch (parts.first, parts.count) {
    case (nil, _):
      return Simulator.HTTPAnswer(
        200,
        isSecond ? .array(machines) : .object(["actions": .array(tasks), "state-machines": .array(stateMachines)]))
    case ("bdb", 2):
      return Simulator.HTTPAnswer(200, .array(cluster.actions.filter { "\($0.database ?? 0)" == parts[1] }.map(first)))
    case (let id?, 1):
      guard let action = cluster.actions.first(where: { $0.id == id }) else {
        return .error(404, "action_not_found", "no such action")
      }
      return Simulator.HTTPAnswer(200, isSecond ? second(action) : first(action))
    default: return .error(404, "not_found", "no such resource")
    }
  }

  private var tasks: [JSONValue] { cluster.actions.filter { $0.database == nil }.map(first) }
  private var stateMachines: [JSONValue] { cluster.actions.filter { $0.database != nil }.map(first) }

  private func first(_ action: Simulator.Action) -> JSONValue {
    // State machines have words of their own for a status, tasks others.
    let words: [Simulator.Action.Status: String] = [.pending: "queued", .active: "running"]
    let status = action.database == nil ? words[action.status] ?? action.status.rawValue : action.status.rawValue
    return .object([
      "action_uid": .string(action.id), "name": .string(action.name), "status": .string(status),
      "progress": .integer(action.progress), "object_name": action.database.map { .string("bdb:\($0)") },
      "node_uid": action.node.map { .string("\($0)") }, "state": action.state.isEmpty ? nil : .string(action.state),
      "error": action.error.map { .string($0) }, "heartbeat": .integer(Int(action.created / 1000)),
    ])
  }

  private func second(_ action: Simulator.Action) -> JSONValue {
    let words: [Simulator.Action.Status: String] = [.pending: "queued", .active: "running"]
    return .object([
      "action_type": action.database == nil ? "task" : "state-machine", "action_uid": .string(action.id),
      "name": .string(action.name), "creation_time": .integer(Int(action.created / 1000)),
      "progress": .integer(action.progress), "status": .string(words[action.status] ?? action.status.rawValue),
      "additional_info": .object([
        "object_type": action.database == nil ? "node" : "bdb",
        "object_uid": .string("\(action.database ?? action.node ?? 0)"), "error": action.error.map { .string($0) },
      ]),
    ])
  }

  // MARK: - Health

  /// Only in 8.x.
  var health: Simulator.HTTPAnswer {
    let isWell = cluster.nodes.allSatisfy(\.isRunning)
    let nodes = cluster.nodes.map { node -> JSONValue in
      .object([
        "id": .string("\(node.id)"), "status": node.isRunning ? "active" : "down",
        "detailed_status": node.isRunning ? "active" : "down",
        "role": node.id == cluster.primary ? "leader" : "follower", "version": .string(node.version.description),
        "in_maintenance": .bool(node.isInMaintenance), "quorum_only": .bool(node.isQuorumOnly),
      ])
    }
    let databases = cluster.databases.map { database -> JSONValue in
      .object([
        "id": .string("\(database.id)"), "name": .string(database.name), "status": .string(database.status.rawValue),
        "version": .string(database.version),
      ])
    }
    return Simulator.HTTPAnswer(
      200,
      .object([
        "fqdn": .string(cluster.name), "status": isWell ? "ok" : "error",
        "license": .object(["expired": .bool(cluster.license?.isExpired ?? true)]), "nodes": .array(nodes),
        "database_infos": .array(databases), "active_alerts": .array([]),
      ]))
  }
}
