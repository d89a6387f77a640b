// The volatile side of a run: readings, since when gates hold, timers. Never recorded, rebuilt after a restart.

/// How old a reading may be before nothing acts on it.
package enum Freshness {
  /// RESP readings: pulse, views, settings.
  static let pulse = Duration.seconds(2)
  static let inventory = Duration.seconds(3600)
  /// A gate that is unread for this long, two missed rounds, has to hold anew from its start.
  static let missedRounds = Duration.milliseconds(2500)
}

/// One gate as the screen shows it.
package struct GateStatus: Hashable, Sendable {
  package var gate: Gate
  package var verdict: Verdict
  /// For how long it has held without a break.
  package var heldFor: Duration?
  package var isOverridden = false
  package var isGreen: Bool { verdict.holds || isOverridden }
}

/// What the machine is about, right now: what decides, and what every face draws.
package struct Posture: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case idle
    /// Structure differs from what we left: named per node.
    case drifted([String])
    case next(Next)
    case inFlight(Achievement)
  }
  package var kind: Kind = .idle
  package var gates: [GateStatus] = []
  package var waitingSince: Instant?
  /// How long the boundary still has to stay calm, where `--settle` is running.
  package var settling: Duration?
  package init() {}

  package var step: Step? {
    if case .next(.step(let step)) = kind { step } else { nil }
  }
}

/// All that was observed.
package struct Observations: Sendable {
  package var nodes: [NodeID: NodeObservation] = [:]
  package var hosts: [String: HostFacts] = [:]
  package var enterprise = EnterpriseObservation()
  package var measure: ClientMeasure?
  package var posture = Posture()
  /// The steps shown when the plan was put to the operator.
  package var shownPlan: Plan?

  var held: [Gate: Instant] = [:]
  var unreadSince: [Gate: Instant] = [:]
  var waiting: (what: String, since: Instant)?
  var flightSince: Instant?
  var outcomeSince: Instant?
  var electedAt: [NodeID: Instant] = [:]
  /// The time of day, milliseconds since 1970.
  var wallClock: Int?
  /// The last stop of a node, and the longest time from such a stop to back in sync.
  var stoppedAt: Instant?
  var longestNode: Duration?
  var isResumed = false

  package init() {}

  /// Notes one verdict and tells for how long the gate has held.
  ///
  /// A red resets, one missed reading pauses, two reset.
  mutating func note(_ gate: Gate, _ verdict: Verdict, now: Instant) -> Duration? {
    switch verdict {
    case .holds, .notApplicable:
      unreadSince[gate] = nil
      let since = held[gate] ?? now
      held[gate] = since
      return now - since
    case .broken:
      held[gate] = nil
      unreadSince[gate] = nil
    case .unknown:
      let since = unreadSince[gate] ?? now
      unreadSince[gate] = since
      if now - since > Freshness.missedRounds { held[gate] = nil }
    }
    return nil
  }

  /// Since when the run has been waiting for this very thing.
  mutating func wait(for what: String?, now: Instant) -> Instant? {
    guard let what else {
      waiting = nil
      return nil
    }
    if let waiting, waiting.what == what { return waiting.since }
    waiting = (what, now)
    return now
  }
}

extension NodeObservation {
  /// What a snapshot may say of this node: layers that are older than our last effect on it, or too old, are left out.
  func reading(touched: RecordNumber, now: Instant) -> Reading {
    func fresh<Value>(_ layer: Layer<Value>?, _ limit: Duration) -> Layer<Value>? {
      guard let layer, layer.asOf >= touched, now - layer.at <= limit else { return nil }
      return layer
    }
    let failure = fresh(self.failure, Freshness.pulse)
    guard let pulse = fresh(self.pulse, Freshness.pulse), failure.map({ $0.at <= pulse.at }) ?? true else {
      guard let failure else {
        return .unknown(self.pulse == nil ? "not read yet" : "not read since the last change to it")
      }
      return failure.value.kind == .refused ? .down(failure.value.sentence) : .unknown(failure.value.sentence)
    }
    let view = fresh(self.view, Freshness.pulse)
    // The slow layer is not about what our effects change, and is not read again after each of them.
    let inventory = self.inventory.flatMap { now - $0.at <= Freshness.inventory ? $0.value : nil }
    return .up(
      NodeView(
        pulse: pulse.value, cluster: view?.value, settings: fresh(settings, Freshness.pulse)?.value,
        inventory: inventory, pulseAsOf: pulse.asOf,
        clusterAsOf: view?.asOf ?? 0, ageOfPulse: now - pulse.at))
  }
}
