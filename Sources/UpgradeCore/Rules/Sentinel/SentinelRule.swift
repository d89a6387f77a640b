// Rules about Sentinels, one at a time, and how several verdicts become one.

/// A rule that asks each Sentinel by itself; asked about the deployment, it asks all of them but those in hand.
protocol SentinelRule: Rule {
  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict
}

extension SentinelRule {
  package func objects(in scene: Scene) -> [ObjectID] { scene.setup.sentinels.map(ObjectID.node) }

  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    if case .node(let node) = object { return verdict(on: node, in: scene) }
    let asked = scene.setup.sentinels.filter { !scene.ignoring.contains($0) }
    return Verdict.together(asked.map { verdict(on: $0, in: scene) }, of: "Sentinel")
  }

  private func verdict(on node: NodeID, in scene: Scene) -> Verdict {
    switch scene.word(of: node) {
    case .success(let view): judge(node, view, in: scene)
    case .failure(let unheard): .unknown(why: unheard.why)
    }
  }
}

/// A rule about all Sentinels together.
protocol GroupRule: Rule {
  func judge(_ views: [(node: NodeID, view: SentinelView)], in scene: Scene) -> Verdict
}

extension GroupRule {
  package func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    var views: [(node: NodeID, view: SentinelView)] = []
    for node in scene.setup.sentinels where !scene.ignoring.contains(node) {
      switch scene.word(of: node) {
      case .success(let view): views.append((node, view))
      case .failure(let unheard): return .unknown(why: unheard.why)
      }
    }
    guard !views.isEmpty else { return .unknown(why: "no Sentinel is known") }
    return judge(views, in: scene)
  }
}

/// Why a Sentinel's word does not count.
struct Unheard: Error {
  var why: String
}

extension Scene {
  /// What a Sentinel says; it speaks of all others, so that it has to have been asked after our last effect on any.
  func word(of sentinel: NodeID) -> Result<SentinelView, Unheard> {
    switch look(at: sentinel) {
    case .unseen(let why): return .failure(Unheard(why: why))
    case .seen(let view):
      guard let own = view.pulse.sentinel else { return .failure(Unheard(why: "\(name(sentinel)) is no Sentinel")) }
      guard view.pulseAsOf >= setup.everyone.compactMap({ snapshot.touched[$0] }).max() ?? 0 else {
        return .failure(Unheard(why: "\(name(sentinel)) has not been asked since the last change to the others"))
      }
      return .success(own)
    }
  }

  /// The name of the group.
  var watched: String { setup.watchedName ?? "?" }

  /// The node that a Sentinel means by an address.
  func watchedNode(_ address: Address, from sentinel: NodeID) -> NodeID? { setup.node(at: address, from: sentinel) }

  /// Words for what `SENTINEL RESET` mends, and how it is done without harm.
  func resetWords(_ node: NodeID) -> String {
    "with all servers up, " + paste(node, "SENTINEL RESET \(watched)")
      + "; then the same on the next one, 30 s later each"
  }
}

extension Set<String> {
  /// Flags of an instance in a fixed order, to be shown.
  var shown: String { sorted().joined(separator: ",") }
}
