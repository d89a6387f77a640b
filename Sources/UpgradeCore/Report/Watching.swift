// What a picture rests on that somebody looks at who drives nothing: who does, and how old the last word of it is.

/// A deployment, with or without a run of somebody else, as a watcher sees it.
package struct Watching: Hashable, Sendable {
  /// Who drives the run at this moment.
  package enum Driver: Hashable, Sendable {
    /// No run is followed: everything was read from the servers.
    case noRun
    /// This wizard holds the run's lock.
    case drives(String)
    /// Nobody holds it, and no end is on record; how it went, where that is known.
    case gone(String, crash: String?)
    /// Why it cannot be told, as the end of a sentence.
    case unknown(String)
  }

  package var driver: Driver
  /// When the last record of the run was written; nil without a run.
  package var recordedAt: Instant?
  /// When what clients felt was written down last.
  package var measuredAt: Instant?
  /// What keeps the journal from being followed, a sentence; what is shown is then what was known before.
  package var obstacle: String?

  package init(
    _ driver: Driver, recordedAt: Instant? = nil, measuredAt: Instant? = nil, obstacle: String? = nil
  ) {
    self.driver = driver
    self.recordedAt = recordedAt
    self.measuredAt = measuredAt
    self.obstacle = obstacle
  }

  /// Whether what was recorded last is still what goes on: somebody drives it, and all that he writes is read.
  package var isLive: Bool {
    switch driver {
    case .noRun: true
    case .drives: obstacle == nil
    case .gone, .unknown: false
    }
  }

  /// Whether nobody drives the run, as far as anybody can tell.
  package var isDriverGone: Bool {
    if case .gone = driver { true } else { false }
  }
}

extension RunPicture {
  /// Whether this picture is shown to somebody who may change nothing.
  package var isReadOnly: Bool { kind == .watching }

  /// Whether there is a deployment in it and no run at all.
  package var isWithoutRun: Bool { watching?.driver == .noRun }
}

extension Posture {
  /// Without a run: what one would wait for before each node, on every object.
  package init(watching snapshot: Snapshot, _ setup: Setup) {
    self.init()
    let scene = Scene(snapshot: snapshot, setup: setup)
    guard setup.enterprise == nil else {
      let gates: [RuleName] = [
        "cluster-is-ok", "databases-active", "no-maintenance", "no-running-action", "no-shard-syncing", "quorum-kept",
      ]
      self.gates = gates.map { rule in
        let gate = Gate(rule, .deployment)
        return GateStatus(gate: gate, verdict: Rulebook.evaluate(rule, .deployment, in: scene))
      }
      return
    }
    let names: [RuleName] =
      switch setup.kind {
      case .replication: ["replication-tree", "shards-served"]
      case .standalone: ["shards-served"]
      case .sentinel: ["replication-tree", "shards-served", "sentinels-agree", "quorum-reached"]
      case .cluster, .enterprise: ["cluster-ok", "shards-served", "views-agree"]
      }
    let ofAll = names.map { Gate($0, .deployment) }
    let ofShards = setup.shards.filter { $0.members.count > 1 }.map { Gate("replica-in-sync", .shard($0.id)) }
    gates = (ofAll + ofShards).map { gate in
      GateStatus(gate: gate, verdict: Rulebook.evaluate(gate.rule, gate.object, in: scene))
    }
  }
}
