// How readings show that a step happened, what the situation will be after it, and what is said where it went wrong.

extension EnterpriseProcedure {
  package func achieved(
    _ key: StepKey, _ action: Action, outcome: Outcome?, _ situation: Situation
  ) -> Achievement {
    switch action {
    case .watch(let node): isBack(node, situation)
    case .errand(_, .upgradeDatabase(let number, let version, _)):
      shortOfKeys(key, outcome, situation).map(Achievement.never) ?? isUpgraded(number, version, situation)
    case .errand(_, .disableUpgradeMode): isDisabled(situation)
    case .errand(_, .allowLatest):
      isSet(Enterprise.BundledVersions.policySetting, situation) { $0 == Enterprise.BundledVersions.latest }
    case .errand(_, .setDefaultVersion(let version)):
      isSet(Enterprise.BundledVersions.defaultSetting, situation) { Enterprise.DatabaseVersion($0) == version }
    default: .onlyOutcome
    }
  }

  /// The version that was to be installed, and everything about the node well again.
  private func isBack(_ node: NodeID, _ situation: Situation) -> Achievement {
    guard situation.snapshot.enterprise != nil else { return .notYet("the cluster has not been read since") }
    guard let row = situation.snapshot.member(node) else { return .notYet("the cluster's report does not list it") }
    guard Release(row.version) == situation.setup.to else {
      return .notYet("it still runs \(row.version)")
    }
    return .gates([
      Gate("node-is-ok", .node(node)), Gate("databases-active", .deployment), Gate("no-shard-syncing", .deployment),
    ])
  }

  /// The version is right, and the data is not: whoever counted before and after says so.
  private func shortOfKeys(_ key: StepKey, _ outcome: Outcome?, _ situation: Situation) -> Problem? {
    guard let outcome, outcome.kind == .failed, outcome.evidence["keys_after"] != nil else { return nil }
    return failed(key, outcome.sentence, situation)
  }

  private func isUpgraded(
    _ number: Int, _ version: Enterprise.DatabaseVersion, _ situation: Situation
  ) -> Achievement {
    guard let survey = situation.snapshot.enterprise else { return .notYet("the cluster has not been read since") }
    guard let row = survey.status.databases.first(where: { $0.id == number }) else {
      return .notYet("the cluster's report does not list it")
    }
    guard row.version.flatMap({ Enterprise.DatabaseVersion($0) }) == version else {
      let machine = row.stateMachine.map { " (\($0) is at work)" } ?? ""
      return .notYet("it still runs Redis \(row.version ?? "?")\(machine)")
    }
    return .gates([Gate("database-active", .database(number))])
  }

  private func isDisabled(_ situation: Situation) -> Achievement {
    guard let survey = situation.snapshot.enterprise else { return .notYet("the cluster has not been read since") }
    return survey.upgradeMode == false ? .yes : .notYet("upgrade mode is still on")
  }

  private func isSet(_ setting: String, _ situation: Situation, _ isRight: (String) -> Bool) -> Achievement {
    guard let settings = situation.snapshot.enterprise?.settings else {
      return .notYet("rladmin info cluster has not been read since")
    }
    guard let value = settings[setting] else { return .notYet("rladmin info cluster does not say \(setting)") }
    return isRight(value) ? .yes : .notYet("\(setting) is still \(value)")
  }

  package func predict(_ step: Step, _ situation: inout Situation) {
    situation.facts.begin(step.key, situation.setup)
    situation.facts.achieve(step.key, step.action, nil, situation.setup) { _ in nil }
    switch step.action {
    case .host(let node, .install):
      guard let target = situation.setup.to.enterprise, let number = Int(node.text) else { break }
      let nodes = situation.snapshot.enterprise?.status.nodes ?? []
      for place in nodes.indices where nodes[place].id == number {
        situation.snapshot.enterprise?.status.nodes[place].version = target
      }
    case .errand(_, .disableUpgradeMode):
      situation.snapshot.enterprise?.settings?["upgrade mode"] = "disabled"
    case .errand(_, .allowLatest):
      situation.snapshot.enterprise?.settings?[Enterprise.BundledVersions.policySetting] =
        Enterprise.BundledVersions.latest
    case .errand(_, .setDefaultVersion(let version)):
      situation.snapshot.enterprise?.settings?[Enterprise.BundledVersions.defaultSetting] = "\(version)"
    case .errand(_, .upgradeDatabase(let number, let version, _)):
      let databases = situation.snapshot.enterprise?.status.databases ?? []
      for place in databases.indices where databases[place].id == number {
        situation.snapshot.enterprise?.status.databases[place].version = "\(version).0"
      }
    default: break
    }
  }

  package func overdue(_ key: StepKey, _ action: Action, _ situation: Situation) -> Problem? {
    guard case .watch(let node) = action else { return nil }
    return problem(
      EnterpriseProblem.nodeNotBack, node, key,
      what: "The installer came to its end on \(situation.setup.address(node)), and the node is not OK.", situation)
  }

  package func failed(_ key: StepKey, _ text: String, _ situation: Situation) -> Problem? {
    switch (key.verb, key.object) {
    case (.install, .node(let node)):
      return problem(
        EnterpriseProblem.installerFailed, node, key,
        what: "The installer did not come to a good end on \(situation.setup.address(node)): \(text)", situation)
    case (.upgradeDatabase, .database):
      return Problem(
        name: EnterpriseProblem.databaseFailed, object: key.object, step: key,
        what: "The upgrade of \(situation.setup.name(key.object)) did not come to a good end: \(text)",
        risk: standing(situation),
        guess: "its state machine may still be at work: rladmin cluster running_actions",
        choices: [Offer(.retry, "Look again, and try again where it is not done"), .stopHere, .windDown])
    default: return nil
    }
  }

  /// What is known of a node that an upgrade failed on: there is no way back, and the others are left alone.
  private func problem(
    _ name: String, _ node: NodeID, _ key: StepKey, what: String, _ situation: Situation
  ) -> Problem {
    let called = situation.setup.address(node)
    return Problem(
      name: name, object: .node(node), step: key, what: what,
      risk: standing(situation)
        + " No other node is touched. The cluster has nodes of two versions until this is mended: "
        + "no database is upgraded and no setting changed while it is so.",
      guess: "what the installer said last names the cause most often: a port, swap, the disk, OpenSSL",
      choices: [
        Offer(.retry, "Run the installer on \(called) again, once its cause is mended"),
        Offer(
          .rollBack(node), "Put \(called) back on \(situation.setup.node(node)?.release.number ?? "the old version")",
          notOffered: "the vendor has no way back for a node; where it cannot be mended it is replaced: rladmin node "
            + "\(node) remove, sudo ./rl_uninstall.sh there, install \(situation.setup.to.number), then rladmin cluster join "
            + "... replace_node \(node)"),
        .stopHere, .windDown,
      ])
  }

  private func standing(_ situation: Situation) -> String {
    guard let survey = situation.snapshot.enterprise else { return "Whether clients are served is not known." }
    let trouble = survey.status.databases.filter { $0.status != "active" }.map { "\($0.name) is \($0.status)" }
    return trouble.isEmpty
      ? "Every database is active, as the cluster says."
      : "Not every database is active: \(trouble.joined(separator: ", "))."
  }
}
