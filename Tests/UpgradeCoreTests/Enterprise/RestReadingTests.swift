// What the REST API answers, as its documentation shows it: read with whatever else stands there, or refused.
import Testing
import UpgradeCore

@Suite struct RestReadingTests {
  private func json(_ text: String) throws -> JSONValue { try JSONParser.read(Array(text.utf8)) }

  /// What is said of a reply that cannot be read.
  private func refusal(_ text: String, _ read: (JSONValue) throws(ReadingError) -> Void) -> String? {
    guard let value = try? JSONParser.read(Array(text.utf8)) else { return "no JSON" }
    do throws(ReadingError) {
      try read(value)
      return nil
    } catch {
      return error.description.split(separator: ". Nothing is concluded").first.map {
        String($0).replacing(", which this program does not know", with: "")
      }
    }
  }

  @Test func nodesWithWhatTheirStatusKnows() throws {
    let nodes = try Reader.restNodes(
      json(
        """
        [{"uid": 1, "addr": "10.0.0.1", "status": "active", "software_version": "7.4.6-22", "os_family": "rhel",
          "os_name": "Red Hat Enterprise Linux", "os_semantic_version": "9.4", "os_version": "RHEL 9.4 (Plow)",
          "persistent_storage_path": "/var/opt/redislabs/persist", "something_new": {"a": [1, 2.5, null]},
          "supported_database_versions": [{"db_type": "redis", "version": "6.2.13"}, {"db_type": "memcached",
          "version": "1.4.17"}, {"db_type": "redis", "version": "7.4"}]},
         {"uid": "2", "addr": "fd00::2", "status": null}]
        """),
      status: json(
        """
        {"1": {"role": "master", "node_status": "active"},
         "2": {"role": "slave", "maintenance_snapshot": {"name": "maintenance_mode_2024-09-06_20-47-23"}}}
        """))
    #expect(nodes.map(\.id) == [1, 2] && nodes.map(\.address) == ["10.0.0.1", "fd00::2"])
    #expect(nodes[0].version?.description == "7.4.6-22" && nodes[0].status == "active")
    #expect(nodes[0].system == "RHEL 9.4 (Plow)" && nodes[0].systemFamily == "rhel" && nodes[0].systemVersion == "9.4")
    #expect(nodes[0].databaseVersions?.map(\.description) == ["6.2", "7.4"])
    #expect(nodes[0].persistentPath == "/var/opt/redislabs/persist" && nodes[0].ephemeralPath == nil)
    #expect(nodes.map(\.isMaster) == [true, false] && nodes.map(\.isInMaintenance) == [false, true])
    #expect(nodes[1].version == nil && nodes[1].databaseVersions == nil && nodes[1].status == nil)
    // Old versions have no status of nodes: then nothing is known of it.
    let alone = try Reader.restNodes(json(#"[{"uid": 1, "addr": "a"}]"#))
    #expect(alone[0].isMaster == nil && alone[0].isInMaintenance == nil)
  }

  @Test func databasesWithoutTheirSecrets() throws {
    let databases = try Reader.restDatabases(
      json(
        """
        [{"uid": 1, "name": "orders", "type": "redis", "status": "active", "version": "7.2.4", "redis_version": "7.2",
          "replication": true, "data_persistence": "aof", "crdt": false, "replica_sync": "disabled",
          "authentication_redis_pass": "hunter2", "replica_sources": [{"uid": 1, "uri": "redis://admin:hunter2@old:1"}],
          "endpoints": [{"uid": "1:1", "dns_name": "redis-12000.Cluster.local", "port": 12000, "addr": ["10.0.0.1",
          "fd00::1"]}], "module_list": [{"module_name": "ReJSON", "semantic_version": "2.6.6"}, {"module_name": "x"}],
          "last_backup_time": "2024-09-06T20:47:23Z", "last_export_time": 1725655643},
         {"uid": 2, "name": "copy", "status": "active-change-pending", "version": "6.0.16", "data_persistence": "snapshot",
          "crdt_guid": "552bbccb-99f3-4142-bd17-93d245f0bc79", "replica_sync": "paused", "replica_sources": [
            {"uid": 1, "uri": "redis://admin:hun/t@er#2?@redis-12000.cluster.local:12000"},
            {"uid": 2, "uri": "rediss://[fd00::1]:12000/0"}]},
         {"uid": 3, "name": "old", "type": "memcached", "version": "1.4.17", "data_persistence": "disabled"}]
        """))
    let orders = databases[0]
    #expect(orders.version?.description == "7.2" && orders.isReplicated == true && orders.persistence == .aof)
    #expect(orders.isActiveActive == false && orders.replicaOf == [])
    #expect(
      orders.endpoints == ["redis-12000.cluster.local:12000", "10.0.0.1:12000", "[fd00::1]:12000"])
    #expect(orders.modules == ["ReJSON 2.6.6", "x of an unknown version"])
    #expect(orders.lastBackup == "2024-09-06T20:47:23Z" && orders.lastExport == "1725655643")
    let copy = databases[1]
    #expect(copy.version?.description == "6.0" && copy.isReplicated == nil && copy.isActiveActive == true)
    #expect(copy.replicaOf == ["redis-12000.cluster.local:12000", "[fd00::1]:12000"])
    #expect(databases[2].version == nil && databases[2].kind == "memcached" && databases[2].persistence == .disabled)
    let view = Enterprise.RestView(databases: databases)
    #expect(view.sources(of: copy) == [1] && view.sources(of: orders) == [])
    #expect(!"\(databases)".contains("hun"))
  }

  /// Whatever is wrong with a source of Replica Of, its URI is not repeated.
  @Test(arguments: [
    #""hunter2""#, #"{"a": "hunter2"}"#, #"["hunter2"]"#, #"[{"uri": "hunter2"}]"#, #"[{"uri": "redis:hunter2@"}]"#,
    #"[{"uri": ["redis://a:hunter2@b:1"]}]"#, #"[{"uri": "redis://a:hunter2@"}]"#,
  ])
  func aSourceThatCannotBeRead(_ sources: String) {
    let said = refusal(#"[{"uid": 1, "name": "a", "replica_sources": \#(sources)}]"#) { value throws(ReadingError) in
      _ = try Reader.restDatabases(value)
    }
    #expect(
      said?.hasPrefix("the reply to GET /v1/bdbs has database 1: replica_sources = ") == true, "\(said ?? "none")")
    #expect(said?.contains("hunter2") == false)
  }

