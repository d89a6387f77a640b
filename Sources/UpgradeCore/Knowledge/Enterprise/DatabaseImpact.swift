// What the upgrade of a database does to those who use it: replication and persistence decide.

extension Enterprise {
  /// What clients and data go through while a database gets its new version.
  ///
  /// Source: redis/docs, upgrade-database; that a database restarts without loss holds only where a replica or a file
  /// has its data.
  package enum DatabaseImpact: Hashable, Sendable {
    /// Its replica takes over before its primary is restarted.
    case noDowntime
    /// It is not there while it restarts and reads its file.
    case downtime(losesLastWrites: Bool)
    /// Nothing has its data while it restarts.
    case allDataLost

    package init(isReplicated: Bool, persistence: Database.Persistence) {
      switch (isReplicated, persistence) {
      case (true, _): self = .noDowntime
      case (false, .aof): self = .downtime(losesLastWrites: false)
      case (false, .snapshot): self = .downtime(losesLastWrites: true)
      case (false, .disabled): self = .allDataLost
      }
    }

    package var consentClass: ConsentClass {
      switch self {
      case .noDowntime: .visible
      case .downtime: .outage
      case .allDataLost: .loss
      }
    }

    /// What clients feel, as a sentence.
    package var words: String {
      switch self {
      case .noDowntime: "connections are closed once, when the replica takes over; no data is lost"
      case .downtime(losesLastWrites: false):
        "the database is away until it has read its append-only file; no data is lost"
      case .downtime(losesLastWrites: true):
        "the database is away until it has read its last snapshot; writes since then are lost"
      case .allDataLost: "ALL DATA OF THE DATABASE IS LOST: it has no replica and no file"
      }
    }
  }
}

extension Enterprise.DatabaseSetup {
  /// What keeps its data while it is upgraded: `replica, aof`, `snapshot only`, `NOTHING`.
  package var keepers: String {
    switch (isReplicated, persistence) {
    case (true, .disabled): "replica only"
    case (true, let file): "replica, \(file.rawValue)"
    case (false, .disabled): "NOTHING"
    case (false, let file): "\(file.rawValue) only"
    }
  }
}
