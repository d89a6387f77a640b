// A healthy 3+3 cluster out of real texts, to be damaged by editing what its nodes print, and read by the real readers.

import Testing

@testable import UpgradeCore

/// What one node prints.
struct NodeTexts {
  var info: String
  var clusterInfo: String
  var clusterNodes: String
  var configuration: [String: String]
  var users: [String]?
  var modules: [[String]] = []
  var clients: String
  var permissions: [String: Permission]
  var unsaved: [String]? = []
  /// The lines about users in its file.
  var stored: [String]? = ["user default on nopass ~* &* +@all"]
  var storedDirectives: Set<String>? = ["port", "cluster-enabled", "appendonly"]
  var usage: Usage? = {
    var usage = Usage(calls: [:], uptimeSeconds: 3600)
    usage.forkMicroseconds = 4000
    return usage
  }()
  var clock: ClockReading? = ClockReading(ahead: .milliseconds(3), within: .milliseconds(2))
  var refusedLogins: [String]?
  var identityFile: IdentityFile?
  var trial: Trial?
  var certificates: [CertificateReading] = []
  /// Set where it does not answer.
  var silence: Reading?
  var hasInventory = true
  var hasView = true
  var pulseAsOf = 10
  var clusterAsOf = 10
  var age = Duration.milliseconds(100)

  /// Replaces a text wherever this node prints it; a text that is nowhere is a mistake in the test.
  mutating func replace(_ old: String, with new: String) {
    guard info.contains(old) || clusterInfo.contains(old) || clusterNodes.contains(old) else {
      silence = .unknown("test is wrong: no node prints \(old)")
      return
    }
    info = info.replacing(old, with: new)
    clusterInfo = clusterInfo.replacing(old, with: new)
    clusterNodes = clusterNodes.replacing(old, with: new)
  }
}

/// Primaries on 7000 to 7002, each with a replica: 7005 of 7000 (s1), 7003 of 7001 (s2), 7004 of 7002 (s3).
struct TestCluster {
  var nodes: [Int: NodeTexts] = [:]
  var to = Release(.redis, Version(7, 0, 15))
  var touched: [Int: RecordNumber] = [:]
  var ignoring: Set<Int> = []
  var hosts: [String: HostFacts] = [:]
  var ownName: WizardName?
  var identities: [Int: Identity] = [:]
  var isLab = false
  var reach = Site.Reach.local
  var stages: Set<Site.Stage> = [.start]
  var hostWide: Set<Site.Stage> = []
  /// How ssh calls the host of a node, by its port; the start commands then name their servers.
  var places: [Int: String] = [:]
  var startsAlike = false
  /// The profile's install command, the same for every node.
  var install: String?
  var startsItself: Set<Site.Stage> = []
  /// Bytes that each primary wrote in the ten seconds before; nil: nothing is known of before.
  var writtenBefore: Int?
  var lagBound = 1_048_576
  var encryption: EncryptionFiles?
  var backups: String?
  var streamsBackups = false

  static let primaries = [7005: 7000, 7003: 7001, 7004: 7002]
  static let ids = [
    7000: "dfce544fc81bee1b75fb0b6e97a5588e7adc2384", 7001: "3d8fac192817832d887c9f1f002d845129e41afe",
    7002: "82c9b3a3201337add0ad238621db6b71769cb2ca", 7003: "7364542d46634fa97b315fca7d02674110202c40",
    7004: "352350600042404cac0770c841e4cea6ac251a7d", 7005: "55006a8173e1016e14fbd916c28578e6678863f5",
  ]
  static func id(_ port: Int) -> NodeID { NodeID(ids[port] ?? "unknown \(port)") }
  static func node(_ port: Int) -> ObjectID { .node(id(port)) }

  init() {
    for port in 7000...7005 { nodes[port] = Self.texts(port) }
  }

  subscript(port: Int) -> NodeTexts {
    get { nodes[port] ?? Self.texts(port) }
    set { nodes[port] = newValue }
  }

  /// Edits what a node prints.
  mutating func edit(_ port: Int, _ old: String, _ new: String) { self[port].replace(old, with: new) }

