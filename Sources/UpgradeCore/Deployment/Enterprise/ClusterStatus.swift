// A Redis Enterprise Software cluster as one node's `rladmin status extra all` shows it.

extension Enterprise {
  /// The whole report; what it does not say is nil, never a healthy value.
  package struct ClusterStatus: Hashable, Sendable {
    /// `OK. Cluster master: 1 (198.51.100.2)` and the lines below; nil where only tables were asked for.
    package var headline: Headline?
    package var nodes: [Node]
    package var databases: [Database]
    package var endpoints: [ProxyEndpoint]
    package var shards: [ShardRow]

    /// Everything that is not as it has to be before a node may be touched, in the order of the report.
    package var complaints: [String] {
      var found: [String] = []
      if let headline, !headline.isOK { found.append("the cluster says \"\(headline.text)\"") }
      found += nodes.filter { !$0.status.isOK }.map { "node:\($0.id) is \($0.status.text)" }
      found += databases.filter { $0.status != "active" }.map { "db:\($0.id) \($0.name) is \($0.status)" }
      for endpoint in endpoints {
        if let watchdog = endpoint.watchdog, !watchdog.isOK { found.append("\(endpoint.id) is \(watchdog.text)") }
      }
      for shard in shards {
        for status in [shard.status, shard.watchdog].compactMap(\.self) where !status.isOK {
          found.append("redis:\(shard.id) of db:\(shard.database) on node:\(shard.node) is \(status.text)")
        }
      }
      return found
    }

    /// All nodes run the same build; while they do not, an upgrade is under way.
    package var versions: Set<BuildVersion> { Set(nodes.map(\.version)) }
    package var master: Node? { nodes.first { $0.role == .master } }
  }

  /// The lines above the tables.
  package struct Headline: Hashable, Sendable {
    /// The first line as it is printed.
    package var text: String
    /// The line says OK, and `Cluster health` does.
    package var isOK: Bool
    /// The node that coordinates the cluster, by its number.
    package var master: Int?
  }

  /// `OK`, `OK, OLD REDIS VERSION`, or anything else, which is trouble.
  package struct StatusWord: Hashable, Sendable {
    package var text: String

    package init(_ text: some StringProtocol) { self.text = String(text) }

    /// A remark behind OK is no trouble: an old version is what the upgrade is about.
    package var isOK: Bool { text == "OK" || remark != nil }

    /// What stands behind `OK, `, where it is one of those that the vendor documents.
    ///
    /// Source: redis/docs rladmin status, and upgrade-database. `CRBD` is how some releases spell it.
    package var remark: String? {
      guard text.hasPrefix("OK, ") else { return nil }
      let remark = String(text.dropFirst(4))
      return Self.remarks.contains(remark) ? remark : nil
    }

    private static let remarks: Set = [
      "OLD REDIS VERSION", "OLD CRDB PROTOCOL VERSION", "OLD CRDB FEATURESET VERSION", "OLD CRBD FEATURESET VERSION",
      "OLD MODULE VERSION",
    ]
  }

  /// One row of CLUSTER NODES.
  package struct Node: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable { case master, slave }

    package var id: Int
    /// The report was made on this node.
    package var isLocal: Bool
    package var role: Role
    package var address: String
    package var externalAddress: String?
    package var hostname: String
    /// Shards that it has, and how many it may have.
    package var shards: Int
    package var mostShards: Int
    package var version: BuildVersion
    package var status: StatusWord

    /// A node that is drained shows no room for a single shard (redis/docs, maintenance mode).
    package var isInMaintenance: Bool { shards == 0 && mostShards == 0 }
  }

  /// One row of DATABASES.
  package struct Database: Hashable, Sendable {
    package enum Persistence: String, Hashable, Sendable { case disabled, snapshot, aof }

    package var id: Int
    package var name: String
    /// `redis`, `memcached`.
    package var kind: String
    /// `active`, `active-change-pending`, ...: any but the first is trouble.
    package var status: String
    /// Primary shards only.
    package var shards: Int
    package var isReplicated: Bool
    package var persistence: Persistence
    package var endpoint: String
    /// The state machine that works on it; nil where none does.
    package var stateMachine: String?
    /// `6.0.16`; nil where the report has no such column.
    package var version: String?
  }

  /// One row of ENDPOINTS.
  package struct ProxyEndpoint: Hashable, Sendable {
    /// `endpoint:3:1`.
    package var id: String
    package var database: Int
    package var node: Int
    /// `single`, `all-master-shards`, `all-nodes`.
    package var policy: String
    package var watchdog: StatusWord?
  }

  /// One row of SHARDS.
  package struct ShardRow: Hashable, Sendable {
    package var id: Int
    package var database: Int
    package var node: Int
    package var isPrimary: Bool
    package var slots: String
    package var status: StatusWord
    package var watchdog: StatusWord?
  }
}
