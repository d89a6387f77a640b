// Whether the cluster, its nodes, databases, endpoints and shards are well, as it says itself.

/// Before a node is touched, and after it came back.
struct ClusterIsOK: EnterpriseRule {
  let name: RuleName = "cluster-is-ok"
  let severity = Severity.blocking
  let title = "Every node, database, endpoint and shard is OK"
  let why = "An upgrade of one node takes away what the others have to stand in for; what is ill already cannot."
  let reads = "rladmin status extra all: the lines above the tables, STATUS and WATCHDOG_STATUS"
  let remedy = "rladmin status issues_only names what is not OK; mend that first."
  let source = "redis/docs, upgrade-cluster: prerequisites"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let complaints = survey.status.complaints(leavingOut: scene.ignoring)
    guard let first = complaints.first else {
      return .holds(
        saw: "\(Words.count(survey.status.nodes.count, "node")) and "
          + "\(Words.count(survey.status.databases.count, "database")) are OK")
    }
    let more = complaints.count > 1 ? ", and \(complaints.count - 1) more" : ""
    return .broken(saw: "\(first)\(more)", fix: "rladmin status issues_only, and mend what it names")
  }
}

extension Enterprise.ClusterStatus {
  /// What is not as it has to be, nodes apart that are being worked on, and what stands on them.
  func complaints(leavingOut ignored: Set<NodeID>) -> [String] {
    guard !ignored.isEmpty else { return complaints }
    var rest = self
    let numbers = Set(ignored.compactMap { Int($0.text) })
    rest.nodes.removeAll { numbers.contains($0.id) }
    rest.endpoints.removeAll { numbers.contains($0.node) }
    rest.shards.removeAll { numbers.contains($0.node) }
    return rest.complaints
  }
}

/// The same programs as `rlcheck`, asked for all nodes at once.
struct ClusterCheckPasses: ExtraSightRule {
  let name: RuleName = "cluster-check"
  let severity = Severity.blocking
  let title = "The cluster's own check of all nodes passes"
  let why = "It reaches nodes on whose hosts nobody can log in, and sees what one node alone does not."
  let reads = "GET /v1/cluster/check"
  let remedy = "rlcheck --continue-on-error on the node that it names says more."
  let source = "redis/docs, rest-api: requests/cluster/check"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let rest = survey.rest else { return .unknown(why: survey.withoutREST) }
    guard let failed = rest.failedChecks else {
      return .unknown(why: "not checked: the REST API of this version does not answer GET /v1/cluster/check")
    }
    guard !failed.isEmpty else { return .holds(saw: "no node has a failed check") }
    return .broken(
      saw: failed.prefix(4).joined(separator: "; ") + (failed.count > 4 ? "; and \(failed.count - 4) more" : ""),
      fix: "on that node: rlcheck --continue-on-error, and mend what it names")
  }
}

struct DatabasesActive: EnterpriseRule {
  let name: RuleName = "databases-active"
  let severity = Severity.blocking
  let title = "Every database is active and to be had"
  let why = "A database that is being changed, imported or recovered cannot take the restart of a node as well."
  let reads = "rladmin status databases: STATUS; GET /v1/bdbs/N/availability where the REST API is asked"
  let remedy = "Wait until it is active; rladmin status databases extra all shows the state machine at work."
  let source = "redis/docs, upgrade-cluster: prerequisites; rest-api: requests/bdbs/availability"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let databases = survey.status.databases
    guard !databases.isEmpty else { return .holds(saw: "the cluster has no database") }
    return Verdict.together(databases.map { DatabaseActive.verdict(on: $0, survey) }, of: "database")
  }
}

/// One database, before its own upgrade and after it.
struct DatabaseActive: DatabaseRule {
  let name: RuleName = "database-active"
  let severity = Severity.blocking
  let title = "The database is active and to be had"
  let why = "What is not active is at work already, or ill; an upgrade of it would come on top."
  let reads = "rladmin status databases: STATUS; GET /v1/bdbs/N/availability where the REST API is asked"
  let remedy = "Wait until it is active; rladmin status databases extra all shows the state machine at work."
  let source = "redis/docs, upgrade-database; rest-api: requests/bdbs/availability"
  /// `databases-active` asks it of all of them before the start.
  let isCheck = false

  func judge(_ database: Enterprise.Database, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    Self.verdict(on: database, survey)
  }

