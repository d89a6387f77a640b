/// A client for one server over one connection: commands in, replies out, in order.
///
/// It connects when a command needs it, introduces itself (`Introduction`), and after a loss connects again for the
/// *next* command only. A command is never sent twice: what was sent and not answered ends as an error that says so.
/// A bound that passes, and a task that is cancelled, cost the connection, because a late reply could no longer be
/// told from the next one.
///
/// Several tasks may use it at once; their commands are written in the order of the calls and share writes. An open
/// connection keeps its client alive, so whoever makes a client closes it.
package actor Client {
  /// The server's name in errors and logs, usually `host:port`.
  package nonisolated let label: String
  private nonisolated let executor: any SerialExecutor
  /// The same object where it also takes tasks: then replies resume on it without a detour over the global pool.
  private nonisolated let preference: (any TaskExecutor)?
  private nonisolated let timekeeper: any Timekeeper
  private nonisolated let openTransport: @Sendable () async throws(TransportError) -> any Transport
  private nonisolated let options: ClientOptions

  private var machine = ConnectionMachine()
  private var reader: ReplyReader
  private var transport: (any Transport)?
  /// Counts connections, so that what an old one still reports is told from the present one.
  private var generation = 0
  private var attempt: ConnectAttempt?
  private var backoff: ReconnectBackoff
  private var lastFailure: ClientError?

  /// Batches that wait for the connection, then for the writer, then for replies.
  private var waiting: [Batch] = []
  private var outbox: [Batch] = []
  private var sent = Queue<Batch>()
  private var isWriting = false
  private var batchCount = 0

  private var watchdog: Task<Void, Never>?
  private var watchdogTime = Int64.max

  /// What the server told about itself when this connection was made; nil while there is none.
  package private(set) var serverHello: ServerHello?

  /// Receives what the server sends by itself (RESP3 push messages), on this client's executor; keep it quick.
  package var pushes: (@Sendable (Reply) -> Void)?

  // Unowned is safe here: the actor itself keeps the executor alive.
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

  /// - Parameters:
  ///   - connect: opens a byte stream to the server; called for each connection, cancelled when it takes too long.
  ///   - executor: where this client lives; best the event loop that also serves its transport.
  package init(
    label: String,
    connect: @escaping @Sendable () async throws(TransportError) -> any Transport,
    options: ClientOptions,
    timekeeper: any Timekeeper,
    executor: any SerialExecutor
  ) {
    self.label = label
    self.executor = executor
    self.timekeeper = timekeeper
    self.options = options
    preference = executor as? any TaskExecutor
    openTransport = connect
    backoff = options.backoff
    reader = ReplyReader(limits: options.limits)
  }

  /// An attempt to connect: not begun before a moment, and over by another.
  private struct ConnectAttempt {
    var notBefore: Int64
    var deadline = Int64.max
    var task: Task<Void, Never>?
  }
}

// MARK: - Asking

extension Client {
  /// Sends one command and returns its reply; an error reply is thrown as `.server`.
  ///
  /// - Parameter bound: from now to the whole reply, connecting included; nil means `options.commandTimeout`.
  package func send(_ command: Command, within bound: Duration? = nil) async throws(ClientError) -> Reply {
    let replies = try await perform([command], within: bound)
    guard let reply = replies.first else { throw .closed(wasSent: true) }
    if let error = reply.error { throw .server(error) }
    return reply
  }

  /// Sends commands in one go and returns their replies in the same order; error replies stay among them.
  package func pipeline(
    _ commands: [Command], within bound: Duration? = nil
  ) async throws(ClientError) -> [Reply] {
    guard !commands.isEmpty else { return [] }
    return try await perform(commands, within: bound)
  }

  /// Connects and introduces itself now, whatever the back-off says; does nothing where the connection is up.
  package func connect() async throws(ClientError) {
    if attempt?.task == nil { attempt?.notBefore = .min }
    backoff.succeeded()
    _ = try await perform([], within: options.connectTimeout)
  }

  /// Sets what receives push messages.
  package func receivePushes(with handler: (@Sendable (Reply) -> Void)?) {
    pushes = handler
  }

  /// Ends the connection for good; commands under way fail with `.closed`.
  package func close() {
    machine.close()
    giveUp { .closed(wasSent: $0.isSent) }
    watchdog?.cancel()
    watchdog = nil
  }

  private func perform(_ commands: [Command], within bound: Duration?) async throws(ClientError) -> [Reply] {
    for command in commands {
      if let reason = command.unansweredReason { throw .limit(reason, wasSent: false) }
    }
    guard !Task.isCancelled else { throw .cancelled(wasSent: false) }
    let bound = bound ?? options.commandTimeout
    let now = timekeeper.now
    let batch = Batch(
      id: batchCount, commands: commands, bound: bound, deadline: now.advancedOrLast(by: bound.boundedNanoseconds))
    batchCount += 1

    switch machine.connect() {
    case .closed:
      throw .closed(wasSent: false)
    case .ready where commands.isEmpty:
      return []
    case .ready:
      outbox.append(batch)
    case .wait:
      waiting.append(batch)
      beginAttemptIfDue(now)
    case .open:
      if backoff.notBefore >= batch.deadline, let lastFailure {
        _ = machine.lost()
        throw lastFailure
      }
      waiting.append(batch)
      attempt = ConnectAttempt(notBefore: backoff.notBefore)
      beginAttemptIfDue(now)
    }
    watch(until: batch.deadline)

    let id = batch.id
    let outcome = await withTaskCancellationHandler {
      await flush(for: id)
      return await batch.value()
    } onCancel: {
      spawn { await self.cancel(id) }
    }
    return try outcome.get()
  }
}

