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
  nonisolated let preference: (any TaskExecutor)?
  nonisolated let timekeeper: any Timekeeper
  nonisolated let openTransport: @Sendable () async throws(TransportError) -> any Transport
  nonisolated let options: ClientOptions

  var machine = ConnectionMachine()
  var reader: ReplyReader
  var transport: (any Transport)?
  /// Counts connections, so that what an old one still reports is told from the present one.
  var generation = 0
  var attempt: ConnectAttempt?
  var backoff: ReconnectBackoff
  var lastFailure: ClientError?

  var batches = BatchLine()
  var isWriting = false
  private var batchCount = 0

  var watchdog: Task<Void, Never>?
  var watchdogTime = Int64.max

  /// What the server told about itself when this connection was made; nil while there is none.
  package internal(set) var serverHello: ServerHello?

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
  struct ConnectAttempt {
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
      batches.outbox.append(batch)
    case .wait:
      batches.waiting.append(batch)
      beginAttemptIfDue(now)
    case .open:
      if backoff.notBefore >= batch.deadline, let lastFailure {
        _ = machine.lost()
        throw lastFailure
      }
      batches.waiting.append(batch)
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

extension Int64 {
  /// The sum, held at the last representable moment.
  func advancedOrLast(by amount: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(amount)
    return overflow ? .max : sum
  }
}
