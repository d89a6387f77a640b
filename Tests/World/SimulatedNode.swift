// One place of the cluster: a host's software and files, and the process that may run there.

import UpgradeCore

/// Who did something: it decides whom a loss is laid to.
package enum Doer: String, Hashable, Sendable {
  case us
  case others
  /// The cluster by itself, such as an election after a failure.
  case cluster
}

/// What a node says of itself on the cluster bus; kept in its nodes.conf.
struct Claim: Hashable {
  var role: Role
  /// The place of the primary that it follows.
  var primary: Int?
  var epoch: Int
  /// The shard whose slots it owns.
  var slots: Int?
}

/// What a node believes of another one.
struct Peer {
  var claim: Claim
  var lastHeard: Instant
  var isPossiblyFailing = false
  var failingSince: Instant?
}

/// A write that was acknowledged to a client, and when.
struct Write: Hashable {
  let number: Int
  let at: Instant
}

/// The keys of a shard as one node has them: a history that other nodes may share a part of.
struct DataSet {
  var history: String
  /// The history from which this one sprang, and how many writes they have in common.
  var earlier: (history: String, count: Int)?
  var writes: [Write] = []

  /// Bytes of the replication stream; one write is taken for 60.
  var offset: Int { 1000 + 60 * writes.count }
}

/// A file of data on a node's disk, and which release wrote it.
struct SavedData {
  var data: DataSet
  var writer: Release
}

/// The state of a replica's link to its primary.
enum Link: Hashable {
  case down(since: Instant)
  case connecting
  case syncing
  case up
}

/// A running server.
struct ServerProcess {
  let runID: String
  let id: Int
  let release: Release
  let startedAt: Instant
  var isLoading = true
  var settings: [String: String]
  var data: DataSet
  var link: Link
  /// Counts attempts to link, so that an old one that ends late is known.
  var linkAttempt = 0
  /// Writes wait until then: a manual failover is under way.
  var pausedUntil: Instant?
  var electedAt: Instant?
  /// A primary that just came up takes no writes yet (`CLUSTER_WRITABLE_DELAY`, redis 7.0 cluster.c).
  var servesFrom: Instant
  var isSaving = false
  var lastSaveSucceeded = true
  var saves = 0
  var lastSaveTime = 0
  var fullSyncs = 0
  var partialSyncs = 0
  /// A `SHUTDOWN` is under way.
  var isEnding = false
  /// How many calls of clients were sent on.
  var movedCalls = 0
}

/// One node of the cluster, up or down.
final class SimulatedNode {
  let place: Int
  let id: NodeID
  let address: Address
  /// The shard to which it belongs: that of the primary that it follows.
  var home: Int

  // The host's side: what survives a process.
  var installed: Release
  var fileSettings: [String: String]
  var saved: SavedData?
  var claim: Claim
  var epoch: Int
  var peers: [Peer] = []

  var process: ServerProcess?

  // The weather.
  var frozenUntil: Instant
  var busCutUntil: Instant
  var linkCutUntil: Instant
  var wizardCutUntil: Instant
  var replicationDelay = Duration.milliseconds(5)
  /// Whether background saves fail, and with them a shutdown that saves.
  var savesFail = false

  // What is remembered to judge by.
  /// Who ended the process last.
  var endedBy = Doer.others
  /// Who answers for what its shard loses by that end.
  var endAnsweredBy = Doer.others
  /// From our stop to back in sync.
  var isOutByUs = false
  /// The last time that somebody else did something to it.
  var touchedByOthers: Instant?
  /// What it should have at the end, where others changed it.
  var settingsOfOthers: [String: String] = [:]

  init(
    place: Int, id: NodeID, address: Address, home: Int, release: Release, settings: [String: String], claim: Claim,
    now: Instant
  ) {
    self.place = place
    self.id = id
    self.address = address
    self.home = home
    installed = release
    fileSettings = settings
    self.claim = claim
    epoch = claim.epoch
    (frozenUntil, busCutUntil, linkCutUntil, wizardCutUntil) = (now, now, now, now)
  }

  var port: Int { address.port }

  func isFrozen(_ now: Instant) -> Bool { frozenUntil > now }

  /// Whether it takes part in the cluster: up, loaded, not frozen, its bus not cut off.
  func isOnBus(_ now: Instant) -> Bool {
    guard let process else { return false }
    return !process.isLoading && !isFrozen(now) && busCutUntil <= now
  }
}

/// RDB versions, written down here once more so that a mistake in the program's own table cannot hide
/// (redis rdb.h of 6.2, 7.0, 8.0; valkey 8.0 rdb.h).
enum SavedFormat {
  static func version(of release: Release) -> Int {
    switch (release.product, release.version.major, release.version.minor) {
    case (.valkey, ..<9, _): 11
    case (.valkey, _, _): 80
    case (_, ..<7, _): 9
    case (_, 7, ..<2): 10
    case (_, 7, ..<4): 11
    default: 12
    }
  }

  static func canRead(_ reader: Release, from writer: Release) -> Bool { version(of: writer) <= version(of: reader) }
}
