// A world: one cluster, one run of the wizard through it, and all that happens to both, decided by a seed.

package import UpgradeCore
import UpgradeRuntime

/// One seed's world. `run` lives it from the first question to the end of the run.
package final class World {
  package let scenario: Scenario
  let agenda: Agenda
  package let witness: Witness
  let cluster: SimulatedCluster
  let hosts: SimulatedHosts
  let disk: SimulatedDisk
  let clients: SimulatedClients
  let reading: ServerReading
  let setup: Setup
  var freshness: FreshnessAudit
  var random: Randomness
  private var fate: Randomness
  private(set) var wizard: SimulatedWizard?
  private(set) var isOver = false
  /// From then on nothing goes wrong any more.
  private(set) var isWell = false

  private var person: SimulatedOperator?
  private var others: ForeignEvents?
  private var folded = State()
  private var planned: [String] = []
  /// The last records that the disk said it has.
  private var promised: [Record] = []
  private var writes = 0
  private var kills = 0
  private var resumes = 0
  private var problems: [String: Int] = [:]
  private var events = 0
  private var rivalIsDone = false

  package init(_ scenario: Scenario, log: ((String) -> Void)? = nil) {
    self.scenario = scenario
    agenda = Agenda()
    witness = Witness(scenario, agenda, log: log)
    cluster = SimulatedCluster(scenario: scenario, agenda: agenda, witness: witness)
    hosts = SimulatedHosts(cluster, agenda, witness, scenario)
    disk = SimulatedDisk(
      run: World.run(scenario), keepsBytes: scenario.keepsBytes, lies: scenario.mutation == .lyingDisk)
    clients = SimulatedClients(cluster, agenda, witness)
    reading = ServerReading(cluster)
    setup = World.setup(cluster, scenario)
    freshness = FreshnessAudit()
    random = Randomness(seed: scenario.seed, for: "ways")
    fate = Randomness(seed: scenario.seed, for: "fate")
  }

  private static func setup(_ cluster: SimulatedCluster, _ scenario: Scenario) -> Setup {
    Setup(
      target: "redis://10.0.0.1:7000", to: scenario.to,
      nodes: cluster.nodes.map { node in
        NodeSetup(
          id: node.id, address: node.address, release: scenario.from, role: node.claim.role,
          runID: node.process?.runID ?? "", processID: node.process?.id ?? 0,
          configFile: "/etc/redis/\(node.port).conf", directory: "/var/lib/redis/\(node.port)",
          appendOnly: scenario.appendOnly, settings: node.fileSettings)
      },
      shards: cluster.shards, nodeTimeout: scenario.nodeTimeout,
      wayBackNarrows: WayBack.judge(from: scenario.from, to: scenario.to).narrows,
      site: Site(
        reach: .local,
        commands: Dictionary(
          uniqueKeysWithValues: scenario.stages.map { stage in
            let isShared = scenario.hostWide.contains(stage)
            let commands = cluster.nodes.map {
              ($0.id, "\(stage.rawValue) " + (isShared ? "redis on \($0.address.host)" : "redis@\($0.port)"))
            }
            return (stage, Dictionary(uniqueKeysWithValues: commands))
          }),
        bounds: Dictionary(uniqueKeysWithValues: scenario.stages.map { ($0, Duration.seconds(60)) }),
        startsItself: scenario.startsItself ? scenario.hostWide : [], hostWide: scenario.hostWide, isLab: false),
      options: scenario.options)
  }

  // MARK: - Living

  /// Lives the run to its end; at most so much of its time.
  package func run(atMost limit: Duration = .seconds(6 * 3600)) -> RunResult {
    person = SimulatedOperator(self)
    others = ForeignEvents(self)
    if !scenario.faults.isNone {
      agenda.after(scenario.faults.lasts) { [unowned self] in heal() }
    }
    if let at = scenario.killAt { agenda.after(at) { [unowned self] in kill("at its hour") } }
    beginWizard()
    let bound = agenda.now + limit
    while !isOver, agenda.now < bound, events < 5_000_000, agenda.step() { events += 1 }
    if !isOver { witness.violation("the run did not come to an end: \(standing)") }
    return conclude()
  }

  private var standing: String {
    guard let machine = wizard?.machine else { return "no wizard is there" }
    if let problem = machine.state.problem { return "at the problem \(problem.name)" }
    if let question = machine.state.asked { return "asked \(question.name)" }
    if let flight = machine.state.inFlight { return "in flight \(flight.effect)" }
    return "\(machine.observations.posture.kind)".prefix(200).description
  }

  private func beginWizard() {
    let wizard = SimulatedWizard(self)
    self.wizard = wizard
    let identity = WizardIdentity(host: "admin", user: "ops", processID: 100 + kills + resumes, version: "1.0")
    let records = disk.recover()
    folded = records.reduce(into: State()) { $0.apply($1) }
    if records != disk.records { witness.violation("the journal reads otherwise than it was written") }
    if records.isEmpty {
      wizard.begin(.start(run: World.run(scenario), by: identity, setup: setup), replaying: [])
    } else {
      witness.note("the wizard resumes from \(records.count) records", by: .us)
      wizard.begin(.resumed(by: identity), replaying: records)
    }
  }

  private func heal() {
    isWell = true
    witness.note("from here on all is well", by: .others)
    others?.heal()
    hosts.isReliable = true
    disk.fill(false)
    person?.isEarnest = true
  }

  // MARK: - Killing

  /// How the wizard dies at this write of the journal, if it does.
  func killing(_ records: [Record]) -> Scenario.Kill? {
    writes += 1
    if let kill = scenario.kill, kill.write == writes { return kill.how }
    guard !isWell, fate.chance(scenario.faults.crash) else { return nil }
    return fate.pick(Scenario.Kill.allCases)
  }

  func mayDieDuring(_ effect: Effect) {
    guard !isWell, fate.chance(scenario.faults.crash * 2) else { return }
    let victim = wizard
    agenda.after(fate.milliseconds(0...6000)) { [unowned self] in
      if victim === wizard { kill("while \(effect.id) was under way") }
    }
  }

  /// The replica that a rival has take over before an effect stops it; nil where there is no rival, or no more.
  func prey(of effect: Effect) -> SimulatedNode? {
    guard scenario.hasRival, !rivalIsDone else { return nil }
    switch effect.action {
    case .shutDown(let id, _), .host(let id, .stop):
      guard let node = cluster.node(id), node.claim.role == .replica else { return nil }
      rivalIsDone = true
      return node
    default: return nil
    }
  }

  func killSoon() {
    let victim = wizard
    agenda.after(fate.microseconds(0...20000)) { [unowned self] in
      if victim === wizard { kill("a moment after its effects were begun") }
    }
  }

  func kill(_ how: String) {
    guard let wizard, wizard.isAlive, !isOver else { return }
    witness.note("the wizard is killed \(how)", by: .others)
    kills += 1
    wizard.kill()
    agenda.after(fate.milliseconds(200...10000)) { [unowned self] in beginWizard() }
  }

  // MARK: - The journal

  private static func run(_ scenario: Scenario) -> String { "20261120-\(String(scenario.seed, radix: 16))" }

  /// Virtual time begins on 2026-11-20 at nine.
  static func wallTime(_ now: Instant) -> WallTime {
    WallTime(milliseconds: 1_795_165_200_000 + (now.nanoseconds - 1_000_000_000) / 1_000_000)
  }

  /// Records whose bytes were cut off somewhere.
  func tear(_ records: [Record]) {
    let whole = disk.tear(records, at: agenda.now, &random)
    take(Array(records.prefix(whole)))
  }

  func persist(_ records: [Record]) {
    disk.append(records, at: agenda.now)
    take(records)
  }

  private func take(_ records: [Record]) {
    // A disk that lies has what it was given only once it gets the next.
    let durable = scenario.mutation == .lyingDisk ? promised : records
    promised = records
    for record in durable { witness.durable(record) }
    for record in records {
      if case .planAccepted = record, planned.isEmpty { rememberPlan() }
      if case .intent(let effect, let action, _, _) = record {
        freshness.intent(effect, action, now: agenda.now, witness)
      }
      folded.apply(record)
      witness.note("record \(JournalAudit.line(record))", by: .us)
    }
    if !isWell, fate.chance(scenario.faults.disk) { disk.fill(true) }
  }

  /// The plan as it was on the screen, but for the probe's question, which is no step that is begun.
  private func rememberPlan() {
    planned = wizard?.machine?.observations.shownPlan?.steps.map { "\($0.key)" } ?? []
    planned.removeAll { $0 == "confirm/deployment/client-probe" }
  }

  /// Live state is the fold of the journal; looked at now and then, being slow.
  func compare() {
    guard let machine = wizard?.machine else { return }
    if writes % 20 == 0, scenario.mutation == nil, machine.state != folded {
      witness.violation("the live state is not the fold of the journal after record \(folded.sequence)")
    }
    if writes % 100 == 10, let situation = machine.situation(now: agenda.now),
      ClusterProcedure().unfold(situation) != ClusterProcedure().unfold(situation, searchingAnew: true)
    {
      witness.violation("a plan depends on how far its searches had come, after record \(folded.sequence)")
    }
    if machine.state.ended != nil { end(machine.state) }
    if wizard?.halted != nil {
      agenda.after(.seconds(20)) { [unowned self] in
        disk.fill(false)
        kill("by its operator, who made room on the disk")
      }
    }
  }

  private func end(_ state: State) {
    guard let ending = state.ended else { return }
    witness.note("ended: \(ending.kind.rawValue) \(ending.name)", by: .us)
    let mayResume = ending.kind == .stopped && resumes < 12 && ending.name != "not-started"
    guard mayResume || (ending.kind == .stopped && resumes < 3) else {
      isOver = true
      return
    }
    resumes += 1
    wizard?.kill()
    agenda.after(.seconds(isWell ? 5 : fate.number(5...120))) { [unowned self] in beginWizard() }
  }

  func met(_ problem: Problem) { problems[problem.name, default: 0] += 1 }

  // MARK: - Ways and their quirks

  enum Quirk { case none, notSent, replyLost }

  func commandQuirk() -> Quirk {
    guard !isWell, random.chance(scenario.faults.command) else { return .none }
    return random.chance(0.5) ? .notSent : .replyLost
  }

  func readingDelay() -> Duration {
    if !isWell, random.chance(scenario.faults.reading) { return random.milliseconds(200...3000) }
    return random.microseconds(300...2500)
  }

  // MARK: - Judging

  private func conclude() -> RunResult {
    agenda.clear()
    var audit = JournalAudit(scenario)
    for record in disk.records { audit.take(record) }
    let state = disk.records.reduce(into: State()) { $0.apply($1) }
    for violation in audit.violations { witness.violation(violation) }
    judgeEnd(state, audit)
    return RunResult(
      scenario: scenario, ending: state.ended, violations: witness.violations, journal: disk.bytes, kills: kills,
      foreignEvents: others?.count ?? 0, problems: problems,
      seconds: (agenda.now.nanoseconds - 1_000_000_000) / 1_000_000_000, acknowledged: witness.acknowledgedCount,
      lost: witness.lost, clientErrors: witness.clientErrors, events: events)
  }

  private func judgeEnd(_ state: State, _ audit: JournalAudit) {
    guard let ending = state.ended, isOver else { return }
    if ending.kind == .done || ending.kind == .woundDown {
      for key in state.facts.openLedger { witness.violation("at the end the ledger still has \(key.directive)") }
      for node in cluster.nodes where !isRecent(node) { judge(node, state, ending) }
    }
    if scenario.faults.isNone, !scenario.hasRival, scenario.mutation == nil || scenario.mutation == .noDrain {
      if !problems.isEmpty { witness.violation("a problem in a world without any: \(problems)") }
      if ending.kind != .done { witness.violation("a world without faults ended \(ending.name)") }
      if kills == 0, audit.begun != planned {
        let place = zip(audit.begun, planned).enumerated().first { $1.0 != $1.1 }?.offset
        let position = place ?? min(audit.begun.count, planned.count)
        witness.violation(
          "step \(position) was \(audit.begun.dropFirst(position).first ?? "none"), "
            + "planned was \(planned.dropFirst(position).first ?? "none")")
      }
      let outages = scenario.replicas.contains(0)
      if !outages, !witness.clientErrors.isEmpty { witness.violation("clients saw errors: \(witness.clientErrors)") }
    }
    let onlyCrashes =
      scenario.faults.host == 0 && scenario.faults.command == 0 && scenario.faults.foreign == nil
      && scenario.faults.reading == 0 && scenario.faults.disk == 0 && scenario.faults.operatorSlips == 0
    if onlyCrashes, ending.kind != .done { witness.violation("with kills alone it ended \(ending.name)") }
  }

  private func isRecent(_ node: SimulatedNode) -> Bool {
    node.touchedByOthers.map { agenda.now - $0 < .seconds(5) } ?? false
  }

  private func judge(_ node: SimulatedNode, _ state: State, _ ending: Ending) {
    guard let process = node.process else { return witness.violation("at the end \(node.port) is down") }
    if ending.kind == .done, process.release != scenario.to {
      witness.violation("at the end \(node.port) runs \(process.release)")
    }
    for (directive, original) in node.fileSettings.sorted(by: { $0.key < $1.key }) {
      let value = process.settings[directive]
      let left = state.facts.ledger[LedgerKey(node.id, directive)]?.standing == .left
      guard value != original, value != node.settingsOfOthers[directive], !left else { continue }
      witness.violation("at the end \(directive) of \(node.port) is \(value ?? "?"), was \(original)")
    }
  }
}

/// What a world came to.
package struct RunResult: Sendable {
  package var scenario: Scenario
  package var ending: Ending?
  package var violations: [String]
  /// The journal's bytes, where the scenario keeps them.
  package var journal: [UInt8]
  package var kills: Int
  package var foreignEvents: Int
  package var problems: [String: Int]
  package var seconds: Int64
  package var acknowledged: Int
  package var lost: [Doer: Int]
  package var clientErrors: [Doer: Int]
  package var events: Int
}
