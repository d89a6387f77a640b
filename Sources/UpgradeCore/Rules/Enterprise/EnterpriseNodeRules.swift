// What each node says of itself, and what the nodes are to one another: maintenance, quorum, who leads.

struct ToolsRun: ExtraSightRule, MemberRule {
  let name: RuleName = "tools-run"
  let severity = Severity.blocking
  let title = "The vendor's programs run on every node"
  let why = "Before and after each node all that is known comes from them; a login that may not run them sees nothing."
  let reads = "on each host: rladmin, rlcheck, supervisorctl, and whether our login may run them"
  let remedy = "Log in as root or as a user of the group redislabs; programs are looked for in /opt/redislabs/bin."
  let source = "redis/docs, rladmin; rlcheck"

  static let programs = ["rladmin", "rlcheck", "supervisorctl"]

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let report = survey.nodes[node.id]
    if report?.check != nil, report?.stoppedServices != nil { return .holds(saw: "they have answered") }
    guard let found = report?.host?.programs else { return .unknown(why: survey.withoutHost(node.id)) }
    let missing = Self.programs.filter { !found.contains($0) }
    guard !missing.isEmpty else { return .holds(saw: Self.programs.joined(separator: ", ")) }
    return .broken(
      saw: "our login on \(node.name) cannot run \(missing.joined(separator: ", "))",
      fix: "log in there as root or as a user of the group redislabs; or name their folder in the profile")
  }
}

/// One node, as the cluster sees it and as it sees itself.
struct NodeIsOK: MemberRule {
  let name: RuleName = "node-is-ok"
  let severity = Severity.blocking
  let title = "Every node is OK, passes rlcheck, and runs all its services"
  let why = "rladmin tells what the cluster thinks of a node; rlcheck and its services tell what is true on its host."
  let reads = "rladmin status nodes: STATUS; on each host: rlcheck, supervisorctl status; GET /v1/cluster/check"
  let remedy = "rlcheck --continue-on-error and supervisorctl status on that node say more."
  let source = "redis/docs, upgrade-cluster: prerequisites; rlcheck"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let report = survey.nodes[node.id]
    var wrong: [String] = []
    if !node.status.isOK { wrong.append("\(node.name) is \(node.status.text)") }
    if let check = report?.check, !check.isPassed {
      wrong.append("rlcheck on \(node.name): " + (check.failures.first ?? "its summary does not say that all passed"))
    }
    if let stopped = report?.stoppedServices, !stopped.isEmpty {
      wrong.append("\(node.name): " + stopped.prefix(3).joined(separator: ", "))
    }
    wrong += survey.rest?.failedChecks?.filter { $0.hasPrefix("\(node.name):") } ?? []
    guard wrong.isEmpty else {
      return .broken(
        saw: wrong.prefix(3).joined(separator: "; "),
        fix: "on \(node.name): rlcheck --continue-on-error; supervisorctl status; rladmin status issues_only")
    }
    guard let report else { return .unknown(why: "\(node.name) has not been asked itself, or not since") }
    guard let check = report.check else {
      return .unknown(why: "rlcheck on \(node.name) gave no report" + (report.trouble.map { ": \($0)" } ?? ""))
    }
    guard report.stoppedServices != nil else {
      return .unknown(
        why: "supervisorctl status on \(node.name) was not read" + (report.trouble.map { ": \($0)" } ?? ""))
    }
    return .holds(saw: "OK, \(Words.count(check.tests.count, "test")) passed, all services run")
  }
}

/// The vendor's in-place procedure begins with maintenance mode off; whoever put it on has not finished.
struct NoMaintenance: MemberRule {
  let name: RuleName = "no-maintenance"
  let severity = Severity.blocking
  let title = "Maintenance mode is off on every node"
  let why = "A node in maintenance holds no shards: it cannot stand in for another one, and somebody is at work on it."
  let reads =
    "rladmin status nodes: SHARDS with room for none (0/0); GET /v1/nodes/status: maintenance_snapshot"
  let remedy = "rladmin node N maintenance_mode off; put on several times, it has to be put off as often."
  let source = "redis/docs, upgrade-cluster: prerequisites; maintenance mode"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let seen = survey.rest?.nodes.first { $0.id == node.id }
    let hasNoRoom = node.mostShards == 0
    switch (hasNoRoom, seen?.isInMaintenance) {
    case (_, true?), (true, nil):
      let sign =
        hasNoRoom
        ? "it has room for no shard (\(node.shards)/\(node.mostShards))" : "a snapshot of its shards is kept"
      return .broken(
        saw: "\(node.name) is in maintenance mode: \(sign)",
        fix: "rladmin node \(node.id) maintenance_mode off; look again afterwards: activations stack, and each takes "
          + "one off")
    case (true, false?):
      return .holds(saw: "\(node.name) takes no shards, but no maintenance is open: it is there for the quorum")
    case (false, _): return .holds(saw: "off")
    }
  }
}

