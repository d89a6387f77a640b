// One non-blocking descriptor in the loop: who waits for it, and what the kernel is asked about it.

import CSystem
import Glibc
import Synchronization

/// A descriptor with its waiting readers and writers.
///
/// The loop holds it while it is registered: its owner closes it.
///
/// The descriptor is used only under the lock that also closes it, so it is never used after its number was given to
/// something else. The kernel is asked about it only while somebody waits: a level-triggered report that nobody wants
/// would come for ever.
final class Channel: EventWatcher {
  enum Direction { case read, write }

  /// What one attempt at a call came to.
  enum Attempt<Value> {
    case done(Value)
    /// Done, and the next attempt would have to wait: it need not be made before a report.
    case doneAndEmptied(Value)
    case wouldBlock
    case failed(Int32)
  }

  let loop: EventLoop
  /// The address or program, for errors.
  let place: String
  private let state: Mutex<State>

  /// Takes over `descriptor`, which must be non-blocking.
  init(_ descriptor: Int32, place: String, on loop: EventLoop) {
    self.loop = loop
    self.place = place
    state = Mutex(State(descriptor: descriptor))
  }

  deinit {
    close()
  }

  /// Closes the descriptor and wakes who waits; idempotent.
  func close() {
    let (waiters, token) = state.withLock { state -> ([Promise<Wake>], UInt64?) in
      guard state.descriptor >= 0 else { return ([], nil) }
      if state.asked != nil { loop.stopAsking(about: state.descriptor) }
      Glibc.close(state.descriptor)
      state.descriptor = -1
      state.asked = nil
      return (state.takeAll(), state.token.take())
    }
    if let token { loop.unregister(token) }
    for waiter in waiters { waiter.keep(.cancelled) }
  }

  /// How many tasks wait for it.
  var waiters: Int { state.withLock { $0.readers.count + $0.writers.count } }

  var isClosed: Bool { state.withLock { $0.descriptor < 0 } }

  /// Calls `body` with the descriptor, unless it is closed; nothing in `body` may block.
  func withDescriptor<Value: Sendable>(_ body: (Int32) -> Value) -> Value? {
    state.withLock { state in state.descriptor < 0 ? nil : body(state.descriptor) }
  }

  /// From now on a read that would have to wait answers the end of the stream.
  func endWhenEmpty() {
    let waiters = state.withLock { state -> [Promise<Wake>] in
      state.endsWhenEmpty = true
      state.isEmptied = false
      defer { state.readers = [] }
      return state.readers
    }
    for waiter in waiters { waiter.keep(.ready) }
  }

  /// Attempts a call until it is done, waiting for readiness between attempts.
  ///
  /// - Parameters:
  ///   - what: the purpose, for errors (`read from`).
  ///   - deadline: when to give up with `ETIMEDOUT`.
  ///   - end: the answer for `endWhenEmpty`; nil where there is none.
  ///   - call: one non-blocking system call on the descriptor.
  func perform<Value: Sendable>(
    _ direction: Direction, _ what: String, until deadline: MonotonicTime? = nil, atEnd end: Value? = nil,
    _ call: (Int32) -> Attempt<Value>
  ) async throws(SystemError) -> Value {
    while true {
      if Task.isCancelled { throw error(ECANCELED, what) }
      switch attempt(direction, end, call) {
      case .done(let value, let mustYield):
        if mustYield { await Task.yield() }
        return value
      case .failed(let number): throw error(number, what)
      case .wait(let waiter):
        let timer = deadline.map { loop.schedule(at: $0) { waiter.keep(.timedOut) } } ?? nil
        let wake = await waiter.value(ifCancelled: .cancelled)
        loop.cancel(timer)
        if wake == .ready { continue }
        forget(waiter)
        throw error(wake == .timedOut ? ETIMEDOUT : ECANCELED, what)
      }
    }
  }

  private enum Step<Value> {
    case done(Value, mustYield: Bool)
    case failed(Int32)
    case wait(Promise<Wake>)
  }

