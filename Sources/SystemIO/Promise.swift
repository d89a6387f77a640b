// A value that arrives once, and the one task that waits for it.

import Synchronization

/// One waiter's answer: the first of several possible ones counts, and the continuation is resumed exactly once.
final class Promise<Value: Sendable>: Sendable {
  private enum State {
    case idle
    case waiting(CheckedContinuation<Value, Never>)
    case kept(Value)
    case taken
  }

  private let state = Mutex(State.idle)

  /// Gives the answer; false when another one came first.
  @discardableResult
  func keep(_ value: Value) -> Bool {
    let (first, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Value, Never>?) in
      switch state {
      case .idle:
        state = .kept(value)
        return (true, nil)
      case .waiting(let waiter):
        state = .taken
        return (true, waiter)
      case .kept, .taken:
        return (false, nil)
      }
    }
    waiter?.resume(returning: value)
    return first
  }

  /// Waits for the answer, where a cancelled task gets `otherwise` if it comes first.
  ///
  /// Only one task may call this, once.
  func value(ifCancelled otherwise: Value) async -> Value {
    await withTaskCancellationHandler {
      await value
    } onCancel: {
      keep(otherwise)
    }
  }

  /// Waits for the answer, cancelled or not.
  var value: Value {
    get async {
      await withCheckedContinuation { continuation in
        let ready = state.withLock { state -> Value? in
          if case .kept(let value) = state {
            state = .taken
            return value
          }
          state = .waiting(continuation)
          return nil
        }
        if let ready { continuation.resume(returning: ready) }
      }
    }
  }
}

/// A value that arrives once, for any number of waiters, now and later.
final class Announcement<Value: Sendable>: Sendable {
  private enum State {
    case open(listeners: [@Sendable (Value) -> Void])
    case made(Value)
  }

  private let state = Mutex(State.open(listeners: []))

  /// The value, if it was announced.
  var present: Value? {
    state.withLock { state in
      if case .made(let value) = state { value } else { nil }
    }
  }

  /// Announces the value; the first one stays.
  func make(_ value: Value) {
    let listeners = state.withLock { state -> [@Sendable (Value) -> Void] in
      guard case .open(let listeners) = state else { return [] }
      state = .made(value)
      return listeners
    }
    for listener in listeners { listener(value) }
  }

  /// Calls `listener` with the value when it is announced, or at once when it was.
  func tell(_ listener: @escaping @Sendable (Value) -> Void) {
    let value = state.withLock { state -> Value? in
      switch state {
      case .made(let value):
        return value
      case .open(var listeners):
        listeners.append(listener)
        state = .open(listeners: listeners)
        return nil
      }
    }
    if let value { listener(value) }
  }
}
