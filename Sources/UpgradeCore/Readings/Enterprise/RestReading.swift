// What the REST API of Redis Enterprise Software answers, made into values (redis/docs, operate/rs/references/rest-api).

extension Enterprise {
  /// What is asked for in one round, each by its path.
  package enum RestPath {
    package static let cluster = "/v1/cluster"
    package static let nodes = "/v1/nodes"
    package static let nodeStatus = "/v1/nodes/status"
    /// Only what is read: whole databases come with the passwords of their clients.
    package static let databases =
      "/v1/bdbs?fields=uid,name,type,status,version,redis_version,replication,data_persistence,crdt,crdt_guid,"
      + "replica_sync,replica_sources,endpoints,module_list,last_backup_time,last_export_time"
    package static let shards = "/v1/shards"
    package static let license = "/v1/license"
    package static let actions = "/v1/actions"
    package static let check = "/v1/cluster/check"
    package static let policy = "/v1/cluster/policy"
    package static let ldap = "/v1/cluster/ldap"
    package static let activeActive = "/v1/crdbs"
    package static func availability(_ database: Int) -> String { "/v1/bdbs/\(database)/availability" }
  }
}

extension Reader {
  /// `GET /v1/cluster`.
  package static func restCluster(_ value: JSONValue) throws(ReadingError) -> Enterprise.RestCluster {
    let reply = try RestReply(value, "GET /v1/cluster")
    return Enterprise.RestCluster(
      name: try reply.needed("name", reply.text("name")), upgradeMode: try reply.flag("upgrade_mode"))
  }

  /// `GET /v1/cluster/policy`.
  package static func restPolicy(_ value: JSONValue) throws(ReadingError) -> Enterprise.RestPolicy {
    let reply = try RestReply(value, "GET /v1/cluster/policy")
    return Enterprise.RestPolicy(
      defaultVersion: try version("default_provisioned_redis_version", in: reply),
      upgradePolicy: try reply.text("redis_upgrade_policy"))
  }

  /// `GET /v1/cluster/ldap`: whether users, of the cluster or of databases, get their roles from LDAP groups.
  package static func restLDAP(_ value: JSONValue) throws(ReadingError) -> Bool {
    let reply = try RestReply(value, "GET /v1/cluster/ldap")
    let (control, data) = (try reply.flag("control_plane"), try reply.flag("data_plane"))
    guard control != nil || data != nil else { throw ReadingError("GET /v1/cluster/ldap", "control_plane", .missing) }
    return control == true || data == true
  }

  /// `GET /v1/crdbs`: the protocol and the set of features of each Active-Active database, by its GUID.
  package static func restActiveActive(
    _ value: JSONValue
  ) throws(ReadingError) -> [String: (protocolVersion: Int?, featureset: Int?)] {
    var all: [String: (protocolVersion: Int?, featureset: Int?)] = [:]
    for reply in try RestReply.list(value, "GET /v1/crdbs", "database") {
      let guid = try reply.needed("guid", reply.text("guid"))
      all[guid] = (try reply.number("protocol_version"), try reply.number("featureset_version"))
    }
    return all
  }

  /// `GET /v1/nodes`, and where it was read `GET /v1/nodes/status`, which knows roles and maintenance.
  package static func restNodes(
    _ value: JSONValue, status: JSONValue? = nil
  ) throws(ReadingError) -> [Enterprise.RestNode] {
    var nodes: [Enterprise.RestNode] = []
    let statuses = try status.map { value throws(ReadingError) in try RestReply(value, "GET /v1/nodes/status") }
    for reply in try RestReply.list(value, "GET /v1/nodes", "node") {
      var node = try restNode(reply)
      if let statuses, let own = statuses["\(node.id)"] {
        let own = try RestReply(own, statuses.request, at: "node \(node.id)")
        let role = try own.text("role")
        guard role.map({ ["master", "slave"].contains($0) }) ?? true else {
          throw own.error("role", .unexpected(role ?? ""))
        }
        node.isMaster = role.map { $0 == "master" }
        // It is there while maintenance is on, or when it was not ended properly.
        node.isInMaintenance = own["maintenance_snapshot"] != nil
      }
      nodes.append(node)
    }
    guard !nodes.isEmpty else { throw ReadingError("GET /v1/nodes", "nodes", .cutOff) }
    guard Set(nodes.map(\.id)).count == nodes.count else {
      throw ReadingError("GET /v1/nodes", "uid", .unexpected("the same for two nodes"))
    }
    return nodes
  }

