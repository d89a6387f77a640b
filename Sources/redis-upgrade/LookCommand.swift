// `check`, `plan` and `notice`: looks at the deployment and says what would be; changes nothing, and leaves no run behind.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// A look without a run.
struct LookCommand {
  let program: Program
  let request: UpgradeRequest

  func check() throws(UsageError) -> Int32 {
    try look { picture, isJSON in
      let text = CheckText(picture.checks)
      if isJSON { print(text.json.text) } else { for line in text.lines { print(line) } }
      return picture.checks.contains(where: \.refuses) ? .refused : .done
    }
  }

  func plan() throws(UsageError) -> Int32 {
    let asksPermissions = request.asksPermissions
    return try look { picture, isJSON in
      if asksPermissions {
        // For whoever grants them: asked with another user, so that what this one may do says nothing.
        guard let setup = picture.setup else { return .refused }
        let text = PermissionsText(setup)
        if isJSON { print(text.json.text) } else { for line in text.lines { print(line) } }
        return .done
      }
      let text = PlanText(picture.plan, setup: picture.setup, briefing: picture.briefing)
      if isJSON { print(text.json.text) } else { for line in text.lines { print(line) } }
      let refusing = picture.checks.filter(\.refuses)
      for check in refusing { complain("refused by \(check.name) on \(check.object): \(check.saw)") }
      return refusing.isEmpty ? .done : .refused
    }
  }

  /// The announcement; of what a run would refuse nothing is announced.
  func notice(begin: Int64?) throws(UsageError) -> Int32 {
    try look { picture, isJSON in
      let refusing = picture.checks.filter(\.refuses)
      for check in refusing { complain("refused by \(check.name) on \(check.object): \(check.saw)") }
      guard refusing.isEmpty, let plan = picture.plan, let setup = picture.setup else { return .refused }
      if case .problem(let problem) = plan.ending {
        complain("The plan ends at a problem: \(problem.what)")
        return .refused
      }
      let text = NoticeText(plan, setup: setup, snapshot: picture.snapshot, begin: begin)
      if isJSON { print(text.json.text) } else { for line in text.lines { print(line) } }
      return .done
    }
  }

  private func look(_ say: @escaping @Sendable (RunPicture, Bool) -> ExitCode) throws(UsageError) -> Int32 {
    let settings = try program.settings(request.running, request.stateDirectory)
    let profile = try Profile.load(settings.profile)
    let logins = try request.target.isEnterprise ? EnterpriseAccess(profile) : EnterpriseAccess()
    let credentials = try program.credentials(request.connection, request.target)
    let tls = try program.encryption(request.connection.encryption, request.target.security)
    let sentinels = try SentinelDoor(profile.sentinels)
    let isJSON = request.face.face == .json
    let run = RunID(at: WallTime(milliseconds: WallClock.milliseconds), salt: Int(Host.processID)).text
    let remote = profile.remote([])
    let access = program.access(remote)
    defer { program.end(access) }
    let way = program.way(profile.places.addresses, remote, access.links)
    let parts = WizardParts(
      loop: program.loop,
      fleet: Fleet(loop: program.loop, settings: program.connection(credentials, tls, way, sentinels, run: run)),
      links: access.links,
      request: RunRequest(
        target: request.target.described(encrypted: tls != nil), seeds: request.target.seeds, to: request.to,
        options: settings.options,
        profile: profile, isLab: LabMark.isLab(profile: settings.profile), isEnterprise: request.target.isEnterprise,
        watched: request.target.watched, stateDirectory: settings.stateDirectory),
      enterprise: logins,
      identity: program.identity, kind: .live, run: run,
      openRun: { _, _ throws(FindingError) in throw FindingError("nothing is begun by a look") })
    let wizard = Wizard(parts: parts)
    let code = program.asking(access.desk) {
      program.wait { () async -> ExitCode in
        do throws(FindingError) {
          try await wizard.begin()
          return say(wizard.picture, isJSON)
        } catch {
          complain(error.description)
          return .refused
        }
      }
    }
    return (code ?? .needsPerson).rawValue
  }
}
