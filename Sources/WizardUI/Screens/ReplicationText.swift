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
