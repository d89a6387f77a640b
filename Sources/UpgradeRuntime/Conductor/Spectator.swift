// Who only looks on: live health of a deployment, and the run that somebody else drives on it, from its journal.

package import SystemIO
package import UpgradeCore

/// What a watch is put together from.
package struct SpectatorParts: Sendable {
  package var loop: EventLoop
  package var fleet: Fleet
  /// Where hosts are reached by ssh.
  package var links: SSHLinks?
  /// Looks through the proxies of a cluster of Redis Enterprise Software.
  package var clients: ProxyReader?
  /// The host that this is.
  package var host: String
  package var target: String
  /// Ends at every end of the run, also at one that can be gone on with: nobody is there who could leave.
  package var endsWithRun: Bool
  /// Finds a run under way on any of these nodes; may block.
  package var runUnderWay: @Sendable (Set<NodeID>) -> RunDirectory?

  package init(
    loop: EventLoop, fleet: Fleet, links: SSHLinks? = nil, clients: ProxyReader? = nil, host: String, target: String,
    endsWithRun: Bool = false,
    runUnderWay: @escaping @Sendable (Set<NodeID>) -> RunDirectory? = { _ in nil }
  ) {
    self.loop = loop
    self.fleet = fleet
    self.links = links
    self.clients = clients
    self.host = host
    self.target = target
    self.endsWithRun = endsWithRun
    self.runUnderWay = runUnderWay
  }
}

