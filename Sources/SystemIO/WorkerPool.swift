// A few threads for what blocks: name resolution, fsync, files on slow disks.

import CSystem
import Glibc
import Synchronization

/// Threads that are started on demand, up to a limit, and end when idle for some seconds.
package final class WorkerPool: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var threads = 0
    var idle = 0
    var stopped = false
  }

  private let name: String
  private let limit: Int
  private let givesWay: Bool
  private let state = Mutex(State())
  /// Idle threads sleep on it; whoever takes a job wakes the next one while jobs are left.
  private let bell: Descriptor

  private static let idleMilliseconds: Int32 = 5000

  /// A pool of at most `threads` threads; with one, jobs run in the order they were given.
  ///
  /// - Parameter givesWay: its jobs compute for long, and get a busy processor after everybody else.
  package init(name: String, threads: Int, givesWay: Bool = false) throws(SystemError) {
    self.name = name
    self.limit = max(1, threads)
    self.givesWay = givesWay
    self.bell = Descriptor(try checked(csystem_eventfd(), "make a wake-up descriptor for", name))
  }

  /// Runs `body` on a thread of the pool and waits for it, cancelled or not: what it did must be known.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(SystemError) -> Value
  ) async throws(SystemError) -> Value {
    let promise = Promise<Result<Value, SystemError>>()
    submit { promise.keep(Result(catching: body)) }
    return try await promise.value.get()
  }

  /// Hands over a job; never lost, also where no thread can be started (then a later one runs it, or this thread).
  package func submit(_ job: @escaping @Sendable () -> Void) {
    let wanted = state.withLock { state -> Bool in
      state.jobs.append(job)
      guard state.jobs.count > state.idle, state.threads < limit else { return false }
      state.threads += 1
      return true
    }
    if wanted { startThread() }
    csystem_eventfd_signal(bell.number)
  }

  /// Lets the threads end when their jobs are done; later jobs still run.
  package func stop() {
    state.withLock { state in state.stopped = true }
    csystem_eventfd_signal(bell.number)
  }

  private func startThread() {
    do {
      _ = try SystemThread(name: name) { [self] in work() }
    } catch {
      // No thread to be had: if nobody else will come for the job, it runs here rather than never.
      let mustRun = state.withLock { state -> Bool in
        state.threads -= 1
        return state.threads == 0
      }
      if mustRun { while let job = nextJob() { job() } }
    }
  }

  private func nextJob() -> (@Sendable () -> Void)? {
    let (job, more) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
      guard !state.jobs.isEmpty else { return (nil, false) }
      let job = state.jobs.removeFirst()
      return (job, !state.jobs.isEmpty && state.idle > 0)
    }
    if more { csystem_eventfd_signal(bell.number) }
    return job
  }

  private func work() {
    if givesWay { csystem_give_way() }
    while true {
      while let job = nextJob() { job() }
      state.withLock { state in state.idle += 1 }
      let awake = (try? waitReadable([bell.number], within: .milliseconds(Int64(Self.idleMilliseconds)))) ?? []
      csystem_eventfd_drain(bell.number)
      let ended = state.withLock { state -> Bool in
        state.idle -= 1
        guard state.jobs.isEmpty, state.stopped || awake.allSatisfy(\.isEmpty) else { return false }
        state.threads -= 1
        return true
      }
      if ended {
        // The bell rang for all, and only one heard it.
        csystem_eventfd_signal(bell.number)
        return
      }
    }
  }
}

/// A descriptor that is closed when nobody holds it any more.
final class Descriptor: Sendable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit { close(number) }
}