  private func attempt<Value: Sendable>(
    _ direction: Direction, _ end: Value?, _ call: (Int32) -> Attempt<Value>
  ) -> Step<Value> {
    state.withLock { state in
      guard state.descriptor >= 0 else { return .failed(ECANCELED) }
      if direction == .write || !state.isEmptied {
        switch call(state.descriptor) {
        case .done(let value):
          return .done(value, mustYield: state.countImmediate())
        case .doneAndEmptied(let value):
          state.isEmptied = direction == .read && !state.endsWhenEmpty
          return .done(value, mustYield: state.countImmediate())
        case .failed(let number):
          return .failed(number)
        case .wouldBlock:
          if direction == .read, state.endsWhenEmpty, let end { return .done(end, mustYield: false) }
          if direction == .write, state.isHungUp { return .failed(EPIPE) }
        }
      }
      state.immediate = 0
      let waiter = Promise<Wake>()
      if direction == .read { state.readers.append(waiter) } else { state.writers.append(waiter) }
      let failure = ask(&state)
      if failure == 0 { return .wait(waiter) }
      state.remove(waiter)
      return .failed(failure)
    }
  }

  /// Brings what the kernel is asked up to what is wanted; 0 or an `errno`.
  private func ask(_ state: inout State) -> Int32 {
    let wanted = state.wanted | (state.asked ?? 0)
    guard wanted != state.asked else { return 0 }
    if state.token == nil { state.token = loop.register(self) }
    guard let token = state.token else { return ECANCELED }
    let failure = loop.ask(about: state.descriptor, events: wanted, token: token, present: state.asked)
    if failure == 0 { state.asked = wanted }
    return -failure
  }

  private func forget(_ waiter: Promise<Wake>) {
    state.withLock { $0.remove(waiter) }
  }

  private func error(_ number: Int32, _ what: String) -> SystemError {
    SystemError(.init(number), what, place)
  }

  func ready(_ events: UInt32) {
    let waiters = state.withLock { state -> [Promise<Wake>] in
      guard state.descriptor >= 0, state.asked != nil else { return [] }
      state.isHungUp = events & CSYSTEM_HANGUP != 0
      let broken = events & (CSYSTEM_HANGUP | CSYSTEM_ERROR) != 0
      var waiters: [Promise<Wake>] = []
      if broken || events & CSYSTEM_READABLE != 0 {
        waiters += state.readers
        state.readers = []
        state.isEmptied = false
      }
      if broken || events & CSYSTEM_WRITABLE != 0 {
        waiters += state.writers
        state.writers = []
      }
      // Whoever was woken will most likely wait again, so the question stays. A report that woke nobody is one
      // too many: the question is reduced to who still waits, or withdrawn, since a hang-up cannot be un-asked.
      if waiters.isEmpty { reduce(&state) }
      return waiters
    }
    for waiter in waiters { waiter.keep(.ready) }
  }

  private func reduce(_ state: inout State) {
    let wanted = state.wanted
    if wanted == 0 {
      loop.stopAsking(about: state.descriptor)
      state.asked = nil
    } else if let token = state.token,
      loop.ask(about: state.descriptor, events: wanted, token: token, present: state.asked) == 0
    {
      state.asked = wanted
    }
  }

  func loopStopped() {
    let waiters = state.withLock { state -> [Promise<Wake>] in
      state.token = nil
      state.asked = nil
      return state.takeAll()
    }
    for waiter in waiters { waiter.keep(.cancelled) }
  }
}

private enum Wake {
  case ready, cancelled, timedOut
}

private struct State {
  /// -1 once closed.
  var descriptor: Int32
  var token: UInt64?
  /// What the kernel is asked; nil while the descriptor is not in the set.
  var asked: UInt32?
  var readers: [Promise<Wake>] = []
  var writers: [Promise<Wake>] = []
  /// The last read emptied the descriptor, so the next one waits at once.
  var isEmptied = false
  /// A read that would wait answers the end of the stream instead.
  var endsWhenEmpty = false
  /// Nobody holds the other end. A write that would block then (a PTY whose child is gone) blocks for ever.
  var isHungUp = false
  /// Calls that were done without waiting, one after the other.
  var immediate = 0

  init(descriptor: Int32) {
    self.descriptor = descriptor
  }

  var wanted: UInt32 {
    (readers.isEmpty ? 0 : CSYSTEM_READABLE) | (writers.isEmpty ? 0 : CSYSTEM_WRITABLE)
  }

  /// True for every so-many-th call: a peer that never lets us wait must not starve the loop's other tasks.
  mutating func countImmediate() -> Bool {
    immediate += 1
    if immediate < 32 { return false }
    immediate = 0
    return true
  }

  mutating func takeAll() -> [Promise<Wake>] {
    defer {
      readers = []
      writers = []
    }
    return readers + writers
  }

  mutating func remove(_ waiter: Promise<Wake>) {
    readers.removeAll { $0 === waiter }
    writers.removeAll { $0 === waiter }
  }
}
