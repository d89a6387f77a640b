// A cluster on paper with the real machine before it: scenes of a run at any moment, without a server or a clock.
import Synchronization

@testable import UpgradeCore

/// Gates that do not hold at this moment; the judge runs on any thread.
final class RedGates: Sendable {
  private let broken = Mutex<[Gate: Verdict]>([:])

  func set(_ gate: Gate, _ verdict: Verdict?) { broken.withLock { $0[gate] = verdict } }

  func judge(_ rule: RuleName, _ object: ObjectID) -> Verdict {
    broken.withLock { $0[Gate(rule, object)] } ?? .holds(saw: Self.saw[rule.text] ?? "")
  }

  private static let saw = ["replica-in-sync": "12 bytes behind", "cluster-ok": "16384 slots served"]
}

/// One run, driven step by step.
struct Rehearsal: Sendable {
  struct PaperNode: Sendable {
    var setup: NodeSetup
    var role: Role
    var release: Release
    var isUp = true
    var runID: String
    var settings: [String: String]
    /// Outside of clusters: whom it follows.
    var follows: NodeID?
  }

  static let old = Release(.redis, Version(6, 2, 14))
  static let new = Release(.redis, Version(7, 0, 15))
  /// 2026-11-20, 09:00:00 UTC.
  static let wallStart: Int64 = 1_795_165_200_000

  let setup: Setup
  let gates = RedGates()
  var machine: UpgradeMachine
  var nodes: [NodeID: PaperNode] = [:]
  var now = Instant(nanoseconds: 1_000_000_000_000)
  var events: [Event] = []
  var times = RunTimes()
  /// What the next host command of a stage comes to, in place of success.
  var outcomes: [Site.Stage: Outcome] = [:]
  /// So many hand-overs fail, and leave the roles as they are.
  var failingHandOvers = 0
  /// Effects that have begun and not come back yet, where they are held back.
  var pending: [UpgradeCore.Effect] = []
  var holdsEffects = false
  var isPaused = false

