// The rules about Sentinels, on a group of three that is well, and on what can be wrong with one.

import Testing

@testable import UpgradeCore

/// A primary, two replicas and three Sentinels, as readings show them.
private struct Group {
  static func id(_ port: Int) -> NodeID { NodeID(of: address(port)) }
  static func address(_ port: Int) -> Address { Address(host: "10.0.0.\(port % 10 + 1)", port: port) }

  var views: [Int: SentinelView] = [:]
  var roles: [Int: Role] = [7000: .primary, 7001: .replica, 7002: .replica]
  var priorities: [Int: String] = [7000: "0", 7001: "1", 7002: "100"]
  var silent: Set<Int> = []
  var ignoring: Set<Int> = []
  var touched: [Int: RecordNumber] = [:]
  var release = Release(.redis, Version(6, 2, 14))
  var unpromotable: Set<Int> = []
  var flushed = Permission.granted
  /// What each Sentinel watched besides at the start.
  var watched: [SentinelView.Other] = []
  static let sentinels = [26379, 26380, 26381]

  init() {
    for port in Self.sentinels {
      var view = SentinelView()
      view.group = SentinelView.Group(
        address: Self.address(7000), flags: ["master"], quorum: 2, epoch: 3, downAfter: .seconds(30),
        failoverTimeout: .seconds(180), parallelSyncs: 1, scripts: [])
      view.replicas = [(7001, 1), (7002, 100)].map { port, priority in
        SentinelView.Replica(address: Self.address(port), flags: ["slave"], priority: priority, isLinked: true)
      }
      view.peers = Self.sentinels.filter { $0 != port }.map {
        SentinelView.Peer(address: Self.address($0), runID: "run-\($0)", flags: ["sentinel"])
      }
      views[port] = view
    }
  }

  mutating func edit(_ port: Int = 26380, _ change: (inout SentinelView) -> Void) {
    var view = views[port] ?? SentinelView()
    change(&view)
    views[port] = view
  }

  var scene: Scene {
    let ports = roles.keys.sorted() + Self.sentinels
    let setup = Setup(
      target: "sentinel://10.0.0.10:26379/orders", to: Release(.redis, Version(7, 0, 15)),
      nodes: ports.map { port in
        var node = NodeSetup(
          id: Self.id(port), address: Self.address(port), release: release, role: roles[port] ?? .sentinel,
          runID: "run-\(port)", processID: port, configFile: "/etc/\(port).conf", directory: "", appendOnly: false,
          settings: [:])
        node.isPromotable = !unpromotable.contains(port)
        if node.role == .sentinel { node.watches = watched }
        return node
      },
      shards: [Shard(id: ShardID(1), slots: SlotSet(), members: roles.keys.sorted().map(Self.id))],
      nodeTimeout: .seconds(15), wayBackNarrows: true,
      site: Site(reach: .local, commands: [:], bounds: [:], isLab: false), options: Options(), servers: .sentinel,
      watchedName: "orders")
    var nodes: [NodeID: Reading] = [:]
    for port in ports {
      var pulse = Pulse.predicted(release, role: roles[port] ?? .sentinel)
      pulse.sentinel = views[port]
      pulse.server.configFile = "/etc/\(port).conf"
      if roles[port] == .replica {
        pulse.replication.upstream = Upstream(
          address: Self.address(7000), linkUp: true, syncInProgress: false, offset: 0, lastIOSecondsAgo: 0,
          downSeconds: nil, readOnly: true)
      }
      var inventory: Inventory?
      if roles[port] == nil {
        inventory = Inventory(
          configuration: [:], users: nil, modules: nil, otherWizards: [],
          permissions: [SentinelFileKept.key: flushed], unsavedDirectives: nil)
      }
      nodes[Self.id(port)] =
        silent.contains(port)
        ? .unknown("it does not answer")
        : .up(
          NodeView(
            pulse: pulse, cluster: nil, settings: priorities[port].map { [SentinelProcedure.priority: $0] },
            inventory: inventory, pulseAsOf: 10, clusterAsOf: 10, ageOfPulse: .zero))
    }
    return Scene(
      snapshot: Snapshot(
        nodes: nodes, shards: setup.shards, addresses: [:],
        touched: Dictionary(uniqueKeysWithValues: touched.map { (Self.id($0), $1) })), setup: setup,
      ignoring: Set(ignoring.map(Self.id)))
  }

  func verdict(_ rule: RuleName, _ object: ObjectID = .deployment) -> Verdict {
    Rulebook.evaluate(rule, object, in: scene)
  }

