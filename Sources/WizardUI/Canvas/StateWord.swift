// The words that begin every row of a list: a state is a word first, its colour only repeats it.

/// The state of a node or a step, as the first word of its row.
package enum StateWord: String, CaseIterable, Hashable, Sendable {
  case ok = "OK"
  case ask = "ASK"
  case run = "RUN"
  case wait = "WAIT"
  case hold = "HOLD"
  case skip = "SKIP"
  case fail = "FAIL"
  case undo = "UNDO"
  case gone = "GONE"

  package var style: Style {
    switch self {
    case .ok: .good
    case .ask: .attention
    case .run: .bold
    case .fail: .danger
    case .wait, .hold, .skip, .undo, .gone: .plain
    }
  }

  package var meaning: String {
    switch self {
    case .ok: "done, and read back from the server"
    case .ask: "waits for your answer; nothing runs"
    case .run: "a step is running"
    case .wait: "its turn has not come"
    case .hold: "held back by a gate or by you"
    case .skip: "left out"
    case .fail: "did not work; you are asked what to do"
    case .undo: "is being put back"
    case .gone: "does not answer"
    }
  }

  package var line: Line { Line(rawValue, style) }

  /// The columns of the longest word.
  package static let columns = 4
}

/// The result of a check, as the first word of its row.
package enum CheckWord: String, CaseIterable, Hashable, Sendable {
  case pass = "PASS"
  case note = "NOTE"
  case warn = "WARN"
  case fail = "FAIL"
  case skip = "SKIP"
  case unknown = "??"
  case running = ".."

  package var style: Style {
    switch self {
    case .pass: .good
    case .warn, .unknown: .attention
    case .fail: .danger
    case .note, .skip, .running: .plain
    }
  }

  package var meaning: String {
    switch self {
    case .pass: "holds"
    case .note: "holds; something worth knowing was seen"
    case .warn: "does not hold; it does not stop the upgrade"
    case .fail: "does not hold; the upgrade cannot start"
    case .skip: "does not apply here"
    case .unknown: "could not be told, which is not the same as holding"
    case .running: "is being checked"
    }
  }

  package var line: Line { Line(rawValue, style) }

  /// The columns of the longest word.
  package static let columns = 4
}
