// The runbook of Redis Enterprise Software in place: primary node first, one node at a time, then the databases.

/// The in-place upgrade of a cluster and of its databases.
package struct EnterpriseProcedure: Procedure {
  package init() {}

  package var servingRule: RuleName { "databases-active" }

  /// Upgrade mode of this product is the installer's own, and the operator's answer to it.
  package func guardSettings(for release: Release) -> [Setting] { [] }

  package func finalGates(_ situation: Situation) -> [Gate] {
    // Wound down with nodes of two versions, upgrade mode stays as the last installer left it.
    guard situation.facts.goals.mode == .upgrade else {
      return [Gate("cluster-is-ok", .deployment), Gate("databases-active", .deployment)]
    }
    // Where no source says whether upgrade mode is on, nobody can wait for it.
    let isTold = situation.snapshot.enterprise?.upgradeMode != nil
    return [Gate("cluster-is-ok", .deployment), Gate("one-version", .deployment)]
      + (isTold ? [Gate("upgrade-mode-off", .deployment)] : [])
      + situation.setup.order.map { Gate("node-is-ok", .node($0)) }
  }

  package func next(_ situation: Situation, _ progress: inout SearchProgress) -> Next {
    guard let survey = situation.snapshot.enterprise else { return unread() }
    if let open = situation.setup.order.first(where: situation.isOut) { return finish(open, survey, situation) }
    if let hook = afterHook(survey, situation) { return hook }
    guard situation.facts.goals.mode == .upgrade else { return .done }
    guard let work = work(survey, situation) else { return .done }
    guard case .step = work, !survey.status.proxies.isEmpty,
      !situation.facts.done.contains(StepKey(confirming: .clientProbe))
    else { return work }
    return .step(clientProbe(survey, situation))
  }

  private func work(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    staging(survey, situation) ?? nodes(survey, situation) ?? upgradeModeOff(survey, situation)
      ?? settings(survey, situation) ?? databases(survey, situation)
  }

  // MARK: - Nodes

  /// The packages on all hosts, unpacked and verified: what is missing is known while nothing has happened yet.
  private func staging(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    guard situation.setup.site.has(.stage) else { return nil }
    for node in situation.setup.order where isDue(node, situation) {
      if !situation.facts.done.contains(StepKey(.stage, .node(node))) { return .step(stage(node, situation)) }
    }
    return nil
  }

  /// The primary node as long as it is an old one, then the others by number; who leads is read anew each time.
  private func nodes(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    let due = numbered(situation).filter { isDue($0, situation) }
    guard let first = due.first(where: { Int($0.text) == survey.status.master?.id }) ?? due.first else { return nil }
    return .step(begin(first, survey, situation))
  }

  /// The hook before a node, once for each time that it is begun, and the installer.
  private func begin(_ node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> Step {
    if situation.setup.site.has(.beforeNode), !situation.facts.done.contains(StepKey(.beforeNode, .node(node))) {
      return hook(.beforeNode, node, survey, situation)
    }
    return install(node, survey, situation)
  }

  /// A node whose installer was begun: to its end, whatever else there is to do.
  private func finish(_ node: NodeID, _ survey: Enterprise.Survey, _ situation: Situation) -> Next {
    let isInstalled = situation.facts.installed[node] == situation.setup.to
    return .step(isInstalled ? rejoin(node, situation) : install(node, survey, situation))
  }

  /// The site's hook behind a node that is back.
  private func afterHook(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    guard situation.setup.site.has(.afterNode) else { return nil }
    let done = situation.facts.done
    let node = numbered(situation).first {
      done.contains(StepKey(.rejoin, .node($0))) && !done.contains(StepKey(.afterNode, .node($0)))
    }
    return node.map { .step(hook(.afterNode, $0, survey, situation)) }
  }

  func isDue(_ node: NodeID, _ situation: Situation) -> Bool {
    situation.facts.goals.want[node] == situation.setup.to
      && situation.snapshot.release(of: node) != situation.setup.to
  }

  func numbered(_ situation: Situation) -> [NodeID] {
    situation.setup.order.sorted { (Int($0.text) ?? .max, $0) < (Int($1.text) ?? .max, $1) }
  }

  /// What an installer left on; with nodes of two versions it belongs on.
  private func upgradeModeOff(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    guard survey.upgradeMode == true, let node = speaker(survey, situation) else { return nil }
    return .step(disableUpgradeMode(on: node, situation))
  }

  /// Where commands about the cluster are given: on its primary node.
  func speaker(_ survey: Enterprise.Survey, _ situation: Situation) -> NodeID? {
    situation.setup.order.first { Int($0.text) == survey.status.master?.id } ?? situation.setup.order.first
  }

  // MARK: - Databases

  /// What the cluster lets databases go to, and what new ones get; both stay as they are where nobody wants otherwise.
  private func settings(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    guard let settings = survey.settings, let goal = goal(situation), let node = speaker(survey, situation)
    else { return nil }
    let newest = situation.setup.to.enterprise.flatMap {
      Enterprise.BundledVersions.goal(of: $0.version, policy: Enterprise.BundledVersions.latest)
    }
    if let newest, settings[Enterprise.BundledVersions.policySetting] != nil, newest > goal {
      let step = allowLatest(newest, instead: goal, on: node)
      if isOpen(step.key, situation) { return .step(step) }
    }
    let present = settings[Enterprise.BundledVersions.defaultSetting].flatMap { Enterprise.DatabaseVersion($0) }
    if let present, present < goal {
      let step = setDefault(goal, instead: present, on: node)
      if isOpen(step.key, situation) { return .step(step) }
    }
    return nil
  }

  private func isOpen(_ key: StepKey, _ situation: Situation) -> Bool {
    !situation.facts.done.contains(key) && !situation.facts.left.contains(key)
  }

  /// What databases are upgraded to, as the cluster's policy stands now.
  private func goal(_ situation: Situation) -> Enterprise.DatabaseVersion? {
    guard let found = situation.setup.enterprise?.databaseGoal, let target = situation.setup.to.enterprise?.version,
      let settings = situation.snapshot.enterprise?.settings
    else { return situation.setup.enterprise?.databaseGoal }
    let policy = settings[Enterprise.BundledVersions.policySetting]
    return Enterprise.BundledVersions.goal(of: target, policy: policy) ?? found
  }

  /// Destinations before their sources, what is felt least before what is felt most.
  private func databases(_ survey: Enterprise.Survey, _ situation: Situation) -> Next? {
    guard let constants = situation.setup.enterprise, let goal = goal(situation) else { return nil }
    for setup in constants.inTurn {
      guard setup.kind == "redis", !setup.isActiveActive,
        isOpen(StepKey(.upgradeDatabase, .database(setup.id)), situation),
        let row = survey.status.databases.first(where: { $0.id == setup.id }),
        let version = row.version.flatMap({ Enterprise.DatabaseVersion($0) }), version < goal
      else { continue }
      guard let node = speaker(survey, situation) else { return unread() }
      return .step(upgrade(row, to: goal, on: node, situation))
    }
    return nil
  }

  // MARK: - Problems

  /// Nothing is concluded from a cluster that could not be read.
  func unread() -> Next {
    .wait(
      Gate("cluster-answers", .deployment), patience: .seconds(120),
      orElse: Problem(
        name: EnterpriseProblem.unread, object: .deployment,
        what: "No node has given a report of the cluster for two minutes (rladmin status extra all).",
        risk: "What the cluster is doing is not known. Nothing is done while that is so.",
        guess: "the nodes that can be asked have lost their quorum, or the link to their hosts is gone",
        choices: [Offer(.waitLonger, "Wait longer: nothing is changed meanwhile"), .stopHere, .windDown]))
  }
}

/// Names of the problems that this runbook raises.
package enum EnterpriseProblem {
  package static let unread = "cluster-does-not-answer"
  package static let installerFailed = "installer-failed"
  package static let nodeNotBack = "node-not-back"
  package static let databaseFailed = "database-not-upgraded"
}

extension Enterprise.Constants {
  /// The databases in the order of their turns: destinations of Replica Of before their sources, then by what clients
  /// feel, then by number.
  package var inTurn: [Enterprise.DatabaseSetup] {
    var rest = databases.sorted { ($0.gravity, $0.id) < ($1.gravity, $1.id) }
    var result: [Enterprise.DatabaseSetup] = []
    while !rest.isEmpty {
      // Nobody who is still to come replicates from it; where they do so in a circle, the first has its turn.
      let place = rest.firstIndex { one in !rest.contains { $0.id != one.id && $0.sources.contains(one.id) } } ?? 0
      result.append(rest.remove(at: place))
    }
    return result
  }
}

extension Enterprise.DatabaseSetup {
  fileprivate var gravity: Int {
    switch Enterprise.DatabaseImpact(isReplicated: isReplicated, persistence: persistence) {
    case .noDowntime: 0
    case .downtime(losesLastWrites: false): 1
    case .downtime(losesLastWrites: true): 2
    case .allDataLost: 3
    }
  }
}
