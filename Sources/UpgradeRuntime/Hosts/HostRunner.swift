// Where commands of the profile run: on a host, held by something that outlives the wizard.

package import UpgradeCore

/// One command line for one node's host.
package struct HostJob: Hashable, Sendable {
  /// The effect's id in the journal; the same id never runs twice.
  package var id: EffectID
  package var node: NodeID
  /// The exact shell line.
  package var text: String
  package var bound: Duration
  package init(id: EffectID, node: NodeID, text: String, bound: Duration) {
    self.id = id
    self.node = node
    self.text = text
    self.bound = bound
  }
}

/// What became of a host command.
package struct HostResult: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It never began, and cannot begin any more.
    case neverStarted
    /// It certainly did not begin, for this reason.
    case refused(String)
    /// It is still running after its bound; it was not killed.
    case overdue
    /// It cannot be told.
    case unknown(String)
  }
  package var kind: Kind
  /// Every byte that it wrote.
  package var outputPath: String
  package var outputLength: Int
  /// The last lines, control codes taken out.
  package var tail: [String]
  package init(kind: Kind, outputPath: String, outputLength: Int, tail: [String]) {
    self.kind = kind
    self.outputPath = outputPath
    self.outputLength = outputLength
    self.tail = tail
  }
}

/// What is heard of a host command while it runs.
package enum HostNews: Hashable, Sendable {
  case began
  case printed([UInt8])
  case ended(HostResult)
}

extension HostResult.Kind {
  /// In a word or two, for the title of its output.
  var words: String {
    switch self {
    case .exited(let code): "exit \(code)"
    case .signalled(let signal): "killed by signal \(signal)"
    case .neverStarted: "never started"
    case .refused: "not started"
    case .overdue: "still running after its bound"
    case .unknown: "end not known"
    }
  }
}

/// What could not be done on a host: a sentence.
package struct HostFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  package init(_ description: String) { self.description = description }
}

/// Runs host commands so that they outlive the wizard.
package protocol HostRunner: Sendable {
  /// Runs a command to its end; `output` hears of each new piece of its output.
  func run(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult
  /// After a restart: what became of a command that an earlier wizard may have begun. Never starts anything.
  func reattach(_ job: HostJob, output: @escaping @Sendable ([UInt8]) -> Void) async -> HostResult
  /// A command of this run that was given up as overdue and has not ended yet, in words; nil where there is none.
  func commandAtWork() async -> String?
  /// Whether a process of a node's host has not ended; false also where nobody can tell.
  func isAlive(_ pid: Int, on node: NodeID) async -> Bool
  /// Moves a node's data files beside themselves, under names that end with `suffix`; answers the old names.
  func setAside(in directory: String, suffix: String, on node: NodeID) async throws(HostFailure) -> [String]
  /// Bytes of a file on a node's host from an offset on, the last ones where there are more, and the file's length;
  /// nil where it cannot be read from here.
  func read(
    _ path: String, from offset: Int, upTo count: Int, on node: NodeID
  ) async -> (bytes: [UInt8], length: Int)?
  /// Terminals of commands get this size from now on, those that are open as well; answers which size they have where
  /// it is not this one.
  func resizeTerminals(_ size: TerminalSize) async -> TerminalSize?
  /// What can be typed into of the commands that run.
  var keyboards: Keyboards { get }
  /// The run is over, and done: what it kept on hosts for its own sake is taken away.
  func tidyUp() async
}

extension HostRunner {
  package var keyboards: Keyboards { Keyboards(absent: "Commands are not run from here; nothing is typed into them.") }
  package func tidyUp() async {}
  package func resizeTerminals(_ size: TerminalSize) async -> TerminalSize? { .standard }
  package func read(
    _ path: String, from offset: Int, upTo count: Int, on node: NodeID
  ) async -> (bytes: [UInt8], length: Int)? { nil }
}
