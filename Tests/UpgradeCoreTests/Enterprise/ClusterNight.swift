// A night on a cluster of Redis Enterprise Software, without one: the machine, and a cluster that does what it is told.
import Testing

@testable import UpgradeCore

/// Three nodes and four databases, one of each fate.
struct ClusterNight {
  static let old = Enterprise.BuildVersion(Version(7, 2, 4), build: 92)
  static let new = Enterprise.BuildVersion(Version(7, 22, 0), build: 250)
  static let goal = Enterprise.DatabaseVersion(7, 4)

  var machine: UpgradeMachine
  var survey: Enterprise.Survey
  var now = Instant(nanoseconds: 1_000_000_000_000)
  /// What an installer asks before it comes to its end, in turn.
  var prompts: [NodeID: [String]] = [:]
  /// What becomes of the next effects, instead of what they are for.
  var failures: [Outcome] = []
  /// Nodes whose installer says that it is done, and has done nothing.
  var lies: Set<NodeID> = []
  /// What the installers bring.
  var target = ClusterNight.new
  /// Who leads once a node was upgraded; the others stay where they are.
  var masterAfter: [Int: Int] = [:]
  private(set) var transcript: [String] = []
  private(set) var typed: [String] = []
  private(set) var waiting: Effect?

  init(judge: @escaping Judge = { _, _, _ in .holds(saw: "") }) {
    survey = Enterprise.Survey(status: Self.status)
    survey.settings = ["upgrade mode": "disabled"]
    survey.actions = []
    machine = UpgradeMachine(judge: judge)
  }

  static let databases: [Enterprise.DatabaseSetup] = [
    Enterprise.DatabaseSetup(
      id: 1, name: "cache", version: .init(7, 2), isReplicated: false, persistence: .disabled),
    Enterprise.DatabaseSetup(
      id: 2, name: "orders", version: .init(7, 2), isReplicated: false, persistence: .aof, sources: [3]),
    Enterprise.DatabaseSetup(
      id: 3, name: "sessions", version: .init(7, 2), isReplicated: true, persistence: .aof),
    Enterprise.DatabaseSetup(
      id: 4, name: "old-memcached", version: nil, isReplicated: true, persistence: .disabled,
      kind: "memcached"),
  ]

  static var status: Enterprise.ClusterStatus {
    Enterprise.ClusterStatus(
      headline: Enterprise.Headline(text: "OK. Cluster master: 2 (10.0.0.2)", isOK: true, master: 2),
      nodes: (1...3).map { number in
        Enterprise.Node(
          id: number, isLocal: number == 1, role: number == 2 ? .master : .slave, address: "10.0.0.\(number)",
          externalAddress: nil, hostname: "host\(number)", shards: 2, mostShards: 100, version: old,
          status: Enterprise.StatusWord("OK"))
      },
      databases: databases.map { row in
        Enterprise.Database(
          id: row.id, name: row.name, kind: row.kind, status: "active", shards: 1, isReplicated: row.isReplicated,
          persistence: row.persistence, endpoint: "", stateMachine: nil, version: row.version.map { "\($0).0" })
      }, endpoints: [],
      shards: [
        Enterprise.ShardRow(
          id: 1, database: 1, node: 3, isPrimary: true, slots: "0-16383", status: Enterprise.StatusWord("OK"),
          watchdog: nil)
      ])
  }

