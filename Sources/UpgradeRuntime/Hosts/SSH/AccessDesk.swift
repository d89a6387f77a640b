// What the ssh program asks for, on its way to whoever sits in front of a face, and the answer on its way back.

import Synchronization
package import SystemIO
package import UpgradeCore

/// Questions in their order, one in sight at a time. An answer is in nobody's hands but the face's and the desk's.
package final class AccessDesk: Sendable {
  private struct State {
    var waiting: [(question: AccessQuestion, answer: CheckedContinuation<HiddenText?, Never>)] = []
    var count = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  /// Says that the question in sight may be another one, or none; for one listener.
  package let changes: AsyncStream<Void>
  private let ring: AsyncStream<Void>.Continuation

  package init() {
    (changes, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
  }

  /// The question that is to be answered now.
  package var pending: AccessQuestion? { state.withLock { $0.waiting.first?.question } }

  /// Answers a question; nil refuses. Nothing happens where it was withdrawn.
  package func answer(_ number: Int, _ text: HiddenText?) {
    let waiter = state.withLock { state in
      state.waiting.firstIndex { $0.question.number == number }.map { state.waiting.remove(at: $0).answer }
    }
    waiter?.resume(returning: text)
    ring.yield()
  }

  /// Asks, and waits for the answer; nil where it was refused, or the task was cancelled.
  func ask(_ kind: AccessQuestion.Kind, _ text: String) async -> HiddenText? {
    let number = state.withLock { state in
      state.count += 1
      return state.count
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isRefused = state.withLock { state in
          guard !state.isClosed, !Task.isCancelled else { return true }
          state.waiting.append((AccessQuestion(number: number, kind: kind, text: text), continuation))
          return false
        }
        if isRefused { continuation.resume(returning: nil) } else { ring.yield() }
      }
    } onCancel: {
      answer(number, nil)
    }
  }

  /// Refuses what is asked, and all that would be.
  package func close() {
    let all = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for (_, answer) in all { answer.resume(returning: nil) }
    ring.yield()
    ring.finish()
  }
}
