// One run, live: the conductor with real servers, hosts, clock and journal around it, all on the event loop.

package import SystemIO
package import UpgradeCore

/// Where records become durable.
package protocol RecordSink: Sendable {
  /// Returns nil once all of them are on disk, or the sentence that says why not.
  func append(_ records: [Record], wallMilliseconds: Int64) async -> String?
}

/// A run as its faces and its owner see it, at one moment.
package struct SessionView: Sendable {
  package var state: State
  package var snapshot: Snapshot
  package var posture: Posture
  package var plan: Plan?
  package var measure: ClientMeasure?
  package var halted: String?
}

/// The part of a view that tells whether the rest of it has to be shown at once; it costs nothing to look at.
package struct Beat: Hashable, Sendable {
  /// The newest record.
  package var sequence: RecordNumber = 0
  package var halted: String?
  package var isDrifted = false
  /// The gates of the step that is next, in their order, whether they are green.
  package var gates: [Bool] = []
  /// Something is under way or waited for, and readings are news.
  package var isMoving = false
}

/// Owns the conductor of one run.
package actor RunSession {
  private nonisolated let loop: EventLoop
  private let surroundings: LiveSurroundings
  private let conductor: Conductor
  private var unfolded: (plan: Plan?, beat: Beat, at: Instant)?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// - Parameters:
  ///   - cluster: reads a cluster of Redis Enterprise Software; nil where the nodes are servers.
  ///   - perform: does one effect; the setup is only known once the run has begun, so it is handed over.
  ///   - changed: hears that something to be shown has changed; called on the loop, often.
  package init(
    loop: EventLoop, fleet: Fleet, machine: UpgradeMachine, sink: any RecordSink,
    cluster: EnterpriseReader? = nil,
    perform: @escaping @Sendable (Effect, Setup) async -> Outcome, changed: @escaping @Sendable () -> Void
  ) {
    self.loop = loop
    surroundings = LiveSurroundings(
      loop: loop, fleet: fleet, cluster: cluster, sink: sink, perform: perform, changed: changed)
    conductor = Conductor(machine: machine, surroundings: surroundings)
  }

  /// Begins a new run; returns why it could not.
  package func start(run: String, by wizard: WizardIdentity, setup: Setup) async -> String? {
    surroundings.session = self
    return await input(.start(run: run, by: wizard, setup: setup))
  }

  /// Goes on with a run that an earlier wizard began.
  ///
  package func resume(_ records: [Record], by wizard: WizardIdentity, _ adjustment: Adjustment) async -> String? {
    surroundings.session = self
    conductor.replay(records)
    return await input(.resumed(by: wizard, adjustment))
  }

  /// Gives the machine an input; returns why it was not taken.
  package func input(_ input: Input) async -> String? {
    await withCheckedContinuation { continuation in
      conductor.handle(input) { refusal in continuation.resume(returning: refusal) }
    }
  }

  /// Writes a remark into the journal; returns why it could not be.
  package func note(_ text: String) async -> String? {
    await withCheckedContinuation { continuation in
      conductor.note(text) { refusal in continuation.resume(returning: refusal) }
    }
  }

  package func pause(_ isPaused: Bool) { conductor.pause(isPaused) }
  package func observe(host: String, _ facts: HostFacts) { conductor.observe(host: host, facts) }
  package func observe(_ node: NodeID, inventory: Inventory) { conductor.observe(node, inventory: inventory) }
  package func observe(_ measure: ClientMeasure) { conductor.observe(measure) }

  package var view: SessionView {
    let machine = conductor.machine
    let now = surroundings.now
    let snapshot = machine.snapshot(now: now)
    return SessionView(
      state: machine.state, snapshot: snapshot, posture: machine.observations.posture, plan: plan(snapshot, now),
      measure: machine.observations.measure, halted: conductor.halted)
  }

  /// The plan as it is shown: unfolded again with all that is news, and every few seconds.
  private func plan(_ snapshot: Snapshot, _ now: Instant) -> Plan? {
    let beat = beat
    let isQuiet = !beat.isMoving && snapshot.nodes.values.allSatisfy { $0.view != nil }
    if isQuiet, let unfolded, unfolded.beat == beat, now - unfolded.at < .seconds(5) { return unfolded.plan }
    let plan = conductor.machine.plan(now: now)
    unfolded = isQuiet ? (plan, beat, now) : nil
    return plan
  }

  package var beat: Beat {
    let machine = conductor.machine
    let posture = machine.observations.posture
    var beat = Beat(
      sequence: machine.state.sequence, halted: conductor.halted, gates: posture.gates.map(\.isGreen),
      isMoving: machine.state.inFlight != nil || posture.settling != nil)
    switch posture.kind {
    case .drifted: beat.isDrifted = true
    case .next(.wait): beat.isMoving = true
    case .idle, .next, .inFlight: break
    }
    if beat.gates.contains(false) { beat.isMoving = true }
    return beat
  }

  /// Nothing more is read, decided or written; a running host command goes on under its holder.
  package func end() { surroundings.end() }

  // MARK: - What comes back from the world

  fileprivate func written(_ failure: String?) { conductor.written(failure) }
  fileprivate func finished(_ effect: EffectID, _ outcome: Outcome) { conductor.finished(effect, outcome) }
  fileprivate func read(_ node: NodeID, _ readout: NodeReadout) { conductor.read(node, readout) }
  fileprivate func surveyed(_ depth: SurveyDepth, _ result: Result<Enterprise.Survey, ReadingFailure>) {
    conductor.surveyed(depth, result)
  }
  fileprivate func woke() { conductor.wake() }

  fileprivate var setup: Setup? { conductor.machine.state.setup }
}

