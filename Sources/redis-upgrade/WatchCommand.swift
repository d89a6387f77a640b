// `redis-upgrade watch [TARGET | RUN]`: looks on, and changes nothing.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Watches a deployment, or the run that another terminal drives; sends nothing but reads, and writes nothing.
struct WatchCommand {
  let program: Program
  let request: WatchRequest

  func run() throws(UsageError) -> Int32 {
    switch request.subject {
    case .target(let target):
      return try watch(target)
    case .run(let name): return try watch(run: name)
    }
  }

  /// Connections that no run takes for those of another wizard.
  private func fleet(
    _ credentials: Credentials, _ tls: TLSContext?, _ way: Way, _ sentinels: SentinelDoor?
  ) -> Fleet {
    let run = RunID(at: WallTime(milliseconds: WallClock.milliseconds), salt: Int(Host.processID)).text
    return Fleet(
      loop: program.loop,
      settings: program.connection(credentials, tls, way, sentinels, run: WizardName.watching + run))
  }

  private func faces(_ access: Access) throws(UsageError) -> Faces {
    Faces(program: program, request: request.face, answers: try Answers(file: [], flags: []), desk: access.desk)
  }

  // MARK: - A run

  private func watch(run name: String?) throws(UsageError) -> Int32 {
    let settings = try program.settings(RunningRequest(), request.stateDirectory)
    let credentials = try program.credentials(request.connection, nil)
    let (directory, reading): (RunDirectory, JournalReading)
    do throws(JournalError) {
      (directory, reading) = try RunCatalogue(settings.stateDirectory).find(name, for: .goingOn)
    } catch {
      complain(error.description)
      return ExitCode.refused.rawValue
    }
    guard let setup = reading.state.setup else {
      complain("The run \(directory.id) has no beginning in its journal: there is nothing to watch.")
      return ExitCode.refused.rawValue
    }
    let tls = try program.encryption(request.connection.encryption, of: setup)
    let sentinels = try SentinelDoor(setup.sentinelAccess)
    let access = program.access(setup.site.remote)
    defer { program.end(access) }
    let way = program.way(setup.site.addresses, setup.site.remote, access.links)
    let spectator = Spectator(
      parts: SpectatorParts(
        loop: program.loop, fleet: fleet(credentials, tls, way, sentinels), links: access.links, host: Host.name,
        target: setup.target,
        endsWithRun: program.face(request.face) != .screen))
    return try faces(access).show(spectator) {
      do throws(FindingError) {
        try await way.prepare()
        try await spectator.begin(directory)
        return nil
      } catch {
        return error.description
      }
    }
  }

  // MARK: - A deployment

  private func watch(_ target: Target) throws(UsageError) -> Int32 {
    let credentials = try program.credentials(request.connection, target)
    let tls = try program.encryption(request.connection.encryption, target.security)
    let profile = try Profile.load(request.profile ?? program.configuration.profile ?? BuiltInProfiles.usual)
    let remote = profile.remote([])
    let logins = try target.isEnterprise ? EnterpriseAccess(profile) : EnterpriseAccess()
    let sentinels = try SentinelDoor(profile.sentinels)
    let access = program.access(remote)
    defer { program.end(access) }
    let fleet = fleet(
      credentials, tls, program.way(profile.places.addresses, remote, access.links), sentinels)
    let finder =
      target.isEnterprise
      ? EnterpriseFinder(loop: program.loop, seeds: target.seeds, profile: profile, links: access.links) : nil
    guard program.face(request.face) == .screen else { return lines(fleet, target, finder, access) }
    let state = try program.settings(RunningRequest(), request.stateDirectory).stateDirectory
    let spectator = Spectator(
      parts: SpectatorParts(
        loop: program.loop, fleet: fleet, links: access.links,
        clients: finder.map { _ in logins.proxyReader(fleet.settings, on: program.loop) }, host: Host.name,
        target: target.described(encrypted: tls != nil),
        runUnderWay: { RunCatalogue(state).underWay(on: $0) }))
    return try faces(access).show(spectator) {
      do throws(FindingError) {
        if let finder {
          try await spectator.begin(finder)
        } else {
          try await spectator.begin(target.seeds, of: target.watched)
        }
        return nil
      } catch {
        return error.description
      }
    }
  }

  private func lines(_ fleet: Fleet, _ target: Target, _ finder: EnterpriseFinder?, _ access: Access) -> Int32 {
    let signals: AsyncStream<Signal>
    do throws(SystemError) {
      signals = try SignalSource(TerminalLoop.signals).stream(on: program.loop)
    } catch {
      complain("signals cannot be read: \(error)")
      return ExitCode.refused.rawValue
    }
    let isJSON = request.face.face == .json
    let loop = program.loop
    let code = program.asking(access.desk) {
      program.wait { () async -> ExitCode in
        do throws(FindingError) {
          let source: any WatchedSource
          if let finder {
            source = WatchedCluster(try await finder.reader())
          } else {
            source = WatchedServers(
              fleet, try await DeploymentFinder(fleet: fleet).find(target.seeds, of: target.watched))
          }
          let watching = loop.task { await WatchLines(loop: loop, source: source, isJSON: isJSON).run() }
          for await signal in signals where [.hangUp, .terminate, .interrupt].contains(signal) { break }
          watching.cancel()
          await watching.value
          return .done
        } catch {
          complain(error.description)
          return .refused
        }
      }
    }
    return (code ?? .needsPerson).rawValue
  }
}
