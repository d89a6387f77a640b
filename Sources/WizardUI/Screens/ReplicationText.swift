// Servers outside of clusters in words: who follows whom, and whether the way back is open.

import UpgradeCore

extension HealthText {
  /// A row a server, below the one that it follows: `  10.0.0.2:6379  replica  7.0.15  12 B behind  in sync`.
  static func tree(_ picture: RunPicture) -> [Line] {
    guard let setup = picture.setup else { return [] }
    let shards = picture.snapshot.shards.isEmpty ? setup.shards : picture.snapshot.shards
    return shards.flatMap { shard in
      FollowerTree(of: shard, setup: setup, snapshot: picture.snapshot).rows.map { row in
        Line(String(repeating: "  ", count: row.depth)) + Line(setup.address(row.node), .bold) + "  "
          + state(of: row, picture.snapshot[row.node], setup)
      }
    }
  }

  private static func state(of row: FollowerTree.Row, _ reading: Reading, _ setup: Setup) -> Line {
    switch reading {
    case .unknown: return Line("not read", .attention)
    case .down: return Line("DOWN", .danger)
    case .up(let view):
      let version = Line(view.release.map { setup.short($0) } ?? "unknown version")
      let pulse = view.pulse
      let errors = pulse.statistics.unexpectedErrorReplies ?? 0
      let refused = errors > 0 ? Line("  \(errors) replication errors", .danger) : Line()
      guard let upstream = pulse.replication.upstream else { return Line("PRIMARY  ", .bold) + version + refused }
      let behind = row.behind.map { Line("  \(Quantity.bytes($0)) behind") } ?? Line()
      return Line("replica  ") + version + behind + "  " + link(upstream, pulse) + refused
    }
  }

  private static func link(_ upstream: Upstream, _ pulse: Pulse) -> Line {
    if pulse.persistence.loading { return Line("loading", .attention) }
    if upstream.syncInProgress { return Line("full sync", .attention) }
    if upstream.linkUp { return Line("link up") }
    return Line("LINK DOWN" + (upstream.downSeconds.map { " \($0) s" } ?? ""), .danger)
  }

  /// `Sentinels 3/3 agree`, then a row for each of them; empty where none is part of the run.
  static func sentinels(_ picture: RunPicture) -> [Line] {
    guard let setup = picture.setup, !setup.sentinels.isEmpty else { return [] }
    let shard = picture.snapshot.shards.first ?? setup.shards.first
    let primary = shard.flatMap(picture.snapshot.primary)
    var agreeing = 0
    let rows = setup.sentinels.map { node in
      let said = sentinel(picture.snapshot[node], node, primary, setup)
      if said.agrees { agreeing += 1 }
      return Line("  ") + Line(setup.address(node), .bold) + "  " + said.line
    }
    let isWhole = agreeing == setup.sentinels.count
    return [Line("Sentinels \(agreeing)/\(setup.sentinels.count) agree", isWhole ? .plain : .danger)] + rows
      + news(picture)
  }

  /// What the Sentinel that was told to fail over said of it: `  3 s ago  +promoted-slave  slave 10.0.0.2:6379`.
  private static func news(_ picture: RunPicture) -> [Line] {
    let events = picture.freshSentinelNews
    guard !events.isEmpty else { return [] }
    return [Line("Their failover")]
      + events.map { event in
        let age = Line("\(Quantity.wholeSeconds(picture.age(of: event.at))) ago").padded(to: 9, alignment: .right)
        return Line("  ") + age + "  " + Line(event.name, event.name.hasPrefix("-") ? .danger : .bold)
          + (event.about.isEmpty ? Line() : Line("  \(event.about)"))
      }
  }

  private static func sentinel(
    _ reading: Reading, _ node: NodeID, _ primary: NodeID?, _ setup: Setup
  ) -> (line: Line, agrees: Bool) {
    if reading.isDown { return (Line("DOWN", .danger), false) }
    guard let view = reading.view else { return (Line("not read", .attention), false) }
    let version = Line(view.release.map { setup.short($0) } ?? "unknown version") + "  "
    guard let own = view.pulse.sentinel, let group = own.group else {
      return (version + Line("does not know \(setup.watchedName ?? "the group")", .danger), false)
    }
    let isSame = primary != nil && setup.node(at: group.address, from: node) == primary
    let flags = group.flags.subtracting(["master"]).sorted()
    let parts = [
      Line("names \(group.address)", isSame ? .plain : .danger),
      flags.isEmpty ? Line() : Line(flags.joined(separator: ","), .danger),
      own.quorumFault == nil ? Line("quorum \(group.quorum)") : Line("NO QUORUM", .danger),
      Line("\(own.peers.count) others"), own.isTilted ? Line("TILT", .danger) : Line(),
    ].filter { !$0.isEmpty }
    let line = parts.dropFirst().reduce(parts[0]) { $0 + "  " + $1 }
    return (version + line, isSame && own.quorumFault == nil && !own.isTilted && flags.isEmpty)
  }

  static func window(_ picture: RunPicture) -> BackWindow? {
    guard let setup = picture.state.setup, let shard = picture.snapshot.shards.first ?? setup.shards.first else {
      return nil
    }
    return BackWindow(
      of: shard, promoted: picture.state.facts.promoted.contains(shard.id), setup: setup, snapshot: picture.snapshot)
  }

  /// `way back OPEN`, and why; both empty where no run has begun.
  package var backWindow: (lamp: Line, why: String) {
    guard let wayBack else { return (Line(), "") }
    guard !isStale else { return (Line("way back ") + Line("not known", .attention), "") }
    switch wayBack {
    case .open(let why): return (Line("way back ") + Line("OPEN", .good), why)
    case .closing(let why): return (Line("way back ") + Line("CLOSING", .attention), why)
    case .closed(let why): return (Line("way back ") + Line("CLOSED", .attention), why)
    case .unknown(let why): return (Line("way back ") + Line("not known", .attention), why)
    }
  }
}
