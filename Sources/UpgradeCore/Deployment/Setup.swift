// What is fixed for a whole run: where from, where to, which nodes, what the site can do, what the operator asked for.

/// The constants of one run, written into its first record; a replica that wandered to another shard moves, once the
/// operator takes it as it is.
package struct Setup: Hashable, Sendable {
  /// As the operator named it, without credentials.
  package var target: String
  package var to: Release
  package var nodes: [NodeSetup] {
    didSet { index = Index(nodes, shards, turns, site) }
  }
  package var shards: [Shard] {
    didSet { index = Index(nodes, shards, turns, site) }
  }
  /// The shards whose turn comes first, as the operator wants it; all others follow as they are named.
  package var turns: [ShardID] = [] {
    didSet { index = Index(nodes, shards, turns, site) }
  }
  /// `cluster-node-timeout`, the longest of all nodes.
  package var nodeTimeout: Duration
  /// Whether the first promotion narrows the way back, because the new version writes a data format that the old
  /// one cannot read.
  package var wayBackNarrows: Bool
  package var site: Site {
    didSet { index = Index(nodes, shards, turns, site) }
  }
  package var options: Options
  /// nil where connections are plain.
  package var encryption: EncryptionFiles?
  /// A cluster of Redis Enterprise Software; nil where the nodes are servers.
  package var enterprise: Enterprise.Constants?
  /// The name by which Sentinels watch over the servers; nil where they are no part of the run.
  package var watchedName: String?
  /// nil: Sentinels are called as their servers are.
  package var sentinelAccess: SentinelAccess?
  /// Stands in for a single server while that is upgraded; nil: nobody does.
  package var temporary: Temporary?
  private let servers: DeploymentKind
  private var index: Index

  package init(
    target: String, to: Release, nodes: [NodeSetup], shards: [Shard], nodeTimeout: Duration, wayBackNarrows: Bool,
    site: Site, options: Options, encryption: EncryptionFiles? = nil, enterprise: Enterprise.Constants? = nil,
    servers: DeploymentKind = .cluster, watchedName: String? = nil
  ) {
    self.servers = servers
    self.watchedName = watchedName
    self.target = target
    self.to = to
    self.nodes = nodes
    self.shards = shards
    self.nodeTimeout = nodeTimeout
    self.wayBackNarrows = wayBackNarrows
    self.site = site
    self.options = options
    self.encryption = encryption
    self.enterprise = enterprise
    index = Index(nodes, shards, turns, site)
  }

  /// What decides runbook and rules.
  package var kind: DeploymentKind { enterprise == nil ? servers : .enterprise }

  /// How long a node that won an election may not be asked to win another: four node time-outs.
  package var electionPause: Duration { nodeTimeout * 4 }

  /// Nodes in the order of their addresses, so that a plan reads the same each time; Sentinels, which hold no data,
  /// are left out.
  package var order: [NodeID] { index.order }
  /// The Sentinels in the order of their addresses.
  package var sentinels: [NodeID] { index.sentinels }
  /// All of them: those that hold data, then the Sentinels.
  package var everyone: [NodeID] { index.order + index.sentinels }
  /// Where a node stands in `order`.
  package func place(of node: NodeID) -> Int? { index.ranks[node] }
  /// The shard whose turn it is at a place; each has its turn in the work on replicas and again in that on primaries.
  package func shard(inTurn place: Int) -> Shard { shards[index.inTurn[place]] }
  /// All shards, first turn first.
  package var shardsInTurn: [ShardID] { index.inTurn.map { shards[$0].id } }
  /// The turn of a node's shard.
  package func turn(ofShardOf node: NodeID) -> Int? { index.shards[node].map { index.turnOfShard[$0] } }
  package func node(_ id: NodeID) -> NodeSetup? {
    index.nodes[id].map { nodes[$0] } ?? (isTemporary(id) ? temporary?.node : nil)
  }
  /// How a node is called: by its address, in a cluster of Redis Enterprise Software by its number.
  package func address(_ id: NodeID) -> String {
    if enterprise != nil { return "node:\(id)" }
    return node(id)?.address.description ?? String(id.text.prefix(8))
  }
  package func shard(of node: NodeID) -> Shard? {
    index.shards[node].map { shards[$0] } ?? (isTemporary(node) ? shards.first : nil)
  }
  package func shard(_ id: ShardID) -> Shard? { index.names[id].map { shards[$0] } }
  /// A shard's members in the order of their addresses.
  package func members(_ shard: Shard) -> [NodeID] { index.members[shard.id] ?? [] }

  /// The hosts, each by the name under which its first node announces itself, in the order of their nodes.
  package var hosts: [String] { index.hosts }
  /// The host of a node. What ssh calls by one name is one host, whatever its nodes announce.
  package func host(of node: NodeID) -> String {
    index.hostOfNode[node] ?? (isTemporary(node) ? stoodInFor.flatMap { index.hostOfNode[$0] } : nil) ?? node.text
  }
  /// The nodes of a host in the order of their addresses.
  package func nodes(on host: String) -> [NodeID] { index.onHost[host] ?? [] }
  /// Whether software is changed host by host, because some host has several nodes of one installation.
  package var goesByHost: Bool { index.goesByHost }

  /// Whether a stage's command for this node is a command for other nodes of its host as well.
  package func shares(_ stage: Site.Stage, _ node: NodeID) -> Bool {
    site.hostWide.contains(stage) && nodes(on: host(of: node)).count > 1
  }

  /// The nodes whose software a stage's command for this one changes; always with itself.
  package func companions(of node: NodeID, in stage: Site.Stage) -> [NodeID] {
    shares(stage, node) ? nodes(on: host(of: node)) : [node]
  }

  /// Whether a node that still runs its old version misses writes of the new one while it follows it, without a sign:
  /// what it holds from then on is not to be built upon.
  package func missesWrites(_ id: NodeID) -> Bool {
    guard let node = node(id), node.role != .sentinel else { return false }
    let release = node.release
    if case .diverges = Replicating.judge(primary: to, replica: release) { return true }
    return false
  }

  /// What a node is to run: a Sentinel that runs something newer already is left with it.
  func wanted(_ node: NodeSetup) -> Release {
    guard node.role == .sentinel, node.release.product == to.product, node.release.version > to.version else {
      return to
    }
    return node.release
  }

  /// The node that answers at an address, or that others call by it.
  package func node(at address: Address) -> NodeID? { index.called[address] }

  /// The node that a server means by an address.
  package func node(at address: Address, from speaker: NodeID) -> NodeID? {
    node(at: node(speaker).map { address.said(by: $0.address) } ?? address)
  }

  /// The address by which the other servers know a node: they may not reach it where we do.
  package func peerAddress(_ id: NodeID) -> Address? { node(id).map { $0.aliases.first ?? $0.address } }

  /// What nobody else may work on while this run does: nodes by names that no other deployment has.
  package var lockedNames: [NodeID] {
    enterprise == nil ? nodes.map(\.id) : nodes.map { NodeID("enterprise/\($0.address.host)/\($0.id)") }
  }

  /// An object as a person names it: an address, a shard's name, `the cluster`.
  package func name(_ object: ObjectID) -> String {
    switch object {
    case .deployment: kind.title
    case .host(let host): host
    case .node(let id): address(id)
    case .shard(let id): id.description
    case .database(let number): enterprise?.database(number)?.name ?? "db:\(number)"
    }
  }
}