  /// Every rule that is broken, checks and gates alike, on the objects that it is about.
  var broken: Set<String> {
    var found: Set<String> = []
    let gates: [(RuleName, ObjectID)] = [("priorities-seen", .node(Self.id(7001)))]
    let asked = Rulebook.onlySentinel.filter(\.isCheck).map { ($0.name, ObjectID.deployment) } + gates
    for (name, object) in asked where !verdict(name, object).holds { found.insert(name.text) }
    return found
  }
}

@Suite struct SentinelRulesTests {
  @Test func nothingIsWrongWithAGroupThatIsWell() {
    #expect(Group().broken == [])
    #expect(Group().scene.members == [7000, 7001, 7002].map(Group.id))
  }

  struct Fault: Sendable, CustomTestStringConvertible {
    var rules: Set<String>
    var words: String
    fileprivate var change: @Sendable (inout Group) -> Void
    var testDescription: String { "\(rules.sorted().joined(separator: " ")): \(words)" }
    fileprivate init(_ rules: Set<String>, _ words: String, _ change: @escaping @Sendable (inout Group) -> Void) {
      self.rules = rules
      self.words = words
      self.change = change
    }
  }

  static let faults: [Fault] = [
    Fault(["sentinels-agree"], "says that the primary is 10.0.0.2:7001, it is 10.0.0.1:7000") {
      $0.edit { $0.group?.address = Group.address(7001) }
    },
    Fault(["sentinels-agree"], "flags the primary master,s_down") {
      $0.edit { $0.group?.flags = ["master", "s_down"] }
    },
    Fault(["sentinels-agree"], "flags the primary failover_in_progress,master") {
      $0.edit { $0.group?.flags = ["master", "failover_in_progress"] }
    },
    Fault(["sentinels-agree"], "does not watch orders") { $0.edit { $0.group = nil } },
    Fault(["sentinels-agree"], "config-epoch") { $0.edit { $0.group?.epoch = 4 } },
    Fault(["sentinels-agree"], "different quorums") { $0.edit { $0.group?.quorum = 1 } },
    Fault(["quorum-reached"], "NOQUORUM 1 usable Sentinels") {
      $0.edit { $0.quorumFault = "NOQUORUM 1 usable Sentinels." }
    },
    Fault(["not-tilted"], "in tilt mode") { $0.edit { $0.isTilted = true } },
    Fault(["replicas-listed"], "lists a replica 10.9.9.9:7000, which is no server of this run") {
      $0.edit {
        $0.replicas.append(
          SentinelView.Replica(
            address: Address(host: "10.9.9.9", port: 7000), flags: ["slave", "s_down"], priority: 100, isLinked: false))
      }
    },
    Fault(["replicas-listed"], "flags 10.0.0.3:7002 s_down,slave") {
      $0.edit { $0.replicas[1].flags = ["slave", "s_down"] }
    },
    Fault(["replicas-listed"], "its link is down") { $0.edit { $0.replicas[1].isLinked = false } },
    Fault(["replicas-listed"], "does not list 10.0.0.3:7002") { $0.edit { $0.replicas.removeLast() } },
    Fault(["peers-listed"], "knows a Sentinel at 10.9.9.9:26379 that is none of this group") {
      $0.edit {
        $0.peers.append(
          SentinelView.Peer(address: Address(host: "10.9.9.9", port: 26379), runID: "x", flags: ["sentinel"]))
      }
    },
    Fault(["peers-listed"], "twice") { $0.edit { $0.peers.append($0.peers[0]) } },
    Fault(["peers-listed"], "does not know") { $0.edit { $0.peers.removeLast() } },
    Fault(["peers-listed"], "disconnected,sentinel") { $0.edit { $0.peers[0].flags = ["sentinel", "disconnected"] } },
    Fault(["groups-apart"], "watches 10.0.0.1:7000 also as stock") {
      $0.edit {
        $0.others = [SentinelView.Other(name: "stock", address: Group.address(7000), replicas: 1, sentinels: 2)]
      }
    },
    Fault(["sentinel-scripts"], "/opt/page.sh") { $0.edit { $0.group?.scripts = ["/opt/page.sh"] } },
    Fault(["parallel-syncs"], "parallel-syncs 2") { $0.edit { $0.group?.parallelSyncs = 2 } },
    Fault(["sentinel-patience"], "they wait 1.0 s") { $0.edit { $0.group?.downAfter = .seconds(1) } },
    Fault(["sentinels-enough"], "a quorum of 3 is more than a majority") {
      for port in Group.sentinels { $0.edit(port) { $0.group?.quorum = 3 } }
    },
    Fault(["sentinel-file-kept"], "cannot write /etc/26380.conf: ERR Failed saving") {
      $0.flushed = .denied("ERR Failed saving the Sentinel configuration to disk")
    },
    Fault(["pause-known"], "cannot pause writes alone") { $0.release = Release(.redis, Version(6, 0, 16)) },
    Fault(["somebody-electable"], "every replica has replica-priority 0") { $0.unpromotable = [7001, 7002] },
    // Every Sentinel has to have heard, and nobody else may come first.
    Fault(["priorities-seen"], "has not heard yet that 10.0.0.2:7001 has the priority 1, and still says 100") {
      $0.edit { $0.replicas[0].priority = 100 }
    },
    Fault(["priorities-seen"], "would promote 10.0.0.3:7002 as well") {
      $0.priorities[7002] = "1"
      for port in Group.sentinels { $0.edit(port) { $0.replicas[1].priority = 1 } }
    },
    Fault(["priorities-seen"], "would never promote 10.0.0.2:7001") {
      $0.priorities[7001] = "0"
      for port in Group.sentinels { $0.edit(port) { $0.replicas[0].priority = 0 } }
    },
  ]

