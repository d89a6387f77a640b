// A stage for the machine: servers as plain values that do at once and well what they are told, and a transcript.

import Synchronization
import Testing

@testable import UpgradeCore

/// Which gates are red, changed while the machine runs.
final class Judgement: Sendable {
  private let red = Mutex<Set<Gate>>([])

  func redden(_ gate: Gate) { red.withLock { _ = $0.insert(gate) } }
  func clear(_ gate: Gate) { red.withLock { _ = $0.remove(gate) } }

  var judge: Judge {
    { name, object, _ in
      self.red.withLock { $0.contains(Gate(name, object)) }
        ? .broken(saw: "red in this test", fix: "") : .holds(saw: "green")
    }
  }
}

/// One server as the scene keeps it.
struct SceneServer {
  let id: NodeID
  let address: Address
  var shard: ShardID
  /// What the next start runs.
  var installed: Release
  /// What runs; nil while it is down.
  var running: Release?
  var role: Role
  /// Outside of clusters: whom it follows.
  var follows: NodeID?
  var settings = SceneServer.defaults
  /// What its file says of them since somebody had it written; nil: what it said at the start.
  var written: [String: String]?
  var starts = 1
  var keys = 1000

  static let defaults = [
    "cluster-require-full-coverage": "yes", "cluster-allow-replica-migration": "yes", "cluster-migration-barrier": "1",
  ]

  var runID: String { "run-\(id)-\(starts)" }
  var processID: Int { 100 * starts + address.port % 100 }
}

/// A cluster of perfect servers, the machine that upgrades it, and what was written down.
///
/// Nodes are named by their ports: primaries 7000, 7001, ..., then the replicas of all shards.
struct MachineScene {
  static let old = Release(.redis, Version(6, 2, 14))
  static let new = Release(.redis, Version(7, 0, 15))

  var servers: [NodeID: SceneServer] = [:]
  var machine: UpgradeMachine
  var journal: [Record] = []
  var now = Instant(nanoseconds: 0)
  var setup: Setup
  /// Everything that happened, one line each.
  var transcript: [String] = []
  let judgement = Judgement()
  /// What the outside does with an effect; nil: the perfect thing.
  var performance: (inout MachineScene, Effect) -> Outcome? = { scene, effect in scene.perform(effect) }
  /// Nodes whose readings do not come.
  var silent: Set<NodeID> = []
  /// Nodes that hear nothing new from the others, and how they see them.
  var deaf: [NodeID: ClusterView] = [:]
  let wizard = WizardIdentity(host: "admin", user: "ops", processID: 1, version: "1")