/// Where things are in a setup: a plan for a thousand nodes asks millions of times.
private struct Index: Hashable, Sendable {
  let order: [NodeID]
  let sentinels: [NodeID]
  let ranks: [NodeID: Int]
  let members: [ShardID: [NodeID]]
  let nodes: [NodeID: Int]
  /// By every address that is known of it.
  let called: [Address: NodeID]
  /// The place of the shard that a node is a member of.
  let shards: [NodeID: Int]
  let names: [ShardID: Int]
  /// Places of shards, first turn first; and the turn of each place.
  let inTurn: [Int]
  let turnOfShard: [Int]
  let hosts: [String]
  let hostOfNode: [NodeID: String]
  let onHost: [String: [NodeID]]
  let goesByHost: Bool

  init(_ nodes: [NodeSetup], _ shards: [Shard], _ turns: [ShardID], _ site: Site) {
    func places<Key: Hashable>(_ keys: some Sequence<(Key, Int)>) -> [Key: Int] {
      Dictionary(keys, uniquingKeysWith: { first, _ in first })
    }
    let sorted = nodes.sorted { ($0.address, $0.id) < ($1.address, $1.id) }
    order = sorted.filter { $0.role != .sentinel }.map(\.id)
    sentinels = sorted.filter { $0.role == .sentinel }.map(\.id)
    let everyone = order + sentinels
    ranks = places(zip(everyone, everyone.indices))
    members = Dictionary(
      shards.map { [ranks] in ($0.id, $0.members.sorted { ranks[$0, default: .max] < ranks[$1, default: .max] }) },
      uniquingKeysWith: { first, _ in first })
    self.nodes = places(nodes.enumerated().map { ($1.id, $0) })
    called = Dictionary(
      nodes.map { ($0.address, $0.id) } + nodes.flatMap { node in node.aliases.map { ($0, node.id) } },
      uniquingKeysWith: { first, _ in first })
    self.shards = places(shards.enumerated().flatMap { place, shard in shard.members.map { ($0, place) } })
    let names = places(shards.enumerated().map { ($1.id, $0) })
    self.names = names
    let first = turns.compactMap { names[$0] }
    let isFirst = Set(first)
    inTurn = first + shards.indices.filter { !isFirst.contains($0) }
    var turnOfShard = Array(shards.indices)
    for (turn, place) in inTurn.enumerated() { turnOfShard[place] = turn }
    self.turnOfShard = turnOfShard
    var hosts: [String] = []
    var called: [String: String] = [:]
    var hostOfNode: [NodeID: String] = [:]
    var onHost: [String: [NodeID]] = [:]
    for id in everyone {
      guard let node = self.nodes[id].map({ nodes[$0] }) else { continue }
      let name = site.remote?.hosts[id] ?? node.address.host
      // One address in front of several hosts: then it names only the first of them.
      let host = called[name] ?? (onHost[node.address.host] == nil ? node.address.host : name)
      if called.updateValue(host, forKey: name) == nil { hosts.append(host) }
      hostOfNode[id] = host
      onHost[host, default: []].append(id)
    }
    self.hosts = hosts
    self.hostOfNode = hostOfNode
    self.onHost = onHost
    goesByHost = site.hostWide.contains(.install) && onHost.contains { $0.value.count > 1 }
  }
}

