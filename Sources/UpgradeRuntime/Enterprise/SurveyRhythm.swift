// How often a cluster of Redis Enterprise Software is read: its programs take seconds, and load the node that runs them.

import UpgradeCore

/// The reading rhythm of one moment.
struct SurveyRhythm {
  private let touched: RecordNumber
  private let isAwaited: Bool
  private let asksNodes: Bool

  private static let quiet = Duration.seconds(3)
  private static let hurried = Duration.seconds(1)
  private static let nodesQuiet = Duration.seconds(30)
  private static let nodesHurried = Duration.seconds(3)

  init(machine: UpgradeMachine, now: Instant) {
    let state = machine.state
    let posture = machine.observations.posture
    touched = state.touched.values.max() ?? 0
    var asksNodes = false
    var isAwaited = false
    if let flight = state.inFlight {
      // Before its outcome nothing that is read decides anything: it is for the screen.
      isAwaited = flight.outcome != nil || !flight.action.hasEffect
      if case .watch = flight.action { asksNodes = true }
    } else if state.problem == nil, state.ended == nil {
      asksNodes = posture.gates.contains { $0.gate.rule == "node-is-ok" }
      isAwaited = posture.gates.contains { !$0.isGreen }
    }
    self.asksNodes = asksNodes
    self.isAwaited = isAwaited
  }

  /// When it is to be asked next; at once where our own effect is newer than the last request and somebody waits.
  func due(_ depth: SurveyDepth, lastAsked: Instant?, lastRecord: RecordNumber) -> Instant {
    guard depth == .report || asksNodes else { return Instant(nanoseconds: .max) }
    guard let lastAsked else { return Instant(nanoseconds: 0) }
    if lastRecord < touched, isAwaited { return lastAsked }
    switch depth {
    case .report: return lastAsked + (isAwaited ? Self.hurried : Self.quiet)
    case .nodes, .everything: return lastAsked + (isAwaited ? Self.nodesHurried : Self.nodesQuiet)
    }
  }
}
