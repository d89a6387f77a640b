// The steps of the runbook with their words: title, why, impact on clients, way back, usual time.

extension EnterpriseProcedure {
  func stage(_ node: NodeID, _ situation: Situation) -> Step {
    let name = situation.setup.address(node)
    return Step(
      key: StepKey(.stage, .node(node)), title: "Unpack and verify the package on \(name)",
      why: "nothing is begun before every host has what it needs", action: .host(node, .stage), impact: "nothing",
      undo: "nothing to undo", usual: "seconds, and the time of a copy")
  }

  func hook(_ stage: Site.Stage, _ node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> Step {
    let name = situation.setup.address(node)
    let isBefore = stage == .beforeNode
    return Step(
      key: StepKey(isBefore ? .beforeNode : .afterNode, .node(node)),
      title: "Run the site's hook \(isBefore ? "before" : "after") \(name)", why: "the profile asks for it",
      action: .host(node, stage), gates: isBefore ? gates(before: node, survey, situation) : [],
      consent: isBefore ? consent(for: node, survey, situation) : nil, impact: "nothing", undo: "nothing to undo",
      usual: "as long as the hook takes", patience: .seconds(600), isBoundary: isBefore)
  }

  func install(_ node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> Step {
    let setup = situation.setup
    let name = setup.address(node)
    let isAgain = situation.isOut(node)
    let isMaster = Int(node.text) == survey.status.master?.id
    let lone = loneDatabases(on: node, survey)
    let row = situation.snapshot.member(node)
    let place = row.map { " (\(isMaster ? "PRIMARY NODE, " : "")\($0.address))" } ?? ""
    var impact = "connections through the proxy of \(name) are closed, and made anew at another or at this one"
    if !lone.isEmpty {
      impact =
        "OUTAGE of \(lone.joined(separator: ", ")): a shard without a replica is on \(name), and stops with it; "
        + "other databases: " + impact
    }
    return Step(
      key: StepKey(.install, .node(node)),
      title: "Upgrade \(name)\(place) to \(setup.to.number)",
      why: isAgain
        ? "it was begun there and has to come to its end; going on is the way out"
        : isMaster
          ? "the cluster's primary node goes first: the newest software has to lead"
          : "one node after the other, the others stand in for it",
      action: .host(node, .install), gates: gates(before: node, survey, situation),
      consent: consent(for: node, survey, situation), impact: impact,
      undo:
        "NONE: there is no way back to \(setup.node(node)?.release.number ?? "the old version"); a node that cannot be "
        + "upgraded is replaced by a new one",
      usual: "2 to 5 min", patience: .seconds(600), isBoundary: !isAgain)
  }

  func rejoin(_ node: NodeID, _ situation: Situation) -> Step {
    Step(
      key: StepKey(.rejoin, .node(node)),
      title: "Wait until \(situation.setup.address(node)) is OK again",
      why: "the installer's word is not enough: version, rlcheck, services and every shard are looked at",
      action: .watch(node), impact: "nothing", undo: "nothing to undo", usual: "under 1 min")
  }

  func disableUpgradeMode(on node: NodeID, _ situation: Situation) -> Step {
    Step(
      key: StepKey(.leaveUpgradeMode, .deployment), title: "Disable upgrade mode of the cluster",
      why: "an installer left it on: shards and roles are left alone as long as it is",
      action: .errand(node, .disableUpgradeMode),
      gates: [Gate("one-version", .deployment), Gate("cluster-is-ok", .deployment)],
      consent: Consent(QuestionName(.disableUpgradeMode), .reversible), impact: "nothing",
      undo: "rladmin cluster config upgrade_mode enabled", usual: "under 1 s")
  }

  /// Asked once, with the first thing that there is to do.
  func clientProbe(_ survey: Enterprise.Survey, _ situation: Situation) -> Step {
    let proxies = survey.status.proxies.count
    return Step(
      key: StepKey(confirming: .clientProbe), title: "Write test keys through every proxy of every database?",
      why: "numbered INCR counters with a time to live show what clients feel, and whether a write is lost; "
        + "without them the \(proxies) proxies are only asked for PING",
      action: .confirm(.clientProbe), consent: Consent(QuestionName(.clientProbe), .reversible),
      impact: "one small key a proxy, up to 50 writes a second each",
      undo: "nothing to undo: they are taken away at the end, or go by themselves within the hour",
      usual: "your time")
  }

  func allowLatest(
    _ newest: Enterprise.DatabaseVersion, instead goal: Enterprise.DatabaseVersion, on node: NodeID
  ) -> Step {
    tune(
      Enterprise.BundledVersions.policySetting, .allowLatest, .upgradePolicy, on: node,
      title: "Let databases go to Redis \(newest): redis_upgrade_policy latest",
      why: "the policy of this cluster is major, which lets databases go no further than Redis \(goal); "
        + "answer no to leave it so",
      undo: "rladmin tune cluster redis_upgrade_policy major; a database that was upgraded does not go back")
  }

  func setDefault(
    _ goal: Enterprise.DatabaseVersion, instead present: Enterprise.DatabaseVersion, on node: NodeID
  ) -> Step {
    tune(
      Enterprise.BundledVersions.defaultSetting, .setDefaultVersion(goal), .defaultVersion, on: node,
      title: "Give new databases Redis \(goal), should they still get \(present) (default_redis_version)",
      why: "the cluster brings \(goal) along; whether the setting moves by itself, no document says; "
        + "answer no to leave it so, the databases that are there are asked about one by one in any case",
      undo: "rladmin tune cluster default_redis_version \(present)")
  }

  private func tune(
    _ setting: String, _ errand: Enterprise.Errand, _ question: QuestionKind, on node: NodeID, title: String,
    why: String, undo: String
  ) -> Step {
    Step(
      key: StepKey(.tune, .deployment, setting), title: title, why: why, action: .errand(node, errand),
      gates: [Gate("one-version", .deployment), Gate("cluster-is-ok", .deployment)],
      consent: Consent(QuestionName(question), .reversible), impact: "nothing: no database is touched", undo: undo,
      usual: "under 1 s")
  }

  func upgrade(
    _ row: Enterprise.Database, to goal: Enterprise.DatabaseVersion, on node: NodeID, _ situation: Situation
  ) -> Step {
    let impact = Enterprise.DatabaseImpact(isReplicated: row.isReplicated, persistence: row.persistence)
    let object = ObjectID.database(row.id)
    var gates = [
      Gate("one-version", .deployment), Gate("cluster-is-ok", .deployment), Gate("no-running-action", .deployment),
      Gate("database-active", object), Gate("database-version-bundled", object),
    ]
    if impact == .allDataLost { gates.append(Gate("database-protected", object)) }
    return Step(
      key: StepKey(.upgradeDatabase, object),
      title: "Upgrade the database \(row.name) (db:\(row.id)) from Redis \(row.version ?? "?") to \(goal)",
      why: "the cluster brings Redis \(goal) along; the database goes on with its old version until it is upgraded",
      action: .errand(node, .upgradeDatabase(row.id, to: goal, losesData: impact == .allDataLost)), gates: gates,
      consent: Consent(QuestionName(.upgradeDatabase, row.name), impact.consentClass), impact: impact.words,
      undo: "NONE: a database does not go back; its data does, from an export made before, into a new database",
      usual: "seconds for each shard, and the time in which its data is loaded",
      // What is in the way of a loss only a person can mend: nobody waits for it.
      patience: impact == .allDataLost ? .seconds(5) : .seconds(300),
      isBoundary: true)
  }

  // MARK: - What they share

  /// What has to be green before a node is touched. An installer that is run again cures what its own node makes of the
  /// cluster's health: then only the others count.
  private func gates(before node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> [Gate] {
    let others = numbered(situation).filter { $0 != node }.map { Gate("node-is-ok", .node($0)) }
    let always = [Gate("no-maintenance", .deployment), Gate("no-running-action", .deployment)]
    if situation.isOut(node) { return always + others }
    let isMaster = Int(node.text) == survey.status.master?.id
    return [Gate("cluster-is-ok", .deployment)] + always
      + [Gate("no-shard-syncing", .deployment), Gate("quorum-kept", .deployment)]
      + (isMaster ? [] : [Gate("master-is-newest", .deployment)]) + [Gate("node-is-ok", .node(node))] + others
  }

  /// The node's services stop: whoever is connected to its proxy is cut off, also where no shard is without a replica.
  private func consent(for node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> Consent {
    Consent(QuestionName(.upgradeNode, situation.setup.address(node)), .outage)
  }

  /// The databases of which a shard without a replica is on the node.
  func loneDatabases(on node: NodeID, _ survey: Enterprise.Survey) -> [String] {
    survey.status.databases.filter { database in
      !database.isReplicated
        && survey.status.shards.contains { $0.database == database.id && $0.node == Int(node.text) }
    }.map(\.name)
  }
}