/// One node as it was found at the start.
package struct NodeSetup: Hashable, Sendable {
  package var id: NodeID
  package var address: Address
  package var release: Release
  package var role: Role
  package var runID: String
  package var processID: Int
  package var configFile: String
  package var directory: String
  package var appendOnly: Bool
  /// Directives that upgrade mode changes, as they were.
  package var settings: [String: String]
  /// `cluster-node-timeout`; nil where it could not be read.
  package var nodeTimeoutMilliseconds: Int?
  /// What upgrade mode sets on it besides, because of what it holds and how much is written: see `windowSettings`.
  package var windowSettings: [Setting] = []
  /// Where it writes its log; empty where that is its standard output.
  package var logFile = ""
  /// Outside of clusters: whom it followed at the start.
  package var follows: NodeID?
  /// Outside of clusters: other addresses by which the servers call it, what they are told first.
  package var aliases: [Address] = []
  /// Its configuration does not say `replica-priority 0`, never to be made primary.
  package var isPromotable = true
  /// A Sentinel's other groups, as it knew them at the start.
  package var watches: [SentinelView.Other] = []

  package init(
    id: NodeID, address: Address, release: Release, role: Role, runID: String, processID: Int, configFile: String,
    directory: String, appendOnly: Bool, settings: [String: String], nodeTimeoutMilliseconds: Int? = nil
  ) {
    self.id = id
    self.address = address
    self.release = release
    self.role = role
    self.runID = runID
    self.processID = processID
    self.configFile = configFile
    self.directory = directory
    self.appendOnly = appendOnly
    self.settings = settings
    self.nodeTimeoutMilliseconds = nodeTimeoutMilliseconds
  }
}

