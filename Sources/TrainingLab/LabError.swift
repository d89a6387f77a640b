/// Why the lab could not do what it was asked: what, where, and what to do about it.
///
/// Nothing that is not the lab's own has been changed when it is thrown.
package struct LabError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The kinds of failure, so that callers and tests can tell them apart without reading sentences.
  package enum Code: String, Sendable {
    case unknownRelease, drifted, wrongArchitecture, doesNotRun
    case noMirror, unreachable, notThere, notSigned, toolMissing, toolFailed
    case badRequest, portTaken, noFreePorts, directoryNotEmpty, directoryUnusable
    case notALab, damagedRecord, busy
    case serverDidNotStart, notReady, refusedByServer, connectionLost, timedOut, serverStillRuns
  }

  package let code: Code
  /// What is wrong: a sentence without its full stop.
  package let what: String
  /// What to do: a whole sentence.
  package let remedy: String

  package init(_ code: Code, _ what: String, remedy: String) {
    self.code = code
    self.what = what
    self.remedy = remedy
  }

  package var description: String { "\(what). \(remedy)" }
}