  @Test func shardsLicenseActionsAndTheRest() throws {
    let shards = try Reader.restShards(
      json(
        """
        [{"uid": "1", "bdb_uid": 3, "node_uid": "2", "role": "master", "status": "active", "detailed_status": "ok",
          "sync": {"status": "idle", "progress": 0}, "redis_info": {"x": 1}},
         {"uid": 2, "bdb_uid": "3", "node_uid": 1, "role": "slave", "status": "inactive", "sync": {}}]
        """))
    #expect(shards.map(\.id) == [1, 2] && shards.map(\.database) == [3, 3] && shards.map(\.node) == [2, 1])
    #expect(shards.map(\.isPrimary) == [true, false] && shards.map(\.sync) == ["idle", nil])
    #expect(shards.map(\.detailedStatus) == ["ok", nil])

    let license = try Reader.restLicense(
      json(#"{"expired": false, "expiration_date": "2027-01-01T00:00:00Z", "shards_limit": 4, "ram_shards_in_use": 2}"#)
    )
    #expect(license.isInstalled && license.isExpired == false && license.expires == "2027-01-01T00:00:00Z")
    #expect(license.shardsLimit == 4 && license.shardsInUse == 2)

    let actions = try Reader.restActions(
      json(
        """
        {"actions": [{"action_uid": "a", "name": "remove_node", "node_uid": "1", "status": "running", "progress": "10"},
                     {"action_uid": "b", "name": "maintenance_on", "status": "completed"}],
         "state-machines": [{"action_uid": "c", "name": "SMUpgradeBDB", "object_name": "bdb:1", "status": "active"},
                            {"action_uid": "d", "name": "SMCreateBDB", "object_name": "bdb:2", "status": "failed"},
                            {"action_uid": "e", "name": "SMX", "status": "something-new"}]}
        """))
    // A word that nobody knows does not mean that it ended.
    #expect(
      actions == ["remove_node on node:1 is running", "SMUpgradeBDB of bdb:1 is active", "SMX is something-new"])
    #expect(try Reader.restActions(json("[]")) == [])

    let failed = try Reader.restFailedChecks(
      json(
        """
        {"cluster_test_result": false, "nodes": [{"node_uid": "1", "result": true}, {"node_uid": 3, "result": false,
         "error": "process alert_mgr is not running"}, {"node_uid": "4", "result": false}]}
        """))
    #expect(
      failed == ["node:3: process alert_mgr is not running", "node:4: the check failed, without a reason"])
    #expect(try Reader.restFailedChecks(json(#"{"cluster_test_result": true, "nodes": []}"#)) == [])
    #expect(try Reader.restFailedChecks(json(#"{"cluster_test_result": false}"#)).count == 1)

