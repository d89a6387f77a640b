// What a node's own counters say of the time since its start: errors that it gave, full syncs that it made, big values.

struct NoRefusals: NodeRule {
  let name: RuleName = "no-refusals"
  let severity = Severity.warning
  let title = "No node has refused its clients for want of memory, disk, replicas or slots"
  let why = "What it refused before it may refuse tonight, and then it looks as if the upgrade did it."
  let reads = "INFO everything: errorstat_OOM, errorstat_MISCONF, errorstat_NOREPLICAS, errorstat_CLUSTERDOWN"
  let remedy = "Find out when that was; where its cause is gone, CONFIG RESETSTAT counts anew."
  let source = "redis 6.2 release notes: INFO errorstats; redis src/server.c, processCommand"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let usage = view.inventory?.usage else {
      return .unknown(why: "\(scene.name(node)): INFO everything has not been read")
    }
    guard let errors = usage.errors else {
      return .notApplicable(why: "\(scene.name(node)) does not count its errors by code")
    }
    let refusals = ErrorCodes.refusals.compactMap { refusal in
      errors[refusal.code].flatMap { $0 > 0 ? "\($0) \(refusal.code) (\(refusal.meaning))" : nil }
    }
    guard !refusals.isEmpty else { return .holds(saw: "none") }
    return .broken(
      saw: "\(scene.name(node)) has answered since its start: \(refusals.joined(separator: ", "))",
      fix: "find out when that was; where its cause is gone, count anew: " + scene.paste(node, "CONFIG RESETSTAT"))
  }
}

struct SyncsGetThrough: NodeRule {
  let name: RuleName = "full-syncs"
  let severity = Severity.warning
  let title = "Replicas do not take all data anew time and again"
  let why = "A full sync that is cut off begins anew for ever: a replica that restarts would not come back in sync."
  let reads = "INFO stats: sync_full; INFO server: uptime_in_seconds; INFO replication: the replicas"
  let remedy = "See in the primary's log why it cuts replicas off; give them more output buffer and backlog."
  let source = "redis.io documentation, INFO; redis/redis#11534"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    let syncs = view.pulse.statistics.fullSyncs
    let replicas = max(1, view.pulse.replication.replicas.count)
    let seconds = view.pulse.server.uptimeSeconds
    // Each replica's first, and as many again for whatever was restarted: beyond that more than one an hour each.
    let usual = replicas * (2 + seconds / 3600)
    let saw = "\(Words.count(syncs, "full sync")) in \(Words.count(seconds / 60, "minute"))"
    guard syncs > usual else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)) has made \(saw) for \(Words.count(replicas, "replica"))",
      fix: "its log says why it cut them off; where it was the buffer: "
        + scene.paste(node, "CONFIG SET client-output-buffer-limit \"replica 1073741824 536870912 120\""))
  }
}

struct BigValues: NodeRule {
  let name: RuleName = "big-values"
  let severity = Severity.warning
  let title = "No value is so large that one command for it holds everybody up"
  let why =
    "A value is sent, loaded and deleted in one piece: meanwhile a node serves nobody, and a replica's buffer overflows."
  let reads = "INFO everything, section keysizes, from Redis 8.0 on"
  let remedy = "Find it on a replica with redis-cli --bigkeys -i 0.01, and split it when there is time."
  let source = "redis 8.0 release notes: INFO KEYSIZES; redis.conf, client-output-buffer-limit"

  /// As many bytes as a replica's output buffer may hold by default; a million elements.
  static let bytes = 1 << 28
  static let elements = 1 << 20

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    guard let usage = view.inventory?.usage else {
      return .unknown(why: "\(scene.name(node)): INFO everything has not been read")
    }
    guard let largest = usage.largest else {
      return .notApplicable(
        why: "\(scene.name(node)) does not count its values by size; to look: \(find(node, in: scene))")
    }
    let big = largest.sorted { $0.key < $1.key }.compactMap { kind, size -> String? in
      if kind == "strings" { return size >= Self.bytes ? "strings of \(Words.bytes(size)) or more" : nil }
      return size >= Self.elements ? "\(kind) of \(size) elements or more" : nil
    }
    guard !big.isEmpty else { return .holds(saw: "none") }
    return .broken(
      saw: "\(scene.name(node)) holds \(big.joined(separator: ", "))",
      fix: "find them: \(find(node, in: scene)); and split them when there is time")
  }

  private func find(_ node: NodeID, in scene: Scene) -> String { scene.paste(node, "--bigkeys -i 0.01") }
}
