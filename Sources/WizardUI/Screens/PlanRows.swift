// A plan as a person reads it: a row for each node and each hand-over, and the two lines of the way back between them.

package import UpgradeCore

/// One row of the plan: some steps that belong together.
package struct PlanRow: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// What is to be known before the rest is agreed to.
    case briefing
    case staging, upgradeModeOn, upgradeModeOff, backUp
    /// Outside of clusters: roles are written into the configurations.
    case roles
    case node(NodeID)
    /// All nodes of a host, stopped for one installation.
    case host(String)
    case handOver(ShardID)
    /// A database of Redis Enterprise Software.
    case database(Int)
    /// A pause for the operator.
    case pause(QuestionKind)
    /// A setting of a cluster of Redis Enterprise Software that stays.
    case setting
    case other
  }

  /// The line that is crossed by this row.
  package enum Line: Hashable, Sendable {
    case narrows(ShardID)
    case closes(ShardID)
    /// The same for whatever of a whole host's shards has been promoted.
    case closesOn(String)
  }

  package var kind: Kind
  package var subject: String
  package var role: String
  package var shard: String
  package var what: String
  package var clients: String
  package var steps: [Step]
  /// Drawn above the row: crossing it is a consent of its own.
  package var line: Line?
}

/// All rows of a plan.
package struct PlanRows: Hashable, Sendable {
  package var rows: [PlanRow] = []
  /// `6 nodes`.
  package var nodesInWords: String { Words.count(nodeCount, "node") }

  package var nodeCount: Int {
    rows.reduce(0) { sum, row in
      switch row.kind {
      // A temporary server is not one of those that are upgraded.
      case .node where row.steps.contains { [.startTemporary, .removeTemporary].contains($0.key.verb) }: sum
      case .node: sum + 1
      case .host: sum + row.steps.count { $0.key.verb == .rejoin }
      default: sum
      }
    }
  }
  package var handOverCount: Int { rows.count { if case .handOver = $0.kind { true } else { false } } }

  /// What there is besides nodes: `3 hand-overs`, `4 databases`.
  func others(_ setup: Setup) -> String {
    if setup.enterprise == nil { return Words.count(handOverCount, "hand-over") }
    return Words.count(rows.count { if case .database = $0.kind { true } else { false } }, "database")
  }

  package init(_ plan: Plan?, setup: Setup?, briefing: Briefing? = nil) {
    guard let plan, let setup else { return }
    if let briefing, !briefing.points.isEmpty {
      rows.append(
        PlanRow(
          kind: .briefing, subject: "you", role: "", shard: "", what: BriefingText(briefing).summary,
          clients: "nothing", steps: []))
    }
    for step in plan.steps {
      let kind = Self.kind(of: step, after: rows.last?.kind, setup)
      if rows.last?.kind == kind, kind != .other {
        rows[rows.count - 1].steps.append(step)
      } else {
        rows.append(PlanRow(kind: kind, subject: "", role: "", shard: "", what: "", clients: "", steps: [step]))
      }
    }
    var roles: [NodeID: Role] = [:]
    for index in rows.indices { rows[index].describe(setup, &roles) }
  }

  /// The settings that a restarted node gets again belong to that node's row, and what follows from a hand-over to that.
  private static func kind(of step: Step, after last: PlanRow.Kind?, _ setup: Setup) -> PlanRow.Kind {
    switch (step.key.verb, step.key.object) {
    case (.enterUpgradeMode, .node(let node)) where last == .node(node): .node(node)
    case (.enterUpgradeMode, .node(let node)) where last == .host(setup.host(of: node)): .host(setup.host(of: node))
    case (.switchOver, .shard(let shard)): .handOver(shard)
    case (.follow, .node(let node)), (.saveRole, .node(let node)):
      if let shard = setup.shard(of: node)?.id, last == .handOver(shard) {
        .handOver(shard)
      } else {
        step.key.verb == .saveRole ? .roles : .node(node)
      }
    case (.enterUpgradeMode, _): .upgradeModeOn
    case (.leaveUpgradeMode, _): .upgradeModeOff
    case (.stage, _): .staging
    case (.backUp, _): .backUp
    case (.confirm, _): step.key.argument.flatMap(QuestionKind.init(rawValue:)).map { .pause($0) } ?? .other
    case (.handOver, .shard(let shard)): .handOver(shard)
    case (_, .node(let node)) where setup.shares(.install, node): .host(setup.host(of: node))
    case (_, .node(let node)): .node(node)
    case (_, .host(let host)): .host(host)
    case (_, .database(let number)): .database(number)
    case (.tune, _): .setting
    default: .other
    }
  }
}

