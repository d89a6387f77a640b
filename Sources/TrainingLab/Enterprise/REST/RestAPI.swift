// The REST API of a node: what is asked, and what the model answers. Fields: redis/docs, operate/rs/references/rest-api.

import UpgradeCore

extension Simulator {
  package struct RestAPI: Sendable {
    package let cluster: Cluster
    /// The node that is asked.
    package let node: Int

    package init(_ cluster: Cluster, on node: Int) {
      self.cluster = cluster
      self.node = node
    }

    /// The answer to a request that may be answered; what changes the cluster is not here.
    package func answer(_ request: HTTPRequest) -> HTTPAnswer {
      guard request.method == "GET" else { return .error(405, "method_not_allowed", "only GET is simulated") }
      guard cluster.hasQuorum || request.path == "/v1/local/node/master_healthcheck" else {
        return .error(503, "no_quorum", "no quorum")
      }
      let parts = request.path.split(separator: "/").map(String.init)
      switch (parts.first, parts.dropFirst().first) {
      case ("v1", "cluster"): return answer(onCluster: Array(parts.dropFirst(2)))
      case ("v1", "nodes"): return answer(onNodes: Array(parts.dropFirst(2)))
      case ("v1", "bdbs"): return answer(onDatabases: Array(parts.dropFirst(2)), request.query)
      case ("v1", "shards") where parts.count == 2: return HTTPAnswer(200, .array(cluster.shards.map(shard)))
      case ("v1", "crdbs") where parts.count == 2: return HTTPAnswer(200, .array([]))
      case ("v1", "license") where parts.count == 2: return license
      case ("v1", "actions"), ("v2", "actions"):
        return answer(onActions: Array(parts.dropFirst(2)), isSecond: parts[0] == "v2")
      case ("v1", "bootstrap"):
        return HTTPAnswer(200, .object(["bootstrap_status": .object(["state": "completed"])]))
      case ("v1", "local") where Array(parts.dropFirst(2)) == ["node", "master_healthcheck"]:
        return HTTPAnswer(200, .object(["status": cluster.hasQuorum ? "active" : "inactive"]))
      case ("v1", "local") where parts.count == 6 && parts[2] == "bdbs" && parts[4] == "endpoint":
        return availability(of: parts[3], isLocal: true)
      case ("v4", "cluster") where parts.count == 3 && parts[2] == "health" && isEight: return health
      default: return .error(404, "not_found", "no such resource")
      }
    }

    private var isEight: Bool { cluster.node(node)?.version.isAtLeast(8) == true }

    // MARK: - cluster

    private func answer(onCluster parts: [String]) -> HTTPAnswer {
      switch parts.first {
      case nil:
        return HTTPAnswer(
          200,
          .object([
            "name": .string(cluster.name), "created_time": .string(Self.time(cluster.created)), "rack_aware": false,
            "upgrade_mode": .bool(cluster.upgradeMode), "slave_ha": .bool(cluster.policy.replicaHighAvailability),
            "handle_redirects": false, "http_support": true, "cm_port": 8443,
            "cnm_https_port": .integer(cluster.restPort), "cnm_http_port": 8080, "reserved_ports": .array([]),
          ]))
      case "ldap": return HTTPAnswer(200, .object(["control_plane": false, "data_plane": false, "uris": .array([])]))
      case "policy":
        let parallel = cluster.policy.parallelShards
        return HTTPAnswer(
          200,
          .object([
            "default_provisioned_redis_version": .string(cluster.policy.defaultVersion),
            "redis_upgrade_policy": .string(cluster.policy.upgradePolicy),
            "parallel_shards_upgrade": parallel < 0 ? "all" : .integer(parallel),
            "resp3_default": .bool(cluster.policy.resp3), "persistent_node_removal": false,
          ]))
      case "check":
        let nodes = cluster.nodes.map { node -> JSONValue in
          let failure = HealthCheck(cluster, of: node.id).failures.first
          return .object([
            "node_uid": .string("\(node.id)"), "result": .bool(failure == nil),
            "error": failure.map { .string($0.reason) },
          ])
        }
        let isWell = cluster.nodes.allSatisfy { HealthCheck(cluster, of: $0.id).failures.isEmpty }
        return HTTPAnswer(200, .object(["cluster_test_result": .bool(isWell), "nodes": .array(nodes)]))
      default: return .error(404, "not_found", "no such resource")
      }
    }

    private var license: HTTPAnswer {
      guard let license = cluster.license else { return .error(404, "no_license", "no license installed") }
      return HTTPAnswer(
        200,
        .object([
          "cluster_name": .string(cluster.name), "expired": .bool(license.isExpired),
          "activation_date": .string(license.activated), "expiration_date": .string(license.expires),
          "owner": .string(license.owner), "features": .array(["bigstore"]),
          "shards_limit": .integer(license.shardsLimit),
          "ram_shards_limit": .integer(license.shardsLimit), "ram_shards_in_use": .integer(cluster.shards.count),
          "flash_shards_limit": 0, "flash_shards_in_use": 0, "license": "SIMULATED",
        ]))
    }

    // MARK: - nodes

    private func answer(onNodes parts: [String]) -> HTTPAnswer {
      switch (parts.first, parts.count) {
      case (nil, _): return HTTPAnswer(200, .array(cluster.nodes.map(node)))
      case ("status", 1):
        return HTTPAnswer(
          200, .object(cluster.nodes.map { JSONValue.Member("\($0.id)", status(of: $0)) }))
      case ("check", 2):
        guard let id = Int(parts[1]), cluster.node(id) != nil else { return Self.noNode }
        let failure = HealthCheck(cluster, of: id).failures.first
        return HTTPAnswer(
          200,
          .object([
            "node_uid": .integer(id), "result": .bool(failure == nil),
            "error": failure.map { .string($0.reason) },
          ]))
      default:
        guard let id = parts.first.flatMap({ Int($0) }), let found = cluster.node(id) else { return Self.noNode }
        switch Array(parts.dropFirst()) {
        case []: return HTTPAnswer(200, node(found))
        case ["status"]: return HTTPAnswer(200, status(of: found))
        case ["snapshots"]:
          return HTTPAnswer(200, .array((found.maintenance + found.snapshots).map { snapshot($0, id) }))
        default: return .error(404, "not_found", "no such resource")
        }
      }
    }

    private static let noNode = HTTPAnswer.error(404, "node_not_exist", "node does not exist")

    private func node(_ node: Node) -> JSONValue {
      let shards = cluster.shards.filter { $0.node == node.id }
      let bundled = Bundles.databases(of: node.version).map { short -> JSONValue in
        .object(["db_type": "redis", "version": .string(Bundles.full(short))])
      }
      return .object([
        "uid": .integer(node.id), "addr": .string(node.address),
        "external_addr": .array(node.externalAddress.isEmpty ? [] : [.string(node.externalAddress)]),
        "status": node.isRunning ? "active" : "down", "software_version": .string(node.version.description),
        "os_family": .string(node.host.family), "os_name": .string(node.host.name),
        "os_semantic_version": .string(node.host.semanticVersion), "os_version": .string(node.host.version),
        "architecture": .string(node.host.architecture), "cores": .integer(node.cores),
        "total_memory": .integer(node.host.totalMemory), "shard_count": .integer(shards.count),
        "shard_list": .array(shards.map { .integer($0.id) }), "accept_servers": .bool(!node.isQuorumOnly),
        "max_listeners": .integer(node.isInMaintenance ? 0 : 100),
        "max_redis_servers": .integer(node.isInMaintenance ? 0 : node.shardLimit),
        "persistent_storage_path": "/var/opt/redislabs/persist", "persistent_storage_size": 107_374_182_400,
        "ephemeral_storage_path": "/var/opt/redislabs/tmp", "ephemeral_storage_size": 107_374_182_400,
        "rack_id": .string(node.rack), "supported_database_versions": .array(bundled),
      ])
    }

    private func status(of node: Node) -> JSONValue {
      let shards = cluster.shards.filter { $0.node == node.id }
      func ids(_ role: Role) -> JSONValue {
        .array(shards.filter { $0.role == role }.map { .integer($0.id) })
      }
      return .object([
        "cores": .integer(node.cores),
        "free_provisional_ram": .integer(node.isInMaintenance ? 0 : node.host.provisionalMemory),
        "free_ram": .integer(node.host.freeMemory), "hostname": .string(node.hostname),
        "maintenance_snapshot": node.maintenance.last.map { snapshot($0, node.id) },
        "master_shards": ids(.primary), "node_overbooking_depth": 0,
        "node_status": node.isRunning ? "active" : "down",
        "role": node.id == cluster.primary ? "master" : "slave", "slave_shards": ids(.replica),
        "software_version": .string(node.version.description), "software_version_sha": .string(node.sha),
        "total_memory": .integer(node.host.totalMemory),
        "total_provisional_ram": .integer(node.isInMaintenance ? 0 : node.host.totalProvisionalMemory),
      ])
    }

    private func snapshot(_ snapshot: Snapshot, _ node: Int) -> JSONValue {
      .object([
        "created_time": .string(Self.time(snapshot.taken)), "name": .string(snapshot.name),
        "node_uid": .string("\(node)"),
      ])
    }

    /// `2024-09-06 20:47:23`, from milliseconds since 1970 (Howard Hinnant: "chrono-compatible low-level date
    /// algorithms").
    package static func time(_ milliseconds: Int64, between: String = " ") -> String {
      let seconds = Int(milliseconds / 1000)
      let days = seconds / 86400 + 719_468
      let era = days / 146_097
      let day = days - era * 146_097
      let year = (day - day / 1460 + day / 36524 - day / 146_096) / 365
      let dayOfYear = day - (365 * year + year / 4 - year / 100)
      let part = (5 * dayOfYear + 2) / 153
      let month = part < 10 ? part + 3 : part - 9
      func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
      let date = "\(year + era * 400 + (month <= 2 ? 1 : 0))-\(two(month))-\(two(dayOfYear - (153 * part + 2) / 5 + 1))"
      return "\(date)\(between)\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }
  }
}