  static func verdict(on database: Enterprise.Database, _ survey: Enterprise.Survey) -> Verdict {
    guard database.status == "active" else {
      return .broken(
        saw: "\(database.title) is \(database.status)",
        fix: "wait until it is active: rladmin status databases extra all")
    }
    let seen = survey.rest?.databases.first { $0.id == database.id }
    if let status = seen?.status, status != "active" {
      return .broken(
        saw: "\(database.title) is active in rladmin, and \(status) in the REST API",
        fix: "wait until both say active")
    }
    guard seen?.isAvailable == false else { return .holds(saw: "active") }
    let because = seen?.unavailability.map { " (\($0))" } ?? ""
    return .broken(
      saw: "\(database.title) is active, but its clients do not get it\(because)",
      fix: "see its shards and endpoints: rladmin status extra all db db:\(database.id)")
  }
}

/// What two programs say of one cluster has to be one thing.
struct ReportsAgree: ExtraSightRule {
  let name: RuleName = "reports-agree"
  let severity = Severity.blocking
  let title = "rladmin and the REST API say the same of nodes, databases and shards"
  let why = "Where they differ one of them is behind, or another cluster answers: nothing may be concluded from either."
  let reads =
    "rladmin status extra all; GET /v1/cluster, /v1/nodes, /v1/nodes/status, /v1/bdbs, /v1/shards"
  let remedy = "Read again; where it stays so, see to which cluster the REST address belongs."
  let source = "redis/docs, rladmin status; rest-api"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let rest = survey.rest else { return .unknown(why: survey.withoutREST) }
    let differences = Self.differences(survey, rest, leavingOut: scene.ignoring)
    guard let first = differences.first else {
      return .holds(
        saw: "the same \(Words.count(rest.nodes.count, "node")), \(Words.count(rest.databases.count, "database")) and "
          + Words.count(rest.shards.count, "shard"))
    }
    let more = differences.count > 1 ? "; and \(differences.count - 1) more" : ""
    return .broken(
      saw: "\(first)\(more)", fix: "wait a moment and read again; then see that both are asked of the same cluster")
  }

  /// What one says and the other says otherwise; what one of them leaves out is no difference.
  static func differences(
    _ survey: Enterprise.Survey, _ rest: Enterprise.RestView, leavingOut ignored: Set<NodeID>
  ) -> [String] {
    var found: [String] = []
    func compare<Value: Equatable>(_ what: String, _ own: Value, _ other: Value?, _ words: (Value) -> String) {
      guard let other, own != other else { return }
      found.append("\(what) is \(words(own)) in rladmin, and \(words(other)) in the REST API")
    }
    func members(_ what: String, _ own: [Int], _ other: [Int]) {
      for number in own where !other.contains(number) { found.append("\(what)\(number) is not in the REST API") }
      for number in other where !own.contains(number) { found.append("\(what)\(number) is in the REST API alone") }
    }
    let status = survey.status
    members("node:", status.nodes.map(\.id), rest.nodes.map(\.id))
    for node in status.nodes where !ignored.contains(NodeID(String(node.id))) {
      guard let other = rest.nodes.first(where: { $0.id == node.id }) else { continue }
      compare("\(node.name)'s version", node.version, other.version, \.description)
      compare("\(node.name)'s address", node.address, other.address, \.self)
      compare("\(node.name)'s role", node.role == .master, other.isMaster) { $0 ? "master" : "slave" }
    }
    members("db:", status.databases.map(\.id), rest.databases.map(\.id))
    for database in status.databases {
      guard let other = rest.databases.first(where: { $0.id == database.id }) else { continue }
      compare("\(database.title)", database.status, other.status, \.self)
      if let version = database.version.flatMap({ Enterprise.DatabaseVersion($0) }) {
        compare("\(database.title)'s version", version, other.version, \.description)
      }
      compare("\(database.title)'s replication", database.isReplicated, other.isReplicated) { $0 ? "on" : "off" }
      compare("\(database.title)'s persistence", database.persistence, other.persistence, \.rawValue)
    }
    members("redis:", status.shards.map(\.id), rest.shards.map(\.id))
    for shard in status.shards {
      guard let other = rest.shards.first(where: { $0.id == shard.id }) else { continue }
      compare("redis:\(shard.id)'s node", shard.node, other.node) { "node:\($0)" }
      compare("redis:\(shard.id)'s role", shard.isPrimary, other.isPrimary) { $0 ? "master" : "slave" }
    }
    if let ours = survey.settings.flatMap({ try? Reader.upgradeMode($0) }) {
      compare("upgrade mode", ours, rest.cluster?.upgradeMode) { $0 ? "on" : "off" }
    }
    return found
  }
}