  init(
    shards: Int = 3, replicas: Int = 1, stages: [Site.Stage] = [.install, .start, .rollback],
    options: Options = Options(settle: .zero), narrows: Bool = true, sharedHosts: Int? = nil,
    startsItself: Set<Site.Stage> = [], tree: [Int?]? = nil, sentinels: Int = 0,
    temporary: Bool = false
  ) {
    var port = 7000
    var members: [[NodeID]] = Array(repeating: [], count: shards)
    for followed in tree ?? [] {
      let id = NodeID("\(port)")
      servers[id] = SceneServer(
        id: id, address: Address(host: "10.0.0.1", port: port), shard: ShardID(1), installed: Self.old,
        running: Self.old, role: followed == nil ? .primary : .replica,
        follows: followed.map { NodeID("\(7000 + $0)") },
        settings: sentinels > 0 ? [SentinelProcedure.priority: "100"] : [:])
      members[0].append(id)
      port += 1
    }
    for number in 0..<sentinels {
      let id = NodeID("\(26379 + number)")
      servers[id] = SceneServer(
        id: id, address: Address(host: "10.0.0.1", port: 26379 + number), shard: ShardID(1), installed: Self.old,
        running: Self.old, role: .sentinel, settings: [:])
    }
    for row in 0...replicas where tree == nil {
      for shard in 0..<shards {
        let id = NodeID("\(port)")
        servers[id] = SceneServer(
          id: id, address: Address(host: "10.0.0.\((sharedHosts.map { (shard + row) % $0 } ?? 0) + 1)", port: port),
          shard: ShardID(shard + 1), installed: Self.old,
          running: Self.old, role: row == 0 ? .primary : .replica)
        members[shard].append(id)
        port += 1
      }
    }
    let servers = servers
    let order = servers.keys.sorted()
    setup = Setup(
      target: "redis://10.0.0.1:7000", to: Self.new,
      nodes: order.compactMap { servers[$0] }.map { server in
        var node = NodeSetup(
          id: server.id, address: server.address, release: Self.old, role: server.role, runID: server.runID,
          processID: server.processID, configFile: "/etc/redis/\(server.id).conf", directory: "/data/\(server.id)",
          appendOnly: false, settings: server.settings)
        node.follows = server.follows
        return node
      },
      shards: members.enumerated().map { index, members in
        Shard(
          id: ShardID(index + 1), slots: tree == nil ? Self.slots(index, of: shards) : SlotSet(), members: members)
      },
      nodeTimeout: .seconds(15), wayBackNarrows: narrows,
      site: Site(
        reach: .local,
        commands: Dictionary(
          uniqueKeysWithValues: stages.map { stage in
            (stage, Dictionary(uniqueKeysWithValues: order.map { ($0, "\(stage.rawValue)-redis \($0)") }))
          }), bounds: [:], startsItself: startsItself,
        hostWide: sharedHosts == nil ? [] : Set(stages).intersection([.install, .rollback]), isLab: false),
      options: options,
      servers: sentinels > 0
        ? .sentinel : tree.map { $0.count > 1 || temporary ? .replication : .standalone } ?? .cluster,
      watchedName: sentinels > 0 ? "orders" : nil)
    if temporary, let server = setup.nodes.first {
      let own = Temporary(beside: server, port: 7900, folder: nil, to: Self.new, used: 100_000_000)
      setup.temporary = own
      if stages.contains(.switchOver) { setup.site.commands[.switchOver]?[own.node.id] = "switch-redis \(own.node.id)" }
    }
    machine = UpgradeMachine(judge: judgement.judge)
  }

  static func slots(_ index: Int, of count: Int) -> SlotSet {
    let size = SlotSet.count / count
    return SlotSet([index * size...(index == count - 1 ? SlotSet.count - 1 : (index + 1) * size - 1)])
  }

  // MARK: - Reading

  func pulse(of server: SceneServer, _ release: Release) -> Pulse {
    var pulse = Pulse.predicted(release, role: server.role)
    pulse.server.runID = server.runID
    pulse.server.processID = server.processID
    pulse.keys = server.keys
    if server.role == .replica, let primary = server.follows.flatMap({ servers[$0] }) ?? primary(of: server.shard) {
      pulse.replication.upstream = Upstream(
        address: primary.address, linkUp: true, syncInProgress: false, offset: 0, lastIOSecondsAgo: 0,
        downSeconds: nil, readOnly: true)
    }
    return pulse
  }

  func primary(of shard: ShardID) -> SceneServer? {
    servers.values.first { $0.shard == shard && $0.role == .primary && $0.running != nil }
  }

  func view(from speaker: NodeID) -> ClusterView {
    ClusterView(
      members: servers.values.map { server in
        let index = server.shard.number - 1
        return ClusterMember(
          id: server.id, address: server.address, busPort: server.address.port + 10000, hostname: nil,
          flags: server.role == .primary ? [.primary] : [.replica],
          primary: server.role == .primary ? nil : primary(of: server.shard)?.id, configEpoch: 1,
          linkConnected: true,
          slots: server.role == .primary ? Self.slots(index, of: setup.shards.count) : SlotSet(), openSlots: [])
      }, myself: speaker)
  }

  mutating func observeAll() {
    let asOf = machine.state.sequence
    for (id, server) in servers where !silent.contains(id) {
      guard let release = server.running else {
        machine.observe(id, failure: ReadingFailure(.refused, "connection refused"), asOf: asOf, now: now)
        continue
      }
      machine.observe(id, pulse: pulse(of: server, release), asOf: asOf, now: now)
      if !setup.kind.isPlain { machine.observe(id, view: deaf[id] ?? view(from: id), asOf: asOf, now: now) }
      machine.observe(id, settings: server.settings, asOf: asOf, now: now)
    }
  }

