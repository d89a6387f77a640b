// The conductor stands between the machine and the world: records first and durable, effects after, readings stamped.

package import UpgradeCore

/// What came back from one attempt to read a node.
package struct NodeReadout: Hashable, Sendable {
  package var pulse: Pulse?
  package var view: ClusterView?
  package var settings: [String: String]?
  package var failure: ReadingFailure?
  package init(
    pulse: Pulse? = nil, view: ClusterView? = nil, settings: [String: String]? = nil, failure: ReadingFailure? = nil
  ) {
    self.pulse = pulse
    self.view = view
    self.settings = settings
    self.failure = failure
  }
}

extension UpgradeMachine {
  /// A machine that judges by the rulebook.
  static var byTheBook: UpgradeMachine {
    UpgradeMachine { rule, object, scene in
      Rulebook.evaluate(rule, object, in: scene)
    }
  }

  /// Takes one attempt to read a node. `asOf`: the number of the newest record when it was asked for.
  mutating func observe(_ node: NodeID, _ readout: NodeReadout, asOf: RecordNumber, now: Instant) {
    if let pulse = readout.pulse { observe(node, pulse: pulse, asOf: asOf, now: now) }
    if let view = readout.view { observe(node, view: view, asOf: asOf, now: now) }
    if let settings = readout.settings { observe(node, settings: settings, asOf: asOf, now: now) }
    if let failure = readout.failure { observe(node, failure: failure, asOf: asOf, now: now) }
  }
}

/// How much of a node is read.
package enum ReadingDepth: Hashable, Sendable {
  /// `INFO` and `CLUSTER INFO`.
  case pulse
  /// Those, `CLUSTER NODES`, and the settings of upgrade mode.
  case views
}

/// The world as the conductor sees it: everything here returns at once; what comes of it comes back as an event.
package protocol Surroundings: AnyObject {
  var now: Instant { get }
  /// The time of day, milliseconds since 1970; it may jump.
  var wallClock: Int64 { get }
  /// Makes the records durable, in order, then calls `Conductor.written`.
  func write(_ records: [Record])
  /// Performs an effect, then calls `Conductor.finished`.
  func perform(_ effect: Effect)
  /// Reads a node, then calls `Conductor.read`.
  func read(_ node: NodeID, _ depth: ReadingDepth)
  /// Reads a cluster of Redis Enterprise Software, then calls `Conductor.surveyed`.
  func survey(_ depth: SurveyDepth)
  /// Calls `Conductor.wake` at or soon after this instant; a later call replaces an earlier one.
  func wake(at instant: Instant)
  /// Something that a face shows has changed.
  func changed()
}