  @Test(arguments: faults) func eachFaultBreaksItsRule(_ fault: Fault) {
    var group = Group()
    fault.change(&group)
    #expect(group.broken == fault.rules)
    for rule in fault.rules {
      let object: ObjectID = rule == "priorities-seen" ? .node(Group.id(7001)) : .deployment
      let verdict = group.verdict(RuleName(rule), object)
      #expect(verdict.text.contains(fault.words), "\(verdict.text)")
    }
  }

  /// Whoever was asked before our last effect on any of the others says nothing about them.
  @Test func anOldWordDoesNotCount() {
    var group = Group()
    group.touched = [7001: 11]
    let rules: [RuleName] = ["sentinels-agree", "quorum-reached", "replicas-listed", "peers-listed"]
    for rule in rules {
      guard case .unknown(let why) = group.verdict(rule) else {
        Issue.record("\(rule) was decided on an old reading")
        continue
      }
      #expect(why.contains("since the last change"))
    }
  }

  /// Silence is never agreement; who is in hand is left out.
  @Test func aSilentSentinelIsNotOverlooked() {
    var group = Group()
    group.silent = [26381]
    #expect(!group.verdict("sentinels-agree").holds)
    #expect(!group.verdict("quorum-reached").holds)
    #expect(!group.verdict("reachable", .node(Group.id(26381))).holds)
    group.ignoring = [26381]
    #expect(group.verdict("sentinels-agree").holds)
  }

  /// One process watches over several groups: all of them have to be there again, each as large as it was.
  @Test func otherGroupsAreLookedAt() {
    func stock(_ replicas: Int, _ sentinels: Int) -> SentinelView.Other {
      SentinelView.Other(
        name: "stock", address: Address(host: "10.0.9.1", port: 6379), replicas: replicas, sentinels: sentinels)
    }
    var group = Group()
    #expect(group.verdict("other-groups-kept").holds)
    group.watched = [stock(2, 2)]
    for port in Group.sentinels { group.edit(port) { $0.others = [stock(2, 2)] } }
    #expect(group.verdict("other-groups-kept").holds)
    group.edit { $0.others = [] }
    #expect(group.verdict("other-groups-kept").text.contains("does not watch stock any more"))
    group.edit { $0.others = [stock(1, 2)] }
    #expect(
      group.verdict("other-groups-kept").text.contains(
        "knows of stock 1 replica and 2 other Sentinels; before it was 2 and 2"))
    group.edit { $0.others = [stock(2, 1)] }
    #expect(!group.verdict("other-groups-kept").holds)
    // Somebody has taken a replica away meanwhile: all of them say so.
    for port in Group.sentinels { group.edit(port) { $0.others = [stock(1, 2)] } }
    #expect(group.verdict("other-groups-kept").holds)
  }

  @Test func afterAHandOverTheOldPrimaryIsListed() {
    var group = Group()
    #expect(!group.verdict("old-primary-listed", .node(Group.id(7000))).holds)
    for port in Group.sentinels {
      group.edit(port) {
        $0.replicas.append(
          SentinelView.Replica(address: Group.address(7000), flags: ["slave"], priority: 0, isLinked: true))
      }
    }
    #expect(group.verdict("old-primary-listed", .node(Group.id(7000))).holds)
  }
}
