package import UpgradeCore

/// Why a run cannot be recorded, found, gone on with or read: what, and what to do about it.
package struct JournalError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// The disk is full.
    case full
    /// The file or its directory cannot be written or read.
    case unusable
    /// The disk failed while it wrote: nobody knows what is on it.
    case lost
    /// There is no such run, or none at all.
    case noRun
    /// A run that was killed before its first record.
    case unstarted
    /// Another wizard is at work.
    case taken
    /// A line in the middle was changed.
    case damaged
    /// A later version wrote it.
    case limited
  }

  package let code: Code
  /// A sentence without its full stop.
  package let what: String
  /// A whole sentence.
  package let remedy: String

  package init(_ code: Code, _ what: String, remedy: String) {
    self.code = code
    self.what = what
    self.remedy = remedy
  }

  package var description: String { "\(what). \(remedy)" }

  /// Nothing of this kind has changed anything.
  package var exitCode: ExitCode { .refused }
}
