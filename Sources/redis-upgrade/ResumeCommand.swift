// `redis-upgrade resume [RUN]`: takes up a run that an earlier wizard began.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Goes on where another left off, whatever became of it.
struct ResumeCommand {
  let program: Program
  let request: ContinuationRequest

  func run() throws(UsageError) -> Int32 {
    let settings = try program.settings(request.running, request.stateDirectory)
    let answers = try program.answers(request.running)
    let credentials = try program.credentials(request.connection, nil)
    let (directory, reading): (RunDirectory, JournalReading)
    do throws(JournalError) {
      (directory, reading) = try RunCatalogue(settings.stateDirectory).find(request.run, for: .goingOn)
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
    for sentence in reading.sentences { complain(sentence) }
    if let crash = directory.crashSentence(reading) { complain(crash) }
    if !reading.isUnfinished { return over(directory, reading) }
    guard let setup = reading.state.setup else {
      complain("The run \(directory.id) has no beginning in its journal.")
      return ExitCode.refused.rawValue
    }
    let logins = try setup.enterprise.map(EnterpriseAccess.init) ?? EnterpriseAccess()
    let tls = try program.encryption(request.connection.encryption, of: setup)
    let sentinels = try SentinelDoor(setup.sentinelAccess)
    let access = program.access(setup.site.remote)
    defer { program.end(access) }
    let way = program.way(setup.site.addresses, setup.site.remote, access.links)
    let connection = program.connection(credentials, tls, way, sentinels, run: directory.id.text)
    do throws(JournalError) {
      if let sentence = window(setup) {
        complain(sentence)
        return ExitCode.refused.rawValue
      }
      let lock = try DeploymentLock.take(
        directory,
        as: DeploymentLock.Holder(
          run: directory.id.text, wizard: program.identity, since: WallTime(milliseconds: WallClock.milliseconds),
          nodes: setup.lockedNames))
      defer { lock.release() }
      let journal = try directory.goOn(reading)
      return drive(directory, reading, setup, journal, answers, connection, access, logins)
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
  }

  /// A window that is over is not gone on in without a word about it.
  private func window(_ setup: Setup) -> String? {
    guard request.running.window == nil, let window = setup.options.pace.window, let until = window.until,
      until <= Int(WallClock.milliseconds)
    else { return nil }
    return "The window of this run ended at \(window.text). Say how long it may go on for now: --not-after HH:MM, or "
      + "--not-after none."
  }

  /// A finished run is not begun again: its report, and its exit code.
  private func over(_ directory: RunDirectory, _ reading: JournalReading) -> Int32 {
    for line in directory.reportText(reading) { print(line) }
    return reading.state.ended?.kind == .done ? ExitCode.done.rawValue : ExitCode.stoppedResumable.rawValue
  }

  /// A crash is written into the journal by whoever goes on, once; a full disk keeps it out, and nothing else.
  private func noted(_ crash: CrashReport?, in journal: Journal, _ reading: JournalReading) -> [Record] {
    guard let crash else { return [] }
    let record = Record.noted(crash.sentence)
    guard !reading.entries.contains(where: { $0.record == record }) else { return [] }
    let isWritten = program.wait {
      (try? await journal.append([record], at: WallTime(milliseconds: WallClock.milliseconds))) != nil
    }
    return isWritten == true ? [record] : []
  }

  private func drive(
    _ directory: RunDirectory, _ reading: JournalReading, _ setup: Setup, _ journal: Journal, _ answers: Answers,
    _ connection: ConnectionSettings, _ access: Access, _ logins: EnterpriseAccess
  ) -> Int32 {
    let program = program
    let run = directory.id.text
    let adjustment = Adjustment(settle: request.running.settle, window: request.running.window?.window)
    let keeper = WizardKeeper()
    let records = reading.entries.map(\.record) + noted(directory.crash(reading), in: journal, reading)
    let parts = WizardParts(
      loop: program.loop, fleet: Fleet(loop: program.loop, settings: connection), links: access.links,
      request: RunRequest(
        target: setup.target, seeds: setup.nodes.map(\.address), to: .release(setup.to), options: setup.options,
        profile: BuiltInProfiles.manual, isLab: setup.site.isLab), enterprise: logins,
      identity: program.identity, kind: setup.site.isLab ? .training : .live, run: run,
      openRun: { _, _ throws(FindingError) in throw FindingError("the run has begun already") })
    let wizard = Wizard(parts: parts)
    _ = program.wait { await keeper.keep(wizard) }
    let open = OpenRun(
      sink: JournalSink(journal) { await keeper.wizard?.recorded($0, wallMilliseconds: $1) },
      host: directory.host(setup.site, access.links, on: program.loop), paths: directory.paths,
      records: records, inventory: directory.keptInventories(), times: reading.times,
      concluded: { directory.keepReport($0) })
    return Faces(
      program: program, request: request.face, answers: answers, desk: access.desk, crashes: directory.crashes
    ).show(wizard) {
      [way = connection.way] in
      do throws(FindingError) {
        try await way.prepare()
      } catch {
        return error.description
      }
      return await wizard.resume(open, adjustment)
    }
  }
}

extension RunDirectory {
  /// The report as it was kept at the end, or made again from the journal.
  func reportText(_ reading: JournalReading) -> [String] {
    if let bytes = try? Files.read(reportLines, limit: 1 << 20) {
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        .map(String.init).dropLast()
    }
    return ReportText(RunReport(of: reading.state, times: reading.times)).lines
  }
}
