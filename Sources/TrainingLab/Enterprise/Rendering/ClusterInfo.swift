// What `rladmin info cluster` prints.

extension Simulator.Cluster {
  /// The lines in the order of the documentation's sample (redis/docs, rladmin/info.md).
  package var information: [String] {
    let parallel = policy.parallelShards < 0 ? "all" : "\(policy.parallelShards)"
    let old = oldestVersion.map { !$0.isAtLeast(6, 2) } ?? false
    let rows: [(String, String)?] = [
      ("repl_diskless", "enabled"), ("shards_overbooking", "disabled"),
      ("default_non_sharded_proxy_policy", "single"), ("default_sharded_proxy_policy", "single"),
      ("default_shards_placement", "dense"), ("default_fork_evict_ram", "enabled"),
      ("default_provisioned_redis_version", policy.defaultVersion),
      ("redis_migrate_node_threshold", "0KB (0 bytes)"), ("redis_migrate_node_threshold_percent", "4 (%)"),
      ("redis_provision_node_threshold", "0KB (0 bytes)"), ("redis_provision_node_threshold_percent", "12 (%)"),
      ("max_simultaneous_backups", "4"), ("slave_ha", policy.replicaHighAvailability ? "enabled" : "disabled"),
      ("slave_ha_grace_period", "600"), ("slave_ha_cooldown_period", "3600"),
      ("slave_ha_bdb_cooldown_period", "7200"), ("parallel_shards_upgrade", parallel), ("show_internals", "disabled"),
      ("login_lockout_threshold", "5"), ("default_concurrent_restore_actions", "10"),
      ("endpoint_rebind_propagation_grace_time", "15"), ("data_internode_encryption", "disabled"),
      // Came with 6.2.4; before, a database always went to the newest version.
      old ? nil : ("redis_upgrade_policy", policy.upgradePolicy),
      ("db_conns_auditing", "disabled"), ("watchdog profile", "local-network"), ("http support", "enabled"),
      ("upgrade mode", upgradeMode ? "enabled" : "disabled"), ("cm_session_timeout_minutes", "15"),
      ("cm_port", "8443"), ("cnm_http_port", "8080"), ("cnm_https_port", "\(restPort)"),
    ]
    return ["Cluster configuration:"] + rows.compactMap { $0 }.map { "    \($0.0): \($0.1)" }
  }
}
