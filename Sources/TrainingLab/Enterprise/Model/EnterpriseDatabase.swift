// A database of the simulated cluster, with its shards and endpoints.

extension Simulator {
  package enum Persistence: String, Codable, Sendable { case disabled, snapshot, aof }

  /// Which proxies serve a database.
  package enum ProxyPolicy: String, Codable, Sendable {
    case single
    case allPrimaryShards = "all-master-shards"
    case allNodes = "all-nodes"
  }

  /// The vendor's words for a shard's role.
  package enum Role: String, Codable, Sendable {
    case primary = "master"
    case replica = "slave"
  }

  package struct Database: Codable, Equatable, Sendable {
    package enum Status: String, Codable, Sendable {
      case pending, active, recovery
      case changing = "active-change-pending"
      case importing = "import-pending"
    }

    package var id: Int
    package var name: String
    /// The full version of its Redis, such as `7.2.4`.
    package var version: String
    package var status = Status.active
    package var hasReplication: Bool
    package var persistence: Persistence
    package var proxyPolicy: ProxyPolicy
    package var port: Int
    package var shards: [Shard]
    /// The nodes whose proxies serve it.
    package var endpoints: [Int] = []
    /// Whether clients must say a password; it stands in a file of its own.
    package var hasPassword = true
    /// Whether its proxies speak TLS, with the cluster's certificate; nil in states of before.
    package var speaksTLS: Bool?
    package var memory = 104_857_600
    /// Seconds since 1970 of the last export; nil: never.
    package var lastExport: Int64?
    package var isReplicaOf: [Int] = []

    package init(
      id: Int, name: String, version: String, replication: Bool, persistence: Persistence, policy: ProxyPolicy,
      port: Int, shards: [Shard]
    ) {
      self.id = id
      self.name = name
      self.version = version
      hasReplication = replication
      self.persistence = persistence
      proxyPolicy = policy
      self.port = port
      self.shards = shards
    }

    package var usesTLS: Bool { speaksTLS ?? false }
    package var primaries: [Shard] { shards.filter { $0.role == .primary } }
    /// `7.2` of `7.2.4`.
    package var shortVersion: String { version.split(separator: ".").prefix(2).joined(separator: ".") }

    /// The other shard of the same slots.
    package func partner(of shard: Shard) -> Shard? { shards.first { $0.slots == shard.slots && $0.id != shard.id } }

    /// Neither of the two that keep data over a restart.
    package var isUnprotected: Bool { !hasReplication && persistence == .disabled }

    package func endpointName(in cluster: Cluster) -> String { "redis-\(port).\(cluster.name):\(port)" }
  }

  package struct Shard: Codable, Equatable, Sendable {
    package enum Status: String, Codable, Sendable { case ok, loading, down, busy, timeout, unknown }
    package enum Sync: String, Codable, Sendable {
      case idle
      case running = "in_progress"
      case linkDown = "link_down"
    }

    package var id: Int
    package var role: Role
    package var node: Int
    package var slots: ClosedRange<Int>
    /// Where its real server listens, on 127.0.0.1.
    package var port: Int
    package var status = Status.ok
    package var sync = Sync.idle
    package var syncProgress = 0
    /// The full version that it runs: its database's, but for the time of an upgrade.
    package var version: String
    package var usedMemory = 2_181_038
    /// How often its server was started; a connection to an earlier one is none any more.
    package var starts = 1

    package init(id: Int, role: Role, node: Int, slots: ClosedRange<Int>, port: Int, version: String) {
      self.id = id
      self.role = role
      self.node = node
      self.slots = slots
      self.port = port
      self.version = version
    }
  }
}
