package import SystemIO

/// Runs the machine's own programs (apt-get, dpkg-deb, python3), each within a bound.
package struct Programs: Sendable {
  /// How a program ended and what it printed.
  package struct Outcome: Equatable, Sendable {
    package let status: ExitStatus
    package let output: String
    package let complaints: String

    init(_ outcome: ChildOutcome) {
      status = outcome.status
      output = outcome.text
      complaints = String(decoding: outcome.errorOutput, as: UTF8.self)
    }

    package var isSuccess: Bool { status.isSuccess }
    /// All that was printed, for sentences about a failure.
    package var everything: String { output + complaints }
    /// The last line printed, cut to what fits into a sentence.
    package var lastLine: String {
      let line = everything.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }
      return line.map { String($0.prefix(200)) } ?? "no word from it"
    }
  }

  package let loop: EventLoop
  private let environment: ChildEnvironment

  /// - Parameter changes: variables that the programs get besides ours; nil takes one away.
  package init(on loop: EventLoop, environment changes: [String: String?] = [:]) {
    self.loop = loop
    // What they print is read, so it has to be in one language.
    environment = .changed(["LC_ALL": "C", "LANGUAGE": nil].merging(changes) { _, given in given })
  }

  /// Runs a program to its end; one that takes longer than the bound is killed with all that it started.
  package func run(
    _ program: String, _ arguments: [String], in directory: String? = nil, within bound: Duration
  ) async throws(LabError) -> Outcome {
    do throws(SystemError) {
      let command = ChildCommand(program, arguments, environment: environment, directory: directory)
      return Outcome(try await ChildProcess.run(command, on: loop, within: bound))
    } catch {
      switch error.code {
      case .timedOut:
        throw LabError(
          .timedOut, "\(program) did not end within \(bound.components.seconds) s",
          remedy: "Try again when the network or the machine is less busy.")
      case .canceled:
        throw LabError(.timedOut, "\(program) was interrupted", remedy: "Start again.")
      default:
        throw LabError(
          .toolMissing, "\(program) cannot be run: \(error)",
          remedy: "Install it, or put a server of the wanted release on the PATH.")
      }
    }
  }

  /// Whether a program of that name is on the PATH.
  package func has(_ program: String) -> Bool {
    (environment.variables["PATH"] ?? "/usr/bin:/bin").split(separator: ":").contains {
      Files.kind("\($0)/\(program)") == .file
    }
  }
}
