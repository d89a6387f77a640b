// Performs effects: the one place where something is done to a server or a host.

package import SystemIO
package import UpgradeCore

/// Does what the machine decided, once the intent is durable, and says what came of it.
package struct Performer: Sendable {
  let loop: EventLoop
  let fleet: Fleet
  let reader: NodeReader
  let host: any HostRunner
  let timekeeper: LoopTimekeeper
  let setup: Setup
  /// Where backups of this run go.
  let backupFolder: String
  /// Looks around on hosts; nil where nobody needs to.
  let shell: SiteShell?
  /// Reads a cluster of Redis Enterprise Software; nil where the nodes are servers.
  let cluster: EnterpriseReader?
  /// Whose writers wait for `switch`.
  let hold: WriteHold
  /// Hears how the running host command goes on.
  let output: @Sendable (HostJob, HostNews) -> Void
  /// Hears what a Sentinel tells of its failover.
  let news: @Sendable (SentinelEvent) -> Void

  package init(
    loop: EventLoop, fleet: Fleet, host: any HostRunner, setup: Setup, backupFolder: String, shell: SiteShell? = nil,
    cluster: EnterpriseReader? = nil, hold: WriteHold = WriteHold(),
    output: @escaping @Sendable (HostJob, HostNews) -> Void,
    news: @escaping @Sendable (SentinelEvent) -> Void = { _ in }
  ) {
    self.loop = loop
    self.fleet = fleet
    reader = NodeReader(fleet: fleet, of: setup)
    self.host = host
    timekeeper = LoopTimekeeper(loop)
    self.setup = setup
    self.backupFolder = backupFolder
    self.shell = shell
    self.cluster = cluster
    self.hold = hold
    self.output = output
    self.news = news
  }

  package func perform(_ effect: Effect) async -> Outcome {
    if effect.action.isDisruptive, !effect.isReattachment, let other = await host.commandAtWork() {
      return Outcome(
        .refused,
        "nothing was begun: an earlier command of this run is still at work, and may act at any moment (\(other))")
    }
    let outcome: Outcome
    switch effect.action {
    case .configure(let node, let settings), .restore(let node, let settings):
      outcome = await configure(node, settings)
    case .backUp(let nodes): outcome = await backUp(nodes)
    case .host(let node, .switchOver):
      outcome = await letWritersGo(after: await runOnHost(effect, [node], .switchOver), to: node)
    case .host(let node, let stage): outcome = await runOnHost(effect, [node], stage)
    case .hostWide(let stage, let nodes): outcome = await runOnHost(effect, nodes, stage)
    case .shutDown(let node, let save): outcome = await shutDown(node, save: save, effect.identities[node])
    case .setAside(let node): outcome = await setAside(node)
    case .handOver(_, let from, let to) where setup.kind == .sentinel:
      outcome = await SentinelHandOver(performer: self, from: from, to: to, identities: effect.identities).run()
    case .handOver(_, let from, let to) where setup.kind.isPlain:
      outcome = await ReplicaHandOver(performer: self, from: from, to: to, identities: effect.identities).run()
    case .handOver(_, let from, let to):
      outcome = await HandOver(performer: self, from: from, to: to, identities: effect.identities).run()
    case .follow(let node, let primary): outcome = await follow(node, primary)
    case .saveRole(let node): outcome = await saveRole(node)
    case .drain(let node):
      outcome = await Drain(address(node), fleet: fleet, timekeeper: timekeeper, isPlain: setup.kind.isPlain).run()
    case .errand(let node, let errand): outcome = await run(errand, on: node, effect)
    case .watch, .confirm: outcome = Outcome(.done)
    }
    return outcome
  }

  func address(_ node: NodeID) -> Address { setup.node(node)?.address ?? Address(host: "", port: 0) }

  /// Rules 2 and 6: right before something destructive, process and role are the ones that were meant.
  func identityMismatch(_ node: NodeID, _ pulse: Pulse, _ expected: Identity?) -> String? {
    guard let expected else { return nil }
    let server = pulse.server
    if server.runID != expected.runID || server.processID != expected.processID {
      return "another process answers at \(address(node)) now: pid \(server.processID), not \(expected.processID)"
    }
    if let role = expected.role, pulse.role != role {
      return "\(address(node)) became \(pulse.role.rawValue) a moment ago"
    }
    return nil
  }

  // MARK: - Settings

  private func configure(_ node: NodeID, _ settings: [Setting]) async -> Outcome {
    let client = await fleet.commander(address(node))
    for setting in settings {
      do throws(ClientError) {
        _ = try await client.send(["CONFIG", "SET", setting.directive, setting.value])
      } catch {
        let text = "CONFIG SET \(setting.directive): \(error.sentence)"
        return Outcome(error.isOutcomeUnknown ? .unknown : .failed, text)
      }
    }
    return Outcome(.done)
  }

  // MARK: - Stopping

  private func shutDown(_ node: NodeID, save: Bool, _ identity: Identity?) async -> Outcome {
    let readout = await reader.read(address(node), .views, expecting: node)
    guard let pulse = readout.pulse else {
      return Outcome(.refused, "it could not be read right before: \(readout.failure?.sentence ?? "no answer")")
    }
    if let mismatch = identityMismatch(node, pulse, identity) { return Outcome(.refused, mismatch) }
    let evidence = [
      "run_id": pulse.server.runID, "pid": String(pulse.server.processID), "keys": String(pulse.keys),
      "expiring": String(pulse.expiringKeys),
    ]
    if let refused = await keepState(node) { return refused }
    let client = await fleet.commander(address(node))
    do throws(ClientError) {
      // Success is a connection that closes without a reply.
      let words = save ? ["SHUTDOWN", "SAVE"] : ["SHUTDOWN"]
      _ = try await client.send(Command(words: words), within: .seconds(80))
      return Outcome(.failed, "SHUTDOWN answered, and the server is still up", evidence: evidence)
    } catch {
      if case .server(let server) = error {
        return Outcome(.refused, "SHUTDOWN: \(server.message)", evidence: evidence)
      }
      guard await isGone(node, pulse.server.processID) else {
        return Outcome(.unknown, "after SHUTDOWN: \(error.sentence)", evidence: evidence)
      }
      return Outcome(.done, "", evidence: evidence)
    }
  }

  /// What a Sentinel knows of the others is in its file before it is stopped; of a server there is nothing to be kept.
  private func keepState(_ node: NodeID) async -> Outcome? {
    guard setup.node(node)?.role == .sentinel else { return nil }
    let client = await fleet.commander(address(node))
    do throws(ClientError) {
      _ = try await client.send(["SENTINEL", "FLUSHCONFIG"])
      return nil
    } catch {
      return Outcome(.refused, "SENTINEL FLUSHCONFIG: \(error.sentence)")
    }
  }

  /// The port refuses, and where the process can be seen it has ended.
  private func isGone(_ node: NodeID, _ pid: Int) async -> Bool {
    let deadline = timekeeper.now + Duration.seconds(20).boundedNanoseconds
    while timekeeper.now < deadline {
      let readout = await reader.read(address(node), .pulse, expecting: nil)
      let refused = readout.failure?.kind == .refused
      let another = readout.pulse.map { $0.server.processID != pid } ?? false
      if another { return true }
      if refused, await !host.isAlive(pid, on: node) { return true }
      do throws(CancellationError) { try await timekeeper.sleep(for: .milliseconds(5)) } catch { return false }
    }
    return false
  }

  // MARK: - On the host

  /// Runs a stage's command for a node, or once for all nodes of a host.
  private func runOnHost(_ effect: Effect, _ nodes: [NodeID], _ stage: Site.Stage) async -> Outcome {
    if setup.enterprise != nil, stage == .install, let node = nodes.first { return await runInstaller(effect, node) }
    guard let node = nodes.first, var text = commandText(stage, node) else {
      return Outcome(.failed, "the profile has no command for \(stage.rawValue)")
    }
    if case .hostWide = effect.action, !effect.isReattachment, let running = await whoRuns(nodes) {
      return Outcome(.refused, "nothing was begun: \(running)")
    }
    if stage == .stop, !effect.isReattachment {
      let readout = await reader.read(address(node), .pulse, expecting: nil)
      guard let pulse = readout.pulse else {
        return Outcome(.refused, "it could not be read right before: \(readout.failure?.sentence ?? "no answer")")
      }
      if let mismatch = identityMismatch(node, pulse, effect.identities[node]) { return Outcome(.refused, mismatch) }
      if let refused = await keepState(node) { return refused }
      text = text.replacing("{pid}", with: String(pulse.server.processID))
    }
    if stage == .temporaryStop, !effect.isReattachment {
      switch await processOfTemporary(node, effect.identities[node]) {
      case .success(let pid): text = text.replacing("{pid}", with: String(pid))
      case .failure(let refusal): return Outcome(.refused, refusal.text)
      }
    }
    let job = HostJob(id: effect.id, node: node, text: text, bound: effect.action.bound(in: setup))
    let starts = stage == .start || setup.site.startsItself.contains(stage)
    // Of several nodes each has a log of its own, and is looked at where it does not come back.
    let hasLog = starts && !effect.isReattachment && nodes.count == 1
    let log = hasLog ? await ServerLog.before(setup.node(node), on: host) : nil
    let result = await hold(job, effect)
    var outcome = Self.judge(result)
    if outcome.kind == .done { outcome = await confirmed(outcome, nodes, stage) }
    if stage == .temporaryStop, let kept = result.tail.last(where: { $0.hasPrefix("kept ") }) {
      outcome.evidence[Facts.keptWord] = String(kept.dropFirst(5))
    }
    return starts ? await explained(outcome, result, log, job) : outcome
  }

  /// Right before the software of a host is changed: who of its nodes is not down; nil where all are.
  private func whoRuns(_ nodes: [NodeID]) async -> String? {
    for node in nodes {
      let readout = await reader.read(address(node), .pulse, expecting: nil)
      if let pulse = readout.pulse { return "\(address(node)) runs there, a \(pulse.role.rawValue)" }
      guard readout.failure?.kind == .refused else {
        return "\(address(node)) is not known to be down: \(readout.failure?.sentence ?? "no answer")"
      }
    }
    return nil
  }

  /// Runs a command under its holder, or finds what became of one that an earlier wizard began; its output is heard.
  func hold(_ job: HostJob, _ effect: Effect) async -> HostResult {
    let hear: @Sendable ([UInt8]) -> Void = { [output] bytes in output(job, .printed(bytes)) }
    output(job, .began)
    let result = effect.isReattachment ? await host.reattach(job, output: hear) : await host.run(job, output: hear)
    output(job, .ended(result))
    return result
  }

  /// What a command's end says by itself.
  static func judge(_ result: HostResult) -> Outcome {
    var evidence = ["output": result.outputPath, "bytes": String(result.outputLength)]
    let last = result.tail.last { !$0.isEmpty }.map { ": \($0)" } ?? ""
    switch result.kind {
    case .exited(let code):
      evidence["exit"] = String(code)
      return code == 0
        ? Outcome(.done, "", evidence: evidence)
        : Outcome(.failed, "its command ended with exit \(code)\(last)", evidence: evidence)
    case .signalled(let signal):
      return Outcome(.failed, "its command was killed by signal \(signal)\(last)", evidence: evidence)
    case .neverStarted: return Outcome(.lapsed, "its command had not been started", evidence: evidence)
    case .refused(let why): return Outcome(.refused, "its command was not started: \(why)", evidence: evidence)
    case .overdue:
      let waiting = last.isEmpty ? "" : "; the last that it said\(last)"
      return Outcome(
        .failed, "its command is still running after its bound; it was left alone\(waiting)", evidence: evidence)
    case .unknown(let why): return Outcome(.unknown, why, evidence: evidence)
    }
  }

  /// A command that ended well and brings a server up: somebody has to listen there.
  private func confirmed(_ outcome: Outcome, _ nodes: [NodeID], _ stage: Site.Stage) async -> Outcome {
    if setup.site.startsItself.contains(stage) {
      // It is a step of its own where the package did not bring it up after all.
      let deadline = timekeeper.now + Duration.seconds(10).boundedNanoseconds
      for node in nodes { _ = await listens(node, until: deadline) }
      return outcome
    }
    guard stage == .start || stage == .temporaryStart, let node = nodes.first else { return outcome }
    // A server that is started forks and listens at once, or never; the profile may give it less than that.
    let bound = min(.seconds(30), setup.site.bounds[.start] ?? .seconds(30))
    let patience = setup.site.reach == .manual ? Duration.seconds(3600) : bound
    if await listens(node, until: timekeeper.now + patience.boundedNanoseconds) { return outcome }
    return Outcome(
      .failed, "the start command ended well, but nobody listens on \(address(node))", evidence: outcome.evidence)
  }

  /// What blocks, such as file work, runs on the loop's own workers.
  func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws(SystemError) -> Value
  ) async throws(SystemError) -> Value {
    try await loop.blocking(body)
  }

  /// Somebody listens there and stays: loading counts, being silent counts. A server listens before it has read all of
  /// its files, and may be gone a millisecond later, with the connection that it had accepted.
  private func listens(_ node: NodeID, until deadline: Int64) async -> Bool {
    while timekeeper.now < deadline {
      let readout = await reader.read(address(node), .pulse, expecting: nil)
      if readout.pulse != nil || readout.failure.map({ $0.kind != .refused && $0.kind != .hungUp }) == true {
        return true
      }
      do throws(CancellationError) { try await timekeeper.sleep(for: .milliseconds(10)) } catch { return false }
    }
    return false
  }
}
