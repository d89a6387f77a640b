// Moments of a night on a cluster of Redis Enterprise Software, for the book of pictures: the machine, and a report.
@testable import UpgradeCore
@testable import UpgradeRuntime

/// Three nodes and four databases, one of each fate; whatever is begun has happened by the next report.
struct EnterpriseRehearsal {
  static let old = Enterprise.BuildVersion(Version(7, 2, 4), build: 92)
  static let new = Enterprise.BuildVersion(Version(7, 22, 0), build: 250)

  private(set) var machine: UpgradeMachine
  private var survey: Enterprise.Survey
  private var now = Instant(nanoseconds: 1_000_000_000_000)
  private var events: [Event] = []
  private var measure: ClientMeasure?
  /// What becomes of the next installer.
  var failure: Outcome?

  init() {
    machine = UpgradeMachine { rule, object, _ in
      rule == "database-protected" && object == .database(4)
        ? .broken(saw: "db:4 cache has neither a replica nor a file", fix: "rladmin tune db db:4 persistence aof")
        : .holds(saw: "OK")
    }
    survey = Enterprise.Survey(status: Self.status)
    survey.settings = ["upgrade mode": "disabled", Enterprise.BundledVersions.defaultSetting: "7.2"]
    survey.actions = []
    let identity = WizardIdentity(host: "jump1", user: "ops", processID: 4711, version: "1.0")
    take(machine.decide(.start(run: "2026-11-20-1", by: identity, setup: Self.setup), now: now))
    goOn()
  }

  private static let databases: [(name: String, isReplicated: Bool, persistence: Enterprise.Database.Persistence)] = [
    ("sessions", true, .aof), ("orders", false, .aof), ("catalog", false, .snapshot), ("cache", false, .disabled),
  ]

