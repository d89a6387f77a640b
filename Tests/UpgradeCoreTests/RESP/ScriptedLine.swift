// A byte stream, a clock and an executor that do only what a test says.

import Synchronization

@testable import UpgradeCore

/// Values that one side puts and the other takes, waiting while there are none.
final class Mailbox<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let input: AsyncStream<Value>.Continuation

  init() {
    (stream, input) = AsyncStream.makeStream()
  }

  func put(_ value: Value) { input.yield(value) }
  func end() { input.finish() }

  /// The next value; nil at the end, and for a cancelled task.
  func take() async -> Value? {
    var iterator = stream.makeAsyncIterator()
    return await iterator.next()
  }
}

/// The far end of a transport, played by a test.
final class ScriptedLine: Transport {
  private let heard = Mailbox<[UInt8]>()
  private let said = Mailbox<Result<[UInt8], TransportError>>()
  private let isClosed = Atomic<Bool>(false)
  /// What the next `send` answers instead of taking the bytes.
  private let refusal = Mutex<TransportError?>(nil)
  private let gate = Mutex<Mailbox<Void>?>(nil)

  // The client's side.

  func send(_ bytes: [UInt8]) async throws(TransportError) {
    if let gate = gate.withLock({ $0 }), await gate.take() == nil {
      throw TransportError(.cancelled, "the write was cancelled")
    }
    if let error = refusal.withLock({ $0 }) { throw error }
    if isClosed.load(ordering: .sequentiallyConsistent) { throw TransportError(.closed, "closed") }
    heard.put(bytes)
  }

  func receive(upTo maximum: Int) async throws(TransportError) -> [UInt8] {
    guard let next = await said.take() else { throw TransportError(.closed, "closed") }
    return try next.get()
  }

  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    said.end()
    gate.withLock { $0 }?.end()
    heard.end()
  }

  // The test's side.

  /// Says bytes to the client.
  func say(_ text: String) { said.put(.success(Array(text.utf8))) }
  /// Ends the stream orderly.
  func hangUp() { said.put(.success([])) }
  /// Breaks the stream.
  func fail(_ error: TransportError) { said.put(.failure(error)) }
  /// Makes every further write fail.
  func refuseWrites(_ error: TransportError) { refusal.withLock { $0 = error } }
  /// Makes every further write wait for `letWrite`.
  func holdWrites() { gate.withLock { $0 = Mailbox() } }
  func letWrite() { gate.withLock { $0 }?.put(()) }

  /// What the client writes next, one line per command of that write; nil once it has closed the stream.
  func hears() async -> String? {
    guard let bytes = await heard.take() else { return nil }
    var reader = ReplyReader()
    return reader.read(bytes).map { command in
      command.map { $0.text ?? "" }.joined(separator: " ")
    }.joined(separator: "\n")
  }
}

/// Time that stands still until a test moves it.
final class ManualTime: Timekeeper {
  private struct Sleeper {
    let id: Int
    let until: Int64
    let waiter: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var now: Int64 = 1_000_000_000
    var count = 0
    var sleepers: [Sleeper] = []
    var observers: [(until: Int64, waiter: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var now: Int64 { state.withLock { $0.now } }
  var wallClock: Int64 { 0 }

  func sleep(nanoseconds: Int64) async throws(CancellationError) {
    let id = state.withLock { state in
      state.count += 1
      return state.count
    }
    let slept = await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let sleeper: Sleeper? = state.withLock { state in
          if Task.isCancelled || nanoseconds <= 0 { return nil }
          let sleeper = Sleeper(id: id, until: state.now + nanoseconds, waiter: waiter)
          state.sleepers.append(sleeper)
          return sleeper
        }
        guard let sleeper else { return waiter.resume(returning: !Task.isCancelled) }
        announce(sleeper.until)
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
      }
      sleeper?.waiter.resume(returning: false)
    }
    if !slept { throw CancellationError() }
  }

