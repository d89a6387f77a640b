// The end of a maintenance window: what would not end before it is not begun, and everything is put back in time.

extension UpgradeMachine {
  /// Why this step is not begun any more; nil where it is, and for what brings open work to its end.
  func closing(before step: Step, _ situation: Situation) -> String? {
    guard let window = situation.setup.options.pace.window, let until = window.until, let wall = observations.wallClock,
      state.facts.goals.mode == .upgrade, situation.facts.out.filter(situation.isOut).isEmpty,
      let needed = expected(for: step)
    else { return nil }
    let left = Duration.milliseconds(until - wall)
    guard left < needed else { return nil }
    let rest = left > .zero ? "in \(Self.words(left))" : "and is over"
    return "The window ends at \(window.text), \(rest): \"\(step.title)\" is expected to take \(Self.words(needed))."
  }

  /// The line of a question that says what is left; nil without a window.
  func windowLine(for step: Step) -> String? {
    guard let window = state.setup?.options.pace.window, let until = window.until, let wall = observations.wallClock,
      let needed = expected(for: step)
    else { return nil }
    return "Window  until \(window.text), \(Self.words(.milliseconds(max(0, until - wall)))) from now; "
      + "this is expected to take \(Self.words(needed))"
  }

  /// How long what begins with this step is expected to take: half as long again as the longest so far. nil for a step
  /// that begins nothing.
  private func expected(for step: Step) -> Duration? {
    switch step.key.verb {
    case .handOver: return Pace.usualHandOver + expectedForNode
    case .beforeNode, .stop:
      // After a hand-over the old primary cannot be left on the old version: that was counted in with the hand-over.
      if case .node(let node) = step.key.object, let shard = state.setup?.shard(of: node),
        state.facts.promoted.contains(shard.id)
      {
        return nil
      }
      return expected(forHostOf: step.key.object)
    case .enterUpgradeMode, .backUp, .confirm: return expectedForNode
    default: return nil
    }
  }

  /// The nodes of a host that are down for one installation come back one after the other.
  private func expected(forHostOf object: ObjectID) -> Duration {
    guard observations.longestNode == nil, case .node(let node) = object, let setup = state.setup else {
      return expectedForNode
    }
    return expectedForNode * setup.companions(of: node, in: .install).count
  }

  private var expectedForNode: Duration {
    observations.longestNode.map { max(.seconds(30), $0 * 1.5) } ?? Pace.usualNode
  }

  private static func words(_ duration: Duration) -> String {
    let seconds = Int(duration.seconds.rounded(.up))
    return seconds < 120 ? "\(seconds) s" : "\((seconds + 59) / 60) min"
  }
}
