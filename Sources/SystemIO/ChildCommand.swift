// What to start as a child process, and what its three standard descriptors are.

import CSystem
import Glibc

/// A program with its arguments, environment and working directory; values only, never a shell line.
package struct ChildCommand: Hashable, Sendable {
  /// A path, or a name that is looked up in the `PATH` of `environment`.
  package var program: String
  /// Without the program's own name.
  package var arguments: [String]
  package var environment: ChildEnvironment
  /// The working directory; nil is ours.
  package var directory: String?

  package init(
    _ program: String, _ arguments: [String] = [], environment: ChildEnvironment = .inherited, directory: String? = nil
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.directory = directory
  }

  /// A line for `/bin/sh -c`.
  package static func shell(
    _ line: String, environment: ChildEnvironment = .inherited, directory: String? = nil
  ) -> ChildCommand {
    ChildCommand("/bin/sh", ["-c", line], environment: environment, directory: directory)
  }
}

/// The environment of a child.
package enum ChildEnvironment: Hashable, Sendable {
  /// Ours.
  case inherited
  /// Ours with changes; nil takes a variable away.
  case changed([String: String?])
  /// Nothing but this.
  case exactly([String: String])

  /// The variables a child gets.
  package var variables: [String: String] {
    switch self {
    case .inherited: Host.environment
    case .changed(let changes):
      Host.environment.merging(changes.compactMapValues { $0 }) { _, new in new }
        .filter { name, _ in if case .some(.none) = changes[name] { false } else { true } }
    case .exactly(let variables): variables
    }
  }
}

/// What becomes of a child's standard input, output and error.
package enum ChildStreams: Hashable, Sendable {
  /// `/dev/null` for all three.
  case null
  /// A pipe each.
  case pipes
  /// One pseudo-terminal of that size, the child's controlling terminal; it begins a session of its own.
  case terminal(rows: Int, columns: Int)
  /// Input and output are one socket, whose other end is `ChildProcess.socket`, and is called by what the child leads to;
  /// errors go into a pipe.
  case socket(Endpoint)
  /// Descriptors of ours, which stay ours and open.
  case descriptors(input: Int32, output: Int32, error: Int32)
  /// Files: input from one (nil is `/dev/null`), output and error added to the end of others (mode 0600).
  case files(input: String?, output: String, error: String)
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
  /// It returned this code.
  case exited(Int32)
  /// This signal ended it.
  case signalled(Int32)
  /// It ended, or will, but nobody can say how: the loop was stopped, or somebody else reaped it.
  case unknown

  /// Whether it returned 0.
  package var isSuccess: Bool { self == .exited(0) }

  /// `exit code 1`, `ended by SIGKILL`, `end not seen`.
  package var description: String {
    switch self {
    case .exited(let code): "exit code \(code)"
    case .signalled(let number): "ended by \(Signal(number))"
    case .unknown: "end not seen"
    }
  }
}
