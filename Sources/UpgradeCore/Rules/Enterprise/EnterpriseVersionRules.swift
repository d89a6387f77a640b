// Where a cluster of Redis Enterprise Software may go from where it is, and what it brings along for its databases.

struct UpgradePath: EnterpriseRule {
  let name: RuleName = "upgrade-path"
  let severity = Severity.blocking
  let title = "The target can be reached from every node's version in one go"
  let why = "The installer of a version takes only those before it that its makers have tried; others end half way."
  let reads = "rladmin status nodes: VERSION; the vendor's matrix of upgrade paths"
  let remedy = "Go by the versions that are named, one run each, each to its end."
  let source = "redis/docs, rs-upgrade-paths; the release notes of versions before 7.2"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted else {
      return .broken(
        saw: "\(scene.setup.to.title) is not a version with its build",
        fix: "name the build as well, as the package does: --to 7.22.0-250")
    }
    let versions = survey.status.versions.sorted()
    guard !versions.isEmpty else { return .unknown(why: "the report lists no node") }
    let rest = versions.filter { $0 != target }
    guard !rest.isEmpty else { return .notApplicable(why: "every node runs \(target) already") }
    if let newer = rest.first(where: { $0 > target }) {
      return .broken(
        saw: "a node runs \(newer), and there is no way back to \(target)",
        fix: "choose \(newer) or a later version; a node does not go back, it can only be replaced")
    }
    for version in rest where version.version != target.version {
      switch Enterprise.UpgradePaths.judge(from: version.version, to: target.version) {
      case .direct: continue
      case .over(let stops):
        let names = stops.map(\.description).joined(separator: ", then ")
        return .broken(
          saw: "\(version) does not go to \(target.version) in one go",
          fix: "go by \(names), one run each, with the databases as each of them needs it; begin with --to "
            + "\(stops.first.map(\.description) ?? "")-BUILD")
      case .none(let why):
        return .broken(
          saw: "\(version) to \(target): \(why)", fix: "see the vendor's paths: redis/docs, upgrade-cluster")
      }
    }
    return .holds(saw: "\(rest.map(\.description).joined(separator: " and ")) to \(target)")
  }
}

/// A gate: while versions differ no database is upgraded, and nothing is configured.
struct OneVersion: EnterpriseRule {
  let name: RuleName = "one-version"
  let severity = Severity.blocking
  let title = "All nodes run the same build"
  let why = "While they do not, the cluster is between two versions: neither databases nor settings may be changed."
  let reads = "rladmin status nodes: VERSION"
  let remedy = "Upgrade the nodes that are left."
  let source = "redis/docs, upgrade-cluster"
  let isCheck = false

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let versions = survey.status.versions.sorted()
    guard let first = versions.first else { return .unknown(why: "the report lists no node") }
    guard versions.count > 1 else { return .holds(saw: first.description) }
    return .broken(saw: Self.words(survey), fix: "upgrade the nodes that are left")
  }

  /// `7.2.4-92 on node:2, node:3; 7.22.0-250 on node:1`.
  static func words(_ survey: Enterprise.Survey) -> String {
    survey.status.versions.sorted().map { version in
      "\(version) on "
        + survey.status.nodes.filter { $0.version == version }.map(\.name).joined(separator: ", ")
    }.joined(separator: "; ")
  }
}

struct UniformOrResumed: EnterpriseRule {
  let name: RuleName = "versions-uniform"
  let severity = Severity.blocking
  let title = "All nodes run one version, or an upgrade to the target was begun"
  let why = "A cluster between two versions is finished first; a third one on top is nothing that anybody tried."
  let reads = "rladmin status nodes: VERSION"
  let remedy = "Finish the upgrade that was begun, to the version that its first nodes run."
  let source = "redis/docs, upgrade-cluster: prerequisites"
  let severityVaries = "a note where the newer of two versions is the target: a run that was begun"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard let survey = scene.snapshot.enterprise else { return .blocking }
    return isResumed(survey, in: scene) ? .note : .blocking
  }

  private func isResumed(_ survey: Enterprise.Survey, in scene: Scene) -> Bool {
    survey.status.versions.count == 2 && survey.newest == scene.wanted
  }

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let newest = survey.newest else { return .unknown(why: "the report lists no node") }
    guard survey.status.versions.count > 1 else { return .holds(saw: "\(newest)") }
    let words = OneVersion.words(survey)
    return .broken(
      saw: words,
      fix: isResumed(survey, in: scene)
        ? "nothing to mend: the run takes the nodes on \(newest) as done and goes on with the others"
        : "finish that upgrade first: --to \(newest)")
  }
}

