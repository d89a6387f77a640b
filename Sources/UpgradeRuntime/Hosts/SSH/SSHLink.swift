// One connection to one host, kept as long as it is needed: all commands to that host go through it.

import SystemIO
import UpgradeCore

/// Drives the `ssh` program, with the operator's own configuration, as the master of one multiplexed connection.
///
/// The master is a child whose one session on the host ends with its input: where the wizard is killed, the connection
/// goes once nobody uses it any more, and nothing is left behind. Nothing here weakens how hosts are known: unknown and
/// changed host keys are for the ssh program to refuse.
actor SSHLink {
  nonisolated let host: String
  nonisolated let loop: EventLoop
  nonisolated let login: SSHLogin
  /// The socket of the master, short enough for the system.
  nonisolated let control: String
  private var master: ChildProcess?
  private var opening: Task<Result<HostTools, SSHFailure>, Never>?
  private var tools: HostTools?
  /// Why the last attempt failed, and when. Many ask for one host, and who knocks too often is locked out by many a host.
  private var failed: (failure: SSHFailure, at: MonotonicTime)?
  private var waiting: [Int: CheckedContinuation<Result<HostTools, SSHFailure>, Never>] = [:]
  private var waitingCount = 0
  /// An sshd opens ten sessions a connection unless told otherwise (sshd_config(5), MaxSessions); one is the master's.
  private static let mostSessions = 6
  private var sessions = 0
  private var queue: [CheckedContinuation<Void, Never>] = []
  /// How often it was connected.
  private(set) var generation = 0
  /// What the present connection could not lead to.
  nonisolated let refusals = ChannelRefusals()

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  init(to host: String, _ login: SSHLogin, control: String, on loop: EventLoop) {
    self.host = host
    self.login = login
    self.control = control
    self.loop = loop
  }

  /// Connects, unless the connection is there; several may ask at once.
  func open() async throws(SSHFailure) -> HostTools {
    if let tools, let master, master.exitStatus == nil { return tools }
    if let opening { return try await opening.value.get() }
    let attempt = Task(executorPreference: loop) { await self.connect() }
    opening = attempt
    let result = await attempt.value
    opening = nil
    failed = if case .failure(let failure) = result { (failure, loop.now) } else { nil }
    return try result.get()
  }

  /// The same, but what has failed a moment ago fails again without a person being asked a second time.
  func openUnlessFailed() async throws(SSHFailure) -> HostTools {
    if opening == nil, let failed, loop.now - failed.at < .seconds(60) { throw failed.failure }
    return try await open()
  }

  /// What the host has, where it is connected at this moment.
  var connected: HostTools? { master?.exitStatus == nil && master != nil ? tools : nil }

  /// Somebody has done something about it.
  func forgetFailure() { failed = nil }

  /// The same, waited for until a moment only; the attempt goes on for whoever asks next.
  func open(until deadline: MonotonicTime) async throws(SSHFailure) -> HostTools {
    if let tools, let master, master.exitStatus == nil { return tools }
    if opening == nil, let failed, loop.now - failed.at < (failed.failure.isFinal ? .seconds(10) : .seconds(1)) {
      throw failed.failure
    }
    let number = waitingCount
    waitingCount += 1
    let result = await withCheckedContinuation { continuation in
      waiting[number] = continuation
      loop.task {
        let result: Result<HostTools, SSHFailure>
        do throws(SSHFailure) { result = .success(try await self.open()) } catch { result = .failure(error) }
        await self.answer(number, result)
      }
      loop.task { [loop, host] in
        do throws(CancellationError) { try await loop.sleep(for: deadline - loop.now) } catch {}
        await self.answer(
          number, .failure(SSHFailure(.unreachable, host, "\(host) is not connected by ssh yet")))
      }
    }
    return try result.get()
  }

  private func answer(_ number: Int, _ result: Result<HostTools, SSHFailure>) {
    waiting.removeValue(forKey: number)?.resume(returning: result)
  }

  /// Whether the connection is there, and still is a moment later.
  func holds(for moment: Duration) async -> Bool {
    guard let master, tools != nil else { return false }
    return await master.exit(within: moment) == nil
  }

  /// Runs a script on the host, over the connection that is there or none.
  nonisolated func talk(
    _ script: SupervisorScript, within bound: Duration, output: @escaping @Sendable ([UInt8]) -> Void = { _ in }
  ) async throws(SSHFailure) -> SSHTalk {
    await enter()
    let child: ChildProcess
    do throws(SSHFailure) {
      child = try spawn(login.session(to: host, control: control))
    } catch {
      await leave()
      throw error
    }
    let talk = await SSHTalk.hold(with: child, script, within: bound, output: output)
    await leave()
    return talk
  }

  /// Waits for one of the sessions that may be open at once; whoever takes it gives it back.
  func enter() async {
    guard sessions == SSHLink.mostSessions else {
      sessions += 1
      return
    }
    await withCheckedContinuation { queue.append($0) }
  }

  func leave() {
    if queue.isEmpty { sessions -= 1 } else { queue.removeFirst().resume() }
  }

  /// Ends the connection.
  func close() async {
    guard let master else { return }
    self.master = nil
    tools = nil
    master.closeInput()
    // Streams to servers that are still open keep it; nothing that was begun on the host does.
    if await master.exit(within: .milliseconds(100)) == nil { _ = try? master.send(.terminate) }
    if await master.exit(within: .seconds(1)) == nil { _ = try? master.send(.kill) }
    _ = await master.exit(within: .seconds(1))
  }

  nonisolated func spawn(
    _ arguments: [String], _ streams: ChildStreams = .pipes
  ) throws(SSHFailure) -> ChildProcess {
    do throws(SystemError) {
      return try ChildProcess.spawn(
        ChildCommand("ssh", arguments, environment: .changed(login.environment)), streams: streams, newSession: true,
        on: loop)
    } catch {
      throw SSHFailure(
        .other, host, "the ssh program could not be started: \(error). Install it (openssh-client) and try again.")
    }
  }

  // MARK: - Connecting

  private func connect() async -> Result<HostTools, SSHFailure> {
    if let master { _ = try? master.send(.kill) }
    master = nil
    tools = nil
    _ = try? Files.remove(control)
    do throws(SSHFailure) {
      let mayAsk = await mayAskForTrust()
      let child = try spawn(login.master(to: host, control: control, mayAskForTrust: mayAsk))
      let script = SupervisorScript.survey()
      try? await child.write(Array(script.text.utf8))
      let tools = try await survey(child, script.mark)
      guard tools.hasIdentity else {
        _ = try? child.send(.kill)
        throw SSHFailure(
          .noShell, host,
          "\(host) has no /proc, and without it a command that was cut off cannot be told from one that still runs. "
            + "Only Linux hosts are reached by ssh; use the profile `manual` there.")
      }
      master = child
      self.tools = tools
      generation += 1
      // Its streams are read on, so that it never waits for us; they end with it.
      loop.task { while let bytes = try? await child.read(upTo: 4096), !bytes.isEmpty {} }
      loop.task { [refusals] in
        var lines = LineSplitter()
        while let bytes = try? await child.readError(upTo: 4096), !bytes.isEmpty {
          for line in lines.take(bytes) { refusals.hear(line) }
        }
      }
      return .success(tools)
    } catch {
      return .failure(error)
    }
  }

  /// Somebody may have forbidden in the configuration of ssh that unknown host keys are asked about: that stands.
  private func mayAskForTrust() async -> Bool {
    guard login.askpass != nil else { return false }
    let outcome = try? await ChildProcess.run(
      ChildCommand("ssh", login.settings(for: host), environment: .changed(login.environment)), on: loop,
      within: .seconds(10))
    guard let outcome, outcome.status.isSuccess else { return false }
    let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
    // `ssh -G` says `true` for yes.
    return !lines.contains { ["stricthostkeychecking true", "stricthostkeychecking yes"].contains($0.lowercased()) }
  }

  /// Hears the new connection until the host is ready, or ssh has given up.
  private func survey(_ child: ChildProcess, _ mark: String) async throws(SSHFailure) -> HostTools {
    let deadline = loop.now + login.patience
    var lines = LineSplitter()
    var talk = SSHTalk()
    while !talk.says("ready") {
      guard let bytes = try? await child.readError(upTo: 16 << 10, within: deadline - loop.now), !bytes.isEmpty else {
        break
      }
      for line in lines.take(bytes) { talk.hear(line, mark) }
    }
    guard talk.says("ready") else {
      for line in lines.rest { talk.hear(line, mark) }
      let isOver = await child.exit(within: loop.now < deadline ? .seconds(2) : .zero)
      if isOver == nil {
        _ = try? child.send(.kill)
        _ = await child.exit(within: .seconds(2))
        throw SSHFailure(
          .unreachable, host,
          "\(host) cannot be reached by ssh: it was not connected within \(Int(login.patience.seconds)) s")
      }
      // 255 is ssh's own; anything else was the shell's there.
      guard isOver == .exited(255) else {
        let last = talk.complaints.last(where: { !$0.isEmpty }).map { ": \($0)" } ?? ""
        throw SSHFailure(
          .noShell, host,
          "\(host) let us in, but does not run /bin/sh for us (\(isOver?.description ?? "")\(last)). "
            + "Give this user a usual shell there, without a forced command.")
      }
      throw SSHFailure(host, complaints: talk.complaints)
    }
    return HostTools(
      hasIdentity: talk.says("identity"), hasSession: talk.says("session"), hasTerminal: talk.says("terminal"),
      isFleeting: talk.says("fleeting"))
  }
}