/// The real world around a conductor. Confined to the session's executor.
private final class LiveSurroundings: Surroundings {
  weak var session: RunSession?
  private let loop: EventLoop
  private let fleet: Fleet
  private let cluster: EnterpriseReader?
  private let sink: any RecordSink
  private let performEffect: @Sendable (Effect, Setup) async -> Outcome
  private let hearChange: @Sendable () -> Void
  private var alarm: (at: Instant, task: Task<Void, Never>)?
  private var isOver = false

  init(
    loop: EventLoop, fleet: Fleet, cluster: EnterpriseReader?, sink: any RecordSink,
    perform: @escaping @Sendable (Effect, Setup) async -> Outcome, changed: @escaping @Sendable () -> Void
  ) {
    self.loop = loop
    self.fleet = fleet
    self.cluster = cluster
    self.sink = sink
    performEffect = perform
    hearChange = changed
  }

  var wallClock: Int64 { WallClock.milliseconds }
  var now: Instant { Instant(nanoseconds: loop.now.nanoseconds) }

  func write(_ records: [Record]) {
    guard !isOver else { return }
    let wall = WallClock.milliseconds
    _ = loop.task { [sink, weak session] in
      let failure = await sink.append(records, wallMilliseconds: wall)
      await session?.written(failure)
    }
  }

  func perform(_ effect: Effect) {
    guard !isOver else { return }
    _ = loop.task { [performEffect, weak session] in
      guard let setup = await session?.setup else { return }
      let outcome = await performEffect(effect, setup)
      await session?.finished(effect.id, outcome)
    }
  }

  func read(_ node: NodeID, _ depth: ReadingDepth) {
    guard !isOver else { return }
    _ = loop.task { [fleet, weak session] in
      guard let setup = await session?.setup, let address = setup.node(node)?.address else { return }
      let readout = await NodeReader(fleet: fleet, of: setup).read(address, depth, expecting: node)
      await session?.read(node, readout)
    }
  }

  func survey(_ depth: SurveyDepth) {
    guard !isOver, let cluster else { return }
    _ = loop.task { [weak session] in
      let result = await cluster.read(depth)
      await session?.surveyed(depth, result)
    }
  }

  func wake(at instant: Instant) {
    guard !isOver else { return }
    if let alarm, alarm.at <= instant, alarm.at > now { return }
    alarm?.task.cancel()
    let task = loop.task { [loop, weak session] in
      do throws(CancellationError) {
        try await loop.sleep(until: MonotonicTime(nanoseconds: instant.nanoseconds))
      } catch { return }
      await session?.woke()
    }
    alarm = (instant, task)
  }

  func changed() { hearChange() }

  func end() {
    isOver = true
    alarm?.task.cancel()
    alarm = nil
  }
}