  private static func restNode(_ reply: RestReply) throws(ReadingError) -> Enterprise.RestNode {
    var node = Enterprise.RestNode(
      id: try reply.needed("uid", reply.number("uid")), address: try reply.needed("addr", reply.text("addr")))
    node.status = try reply.text("status")
    if let text = try reply.text("software_version") {
      guard let version = Enterprise.BuildVersion(text) else {
        throw reply.error("software_version", .unexpected(text))
      }
      node.version = version
    }
    node.systemFamily = try reply.text("os_family")
    node.systemVersion = try reply.text("os_semantic_version")
    let name = try reply.text("os_name")
    node.system = try reply.text("os_version") ?? name
    node.persistentPath = try reply.text("persistent_storage_path")
    node.ephemeralPath = try reply.text("ephemeral_storage_path")
    guard reply["supported_database_versions"] != nil else { return node }
    var versions: [Enterprise.DatabaseVersion] = []
    for entry in try reply.list("supported_database_versions", "database version") {
      // Those of memcached are none that a database is upgraded to.
      guard try entry.text("db_type") ?? "redis" == "redis" else { continue }
      versions.append(try entry.needed("version", version("version", in: entry)))
    }
    node.databaseVersions = versions
    return node
  }

  /// `GET /v1/shards`.
  package static func restShards(_ value: JSONValue) throws(ReadingError) -> [Enterprise.RestShard] {
    var shards: [Enterprise.RestShard] = []
    for reply in try RestReply.list(value, "GET /v1/shards", "shard") {
      let role = try reply.needed("role", reply.text("role"))
      guard ["master", "slave"].contains(role) else { throw reply.error("role", .unexpected(role)) }
      var shard = Enterprise.RestShard(
        id: try reply.needed("uid", reply.number("uid")),
        database: try reply.needed("bdb_uid", reply.number("bdb_uid")),
        node: try reply.needed("node_uid", reply.number("node_uid")), isPrimary: role == "master")
      shard.status = try reply.text("status")
      shard.detailedStatus = try reply.text("detailed_status")
      if let sync = reply["sync"] {
        shard.sync = try RestReply(sync, reply.request, at: "\(reply.place): sync").text("status")
      }
      shards.append(shard)
    }
    return shards
  }

  /// `GET /v1/license`.
  package static func restLicense(_ value: JSONValue) throws(ReadingError) -> Enterprise.License {
    let reply = try RestReply(value, "GET /v1/license")
    var license = Enterprise.License()
    license.isExpired = try reply.flag("expired")
    license.expires = try reply.moment("expiration_date")
    license.shardsLimit = try reply.number("shards_limit")
    license.shardsInUse = try reply.number("ram_shards_in_use")
    return license
  }

  /// `GET /v1/actions`: what is under way, a line each.
  ///
  /// Tasks and state machines stand in two lists. What ends has one of a few words; any other means that it goes on.
  package static func restActions(_ value: JSONValue) throws(ReadingError) -> [String] {
    let request = "GET /v1/actions"
    let ended: Set = ["completed", "failed", "cancelled", "canceled", "aborted"]
    var replies: [RestReply] = []
    if value.array != nil {
      replies = try RestReply.list(value, request, "action", identity: "action_uid")
    } else {
      let reply = try RestReply(value, request)
      guard reply["actions"] != nil || reply["state-machines"] != nil else { throw reply.error("actions", .missing) }
      for key in ["actions", "state-machines"] {
        guard let list = reply[key] else { continue }
        replies += try RestReply.list(list, request, "action", identity: "action_uid")
      }
    }
    var lines: [String] = []
    for reply in replies {
      let status = try reply.needed("status", reply.text("status"))
      guard !ended.contains(status) else { continue }
      let name = try reply.needed("name", reply.text("name"))
      let object = try reply.text("object_name").map { " of \($0)" }
      let node = try reply.number("node_uid").map { " on node:\($0)" }
      lines.append("\(name)\(object ?? node ?? "") is \(status)")
    }
    return lines
  }

  /// `GET /v1/cluster/check`: what failed, a line each. Its sum is held against its parts.
  package static func restFailedChecks(_ value: JSONValue) throws(ReadingError) -> [String] {
    let reply = try RestReply(value, "GET /v1/cluster/check")
    let isWell = try reply.needed("cluster_test_result", reply.flag("cluster_test_result"))
    var failed: [String] = []
    for node in try reply.list("nodes", "node") {
      let id = try node.needed("node_uid", node.number("node_uid"))
      guard try !node.needed("result", node.flag("result")) else { continue }
      failed.append("node:\(id): \(try node.text("error") ?? "the check failed, without a reason")")
    }
    if failed.isEmpty, !isWell { failed.append("the cluster: the check failed, without a node or a reason") }
    return failed
  }

  /// A field that holds a version of a database.
  static func version(_ key: String, in reply: RestReply) throws(ReadingError) -> Enterprise.DatabaseVersion? {
    guard let text = try reply.text(key), !text.isEmpty else { return nil }
    guard let version = Enterprise.DatabaseVersion(text) else { throw reply.error(key, .unexpected(text)) }
    return version
  }
}