// MARK: - Connecting

extension Client {
  private func beginAttemptIfDue(_ now: Int64) {
    guard let attempt, attempt.task == nil else { return }
    guard attempt.notBefore <= now else { return watch(until: attempt.notBefore) }
    generation += 1
    let generation = generation
    let deadline = now.advancedOrLast(by: options.connectTimeout.boundedNanoseconds)
    let task = spawn { [openTransport] in
      do throws(TransportError) {
        await self.opened(try await openTransport(), generation)
      } catch {
        await self.failedToOpen(error, generation)
      }
    }
    self.attempt = ConnectAttempt(notBefore: attempt.notBefore, deadline: deadline, task: task)
    watch(until: deadline)
  }

  private func opened(_ transport: any Transport, _ generation: Int) {
    guard generation == self.generation else { return transport.close() }
    switch machine.opened(introducing: Introduction(options)) {
    case .discard:
      transport.close()
    case .send(let command):
      self.transport = transport
      reader = ReplyReader(limits: options.limits)
      spawn { await self.readAll(from: transport, generation) }
      write(CommandEncoder.encode(command))
    }
  }

  private func failedToOpen(_ error: TransportError, _ generation: Int) {
    guard generation == self.generation else { return }
    lose(error)
  }

  private func becameReady(_ hello: ServerHello) {
    serverHello = hello
    attempt = nil
    backoff.succeeded()
    lastFailure = nil
    for batch in waiting {
      if batch.expected == 0 { batch.succeed() } else { outbox.append(batch) }
    }
    waiting.removeAll()
    if !outbox.isEmpty { spawn { await self.flush(for: nil) } }
  }
}

// MARK: - Writing

extension Client {
  /// Writes what waits in the outbox, unless somebody is writing; who finishes writing passes the rest on.
  private func flush(for writer: Int?) async {
    guard !isWriting, !outbox.isEmpty, let transport else { return }
    isWriting = true
    let generation = generation
    var bytes: [UInt8] = []
    for batch in outbox {
      guard case .write = machine.submit(replies: batch.expected) else { continue }
      batch.isSent = true
      sent.append(batch)
      if bytes.isEmpty { bytes = batch.bytes } else { bytes += batch.bytes }
    }
    outbox.removeAll(keepingCapacity: true)
    do throws(TransportError) {
      try await transport.send(bytes)
    } catch {
      guard generation == self.generation else { return }
      if let writer, Task.isCancelled { cancel(writer) } else { lose(error) }
      return
    }
    guard generation == self.generation else { return }
    isWriting = false
    if !outbox.isEmpty { spawn { await self.flush(for: nil) } }
  }

  /// Writes a word of the introduction.
  private func write(_ bytes: [UInt8]) {
    guard let transport else { return }
    let generation = generation
    spawn {
      do throws(TransportError) {
        try await transport.send(bytes)
      } catch {
        await self.failedToOpen(error, generation)
      }
    }
  }
}

// MARK: - Reading

extension Client {
  private static let smallRead = 16 << 10
  private static let bigRead = 256 << 10

  private func readAll(from transport: any Transport, _ generation: Int) async {
    var size = Self.smallRead
    while true {
      let chunk: [UInt8]
      do throws(TransportError) {
        chunk = try await transport.receive(upTo: size)
      } catch {
        if generation == self.generation { lose(error) }
        return
      }
      guard generation == self.generation else { return }
      guard !chunk.isEmpty else { return lose(TransportError(.closed, "\(label): the server ended the connection")) }
      take(chunk, generation)
      guard generation == self.generation else { return }
      size = chunk.count == size ? min(size * 2, Self.bigRead) : max(size / 2, Self.smallRead)
    }
  }

  private func take(_ chunk: [UInt8], _ generation: Int) {
    let isFirst = machine.phase == .introducing
    for reply in reader.read(chunk) {
      take(reply)
      guard generation == self.generation else { return }
    }
    guard let violation = reader.violation else { return }
    if violation.code == .limit {
      giveUp { .limit("\(self.label): the server sent \(violation.reason)", wasSent: $0.isSent) }
    } else if isFirst {
      let what = PeerSignature.describe(reader.unread)
      giveUp { .notRESP("\(self.label): \(what)", wasSent: $0.isSent) }
    } else {
      let what = "\(violation.reason), in \"\(PrintableBytes.escape(reader.unread, limit: 60))\""
      giveUp { .notRESP("\(self.label): \(what)", wasSent: $0.isSent) }
    }
  }