extension PlanRow {
  /// Fills in the words; `roles` carries what hand-overs earlier in the plan have changed.
  fileprivate mutating func describe(_ setup: Setup, _ roles: inout [NodeID: Role]) {
    let isNoReturn = steps.contains { $0.consent?.consentClass == .noReturn }
    let isOutage = steps.contains { $0.consent?.consentClass == .outage }
    switch kind {
    case .briefing: break
    case .staging:
      subject = Self.nodes(steps.count)
      what = "fetch and verify \(setup.short(setup.to))"
      clients = "nothing"
    case .upgradeModeOn:
      subject = Self.nodes(steps.count)
      what = "upgrade mode on"
      clients = "nothing"
    case .upgradeModeOff:
      subject = Self.nodes(steps.count)
      what = "upgrade mode off"
      clients = "nothing"
    case .roles:
      subject = Self.nodes(steps.count)
      what = "write its role into the configuration"
      clients = "nothing"
    case .backUp:
      if case .backUp(let nodes)? = steps.first?.action { subject = Self.nodes(nodes.count) }
      what = "back up"
      clients = "nothing"
    case .pause(let question):
      subject = "you"
      what = Self.pauseText(question)
      clients = question == .clientProbe ? "test keys" : "nothing"
    case .handOver(let id):
      shard = id.description
      subject = id.description
      if case .handOver(_, let from, let to)? = steps.first?.action {
        roles[from] = .replica
        roles[to] = .primary
        what = "HAND OVER to \(setup.address(to))"
      }
      clients = "short pause"
      if isNoReturn { line = .narrows(id) }
    case .node(let node):
      let id = setup.shard(of: node)?.id
      subject = setup.address(node)
      shard = id?.description ?? "-"
      let own = roles[node] ?? setup.node(node)?.role ?? .replica
      role = own == .primary ? "PRIMARY" : own.rawValue
      what = "restart on \(setup.short(setup.to))" + (own == .sentinel ? "" : ", sync")
      clients = isOutage ? "OUTAGE" : "nothing"
      if setup.isTemporary(node) {
        role = "temporary"
        let isStart = steps.contains { $0.key.verb == .startTemporary }
        what = isStart ? "start a server on \(setup.short(setup.to)), sync" : "stop it, remove its folder"
      }
      if let cluster = setup.enterprise {
        role = cluster.master == Int(node.text) ? "PRIMARY" : "member"
        shard = ""
        what = "installer, back on \(setup.short(setup.to))"
      }
      if isNoReturn, let id { line = .closes(id) }
    case .host(let host):
      let count = setup.nodes(on: host).count
      subject = host
      what = "one install for \(count) nodes: all \(count) restart on \(setup.short(setup.to)), sync one by one"
      clients = "nothing"
      if isNoReturn { line = .closesOn(host) }
    case .database(let number):
      subject = setup.name(.database(number))
      role = "db"
      shard = setup.enterprise?.database(number)?.keepers ?? ""
      if case .errand(_, .upgradeDatabase(_, let version, _))? = steps.first?.action { what = "to Redis \(version)" }
      clients =
        switch steps.first?.consent?.consentClass {
        case .loss: "ALL DATA LOST"
        case .outage: "OUTAGE"
        default: "reconnect once"
        }
    case .setting:
      subject = setup.name(.deployment)
      clients = "nothing"
      switch steps.first?.action {
      case .errand(_, .setDefaultVersion(let version))?: what = "asked: new databases on \(version)?"
      case .errand(_, .allowLatest)?: what = "asked: redis_upgrade_policy latest?"
      default: what = steps.first?.title ?? ""
      }
    case .other:
      subject = setup.name(steps.first?.key.object ?? .deployment)
      what = steps.first?.title ?? ""
      clients = steps.first?.impact ?? ""
    }
  }

  private static func nodes(_ count: Int) -> String { Words.count(count, "node") }

  private static func pauseText(_ kind: QuestionKind) -> String {
    switch kind {
    case .clientProbe: "asked: run a client probe?"
    case .configurationFiles: "asked: keep your files?"
    case .canary: "asked: first done, go on?"
    case .firstPromotion: "asked: begin hand-overs?"
    default: "asked: \(kind.rawValue)"
    }
  }
}

extension PlanRow.Line {
  /// The line in words, as it is drawn in the list and printed in the plan.
  package var text: String {
    switch self {
    case .narrows(let shard): "the way back of \(shard) NARROWS here: new data in a format the old version cannot read"
    case .closes(let shard): "the way back of \(shard) CLOSES here: its last copy on the old version goes"
    case .closesOn(let host): "the way back CLOSES here: the last copies on the old version of shards on \(host) go"
    }
  }

  /// The same for a narrow list.
  package var shortText: String {
    switch self {
    case .narrows(let shard): "way back of \(shard) NARROWS from here on"
    case .closes(let shard): "way back of \(shard) CLOSES from here on"
    case .closesOn(let host): "way back of \(host) CLOSES from here on"
    }
  }
}