struct QuorumKept: EnterpriseRule {
  let name: RuleName = "quorum-kept"
  let severity = Severity.blocking
  let title = "Without the node that is worked on, most nodes are still there"
  let why = "A cluster without most of its nodes does not fail over, does not answer, and can only be recovered."
  let reads = "rladmin status nodes: STATUS"
  let remedy = "Bring the nodes that are down back first."
  let source = "redis/docs, clusters: quorum; high availability: three nodes or more, an odd number"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let all = survey.status.nodes
    let need = all.count / 2 + 1
    guard all.count >= 3 else {
      return .notApplicable(why: "\(Words.count(all.count, "node")): there is no quorum that could outlive one of them")
    }
    let isWell = { (node: Enterprise.Node) in node.status.isOK && !scene.isIgnoring(node.id) }
    let left: Int
    switch object {
    case .node(let id): left = all.count { isWell($0) && NodeID(String($0.id)) != id }
    // The one that is being worked on is away already; else the one to come is.
    default: left = all.count(where: isWell) - (all.contains { scene.isIgnoring($0.id) } ? 0 : 1)
    }
    let saw = "\(left) of \(all.count) nodes are there without one, and \(need) are needed"
    return left >= need
      ? .holds(saw: saw) : .broken(saw: saw, fix: "rladmin status nodes, and bring back those that are down")
  }
}

struct EnoughNodes: EnterpriseRule {
  let name: RuleName = "enough-nodes"
  let severity = Severity.warning
  let title = "The cluster has three nodes or more, and an odd number of them"
  let why = "With one or two nodes there is no quorum while a node is upgraded: nothing fails over until it is back."
  let reads = "rladmin status nodes"
  let remedy = "Plan a time in which the databases may be away, or add nodes first."
  let source = "redis/docs, clusters: quorum; high availability: three nodes or more, an odd number"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let count = survey.status.nodes.count
    if count < 3 {
      return .broken(
        saw: "\(Words.count(count, "node")): while one is upgraded there is no quorum, and nothing fails over",
        fix: "plan a time in which the databases may be away, or add nodes first")
    }
    guard count.isMultiple(of: 2) else { return .holds(saw: "\(count) nodes") }
    return .broken(
      saw: "\(count) nodes: an even number outlives no more failures than one node less",
      fix: "nothing for this upgrade; add one that is there for the quorum alone, when there is time")
  }
}

/// The installer asks for it itself (`ignore_master_version`): the primary node goes first, and keeps the lead.
struct MasterIsNewest: EnterpriseRule {
  let name: RuleName = "master-is-newest"
  let severity = Severity.blocking
  let title = "The cluster's primary node runs the newest version that is there"
  let why = "The primary node coordinates the others; an old one does not know what the new ones tell it."
  let reads = "rladmin status nodes: ROLE and VERSION; the line Cluster master"
  let remedy = "rladmin cluster master set N moves the role to an upgraded node."
  let source = "redis/docs, upgrade-cluster; install-script: ignore_master_version"
  let isCheck = false

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let status = survey.status
    guard let master = status.master, let newest = survey.newest else {
      return .unknown(why: "no node has the role master: it is changing hands")
    }
    if status.nodes.count(where: { $0.role == .master }) > 1 {
      return .unknown(why: "more than one node has the role master")
    }
    if let named = status.headline?.master, named != master.id {
      return .unknown(why: "the report names node:\(named) and \(master.name) as master: it is changing hands")
    }
    guard master.version < newest else { return .holds(saw: "\(master.name) on \(master.version)") }
    let upgraded = status.nodes.filter { $0.version == newest }.map(\.name)
    return .broken(
      saw: "\(master.name) leads on \(master.version), and \(upgraded.joined(separator: ", ")) run \(newest)",
      fix: "rladmin cluster master set \(status.nodes.first { $0.version == newest }?.id ?? 0)")
  }
}
