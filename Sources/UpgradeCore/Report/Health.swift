// The health of the last ten minutes: what the panes draw and the report sums up.

/// A bounded series, one value a second; nil where nothing was read.
package struct Series: Hashable, Sendable {
  package private(set) var values: [Double?] = []
  package let limit: Int
  package init(limit: Int = 600) { self.limit = limit }
  package mutating func append(_ value: Double?) {
    if values.count == limit { values.removeFirst() }
    values.append(value)
  }
  package var last: Double? { values.last ?? nil }
  package var maximum: Double? { values.compactMap { $0 }.max() }
}

/// One shard's health.
package struct ShardHealth: Hashable, Sendable {
  /// Bytes that the worst replica is behind, both sides considered.
  package var lag = Series()
  package var replicasInSync = 0
  package var replicas = 0
  /// `INFO` operations per second of the primary.
  package var operations = Series()
  package init() {}
}

/// The health of a cluster of Redis Enterprise Software, out of its own report.
package struct ClusterHealth: Hashable, Sendable {
  /// One database: its row, its shards and its endpoints, all as the cluster says.
  package struct DatabaseHealth: Hashable, Sendable {
    package var id: Int
    package var name: String
    package var status: String
    package var version: String?
    package var shards = 0
    package var shardsOK = 0
    package var endpoints = 0
    package var endpointsOK = 0
    /// The state machine that works on it; nil where none does.
    package var stateMachine: String?

    package init(id: Int, name: String, status: String, version: String?, stateMachine: String? = nil) {
      self.id = id
      self.name = name
      self.status = status
      self.version = version
      self.stateMachine = stateMachine
    }

    package var isWell: Bool { status == "active" && shards == shardsOK && endpoints == endpointsOK }
  }
  package var databases: [DatabaseHealth] = []
  /// The nodes of the last report, however old it is.
  package var nodes: [Enterprise.Node] = []
  /// Everything that is not as it has to be.
  package var complaints: [String] = []
  /// nil where this release does not say.
  package var upgradeMode: Bool?
  /// Actions that run, in the cluster's own words; nil where they could not be read.
  package var actions: [String]?
  package init() {}

  package var active: Int { databases.count { $0.status == "active" } }
  package var shards: Int { databases.reduce(0) { $0 + $1.shards } }
  package var shardsOK: Int { databases.reduce(0) { $0 + $1.shardsOK } }
}

/// What is known of the deployment's health.
package struct Health: Hashable, Sendable {
  package var shards: [ShardID: ShardHealth] = [:]
  /// Of Redis Enterprise Software; nil where the nodes are servers.
  package var cluster: ClusterHealth?
  package var nodesUp = 0
  package var nodes = 0
  package var slotsServed = 0
  package var clusterOK: Bool?
  package var epoch: Int?
  /// From the client probe; nil: not measured.
  package var clients: ClientMeasure?
  /// The host through which servers are reached, and clients' stalls are measured; nil: directly.
  package var bastion: String?
  /// Client errors a second, from the probe.
  package var clientErrors = Series()
  /// When the last round was read; faces show `stale 7 s` from it.
  package var readAt: Instant?
  package init() {}
}