/// The driver behind a face that only looks on.
///
/// It keeps the state of the run as whoever drives it does, by applying the same records; readings are its own. It
/// writes nothing, takes no lock, and sends nothing but reads.
package actor Spectator: WizardDriver, PictureSource {
  nonisolated let parts: SpectatorParts
  private nonisolated let board: PictureBoard
  var machine = UpgradeMachine.byTheBook
  var follower: RunFollower?
  private var watching = Watching(.noRun)
  private var times = RunTimes()
  private var kept: KeptReport?
  private var health = HealthTracker()
  private var changes = ServerChanges()
  var reads: [NodeID: ReadState] = [:]
  private var looks = (running: Task<Void, Never>?.none, next: Task<Void, Never>?.none)
  private var lastLook: Instant?
  private var lastSearch: Instant?
  private var lastShown: Instant?
  private var endSeen: Instant?
  private var membersMissed = 0
  /// Of Redis Enterprise Software, watched without a run.
  var finder: EnterpriseFinder?
  var probe: ProxyProbe?
  var measure: ClientMeasure?
  private var eventCount = 0
  private var hasBegun = false
  private var isOver = false

  struct ReadState {
    var isUnderWay = false
    var count = 0
    var lastAsked: Instant?
    /// The record number at the last request.
    var record: RecordNumber = 0
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe parts.loop.asUnownedSerialExecutor() }

  package init(parts: SpectatorParts) {
    self.parts = parts
    let now = Instant(nanoseconds: parts.loop.now.nanoseconds)
    var picture = RunPicture(
      kind: .watching, target: parts.target, run: "", from: "", to: "", rail: .nodes, now: now, startedAt: now,
      wallMilliseconds: WallClock.milliseconds, snapshot: Snapshot(nodes: [:], shards: [], addresses: [:]))
    picture.watching = watching
    board = PictureBoard(picture)
  }

  package nonisolated var picture: RunPicture { board.newest }
  package nonisolated var pictures: AsyncStream<RunPicture> { board.stream }

  var now: Instant { Instant(nanoseconds: parts.loop.now.nanoseconds) }

  // MARK: - Beginning

  /// Watches the deployment at these addresses, and the run under way on it where there is one.
  package func begin(_ seeds: [Address], of group: WatchedTarget? = nil) async throws(FindingError) {
    let finding = try await DeploymentFinder(fleet: parts.fleet).findWatched(seeds, of: group)
    take(Setup(watching: finding, target: parts.target))
    await searchRun()
    await start()
  }

  /// Watches a run; its journal says where the servers are. Throws where it has no beginning.
  package func begin(_ directory: RunDirectory) async throws(FindingError) {
    await follow(directory)
    guard machine.state.setup != nil else {
      throw FindingError(
        watching.obstacle ?? "The run \(directory.id) has no beginning in its journal: there is nothing to watch.")
    }
    await start()
  }

  /// What is shown first was read from every node that answers at once.
  func start() async {
    let began = now
    readDue()
    while now - began < .seconds(2), reads.values.contains(where: \.isUnderWay) {
      do throws(CancellationError) { try await parts.loop.sleep(for: .milliseconds(20)) } catch { return }
    }
    hasBegun = true
    show()
    _ = parts.loop.task { [weak self] in await self?.run() }
  }

  /// A machine whose run is none: it keeps readings and judges rules as it would for one.
  func take(_ setup: Setup) {
    machine = .byTheBook
    machine.apply(
      .started(run: "", by: WizardIdentity(host: parts.host, user: "", processID: 0, version: ""), setup: setup),
      at: now)
    reads = [:]
    draw { $0.show(setup) }
  }

  // MARK: - What somebody in front of a face wants

  package func send(_ command: WizardCommand) async -> String? {
    switch command {
    case .leave:
      leave()
      return nil
    case .showOutput, .detach: return nil
    case .recheck, .proceed, .order, .answer, .choose, .pause, .attach:
      return "read-only: this terminal only watches"
    }
  }

  private func leave() {
    guard !isOver else { return }
    let run = picture.run
    conclude(
      Conclusion(
        exitCode: ExitCode.done.rawValue,
        lines: [run.isEmpty ? "Nothing was changed." : "You left the watch of the run \(run); it was not touched."]))
  }

  // MARK: - The rhythm

  private static let tick = Duration.milliseconds(100)
  private static let lookEvery = Duration.milliseconds(200)
  private static let searchEvery = Duration.seconds(2)
  /// How long the report of a wizard that is still there is waited for, once its run has ended.
  private static let reportPatience = Duration.seconds(60)

  private func run() async {
    while !isOver {
      if follower != nil {
        if isDue(lastLook, Self.lookEvery) { await look() }
      } else if isDue(lastSearch, Self.searchEvery) {
        await searchRun()
      }
      readDue()
      if isDue(lastShown, .milliseconds(500)) { await noticeMembers() }
      if isDue(lastShown, .milliseconds(500)) { show() }
      do throws(CancellationError) { try await parts.loop.sleep(for: Self.tick) } catch { return }
    }
  }

  func isDue(_ last: Instant?, _ span: Duration) -> Bool { last.map { now - $0 >= span } ?? true }

  /// Every node once a second, never two questions at once; after an effect on it at once.
  private func readDue() {
    guard let setup = machine.state.setup else { return }
    guard setup.enterprise == nil else { return readCluster(setup) }
    let isLarge = setup.nodes.count > 60
    for (index, node) in setup.nodes.enumerated() {
      var state = reads[node.id] ?? ReadState()
      let isStale = state.record < machine.state.touched[node.id, default: 0]
      let phase = Duration.milliseconds(setup.nodes.count > 1 ? (index * 37) % 100 : 0)
      guard !state.isUnderWay, isDue(state.lastAsked, isStale ? Self.tick : .milliseconds(850) + phase) else {
        continue
      }
      // How a node sees all others is as long as there are nodes.
      let depth: ReadingDepth = isLarge && state.count % 10 != 0 ? .pulse : .views
      state = ReadState(isUnderWay: true, count: state.count + 1, lastAsked: now, record: machine.state.sequence)
      reads[node.id] = state
      let asOf = state.record
      _ = parts.loop.task { [weak self, parts] in
        let readout = await NodeReader(fleet: parts.fleet, of: setup).read(
          node.address, depth, expecting: node.id)
        await self?.arrived(node.id, readout, asOf)
      }
    }
  }

  /// An intent is on disk before its effect: whoever looks there after a reading knows all that the reading may show.
  private func arrived(_ node: NodeID, _ readout: NodeReadout, _ asOf: RecordNumber) async {
    reads[node]?.isUnderWay = false
    if follower != nil { await look() }
    machine.observe(node, readout, asOf: asOf, now: now)
  }

  /// Members come and go; what is looked at follows, once it has been seen twice in a row.
  private func noticeMembers() async {
    guard follower == nil, let setup = machine.state.setup else { return }
    let snapshot = machine.snapshot(now: now)
    // Outside of clusters the rule about the tree says who is new.
    guard setup.kind == .cluster else { return }
    let views = snapshot.nodes.values.compactMap { $0.view?.cluster }
    let known = Set(setup.nodes.map(\.id))
    let isOther = views.contains { view in
      Set(view.members.filter { !$0.flags.contains(.handshake) }.map(\.id)) != known
    }
    membersMissed = isOther ? membersMissed + 1 : 0
    guard membersMissed >= 10 else { return }
    membersMissed = 0
    let seeds = setup.nodes.compactMap { snapshot[$0.id].view == nil ? nil : $0.address }
    guard let finding = try? await DeploymentFinder(fleet: parts.fleet).findWatched(seeds) else { return }
    take(Setup(watching: finding, target: parts.target))
    remark("the cluster has \(finding.nodes.count + finding.unreachable.count) members now, was \(known.count)")
  }

  // MARK: - The journal

  func searchRun() async {
    lastSearch = now
    guard let setup = machine.state.setup else { return }
    let nodes = Set(setup.lockedNames)
    let found = try? await parts.loop.blocking { [parts] () throws(SystemError) in parts.runUnderWay(nodes) }
    guard let directory = found.flatMap(\.self), follower == nil, !isOver else { return }
    await follow(directory)
  }

  private func follow(_ directory: RunDirectory) async {
    let idle = machine
    await endProbe()
    machine = .byTheBook
    reads = [:]
    follower = RunFollower(directory, host: parts.host)
    watching = Watching(.unknown("nothing was read yet"))
    await look()
    guard machine.state.setup == nil else { return }
    // Killed before its first record, or gone again: what was looked at before is looked at still.
    let obstacle = watching.obstacle
    machine = idle
    follower = nil
    watching = Watching(.noRun, obstacle: idle.state.setup == nil ? obstacle : nil)
  }

  /// Looks into the run's folder; who asks while a look is under way gets one that begins after that.
  func look() async {
    if let next = looks.next { return await next.value }
    let running = looks.running
    let task = parts.loop.task { [weak self] in
      await running?.value
      await self?.lookNow()
    }
    if running != nil { looks.next = task } else { looks.running = task }
    await task.value
  }

  private func lookNow() async {
    if let next = looks.next { looks = (next, nil) }
    if let follower, !isOver {
      let outcome = try? await parts.loop.blocking { () throws(SystemError) in
        var follower = follower
        return (follower.look(), follower)
      }
      lastLook = now
      if let (look, follower) = outcome, self.follower != nil {
        self.follower = follower
        take(look, in: follower.directory)
      }
    }
    if looks.next == nil { looks.running = nil }
  }

  private func take(_ look: RunLook, in directory: RunDirectory) {
    let isFirst = watching.recordedAt == nil
    for entry in look.entries { take(entry) }
    if let obstacle = look.obstacle, obstacle != watching.obstacle { remark(obstacle) }
    watching.obstacle = look.obstacle
    if look.driver != watching.driver {
      let word = driverWord(look.driver, isFirst: isFirst)
      watching.driver = look.driver
      if let word { remark(word) }
    }
    kept = look.kept
    if !look.entries.isEmpty || isFirst {
      draw { [times] picture in
        picture.paths = directory.paths
        picture.times = times
      }
      show()
    }
    concludeWhenOver()
  }

  private func take(_ entry: JournalEntry) {
    let at = instant(of: entry.at)
    machine.apply(entry.record, at: at)
    times.apply(entry.record, at: entry.at.milliseconds)
    watching.recordedAt = at
    switch entry.record {
    case .started(_, _, let setup):
      draw { picture in
        picture.show(setup)
        picture.target = setup.target
        picture.to = setup.to.description
        picture.startedAt = at
      }
    case .measured: watching.measuredAt = at
    case .resumed: endSeen = nil
    default: break
    }
    let setup = machine.state.setup
    let text =
      if case .asked(let question) = entry.record {
        "the operator is asked: \(question.title) (\(question.name))"
      } else {
        entry.record.sentence(in: setup) ?? ""
      }
    append(text, entry.record, at: entry.at.milliseconds)
  }

  /// When a record was written, on our own clock; never in the future, where the clock of the day was set back.
  private func instant(of time: WallTime) -> Instant {
    let ago = max(0, WallClock.milliseconds - time.milliseconds)
    return now + .milliseconds(-ago)
  }

  private func driverWord(_ driver: Watching.Driver, isFirst: Bool) -> String? {
    switch driver {
    case .noRun: nil
    case .drives(let name): isFirst ? nil : "driven by \(name)"
    case .gone(let name, let crash):
      machine.state.ended == nil
        ? "nobody drives the run now: \(name) \(crash ?? "has left it, or was ended")" : nil
    case .unknown(let why): "whether the run is driven cannot be told: \(why)"
    }
  }

  // MARK: - The picture

  private func show() {
    guard hasBegun else { return }
    lastShown = now
    machine.observe(wallClock: WallClock.milliseconds)
    machine.notice(now: now)
    let snapshot = machine.snapshot(now: now)
    let isRun = follower != nil
    let state = isRun ? machine.state : State()
    let measure = isRun ? (kept?.clients ?? state.measures.last) : measure
    health.take(snapshot, measure: measure, bastion: machine.state.setup?.site.remote?.bastion, now: now)
    if !isRun, let setup = machine.state.setup {
      for sentence in changes.take(snapshot, setup) { remark(sentence) }
    }
    let posture =
      isRun ? machine.observations.posture : machine.state.setup.map { Posture(watching: snapshot, $0) } ?? Posture()
    let plan = isRun ? machine.plan(now: now) : nil
    draw { [health, watching, kept] picture in
      picture.watching = watching
      picture.run = state.run
      picture.setup = machine.state.setup
      picture.state = state
      picture.snapshot = snapshot
      picture.posture = posture
      picture.plan = plan
      picture.health = health.health
      picture.rail = isRun ? state.rail : .nodes
      if let kept, state.ended != nil {
        picture.finish = kept.finish
        if state.ended?.kind == .done { picture.rail = .report }
      } else {
        picture.finish = nil
      }
    }
  }

  func remark(_ text: String) { append(text, nil, at: WallClock.milliseconds) }

  private func append(_ text: String, _ record: Record?, at wallMilliseconds: Int64) {
    eventCount += 1
    let event = Event(number: eventCount, wallMilliseconds: wallMilliseconds, text: text, record: record)
    draw { $0.add(event) }
  }

  private func draw(_ change: (inout RunPicture) -> Void) { board.draw(at: now, change) }

  // MARK: - The end

  private func concludeWhenOver() {
    guard !isOver, let ended = machine.state.ended else { return }
    let isFinal = ended.kind != .stopped || machine.state.attempts.isEmpty
    guard isFinal || parts.endsWithRun else { return }
    let since = endSeen ?? now
    endSeen = since
    // After its last record the wizard reads everything back, and keeps what it saw.
    if kept == nil, case .drives = watching.driver, now - since < Self.reportPatience { return }
    show()
    conclude(Conclusion(exitCode: picture.exitCode(ended).rawValue, lines: picture.closing(ended)))
  }

  private func conclude(_ conclusion: Conclusion) {
    isOver = true
    if let probe { _ = parts.loop.task { await probe.stop() } }
    draw { $0.conclusion = conclusion }
    board.end()
  }
}
