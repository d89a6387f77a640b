// Which version runs where, whether the wanted one may follow, and what is known against it.

struct VersionPath: Rule {
  let name: RuleName = "version-path"
  let severity = Severity.blocking
  let title = "The wanted version can follow the present one, node by node"
  let why = "In between, both versions must read each other's data and talk to each other on the cluster bus."
  let reads = "INFO server of every node, the table of paths"
  let remedy = "Choose another target, or go by the route that is named, one run for each hop."
  let source =
    "redis.io documentation, Cluster administration; redis src/rdb.c; the source of each path: redis-upgrade "
    + "explain VERSION VERSION"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let nodes = scene.nodes(of: object)
    let releases = scene.releases
    let facts = DeploymentFacts(scene.snapshot)
    var verdicts: [Verdict] = []
    var seen: Set<Release> = []
    for node in nodes {
      guard let release = releases[node] else {
        verdicts.append(.unknown(why: "\(scene.name(node)): its version is not known"))
        continue
      }
      if seen.insert(release).inserted {
        verdicts.append(judge(release, to: scene.setup.to, scene.setup.kind.pathMode, facts))
      }
    }
    return Verdict.together(verdicts, of: "version")
  }

  private func judge(_ from: Release, to: Release, _ mode: PathMode, _ facts: DeploymentFacts) -> Verdict {
    let path = Paths.judge(from: from, to: to, mode: mode, facts: facts)
    switch path.answer {
    case .refused(let refusal):
      let fix =
        switch path.route.count {
        case 0 where refusal.kind == .downgrade:
          "choose another target with --to; what a way back takes: redis-upgrade explain \(from) \(to)"
        case 0: "choose another target with --to"
        case 1: "choose --to \(path.route[0])"
        default: "go by \(path.routeText ?? ""), one run each"
        }
      return .broken(saw: "\(from.title) to \(to.title): \(refusal.text)", fix: fix)
    case .allowed:
      if from == to { return .holds(saw: "\(from.title) is what is wanted") }
      let safer = path.routeText.map { "; a safer route: \($0), one run each" } ?? ""
      return .holds(saw: "\(from.title) to \(to.title) is a known path\(safer)")
    }
  }
}

struct TargetBlocked: Rule {
  let name: RuleName = "target-blocked"
  let severity = Severity.blocking
  let title = "Nothing is known against the wanted patch release"
  let why = "Some patch releases lose data, crash beside other versions, or can be taken over."
  let reads = "the wanted version, the table of blocked patches, CONFIG GET"
  let remedy = "Choose a later patch of the same line."
  let source = "the issue of each: redis-upgrade explain VERSION"
  let severityVaries = "a warning where the patch has a fault that an upgrade can live with"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    BlockList.judge(scene.setup.to, facts: DeploymentFacts(scene.snapshot)).refusals.isEmpty ? .warning : .blocking
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let target = scene.setup.to
    let found = BlockList.judge(target, facts: DeploymentFacts(scene.snapshot))
    let rows = found.refusals.isEmpty ? found.warnings : found.refusals
    guard !rows.isEmpty else { return .holds(saw: "nothing known against \(target.title)") }
    return .broken(
      saw: "\(target.title): " + rows.map { "\($0.text) [\($0.source)]" }.joined(separator: "; "),
      fix: "choose a later patch; fixed in " + rows.map(\.fixedIn).joined(separator: "; "))
  }
}

struct PathHazards: Rule {
  let name: RuleName = "path-hazards"
  let severity = Severity.warning
  let title = "Nothing on this path needs care"
  let why = "Even an allowed path changes defaults, formats or commands that somebody may rely on."
  let reads =
    "INFO everything, CONFIG GET, ACL LIST, MODULE LIST, the configuration and ACL files where the profile reaches them"
  let remedy = "Read them before you agree to the plan; each says what to do."
  let source = "the source of each: redis-upgrade explain NAME"
  let after = "Nothing has to be run again: this is for you to know."

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let known = scene.briefing.points
    guard !known.isEmpty else { return .holds(saw: "nothing is known that this deployment has to do with") }
    return .broken(
      saw: known.map { applied in
        let doubt = applied.applies ? "" : " (if it applies here, which cannot be told)"
        return "\(applied.id)\(doubt): \(applied.consideration.text)"
      }.joined(separator: " "),
      fix: "read them before you agree to the plan; each by its name: redis-upgrade explain NAME")
  }
}

struct SameVersion: Rule {
  let name: RuleName = "same-version"
  let severity = Severity.warning
  let title = "All nodes run the same version"
  let why = "Different versions at the start mean that an upgrade was begun and not ended, or that somebody is at it."
  let reads = "INFO server of every node"
  let remedy = "Nothing where an upgrade was begun: the run goes on with it. Else make sure that nobody else is at it."
  let source = "redis.io documentation, Cluster administration: upgrading nodes"
  let severityVaries = "a note where one of two versions is the target: a run that was begun"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    // The target and one other version: a run that was begun, and that this one ends.
    let releases = Set(scene.releases.values)
    return releases.count == 2 && releases.contains(scene.setup.to) ? .note : .warning
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let releases = scene.releases
    if let unread = scene.members.first(where: { releases[$0] == nil }) {
      return .unknown(why: "\(scene.name(unread)): its version is not known")
    }
    let groups = Dictionary(grouping: scene.members) { releases[$0] }
    guard groups.count > 1 else {
      return .holds(saw: releases.values.first.map { "\(Words.count(releases.count, "node")) on \($0.title)" } ?? "")
    }
    let parts = groups.sorted { ($0.key?.description ?? "") < ($1.key?.description ?? "") }.map { release, nodes in
      "\(release?.title ?? "?") on \(scene.names(nodes))"
    }
    let done = groups[scene.setup.to]?.count ?? 0
    return .broken(
      saw: parts.joined(separator: "; "),
      fix: done > 0
        ? "nothing to mend: the run takes \(Words.count(done, "node")) as done and goes on with the others"
        : "make sure that nobody else is upgrading; the run brings all of them to \(scene.setup.to.title)")
  }
}
