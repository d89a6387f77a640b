// One node that is out: from its stop to back in sync, whatever happened to it meanwhile.

extension ServerProcedure {
  /// The node that is out comes before everything else; nil where none is.
  func finishOpenNode(_ situation: Situation) -> Next? {
    if let step = withoutTemporary(situation) { return .step(step) }
    for node in openNodes(situation) {
      switch situation.snapshot[node] {
      case .unknown:
        if let problem = wrongAnswer(node, situation) { return .problem(problem) }
        // 6.2 does not answer at all while it loads: silence with somebody listening is not an end.
        return .wait(
          Gate("reachable", .node(node)), patience: situation.setup.options.backWithin,
          orElse: mute(node, situation))
      case .down where situation.setup.isTemporary(node): return temporaryDown(node, situation)
      case .up(let view) where situation.setup.isTemporary(node) && situation.facts.goals.mode != .upgrade:
        // Nobody waits for it any more.
        if view.role == .replica { return .step(removeTemporary(node, situation)) }
        return finish(node, view, situation)
      case .down: return hostChange(of: node, situation) ?? .step(bringUp(node, situation))
      case .up(let view):
        // Still up after a stop that failed: not out at all, and stopped again only if there is still a reason to.
        guard situation.facts.stopped.contains(node) else { continue }
        return finish(node, view, situation)
      }
    }
    return nil
  }

  /// In the order of the shards' turns.
  private func openNodes(_ situation: Situation) -> [NodeID] {
    let setup = situation.setup
    return situation.facts.out.sorted {
      (setup.turn(ofShardOf: $0) ?? .max, setup.place(of: $0) ?? .max)
        < (setup.turn(ofShardOf: $1) ?? .max, setup.place(of: $1) ?? .max)
    }
  }

  /// Down: the wanted software under it, then the start.
  private func bringUp(_ node: NodeID, _ situation: Situation) -> Step {
    let want = situation.facts.goals.want[node]
    let goesBack = want != situation.setup.to
    let stage: Site.Stage = goesBack ? .rollback : .install
    // What brings the server up by itself has to find its data files gone.
    let setup = situation.setup
    let isFirst = situation.facts.incomplete.contains(node) || setup.site.startsItself.contains(stage)
    if isFirst, let step = movingAside(node, goesBack: goesBack, situation) { return step }
    if setup.site.has(stage), !setup.shares(stage, node), situation.facts.installed[node] != want {
      return hostStep(node, stage, situation)
    }
    return movingAside(node, goesBack: goesBack, situation) ?? hostStep(node, .start, situation)
  }

  /// Data files that must not be read again; nil where there are none, or where they are moved already.
  ///
  /// Only where another node has the data: moved aside, the only copy of a shard would start empty. What is incomplete
  /// waits for that; what is only unreadable would not start, and says so.
  func movingAside(_ node: NodeID, goesBack: Bool, _ situation: Situation) -> Step? {
    let isIncomplete = situation.facts.incomplete.contains(node)
    let goesBack = goesBack && hasMetNewSoftware(node, situation)
    guard isIncomplete || (goesBack && situation.setup.wayBackNarrows), situation.setup.site.reach != .manual,
      let shard = situation.setup.shard(of: node), isIncomplete || situation.snapshot.primary(of: shard) != nil
    else { return nil }
    var step = setAside(node, situation)
    if isIncomplete { step.gates = [Gate("shard-has-primary", .shard(shard.id))] }
    return situation.facts.done.contains(step.key) ? nil : step
  }

  /// Whether the new version may have been started on a node's files: a host whose installation was never begun goes
  /// back to nothing.
  func hasMetNewSoftware(_ node: NodeID, _ situation: Situation) -> Bool {
    !situation.setup.shares(.rollback, node) || situation.facts.installed[node] != nil
      || situation.facts.altered.contains(situation.setup.host(of: node))
  }

  private func finish(_ node: NodeID, _ view: NodeView, _ situation: Situation) -> Next {
    let want = situation.facts.goals.want[node]
    guard view.release == want else {
      // Going back: what came up with the new version is stopped once more, to have its old software put back.
      let isBack = !situation.setup.site.has(.rollback) || situation.facts.installed[node] == want
      if want != situation.setup.to, !isBack {
        let isAlone = situation.setup.shard(of: node).map { $0.members.count == 1 } ?? false
        // Its shard would be without a primary.
        if view.role == .primary, !isAlone { return .problem(primaryOnTheWayBack(node, situation)) }
        return .step(stop(node, situation))
      }
      return .problem(wrongVersion(node, view, situation))
    }
    // Somebody was told that it came back as a primary beside another one.
    if view.role == .primary, let shard = situation.setup.shard(of: node),
      let other = otherPrimary(node, shard, situation)
    {
      return .step(follow(node, other, situation))
    }
    if situation.facts.goals.mode == .upgrade, let hold = holding(node, situation) { return hold }
    if situation.setup.site.has(.afterNode) {
      let hook = hostStep(node, .afterNode, situation)
      if !situation.facts.done.contains(hook.key) { return .step(hook) }
    }
    return .step(rejoin(node, situation))
  }

