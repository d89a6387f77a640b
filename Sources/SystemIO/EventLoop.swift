// One thread that waits for everything: descriptors, deadlines, and the jobs of Swift tasks.

import CSystem
import Glibc
import Synchronization

/// An epoll thread that is both a serial executor and a task executor.
///
/// It must be both. As a serial executor alone, each resumed task is enqueued on the global pool first, which then
/// hops to the loop: two wake-ups for every reply. A task that *prefers* the loop (`task`, or a child of such a task)
/// is resumed right in its queue.
///
/// Every async function of this floor works from any executor; on the loop it is cheapest. Nothing that blocks may
/// run on the loop: `blocking` is for that. A loop lives until `stop()`.
package final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
  /// The thread's name.
  package let name: String

  private let epoll: Descriptor
  private let wake: WakeUp
  private let inbox = Mutex(Inbox())
  private let timers = Mutex(TimerQueue())
  private let watched = Mutex(Watched())
  private let thread = Mutex<SystemThread?>(nil)
  /// The identity of the thread that runs jobs now, 0 when there is none.
  private let runner = Atomic<UInt>(0)
  private let outsideJobs = Atomic<Int>(0)
  private let turnCount = Atomic<Int>(0)
  /// Jobs enqueued by the loop's own thread, and touched by no other.
  private nonisolated(unsafe) var local: [UnownedJob] = []

  let workers: WorkerPool
  let resolvers: WorkerPool

  private struct Inbox {
    var jobs: [UnownedJob] = []
    var phase = Phase.running
  }

  private enum Phase {
    case running
    case stopping
    /// The thread has ended; late jobs run on a thread that is started for them.
    case stopped(draining: Bool)
  }

  private struct Watched {
    var lastToken: UInt64 = 0
    var watchers: [UInt64: any EventWatcher] = [:]
    var closed = false
  }

  /// Starts the loop's thread, with all signals blocked on it.
  package init(name: String) throws(SystemError) {
    self.name = name
    epoll = Descriptor(try checked(csystem_epoll_create(), "make an epoll set for", name))
    wake = try WakeUp()
    workers = try WorkerPool(name: "\(name)-work", threads: 4)
    resolvers = try WorkerPool(name: "\(name)-names", threads: 8)
    try checked(
      csystem_epoll_add(epoll.number, wake.descriptor, CSYSTEM_READABLE, 0), "watch the wake-up descriptor of", name)
    let thread = try SystemThread(name: name) { [self] in run() }
    self.thread.withLock { $0 = thread }
  }

  /// Ends the thread and waits for its end: pending sleeps, reads and writes are cancelled and what they wake is run.
  ///
  /// Idempotent. Called on the loop itself it only asks for the end. Jobs that come later still run, one at a time.
  package func stop() {
    let first = inbox.withLock { inbox -> Bool in
      guard case .running = inbox.phase else { return false }
      inbox.phase = .stopping
      return true
    }
    if first { wake.signal() }
    guard !isOnLoop else { return }
    let thread = thread.withLock { thread in thread.take() }
    thread?.join()
  }

  /// The present instant.
  package var now: MonotonicTime { .now }

  /// Whether this code runs on the loop's thread.
  package var isOnLoop: Bool { runner.load(ordering: .relaxed) == UInt(csystem_thread_identity()) }

  /// A task that starts, resumes and ends on the loop.
  @discardableResult
  package func task(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
    Task(executorPreference: self) { await body() }
  }

  /// Runs `body` as a task on the loop and blocks the calling thread until it is done, for a synchronous `main`.
  ///
  /// Never called on the loop, nor from a task.
  package func runAndWait<Value: Sendable>(
    _ body: @escaping @Sendable () async -> Value
  ) throws(SystemError) -> Value? {
    let done = try WakeUp()
    let answer = Announcement<Value>()
    task {
      answer.make(await body())
      done.signal()
    }
    _ = try waitReadable([done.descriptor])
    return answer.present
  }

  /// Runs what blocks (files, fsync) on a small pool of threads of our own, and waits for it, cancelled or not.
  package func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws(SystemError) -> Value
  ) async throws(SystemError) -> Value {
    try await workers.run(body)
  }
}

