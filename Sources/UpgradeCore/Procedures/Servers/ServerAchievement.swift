// How readings show that a step of the runbook happened.

extension ServerProcedure {
  package func achieved(
    _ key: StepKey, _ action: Action, outcome: Outcome?, _ situation: Situation
  ) -> Achievement {
    switch action {
    case .configure(let node, let settings), .restore(let node, let settings):
      settingsRead(node, settings, situation)
    case .shutDown(let node, _), .host(let node, .stop): stopSeen(node, outcome, situation)
    case .host(let node, .start), .host(let node, .temporaryStart): startSeen(node, outcome, situation)
    case .handOver(let shard, let from, let to): handOverSeen(shard, from, to, situation)
    case .watch(let node): rejoinSeen(node, situation)
    case .follow(let node, let primary): followingSeen(node, primary, situation)
    case .host, .hostWide, .backUp, .setAside, .drain, .confirm, .errand, .saveRole: .onlyOutcome
    }
  }

  package func overdue(_ key: StepKey, _ action: Action, _ situation: Situation) -> Problem? {
    switch action {
    case .host(let node, .start), .host(let node, .temporaryStart), .watch(let node):
      if case .unknown = situation.snapshot[node] { mute(node, situation) } else { nil }
    default: nil
    }
  }

  private func settingsRead(_ node: NodeID, _ settings: [Setting], _ situation: Situation) -> Achievement {
    guard let present = situation.snapshot[node].view?.settings else {
      return .notYet("\(situation.setup.address(node)) has not been read since")
    }
    for setting in settings where present[setting.directive] != setting.value {
      return .notYet("\(setting.directive) still reads \(present[setting.directive] ?? "nothing")")
    }
    return .yes
  }

  private func stopSeen(_ node: NodeID, _ outcome: Outcome?, _ situation: Situation) -> Achievement {
    switch situation.snapshot[node] {
    case .down: return .yes
    case .unknown(let why): return .notYet(why)
    case .up(let view):
      // A supervisor that restarts what we stop would fight us for ever.
      if let before = outcome?.evidence["run_id"], before != view.pulse.server.runID {
        return .never(
          Problem(
            name: ClusterProblem.restartedByOthers, object: .node(node), step: StepKey(.stop, .node(node)),
            what: "\(situation.setup.address(node)) was stopped and is up again as another process, "
              + "without a start of ours.",
            risk: standing(node, situation),
            guess: "a supervisor restarts it: give the profile a `stop` command that goes through the supervisor",
            choices: [Offer(.retry, "Stop it again"), .stopHere, .windDown]))
      }
      return .notYet("it still answers")
    }
  }

  private func startSeen(_ node: NodeID, _ outcome: Outcome?, _ situation: Situation) -> Achievement {
    switch situation.snapshot[node] {
    case .up: return .yes
    case .unknown(let why): return wrongAnswer(node, situation).map { .never($0) } ?? .notYet(why)
    case .down(let why):
      // The start command came back well and somebody did listen: whoever it was is gone again.
      if outcome?.kind == .done { return .never(notBack(node, why, situation)) }
      return .notYet(why)
    }
  }

  private func rejoinSeen(_ node: NodeID, _ situation: Situation) -> Achievement {
    let setup = situation.setup
    switch situation.snapshot[node] {
    case .unknown(let why): return wrongAnswer(node, situation).map { .never($0) } ?? .notYet(why)
    case .down(let why): return .never(notBack(node, why, situation))
    case .up(let view):
      guard view.release == situation.facts.goals.want[node] else {
        return .never(wrongVersion(node, view, situation))
      }
      if view.role == .sentinel { return .gates(rejoinGates(node, .sentinel, situation)) }
      if view.pulse.persistence.loading { return .notYet("it is loading its data") }
      guard let shard = setup.shard(of: node) else { return .notYet("its shard is not known") }
      if view.role == .primary {
        // Alone in its shard, or made primary while it came back: then its peers have to see it so.
        guard situation.snapshot.primary(of: shard) == node else {
          if let other = otherPrimary(node, shard, situation) { return .never(forgotItsRole(node, other, situation)) }
          return .notYet("it still says that it is primary, and so does another node")
        }
        if let before = situation.facts.keysAtStop[node], isShort(view.pulse.keys, of: before) {
          return .never(dataGone(node, keys: view.pulse.keys, against: before.keys, situation))
        }
        return .gates(rejoinGates(node, .primary, situation))
      }
      if let followed = view.cluster?.member(node)?.primary, let other = setup.shard(of: followed), other.id != shard.id
      {
        return .never(elsewhere(node, followed, other, situation))
      }
      let others = shard.members.filter { $0 != node }
      if !others.isEmpty, others.allSatisfy({ situation.snapshot[$0].isDown }) {
        return .never(nobodyToFollow(node, others, situation))
      }
      guard let primary = situation.snapshot.primary(of: shard),
        let source = situation.snapshot.pulse(of: primary, about: node)
      else { return .notYet("its primary has not been read since") }
      if view.pulse.replication.upstream?.linkUp == true, view.pulse.replication.upstream?.syncInProgress == false,
        isShort(view.pulse.keys, of: KeyCount(keys: source.keys, expiring: source.expiringKeys))
      {
        return .never(short(node, keys: view.pulse.keys, against: source.keys, situation))
      }
      var gates = rejoinGates(node, .replica, situation)
      if setup.isTemporary(node) || setup.hasTemporary || setup.nodes.contains(where: { setup.missesWrites($0.id) }) {
        gates.append(Gate("same-keys", .node(node)))
      }
      return .gates(gates)
    }
  }

  /// Outside of clusters nobody tells a server that it is no primary any more but its own configuration.
  func otherPrimary(_ node: NodeID, _ shard: Shard, _ situation: Situation) -> NodeID? {
    guard situation.setup.kind.isReplicated else { return nil }
    return shard.members.first { $0 != node && situation.snapshot[$0].view?.role == .primary }
  }

  private func followingSeen(_ node: NodeID, _ primary: NodeID, _ situation: Situation) -> Achievement {
    if node == primary {
      return situation.snapshot[node].view?.role == .primary ? .yes : .notYet("it is still a replica")
    }
    guard let upstream = situation.snapshot.pulse(of: node, about: primary)?.replication.upstream else {
      return .notYet("\(situation.setup.address(node)) has not been read as a replica since")
    }
    guard situation.setup.node(at: upstream.address, from: node) == primary else {
      return .notYet("it still follows \(upstream.address)")
    }
    return upstream.linkUp && !upstream.syncInProgress ? .yes : .notYet("its link to \(upstream.address) is not up yet")
  }

  /// Far fewer keys than can be explained by expiry and by what is written meanwhile.
  private func isShort(_ keys: Int, of expected: KeyCount) -> Bool {
    let lasting = expected.keys - expected.expiring
    return lasting > 100 && keys * 10 < lasting * 9
  }
}
