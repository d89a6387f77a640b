package import UpgradeCore

/// What the operator gave us (a flag, a file, an answer) is wrong: what, where, and what to do about it.
///
/// Printed after `redis-upgrade: `; the program then ends with ``exitCode``.
package struct UsageError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of mistake, so that callers and tests can tell them apart without reading sentences.
  package enum Code: String, Sendable {
    case unknownFlag, misplacedFlag, flagValue, repeatedFlag, conflictingFlags
    case unknownCommand, missingArgument, extraArgument
    case target, version, notBuilt
    case unreadableFile, malformedYAML, unknownKey, duplicateKey, wrongType, missingKey, badValue
    case unknownProfile, unknownPlaceholder, unknownValue, unsafeValue
    case unknownQuestion, answer
    case environment, terminal
    /// Not a mistake: the operator left at a question that comes before any change.
    case interrupted
  }

  /// A line of a file; `line` counts from 1.
  package struct Place: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    package let line: Int

    package init(file: String, line: Int) {
      self.file = file
      self.line = line
    }

    package var description: String { "\(Quotation.escaped(file)):\(line)" }
  }

  package let code: Code
  /// Where it stands, if it stands in a file.
  package let place: Place?
  /// What is wrong: a sentence without its full stop.
  package let what: String
  /// What to do: a whole sentence.
  package let remedy: String

  package init(_ code: Code, at place: Place? = nil, _ what: String, remedy: String) {
    self.code = code
    self.place = place
    self.what = what
    self.remedy = remedy
  }

  package var exitCode: ExitCode { code == .interrupted ? .interrupted : .usage }

  package var description: String {
    let sentence = "\(what). \(remedy)"
    guard let place else { return sentence }
    return "\(place): \(sentence)"
  }
}
