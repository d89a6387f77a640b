// What stays as it is when the wizard is left now, and with which code the program would end.

package import UpgradeCore

/// The consequences of leaving at this moment, told before anybody has to decide.
package struct LeaveForecast: Hashable, Sendable {
  package var exitCode: Int32
  package var meaning: String
  /// What stays as it is, one sentence each.
  package var lines: [String]

  package init(_ picture: RunPicture) {
    let state = picture.state
    (exitCode, meaning) = Self.code(picture)
    if let watching = picture.watching {
      lines = Self.watched(watching, picture)
      return
    }
    lines = []
    guard state.hasChanged else {
      lines = ["Nothing has been changed on any server."]
      if state.hasBegun { lines.append("What was fetched to the hosts stays there, for resume.") }
      return
    }
    if let flight = state.inFlight {
      lines.append(
        "Running now: \(flight.effect.step.sentence(in: picture.setup)). It is not cut short; "
          + "resume looks at what came of it.")
    }
    let out = state.facts.out.sorted().map { picture.setup?.address($0) ?? $0.text }
    if !out.isEmpty { lines.append("Out of service by us: \(out.joined(separator: ", ")). It stays so until resume.") }
    let settings = state.facts.openLedger.count
    if settings > 0 {
      lines.append("Upgrade mode: \(settings) temporary settings stay in place until resume or cleanup.")
    }
    let done = NodeStatus.all(in: picture).count { $0.word == .ok }
    lines.append("\(done) of \(picture.setup?.nodes.count ?? 0) nodes are done. The servers go on as they are.")
  }

  /// Whoever watches takes nothing with him.
  private static func watched(_ watching: Watching, _ picture: RunPicture) -> [String] {
    let all = ["You only watch: nothing was changed from here, and nothing is when you leave."]
    switch watching.driver {
    case .drives(let name): return all + ["The run goes on where it is driven, by \(name)."]
    case .gone where picture.state.ended == nil:
      return all + ["Nobody drives the run now. To go on with it: redis-upgrade resume \(picture.run)"]
    case .gone, .noRun, .unknown: return all
    }
  }

  private static func code(_ picture: RunPicture) -> (Int32, String) {
    if let conclusion = picture.conclusion {
      return (conclusion.exitCode, conclusion.exitCode == 0 ? "done and verified" : "the run is over")
    }
    if picture.isReadOnly { return (0, "only the watch ends") }
    guard picture.state.hasBegun else { return (130, "interrupted before any change") }
    let isServed = isWhole(picture) && picture.state.problem?.isDataGone != true
    let isFresh = !HealthText(picture).isStale
    return isServed && isFresh
      ? (3, "stopped, resumable, every \(picture.health.cluster == nil ? "shard" : "database") served")
      : (4, "stopped, needs a person now")
  }

  /// Whether all that the deployment is for is served, as far as its newest reading goes.
  private static func isWhole(_ picture: RunPicture) -> Bool {
    guard let setup = picture.setup else { return false }
    let scene = Scene(snapshot: picture.snapshot, setup: setup)
    let verdict = Rulebook.evaluate(setup.procedure.servingRule, .deployment, in: scene)
    // Outside of clusters nothing else tells.
    if setup.kind.isPlain { return verdict.holds }
    // Between two readings a cluster is what the last one said, unless it is known that a shard is not served.
    if case .broken = verdict { return false }
    return picture.health.cluster.map { $0.active == $0.databases.count }
      ?? (picture.health.clusterOK == true && picture.health.slotsServed == SlotSet.count)
  }

  /// `3 (stopped, resumable, every shard served)`
  package var codeText: String { "\(exitCode) (\(meaning))" }
}