/// What a database runs has to be among what the target brings along, or its shards cannot be started there.
struct DatabaseVersionBundled: DatabaseRule {
  let name: RuleName = "database-version-bundled"
  let severity = Severity.blocking
  let title = "The target brings along the version that every database runs"
  let why = "A node that has no server of a database's version cannot run its shards: the database goes first."
  let reads = "rladmin status databases extra all: REDIS_VERSION; the vendor's table of bundled versions"
  let remedy = "rladmin upgrade db db:N redis_version X.Y, while the cluster is still what it is."
  let source = "redis/docs, rs-bundled-db-versions; release notes of versions before 6.2"
  let severityVaries = "a warning where the vendor does not say what a target before 6.2 brings along"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard let target = scene.wanted?.version, Enterprise.BundledVersions.bundle(of: target) == nil,
      Enterprise.OldestDatabases.oldest(for: target) == nil
    else { return .blocking }
    return .warning
  }

  func judge(_ database: Enterprise.Database, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard database.kind == "redis" else {
      return .notApplicable(why: "\(database.title) is of the kind \(database.kind), which has no version of its own")
    }
    guard let target = scene.wanted?.version, let oldest = survey.oldest?.version else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    guard let version = survey.version(ofDatabase: database.id) else {
      return .unknown(why: "the report does not say which version \(database.title) runs")
    }
    switch Enterprise.BundledVersions.standing(of: version, on: oldest, to: target) {
    case .stays: return .holds(saw: "Redis \(version)")
    case .upgradeFirst(let versions): return upgradeFirst(database, version, versions, oldest, target)
    case .noCommonVersion:
      return .broken(
        saw: "\(database.title) runs Redis \(version), and \(oldest) and \(target) have no later version in common",
        fix: "go over a version of the cluster that has one of both: see the vendor's table of bundled versions")
    case .notKnown: return beforeTheTable(database, version, target)
    }
  }

  private func upgradeFirst(
    _ database: Enterprise.Database, _ version: Enterprise.DatabaseVersion, _ versions: [Enterprise.DatabaseVersion],
    _ old: Version, _ target: Version
  ) -> Verdict {
    let best = versions.max() ?? version
    // In 6.2.x the policy decides, and `major` keeps databases at 6.0 (redis/docs, release notes of 7.8).
    let policy = (Version(6, 2, 4)...Version(6, 3, 999)).contains(old)
    return .broken(
      saw: "\(database.title) runs Redis \(version), which \(target) does not bring along",
      fix: "before the cluster: " + (policy ? "rladmin tune cluster redis_upgrade_policy latest; then " : "")
        + "rladmin upgrade db db:\(database.id) preserve_roles redis_version \(best)")
  }

  /// For targets before 6.2 the release notes say no more than the oldest version that a database may have.
  private func beforeTheTable(
    _ database: Enterprise.Database, _ version: Enterprise.DatabaseVersion, _ target: Version
  ) -> Verdict {
    guard let oldest = Enterprise.OldestDatabases.oldest(for: target) else {
      return .unknown(why: "not checked: the vendor does not say which database versions \(target) brings along")
    }
    guard version < oldest else { return .holds(saw: "Redis \(version), \(oldest) or later is needed") }
    return .broken(
      saw: "\(database.title) runs Redis \(version), and \(target) takes \(oldest) or later",
      fix: "before the cluster: rladmin upgrade db db:\(database.id), to \(oldest) or later")
  }
}

struct LimitationsKnown: EnterpriseRule {
  let name: RuleName = "known-limitations"
  let severity = Severity.warning
  let title = "No known limitation of the target is about this cluster"
  let why = "Release notes name what goes wrong for some; whom it is about can often be told before."
  let reads =
    "rladmin status nodes, modules and databases; GET /v1/bdbs, /v1/cluster/ldap where the REST API is asked"
  let remedy = "Each says what to do."
  let source = "redis/docs, release notes: each limitation names its own"
  let after = "Nothing has to be run again: this is for you to know."

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted, let oldest = survey.oldest else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    // What is about everybody is part of the release notes to be read.
    let rows = Enterprise.KnownLimitations.between(oldest, target).filter { $0.condition != .always }
    let met = rows.map { ($0, scene.isMet($0.condition)) }
    let found = met.filter { $0.1 == true }.map(\.0)
    let open = met.filter { $0.1 == nil }.map(\.0)
    guard found.isEmpty else {
      return .broken(
        saw: found.map { "\($0.id): \($0.text) [\($0.source)]" }.joined(separator: "; ") + doubts(open),
        fix: found.map { "\($0.id): \($0.advice)" }.joined(separator: "; "))
    }
    guard open.isEmpty else { return .unknown(why: "not checked" + doubts(open)) }
    return .holds(saw: "\(Words.count(rows.count, "limitation")) on this way, none about this cluster")
  }

  private func doubts(_ open: [Enterprise.Limitation]) -> String {
    guard !open.isEmpty else { return "" }
    return "; whether these are about this cluster cannot be told from here: "
      + open.map { row in
        guard case .asked(let question) = row.condition else { return "\(row.id): \(row.text)" }
        return "\(row.id) (\(question)): \(row.text)"
      }.joined(separator: "; ")
  }
}