  mutating func edit(_ ports: ClosedRange<Int>, _ old: String, _ new: String) {
    for port in ports { edit(port, old, new) }
  }

  private static func texts(_ port: Int) -> NodeTexts {
    let primary = primaries[port] ?? port
    let template = primary == port ? Redis62.primaryInfo : Redis62.replicaInfo
    var info =
      template
      .replacing(
        "slave0:ip=127.0.0.1,port=7005,state=online,offset=0",
        with: "slave0:ip=127.0.0.1,port=\(replica(of: port)),state=online,offset=362")
    for (name, value) in [
      ("tcp_port", "\(port)"), ("process_id", "\(port)"), ("run_id", "\(port)" + String(repeating: "a", count: 36)),
      ("master_port", "\(primary)"), ("master_replid", "\(primary)" + String(repeating: "b", count: 36)),
      ("master_repl_offset", "362"), ("slave_repl_offset", "362"), ("slave_read_repl_offset", "362"),
      ("config_file", "/etc/redis/\(port).conf"), ("used_memory", "2611848"), ("rdb_last_cow_size", "286720"),
    ] {
      info = setting(name, to: value, in: info)
    }
    let nodes = Redis62.clusterNodes.replacing("myself,", with: "").split(separator: "\n").map { line -> String in
      guard line.contains(":\(port)@") else { return String(line) }
      return String(line.replacing(" master", with: " myself,master").replacing(" slave", with: " myself,slave"))
    }.joined(separator: "\n")
    let release = Release(.redis, Version(6, 2, 14))
    let permissions = Permissions.needed(for: release, stopsByCommand: false).map { ($0.key, Permission.granted) }
    return NodeTexts(
      info: info, clusterInfo: Redis62.clusterInfo, clusterNodes: nodes,
      configuration: [
        "dir": "/var/lib/redis/\(port)", "save": "3600 1 300 100", "requirepass": "", "masterauth": "",
        "min-replicas-to-write": "0", "gopher-enabled": "no", "lua-replicate-commands": "yes",
        "client-output-buffer-limit": "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        "cluster-require-full-coverage": "yes", "cluster-announce-ip": "", "maxclients": "10000",
        "repl-timeout": "60", "repl-ping-replica-period": "10", "repl-diskless-load": "disabled",
      ],
      users: ["user default on nopass ~* &* +@all"], clients: Redis62.clients,
      permissions: Dictionary(uniqueKeysWithValues: permissions))
  }

  private static func replica(of primary: Int) -> Int {
    primaries.first { $0.value == primary }?.key ?? 0
  }

