// What a run came to, as one value: the same for text, Markdown and JSON.

/// The report of a run, finished or not.
package struct RunReport: Hashable, Sendable {
  package enum Result: String, Hashable, Sendable {
    case done
    case stopped
    case woundDown = "wound-down"
    /// The plan was not accepted; nothing was changed.
    case notStarted = "not-started"
    /// No end is on record: it is under way, or its wizard died.
    case unfinished
  }

  /// One node, from its old software to what it ran when it was last read.
  package struct Node: Hashable, Sendable {
    package var address: String
    package var from: Release
    package var to: Release
    /// How long it was out, from its stop to back in sync; nil where it was not, or still is.
    package var seconds: Double?
    package init(address: String, from: Release, to: Release, seconds: Double?) {
      self.address = address
      self.from = from
      self.to = to
      self.seconds = seconds
    }
  }

  /// One hand-over that happened; the longest stall that the probe saw on it, nil where nobody measured.
  package struct HandOver: Hashable, Sendable {
    package var shard: ShardID
    package var from: String
    package var to: String
    package var stallMilliseconds: Int?
    package init(shard: ShardID, from: String, to: String, stallMilliseconds: Int?) {
      self.shard = shard
      self.from = from
      self.to = to
      self.stallMilliseconds = stallMilliseconds
    }
  }

  package var run: String
  package var target: String
  package var result: Result
  /// The problem's name where it stopped at one.
  package var reason: String
  /// What came of it, in one sentence.
  package var sentence: String
  /// The software at the start, each release once, and the one that was wanted.
  package var from: [Release]
  package var to: Release?
  /// Milliseconds since 1970.
  package var began: Int64?
  package var ended: Int64?
  package var nodes: [Node]
  package var handOvers: [HandOver]
  /// nil: not measured.
  package var clients: ClientMeasure?
  /// Each rule that was set aside, with its object.
  package var overrides: [String]
  /// Each temporary change that was not put back.
  package var leftOver: [String]
  /// What was read back from the servers after the last step; empty where nobody looked.
  package var lines: [FinishReport.Line]
  package var byHand: [String]

  /// `finish` and `snapshot`: what was read back, where this process did.
  package init(
    of state: State, times: RunTimes, finish: FinishReport? = nil, clients: ClientMeasure? = nil,
    snapshot: Snapshot? = nil
  ) {
    let setup = state.setup
    run = state.run
    target = setup?.target ?? ""
    result = Result(state.ended)
    reason = state.ended?.name ?? state.problem?.name ?? ""
    sentence = state.ended?.sentence ?? state.problem?.what ?? ""
    var from: [Release] = []
    let nodes = (setup?.nodesByAddress ?? []).filter { setup?.isTemporary($0.id) != true }
    for node in nodes where !from.contains(node.release) { from.append(node.release) }
    self.from = from
    to = setup?.to
    began = times.began
    ended = times.ended
    self.nodes = nodes.map { node in
      Node(
        address: setup?.enterprise == nil ? node.address.description : "\(node.id) (\(node.address.host))",
        from: node.release,
        to: snapshot?[node.id].view?.release ?? state.expected[node.id]?.release ?? node.release,
        seconds: times.seconds(node.id))
    }
    let measure = clients ?? state.measures.last
    self.clients = measure
    handOvers = state.handOvers.map { fact in
      HandOver(
        shard: fact.shard, from: setup?.address(fact.from) ?? fact.from.text,
        to: setup?.address(fact.to) ?? fact.to.text,
        stallMilliseconds: measure?.stalls[fact.shard])
    }
    overrides = state.facts.overrideNotes
    leftOver = state.facts.openLedger.compactMap { key in
      state.facts.ledger[key].map { "\(key.directive) on \($0.address) is \($0.ours), was \($0.original)" }
    }
    leftOver += state.temporaryLeftOver
    lines = finish?.lines ?? []
    byHand = finish?.byHand ?? []
  }
}

extension State {
  /// The temporary server that is, or may be, still there, and what was kept of one that ended as the primary.
  package var temporaryLeftOver: [String] {
    var lines: [String] = []
    if let setup, setup.hasTemporary, let own = setup.temporary?.node {
      lines.append(
        "temporary server \(own.address) (\(standing(of: own.id))), folder \(own.directory): "
          + "resume goes on with it or takes it away")
    }
    if let kept = facts.temporaryKept { lines.append("data of a temporary server that ended as the primary: \(kept)") }
    return lines
  }
}

extension State {
  private func standing(of temporary: NodeID) -> String {
    facts.temporaryServes ? "PRIMARY" : facts.isOut(temporary) ? "begun, not yet in sync" : "replica"
  }
}

extension RunReport.Result {
  package init(_ ending: Ending?) {
    switch ending?.kind {
    case .done: self = .done
    case .woundDown: self = .woundDown
    case .stopped: self = ending?.name == EndingName.notStarted ? .notStarted : .stopped
    case nil: self = .unfinished
    }
  }
}

extension Setup {
  /// The nodes in the order of their addresses.
  package var nodesByAddress: [NodeSetup] { nodes.sorted { ($0.address, $0.id) < ($1.address, $1.id) } }
}

extension State {
  /// Whether this run has begun anything that changes the deployment; what was only fetched changes nothing.
  package var hasChanged: Bool { attempts.keys.contains { $0.verb != .confirm && $0.verb != .stage } }
  /// Whether there is anything to go on with: software was fetched, or more.
  package var hasBegun: Bool { attempts.keys.contains { $0.verb != .confirm } }
}
