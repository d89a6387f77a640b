// The steps of the runbook with their words: title, why, impact on clients, way back, usual time.

extension ServerProcedure {
  func enterUpgradeMode(_ node: NodeID, _ settings: [Setting], _ situation: Situation) -> Step {
    Step(
      key: StepKey(.enterUpgradeMode, .node(node)), title: "Enable upgrade mode on \(situation.setup.address(node))",
      why: Self.whyHeld(settings),
      action: .configure(node, settings), gates: [Gate("reachable", .node(node))],
      consent: Consent(QuestionName(.enableUpgradeMode), .reversible), impact: "nothing",
      undo: settings.map { "\($0.directive) back to \(original(node, $0.directive, situation))" }.joined(
        separator: ", ")
        + "; by itself at the end",
      usual: "under 1 s")
  }

  private static func whyHeld(_ settings: [Setting]) -> String {
    switch settings.first?.directive {
    case StandaloneProcedure.savePoints: "its stop has to save: without save points it would start empty"
    case SentinelProcedure.priority:
      "Sentinels must not promote a server on the old version, whatever happens meanwhile"
    default: "the other nodes must not act on their own while one is worked on"
    }
  }

  func leaveUpgradeMode(_ node: NodeID, _ open: [LedgerKey], _ situation: Situation) -> Step {
    let settings = open.compactMap { key in
      situation.facts.ledger[key].map { Setting(key.directive, $0.original) }
    }
    return Step(
      key: StepKey(.leaveUpgradeMode, .node(node)), title: "Disable upgrade mode on \(situation.setup.address(node))",
      why: "every temporary setting is put back", action: .restore(node, settings),
      // With full coverage wanted again, a node that has not heard of the last hand-over would answer CLUSTERDOWN.
      gates: [Gate("reachable", .node(node))] + (isCluster(situation) ? [Gate("cluster-ok", .node(node))] : []),
      consent: Consent(QuestionName(.disableUpgradeMode), .reversible), impact: "nothing",
      undo: "enable upgrade mode again", usual: "under 1 s")
  }

  func backUp(_ situation: Situation) -> Step {
    let nodes = situation.setup.order
    let to = situation.setup.to.title
    let tries = situation.setup.site.has(.program)
    let streams = situation.setup.site.streamsBackups
    return Step(
      key: .backUp,
      title: "Back up every node" + (streams ? " over the replication stream" : "")
        + (tries ? ", and try \(to) with each backup and configuration" : ""),
      why: "the last data that the old version can read, whatever happens later"
        + (tries ? "; what \(to) cannot read, or does not know, is found while nothing is stopped" : ""),
      action: .backUp(nodes),
      gates: nodes.flatMap {
        [Gate("not-loading", .node($0)), Gate("no-fork-running", .node($0)), Gate("last-save-ok", .node($0))]
      },
      consent: nil,
      impact: "nothing; each node forks once"
        + (streams ? " and sends all of its data here, as to a replica, one after the other" : "")
        + (tries
          ? "; on each host \(to) loads one backup after the other in a scratch folder: where memory for one is free, at "
            + "the lowest priority, reached by nobody" : ""),
      undo: "nothing to undo",
      usual: "seconds for each GB of data" + (tries ? ", and as long again to check and to load it" : ""),
      patience: .seconds(600))
  }

  func confirmation(_ kind: QuestionKind, _ situation: Situation) -> Step {
    let texts = confirmationTexts(kind, situation)
    let bakes = (kind == .canary || kind == .firstPromotion) && situation.setup.options.pace.bake > .zero
    return Step(
      key: StepKey(confirming: kind), title: texts.title, why: texts.why, action: .confirm(kind),
      gates: kind == .clientProbe || kind == .configurationFiles ? [] : health(situation),
      consent: Consent(QuestionName(kind), .reversible), impact: texts.impact, undo: "nothing to undo",
      usual: "your time", bake: bakes ? situation.setup.options.pace.bake : nil)
  }

