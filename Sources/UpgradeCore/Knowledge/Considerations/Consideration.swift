// A consideration: one thing to know before a hop, and what tells whether it is about this deployment.

/// One thing to know before a path is taken.
package struct Consideration: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// It can hurt on the way, while two versions run side by side or a node changes over.
    case hazard
    /// It is different for good once the new version runs.
    case change
  }

  /// Its stable name, which `redis-upgrade explain` takes.
  package let id: String
  package let kind: Kind
  package let from: ReleaseSpan
  package let to: ReleaseSpan
  /// The line that a change arrives with; nil for a hazard.
  package let arrives: Line?
  /// What a deployment has that it is about.
  package let condition: Condition
  package let clusterOnly: Bool
  /// Whether it is also about two patches of one line.
  let withinLine: Bool
  /// What it is, in a few words.
  package let title: String
  /// What happens.
  package let text: String
  /// What to do about it; empty where nothing has to be done.
  package let advice: String
  package let source: String

  static func hazard(
    _ id: String, from: ReleaseSpan, to: ReleaseSpan, if condition: Condition = .always, clusterOnly: Bool = false,
    withinLine: Bool = false, _ title: String, _ text: String, do advice: String = "", source: String
  ) -> Consideration {
    Consideration(
      id: id, kind: .hazard, from: from, to: to, arrives: nil, condition: condition, clusterOnly: clusterOnly,
      withinLine: withinLine, title: title, text: text, advice: advice, source: source)
  }

  /// What a line brings along: it is met by whoever comes from below the line and goes to it or beyond.
  static func change(
    _ id: String, in product: Product, _ major: Int, _ minor: Int, if condition: Condition = .always,
    clusterOnly: Bool = false, _ title: String, _ text: String, do advice: String = "", source: String
  ) -> Consideration {
    let version = Version(major, minor, 0)
    let spans: (from: ReleaseSpan, to: ReleaseSpan) =
      switch product {
      // Valkey has what Redis had until 7.2, where it begins.
      case .redis where version <= Version(7, 2, 0): (.redisBefore(version), .from(version))
      case .redis: (.redisBefore(version), .redisFrom(version))
      // What changes with Redis Enterprise Software stands in a table of its own, with builds: `KnownLimitations`.
      case .valkey, .enterprise: (.beforeValkey(version), .valkeyFrom(version))
      }
    return Consideration(
      id: id, kind: .change, from: spans.from, to: spans.to, arrives: Line(product, major, minor),
      condition: condition, clusterOnly: clusterOnly, withinLine: false, title: title, text: text, advice: advice,
      source: source)
  }

  /// Whether it is about a hop at all.
  func concerns(_ from: Release, _ to: Release, _ mode: PathMode) -> Bool {
    self.from.contains(from) && self.to.contains(to) && (mode == .cluster || !clusterOnly)
      && (withinLine || from.line != to.line)
  }
}

/// Whether a deployment has what a condition names.
package enum Use: Hashable, Sendable {
  /// Where it was seen, as text for a person; empty where it is about every deployment.
  case seen([String])
  case notSeen
  /// Why that cannot be said.
  case notKnown(String)
}

/// A consideration of a hop, held against one deployment.
package struct AppliedConsideration: Hashable, Sendable {
  package let consideration: Consideration
  package let use: Use
  package init(_ consideration: Consideration, _ use: Use) {
    self.consideration = consideration
    self.use = use
  }

  package var id: String { consideration.id }
  package var applies: Bool { if case .seen = use { true } else { false } }
}
