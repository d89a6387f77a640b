// What is to be known before a plan is agreed to: the considerations that a deployment has to do with.

/// The considerations of the ways that the nodes go, held against what was read of them.
package struct Briefing: Hashable, Sendable {
  /// What was seen first, then what is about everybody, then what cannot be told; each thing once.
  package var points: [AppliedConsideration]
  /// How long the youngest process has been counting its calls; nil where none was read.
  package var countedSeconds: Int?
  /// The hops, as `redis-upgrade explain` takes them: `redis-6.2.14 redis-7.0.15`.
  package var hops: [String]

  package init(points: [AppliedConsideration], countedSeconds: Int? = nil, hops: [String] = []) {
    self.points = points
    self.countedSeconds = countedSeconds
    self.hops = hops
  }

  /// Those that are about this deployment.
  package var applying: Int { points.count { $0.applies } }
}

extension Scene {
  package var briefing: Briefing {
    let facts = DeploymentFacts(snapshot)
    let starts = Set(releases.values).subtracting([setup.to]).sorted { $0.description < $1.description }
    var seen: Set<String> = []
    let points = starts.flatMap { from in
      Paths.judge(from: from, to: setup.to, mode: setup.kind.pathMode, facts: facts).considerations
    }.filter { seen.insert($0.id).inserted }
    return Briefing(
      points: points.filter(\.wasSeen) + points.filter { $0.applies && !$0.wasSeen } + points.filter { !$0.applies },
      countedSeconds: facts.nodes.compactMap { $0.usage?.uptimeSeconds }.min(),
      hops: starts.map { "\($0) \(setup.to)" })
  }
}

extension AppliedConsideration {
  /// Something of this deployment shows it.
  fileprivate var wasSeen: Bool { if case .seen(let places) = use { !places.isEmpty } else { false } }
}