  private func confirmationTexts(
    _ kind: QuestionKind, _ situation: Situation
  ) -> (
    title: String, why: String, impact: String
  ) {
    switch kind {
    case .configurationFiles:
      (
        "Keep your own configuration files where the package brings others?",
        "the package manager would ask on every host, in the middle of the installation",
        "none; what the package would have written lies beside your files (.dpkg-dist, .rpmnew)"
      )
    case .clientProbe:
      (
        "Run a client probe?",
        "numbered INCR counters under a prefix of their own, with a time to live, show what clients feel",
        "one small key a shard, about 100 writes a second each; without it nothing is measured"
      )
    case .canary where situation.setup.goesByHost:
      (
        "The first host is done. Go on with the others?",
        "its nodes run \(situation.setup.to.title) in your deployment now: look at their logs and at your own graphs",
        "nothing; the nodes go on serving while you look"
      )
    case .canary:
      (
        "The first node is done. Go on with the others?",
        "it runs \(situation.setup.to.title) in your deployment now: look at its log and at your own graphs",
        "nothing; the node goes on serving while you look"
      )
    case .firstPromotion:
      (
        situation.setup.goesByHost
          ? "Shards can be handed to the new version now. Begin with that?"
          : situation.setup.hasTemporary
            ? "The temporary server has all data. Hand over to it?"
            : "All replicas are done. Begin with the hand-overs?",
        situation.setup.wayBackNarrows
          ? "from the first promotion on the way back is narrow: data of \(situation.setup.to.title) cannot be read by the old version"
          : "from here on clients' writes pause for a moment, once a shard",
        "nothing yet"
      )
    default: ("Go on?", "", "nothing")
    }
  }

  func hostStep(_ node: NodeID, _ stage: Site.Stage, _ situation: Situation) -> Step {
    let address = situation.setup.address(node)
    let want = situation.facts.goals.want[node] ?? situation.setup.to
    let startsItself = situation.setup.site.startsItself.contains(stage)
    let (verb, title, why, usual): (Verb, String, String, String) =
      switch stage {
      case .beforeNode:
        (.beforeNode, "Run the site's hook before \(address)", "the profile asks for it", "as long as the hook takes")
      case .afterNode:
        (.afterNode, "Run the site's hook after \(address)", "the profile asks for it", "as long as the hook takes")
      case .candidate, .stage, .program:
        (
          .stage, "Fetch and verify \(want) for \(address)",
          "nothing is stopped before every host has what it needs", "seconds, and the time of the download"
        )
      case .install:
        (
          .install, "Install \(want) for \(address)" + (startsItself ? ", which starts it" : ""),
          "the node is down and waits for it", "seconds"
        )
      case .rollback:
        (.rollback, "Put \(want) back for \(address)", "the old version is wanted there again", "seconds")
      case .switchOver:
        (
          .switchOver, "Move the clients' address to \(address)", "it is the primary now; writes to the old one fail",
          "as long as the command takes"
        )
      case .temporaryStart: (.startTemporary, "Start a temporary \(want.title) at \(address)", "", "seconds")
      case .temporaryStop: (.removeTemporary, "Stop the temporary server \(address), and remove its folder", "", "")
      case .stop: (.stop, "Stop \(address)", "its software can be changed only while it is down", "seconds")
      case .start: (.start, "Start \(address) on \(want)", "it rejoins the others", loadTime(node, want, situation))
      }
    return Step(
      key: StepKey(verb, .node(node)), title: title, why: why, action: .host(node, stage),
      consent: stage == .beforeNode ? nodeConsent(node, situation) : nil, impact: "nothing",
      undo: stage == .install ? "the profile's rollback command" : "nothing to undo", usual: usual)
  }

  func stop(_ node: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    let address = setup.address(node)
    let isPrimary = situation.snapshot[node].view?.role == .primary
    let shard = setup.shard(of: node)
    var gates = health(situation)
    if let shard, !isPrimary { gates.append(Gate("shard-has-primary", .shard(shard.id))) }
    gates += [Gate("identity", .node(node)), Gate("no-fork-running", .node(node)), Gate("last-save-ok", .node(node))]
    let saves = !(setup.node(node)?.appendOnly ?? false)
    return Step(
      key: StepKey(.stop, .node(node)),
      title: "Stop \(address) (\(isPrimary ? "PRIMARY" : "replica") of \(shard?.id.description ?? "?"))",
      why: isPrimary
        ? "it has no replica that could take over, so \(isCluster(situation) ? "its slots are" : "its data is") without "
          + "service until it is back"
        : "its software can be changed only while it is down",
      action: setup.site.has(.stop) ? .host(node, .stop) : .shutDown(node, save: saves), gates: gates,
      consent: nodeConsent(node, situation),
      impact: isPrimary
        ? outage(node, shard, situation)
        : "connections of readers on this replica are closed; writers notice nothing",
      undo: wayBack(node, situation), usual: "under 1 s, and a last save",
      // With the first of its host down, the others follow at once.
      isBoundary: !setup.companions(of: node, in: .install).contains(where: situation.isOut))
  }