  private static func setting(_ name: String, to value: String, in info: String) -> String {
    info.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix(name + ":") ? "\(name):\(value)" : String(line)
    }.joined(separator: "\n")
  }

  // MARK: - Reading it

  func answer(_ port: Int) throws -> NodeAnswer {
    NodeAnswer(
      pulse: try Reader.pulse(info: self[port].info, clusterInfo: self[port].clusterInfo),
      view: try Reader.clusterView(self[port].clusterNodes), configuration: self[port].configuration)
  }

  /// What discovery makes of the cluster before it is damaged.
  private static let found = Result { try finding() }

  private static func finding() throws -> Finding {
    let cluster = TestCluster()
    var discovery = Discovery(seeds: [Address(host: "127.0.0.1", port: 7000)])
    while let next = discovery.toAsk.first { discovery.answered(next, try cluster.answer(next.port)) }
    return discovery.finding()
  }

  func scene() throws -> Scene {
    let found = try Self.found.get()
    let command = Dictionary(uniqueKeysWithValues: found.nodes.map { ($0.id, "true") })
    var commands = Dictionary(uniqueKeysWithValues: stages.map { ($0, command) })
    if let install { commands[.install] = command.mapValues { _ in install } }
    var remote: Site.Remote?
    if !places.isEmpty {
      remote = Site.Remote(hosts: Dictionary(uniqueKeysWithValues: places.map { (Self.id($0), $1) }))
      if !startsAlike {
        commands[.start] = Dictionary(uniqueKeysWithValues: found.nodes.map { ($0.id, "start \($0.address.port)") })
      }
    }
    var setup = Setup(
      target: "redis://127.0.0.1:7000", to: to, nodes: found.nodes, shards: found.shards, nodeTimeout: .seconds(15),
      wayBackNarrows: true,
      site: Site(
        reach: reach, remote: remote, commands: commands, bounds: [:], startsItself: startsItself, hostWide: hostWide,
        isLab: isLab),
      options: Options(lagBound: lagBound), encryption: encryption)
    setup.site.streamsBackups = streamsBackups
    let snapshot = try snapshot(found)
    var scene = Scene(
      snapshot: snapshot, setup: setup, ignoring: Set(ignoring.map(Self.id)), earlier: try earlier(found), hosts: hosts,
      ownName: ownName,
      identities: Dictionary(uniqueKeysWithValues: identities.map { (Self.id($0), $1) }))
    scene.backups = backups
    return scene
  }

  private func snapshot(_ found: Finding) throws -> Snapshot {
    var readings: [NodeID: Reading] = [:]
    for port in nodes.keys { readings[Self.id(port)] = try reading(port) }
    return Snapshot(
      nodes: readings, shards: found.shards, addresses: found.addresses,
      touched: Dictionary(uniqueKeysWithValues: touched.map { (Self.id($0), $1) }))
  }

  private func reading(_ port: Int) throws -> Reading {
    let texts = self[port]
    if let silence = texts.silence { return silence }
    let answer = try answer(port)
    var inventory = Inventory(
      configuration: try Reader.configuration(texts.configuration.flatMap { [$0, $1] }),
      users: try texts.users.map { try Reader.users($0) }, storedUsers: texts.stored,
      modules: try Reader.modules(texts.modules), usage: texts.usage,
      otherWizards: Reader.wizards(clientList: texts.clients), permissions: texts.permissions,
      unsavedDirectives: texts.unsaved, certificates: texts.certificates)
    inventory.storedDirectives = texts.storedDirectives
    inventory.clock = texts.clock
    inventory.refusedLogins = texts.refusedLogins
    inventory.identityFile = texts.identityFile
    inventory.trial = texts.trial
    return .up(
      NodeView(
        pulse: answer.pulse, cluster: texts.hasView ? answer.view : nil, settings: nil,
        inventory: texts.hasInventory ? inventory : nil, pulseAsOf: texts.pulseAsOf, clusterAsOf: texts.clusterAsOf,
        ageOfPulse: texts.age))
  }

  /// The same cluster ten seconds ago, when every primary had written less.
  private func earlier(_ found: Finding) throws -> Scene.Earlier? {
    guard let writtenBefore else { return nil }
    var before = self
    for port in nodes.keys {
      let offset = try answer(port).pulse.replication.offset
      before.edit(port, "master_repl_offset:\(offset)", "master_repl_offset:\(max(0, offset - writtenBefore))")
    }
    return Scene.Earlier(snapshot: try before.snapshot(found), before: .seconds(10))
  }
}

/// A verdict as a line of a transcript.
func transcript(_ verdict: Verdict) -> String {
  switch verdict {
  case .holds(let saw): "holds: \(saw)"
  case .broken(let saw, let fix): "broken: \(saw) -> \(fix)"
  case .unknown(let why): "unknown: \(why)"
  case .notApplicable(let why): "n/a: \(why)"
  }
}

/// One row of a rule's table.
struct RuleCase: Sendable, CustomStringConvertible {
  let what: String
  let object: ObjectID
  let change: @Sendable (inout TestCluster) -> Void
  let line: String

  init(
    _ what: String, _ object: ObjectID, _ line: String,
    _ change: @escaping @Sendable (inout TestCluster) -> Void = { _ in }
  ) {
    self.what = what
    self.object = object
    self.change = change
    self.line = line
  }

  var description: String { what }

  func check(_ rule: RuleName, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var cluster = TestCluster()
    change(&cluster)
    let found = transcript(Rulebook.evaluate(rule, object, in: try cluster.scene()))
    #expect(found == line, "\(rule): \(what)", sourceLocation: sourceLocation)
  }
}