/// What the site's profile can do, without the site's secrets.
package struct Site: Hashable, Sendable {
  package enum Reach: String, Hashable, Sendable { case local, ssh, manual }
  /// The moments of a node's upgrade at which the profile may have a command; `candidate` is asked before the start,
  /// `program` says where the wanted version's server is, so that it can be tried.
  package enum Stage: String, Hashable, Sendable, CaseIterable {
    case candidate, stage, program, beforeNode = "before_node", stop, install, start, rollback, afterNode = "after_node"
    /// Outside of clusters: the clients' address is moved to this node, the new primary.
    case switchOver = "switch"
    /// The program's own: a temporary server beside a single one is started, and taken away.
    case temporaryStart = "temporary_start", temporaryStop = "temporary_stop"
  }
  package var reach: Reach
  /// Only where ssh is used, for commands or for connections to servers.
  package var remote: Remote?
  /// Where announced addresses are reached from here, or from the bastion.
  package var addresses: AddressMap
  /// The exact text per stage and node, placeholders filled in (`{pid}` is filled at the last moment).
  package var commands: [Stage: [NodeID: String]]
  /// How long each stage's command may run.
  package var bounds: [Stage: Duration]
  /// The commands that bring the server up by themselves, as packages do.
  package var startsItself: Set<Stage>
  /// The commands that change the software of all nodes of a host, not of one of them.
  package var hostWide: Set<Stage>
  /// Whether the package's question about changed configuration files is answered for all hosts with "keep".
  package var keepsConfiguration: Bool
  /// Backups are taken over the replication stream and kept on this machine, whether hosts are reached or not.
  package var streamsBackups: Bool
  /// How long writes are held at most while `switch` moves the clients' address; zero: they are not.
  package var switchPause = Site.usualSwitchPause
  /// Enough for a virtual address, a proxy or a record in DNS to be changed, and not more than writers wait for anyway
  /// where a replica has to catch up (`Setup.failoverTimeout`).
  package static let usualSwitchPause = Duration.seconds(5)
  /// Seconds; what a profile may make of it: clients take what lasts longer for an outage.
  package static let longestSwitchPause = 15
  /// True for throw-away servers: what the lab itself causes is then a note.
  package var isLab: Bool

  package init(
    reach: Reach, remote: Remote? = nil, addresses: AddressMap = AddressMap(),
    commands: [Stage: [NodeID: String]], bounds: [Stage: Duration], startsItself: Set<Stage> = [],
    hostWide: Set<Stage> = [], keepsConfiguration: Bool = false,
    streamsBackups: Bool = false, isLab: Bool
  ) {
    self.streamsBackups = streamsBackups
    self.reach = reach
    self.remote = remote
    self.addresses = addresses
    self.commands = commands
    self.bounds = bounds
    self.startsItself = startsItself
    self.hostWide = hostWide
    self.keepsConfiguration = keepsConfiguration
    self.isLab = isLab
  }

  package func has(_ stage: Stage) -> Bool { commands[stage]?.isEmpty == false }
  package func command(_ stage: Stage, _ node: NodeID) -> String? { commands[stage]?[node] }
}

/// What the operator chose on the command line.
package struct Options: Hashable, Sendable {
  /// How long gates must have held before each node, `--settle`.
  package var settle: Duration
  /// Client errors and lost writes that end the run, `--error-budget`; nil: no budget.
  package var errorBudget: Int?
  /// Whether primaries return to their old places at the end.
  package var returnPrimaries: Bool
  /// How far a replica may be behind to be handed over to, bytes.
  package var lagBound: Int
  /// How long a node may take from its start until it answers, and from then until it is in sync, `--back-within`.
  package var backWithin: Duration
  /// How many bytes of data of the largest node that was derived from; nil where the operator said it.
  package var backWithinData: Int?
  package var pace: Pace

  package init(
    settle: Duration = .seconds(10), errorBudget: Int? = 0, returnPrimaries: Bool = false,
    lagBound: Int = 1_048_576, backWithin: Duration = Options.usualBackWithin, backWithinData: Int? = nil,
    pace: Pace = Pace()
  ) {
    self.settle = settle
    self.errorBudget = errorBudget
    self.returnPrimaries = returnPrimaries
    self.lagBound = lagBound
    self.backWithin = backWithin
    self.backWithinData = backWithinData
    self.pace = pace
  }

  /// Where nothing is known of the data: enough for some tens of gigabytes to be loaded and sent.
  package static let usualBackWithin = Duration.seconds(900)

  /// Bytes a second that a node is expected to load and to be sent at the very least.
  ///
  /// A third of what rules about buffers reckon with, since this is the point where a person is called.
  static let slowestBytesPerSecond = 33_000_000

  /// Five minutes, and more where the data of the largest node need it, in whole minutes.
  package mutating func deriveBackWithin(from bytes: Int) {
    let seconds = 60 + max(0, bytes) / Self.slowestBytesPerSecond
    backWithin = .seconds(max(300, (seconds + 59) / 60 * 60))
    backWithinData = bytes
  }

  /// How long a node may take, and why that long: a sentence of the plan.
  package var backWithinWords: String {
    let minutes = Int(backWithin.seconds) / 60
    let bound = minutes > 0 && backWithin == .seconds(minutes * 60) ? "\(minutes) min" : "\(Int(backWithin.seconds)) s"
    let why =
      backWithinData.map { bytes in
        minutes > 5
          ? "the largest holds \(Words.bytes(bytes)), at 33 MB a second and a minute more"
          : "the largest holds \(Words.bytes(bytes)), which needs no longer than the least bound"
      } ?? "as you said"
    return
      "A node may take \(bound) to answer after its start, and \(bound) more to be in sync: \(why) (--back-within)."
  }
}