  // MARK: - Driving

  /// Lives through a run, and again with the wizard dead after each of its records: each of those ends, too.
  ///
  /// - Parameter agrees: whether a scene, the second, ended as the whole one did; told is after which record it was cut.
  static func killAfterEachRecord(
    _ make: () -> MachineScene, _ agrees: (_ whole: MachineScene, _ cut: MachineScene, _ remark: String) -> Void
  ) {
    var whole = make()
    whole.start()
    whole.play()
    for count in 2..<whole.journal.count {
      var scene = make()
      scene.start()
      scene.play(records: count)
      scene.restart()
      scene.play()
      let remark = "\(count): \(scene.transcript.suffix(4))"
      #expect(scene.machine.state.ended?.kind == .done, "\(remark)")
      agrees(whole, scene, remark)
    }
  }

  mutating func start() { take(machine.decide(.start(run: "r1", by: wizard, setup: setup), now: now)) }

  /// The wizard dies and another one reads the journal.
  mutating func restart(settle: Duration? = nil, window: Window? = nil) {
    machine = UpgradeMachine(judge: judgement.judge)
    for record in journal { machine.apply(record, at: nil) }
    take(machine.decide(.resumed(by: wizard, Adjustment(settle: settle, window: window)), now: now))
  }

  /// One round: time passes, everything is read, the machine decides.
  mutating func turn(_ passed: Duration = .milliseconds(100)) {
    now = now + passed
    observeAll()
    machine.notice(now: now)
    take(machine.decide(.tick, now: now))
  }

  /// Turns until `stop` says so or nothing more happens for `patience` turns; every question is answered as it asks.
  mutating func play(turns: Int = 3000, records: Int = .max, until stop: (Record) -> Bool = { _ in false }) {
    for _ in 0..<turns where journal.count < records {
      let before = journal.count
      turn()
      if let question = machine.state.asked {
        answer(question.word)
      }
      if journal[before...].contains(where: stop) || machine.state.ended != nil || machine.state.problem != nil {
        return
      }
    }
  }

  @discardableResult
  mutating func answer(_ text: String, source: Answer.Source = .operatorInPerson) -> String? {
    guard let question = machine.state.asked else { return "nothing is asked" }
    if question.name.kind == .start, let plan = machine.plan(now: now) { machine.show(plan) }
    let decision = machine.decide(.answer(Answer(question.name, text, source: source)), now: now)
    take(decision)
    return decision.refusal
  }

  @discardableResult
  mutating func choose(_ choice: Choice, typed: String? = nil, source: Answer.Source = .operatorInPerson) -> String? {
    let decision = machine.decide(.choose(choice, typed: typed, source: source), now: now)
    take(decision)
    return decision.refusal
  }

  mutating func take(_ decision: Decision) {
    for record in decision.records {
      journal.append(record)
      machine.apply(record, at: now)
      transcript.append(Self.line(record))
    }
    if let refusal = decision.refusal { transcript.append("refused: \(refusal)") }
    for effect in decision.effects {
      if effect.isReattachment { transcript.append("ask the holder for \(effect.id)") }
      guard let outcome = performance(&self, effect) else { continue }
      take(machine.decide(.outcome(effect.id, outcome), now: now))
    }
  }

  // MARK: - The perfect outside

