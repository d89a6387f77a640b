// What goes on in the cluster while somebody wants to upgrade it: actions, syncs, and an upgrade that was begun.

struct NoRunningAction: EnterpriseRule {
  let name: RuleName = "no-running-action"
  let severity = Severity.blocking
  let title = "No action runs in the cluster"
  let why = "A state machine that is cut off by the restart of a node leaves a database between two states."
  let reads =
    "rladmin cluster running_actions; rladmin status databases extra all: EXEC_STATE_MACHINE; GET /v1/actions"
  let remedy = "Wait until it is done: rladmin cluster running_actions."
  let source = "redis/docs, rladmin cluster running_actions; rest-api: requests/actions"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    var running = survey.actions ?? []
    running += survey.rest?.actions ?? []
    running += survey.status.databases.compactMap { database in
      database.stateMachine.map { "\($0) works on \(database.title)" }
    }
    guard running.isEmpty else {
      return .broken(
        saw: running.prefix(3).joined(separator: "; ") + (running.count > 3 ? "; and \(running.count - 3) more" : ""),
        fix: "wait until they are done: rladmin cluster running_actions")
    }
    guard survey.actions != nil || survey.rest?.actions != nil else {
      return .unknown(why: "rladmin cluster running_actions was not read")
    }
    return .holds(saw: "none")
  }
}

/// The installer asks about it too, but not where it is run with answers: so it is looked at before, each time.
struct NoShardSyncing: EnterpriseRule {
  let name: RuleName = "no-shard-syncing"
  let severity = Severity.blocking
  let title = "No shard is syncing"
  let why = "A replica that is not in sync cannot take over: the restart of its primary would lose what it has not got."
  let reads =
    "GET /v1/shards: sync.status where the REST API is asked; else rladmin status: STATUS of databases and shards"
  let remedy = "Wait until it is in sync; rladmin status shards shows it."
  let source = "redis/docs, install-script; rest-api: objects/shard; redislabs-docs, installing the setup package"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let status = survey.status
    let databases = databases(of: object, survey)
    var found: [String] = []
    for database in status.databases where databases.contains(database.id) {
      let isChanging = database.status.hasSuffix("-pending") || database.status == "recovery"
      if isChanging { found.append("\(database.title) is \(database.status)") }
    }
    for shard in status.shards where databases.contains(shard.database) && !shard.status.isOK {
      found.append("redis:\(shard.id) of db:\(shard.database) on node:\(shard.node) is \(shard.status.text)")
    }
    let seen = survey.rest?.shards.filter { databases.contains($0.database) }
    for shard in seen ?? [] {
      if let sync = shard.sync, sync != "idle" {
        found.append("redis:\(shard.id) of db:\(shard.database) on node:\(shard.node): its sync is \(sync)")
      } else if let detail = shard.detailedStatus, detail == "loading" || detail == "importing" {
        found.append("redis:\(shard.id) of db:\(shard.database) on node:\(shard.node) is \(detail)")
      }
    }
    guard found.isEmpty else {
      return .broken(
        saw: found.prefix(3).joined(separator: "; ") + (found.count > 3 ? "; and \(found.count - 3) more" : ""),
        fix: "wait until it is in sync: rladmin status shards extra all")
    }
    let count = Words.count(status.shards.count { databases.contains($0.database) }, "shard")
    guard let seen, !seen.contains(where: { $0.sync == nil }) else {
      return .holds(saw: "\(count) OK in rladmin status; the REST API, which says more of a sync, was not asked")
    }
    return .holds(saw: "\(count) idle")
  }

  /// A node is about the databases that have a shard on it.
  private func databases(of object: ObjectID, _ survey: Enterprise.Survey) -> Set<Int> {
    switch object {
    case .database(let number): [number]
    case .node(let id): Set(survey.status.shards.filter { $0.node == Int(id.text) }.map(\.database))
    case .deployment, .host, .shard: Set(survey.status.databases.map(\.id))
    }
  }
}

/// On while nobody upgrades: an upgrade was begun and not ended.
struct UpgradeModeOff: EnterpriseRule {
  let name: RuleName = "upgrade-mode-off"
  let severity = Severity.warning
  let title = "Upgrade mode is off"
  let why =
    "The installer switches it on and off itself. On while nobody upgrades, it says that an upgrade was interrupted, "
    + "and the cluster goes without what it holds back."
  let reads = "rladmin info cluster: upgrade mode; GET /v1/cluster: upgrade_mode"
  let remedy = "Go on with the upgrade; where all nodes run one version: rladmin cluster config upgrade_mode disabled."
  let source = "redis/docs, rladmin cluster config; release notes of 6.4.2: RS77319"

  /// From this build on the installer may be run again although upgrade mode is on.
  static let mayBeRunAgain = Enterprise.BuildVersion(Version(6, 4, 2), build: 30)

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let own = survey.upgradeMode
    let other = survey.rest?.cluster?.upgradeMode
    if let own, let other, own != other {
      return .unknown(
        why: "rladmin says that it is \(own ? "on" : "off"), the REST API that it is \(other ? "on" : "off")")
    }
    guard let isOn = own ?? other else {
      return .unknown(why: "neither rladmin info cluster nor the REST API says whether it is on")
    }
    guard isOn else { return .holds(saw: "off") }
    let versions = survey.status.versions.sorted()
    guard versions.count > 1 else {
      return .broken(
        saw: "it is on, and all nodes run \(versions.first.map(\.description) ?? "one version"): an upgrade was "
          + "interrupted, or its end was",
        fix: "go on: the run asks before it switches it off; or rladmin cluster config upgrade_mode disabled")
    }
    let target = scene.wanted ?? Self.mayBeRunAgain
    let again =
      target >= Self.mayBeRunAgain
      ? "the installer of \(target) may be run again"
      : "the installer of \(target) is older than \(Self.mayBeRunAgain), and may refuse to be run again"
    return .broken(
      saw: "it is on, and nodes run \(versions.map(\.description).joined(separator: " and ")): an upgrade was "
        + "interrupted",
      fix: "resume it: \(again) on the nodes that are left; the run takes the others as done")
  }
}
