// The services of a node and the ports that they need: facts as data.

extension Simulator {
  package enum Services {
    /// What runs on a node; the names are those that public documents and logs mention.
    package static let all = [
      "alert_mgr", "ccs", "cluster_watchdog", "cm_server", "cnm_exec", "cnm_http", "crdb_coordinator", "dmcproxy",
      "envoy", "heartbeatd", "job_scheduler", "mdns_server", "metrics_exporter", "node_wd", "pdns_server", "redis_mgr",
      "resource_mgr", "stats_archiver",
    ]

    /// Those that do not come up on a node as it is.
    package static func failing(on node: Node) -> [String] {
      (node.has(.serviceDead) ? ["alert_mgr"] : []) + Ports.taken(on: node, by: node.version).map(\.service)
    }
  }

  /// Ports that a version was the first to need (redis/docs, networking/port-configurations.md and release notes).
  package enum Ports {
    package struct Row: Equatable, Sendable {
      package let port: Int
      package let service: String
      let since: [Int]
    }

    package static let rows = [
      Row(port: 3347, service: "cert_exporter", since: [7, 8, 2]),
      Row(port: 3348, service: "process_exporter", since: [7, 8, 2]),
      Row(port: 3349, service: "cluster_wd_exporter", since: [7, 8, 2]),
      Row(port: 3350, service: "db_controller", since: [7, 8, 2]),
      Row(port: 9091, service: "node_exporter", since: [7, 8, 2]),
      Row(port: 9125, service: "statsd_exporter", since: [7, 8, 2]),
      Row(port: 3346, service: "cluster_api_internal", since: [7, 22]),
      Row(port: 3351, service: "cluster_watchdog_grpc_api", since: [7, 22]),
      Row(port: 3352, service: "grpc_service_mesh", since: [7, 22]),
      Row(port: 3353, service: "local_grpc_service_mesh", since: [7, 22]),
      Row(port: 3354, service: "grpc_gossip_envoy", since: [7, 22]),
      Row(port: 3355, service: "authentication_service", since: [7, 22]),
      Row(port: 3357, service: "reconciliation_tree_grpc", since: [8, 0, 18]),
    ]

    /// The ports that a version needs and somebody else holds on that node.
    package static func taken(on node: Node, by version: Version) -> [Row] {
      rows.filter { row in
        node.host.busyPorts.contains(row.port) && !version.numbers.lexicographicallyPrecedes(row.since)
      }
    }
  }
}

extension Simulator.Cluster {
  /// Once all nodes run newer software, new databases get its version, unless somebody had chosen another one.
  package mutating func followDefault(from old: Simulator.Version) {
    guard !isMixed, let now = oldestVersion, now > old,
      policy.defaultVersion == Simulator.Bundles.usual(of: old, policy: policy.upgradePolicy)
    else { return }
    policy.defaultVersion = Simulator.Bundles.usual(of: now, policy: policy.upgradePolicy)
  }

  /// Switches a fault on a node on or off, with what it changes about the host at once.
  package mutating func set(_ fault: Simulator.Fault, on node: Int, to isOn: Bool) {
    change(node: node) {
      $0.faults.removeAll { $0 == fault }
      if isOn { $0.faults.append(fault) }
      switch fault {
      case .swapOn: $0.host.hasSwap = isOn
      case .portBusy: $0.host.busyPorts = $0.host.busyPorts.filter { $0 != 3346 } + (isOn ? [3346] : [])
      case .dnsPortBusy: $0.host.busyPorts = $0.host.busyPorts.filter { $0 != 53 } + (isOn ? [53] : [])
      case .oldOpenSSL:
        $0.host.family = "rhel"
        $0.host.name = "Red Hat Enterprise Linux"
        $0.host.semanticVersion = "9.3"
        $0.host.version = "Red Hat Enterprise Linux 9.3 (Plow)"
        $0.host.openSSL = isOn ? "3.0.7" : "3.3.1"
      default: break
      }
    }
    switch fault {
    case .shardSyncing:
      let own = shards.filter { $0.node == node }
      guard let shard = own.first(where: { $0.role == .replica }) ?? own.first else { return }
      change(shard: shard.id) {
        $0.sync = isOn ? .running : .idle
        $0.syncProgress = isOn ? 40 : 0
      }
    case .staysLoading where !isOn:
      for shard in shards where shard.node == node && shard.status == .loading {
        change(shard: shard.id) { $0.status = .ok }
      }
    default: break
    }
  }
}
