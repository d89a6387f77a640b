// What a client does with its one connection: bring it up, write, read, give it up, and watch the time.

// MARK: - Connecting

extension Client {
  func beginAttemptIfDue(_ now: Int64) {
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
    batches.connected()
    if !batches.outbox.isEmpty { spawn { await self.flush(for: nil) } }
  }
}

// MARK: - Writing

extension Client {
  /// Writes what waits in the outbox, unless somebody is writing; who finishes writing passes the rest on.
  func flush(for writer: Int?) async {
    guard !isWriting, !batches.outbox.isEmpty, let transport else { return }
    isWriting = true
    let generation = generation
    var bytes: [UInt8] = []
    for batch in batches.outbox {
      guard case .write = machine.submit(replies: batch.expected) else { continue }
      batch.isSent = true
      batches.sent.append(batch)
      if bytes.isEmpty { bytes = batch.bytes } else { bytes += batch.bytes }
    }
    batches.outbox.removeAll(keepingCapacity: true)
    do throws(TransportError) {
      try await transport.send(bytes)
    } catch {
      guard generation == self.generation else { return }
      if let writer, Task.isCancelled { cancel(writer) }
      // The stream is torn even if the writer's own batch was answered meanwhile.
      if generation == self.generation { lose(error) }
      return
    }
    guard generation == self.generation else { return }
    isWriting = false
    if !batches.outbox.isEmpty { spawn { await self.flush(for: nil) } }
  }

  /// Writes a word of the introduction.
  private func write(_ bytes: [UInt8]) {
    guard let transport else { return }
    let generation = generation
    spawn {
      do throws(TransportError) {
        try await transport.send(bytes)
      } catch {
        // A server that is full says so and hangs up before it hears us: whoever reads finds its words, then the end.
        guard error.code != .closed else { return }
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
      guard let batch = batches.sent.first else { return }
      batch.append(reply)
      if isLast {
        _ = batches.sent.popFirst()
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
  func giveUp(_ error: (Batch) -> ClientError) {
    let now = timekeeper.now
    switch machine.lost() {
    case .failedToConnect, .lostIntroduction:
      backoff.failed(at: now)
      lastFailure = batches.waiting.first.map(error)
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
    for batch in batches.removeAll() { batch.fail(error(batch)) }
  }

  /// Nobody waits for this batch any more.
  func cancel(_ id: Int) {
    if let batch = batches.withdraw({ $0.id == id }).first {
      batch.fail(.cancelled(wasSent: false))
    } else if let batch = batches.sent.first(where: { $0.id == id }) {
      giveUp(blaming: batch, .cancelled(wasSent: true), "was cancelled")
    }
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
  func watch(until time: Int64) {
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
    for batch in batches.withdraw({ $0.deadline <= now }) {
      batch.fail(.timedOut(command: batch.name, after: batch.bound, wasSent: false))
    }
    if let attempt, attempt.deadline <= now {
      let bound = options.connectTimeout.inWords
      let error = TransportError(.timedOut, "\(label): no connection and introduction within \(bound)")
      giveUp { .transport(error, wasSent: $0.isSent) }
    }
    if let late = batches.sent.first(where: { $0.deadline <= now }) {
      let error = ClientError.timedOut(command: late.name, after: late.bound, wasSent: true)
      giveUp(blaming: late, error, "had no whole reply within \(late.bound.inWords)")
    }
    beginAttemptIfDue(now)
    watch(until: min(batches.nearestDeadline, attempt?.deadline ?? .max))
  }

  /// Starts a task on the event loop itself where the executor is one.
  @discardableResult
  nonisolated func spawn(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    guard let preference else { return Task { await work() } }
    return Task(executorPreference: preference) { await work() }
  }
}