  private func announce(_ until: Int64) {
    let observers = state.withLock { state in
      let found = state.observers.filter { $0.until == until }
      state.observers.removeAll { $0.until == until }
      return found
    }
    for observer in observers { observer.waiter.resume() }
  }

  /// Moves time on, once somebody sleeps until exactly then, and wakes who is due.
  func advance(by duration: Duration) async {
    let target = now + duration.boundedNanoseconds
    await withCheckedContinuation { waiter in
      let isThere = state.withLock { state in
        if state.sleepers.contains(where: { $0.until == target }) { return true }
        state.observers.append((target, waiter))
        return false
      }
      if isThere { waiter.resume() }
    }
    let due = state.withLock { state in
      state.now = target
      let due = state.sleepers.filter { $0.until <= target }
      state.sleepers.removeAll { $0.until <= target }
      return due
    }
    for sleeper in due { sleeper.waiter.resume(returning: true) }
  }

  /// Moves time on without waiting for anybody to notice.
  func jump(by duration: Duration) {
    state.withLock { $0.now += duration.boundedNanoseconds }
  }
}

/// A serial executor of its own on the global pool.
final class PoolExecutor: SerialExecutor {
  private struct State {
    var jobs: [UnownedJob] = []
    var isRunning = false
  }

  private let state = Mutex(State())

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustStart = state.withLock { state in
      state.jobs.append(job)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    if mustStart { Task.detached { self.drain() } }
  }

  private func drain() {
    while true {
      let next = state.withLock { state -> UnownedJob? in
        if state.jobs.isEmpty {
          state.isRunning = false
          return nil
        }
        return state.jobs.removeFirst()
      }
      guard let next else { return }
      unsafe next.runSynchronously(on: asUnownedSerialExecutor())
    }
  }
}

/// A client with the world it lives in, all played by a test.
final class Stage: Sendable {
  let time = ManualTime()
  let client: Client
  private let attempts = Mailbox<Attempt>()

  /// One call of the client's `connect` closure, which waits for the test to answer.
  struct Attempt: Sendable {
    fileprivate let answer = Mailbox<Result<ScriptedLine, TransportError>>()

    func opens() -> ScriptedLine {
      let line = ScriptedLine()
      answer.put(.success(line))
      return line
    }

    func fails(_ error: TransportError) { answer.put(.failure(error)) }
  }

  init(_ options: ClientOptions = ClientOptions()) {
    let attempts = attempts
    client = Client(
      label: "h:1",
      connect: { () async throws(TransportError) -> any Transport in
        let attempt = Attempt()
        attempts.put(attempt)
        // Deaf to cancellation, as a resolver that hangs would be.
        guard let answer = await Task(operation: { await attempt.answer.take() }).value else {
          throw TransportError(.cancelled, "cancelled")
        }
        return try answer.get()
      },
      options: options, timekeeper: time, executor: PoolExecutor())
  }

  func attempt() async throws -> Attempt {
    guard let attempt = await attempts.take() else { throw CancellationError() }
    return attempt
  }

  /// Starts a command and hands back its future outcome.
  func start(_ command: Command, within bound: Duration? = nil) -> Task<Result<Reply, ClientError>, Never> {
    Task { [client] in
      do throws(ClientError) {
        return .success(try await client.send(command, within: bound))
      } catch {
        return .failure(error)
      }
    }
  }

  /// A line that has been opened and greeted, for a client whose first command is still to come.
  func connected() async throws -> ScriptedLine {
    let connecting = Task { [client] in try await client.connect() }
    let line = try await attempt().opens()
    _ = await line.hears()
    line.say("%1\r\n+proto\r\n:3\r\n")
    try await connecting.value
    return line
  }
}

extension Task where Failure == Never {
  /// The outcome of a command as text: its reply, or the case of its error.
  func outcome() async -> String where Success == Result<Reply, ClientError> {
    switch await value {
    case .success(let reply): reply.description
    case .failure(let error): "\(error.sentence)"
    }
  }
}
