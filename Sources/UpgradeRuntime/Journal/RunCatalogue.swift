import SystemIO
import UpgradeCore

/// The runs of a state directory, and which of them is meant where none is named.
package struct RunCatalogue: Sendable {
  /// What the run is wanted for.
  package enum Purpose: Sendable {
    /// `status`, `report`, `journal`: the newest.
    case reading
    /// `resume`, `cleanup`: the newest that is not finished, else the newest.
    case goingOn
  }

  package let stateDirectory: String

  package init(_ stateDirectory: String) { self.stateDirectory = stateDirectory }

  /// All runs, newest first; none where the directory is not there.
  package func runs() throws(JournalError) -> [RunDirectory] {
    let path = RunDirectory.runs(in: stateDirectory)
    do throws(SystemError) {
      return try Files.list(path).compactMap { RunID($0) }.sorted(by: >).map { RunDirectory($0, in: stateDirectory) }
    } catch {
      if error.code == .noSuchFile { return [] }
      throw JournalError(.unusable, "\(error)", remedy: "Name the right directory with --state-dir.")
    }
  }

  /// The run of that name, or the one that is meant where `name` is nil, with what its journal says.
  ///
  /// A run that was killed before its first record is refused by name, and passed over without one.
  package func find(
    _ name: String?, for purpose: Purpose
  ) throws(JournalError) -> (directory: RunDirectory, reading: JournalReading) {
    if let name { return try find(named: name) }
    var newest: (RunDirectory, JournalReading)?
    let runs = try runs()
    for directory in runs {
      let reading = try directory.read()
      guard !reading.isUnstarted else { continue }
      if purpose == .reading || reading.isUnfinished { return (directory, reading) }
      if newest == nil { newest = (directory, reading) }
    }
    if let newest { return newest }
    if let only = runs.first { throw RunDirectory.unstarted(only.id) }
    throw JournalError(
      .noRun, "there is no run in \(Quotation.escaped(stateDirectory))",
      remedy: "`redis-upgrade TARGET --to VERSION` starts one; --state-dir names another place.")
  }

  private func find(named name: String) throws(JournalError) -> (directory: RunDirectory, reading: JournalReading) {
    guard let id = RunID(name) else {
      let known = try runs().prefix(3).map(\.id.text)
      throw JournalError(
        .noRun, "\(Quotation.quoted(name)) is not the id of a run",
        remedy: known.isEmpty
          ? "There is no run in \(Quotation.escaped(stateDirectory))."
          : "The newest here: \(Quotation.list(known, last: "and")).")
    }
    let directory = RunDirectory(id, in: stateDirectory)
    let reading = try directory.read()
    guard !reading.isUnstarted else { throw RunDirectory.unstarted(id) }
    return (directory, reading)
  }
}

extension JournalReading {
  /// Whether it was killed before its first record. A journal that cannot be read at all is not that.
  package var isUnstarted: Bool { entries.isEmpty && limit == nil && damage == nil }

  /// Whether there is something to go on with: it neither ended, nor stopped before anything was begun.
  package var isUnfinished: Bool {
    guard let ended = state.ended else { return true }
    return ended.kind == .stopped && !state.attempts.isEmpty
  }
}