  static func setup(stages: Set<Site.Stage> = [.stage, .install]) -> Setup {
    let nodes = (1...3).map { number in
      NodeSetup(
        id: NodeID("\(number)"), address: Address(host: "10.0.0.\(number)", port: 9443), release: Release(old),
        role: .replica, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
    }
    var commands: [Site.Stage: [NodeID: String]] = [:]
    for stage in stages {
      for node in nodes { commands[stage, default: [:]][node.id] = "\(stage.rawValue) on \(node.id)" }
    }
    return Setup(
      target: "enterprise://10.0.0.1", to: Release(new), nodes: nodes, shards: [], nodeTimeout: .zero,
      wayBackNarrows: false, site: Site(reach: .local, commands: commands, bounds: [:], isLab: false),
      options: Options(settle: .zero),
      enterprise: Enterprise.Constants(databases: databases, databaseGoal: goal))
  }

  // MARK: - Going on

  mutating func start(_ setup: Setup = ClusterNight.setup()) {
    take(
      machine.decide(
        .start(
          run: "r1", by: WizardIdentity(host: "h", user: "u", processID: 1, version: "1"),
          setup: setup), now: now))
  }

  /// Goes on until somebody is asked, something is wrong, or it is over.
  mutating func goOn() {
    for _ in 0..<3000 {
      now = now + .seconds(1)
      machine.observe(survey, asOf: machine.state.sequence, now: now)
      machine.notice(now: now)
      if machine.state.inFlight == nil || waiting == nil {
        if machine.state.asked != nil || machine.state.problem != nil || machine.state.ended != nil { return }
      } else if machine.state.asked != nil {
        return
      }
      let decision = machine.decide(.tick, now: now)
      take(decision)
      if decision.records.isEmpty, let effect = waiting { finish(effect) }
    }
  }

  /// Answers what is asked, with its word unless another one is given; answers why it was not taken.
  @discardableResult
  mutating func answer(_ text: String? = nil, beforehand: Bool = false) -> String? {
    guard let question = machine.state.asked else { return "nothing is asked" }
    let answer = Answer(
      question.name, text ?? question.word, source: beforehand ? .beforehand : .operatorInPerson)
    let decision = machine.decide(.answer(answer), now: now)
    take(decision)
    if case .answered(_, let granted)? = decision.records.first, let reply = question.typed(granted: granted) {
      typed.append(reply)
    }
    goOn()
    return decision.refusal
  }

  mutating func choose(_ choice: Choice, typed: String? = nil) -> String? {
    let decision = machine.decide(.choose(choice, typed: typed, source: .operatorInPerson), now: now)
    take(decision)
    goOn()
    return decision.refusal
  }

  private mutating func take(_ decision: Decision) {
    for record in decision.records {
      transcript.append(MachineScene.line(record))
      machine.apply(record, at: now)
      if case .prompted(_, _, .replied(let reply)) = record { typed.append(reply) }
    }
    for effect in decision.effects { perform(effect) }
  }

  // MARK: - The cluster

  private mutating func perform(_ effect: Effect) {
    if case .host(let node, .install) = effect.action, prompts[node]?.isEmpty == false {
      waiting = effect
      ask(node, effect)
    } else {
      finish(effect)
    }
  }

  private mutating func ask(_ node: NodeID, _ effect: Effect) {
    guard let line = prompts[node]?.first else { return }
    prompts[node]?.removeFirst()
    guard let prompt = Enterprise.InstallerPrompts.read(line, isQuiet: true) else { return }
    take(machine.decide(.prompted(effect.id, prompt), now: now))
  }

  private mutating func finish(_ effect: Effect) {
    if case .host(let node, .install) = effect.action, prompts[node]?.isEmpty == false { return ask(node, effect) }
    waiting = nil
    let outcome = failures.isEmpty ? Outcome(.done) : failures.removeFirst()
    if outcome.kind == .done { happen(effect.action) }
    take(machine.decide(.outcome(effect.id, outcome), now: now))
  }

  mutating func happen(_ action: Action) {
    switch action {
    case .host(let node, .install) where lies.contains(node): break
    case .host(let node, .install):
      for place in survey.status.nodes.indices where survey.status.nodes[place].id == Int(node.text) {
        survey.status.nodes[place].version = target
      }
      if let master = Int(node.text).flatMap({ masterAfter[$0] }) {
        for place in survey.status.nodes.indices {
          survey.status.nodes[place].role = survey.status.nodes[place].id == master ? .master : .slave
        }
      }
    case .errand(_, .disableUpgradeMode): survey.settings?["upgrade mode"] = "disabled"
    case .errand(_, .allowLatest): survey.settings?[Enterprise.BundledVersions.policySetting] = "latest"
    case .errand(_, .setDefaultVersion(let version)):
      survey.settings?[Enterprise.BundledVersions.defaultSetting] = "\(version)"
    case .errand(_, .upgradeDatabase(let number, let version, _)):
      for place in survey.status.databases.indices where survey.status.databases[place].id == number {
        survey.status.databases[place].version = "\(version).0"
      }
    default: break
    }
  }

  /// The steps that were begun, in their order.
  var begun: [String] {
    transcript.filter { $0.hasPrefix("intent ") }.map { String($0.dropFirst(7)) }
  }
}