/// Drives one machine. Not thread-safe: whoever owns it calls it from one executor.
///
/// While records are being written nothing is decided: state, durable journal and what has been begun never differ.
package final class Conductor {
  package private(set) var machine: UpgradeMachine
  /// Why nothing goes on any more: the journal could not be written.
  package private(set) var halted: String?
  /// Set by an operator who wants the running step to be the last for now.
  package private(set) var isPaused = false

  private unowned let surroundings: any Surroundings
  private var pending: Pending?
  private var inbox: [Arrival] = []
  private var reads: [NodeID: ReadState] = [:]
  /// Of a cluster of Redis Enterprise Software: its report, and the nodes' own words.
  private var surveys: [SurveyDepth: ReadState] = [:]
  /// Nothing waited for a reading when the last ones were asked for.
  private var isQuiet = false
  /// When the surroundings were last asked to wake this.
  private var alarm: Instant?
  /// How long readings of a quiet moment wait for each other, to be thought about once.
  private static let gathering = Duration.milliseconds(50)

  private struct Pending {
    var decision: Decision
    var reply: (@Sendable (String?) -> Void)?
  }

  /// What waits until nothing is being written.
  private struct Arrival {
    enum Matter {
      case input(Input)
      /// To be written down; it decides nothing.
      case remark(String)
    }
    var matter: Matter
    var reply: (@Sendable (String?) -> Void)?
  }

  private struct ReadState {
    var isUnderWay = false
    /// The record number at the last request.
    var record: RecordNumber = 0
    var lastAsked: Instant?
  }

  package init(machine: UpgradeMachine, surroundings: any Surroundings) {
    self.machine = machine
    self.surroundings = surroundings
  }

  // MARK: - Events

  /// An input for the machine; `reply` hears nil, or why it was not taken.
  package func handle(_ input: Input, reply: (@Sendable (String?) -> Void)? = nil) {
    take(Arrival(matter: .input(input), reply: reply))
  }

  /// Writes down what somebody did that decides nothing; `reply` hears nil once it is durable.
  package func note(_ text: String, reply: @escaping @Sendable (String?) -> Void) {
    take(Arrival(matter: .remark(text), reply: reply))
  }

  private func take(_ arrival: Arrival) {
    if let halted {
      arrival.reply?(halted)
      return
    }
    inbox.append(arrival)
    advance()
  }

  /// An effect is over.
  package func finished(_ effect: EffectID, _ outcome: Outcome) {
    handle(.outcome(effect, outcome))
  }

  /// A node was read, or could not be.
  package func read(_ node: NodeID, _ readout: NodeReadout) {
    let now = surroundings.now
    guard let request = reads[node], request.isUnderWay else { return }
    reads[node]?.isUnderWay = false
    machine.observe(node, readout, asOf: request.record, now: now)
    if isQuiet, reads.values.contains(where: \.isUnderWay) {
      // One that hangs is not waited for.
      if alarm.map({ $0 > now + Self.gathering }) ?? true { wake(at: now + Self.gathering) }
      return
    }
    advance()
  }

  /// A cluster was read, or could not be.
  package func surveyed(_ depth: SurveyDepth, _ result: Result<Enterprise.Survey, ReadingFailure>) {
    guard let request = surveys[depth], request.isUnderWay else { return }
    surveys[depth]?.isUnderWay = false
    switch result {
    case .success(let survey): machine.observe(survey, asOf: request.record, now: surroundings.now)
    case .failure(let failure):
      machine.observe(enterpriseFailure: failure.sentence, asOf: request.record, now: surroundings.now)
    }
    advance()
  }

  package func observe(host: String, _ facts: HostFacts) {
    machine.observe(host: host, facts)
    advance()
  }

  package func observe(_ node: NodeID, inventory: Inventory) {
    machine.observe(node, inventory: inventory, asOf: machine.state.sequence, now: surroundings.now)
  }

  package func observe(_ measure: ClientMeasure) {
    machine.observe(measure)
    advance()
  }

  package func wake() {
    // An alarm of before, that something has overtaken.
    if let alarm, alarm > surroundings.now { return surroundings.wake(at: alarm) }
    advance()
  }

  /// The running step ends; the next does not begin until this is taken back.
  package func pause(_ isPaused: Bool) {
    self.isPaused = isPaused
    advance()
  }

  /// The records of the pending decision are durable, or could not be made so.
  package func written(_ failure: String?) {
    guard let done = pending else { return }
    pending = nil
    if let failure {
      // Nothing of this decision happened: no record was applied, no effect begun.
      halted = failure
      done.reply?(failure)
      // Nor will anything come of what waits.
      for arrival in inbox { arrival.reply?(failure) }
      inbox = []
      surroundings.changed()
      return
    }
    let now = surroundings.now
    for record in done.decision.records { machine.apply(record, at: now) }
    done.reply?(nil)
    for effect in done.decision.effects { surroundings.perform(effect) }
    surroundings.changed()
    advance()
  }

  /// Takes over a state that was folded from a journal, before anything else.
  package func replay(_ records: [Record]) {
    for record in records { machine.apply(record, at: nil) }
  }

  // MARK: - Advancing

  private func advance() {
    guard pending == nil, halted == nil else { return }
    machine.observe(wallClock: surroundings.wallClock)
    while let arrival = inbox.first {
      inbox.removeFirst()
      machine.notice(now: surroundings.now)
      let decision =
        switch arrival.matter {
        case .input(let input): machine.decide(input, now: surroundings.now)
        case .remark(let text): Decision(records: [.noted(text)])
        }
      if begin(decision, reply: arrival.reply) { return }
    }
    machine.notice(now: surroundings.now)
    if !(isPaused && machine.state.inFlight == nil) {
      rememberPlan()
      if begin(machine.decide(.tick, now: surroundings.now), reply: nil) { return }
    }
    poll()
    surroundings.changed()
  }

  /// Whether the decision has records, and so has to be written before anything else happens.
  private func begin(_ decision: Decision, reply: (@Sendable (String?) -> Void)?) -> Bool {
    guard !decision.records.isEmpty else {
      reply?(decision.refusal)
      for effect in decision.effects { surroundings.perform(effect) }
      return false
    }
    pending = Pending(decision: decision, reply: reply)
    surroundings.write(decision.records)
    return true
  }

  /// The plan that will be on the screen when its acceptance is asked for is the one that is accepted.
  private func rememberPlan() {
    guard machine.state.plan == nil, machine.state.asked?.name.kind != .start,
      let plan = machine.plan(now: surroundings.now)
    else { return }
    machine.show(plan)
  }

  // MARK: - Reading

  private func poll() {
    guard let setup = machine.state.setup, machine.state.ended == nil else { return }
    guard setup.enterprise == nil else { return pollCluster() }
    let now = surroundings.now
    let cadence = Cadence(machine: machine, isPaused: isPaused, now: now)
    isQuiet = cadence.isQuiet
    let idle = setup.nodes.indices.filter { reads[setup.nodes[$0].id]?.isUnderWay != true }
    let due = idle.map { index in
      let node = setup.nodes[index].id
      let state = reads[node] ?? ReadState()
      return (node, at: cadence.due(node, index: index, lastAsked: state.lastAsked, lastRecord: state.record))
    }
    let limit = due.contains { $0.at <= now } ? now + cadence.gathering : now
    for (node, at) in due where at <= limit {
      reads[node] = ReadState(isUnderWay: true, record: machine.state.sequence, lastAsked: now)
      surroundings.read(node, cadence.depth(node))
    }
    wake(at: due.map(\.at).filter { $0 > limit }.min() ?? now + .seconds(1))
  }

  private func wake(at instant: Instant) {
    alarm = instant
    surroundings.wake(at: instant)
  }

  /// One question at a time: what is asked of the nodes takes in what is asked for the report.
  private func pollCluster() {
    let now = surroundings.now
    let rhythm = SurveyRhythm(machine: machine, now: now)
    guard !surveys.values.contains(where: \.isUnderWay) else { return }
    let nodes = rhythm.due(.nodes, lastAsked: surveys[.nodes]?.lastAsked, lastRecord: surveys[.nodes]?.record ?? 0)
    let last = surveys.values.max { ($0.lastAsked ?? now) < ($1.lastAsked ?? now) }
    let report = rhythm.due(.report, lastAsked: last?.lastAsked, lastRecord: last?.record ?? 0)
    let due = min(nodes, report)
    let depth: SurveyDepth = nodes <= max(now, due) ? .nodes : .report
    guard due <= now else { return wake(at: due) }
    surveys[depth] = ReadState(isUnderWay: true, record: machine.state.sequence, lastAsked: now)
    surroundings.survey(depth)
    wake(at: now + .seconds(1))
  }
}
