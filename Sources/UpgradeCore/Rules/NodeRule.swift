// Rules about one node at a time, and how several nodes' verdicts become one.

/// A rule that asks each node by itself; asked about a shard, a host or the deployment, it asks all of their nodes.
///
/// A node that a gate names is always judged. `scene.ignoring` is left out only where a larger object is judged: a
/// node that is being worked on must not hold back the rest, and must not be passed unseen either.
protocol NodeRule: Rule {
  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict
  /// The verdict on one node, readable or not; by default an unreadable one is unknown.
  func verdict(on node: NodeID, in scene: Scene) -> Verdict
}

extension NodeRule {
  package func objects(in scene: Scene) -> [ObjectID] { scene.members.map(ObjectID.node) }

  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    if case .node(let node) = object { return verdict(on: node, in: scene) }
    return scene.together(object) { verdict(on: $0, in: scene) }
  }

  func verdict(on node: NodeID, in scene: Scene) -> Verdict {
    switch scene.look(at: node) {
    case .seen(let view): judge(node, view, in: scene)
    case .unseen(let why): .unknown(why: why)
    }
  }
}

extension Verdict {
  /// The verdict on a whole out of those on its parts: what is broken first, then what is not known.
  static func together(_ verdicts: [Verdict], of part: String) -> Verdict {
    var broken: [String] = []
    var fixes: [String] = []
    var unknown: [String] = []
    var held: [String] = []
    var skipped: [String] = []
    for verdict in verdicts {
      switch verdict {
      case .broken(let saw, let fix):
        broken.append(saw)
        if !fixes.contains(fix) { fixes.append(fix) }
      case .unknown(let why): unknown.append(why)
      case .holds(let saw): held.append(saw)
      case .notApplicable(let why): skipped.append(why)
      }
    }
    if !broken.isEmpty { return .broken(saw: list(broken), fix: list(fixes)) }
    if !unknown.isEmpty { return .unknown(why: list(unknown)) }
    if let first = held.first {
      return .holds(
        saw: held.allSatisfy { $0 == first } && held.count > 1 ? "\(held.count) \(part)s: \(first)" : list(held))
    }
    return .notApplicable(why: skipped.first ?? "there is no \(part) to ask")
  }

  /// The first four, and how many more.
  private static func list(_ sentences: [String]) -> String {
    sentences.prefix(4).joined(separator: "; ") + (sentences.count > 4 ? "; and \(sentences.count - 4) more" : "")
  }
}
