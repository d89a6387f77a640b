// How far a run goes in this sitting, and how long it looks before it goes on.

/// What the operator lets a run do for now.
package struct Pace: Hashable, Sendable {
  package enum Scope: String, Hashable, Sendable, CaseIterable {
    case all
    /// `--only replicas`: the hand-overs and the old primaries wait for a later `resume`.
    case replicas
  }
  package var scope: Scope
  /// `--not-after`; nil: as long as it takes.
  package var window: Window?
  /// `--bake`: how long all must have been well after the canary, and before the first promotion.
  package var bake: Duration

  package init(scope: Scope = .all, window: Window? = nil, bake: Duration = .zero) {
    self.scope = scope
    self.window = window
    self.bake = bake
  }

  /// What a node is expected to take until one has been seen, from its stop to back in sync.
  package static let usualNode = Duration.seconds(120)
  /// What a hand-over is expected to take with all that confirms it.
  package static let usualHandOver = Duration.seconds(30)
}

/// When nothing more is to begin.
package struct Window: Hashable, Sendable {
  /// Milliseconds since 1970 on the wall clock; nil: there is no end, which a `resume` can say.
  package var until: Int?
  /// As the operator wrote it: `02:00`.
  package var text: String
  package init(until: Int?, text: String) {
    self.until = until
    self.text = text
  }
}