// The executor.

extension EventLoop {
  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    if isOnLoop {
      unsafe local.append(job)
      return
    }
    outsideJobs.wrappingAdd(1, ordering: .relaxed)
    let (signal, drain) = inbox.withLock { inbox -> (Bool, Bool) in
      inbox.jobs.append(job)
      switch inbox.phase {
      case .running, .stopping:
        return (inbox.jobs.count == 1, false)
      case .stopped(let draining):
        inbox.phase = .stopped(draining: true)
        return (false, !draining)
      }
    }
    if signal { wake.signal() }
    if drain { startDraining() }
  }

  /// How many jobs came from other threads, each a hop: a task that prefers the loop adds one, at its start.
  package var jobsFromOutside: Int { outsideJobs.load(ordering: .relaxed) }

  /// What `assumeIsolated` asks; unlike `checkIsolated` it can say no without a trap of its own.
  package func isIsolatingCurrentContext() -> Bool? { isOnLoop }

  /// Runs the jobs of one turn: those that wait now, not those that they bring about.
  private func runJobs() {
    let arrived = inbox.withLock { inbox in
      let jobs = inbox.jobs
      inbox.jobs.removeAll(keepingCapacity: true)
      return jobs
    }
    var jobs: [UnownedJob] = []
    unsafe swap(&jobs, &local)
    for job in jobs { execute(job) }
    for job in arrived { execute(job) }
  }

  private func execute(_ job: UnownedJob) {
    unsafe job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
  }
}

// The thread.

extension EventLoop {
  private static let reportCapacity = 128

  private func run() {
    runner.store(UInt(csystem_thread_identity()), ordering: .relaxed)
    var reports = [csystem_event](repeating: csystem_event(), count: Self.reportCapacity)
    while !isStopping {
      turnCount.wrappingAdd(1, ordering: .relaxed)
      runJobs()
      runDueTimers()
      // Jobs brought about by jobs wait for one look at the descriptors, so that neither starves the other.
      let bound: Int64 = unsafe local.isEmpty ? untilSoonest() : 0
      let count = unsafe csystem_epoll_wait(epoll.number, &reports, Int32(reports.count), bound)
      for report in reports.prefix(max(0, Int(count))) { deliver(report) }
    }
    finish()
  }

  private var isStopping: Bool {
    inbox.withLock { inbox in
      if case .running = inbox.phase { false } else { true }
    }
  }

  private func deliver(_ report: csystem_event) {
    if report.token == 0 {
      wake.drain()
      return
    }
    // A token that nobody holds any more belongs to a descriptor that was closed in this very turn.
    let watcher = watched.withLock { $0.watchers[report.token] }
    watcher?.ready(report.events)
  }

  private func runDueTimers() {
    let due = timers.withLock { $0.takeDue(at: .now) }
    for action in due { action() }
  }

  /// Nanoseconds until the soonest deadline, -1 for none.
  private func untilSoonest() -> Int64 {
    guard let soonest = timers.withLock({ $0.soonest }) else { return -1 }
    return max(0, (soonest - .now).nanoseconds)
  }

  /// Cancels what waits, runs what that wakes, and leaves.
  private func finish() {
    let watchers = watched.withLock { watched -> [any EventWatcher] in
      watched.closed = true
      defer { watched.watchers.removeAll() }
      return Array(watched.watchers.values)
    }
    for watcher in watchers { watcher.loopStopped() }
    for action in timers.withLock({ $0.takeDue(at: MonotonicTime(nanoseconds: .max)) }) { action() }
    workers.stop()
    resolvers.stop()
    drain()
  }

