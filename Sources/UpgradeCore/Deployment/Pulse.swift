// What one node says of itself in `INFO` and `CLUSTER INFO`: read every second, and many times a second by an open gate.

/// Whether a node takes writes of its shard or follows another.
package enum Role: String, Hashable, Sendable {
  case primary
  case replica
  /// It holds no data: it watches over those that do.
  case sentinel
}

/// One node's own account of itself. A field that the server did not print is nil: "not supported", never zero.
package struct Pulse: Hashable, Sendable {
  package var server: ServerFacts
  package var replication: Replication
  package var persistence: Persistence
  package var memory: Memory
  package var statistics: Statistics
  /// Keys of all databases, and how many of them carry an expiry.
  package var keys: Int
  package var expiringKeys: Int
  /// From `CLUSTER INFO`; nil where cluster mode is off.
  package var cluster: ClusterInfo?
  /// What a Sentinel says of the group that it watches; nil for a server.
  package var sentinel: SentinelView?

  package var role: Role { replication.role }
}

/// The section `server` of `INFO`.
package struct ServerFacts: Hashable, Sendable {
  /// What the server calls itself: `redis` where it names nothing, else `server_name`.
  package var name: String
  /// nil for a product that is none of ours.
  package var product: Product?
  /// `valkey_version` on Valkey, which says `redis_version:7.2.4` for ever; `redis_version` on Redis.
  package var version: Version?
  /// The version as printed, for sentences about one that cannot be read.
  package var versionText: String
  /// `standalone`, `sentinel` or `cluster`.
  package var mode: String
  package var runID: String
  package var processID: Int
  package var port: Int
  package var uptimeSeconds: Int
  package var executable: String
  /// Empty where the server runs without one.
  package var configFile: String

  package var release: Release? {
    guard let product, let version else { return nil }
    return Release(product, version)
  }
}

/// The section `replication` of `INFO`.
package struct Replication: Hashable, Sendable {
  package var role: Role
  /// `master_repl_offset`, bytes.
  package var offset: Int
  package var replicationID: String
  package var secondOffset: Int
  package var backlogActive: Bool
  package var backlogBytes: Int
  /// On a primary: who follows it.
  package var replicas: [ReplicaLine]
  /// On a replica: whom it follows.
  package var upstream: Upstream?
  /// `master_failover_state`, from 6.2 on.
  package var failover: FailoverState?
}

/// How far a `FAILOVER` has come on the server that was told.
package enum FailoverState: String, Hashable, Sendable {
  case none = "no-failover"
  /// Writes are paused until the candidate has all of them.
  case waiting = "waiting-for-sync"
  /// It has told the candidate to take over, and waits for that without an end.
  case underWay = "failover-in-progress"
}

/// One `slaveN:` line of a primary.
package struct ReplicaLine: Hashable, Sendable {
  package var address: Address
  /// `online`, `wait_bgsave`, `send_bulk`, ...
  package var state: String
  /// The last offset that the replica acknowledged, bytes.
  package var offset: Int
  /// Age of that acknowledgement in seconds: not a lag.
  package var acknowledgedSecondsAgo: Int
}

/// A replica's view of its primary.
package struct Upstream: Hashable, Sendable {
  package var address: Address
  package var linkUp: Bool
  package var syncInProgress: Bool
  /// `slave_repl_offset`, bytes processed.
  package var offset: Int
  package var lastIOSecondsAgo: Int
  package var downSeconds: Int?
  package var readOnly: Bool
}

/// The section `persistence` of `INFO`.
package struct Persistence: Hashable, Sendable {
  package var loading: Bool
  package var asyncLoading: Bool
  package var backgroundSaveRunning: Bool
  package var rewriteRunning: Bool
  package var rewriteScheduled: Bool
  package var moduleForkRunning: Bool
  package var lastSaveSucceeded: Bool
  package var lastRewriteSucceeded: Bool
  package var lastAppendSucceeded: Bool
  package var appendOnly: Bool
  /// Unix seconds of the last finished save.
  package var lastSaveTime: Int
  package var changesSinceSave: Int
  /// `rdb_saves`, from 7.0.
  package var saves: Int?
  package var lastSaveCopyOnWriteBytes: Int?
  /// `loading_eta_seconds`, printed only while loading.
  package var secondsToLoad: Int?

  /// Any child that copies this process's memory.
  package var forkRunning: Bool { backgroundSaveRunning || rewriteRunning || moduleForkRunning }
}

/// The section `memory` of `INFO`, bytes.
package struct Memory: Hashable, Sendable {
  package var used: Int
  package var resident: Int
  package var maximum: Int
  package var policy: String
}

/// The sections `stats` and `clients` of `INFO`.
package struct Statistics: Hashable, Sendable {
  package var operationsPerSecond: Int
  package var fullSyncs: Int
  package var partialSyncs: Int
  package var refusedPartialSyncs: Int
  /// From 6.0: replies of error that a replica sent to its primary; any growth means that data diverged.
  package var unexpectedErrorReplies: Int?
  package var connectedClients: Int
  package var blockedClients: Int
}

/// `CLUSTER INFO`.
package struct ClusterInfo: Hashable, Sendable {
  package var isOK: Bool
  package var slotsAssigned: Int
  package var slotsOK: Int
  package var slotsPossiblyFailing: Int
  package var slotsFailing: Int
  package var knownNodes: Int
  package var size: Int
  package var currentEpoch: Int
  package var myEpoch: Int
  /// `total_cluster_links_buffer_limit_exceeded`, from 7.0 on: links that were cut because their buffer was full.
  package var linksCut: Int?
}
