// The steps that only servers outside of clusters need, with their words; how a hand-over of theirs is seen.

extension ServerProcedure {
  func follow(_ node: NodeID, _ primary: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    return Step(
      key: StepKey(.follow, .node(node), primary.text),
      title: "Let \(setup.address(node)) follow \(setup.address(primary))",
      why: situation.snapshot[node].view?.role == .primary
        ? "it came back as a primary, and its data is that of its stop"
        : "whom it follows now is not whom it should, and is about to be stopped or has been handed over",
      action: .follow(node, primary: primary),
      gates: [Gate("reachable", .node(node)), Gate("reachable", .node(primary))],
      impact: "readers on \(setup.address(node)) see older data for a moment",
      undo: "let it follow the other one again", usual: "under 1 s where it can go on from where it is")
  }

  func serveAgain(_ node: NodeID, _ situation: Situation) -> Step {
    let address = situation.setup.address(node)
    return Step(
      key: StepKey(.follow, .node(node), node.text), title: "Let \(address) be the primary again",
      why: "nobody is: a hand-over was cut off in its middle, and \(address) has most of the data",
      action: .follow(node, primary: node), gates: [Gate("reachable", .node(node))],
      impact: "writes are taken again", undo: "nothing to undo", usual: "under 0.1 s")
  }

  func saveRole(_ node: NodeID, _ situation: Situation) -> Step {
    let address = situation.setup.address(node)
    let isPrimary = situation.snapshot[node].view?.role == .primary
    return Step(
      key: StepKey(.saveRole, .node(node)),
      title: "Write into the configuration of \(address) that it is \(isPrimary ? "the primary" : "a replica")",
      why: "its next start would restore the role that stands there", action: .saveRole(node),
      gates: [Gate("reachable", .node(node))], impact: "nothing",
      undo: "the file of before lies in this run's backup where the profile reaches it", usual: "under 0.1 s")
  }

  /// A server that came back in a role of before: its data is old, and whoever follows it takes that over.
  func forgotItsRole(_ node: NodeID, _ primary: NodeID, _ situation: Situation) -> Problem {
    let setup = situation.setup
    return Problem(
      name: ReplicationProblem.forgotItsRole, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(setup.address(node)) came back as a primary, beside \(setup.address(primary)).",
      risk: "Clients that call it read old data, and what they write there is lost.",
      guess: "its start reads another configuration than the one that CONFIG REWRITE has written, or overrides it",
      choices: [
        Offer(.retry, "Let it follow \(setup.address(primary)), after you have agreed to that step"), .stopHere,
      ])
  }
}

extension TreeProcedure {
  package func rejoinGates(_ node: NodeID, _ role: Role, _ situation: Situation) -> [Gate] {
    [Gate(role == .primary ? "shards-served" : "in-sync", role == .primary ? .deployment : .node(node))]
  }

  /// Confirmed by both sides, each asked after the command, and by a link between them: without it the old primary does
  /// not know what is written from now on.
  package func handOverSeen(
    _ shard: ShardID, _ from: NodeID, _ to: NodeID, _ situation: Situation
  ) -> Achievement {
    rolesSeen(from, to, situation)
  }

  func rolesSeen(_ from: NodeID, _ to: NodeID, _ situation: Situation) -> Achievement {
    let (setup, snapshot) = (situation.setup, situation.snapshot)
    guard let new = snapshot.pulse(of: to, about: from), let old = snapshot.pulse(of: from, about: to) else {
      return .notYet("both sides have not been read since")
    }
    guard new.role == .primary else { return .notYet("\(setup.address(to)) is still a replica") }
    guard old.role == .replica, let upstream = old.replication.upstream else {
      return .notYet("\(setup.address(from)) still says that it is primary")
    }
    guard setup.node(at: upstream.address, from: from) == to else {
      return .notYet("\(setup.address(from)) follows \(upstream.address)")
    }
    return .yes
  }
}
