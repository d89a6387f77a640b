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

/// What is known of the deployment's health.
package struct Health: Hashable, Sendable {
  package var shards: [ShardID: ShardHealth] = [:]
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
