// What the situation will be after a step and its calm: exact in role, version, being up, our settings, and facts.

extension ServerProcedure {
  package func predict(_ step: Step, _ situation: inout Situation) {
    if case .host(_, .temporaryStart) = step.action { situation.setup.takeInTemporary() }
    situation.facts.begin(step.key, situation.setup)
    let nodes = situation.snapshot.nodes
    situation.facts.achieve(step.key, step.action, nil, situation.setup) { nodes[$0]?.view?.release }
    switch step.action {
    case .configure(let node, let settings):
      guard var view = situation.snapshot[node].view, let address = situation.setup.node(node)?.address else { break }
      for setting in settings {
        let key = LedgerKey(node, setting.directive)
        if situation.facts.ledger[key] == nil {
          situation.facts.ledger[key] = LedgerEntry(
            address: address, original: view.settings?[setting.directive] ?? "", ours: setting.value, standing: .open)
        }
        situation.facts.ledger[key]?.standing = .open
        situation.facts.ledger[key]?.ours = setting.value
        view.settings?[setting.directive] = setting.value
      }
      situation.snapshot.nodes[node] = .up(view)
    case .restore(let node, let settings):
      guard var view = situation.snapshot[node].view else { break }
      for setting in settings { view.settings?[setting.directive] = setting.value }
      situation.snapshot.nodes[node] = .up(view)
    case .shutDown(let node, _), .host(let node, .stop):
      situation.snapshot.nodes[node] = .down("stopped by this plan")
    case .follow(let node, let primary):
      guard var view = situation.snapshot[node].view else { break }
      view.pulse.replication.role = node == primary ? .primary : .replica
      view.pulse.replication.upstream = node == primary ? nil : upstream(to: primary, situation)
      situation.snapshot.nodes[node] = .up(view)
    case .host(let node, .temporaryStop):
      situation.setup.leaveOutTemporary()
      situation.snapshot.shards = situation.setup.shards
      situation.snapshot.nodes[node] = nil
    case .host(let node, .temporaryStart):
      situation.snapshot.shards = situation.setup.shards
      situation.snapshot.nodes[node] = .up(started(node, situation))
    case .host(let node, .start): situation.snapshot.nodes[node] = .up(started(node, situation))
    case .host(let node, let stage) where situation.setup.site.startsItself.contains(stage):
      situation.snapshot.nodes[node] = .up(started(node, situation))
    case .handOver(_, let from, let to):
      setRole(.replica, of: from, in: &situation)
      setRole(.primary, of: to, in: &situation)
      if situation.setup.kind.isReplicated, var view = situation.snapshot[from].view {
        view.pulse.replication.upstream = upstream(to: to, situation)
        situation.snapshot.nodes[from] = .up(view)
      }
    case .hostWide(let stage, let nodes) where situation.setup.site.startsItself.contains(stage):
      for node in nodes { situation.snapshot.nodes[node] = .up(started(node, situation)) }
    case .host, .hostWide, .backUp, .setAside, .drain, .watch, .confirm, .errand, .saveRole: break
    }
  }

  private func upstream(to primary: NodeID, _ situation: Situation) -> Upstream {
    Upstream(
      address: situation.setup.peerAddress(primary) ?? Address(host: "", port: 0), linkUp: true, syncInProgress: false,
      offset: 0, lastIOSecondsAgo: 0, downSeconds: nil, readOnly: true)
  }

  private func setRole(_ role: Role, of node: NodeID, in situation: inout Situation) {
    guard var view = situation.snapshot[node].view else { return }
    view.pulse.replication.role = role
    situation.snapshot.nodes[node] = .up(view)
  }

  /// A node right after its start: the wanted version, the settings of its file, a replica unless it is alone.
  private func started(_ node: NodeID, _ situation: Situation) -> NodeView {
    let setup = situation.setup
    let release =
      setup.site.has(.install)
      ? situation.facts.installed[node] ?? setup.to : situation.facts.goals.want[node] ?? setup.to
    let isAlone = setup.shard(of: node)?.members.count == 1
    let role = setup.node(node)?.role == .sentinel ? Role.sentinel : isAlone ? .primary : .replica
    var pulse = Pulse.predicted(release, role: role)
    pulse.server.configFile = setup.node(node)?.configFile ?? ""
    if role == .replica, setup.kind.isReplicated,
      let primary = situation.facts.follows[node] ?? setup.node(node)?.follows
    {
      pulse.replication.upstream = upstream(to: primary, situation)
    }
    return NodeView(
      pulse: pulse, cluster: nil, settings: written(node, situation), inventory: nil, pulseAsOf: 0,
      clusterAsOf: 0, ageOfPulse: .zero)
  }
}

extension ServerProcedure {
  /// The settings of a node's file. Whoever moves a role writes it down with all that is set at that moment.
  private func written(_ node: NodeID, _ situation: Situation) -> [String: String] {
    var settings = situation.setup.node(node)?.settings ?? [:]
    guard situation.setup.kind == .sentinel, situation.facts.follows[node] != nil else { return settings }
    for key in situation.facts.ledger.open(of: node) {
      settings[key.directive] = situation.facts.ledger[key]?.ours ?? settings[key.directive]
    }
    return settings
  }
}

extension Pulse {
  /// A node of which only release and role are foretold.
  static func predicted(_ release: Release, role: Role) -> Pulse {
    Pulse(
      server: ServerFacts(
        name: release.product.rawValue, product: release.product, version: release.version,
        versionText: release.version.description, mode: "cluster", runID: "to be learnt", processID: 0, port: 0,
        uptimeSeconds: 0, executable: "", configFile: ""),
      replication: Replication(
        role: role, offset: 0, replicationID: "", secondOffset: -1, backlogActive: true, backlogBytes: 0, replicas: [],
        upstream: nil),
      persistence: Persistence(
        loading: false, asyncLoading: false, backgroundSaveRunning: false, rewriteRunning: false,
        rewriteScheduled: false, moduleForkRunning: false, lastSaveSucceeded: true, lastRewriteSucceeded: true,
        lastAppendSucceeded: true, appendOnly: false, lastSaveTime: 0, changesSinceSave: 0, saves: nil,
        lastSaveCopyOnWriteBytes: nil),
      memory: Memory(used: 0, resident: 0, maximum: 0, policy: ""),
      statistics: Statistics(
        operationsPerSecond: 0, fullSyncs: 0, partialSyncs: 0, refusedPartialSyncs: 0, unexpectedErrorReplies: nil,
        connectedClients: 0, blockedClients: 0),
      keys: 0, expiringKeys: 0, cluster: nil)
  }
}
