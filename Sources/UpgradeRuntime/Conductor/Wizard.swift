// The wizard behind every face: checks, plan, nodes, finish and report of one run, as one picture.

import SystemIO
package import UpgradeCore

/// The driver behind a face.
package actor Wizard: WizardDriver, PictureSource {
  nonisolated let parts: WizardParts
  private nonisolated let board: PictureBoard
  private(set) var session: RunSession?
  private(set) var open: OpenRun?
  private var probe: ClientProbe?
  private var proxyProbe: ProxyProbe?
  private var health = HealthTracker()
  private var shownBeat = Beat()
  private var lastPublished: Instant?
  private var isLooking = false
  private var nextLook: Task<Void, Never>?
  private var isConcluding = false
  private var eventCount = 0
  private var finding: Finding?
  private var before: [NodeID: Inventory] = [:]

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe parts.loop.asUnownedSerialExecutor() }

  package init(parts: WizardParts) {
    self.parts = parts
    keys = TypedKeys(loop: parts.loop)
    let now = Instant(nanoseconds: parts.loop.now.nanoseconds)
    board = PictureBoard(
      RunPicture(
        kind: parts.kind, target: parts.request.target, run: parts.run, from: "", to: parts.request.to.description,
        rail: .checks, now: now, startedAt: now, wallMilliseconds: WallClock.milliseconds,
        snapshot: Snapshot(nodes: [:], shards: [], addresses: [:])))
  }

  package nonisolated var picture: RunPicture { board.newest }
  package nonisolated var pictures: AsyncStream<RunPicture> { board.stream }

  var now: Instant { Instant(nanoseconds: parts.loop.now.nanoseconds) }

  // MARK: - Beginning

  /// Finds the deployment and runs all checks; throws where nothing can be checked at all.
  package func begin() async throws(FindingError) {
    let setup: Setup
    if parts.request.isEnterprise {
      setup = try await parts.enterprisePreflight.setup()
    } else {
      let (found, finding) = try await parts.preflight.setup()
      self.finding = finding
      setup = found
    }
    draw { picture in
      picture.show(setup)
      picture.to = setup.to.description
      picture.checking = Set(setup.rules.map(\.name))
    }
    await check(nil)
  }

  /// Takes up a run that an earlier wizard began.
  package func resume(_ open: OpenRun, _ adjustment: Adjustment) async -> String? {
    var state = State()
    for record in open.records { state.apply(record) }
    guard let setup = state.setup else { return "this run has no beginning in its journal" }
    draw { picture in
      picture.show(setup)
      picture.to = setup.to.description
      picture.run = state.run
      picture.paths = open.paths
      picture.times = open.times
      picture.rail = .nodes
    }
    shownBeat.sequence = open.records.count
    let session = await makeSession(open)
    self.session = session
    before = open.inventory
    for (node, inventory) in before { await session.observe(node, inventory: inventory) }
    return await session.resume(open.records, by: parts.identity, adjustment)
  }

  private func check(_ only: RuleName?) async {
    guard let found = picture.setup else { return }
    draw { $0.checking = Set(only.map { [$0] } ?? found.rules.map(\.name)) }
    let ownName = WizardName(host: parts.identity.host, run: parts.run)
    var scene: Scene
    if let finding {
      scene = await parts.preflight.scene(found, finding, ownName: ownName)
    } else {
      scene = await parts.enterprisePreflight.scene(found, ownName: ownName)
    }
    // Known only now: how much is written, and what that asks of buffers while nodes are away.
    scene.setup = scene.setupForWindow
    let results = only.map { Rulebook.recheck($0, in: scene) } ?? Rulebook.checks(in: scene)
    before = scene.snapshot.nodes.compactMapValues { $0.view?.inventory }
    health.take(scene.snapshot, measure: nil, bastion: found.site.remote?.bastion, now: now)
    draw { picture in
      picture.setup = scene.setup
      picture.checks = only == nil ? results : picture.checks.filter { $0.name != only } + results
      picture.checking = []
      picture.snapshot = scene.snapshot
      picture.health = health.health
      picture.briefing = scene.briefing
      picture.plan = found.procedure.unfold(
        Situation(
          setup: scene.setup, snapshot: scene.snapshot,
          facts: Facts(goals: Goals(want: Dictionary(uniqueKeysWithValues: found.nodes.map { ($0.id, found.to) })))))
    }
  }

  // MARK: - What somebody in front of a face wants

  package func send(_ command: WizardCommand) async -> String? {
    switch command {
    case .recheck(let name):
      guard session == nil else { return "the run has begun; its gates check all the time" }
      await parts.links?.forgetFailures()
      await check(name)
      return nil
    case .proceed: return await proceed()
    case .order(let shards): return await session?.input(.order(shards)) ?? notBegun
    case .answer(let question, let text, let source):
      return await session?.input(.answer(Answer(question, text, source: source))) ?? notBegun
    case .choose(let choice, let typed, let source):
      return await session?.input(.choose(choice, typed: typed, source: source)) ?? notBegun
    case .pause(let isPaused):
      await session?.pause(isPaused)
      draw { $0.isPaused = isPaused }
      return nil
    case .leave:
      await leave()
      return nil
    case .showOutput(let size):
      output.pane = size
      await fitTerminals()
      return nil
    case .attach(let command): return await attach(command)
    case .detach:
      detach(nil)
      return nil
    }
  }

  private var notBegun: String? { session == nil ? "the run has not begun" : nil }

  private func proceed() async -> String? {
    guard session == nil else { return nil }
    let refusing = picture.checks.filter(\.refuses)
    guard refusing.isEmpty, picture.checking.isEmpty, !picture.checks.isEmpty else {
      return picture.checking.isEmpty
        ? "\(refusing.count) checks refuse the start; nothing has been changed" : "the checks are still running"
    }
    guard let setup = picture.setup else { return "nothing was found to upgrade" }
    do throws(FindingError) {
      let open = try await parts.openRun(setup, parts.run)
      do throws(JournalError) {
        try await open.keep(before)
      } catch {
        return error.description
      }
      let session = await makeSession(open)
      self.session = session
      draw { picture in
        picture.paths = open.paths
        picture.rail = .plan
      }
      if let refusal = await session.start(run: parts.run, by: parts.identity, setup: setup) { return refusal }
      for (node, inventory) in before { await session.observe(node, inventory: inventory) }
      return nil
    } catch {
      return error.description
    }
  }

  /// Leaving changes nothing: what runs on a host goes on under its holder, and `resume` takes the run up again.
  private func leave() async {
    guard !isConcluding else { return }
    isConcluding = true
    detach(nil)
    await publish()
    let state = picture.state
    await session?.end()
    await endProbes()
    let code: ExitCode =
      !state.hasBegun
      ? .interrupted
      : served(picture.snapshot) == true && state.problem?.isDataGone != true ? .stoppedResumable : .needsPerson
    conclude(
      Conclusion(
        exitCode: code.rawValue,
        lines: !state.hasBegun
          ? ["Nothing was changed."]
          : [
            "You left the run \(state.run). The deployment stays as it is."
          ] + state.temporaryLeftOver.map { "Left over: \($0)." } + ["Go on with: redis-upgrade resume \(state.run)"]))
  }

  private func served(_ snapshot: Snapshot) -> Bool? {
    guard let setup = picture.setup else { return nil }
    return
      switch Rulebook.evaluate(setup.procedure.servingRule, .deployment, in: Scene(snapshot: snapshot, setup: setup))
    {
    case .holds: true
    case .broken: false
    case .unknown, .notApplicable: nil
    }
  }

  // MARK: - The session

  private func makeSession(_ open: OpenRun) async -> RunSession {
    self.open = open
    open.host.keyboards.watch { [weak self] command in
      guard let self else { return }
      _ = self.parts.loop.task { await self.keyboardChanged(command) }
    }
    await fitTerminals()
    let parts = parts
    let shell = picture.setup.map { SiteShell($0.site, links: parts.links, loop: parts.loop) }
    let cluster = picture.setup.flatMap(parts.clusterReader)
    let hold = WriteHold()
    return RunSession(
      loop: parts.loop, fleet: parts.fleet, machine: .byTheBook, sink: open.sink, cluster: cluster,
      perform: { [weak self] effect, setup in
        await Performer(
          loop: parts.loop, fleet: parts.fleet, host: open.host, setup: setup, backupFolder: open.paths.backup,
          shell: shell, cluster: cluster, hold: hold,
          output: { [weak self] job, news in
            _ = parts.loop.task { [weak self] in await self?.heard(job, news) }
          },
          news: { [weak self] event in
            _ = parts.loop.task { [weak self] in await self?.heard(event) }
          }
        ).perform(effect)
      },
      changed: { [weak self] in
        guard let self else { return }
        _ = parts.loop.task { await self.changed() }
      })
  }

  var output = HeardOutput()
  lazy var desk = OutputDesk(loop: parts.loop) { [weak self] view in await self?.drawn(view) }
  nonisolated let keys: TypedKeys
  /// The command that the operator types into.
  var attached: EffectID?
  /// What the running command asks at its terminal.
  var prompting = Prompting()

  /// Something moved: what is news is shown at once, readings five times a second, and once a second where nothing is
  /// under way.
  private func changed() async {
    guard !isLooking, !isConcluding, let session else { return }
    isLooking = true
    let beat = await session.beat
    isLooking = false
    guard beat == shownBeat, let lastPublished else {
      shownBeat = beat
      return await publish()
    }
    guard nextLook == nil else { return }
    // The readings of a second come close together: a quiet page shows them as one.
    let due = max(lastPublished + (beat.isMoving ? .milliseconds(200) : .seconds(1)), now + Self.gathering)
    nextLook = parts.loop.task { [weak self, loop = parts.loop] in
      do throws(CancellationError) {
        try await loop.sleep(until: MonotonicTime(nanoseconds: due.nanoseconds))
      } catch { return }
      await self?.lookAgain()
    }
  }

  private static let gathering = Duration.milliseconds(120)

  private func lookAgain() async {
    nextLook = nil
    if !isConcluding { await publish() }
  }

  private func publish() async {
    nextLook?.cancel()
    nextLook = nil
    if let session { await show(await session.view) }
  }

  private func show(_ view: SessionView) async {
    lastPublished = now
    health.take(view.snapshot, measure: view.measure, bastion: picture.setup?.site.remote?.bastion, now: now)
    let health = self.health.health
    draw { picture in
      picture.state = view.state
      // A temporary server comes and goes.
      picture.setup = view.state.setup ?? picture.setup
      picture.snapshot = view.snapshot
      picture.posture = view.posture
      picture.plan = view.plan
      picture.health = health
      picture.rail = view.state.rail
      if picture.rail.rawValue > RailStep.plan.rawValue { picture.briefing = nil }
    }
    await startProbe(view.state)
    await callProxies(view)
    if let halted = view.halted { halt(halted) }
    if let ended = view.state.ended { await finish(ended) }
  }

  private func startProbe(_ state: State) async {
    guard state.facts.probing, probe == nil, let setup = state.setup, setup.enterprise == nil, state.ended == nil
    else { return }
    let probe = ClientProbe(
      loop: parts.loop, settings: parts.fleet.settings, setup: setup.withTemporary,
      primaries: Set(state.expected.filter { $0.value.role == .primary }.keys), base: state.measures.last, heard: hear)
    self.probe = probe
    await probe.start()
  }

  private nonisolated var hear: @Sendable (ClientMeasure) -> Void {
    { [weak self] measure in
      guard let self else { return }
      _ = self.parts.loop.task { await self.session?.observe(measure) }
    }
  }

  /// Databases of Redis Enterprise Software are looked at from the start on, and written to where that was agreed to.
  private func callProxies(_ view: SessionView) async {
    guard let constants = view.state.setup?.enterprise, view.state.ended == nil, !isConcluding else { return }
    let probe =
      proxyProbe ?? ProxyProbe(parts.proxyReader, constants, base: view.state.measures.last, heard: hear)
    proxyProbe = probe
    if view.state.facts.probing { await probe.write() }
    if let survey = view.snapshot.enterprise { await probe.use(survey.status.proxies) }
  }

  private func endProbes(looksOnceMore: Bool = false) async {
    await probe?.stop()
    guard let measure = await proxyProbe?.stop(looksOnceMore: looksOnceMore) else { return }
    draw { $0.health.clients = measure }
  }

  // MARK: - The end

  /// The journal cannot be written: nothing goes on, and what is true is said.
  private func halt(_ sentence: String) {
    guard !isConcluding else { return }
    isConcluding = true
    let code: ExitCode = served(picture.snapshot) == true ? .stoppedResumable : .needsPerson
    conclude(
      Conclusion(
        exitCode: code.rawValue,
        lines: [
          "The journal cannot be written: \(sentence)",
          "Nothing more was done. Make room, then: redis-upgrade resume \(parts.run)",
        ]))
  }

  private func finish(_ ended: Ending) async {
    guard !isConcluding else { return }
    isConcluding = true
    await endProbes(looksOnceMore: true)
    if ended.kind == .done, let setup = picture.setup {
      let report =
        if let constants = setup.enterprise, let reader = parts.clusterReader(setup) {
          await EnterprisePostChecks(
            reader: reader, setup: setup, constants: constants, left: picture.state.facts.leftDatabases
          ).run()
        } else {
          await PostChecks(
            loop: parts.loop, fleet: parts.fleet, setup: setup, state: picture.state, before: before
          ).run()
        }
      draw { picture in
        picture.finish = report
        picture.rail = .report
      }
    }
    await session?.end()
    if ended.kind == .done { await open?.host.tidyUp() }
    await open?.concluded(picture)
    conclude(Conclusion(exitCode: picture.exitCode(ended).rawValue, lines: picture.closing(ended)))
  }

  private func conclude(_ conclusion: Conclusion) {
    draw { $0.conclusion = conclusion }
    board.end()
  }

  // MARK: - Drawing

  /// A remark for the events pane.
  package func note(_ text: String) {
    draw { append(text, nil, at: WallClock.milliseconds, to: &$0) }
  }

  /// Records that became durable, in words.
  ///
  /// A node's log is there before the problem is shown: reading it is bounded, and nothing else happens meanwhile.
  package func recorded(_ records: [Record], wallMilliseconds: Int64) async {
    for case .problem(let problem) in records {
      guard let open else { continue }
      let log = await ServerLog.news(
        about: problem, number: eventCount, picture.setup, on: open.host, keptIn: open.paths.output, loop: parts.loop)
      if let log { for news in log.news { heard(log.job, news) } }
    }
    await answerPrompts(records)
    draw { picture in
      for record in records {
        if case .started(_, _, let setup) = record { picture.setup = setup }
        picture.times.apply(record, at: wallMilliseconds)
        append(record.sentence(in: picture.setup) ?? "", record, at: wallMilliseconds, to: &picture)
      }
    }
  }

  private func append(
    _ text: String, _ record: Record? = nil, at wallMilliseconds: Int64, to picture: inout RunPicture
  ) {
    eventCount += 1
    picture.add(Event(number: eventCount, wallMilliseconds: wallMilliseconds, text: text, record: record))
  }

  func draw(_ change: (inout RunPicture) -> Void) { board.draw(at: now, change) }
}
