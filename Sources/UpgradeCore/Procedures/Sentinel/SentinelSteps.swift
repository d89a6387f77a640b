// The steps and problems that only a group under Sentinels has, with their words.

extension SentinelProcedure {
  func stopSentinel(_ node: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    let address = setup.address(node)
    let rest = setup.sentinels.count - 1
    return Step(
      key: StepKey(.stop, .node(node)), title: "Stop \(address) (Sentinel)",
      why: "its software can be changed only while it is down",
      action: setup.site.has(.stop) ? .host(node, .stop) : .shutDown(node, save: false),
      gates: health(situation) + [Gate("peers-listed", .deployment), Gate("identity", .node(node))],
      consent: nodeConsent(node, situation),
      impact: "none to clients that know more than one Sentinel; \(rest) of \(rest + 1) go on watching",
      undo: setup.site.has(.rollback) ? "the old software is put back" : "by hand: the old software",
      usual: "under 1 s", isBoundary: true)
  }

  func nobodyServes(_ shard: Shard, _ situation: Situation) -> Problem {
    let setup = situation.setup
    return Problem(
      name: SentinelProblem.nobodyServes, object: .shard(shard.id),
      what: "No server of \(setup.watchedName ?? shard.id.description) says that it is primary, and the Sentinels have "
        + "not made one in two minutes.",
      risk: "Nobody takes writes.",
      guess: "a failover of theirs was given up: see what they say, \(sentinelCommand(setup, "MASTER"))",
      choices: [
        Offer(.waitLonger, "Wait longer: they try again after twice their failover-timeout"), .stopHere, .windDown,
      ])
  }

  private func sentinelCommand(_ setup: Setup, _ word: String) -> String {
    let address = setup.sentinels.first.flatMap { setup.node($0)?.address }
    return "\(setup.client("redis-cli", address)) SENTINEL \(word) \(setup.watchedName ?? "")"
  }
}

/// Names of the problems that this runbook raises besides those of other servers.
package enum SentinelProblem {
  package static let nobodyServes = "sentinels-made-no-primary"
}
