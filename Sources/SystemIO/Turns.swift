// A queue of tasks of which one at a time has its turn.

import Synchronization

/// Turns in the order they were asked for, so that two whole writes never mix.
final class Turns: Sendable {
  private struct State {
    var isTaken = false
    var waiting: [Promise<Bool>] = []
  }

  private let state = Mutex(State())

  /// Waits for the turn; false when the task was cancelled or `deadline` passed first.
  func take(until deadline: MonotonicTime?, on loop: EventLoop) async -> Bool {
    let promise = state.withLock { state -> Promise<Bool>? in
      if !state.isTaken {
        state.isTaken = true
        return nil
      }
      let promise = Promise<Bool>()
      state.waiting.append(promise)
      return promise
    }
    guard let promise else { return true }
    let timer = deadline.map { loop.schedule(at: $0) { promise.keep(false) } } ?? nil
    let granted = await promise.value(ifCancelled: false)
    loop.cancel(timer)
    if !granted { state.withLock { $0.waiting.removeAll { $0 === promise } } }
    return granted
  }

  /// Gives the turn to the next one that still wants it.
  func pass() {
    while true {
      let next = state.withLock { state -> Promise<Bool>? in
        if state.waiting.isEmpty {
          state.isTaken = false
          return nil
        }
        return state.waiting.removeFirst()
      }
      guard let next, !next.keep(true) else { return }
    }
  }
}