  func setAside(_ node: NodeID, _ situation: Situation) -> Step {
    let setup = situation.setup
    let old = setup.node(node)?.release.title ?? "the old version"
    return Step(
      key: StepKey(.setAside, .node(node)),
      title: "Move aside the data files of \(setup.address(node))",
      why: situation.facts.incomplete.contains(node)
        ? "following \(setup.to.title) as \(old) it missed writes without a sign, and takes all data anew"
        : "they were written by the new version; the old one cannot read them and would not start",
      action: .setAside(node), impact: "nothing: the node is down and syncs from its primary when it is back",
      undo: "the files stay beside the data directory", usual: "under 1 s")
  }

  func rejoin(_ node: NodeID, _ situation: Situation) -> Step {
    Step(
      key: StepKey(.rejoin, .node(node)),
      title: "Wait until \(situation.setup.address(node)) is "
        + (situation.setup.node(node)?.role == .sentinel ? "known by all again" : "back in sync"),
      why: situation.setup.node(node)?.role == .sentinel
        ? "until then one less watches" : "until then its shard has one copy less",
      action: .watch(node), impact: "nothing",
      undo: "nothing to undo", usual: "the time of a sync")
  }

  func drain(_ node: NodeID, _ situation: Situation) -> Step {
    Step(
      key: StepKey(.drain, .node(node)), title: "Wait until no client calls \(situation.setup.address(node)) any more",
      why: isCluster(situation)
        ? "stopped at once it would cut off every client that has not met MOVED yet"
        : "clients that still write there get READONLY until they know the new primary", action: .drain(node),
      impact: isCluster(situation)
        ? "none: they are sent on with MOVED" : "none of ours: who still calls it is counted and said",
      undo: "nothing to undo", usual: "under 1 s, at most 5 s")
  }

  private func isCluster(_ situation: Situation) -> Bool { situation.setup.kind == .cluster }

  /// What clients lose while a primary without a replica is away, and for how long.
  private func outage(_ node: NodeID, _ shard: Shard?, _ situation: Situation) -> String {
    guard situation.setup.kind.isPlain else {
      return
        "OUTAGE: the slots of \(shard?.id.description ?? "it") answer nothing from its stop until its data is loaded"
    }
    if let times = situation.facts.times[node] {
      let seconds = Int(Estimate.outageSeconds(times).rounded(.up))
      return "OUTAGE: nobody is served from its stop until its data is saved and loaded, some \(seconds) s: it was "
        + "saved in \(Trial.seconds(times.save)), and \(situation.setup.to.title) loaded it in "
        + "\(Trial.seconds(times.load)) when it was tried"
    }
    let bytes = situation.snapshot[node].view?.pulse.memory.used ?? 0
    return "OUTAGE: nobody is served from its stop until its data is saved and loaded"
      + (bytes > 0 ? ", some \(Int(Estimate.outageSeconds(bytes).rounded(.up))) s for \(Words.bytes(bytes))" : "")
      + (bytes > 0 && situation.setup.site.has(.program) ? " at 100 MB a second; measured with the backup" : "")
  }

  /// How long a start takes: as measured where the wanted version was tried with this node's data.
  private func loadTime(_ node: NodeID, _ want: Release, _ situation: Situation) -> String {
    guard want == situation.setup.to, let times = situation.facts.times[node] else {
      return "seconds, and the load time"
    }
    return "some \(Trial.seconds(times.load)) to load its data, as when it was tried, and a sync where it follows"
  }

