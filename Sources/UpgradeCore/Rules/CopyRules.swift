// Whether replicas can be relied on as copies: as many keys, clocks that agree, syncs that end and leave memory.

struct ReplicaKeys: NodeRule {
  let name: RuleName = "replica-keys"
  let severity = Severity.warning
  let title = "Every replica has as many keys as its primary, apart from those that expire"
  let why = "A replica that is in sync by its offsets and short of keys has lost them for good once it takes over."
  let reads = "INFO keyspace of a replica and its primary, read together"
  let remedy = "Look twice; where the difference stays, let the replica start without its data files."
  let source = "redis.io documentation, Replication: how Redis replication deals with expires on keys"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let upstream = view.pulse.replication.upstream else {
      return .notApplicable(why: "\(scene.name(node)) is a primary")
    }
    guard let primary = scene.primaryView(of: node)?.pulse else {
      return .unknown(why: "\(scene.name(node)): its primary has not been read")
    }
    guard upstream.linkUp, !upstream.syncInProgress else {
      return .notApplicable(why: "\(scene.name(node)) is not in sync, which another check says")
    }
    // Both are read a moment apart, while clients write; expired keys stay at a replica until its primary meets them.
    let moment = 100 + primary.statistics.operationsPerSecond
    let difference = view.pulse.keys - primary.keys
    let saw = "\(view.pulse.keys) keys, its primary \(primary.keys)"
    guard difference < -moment || difference > moment + primary.expiringKeys / 4 else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)) has \(saw)",
      fix: "count both once more (\(scene.paste(node, "DBSIZE"))); where the difference stays, stop the replica, move "
        + "its data files aside and start it, so that it copies everything anew")
  }
}

struct ClocksAgree: Rule {
  let name: RuleName = "clocks-agree"
  let severity = Severity.blocking
  let title = "The clocks of all nodes agree"
  let why = "Expiries are moments, not spans: after a hand-over a clock that is ahead deletes keys too early."
  let reads = "TIME of every node against our clock"
  let remedy = "Let the host's clock be set: chronyc makestep, or timedatectl set-ntp true."
  let source = "redis 7.0 release notes (expiries are replicated as absolute times); redis.io documentation, EXPIRE"
  let severityVaries = "a warning up to 30 s"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    spread(in: scene).map { $0.atLeast > .seconds(30) } ?? false ? .blocking : .warning
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let unread = scene.members.filter { scene.snapshot[$0].view?.inventory?.clock == nil }
    guard let spread = spread(in: scene), unread.isEmpty else {
      return .unknown(why: "the clock of \(scene.names(unread)) has not been read")
    }
    guard spread.atLeast > .seconds(1) else { return .holds(saw: "\(Self.words(spread.atLeast)) apart at most") }
    return .broken(
      saw: "the clock of \(scene.name(spread.last)) is \(Self.words(spread.atLeast)) ahead of that of "
        + scene.name(spread.first),
      fix: "see which is right (\(scene.paste(spread.last, "TIME"))), and on the other host: chronyc makestep")
  }

  /// The two that are furthest apart, by what cannot be put down to the time of an answer.
  private func spread(in scene: Scene) -> (first: NodeID, last: NodeID, atLeast: Duration)? {
    let clocks = scene.members.compactMap { node in
      scene.snapshot[node].view?.inventory?.clock.map { (node: node, clock: $0) }
    }
    guard let first = clocks.min(by: { $0.clock.ahead < $1.clock.ahead }),
      let last = clocks.max(by: { $0.clock.ahead < $1.clock.ahead })
    else { return nil }
    let apart = last.clock.ahead - first.clock.ahead - first.clock.within - last.clock.within
    return (first.node, last.node, max(.zero, apart))
  }

  private static func words(_ duration: Duration) -> String { "\(Words.tenths(duration.seconds)) s" }
}

struct ReplicationTimeout: NodeRule {
  let name: RuleName = "replication-timeout"
  let severity = Severity.warning
  let title = "A replica waits longer for its primary than the primary is silent"
  let why = "Otherwise every quiet moment cuts the link, and a replica that is being upgraded never comes back in sync."
  let reads = "CONFIG GET repl-timeout, repl-ping-replica-period"
  let remedy = "CONFIG SET repl-timeout 60."
  let source = "redis.conf, repl-timeout"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let configuration = view.inventory?.configuration ?? [:]
    let period = scene.directive(node, "repl-ping-replica-period")
    guard let timeout = configuration["repl-timeout"].flatMap(Int.init),
      let silence = configuration[period].flatMap(Int.init)
    else { return .unknown(why: "\(scene.name(node)): repl-timeout and \(period) have not been read") }
    let saw = "repl-timeout \(timeout) s, \(period) \(silence) s"
    guard timeout <= silence else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)): \(saw)",
      fix: scene.paste(node, "CONFIG SET repl-timeout \(max(60, silence * 6))") + ", then CONFIG REWRITE")
  }
}

struct DisklessLoad: NodeRule {
  let name: RuleName = "diskless-load"
  let severity = Severity.warning
  let title = "A full sync does not need twice the memory on a replica"
  let why = "With repl-diskless-load swapdb a replica keeps its old data until the new is loaded: both at once."
  let reads = "CONFIG GET repl-diskless-load; INFO memory: used_memory"
  let remedy = "CONFIG SET repl-diskless-load disabled for the time of the upgrade."
  let source = "redis.conf, repl-diskless-load"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let configuration = view.inventory?.configuration, !configuration.isEmpty else {
      return .unknown(why: "\(scene.name(node)): its configuration has not been read")
    }
    guard let value = configuration["repl-diskless-load"] else {
      return .notApplicable(why: "\(scene.name(node)) has no repl-diskless-load")
    }
    guard value == "swapdb" else { return .holds(saw: "repl-diskless-load \(value)") }
    return .broken(
      saw: "\(scene.name(node)): repl-diskless-load swapdb, and \(Words.bytes(view.pulse.memory.used)) in use: a full "
        + "sync takes as much again",
      fix: scene.paste(node, "CONFIG SET repl-diskless-load disabled"))
  }
}