  private func take(_ reply: Reply) {
    switch machine.received(reply) {
    case .deliver(let isLast):
      guard let batch = sent.first else { return }
      batch.append(reply)
      if isLast {
        _ = sent.popFirst()
        batch.succeed()
      }
    case .push:
      pushes?(reply)
    case .send(let command):
      write(CommandEncoder.encode(command))
    case .ready(let hello):
      becameReady(hello)
    case .refused(let error):
      giveUp { _ in .server(error) }
    case .violation(let what):
      giveUp { .notRESP("\(self.label): \(what)", wasSent: $0.isSent) }
    case .ignore:
      break
    }
  }
}

// MARK: - Giving up

extension Client {
  /// The transport failed or ended.
  private func lose(_ error: TransportError) {
    if machine.phase == .introducing, error.code == .closed, !machine.hasHeardAnything, reader.unread.isEmpty {
      let silence = TransportError(.closed, "\(label): \(PeerSignature.silence)")
      return giveUp { .transport(silence, wasSent: $0.isSent) }
    }
    giveUp { .transport(error, wasSent: $0.isSent) }
  }

  /// Ends the connection and everything that waits on it; the next command may connect again.
  private func giveUp(_ error: (Batch) -> ClientError) {
    let now = timekeeper.now
    let victims = sent.removeAll() + outbox + waiting
    switch machine.lost() {
    case .failedToConnect, .lostIntroduction:
      backoff.failed(at: now)
      lastFailure = waiting.first.map(error)
    case .lostReady, .ignore:
      break
    }
    generation += 1
    transport?.close()
    transport = nil
    attempt?.task?.cancel()
    attempt = nil
    serverHello = nil
    isWriting = false
    outbox = []
    waiting = []
    for batch in victims { batch.fail(error(batch)) }
  }

  /// Nobody waits for this batch any more.
  private func cancel(_ id: Int) {
    if let batch = withdraw({ $0.id == id }).first {
      batch.fail(.cancelled(wasSent: false))
    } else if let batch = sent.first(where: { $0.id == id }) {
      giveUp(blaming: batch, .cancelled(wasSent: true), "was cancelled")
    }
  }

  /// Takes batches back that have not been written: they cost nobody anything.
  private func withdraw(_ matches: (Batch) -> Bool) -> [Batch] {
    let withdrawn = waiting.filter(matches) + outbox.filter(matches)
    guard !withdrawn.isEmpty else { return [] }
    waiting.removeAll(where: matches)
    outbox.removeAll(where: matches)
    return withdrawn
  }

  /// One batch makes the connection unusable, and takes the others on it along.
  private func giveUp(blaming culprit: Batch, _ error: ClientError, _ what: String) {
    let reason = "\(label): the connection was given up because \(culprit.name) on it \(what)"
    giveUp { batch in
      batch === culprit ? error : .transport(TransportError(.closed, reason), wasSent: batch.isSent)
    }
  }
}

// MARK: - Watching the time

extension Client {
  /// Makes sure that `checkTime` runs by then. One sleeping task serves all batches: in the usual case, where every
  /// command is answered in time, none is started for the next one.
  private func watch(until time: Int64) {
    guard time < watchdogTime else { return }
    watchdog?.cancel()
    watchdogTime = time
    watchdog = spawn { [timekeeper] in
      do throws(CancellationError) {
        try await timekeeper.sleep(nanoseconds: time - timekeeper.now)
      } catch {
        return
      }
      await self.checkTime(time)
    }
  }

  private func checkTime(_ time: Int64) {
    guard time == watchdogTime else { return }
    watchdogTime = .max
    let now = timekeeper.now
    for batch in withdraw({ $0.deadline <= now }) {
      batch.fail(.timedOut(command: batch.name, after: batch.bound, wasSent: false))
    }
    if let attempt, attempt.deadline <= now {
      let bound = options.connectTimeout.inWords
      let error = TransportError(.timedOut, "\(label): no connection and introduction within \(bound)")
      giveUp { .transport(error, wasSent: $0.isSent) }
    }
    if let late = sent.first(where: { $0.deadline <= now }) {
      let error = ClientError.timedOut(command: late.name, after: late.bound, wasSent: true)
      giveUp(blaming: late, error, "had no whole reply within \(late.bound.inWords)")
    }
    beginAttemptIfDue(now)
    let batches = waiting + outbox + Array(sent)
    let nearest = batches.map(\.deadline).min() ?? .max
    watch(until: min(nearest, attempt?.deadline ?? .max))
  }

  /// Starts a task on the event loop itself where the executor is one.
  @discardableResult
  private nonisolated func spawn(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    guard let preference else { return Task { await work() } }
    return Task(executorPreference: preference) { await work() }
  }
}

extension Int64 {
  /// The sum, held at the last representable moment.
  fileprivate func advancedOrLast(by amount: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(amount)
    return overflow ? .max : sum
  }
}
