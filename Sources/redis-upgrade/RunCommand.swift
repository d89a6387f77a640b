// `redis-upgrade TARGET --to VERSION`: the wizard.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// A new run.
struct RunCommand {
  let program: Program
  let request: UpgradeRequest
  var kind = RunPicture.Kind.live
  var isLab = false
  var opening: String?

  func run() throws(UsageError) -> Int32 {
    let settings = try program.settings(request.running, request.stateDirectory)
    let profile = try Profile.load(settings.profile)
    let logins = try request.target.isEnterprise ? EnterpriseAccess(profile) : EnterpriseAccess()
    let answers = try program.answers(request.running)
    let credentials = try program.credentials(request.connection, request.target)
    let tls = try program.encryption(request.connection.encryption, request.target.security)
    let sentinels = try SentinelDoor(profile.sentinels)
    let directory: RunDirectory
    let journal: Journal
    do throws(JournalError) {
      // Before anything else: a run that cannot be recorded is not begun.
      (directory, journal) = try RunDirectory.create(
        in: settings.stateDirectory, at: WallTime(milliseconds: WallClock.milliseconds))
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
    let remote = profile.remote([])
    let access = program.access(remote)
    defer { program.end(access) }
    let way = program.way(profile.places.addresses, remote, access.links)
    let connection = program.connection(credentials, tls, way, sentinels, run: directory.id.text)
    let code = drive(settings, profile, logins, answers, connection, access, directory, journal)
    if (try? directory.read().isUnstarted) == true { try? Files.removeTree(directory.path) }
    return code
  }

  private func drive(
    _ settings: Settings, _ profile: Profile, _ logins: EnterpriseAccess, _ answers: Answers,
    _ connection: ConnectionSettings, _ access: Access, _ directory: RunDirectory, _ journal: Journal
  ) -> Int32 {
    let program = program
    let run = directory.id.text
    let isThrowAway = isLab || LabMark.isLab(profile: settings.profile)
    let keeper = WizardKeeper()
    let parts = WizardParts(
      loop: program.loop, fleet: Fleet(loop: program.loop, settings: connection), links: access.links,
      request: RunRequest(
        target: request.target.described(encrypted: connection.tls != nil), seeds: request.target.seeds, to: request.to,
        options: settings.options,
        profile: profile, isLab: isThrowAway, isEnterprise: request.target.isEnterprise,
        watched: request.target.watched, stateDirectory: settings.stateDirectory), enterprise: logins,
      identity: program.identity, kind: isThrowAway ? .training : kind, run: run,
      openRun: { setup, run throws(FindingError) in
        do throws(JournalError) {
          let lock = try DeploymentLock.take(
            directory,
            as: DeploymentLock.Holder(
              run: run, wizard: program.identity, since: WallTime(milliseconds: WallClock.milliseconds),
              nodes: setup.lockedNames))
          await keeper.keep(lock)
        } catch {
          throw FindingError(error.description)
        }
        return OpenRun(
          sink: JournalSink(journal) { await keeper.wizard?.recorded($0, wallMilliseconds: $1) },
          host: directory.host(setup.site, access.links, on: program.loop), paths: directory.paths,
          keep: directory.keeper(on: program.loop), concluded: { directory.keepReport($0) })
      })
    let wizard = Wizard(parts: parts)
    _ = program.wait { await keeper.keep(wizard) }
    let code = Faces(
      program: program, request: request.face, answers: answers, desk: access.desk, opening: opening,
      crashes: directory.crashes
    ).show(wizard) {
      do throws(FindingError) {
        try await wizard.begin()
        return nil
      } catch {
        return error.description
      }
    }
    // Another run of this process may be about the same Sentinels.
    _ = program.wait { await keeper.letGo() }
    return code
  }
}

/// Keeps what has to live as long as the run.
actor WizardKeeper {
  private(set) weak var wizard: Wizard?
  private var lock: DeploymentLock?
  func keep(_ wizard: Wizard) { self.wizard = wizard }
  func keep(_ lock: DeploymentLock) { self.lock = lock }
  func letGo() { lock = nil }
}