  // MARK: - What can be wrong with it

  func mute(_ node: NodeID, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.nodeUnread, object: .node(node),
      what: "\(situation.setup.address(node)) is not refused, but has not answered for "
        + "\(Int(situation.setup.options.backWithin.seconds)) s (--back-within).",
      risk: standing(node, situation), guess: "it is still loading its data, or its host is out of memory",
      choices: [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere])
  }

  func wrongVersion(_ node: NodeID, _ view: NodeView, _ situation: Situation) -> Problem {
    let setup = situation.setup
    let want = situation.facts.goals.want[node] ?? setup.to
    var choices: [Offer] = []
    if want == setup.to {
      choices.append(Offer(.retry, "Stop it, install and start it again"))
      choices.append(
        view.release == setup.node(node)?.release
          ? Offer(
            .rollBack(node), leftText(node, situation),
            notOffered: situation.obstacleToRollBack(node)) : goBackOffer(node, situation))
    } else {
      choices.append(Offer(.retry, "Stop it, put the old software back and start it again"))
      if view.release == setup.to {
        choices.append(Offer(.adopt, "Leave it on the new version: it rejoins as it is"))
      }
    }
    return Problem(
      name: ClusterProblem.wrongVersion, object: .node(node), step: StepKey(.start, .node(node)),
      what: "\(setup.address(node)) came back on \(view.release?.description ?? view.pulse.server.versionText)"
        + ", not on \(want).",
      risk: standing(node, situation),
      guess: "the command that changes the software did not change what the start command runs: compare `executable` "
        + "(\(view.pulse.server.executable)) with what was installed",
      choices: choices + [.stopHere, .windDown])
  }

  /// Others made it primary while it was on its way back to the old version.
  private func primaryOnTheWayBack(_ node: NodeID, _ situation: Situation) -> Problem {
    let setup = situation.setup
    let shard = setup.shard(of: node)?.id.description ?? "its shard"
    let want = situation.facts.goals.want[node] ?? setup.to
    return Problem(
      name: ClusterProblem.primaryOnTheWayBack, object: .node(node), step: StepKey(.stop, .node(node)),
      what: "\(setup.address(node)) was to go back to \(want), and has become the primary of \(shard) meanwhile.",
      risk: "Nothing while it is left as it is: it serves \(shard). Stopped now, nobody would.",
      guess: "its old primary went away, or somebody told it to take over",
      choices: [
        Offer(.adopt, "Leave it on the new version: it goes on serving \(shard)"),
        Offer(.retry, "Look again: \(shard) was handed over to another node meanwhile"), .stopHere, .windDown,
      ])
  }

  private func leftText(_ node: NodeID, _ situation: Situation) -> String {
    let count = situation.setup.companions(of: node, in: .rollback).count
    return count == 1
      ? "Leave it on the old version: it rejoins as it is, and the run goes on without it"
      : "Leave its host on the old version: all \(count) nodes of it go back, and the run goes on without them"
  }

  /// The servers move a replica by themselves to a primary that has none left.
  func elsewhere(_ node: NodeID, _ followed: NodeID, _ shard: Shard, _ situation: Situation) -> Problem {
    let setup = situation.setup
    let old = setup.shard(of: node)?.id.description ?? "its shard"
    return Problem(
      name: ClusterProblem.elsewhere, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(setup.address(node)) came back as a replica of \(setup.address(followed)), which is in \(shard.id); "
        + "it was in \(old).",
      risk: standing(node, situation),
      guess: "\(setup.address(followed)) had no replica left, and the servers gave it this one "
        + "(cluster-allow-replica-migration); CLUSTER REPLICATE on \(setup.address(node)) takes it back",
      choices: [
        Offer(.retry, "Look again: it was sent back to \(old) meanwhile"),
        Offer(.adopt, "Take it as it is: a member of \(shard.id) from now on"), .stopHere, .windDown,
      ])
  }

  func notBack(_ node: NodeID, _ text: String, _ situation: Situation) -> Problem {
    var choices = [Offer(.retry, "Start it again")]
    choices.append(goBackOffer(node, situation))
    choices.append(.stopHere)
    return Problem(
      name: ClusterProblem.notBack, object: .node(node), step: StepKey(.start, .node(node)),
      what: "\(situation.setup.address(node)) did not come back: \(text)", risk: standing(node, situation),
      guess: "its own log says why: look at the last lines of the server's log file", choices: choices)
  }

  /// Somebody answers, and waiting does not make it the right one; nil where there is only silence.
  func wrongAnswer(_ node: NodeID, _ situation: Situation) -> Problem? {
    if situation.snapshot.strangers.contains(node) { return stranger(node, situation) }
    return situation.snapshot.untrusted[node].map { untrusted(node, $0, situation) }
  }

  private func untrusted(_ node: NodeID, _ why: String, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.untrusted, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(situation.setup.address(node)) cannot be talked to: \(why).", risk: standing(node, situation),
      guess: "its certificate, or what its configuration says about TLS, is not what it was at the start of the run",
      choices: [Offer(.retry, "Look again, once TLS with it comes about"), .stopHere])
  }

  /// It lost its name in the cluster, and with that its data: the file that names it lies in its data directory.
  private func stranger(_ node: NodeID, _ situation: Situation) -> Problem {
    let address = situation.setup.address(node)
    let back =
      situation.setup.site.reach == .local
      ? "stop it, copy its cluster-config-file back from this run's backup, and start it"
      : "stop it, put its cluster-config-file back from your own backup, and start it"
    return Problem(
      name: ClusterProblem.stranger, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(address) came back as another node, which belongs to no cluster: it no longer knows that it was "
        + "\(node.text.prefix(8)).",
      risk: standing(node, situation),
      guess: "its disk is new, or it started in another directory: \(back)",
      choices: [Offer(.retry, "Look again, once it bears its old name"), .stopHere])
  }

  func nobodyToFollow(_ node: NodeID, _ others: [NodeID], _ situation: Situation) -> Problem {
    let names = others.map { situation.setup.address($0) }.joined(separator: ", ")
    return Problem(
      name: ClusterProblem.nodeDown, object: .node(others.first ?? node), step: StepKey(.rejoin, .node(node)),
      what: "\(situation.setup.address(node)) is up and has nobody to follow: \(names) "
        + "\(others.count == 1 ? "is" : "are") down, and this run did not stop \(others.count == 1 ? "it" : "them").",
      risk: standing(node, situation),
      guess: others.contains(where: situation.setup.isTemporary)
        ? nil : "whoever watches over it has not restarted it: start it on the version that it ran",
      choices: [Offer(.retry, "Wait for it again")]
        + (others.contains(where: situation.setup.isTemporary) ? [goOnWithoutTemporary(situation)] : []) + [.stopHere])
  }

  func short(_ node: NodeID, keys: Int, against: Int, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.empty, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(situation.setup.address(node)) is back with \(keys) keys, where \(against) were expected.",
      risk: standing(node, situation),
      guess: "it started in another directory, or beside data files that it does not read",
      choices: [Offer(.retry, "Count again"), goBackOffer(node, situation), .stopHere])
  }

  func dataGone(_ node: NodeID, keys: Int, against: Int, _ situation: Situation) -> Problem {
    let shard = situation.setup.shard(of: node)?.id.description ?? "Its shard"
    return Problem(
      name: ClusterProblem.dataGone, object: .node(node), step: StepKey(.rejoin, .node(node)),
      what: "\(situation.setup.address(node)) is back with \(keys) keys, where \(against) were expected, "
        + "and no other node holds the data of \(shard).",
      risk: "\(shard) answers, but its data is not there: clients read nothing, and what they write now is mixed with "
        + "what is put back later.",
      guess: "it started in another directory, or beside data files that it does not read: stop it without a save, "
        + "put its data file back from this run's backup, and start it",
      choices: [Offer(.retry, "Count again"), .stopHere])
  }

  func nodeDown(_ node: NodeID, _ address: String, _ situation: Situation) -> Problem {
    if situation.setup.isTemporary(node) { return temporaryEnded(node, situation) }
    return Problem(
      name: ClusterProblem.nodeDown, object: .node(node),
      what: "\(address) is down, and this run did not stop it.", risk: standing(node, situation),
      choices: [
        Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"),
        Offer(.adopt, "Take it on: it is brought up with the wanted version, as if this run had stopped it"),
        .stopHere,
      ])
  }

  func settingChanged(_ key: LedgerKey, _ entry: LedgerEntry, _ value: String, _ situation: Situation) -> Problem {
    Problem(
      name: ClusterProblem.settingChanged, object: .node(key.node),
      what: "\(key.directive) on \(entry.address) is \(value): we set it to \(entry.ours), "
        + "and it was \(entry.original) before.",
      risk: "Somebody else changed it during the run. Putting back our old value might undo their work.",
      choices: [Offer(.adopt, "Leave it at \(value)"), Offer(.retry, "Read it again"), .stopHere])
  }

  /// Going back with this node, offered while its shard's primary still runs the old version.
  private func goBackOffer(_ node: NodeID, _ situation: Situation) -> Offer {
    let old = situation.setup.node(node)?.release.description ?? "the old version"
    let count = situation.setup.companions(of: node, in: .rollback).count
    let what = count == 1 ? "it" : "it and the rest of its host, \(count) nodes together,"
    return Offer(.rollBack(node), "Put \(what) back on \(old)", notOffered: situation.obstacleToRollBack(node))
  }

  /// Who serves the shard while this node does not.
  func standing(_ node: NodeID, _ situation: Situation) -> String { situation.standing(without: node) }
}