  init(
    shards shardCount: Int = 3, settle: Duration = .zero, wayBackNarrows: Bool = true,
    host: @Sendable (Int) -> String = { "10.0.3.\($0)" }, rollback: Bool = true
  ) {
    let shards = 1...shardCount
    func id(_ number: Int) -> NodeID {
      NodeID(String(repeating: "\(number % 10)", count: 36) + "00\(number / 10 - 1)\(number % 10)")
    }
    let primaries = shards.map { (shard: $0, number: 9 + 2 * $0 - 1, role: Role.primary) }
    let replicas = shards.map { (shard: $0, number: 9 + 2 * $0, role: Role.replica) }
    let all = (primaries + replicas).sorted { $0.number < $1.number }
    let guardSettings = ["cluster-require-full-coverage": "yes", "cluster-allow-replica-migration": "yes"]
    let nodes = all.map { node in
      NodeSetup(
        id: id(node.number), address: Address(host: host(node.number), port: 6379), release: Self.old, role: node.role,
        runID: "first", processID: 100 + node.number, configFile: "/etc/redis/redis.conf", directory: "/var/lib/redis",
        appendOnly: false, settings: guardSettings)
    }
    let slots = SlotSet.count / shardCount
    let shardValues = shards.map { shard in
      Shard(
        id: ShardID(shard),
        slots: SlotSet([(shard - 1) * slots...(shard == shardCount ? SlotSet.count - 1 : shard * slots - 1)]),
        members: all.filter { $0.shard == shard }.map { id($0.number) })
    }
    func commands(_ verb: String) -> [NodeID: String] {
      Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, "ssh \($0.address.host) sudo systemctl \(verb) redis") })
    }
    var stages: [Site.Stage: [NodeID: String]] = [.stop: commands("stop"), .start: commands("start")]
    stages[.install] = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0.id, "ssh \($0.address.host) sudo apt-get install -y redis-server=7.0.15") })
    if rollback {
      stages[.rollback] = Dictionary(
        uniqueKeysWithValues: nodes.map { ($0.id, "ssh \($0.address.host) sudo apt-get install redis-server=6.2.14") })
    }
    setup = Setup(
      target: "redis://10.0.3.10:6379", to: Self.new, nodes: nodes, shards: shardValues, nodeTimeout: .seconds(2),
      wayBackNarrows: wayBackNarrows,
      site: Site(reach: .local, commands: stages, bounds: [:], isLab: false), options: Options(settle: settle))
    for node in nodes {
      self.nodes[node.id] = PaperNode(
        setup: node, role: node.role, release: node.release, runID: node.runID, settings: guardSettings)
    }
    machine = UpgradeMachine { [gates] rule, object, _ in gates.judge(rule, object) }
  }

  /// Servers outside of a cluster, 10.0.3.10 the first: whom each follows, by number from 0; nil for the primary.
  /// `sentinels`: how many watch over them, on 10.0.3.20 and up.
  init(tree: [Int?], sentinels: Int = 0, settle: Duration = .zero, wayBackNarrows: Bool = true) {
    let addresses = tree.indices.map { Address(host: "10.0.3.\(10 + $0)", port: 6379) }
    let settings = ["replica-priority": "100"]
    let servers = zip(addresses, tree).map { address, follows in
      var node = NodeSetup(
        id: NodeID(of: address), address: address, release: Self.old, role: follows == nil ? .primary : .replica,
        runID: "first", processID: 100, configFile: "/etc/redis/redis.conf", directory: "/var/lib/redis",
        appendOnly: false, settings: settings)
      node.follows = follows.map { NodeID(of: addresses[$0]) }
      return node
    }
    let watchers = (0..<sentinels).map { number in
      let address = Address(host: "10.0.3.\(20 + number)", port: 26379)
      return NodeSetup(
        id: NodeID(of: address), address: address, release: Self.old, role: .sentinel, runID: "first", processID: 100,
        configFile: "/etc/redis/sentinel.conf", directory: "/var/lib/redis", appendOnly: false, settings: [:])
    }
    let nodes = servers + watchers
    func commands(_ words: String) -> [NodeID: String] {
      Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, "ssh \($0.address.host) sudo \(words)") })
    }
    setup = Setup(
      target: sentinels > 0 ? "sentinel://10.0.3.20:26379/orders" : "redis://10.0.3.10:6379", to: Self.new,
      nodes: nodes,
      shards: [Shard(id: ShardID(1), slots: SlotSet(), members: servers.map(\.id))], nodeTimeout: .zero,
      wayBackNarrows: wayBackNarrows,
      site: Site(
        reach: .local,
        commands: [
          .stop: commands("systemctl stop redis"), .start: commands("systemctl start redis"),
          .install: commands("apt-get install -y redis-server=7.0.15"),
          .rollback: commands("apt-get install redis-server=6.2.14"),
          .switchOver: commands("dns-switch redis.example.org"),
        ], bounds: [:], isLab: false), options: Options(settle: settle),
      servers: sentinels > 0 ? .sentinel : tree.count > 1 ? .replication : .standalone,
      watchedName: sentinels > 0 ? "orders" : nil)
    for node in nodes {
      self.nodes[node.id] = PaperNode(
        setup: node, role: node.role, release: node.release, runID: node.runID, settings: node.settings,
        follows: node.follows)
    }
    machine = UpgradeMachine { [gates] rule, object, _ in gates.judge(rule, object) }
  }

  var wall: Int64 { Self.wallStart + (now.nanoseconds - 1_000_000_000_000) / 1_000_000 }
  var state: State { machine.state }

  func node(_ host: String) -> NodeID {
    setup.nodes.first { $0.address.host == host }?.id ?? NodeID("no such node \(host)")
  }

  // MARK: - Driving

  mutating func begin() {
    decide(
      .start(
        run: "2026-11-20-1", by: WizardIdentity(host: "jump1", user: "anna", processID: 4711, version: "1"),
        setup: setup))
  }

  /// Lets the run go on until something is asked, a problem stops it, it has ended, or nothing happens any more.
  mutating func run() {
    var quiet = 0
    // Longer than any settle time or calm that is rehearsed here.
    while quiet < 60, state.asked == nil, state.problem == nil, state.ended == nil {
      let before = state.sequence
      tick()
      quiet = state.sequence == before ? quiet + 1 : 0
      if holdsEffects, !pending.isEmpty { return }
    }
  }

  mutating func tick(_ span: Duration = .milliseconds(100)) {
    now = now + span
    observe()
    if machine.state.plan == nil, state.asked?.name.kind != .start, let plan = machine.plan(now: now) {
      machine.show(plan)
    }
    machine.notice(now: now)
    if !isPaused { decide(.tick) }
  }

  /// Answers what is asked with the word that says go on; nil, or why not.
  @discardableResult
  mutating func answer(_ word: String? = nil, source: Answer.Source = .operatorInPerson) -> String? {
    guard let question = state.asked else { return "nothing is asked" }
    return decide(.answer(Answer(question.name, word ?? question.word, source: source)))
  }

  @discardableResult
  mutating func choose(_ choice: Choice, typed: String? = nil) -> String? {
    decide(.choose(choice, typed: typed, source: .operatorInPerson))
  }

  /// Goes on, saying yes to everything, until a question of this kind is asked (for this object).
  mutating func go(to kind: QuestionKind, _ object: String? = nil) {
    for _ in 0..<400 {
      run()
      guard let question = state.asked else { return }
      if question.name.kind == kind, object == nil || question.name.object == object { return }
      answer()
    }
  }

  mutating func goToEnd() {
    for _ in 0..<400 where state.ended == nil {
      run()
      guard state.asked != nil else { return }
      answer()
    }
  }

  @discardableResult
  mutating func decide(_ input: Input) -> String? {
    observe()
    machine.notice(now: now)
    let decision = machine.decide(input, now: now)
    for record in decision.records { take(record) }
    for effect in decision.effects {
      if holdsEffects { pending.append(effect) } else { perform(effect) }
    }
    machine.notice(now: now)
    return decision.refusal
  }

  mutating func note(_ text: String) { add(text, nil) }

  private mutating func take(_ record: Record) {
    machine.apply(record, at: now)
    times.apply(record, at: wall)
    add(record.sentence(in: state.setup) ?? "", record)
  }

  private mutating func add(_ text: String, _ record: Record?) {
    events.append(Event(number: events.count + 1, wallMilliseconds: wall, text: text, record: record))
  }

  // MARK: - The world

  /// Performs what was held back.
  mutating func release() {
    holdsEffects = false
    let effects = pending
    pending = []
    for effect in effects { perform(effect) }
  }

  private mutating func perform(_ effect: UpgradeCore.Effect) {
    var outcome = Outcome(.done)
    switch effect.action {
    case .configure(let node, let settings), .restore(let node, let settings):
      for setting in settings { nodes[node]?.settings[setting.directive] = setting.value }
    case .host(let node, let stage):
      now = now + .seconds(stage == .install ? 4 : 1)
      outcome = outcomes.removeValue(forKey: stage) ?? Outcome(.done)
      if outcome.kind == .done { host(node, stage) }
    case .hostWide(let stage, let all): for node in all { host(node, stage) }
    case .shutDown(let node, _): nodes[node]?.isUp = false
    case .handOver where failingHandOvers > 0:
      failingHandOvers -= 1
      outcome = Outcome(.failed, "the replica did not take over")
    case .handOver(_, let from, let to):
      nodes[from]?.role = .replica
      nodes[from]?.follows = to
      nodes[to]?.role = .primary
      nodes[to]?.follows = nil
    case .follow(let node, let primary): nodes[node]?.follows = primary
    case .backUp, .setAside, .drain, .watch, .confirm, .errand, .saveRole: break
    }
    if case .restore(let node, _) = effect.action {
      for (key, entry) in state.facts.ledger.entries.sorted(by: { $0.key < $1.key }) where key.node == node {
        var closed = entry
        closed.standing = .closed
        take(.ledger(key, closed))
      }
    }
    decide(.outcome(effect.id, outcome))
  }

  private mutating func host(_ node: NodeID, _ stage: Site.Stage) {
    switch stage {
    case .stop: nodes[node]?.isUp = false
    case .install: nodes[node]?.release = Self.new
    case .rollback: nodes[node]?.release = Self.old
    case .start:
      let settings = setup.node(node)?.settings ?? [:]
      let runID = "after start \(state.sequence)"
      nodes[node]?.isUp = true
      nodes[node]?.runID = runID
      nodes[node]?.settings = settings
    case .temporaryStart: nodes[node]?.isUp = true
    case .temporaryStop: nodes[node]?.isUp = false
    case .candidate, .stage, .program, .beforeNode, .afterNode, .switchOver: break
    }
  }

  mutating func observe() {
    for (id, node) in nodes {
      guard node.isUp else {
        machine.observe(id, failure: ReadingFailure(.refused, "nobody listens"), asOf: state.sequence, now: now)
        continue
      }
      machine.observe(id, pulse: pulse(of: node), asOf: state.sequence, now: now)
      if !setup.kind.isPlain { machine.observe(id, view: view(from: id), asOf: state.sequence, now: now) }
      machine.observe(id, settings: node.settings, asOf: state.sequence, now: now)
    }
  }

  private func pulse(of node: PaperNode) -> Pulse {
    var pulse = Pulse.predicted(node.release, role: node.role)
    pulse.server.runID = node.runID
    pulse.server.processID = node.setup.processID
    pulse.keys = 20_000
    if node.role == .sentinel { pulse.sentinel = word(of: node) }
    if node.role == .replica {
      pulse.replication.upstream = Upstream(
        address: node.follows.flatMap { nodes[$0]?.setup.address } ?? node.setup.address, linkUp: true,
        syncInProgress: false, offset: 0, lastIOSecondsAgo: 0,
        downSeconds: nil, readOnly: true)
    }
    return pulse
  }

  /// What a Sentinel says of the group: all is as it has to be.
  private func word(of sentinel: PaperNode) -> SentinelView {
    var view = SentinelView()
    let servers = nodes.values.filter { $0.role != .sentinel }.sorted { $0.setup.address < $1.setup.address }
    let primary = servers.first { $0.role == .primary }?.setup.address ?? Address(host: "", port: 0)
    view.group = SentinelView.Group(
      address: primary, flags: ["master"], quorum: 2, epoch: 1, downAfter: .seconds(30), failoverTimeout: .seconds(180),
      parallelSyncs: 1, scripts: [])
    view.replicas = servers.filter { $0.role == .replica }.map { server in
      SentinelView.Replica(
        address: server.setup.address, flags: ["slave"],
        priority: server.settings["replica-priority"].flatMap { Int($0) } ?? 100, isLinked: true)
    }
    view.peers = nodes.values.filter { $0.role == .sentinel && $0.setup.id != sentinel.setup.id }.map { peer in
      SentinelView.Peer(address: peer.setup.address, runID: peer.runID, flags: ["sentinel"])
    }
    return view
  }

  private func view(from speaker: NodeID) -> ClusterView {
    ClusterView(
      members: nodes.map { id, node in
        ClusterMember(
          id: id, address: node.setup.address, busPort: 16379, hostname: nil,
          flags: [node.role == .primary ? .primary : .replica], primary: nil, configEpoch: 1, linkConnected: true,
          slots: node.role == .primary ? setup.shard(of: id)?.slots ?? SlotSet() : SlotSet(), openSlots: [])
      }, myself: speaker)
  }
}