  mutating func perform(_ effect: Effect) -> Outcome {
    switch effect.action {
    case .configure(let node, let settings), .restore(let node, let settings):
      for setting in settings { servers[node]?.settings[setting.directive] = setting.value }
    case .shutDown(let node, _), .host(let node, .stop):
      servers[node]?.running = nil
    case .host(let node, .install): servers[node]?.installed = setup.to
    case .host(let node, .rollback): servers[node]?.installed = Self.old
    case .host(let node, .start): start(node)
    case .host(let node, .temporaryStart):
      servers[node] = SceneServer(
        id: node, address: Address(host: "10.0.0.1", port: 7900), shard: ShardID(1), installed: Self.new,
        running: Self.new, role: .replica, follows: setup.stoodInFor, settings: [:])
    case .host(let node, .temporaryStop): servers[node] = nil
    case .hostWide(let stage, let nodes):
      for node in nodes {
        servers[node]?.installed = stage == .install ? setup.to : Self.old
        if setup.site.startsItself.contains(stage) { start(node) }
      }
    case .handOver(_, let from, let to):
      servers[from]?.role = .replica
      servers[to]?.role = .primary
      guard setup.kind.isPlain else { break }
      servers[from]?.follows = to
      servers[to]?.follows = nil
      // Sentinels have everybody write that down.
      if setup.kind == .sentinel { for node in [from, to] { writeDown(node) } }
    case .follow(let node, let primary):
      servers[node]?.role = node == primary ? .primary : .replica
      servers[node]?.follows = node == primary ? nil : primary
    case .saveRole(let node): writeDown(node)
    case .backUp, .drain, .setAside, .watch, .confirm, .host, .errand: break
    }
    return Outcome(.done)
  }

  private mutating func writeDown(_ node: NodeID) {
    let settings = servers[node]?.settings
    servers[node]?.written = settings
  }

  /// A process comes up: a new run id, the settings of its file.
  mutating func start(_ node: NodeID) {
    guard let server = servers[node], server.running == nil else { return }
    servers[node]?.running = server.installed
    servers[node]?.starts += 1
    let kept = setup.kind == .sentinel ? server.written : nil
    servers[node]?.settings =
      setup.kind.isPlain ? kept ?? setup.node(node)?.settings ?? [:] : SceneServer.defaults
  }

  // MARK: - Writing down

  static func line(_ record: Record) -> String {
    switch record {
    case .started(let run, _, _): "started \(run)"
    case .resumed: "resumed"
    case .planAccepted(let steps): "plan accepted: \(steps.count) steps"
    case .asked(let question): "asked \(question.name) (\(question.consentClass.rawValue))"
    case .answered(let answer, let granted): "answered \(answer.question) \(granted ? "granted" : "declined")"
    case .ledger(let key, let entry): "ledger \(key.node) \(key.directive) \(entry.original) -> \(entry.ours)"
    case .intent(let effect, _, _, _): "intent \(effect)"
    case .outcome(let effect, let outcome): "outcome \(effect) \(outcome.kind.rawValue)"
    case .settled(let effect, .achieved): "settled \(effect) achieved"
    case .settled(let effect, .failed(let text)): "settled \(effect) failed: \(text)"
    case .settled(let effect, .lapsed): "settled \(effect) lapsed"
    case .late(let effect, let outcome): "late \(effect) \(outcome.kind.rawValue)"
    case .prompted(let effect, let text, let fate): "prompted \(effect) \(text) \(fate)"
    case .problem(let problem): "problem \(problem.name) \(problem.object)"
    case .chosen(let choice, _, _): "chosen \(choice.name)"
    case .measured: "measured"
    case .ordered(let shards): "ordered: \(shards.map(\.description).joined(separator: " "))"
    case .windowClosed(let text): "window closed: \(text)"
    case .noted(let text): "noted \(text)"
    case .ended(let ending): "ended \(ending.kind.rawValue): \(ending.name)"
    }
  }

  /// The plan before anything has happened, a line for each step with what is asked before it.
  func planLines() throws -> [String] {
    var scene = self
    scene.start()
    scene.observeAll()
    let plan = try #require(scene.machine.plan(now: scene.now))
    #expect(plan.ending == .done)
    return plan.steps.map { step in
      "\(step.key)" + (step.consent.map { " ? \($0.question) \($0.consentClass.rawValue)" } ?? "")
    }
  }

  /// The keys of the steps that were begun, in order, each attempt once.
  var begun: [String] {
    journal.compactMap { if case .intent(let effect, _, _, _) = $0 { "\(effect.step)" } else { nil } }
  }

  /// What the journal alone gives.
  var folded: State {
    var state = State()
    for record in journal { state.apply(record) }
    return state
  }
}
