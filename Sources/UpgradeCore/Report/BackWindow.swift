// Whether a shard could be handed back to the old version at this moment: the lamp of the health pane.

/// The way back of one shard, from what its servers say of themselves now.
package enum BackWindow: Hashable, Sendable {
  /// It can be handed back without loss; why.
  case open(String)
  /// Still possible, while something lasts that does not last for ever; what.
  case closing(String)
  /// Only a backup leads back; why.
  case closed(String)
  /// Nothing fresh enough tells; what is missing.
  case unknown(String)

  /// - Parameter promoted: whether this run has handed the shard to a node on the new version.
  package init(of shard: Shard, promoted: Bool, setup: Setup, snapshot: Snapshot) {
    let members = shard.members.compactMap { setup.node($0) }
    let old = members.map(\.release).filter { $0 != setup.to }
    let title = old.first?.title ?? "the old version"
    let way = WayBack.judge(from: old, to: setup.to)
    guard way.narrows else {
      self = .open("\(title) follows \(setup.to.title) and reads its files")
      return
    }
    guard promoted else {
      self = .open("nothing has been handed over: the primary is on \(title)")
      return
    }
    guard way.course == .narrows else {
      self = .closed("it ended with the hand-over to \(setup.to.title)")
      return
    }
    let left = members.filter { snapshot[$0.id].view?.release != setup.to }
    if left.isEmpty {
      self = .closed("no node is left on \(title)")
      return
    }
    guard let primary = snapshot.primary(of: shard), let source = snapshot[primary].view else {
      self = .unknown("no primary has been read")
      return
    }
    // The best of those that are left is what counts.
    let verdicts = left.map { Self.judge($0, source: source, setup: setup, snapshot: snapshot) }
    self = verdicts.first { $0.rank == 0 } ?? verdicts.min { $0.rank < $1.rank } ?? .unknown("nothing has been read")
  }

  private var rank: Int {
    switch self {
    case .open: 0
    case .closing: 1
    case .unknown: 2
    case .closed: 3
    }
  }

  /// One node that is left on the old version.
  private static func judge(
    _ node: NodeSetup, source: NodeView, setup: Setup, snapshot: Snapshot
  ) -> BackWindow {
    let name = node.address.description
    let reading = snapshot[node.id]
    if reading.isDown {
      return .closed("\(name) is down: it would ask for all data, which \(node.release.title) cannot read")
    }
    guard let view = reading.view else { return .unknown("\(name) has not been read") }
    let pulse = view.pulse
    guard let upstream = pulse.replication.upstream else {
      return .open("\(name) on \(node.release.title) is the primary")
    }
    if let refused = pulse.statistics.unexpectedErrorReplies, refused > 0 {
      return .closed("\(name) could not follow \(Words.count(refused, "command")) of the new version: its data differs")
    }
    if upstream.syncInProgress { return .closed("\(name) asks for all data, which \(node.release.title) cannot read") }
    let primary = source.pulse.replication
    let behind = max(0, primary.offset - upstream.offset)
    guard behind <= primary.backlogBytes else {
      let backlog = Words.bytes(primary.backlogBytes)
      return .closed("\(name) misses \(Words.bytes(behind)), more than the backlog of \(backlog)")
    }
    guard upstream.linkUp else {
      let down = upstream.downSeconds.map { " for \($0) s" } ?? ""
      return .closing(
        "the link of \(name) is down\(down), \(Words.bytes(behind)) of a backlog of "
          + "\(Words.bytes(primary.backlogBytes)) used")
    }
    // After a partial sync it goes by the new primary's name for their history.
    guard pulse.replication.replicationID == primary.replicationID else {
      return .unknown("\(name) does not follow the history of the new primary yet")
    }
    return .open("\(name) on \(node.release.title) follows, \(Words.bytes(behind)) behind")
  }
}
