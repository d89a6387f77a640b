/// What the program says to whoever started it when it ends; scripts rely on the numbers.
package enum ExitCode: Int32, Sendable, CaseIterable {
  /// Done, and verified on the servers.
  case done = 0
  /// Refused, or a check failed; nothing was changed.
  case refused = 1
  /// The command line or a file on it is wrong.
  case usage = 2
  /// Stopped; every shard is served, and `resume` goes on.
  case stoppedResumable = 3
  /// Stopped, and something needs a person now.
  case needsPerson = 4
  /// Interrupted before any change.
  case interrupted = 130

  /// One line for `--help`.
  package var meaning: String {
    switch self {
    case .done: "done and verified"
    case .refused: "refused or a check failed, and nothing was changed"
    case .usage: "the command line or a file named on it is wrong"
    case .stoppedResumable: "stopped and resumable, with every shard served"
    case .needsPerson: "stopped, and something needs a person now"
    case .interrupted: "interrupted before any change"
    }
  }
}
