// All considerations, and those of one hop that are about a deployment.

package enum Considerations {
  /// Hazards first, then changes in the order in which the lines brought them.
  package static let all: [Consideration] =
    hazards + hazardsForClients + changesTo62 + changesTo70 + changesTo80 + changesOfValkey

  package static func named(_ id: String) -> Consideration? { all.first { $0.id == id } }

  /// Whatever is to be known about a hop, whoever takes it; nothing where both are one release.
  package static func between(_ from: Release, _ to: Release, mode: PathMode) -> [Consideration] {
    from == to ? [] : all.filter { $0.concerns(from, to, mode) }
  }

  /// What of it is about this deployment, or may be: what it certainly does not use is left out.
  package static func between(
    _ from: Release, _ to: Release, mode: PathMode, facts: DeploymentFacts
  ) -> [AppliedConsideration] {
    between(from, to, mode: mode).compactMap { consideration in
      let use = consideration.condition.use(in: facts)
      return use == .notSeen ? nil : AppliedConsideration(consideration, use)
    }
  }

  /// The changes that a line brings along, by its own number.
  package static func arriving(with line: Line) -> [Consideration] { all.filter { $0.arrives == line } }
}