    let cluster = try Reader.restCluster(json(#"{"name": "cluster.local", "upgrade_mode": true}"#))
    #expect(cluster.name == "cluster.local" && cluster.upgradeMode == true)
    #expect(try Reader.restCluster(json(#"{"name": "a"}"#)).upgradeMode == nil)
    let policy = try Reader.restPolicy(
      json(#"{"default_provisioned_redis_version": "7.2", "redis_upgrade_policy": "major", "resp3_default": true}"#))
    #expect(policy.defaultVersion?.description == "7.2" && policy.upgradePolicy == "major")
    #expect(try Reader.restLDAP(json(#"{"control_plane": false, "data_plane": true, "bind_pass": "***"}"#)))
    #expect(try !Reader.restLDAP(json(#"{"control_plane": false, "data_plane": false}"#)))
    let protocols = try Reader.restActiveActive(
      json(#"[{"guid": "a1", "protocol_version": 1, "featureset_version": 8}, {"guid": "b2"}]"#))
    #expect(protocols["a1"]?.protocolVersion == 1 && protocols["a1"]?.featureset == 8)
    #expect(protocols["b2"]?.protocolVersion == nil && protocols.count == 2)
    #expect(Reader.restAvailability(code: 200, nil).map(\.isAvailable) == true)
    let none = try Reader.restAvailability(code: 503, json(#"{"error_code": "bdb_unavailable"}"#))
    #expect(none?.isAvailable == false && none?.because == "bdb_unavailable")
    #expect(Reader.restAvailability(code: 404, nil) == nil)
  }

  enum Piece: String, Sendable {
    case cluster, nodes, databases, shards, license, actions, check, policy, ldap, activeActive
  }

  @Test(arguments: [
    (Piece.cluster, #"{"upgrade_mode": true}"#, "GET /v1/cluster has no field name"),
    (Piece.ldap, #"{"uris": []}"#, "GET /v1/cluster/ldap has no field control_plane"),
    (Piece.activeActive, #"[{"protocol_version": 1}]"#, "GET /v1/crdbs has no field database at place 1: guid"),
    (.cluster, #"{"name": 7}"#, #"GET /v1/cluster has name = "7""#),
    (.cluster, #"{"name": "a", "upgrade_mode": "on"}"#, #"GET /v1/cluster has upgrade_mode = ""on"""#),
    (.cluster, "[]", #"GET /v1/cluster has the reply = "(a list)""#),
    (.nodes, "{}", #"GET /v1/nodes has a list of nodes = "(an object)""#),
    (.nodes, "[]", "GET /v1/nodes ends early: nodes is missing"),
    (.nodes, #"[7]"#, #"GET /v1/nodes has node at place 1 = "7""#),
    (.nodes, #"[{"addr": "a"}]"#, "GET /v1/nodes has no field node at place 1: uid"),
    (.nodes, #"[{"uid": -1.5, "addr": "a"}]"#, #"GET /v1/nodes has node at place 1: uid = "-1.5""#),
    (.nodes, #"[{"uid": 1}]"#, "GET /v1/nodes has no field node 1: addr"),
    (
      .nodes, #"[{"uid": 1, "addr": "a"}, {"uid": "1", "addr": "b"}]"#,
      #"GET /v1/nodes has uid = "the same for two nodes""#
    ),
    (
      .nodes, #"[{"uid": 1, "addr": "a", "software_version": "8.0"}]"#,
      #"GET /v1/nodes has node 1: software_version = "8.0""#
    ),
    (
      .nodes, #"[{"uid": 1, "addr": "a", "supported_database_versions": [{"version": "seven"}]}]"#,
      #"GET /v1/nodes has node 1: database version at place 1: version = "seven""#
    ),
    (.databases, #"[{"uid": 1}]"#, "GET /v1/bdbs has no field database 1: name"),
    (
      .databases, #"[{"uid": 1, "name": "a", "data_persistence": "sometimes"}]"#,
      #"GET /v1/bdbs has database 1: data_persistence = "sometimes""#
    ),
    (
      .databases, #"[{"uid": 1, "name": "a", "replication": "enabled"}]"#,
      #"GET /v1/bdbs has database 1: replication = ""enabled"""#
    ),
    (.shards, #"[{"uid": 1, "bdb_uid": 1, "node_uid": 1}]"#, "GET /v1/shards has no field shard 1: role"),
    (
      .shards, #"[{"uid": 1, "bdb_uid": 1, "node_uid": 1, "role": "primary"}]"#,
      #"GET /v1/shards has shard 1: role = "primary""#
    ),
    (
      .shards, #"[{"uid": 1, "bdb_uid": 1, "node_uid": 1, "role": "slave", "sync": "idle"}]"#,
      #"GET /v1/shards has shard 1: sync = ""idle"""#
    ),
    (.license, #"{"expired": 0}"#, #"GET /v1/license has expired = "0""#),
    (.actions, "{}", "GET /v1/actions has no field actions"),
    (.actions, #"{"actions": [{"action_uid": "a", "name": "x"}]}"#, "GET /v1/actions has no field action a: status"),
    (.check, #"{"nodes": []}"#, "GET /v1/cluster/check has no field cluster_test_result"),
    (
      .check, #"{"cluster_test_result": true, "nodes": [{"node_uid": 1}]}"#,
      "GET /v1/cluster/check has no field node at place 1: result"
    ),
    (
      .policy, #"{"default_provisioned_redis_version": 7.2}"#,
      #"GET /v1/cluster/policy has default_provisioned_redis_version = "7.2""#
    ),
  ])
  func whatCannotBeRead(_ piece: Piece, _ text: String, _ words: String) {
    let said = refusal(text) { value throws(ReadingError) in
      switch piece {
      case .cluster: _ = try Reader.restCluster(value)
      case .nodes: _ = try Reader.restNodes(value)
      case .databases: _ = try Reader.restDatabases(value)
      case .shards: _ = try Reader.restShards(value)
      case .license: _ = try Reader.restLicense(value)
      case .actions: _ = try Reader.restActions(value)
      case .check: _ = try Reader.restFailedChecks(value)
      case .policy: _ = try Reader.restPolicy(value)
      case .ldap: _ = try Reader.restLDAP(value)
      case .activeActive: _ = try Reader.restActiveActive(value)
      }
    }
    #expect(said == "the reply to \(words)")
  }
}
