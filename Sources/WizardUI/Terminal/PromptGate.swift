// When a prompt takes an answer: not from type-ahead, not from a paste, not before it could be read.

package import SystemIO

/// One key as it came from the terminal, with what is known about who pressed it.
package struct KeyPress: Hashable, Sendable {
  package var key: Key
  /// It came between the terminal's marks of a paste.
  package var isPasted: Bool
  /// No other key came together with it; a person's key comes alone, a paste or a script's keys in a burst.
  package var isAlone: Bool

  package init(_ key: Key, isPasted: Bool = false, isAlone: Bool = true) {
    self.key = key
    self.isPasted = isPasted
    self.isAlone = isAlone
  }
}

/// Decides whether a key may answer the prompt on the screen.
///
/// One gate serves one prompt: after an answer it is withdrawn, and the next prompt has to appear and to arm anew, so
/// that one answer answers one question.
package struct PromptGate: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    /// The key may answer.
    case armed
    /// There is no prompt, or it has not been on the screen long enough to be read.
    case tooEarly
    /// The key was pasted, or came in a burst with others.
    case pasted
  }

  /// How long a prompt is on the screen before it takes an answer.
  package static let delay: Duration = .milliseconds(500)

  private var appeared: MonotonicTime?

  package init() {}

  /// The prompt is on the screen from now on; a prompt that is there already keeps its time.
  package mutating func appears(at now: MonotonicTime) {
    if appeared == nil { appeared = now }
  }

  /// The prompt was answered or is gone.
  package mutating func withdraws() { appeared = nil }

  /// When the prompt arms; nothing when there is none. The frame should be drawn again then.
  package var armsAt: MonotonicTime? { appeared.map { $0 + Self.delay } }

  package func isArmed(at now: MonotonicTime) -> Bool { armsAt.map { now >= $0 } ?? false }

  /// Whether a key that came at that time may answer.
  package func accepts(_ press: KeyPress, at now: MonotonicTime) -> Verdict {
    if press.isPasted || !press.isAlone { return .pasted }
    return isArmed(at: now) ? .armed : .tooEarly
  }
}