  /// Runs jobs until there are none, then gives up the right to run them.
  private func drain() {
    while true {
      runJobs()
      guard unsafe local.isEmpty else { continue }
      let done = inbox.withLock { inbox -> Bool in
        guard inbox.jobs.isEmpty else { return false }
        runner.store(0, ordering: .relaxed)
        inbox.phase = .stopped(draining: false)
        return true
      }
      if done { return }
    }
  }

  /// A job came after the end: a task of ours waited for something slow. It is not lost.
  private func startDraining() {
    do {
      _ = try SystemThread(name: name) { [self] in
        runner.store(UInt(csystem_thread_identity()), ordering: .relaxed)
        drain()
      }
    } catch {
      inbox.withLock { $0.phase = .stopped(draining: false) }
    }
  }
}

// Deadlines and descriptors.

/// What the loop calls, on its thread, for one registered descriptor.
protocol EventWatcher: AnyObject, Sendable {
  /// The descriptor is ready for `events` (`CSYSTEM_READABLE` and so on).
  func ready(_ events: UInt32)
  /// The loop ends; nothing will ever be ready.
  func loopStopped()
}

extension EventLoop {
  /// Waits for a span of time; at once when it is not positive.
  package func sleep(for span: Duration) async throws(CancellationError) {
    try await sleep(until: now + span)
  }

  /// Waits until an instant; a cancelled task, or the end of the loop, ends it with `CancellationError`.
  package func sleep(until deadline: MonotonicTime) async throws(CancellationError) {
    let promise = Promise<Bool>()
    let timer = schedule(at: deadline) { [self] in promise.keep(!isStopping) }
    let slept = await promise.value(ifCancelled: false)
    cancel(timer)
    if !slept { throw CancellationError() }
  }

  /// Calls `action` on the loop's thread at an instant, or at the end of the loop.
  func schedule(at deadline: MonotonicTime, _ action: @escaping @Sendable () -> Void) -> TimerQueue.Token? {
    // Stopped and not stopped are told apart under the lock that `finish` takes after it began to stop.
    let (token, isSoonest) = timers.withLock { timers -> (TimerQueue.Token?, Bool) in
      if isStopping { return (nil, false) }
      let token = timers.add(at: deadline, action)
      return (token, timers.soonest == deadline)
    }
    guard token != nil else {
      action()
      return nil
    }
    if isSoonest, !isOnLoop { wake.signal() }
    return token
  }

  func cancel(_ timer: TimerQueue.Token?) {
    guard let timer else { return }
    timers.withLock { $0.cancel(timer) }
  }

  /// A token under which `watcher` hears of its descriptor; nil when the loop has ended.
  func register(_ watcher: any EventWatcher) -> UInt64? {
    watched.withLock { watched in
      if watched.closed { return nil }
      watched.lastToken += 1
      watched.watchers[watched.lastToken] = watcher
      return watched.lastToken
    }
  }

  func unregister(_ token: UInt64) {
    watched.withLock { watched in _ = watched.watchers.removeValue(forKey: token) }
  }

  /// How often the thread looked for work; it stands still while there is none.
  package var turns: Int { turnCount.load(ordering: .relaxed) }

  /// How many descriptors are registered and deadlines pending: 0 when nothing waits for the loop.
  package var waitingCount: Int { watched.withLock { $0.watchers.count } + timers.withLock { $0.count } }

  /// Starts, changes or ends what the kernel is asked about a descriptor; 0 or a negated `errno`.
  func ask(about descriptor: Int32, events: UInt32, token: UInt64, present: UInt32?) -> Int32 {
    present == nil
      ? csystem_epoll_add(epoll.number, descriptor, events, token)
      : csystem_epoll_change(epoll.number, descriptor, events, token)
  }

  func stopAsking(about descriptor: Int32) {
    csystem_epoll_remove(epoll.number, descriptor)
  }
}

/// An actor whose code runs on a loop: `actor NodeSession: LoopBound { nonisolated let loop: EventLoop }`.
package protocol LoopBound: Actor {
  nonisolated var loop: EventLoop { get }
}

extension LoopBound {
  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }
}
