// One node's place in the run, as the first word of its row and the facts beside it.

package import UpgradeCore

/// What a list says of one node.
package struct NodeStatus: Hashable, Sendable {
  package var id: NodeID
  package var word: StateWord
  package var address: String
  /// `PRIMARY` in capitals: it is the one that must not be touched by mistake.
  package var role: String
  package var shard: String
  /// What it runs, short; `?` where that is not known.
  package var version: String
  /// How long it was out, `-` where it was not yet.
  package var took: String
  /// Why it is not as usual, where there is something to say.
  package var note: String

  package init(_ node: NodeSetup, in picture: RunPicture) {
    let reading = picture.snapshot[node.id]
    let expected = picture.state.expected[node.id]
    id = node.id
    address = node.address.description
    shard = picture.setup?.shard(of: node.id)?.id.description ?? "-"
    // Without a run nothing is expected: what is not read is not known.
    let role = reading.view?.role ?? (picture.isWithoutRun ? nil : expected?.role ?? node.role)
    self.role = role.map { $0 == .primary ? "PRIMARY" : $0.rawValue } ?? "?"
    version = (reading.view?.release ?? expected?.release).map(picture.short) ?? "?"
    took = picture.times.seconds(node.id).map(Quantity.took) ?? "-"
    let standing = picture.isWithoutRun ? Standing(reading) : Standing(node.id, picture)
    word = standing.word
    note = standing.note
    if case .up(let view) = reading, view.pulse.persistence.loading {
      note = view.pulse.persistence.secondsToLoad.map { "loading, about \($0) s left" } ?? "loading its data"
    }
    if picture.setup?.enterprise != nil {
      let last = picture.health.cluster?.nodes.first { $0.id == Int(node.id.text) }
      show(picture.snapshot.member(node.id) ?? last, node, in: picture)
    }
  }

  /// A node of Redis Enterprise Software, as the cluster's own report shows it.
  private mutating func show(_ row: Enterprise.Node?, _ node: NodeSetup, in picture: RunPicture) {
    address = "\(node.id) \(node.address.host)"
    role = row.map { $0.role == .master ? "PRIMARY" : "member" } ?? "?"
    shard = row.map { String($0.shards) } ?? "?"
    version = (row.map { Release($0.version) } ?? picture.state.expected[node.id]?.release).map(picture.short) ?? "?"
    if let row, !row.status.isOK { note = row.status.text }
    if picture.isWithoutRun, let row { word = row.status.isOK ? .ok : .gone }
  }

  /// Every node of the run in the order in which it comes: replicas shard by shard, then primaries.
  ///
  /// The order is that of the start, so that no row moves while somebody reads it.
  package static func all(in picture: RunPicture) -> [NodeStatus] {
    guard let setup = picture.setup else { return [] }
    let rank: [ShardID: Int] = Dictionary(
      setup.shards.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    let placed = setup.nodesByAddress.enumerated().map { index, node in
      let shard = setup.shard(of: node.id).flatMap { rank[$0.id] } ?? setup.shards.count
      return (place: (node.role == .sentinel ? 2 : node.role == .replica ? 0 : 1, shard, index), node: node)
    }
    return placed.sorted { $0.place < $1.place }.map { NodeStatus($0.node, in: picture) }
  }
}

/// The word of a node's row, and why.
private struct Standing {
  var word: StateWord
  var note = ""

  init(_ node: NodeID, _ picture: RunPicture) {
    let state = picture.state
    let isOurs = state.facts.stopped.contains(node) || state.facts.isOut(node)
    let isInHand = state.inFlight.map { Self.concerns($0.action, node) } ?? false
    if state.problem?.object == .node(node) {
      word = .fail
    } else if isInHand {
      word = picture.watching?.isLive == false ? .hold : .run
    } else if case .down = picture.snapshot[node] {
      word = .gone
    } else if let question = state.asked, Self.concerns(question, node, picture) {
      word = .ask
    } else if Self.hasReached(node, picture) {
      word = picture.state.facts.goals.want[node] == picture.setup?.to ? .ok : .skip
    } else if let step = picture.posture.step, step.key.object == .node(node) || isOurs {
      word =
        picture.isPaused || picture.posture.gates.contains { !$0.isGreen } || picture.posture.settling != nil
        ? .hold : .wait
    } else {
      word = state.facts.goals.mode == .windDown ? .skip : .wait
    }
    switch picture.snapshot[node] {
    case _ where picture.setup?.enterprise != nil:
      note = picture.health.cluster == nil ? "not read yet" : ""
    case .down: note = isOurs ? "stopped by us, expected" : "down, not by us"
    case .unknown(let why): note = why
    case .up: break
    }
  }

  /// Where no run is, a node is well or it is not.
  init(_ reading: Reading) {
    switch reading {
    case .up(let view):
      let isWaiting = view.pulse.replication.upstream.map { !$0.linkUp || $0.syncInProgress } ?? false
      word = isWaiting || view.pulse.persistence.loading ? .hold : .ok
      if isWaiting {
        note = view.pulse.replication.upstream?.syncInProgress == true ? "full sync under way" : "link down"
      }
    case .down(let why): (word, note) = (.gone, why)
    case .unknown(let why): (word, note) = (why == "not read yet" ? .wait : .gone, why)
    }
  }

  private static func concerns(_ action: Action, _ node: NodeID) -> Bool {
    switch action {
    case .watch(let watched): watched == node
    case .backUp(let nodes): nodes.contains(node)
    default: action.touches.contains(node)
    }
  }

  /// A hand-over is asked on the row of the primary that gives its shard away.
  private static func concerns(_ question: Question, _ node: NodeID, _ picture: RunPicture) -> Bool {
    if question.name.object == picture.setup?.address(node) { return true }
    if question.name.kind == .upgradeHost {
      return picture.setup.map { $0.host(of: node) == question.name.object } ?? false
    }
    // These are about all nodes, though they open with the first one.
    if !question.isOfCommand, [.enableUpgradeMode, .disableUpgradeMode].contains(question.name.kind) { return false }
    switch question.step?.object {
    case .node(let asked): return asked == node
    case .shard(let shard): return picture.snapshot.shard(shard).flatMap(picture.snapshot.primary) == node
    default: return false
    }
  }

  /// Back in sync on what is wanted of it, as settled from readings.
  private static func hasReached(_ node: NodeID, _ picture: RunPicture) -> Bool {
    let state = picture.state
    guard let wanted = state.facts.goals.want[node], !state.facts.isOut(node) else { return false }
    return (picture.snapshot.release(of: node) ?? state.expected[node]?.release) == wanted
  }
}