  private static let setup: Setup = {
    let nodes = (1...3).map { number in
      NodeSetup(
        id: NodeID("\(number)"), address: Address(host: "10.0.3.\(number)", port: 9443), release: Release(old),
        role: .replica, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
    }
    let command = Dictionary(
      uniqueKeysWithValues: nodes.map { ($0.id, "cd /root/redislabs-7.22.0-250 && sudo ./install.sh") })
    return Setup(
      target: "enterprise://10.0.3.1", to: Release(new), nodes: nodes, shards: [], nodeTimeout: .zero,
      wayBackNarrows: false, site: Site(reach: .ssh, commands: [.install: command], bounds: [:], isLab: false),
      options: Options(settle: .zero),
      enterprise: Enterprise.Constants(
        databases: databases.enumerated().map { place, row in
          Enterprise.DatabaseSetup(
            id: place + 1, name: row.name, version: .init(7, 2), isReplicated: row.isReplicated,
            persistence: row.persistence, keys: 1204 * (place + 1))
        }, master: 1, databaseGoal: .init(7, 4)))
  }()

  private static let status: Enterprise.ClusterStatus = {
    let ok = Enterprise.StatusWord("OK")
    return Enterprise.ClusterStatus(
      headline: Enterprise.Headline(text: "OK. Cluster master: 1 (10.0.3.1)", isOK: true, master: 1),
      nodes: (1...3).map { number in
        Enterprise.Node(
          id: number, isLocal: number == 1, role: number == 1 ? .master : .slave, address: "10.0.3.\(number)",
          externalAddress: nil, hostname: "rs-\(number)", shards: 2, mostShards: 100, version: old, status: ok)
      },
      databases: databases.enumerated().map { place, row in
        Enterprise.Database(
          id: place + 1, name: row.name, kind: "redis", status: "active", shards: 1, isReplicated: row.isReplicated,
          persistence: row.persistence, endpoint: "redis-1200\(place).cluster.local:1200\(place)", stateMachine: nil,
          version: "7.2.4")
      },
      endpoints: (1...4).map { number in
        Enterprise.ProxyEndpoint(
          id: "endpoint:\(number):1", database: number, node: min(number, 3), policy: "single", watchdog: ok)
      },
      shards: (1...4).map { number in
        Enterprise.ShardRow(
          id: number, database: number, node: min(number, 3), isPrimary: true, slots: "0-16383", status: ok,
          watchdog: nil)
      })
  }()

  // MARK: - Going on

  private mutating func goOn() {
    for _ in 0..<500 {
      now = now + .seconds(1)
      machine.observe(survey, asOf: machine.state.sequence, now: now)
      machine.notice(now: now)
      if machine.state.asked != nil || machine.state.problem != nil || machine.state.ended != nil { return }
      take(machine.decide(.tick, now: now))
    }
  }

  private mutating func take(_ decision: Decision) {
    for record in decision.records {
      machine.apply(record, at: now)
      let text = record.sentence(in: machine.state.setup)
      if let text, !text.isEmpty {
        events.append(Event(number: events.count + 1, wallMilliseconds: wall, text: text, record: record))
      }
    }
    for effect in decision.effects { perform(effect) }
  }

  private mutating func perform(_ effect: Effect) {
    var outcome = Outcome(.done)
    if case .host(let node, .install) = effect.action {
      if let failure {
        outcome = failure
      } else {
        for place in survey.status.nodes.indices where survey.status.nodes[place].id == Int(node.text) {
          survey.status.nodes[place].version = Self.new
        }
      }
    }
    if case .errand(_, .upgradeDatabase(let number, let version, _)) = effect.action {
      survey.status.databases[number - 1].version = "\(version).0"
    }
    take(machine.decide(.outcome(effect.id, outcome), now: now))
  }

  /// Agrees to everything until one of this kind is asked, or something is wrong; a setting that stays is left.
  func until(_ kind: QuestionKind) -> EnterpriseRehearsal {
    var next = self
    while let question = next.machine.state.asked, question.name.kind != kind {
      let word = question.name.kind == .defaultVersion ? "no" : question.word
      next.take(
        next.machine.decide(.answer(Answer(question.name, word, source: .operatorInPerson)), now: next.now))
      if question.name.kind == .clientProbe { next.measure = Self.measured }
      next.goOn()
    }
    return next
  }

  /// The next proxy's node is away: one database has no other.
  func withOneAway() -> EnterpriseRehearsal {
    var next = self
    next.measure?.databases[1].away = 2100
    next.measure?.databases[1].proxies[0].away = 2100
    next.measure?.databases[1].proxies[0].trouble = "REFUSED"
    next.measure?.databases[3].proxies[0].closed = "it wants a login: name one under databases in the profile"
    return next
  }

  private static let measured: ClientMeasure = {
    var measure = ClientMeasure(
      acknowledged: 48_210, errors: [:], lost: 0, longestStall: 826, resolution: 20, stalls: [:])
    measure.databases = databases.enumerated().map { place, row in
      let address = Address(host: "10.0.3.\(min(place + 1, 3))", port: 12000 + place)
      return DatabaseMeasure(
        database: place + 1, name: row.name, longest: [34, 826, 412, 31][place], away: nil, lost: 0,
        proxies: [
          ProxyMeasure(
            node: min(place + 1, 3), address: address, interruptions: place % 2, longest: [34, 826, 412, 31][place])
        ])
    }
    return measure
  }()

  // MARK: - The picture

  private var wall: Int64 { 1_795_200_000_000 + now.nanoseconds / 1_000_000 }

  var picture: RunPicture {
    let snapshot = machine.snapshot(now: now)
    var tracker = HealthTracker()
    tracker.take(snapshot, measure: measure, now: now)
    var picture = RunPicture(
      kind: .live, target: Self.setup.target, run: "2026-11-20-1", from: "7.2.4-92", to: "7.22.0-250",
      rail: machine.state.rail, now: now, startedAt: Instant(nanoseconds: 1_000_000_000_000), wallMilliseconds: wall,
      snapshot: snapshot)
    picture.setup = machine.state.setup
    picture.state = machine.state
    picture.posture = machine.observations.posture
    picture.plan = machine.plan(now: now)
    picture.health = tracker.health
    picture.events = events
    picture.paths.journal = "/var/lib/redis-upgrade/2026-11-20-1/journal.jsonl"
    picture.paths.report = "/var/lib/redis-upgrade/2026-11-20-1/report.md"
    return picture
  }
}

enum EnterpriseScenes {
  static let plan = EnterpriseRehearsal().picture
  static let node = EnterpriseRehearsal().until(.upgradeNode).picture
  static let away = EnterpriseRehearsal().until(.upgradeNode).withOneAway().picture
  static let setting = EnterpriseRehearsal().until(.defaultVersion).picture
  static let database = EnterpriseRehearsal().until(.upgradeDatabase).picture
  /// What nothing keeps is in the way of itself.
  static let unprotected = EnterpriseRehearsal().until(.returnPrimary).picture
  static let failed: RunPicture = {
    var rehearsal = EnterpriseRehearsal().until(.upgradeNode)
    rehearsal.failure = Outcome(.failed, "its command ended with exit 1: Port 53 is in use")
    return rehearsal.until(.returnPrimary).picture
  }()
}