  func handOver(_ shard: Shard, from: NodeID, to: NodeID, isReturn: Bool, _ situation: Situation) -> Step {
    let setup = situation.setup
    let isPromotion = situation.snapshot[to].view?.release.map { $0 == setup.to } ?? true
    let narrows =
      setup.wayBackNarrows && isPromotion && !isReturn && !situation.facts.promoted.contains(shard.id)
    let why =
      isReturn
      ? "the primary goes back to its old place"
      : setup.goesByHost
        ? "all nodes of \(setup.host(of: from)) are to be replicas before its software is changed"
        : "a primary is never stopped while it is primary"
    let question = QuestionName(isReturn ? .returnPrimary : .handOver, shard.id.description)
    return Step(
      key: StepKey(.handOver, .shard(shard.id), to.text),
      title: "Hand over \(shard.id) from \(setup.address(from)) to \(setup.address(to))",
      why: why,
      action: .handOver(shard.id, from: from, to: to),
      gates: health(situation) + [
        Gate("hand-over-candidate", .node(to)), Gate("identity", .node(from)), Gate("identity", .node(to)),
      ] + handOverGates(to: to, situation)
        + (isCluster(situation) ? [Gate(MachineRule.electionSettled, .node(to))] : []),
      consent: Consent(question, narrows ? .noReturn : .visible),
      impact: isCluster(situation)
        ? "writes to \(shard.slots.count) slots pause, usually for less than 0.1 s, at worst 5 s; then MOVED"
        : setup.handOverImpact(from: from),
      undo: setup.missesWrites(from) && isPromotion
        ? "NONE without loss: from now on \(setup.address(from)) misses every SET with an expiry, without a sign"
        : narrows
          ? "a hand-over back works only until \(setup.address(from)) loses its link: after that its data format is too old"
          : "a hand-over back: a second pause",
      usual: setup.kind == .sentinel ? "some seconds; clients feel only the pause" : "under 0.1 s",
      patience: max(.seconds(120), setup.electionPause + .seconds(60)), isBoundary: true)
  }

  // MARK: - What they share

  /// One question a node; the one whose stop closes the way back has the class of that line.
  func nodeConsent(_ node: NodeID, _ situation: Situation) -> Consent {
    if situation.setup.shares(.install, node) { return hostConsent(situation.setup.host(of: node), situation) }
    let question = QuestionName(.upgradeNode, situation.setup.address(node))
    if situation.snapshot[node].view?.role == .primary { return Consent(question, .outage) }
    if closesWayBack(node, situation) { return Consent(question, .noReturn) }
    return Consent(question, .reversible)
  }

  /// One question for all nodes of a host, of the gravest class among them.
  private func hostConsent(_ host: String, _ situation: Situation) -> Consent {
    let isNoReturn = situation.setup.nodes(on: host).contains { closesWayBack($0, situation) }
    return Consent(QuestionName(.upgradeHost, host), isNoReturn ? .noReturn : .reversible)
  }

  /// After this stop nobody of the shard is left who could go on with the old version's data.
  private func closesWayBack(_ node: NodeID, _ situation: Situation) -> Bool {
    guard situation.setup.wayBackNarrows, let shard = situation.setup.shard(of: node),
      situation.facts.promoted.contains(shard.id)
    else { return false }
    return shard.members.allSatisfy { member in
      member == node || situation.snapshot[member].view?.release == situation.setup.to
    }
  }

  private func wayBack(_ node: NodeID, _ situation: Situation) -> String {
    if closesWayBack(node, situation) {
      return "NONE without loss: the last copy on the old version goes; what is left is the backup"
    }
    if situation.setup.shard(of: node)?.members.count == 1 {
      return situation.setup.wayBackNarrows
        ? "by hand: the old software and the backup; it cannot read what the new version saves, and every write since "
          + "then is lost"
        : "the old software is put back, and loads what was saved"
    }
    let companions = situation.setup.companions(of: node, in: .rollback).count
    if companions > 1 {
      return "one rollback for all \(companions) nodes of \(situation.setup.host(of: node)), which all stop for it and "
        + "sync from their primaries"
    }
    return situation.setup.site.has(.rollback)
      ? "the old software is put back, and it syncs from its primary" : "by hand: the old software, then a full sync"
  }

  private func original(_ node: NodeID, _ directive: String, _ situation: Situation) -> String {
    situation.facts.ledger[LedgerKey(node, directive)]?.original
      ?? situation.snapshot[node].view?.settings?[directive] ?? "its old value"
  }
}
