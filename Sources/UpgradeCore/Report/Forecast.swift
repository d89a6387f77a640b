// How long a plan is expected to take before any of it was seen: ranges, from what each kind of step usually takes and
// from how much data there is.

/// From the least to the most that something is expected to take.
package struct ExpectedTime: Hashable, Sendable {
  package var least: Duration
  package var most: Duration

  package init(_ least: Duration, _ most: Duration) {
    self.least = least
    self.most = most
  }

  package static let none = ExpectedTime(.zero, .zero)

  package static func + (one: ExpectedTime, other: ExpectedTime) -> ExpectedTime {
    ExpectedTime(one.least + other.least, one.most + other.most)
  }
}

/// What a plan is expected to take, step by step, without the time that somebody takes to answer.
package struct Forecast: Hashable, Sendable {
  /// One a step, in the plan's order.
  package let steps: [ExpectedTime]
  /// The data of the largest node, bytes; nil where nobody has read it.
  package let largest: Int?

  /// - Parameter snapshot: what the nodes hold, as they were read.
  package init(_ plan: Plan, setup: Setup, snapshot: Snapshot) {
    var held: [NodeID: Int] = [:]
    for node in setup.nodes { held[node.id] = snapshot[node.id].view?.pulse.memory.used }
    largest = held.values.max()
    steps = plan.steps.map { step in
      let calm = step.calm(in: setup) ?? .zero
      return Self.usual(step, held, isEnterprise: setup.enterprise != nil) + ExpectedTime(calm, calm)
    }
  }

  package var whole: ExpectedTime { steps.reduce(.none, +) }

  /// From when to when the step begins, counted from the beginning of the run.
  package func begin(of index: Int) -> ExpectedTime { steps.prefix(index).reduce(.none, +) }

  /// Bytes a second that are saved, sent or loaded: the most is what memory and a fast disk gave in the lab, the least
  /// what a busy host with a slow disk still gives. Wide on purpose, since nobody has measured this deployment.
  private static let fast = 200_000_000
  private static let slow = 20_000_000

  private static func usual(_ step: Step, _ held: [NodeID: Int], isEnterprise: Bool) -> ExpectedTime {
    var bytes = 0
    if case .node(let node) = step.key.object { bytes = held[node] ?? 0 }
    if step.key.verb == .backUp { bytes = held.values.reduce(0, +) }
    func moving(_ least: Duration, _ most: Duration) -> ExpectedTime {
      ExpectedTime(
        least + .milliseconds(bytes / (fast / 1000)), most + .milliseconds(bytes / (slow / 1000)))
    }
    switch step.key.verb {
    case .confirm: return .none
    case .stage: return ExpectedTime(.seconds(1), .seconds(isEnterprise ? 300 : 30))
    // The vendor's installer also moves shards away, and starts every service anew.
    case .install: return isEnterprise ? ExpectedTime(.seconds(120), .seconds(900)) : quick(.seconds(20))
    case .backUp: return moving(.seconds(1), .seconds(10))
    case .stop: return moving(.milliseconds(200), .seconds(12))
    case .start: return moving(.milliseconds(300), .seconds(10))
    case .startTemporary: return quick(.seconds(20))
    case .removeTemporary: return quick(.seconds(15))
    case .rejoin: return moving(.seconds(1), .seconds(isEnterprise ? 120 : 15))
    case .handOver: return ExpectedTime(.milliseconds(300), Pace.usualHandOver)
    case .upgradeDatabase: return ExpectedTime(.seconds(5), .seconds(300))
    case .beforeNode, .afterNode: return quick(.seconds(30))
    case .enterUpgradeMode, .leaveUpgradeMode, .setAside, .rollback, .drain, .switchOver, .follow, .saveRole, .tune:
      return quick(.seconds(5))
    }
  }

  private static func quick(_ most: Duration) -> ExpectedTime { ExpectedTime(.milliseconds(50), most) }
}
