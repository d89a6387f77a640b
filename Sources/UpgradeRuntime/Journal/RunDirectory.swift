import SystemIO
package import UpgradeCore

/// Where everything about one run is kept: `STATE/runs/RUN/`, readable by its user alone.
package struct RunDirectory: Hashable, Sendable {
  package let stateDirectory: String
  package let id: RunID

  package init(_ id: RunID, in stateDirectory: String) {
    self.id = id
    self.stateDirectory = stateDirectory
  }

  package var path: String { "\(Self.runs(in: stateDirectory))/\(id)" }
  package var journal: String { "\(path)/journal.jsonl" }
  /// Held by the wizard that drives the run.
  package var lock: String { "\(path)/lock" }
  /// What host commands printed, one file an attempt.
  package var output: String { "\(path)/output" }
  /// Copies of data files, where the profile reaches the host.
  package var backup: String { "\(path)/backup" }
  /// What was read from the servers; kept for the curious, never for deciding.
  package var observations: String { "\(path)/observations.jsonl" }
  package var reportText: String { "\(path)/report.md" }
  package var reportJSON: String { "\(path)/report.json" }

  /// Where the files are that a face names.
  package var paths: RunPaths {
    var paths = RunPaths()
    paths.journal = journal
    paths.report = reportText
    paths.backup = backup
    paths.output = output
    return paths
  }

  static func runs(in stateDirectory: String) -> String { "\(stateDirectory)/runs" }

  /// Makes the directory of a new run and opens its journal; nothing about the deployment has happened yet.
  package static func create(
    in stateDirectory: String, at time: WallTime
  ) throws(JournalError) -> (directory: RunDirectory, journal: Journal) {
    var salt = Int.random(in: 0..<1000)
    // Somebody else may start a run in the same millisecond; seventeen of them find a name.
    for _ in 0..<17 {
      let directory = RunDirectory(RunID(at: time, salt: salt), in: stateDirectory)
      salt += 1
      do throws(SystemError) {
        for part in [directory.path, directory.output, directory.backup] { try Files.makeDirectories(part) }
        let file = try JournalFile(creating: directory.journal)
        return (directory, try journal(JournalChain(run: directory.id.text), file))
      } catch {
        if error.code == .exists { continue }
        throw unusable(error, stateDirectory)
      }
    }
    throw JournalError(
      .unusable, "no name is free for a new run in \(Quotation.escaped(stateDirectory))", remedy: "Try again.")
  }

  /// Reads the journal of this run.
  package func read() throws(JournalError) -> JournalReading {
    do throws(SystemError) {
      return try JournalReading(file: journal)
    } catch {
      if error.code == .noSuchFile {
        throw JournalError(
          .noRun, "there is no run \(id) in \(Quotation.escaped(stateDirectory))",
          remedy: "`redis-upgrade status` says which there are; --state-dir names another place.")
      }
      throw JournalError(
        .unusable, "\(error)", remedy: "See to the file; it holds all that is known of the run \(id).")
    }
  }

  /// Opens the journal to go on behind what was read.
  package func goOn(_ reading: JournalReading) throws(JournalError) -> Journal {
    guard let chain = reading.chain, !reading.entries.isEmpty else { throw Self.unstarted(id) }
    if let limit = reading.limit {
      throw JournalError(
        .limited, "line \(limit.line) of the journal of \(id) \(limit.what)",
        remedy: "A newer redis-upgrade wrote it: resume with that one. `redis-upgrade cleanup` works.")
    }
    if let damage = reading.damage {
      throw JournalError(
        .damaged, "line \(damage.line) of the journal of \(id) \(damage.what)",
        remedy: "It was changed after it had been written, so nobody knows what was done: look at the servers. "
          + "`redis-upgrade cleanup` works.")
    }
    return try Journal(chain, store: try JournalFile(opening: journal, length: reading.length))
  }

  static func unstarted(_ id: RunID) -> JournalError {
    JournalError(
      .unstarted, "the run \(id) ended before its first record", remedy: "It changed nothing; start a new one.")
  }

  private static func journal(_ chain: JournalChain, _ file: JournalFile) throws(SystemError) -> Journal {
    do throws(JournalError) {
      return try Journal(chain, store: file)
    } catch {
      throw SystemError(.wouldBlock, "start a thread for", "the journal")
    }
  }

  private static func unusable(_ error: SystemError, _ stateDirectory: String) -> JournalError {
    let otherwise = "or name another directory with --state-dir; nothing was begun."
    return switch error.code {
    case .noSpace: JournalError(.full, "no run can be recorded: \(error)", remedy: "Free some space, \(otherwise)")
    case .accessDenied:
      JournalError(
        .unusable, "no run can be recorded: \(error)", remedy: "Let this user write there, \(otherwise)")
    default: JournalError(.unusable, "no run can be recorded: \(error)", remedy: "See to that, \(otherwise)")
    }
  }
}
