// What databases bring into an upgrade: whether anything keeps their data, Active-Active protocols, modules, clients.

/// What neither a replica nor a file holds is gone when its shard is started again.
struct DatabaseProtected: DatabaseRule {
  let name: RuleName = "database-protected"
  let severity = Severity.warning
  let title = "Every database has a replica, a file or an export of its data"
  let why = "The upgrade of a database with neither loses all of its data, and nobody can bring it back afterwards."
  let reads = "rladmin status databases: REPLICATION, PERSISTENCE; GET /v1/bdbs: last_backup_time, last_export_time"
  let remedy = "Switch on replication or persistence before, or export the data; else that database is left alone."
  let source = "redis/docs, upgrade-database"

  func judge(_ database: Enterprise.Database, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    switch (database.isReplicated, database.persistence) {
    case (true, .disabled): return .holds(saw: "replicated, no file")
    case (true, let file): return .holds(saw: "replicated, \(file.rawValue)")
    case (false, .aof), (false, .snapshot): return .holds(saw: "\(database.persistence.rawValue), no replica")
    case (false, .disabled): break
    }
    let seen = survey.rest?.databases.first { $0.id == database.id }
    let copies = [
      seen?.lastExport.map { "an export of \($0)" }, seen?.lastBackup.map { "a backup of \($0)" },
    ].compactMap(\.self)
    let kept =
      copies.isEmpty
      ? (survey.rest == nil ? "; whether an export of it is kept is not known without the REST API" : ", and no export")
      : "; there is \(copies.joined(separator: " and ")), and what was written since is in none"
    return .broken(
      saw: "\(database.title) has neither a replica nor a file\(kept): its own upgrade loses all of its data",
      fix: "first: rladmin tune db db:\(database.id) persistence aof, or replication enabled, or export it; it is not "
        + "upgraded without its name typed, and stays on its version where that is not done")
  }
}

struct ActiveActiveVersions: ExtraSightRule {
  let name: RuleName = "active-active-versions"
  let severity = Severity.blocking
  let title = "Every Active-Active database speaks a protocol that the target knows"
  let why = "6.0.20 and later refuse to be installed over an Active-Active database of protocol or featureset 0."
  let reads = "GET /v1/bdbs: crdt, crdt_protocol_version, crdt_featureset_version"
  let remedy = "Upgrade its protocol and featureset on the present version: crdb-cli crdb update --crdb-guid G."
  let source = "redis/docs, release notes of 6.0.20; Active-Active: upgrade"

  private static let first = Version(6, 0, 20)

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted?.version, let oldest = survey.oldest?.version else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    guard target >= Self.first else { return .notApplicable(why: "\(target) takes every protocol") }
    guard oldest < Self.first else {
      return .notApplicable(why: "\(oldest) is past \(Self.first) already, which takes no old protocol")
    }
    guard let databases = scene.activeActive else {
      return .unknown(why: "\(survey.withoutREST), and rladmin does not say which databases are Active-Active")
    }
    guard !databases.isEmpty else { return .notApplicable(why: "no database is Active-Active") }
    return Verdict.together(databases.map { verdict(on: $0, survey) }, of: "database")
  }

  private func verdict(on number: Int, _ survey: Enterprise.Survey) -> Verdict {
    let name = survey.database(number)?.title ?? "db:\(number)"
    let seen = survey.rest?.databases.first { $0.id == number }
    guard let protocolVersion = seen?.protocolVersion, let featureset = seen?.featuresetVersion else {
      return .unknown(why: "not checked: the protocol of \(name) is not known; crdb-cli crdb list --verbose says it")
    }
    let saw = "protocol \(protocolVersion), featureset \(featureset)"
    guard protocolVersion < 1 || featureset < 1 else { return .holds(saw: saw) }
    return .broken(
      saw: "\(name) speaks \(saw)",
      fix: "in all of its clusters, on the present version: crdb-cli crdb update, to protocol and featureset 1 or later"
    )
  }
}

struct ModulesCompatible: ExtraSightRule {
  let name: RuleName = "modules-compatible"
  let severity = Severity.blocking
  let title = "No module in use is one that the target has given up"
  let why = "A database whose module is not there any more does not start; a module of one's own may not either."
  let reads = "rladmin status modules; GET /v1/bdbs: module_list"
  let remedy = "Move such databases off the module before, or ask the vendor."
  let source = "redis/docs, release notes of 7.2 and 8.0: RedisGraph, RedisGears; upgrade-os: RHEL 9"
  let severityVaries = "a warning where only a custom module is in use, or nothing tells it"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let modules = scene.snapshot.enterprise?.modulesInUse ?? []
    return modules.contains { $0.kind?.isGivenUp == true } && isGrave(in: scene) ? .blocking : .warning
  }

  /// From 8.0 on, and on RHEL 9 at all, a cluster with them gets stuck.
  private func isGrave(in scene: Scene) -> Bool {
    guard let target = scene.wanted?.version else { return true }
    return target >= Version(8, 0, 0) || scene.isMet(.system(.redHat, "9")) == true
  }

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let modules = survey.modulesInUse else {
      return .unknown(why: "not checked: rladmin status modules was not read, and the REST API neither")
    }
    guard !modules.isEmpty else { return .holds(saw: "no database uses a module") }
    let odd = modules.filter { $0.kind?.isGivenUp ?? true }
    guard !odd.isEmpty else {
      return .holds(saw: Set(modules.map(\.name)).sorted().joined(separator: ", "))
    }
    let words = odd.map { module in
      "db:\(module.database) uses \(module.name)"
        + (module.kind == nil ? ", a module of somebody else's" : ", which the vendor has given up")
    }
    return .broken(
      saw: words.prefix(4).joined(separator: "; "),
      fix: "ask the vendor whether \(scene.setup.to.number) takes it; else move the database off the module first")
  }
}

/// Clients begin to speak RESP3 when a database gets there; some do not know it yet.
struct ClientsReady: AcknowledgedRule {
  let name: RuleName = "clients-ready"
  let severity = Severity.note
  let title = "The clients of databases that go to Redis 7.2 or later are ready for RESP3"
  let why =
    "go-redis from 9 on and Lettuce from 6 on choose RESP3 by themselves, and get replies of another shape to commands "
    + "of modules."
  let reads = "rladmin status databases extra all: REDIS_VERSION; the vendor's table of bundled versions"
  let remedy = "Have such clients ask for RESP2, or rladmin tune db db:N resp3 disabled."
  let source = "redis/docs, RESP compatibility with Redis Software"

  private static let first = Enterprise.DatabaseVersion(7, 2)

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted?.version else { return .unknown(why: "the target has no build") }
    guard let standard = Enterprise.BundledVersions.bundle(of: target)?.standard, standard >= Self.first else {
      return .notApplicable(why: "no database of \(target) goes to Redis 7.2 or later by itself")
    }
    let databases = survey.status.databases.filter { $0.kind == "redis" }
    let old = databases.filter { survey.version(ofDatabase: $0.id).map { $0 < Self.first } ?? true }
    guard !old.isEmpty else { return .notApplicable(why: "every database is there already") }
    return .broken(
      saw: "\(old.prefix(6).map(\.title).joined(separator: ", ")) will speak RESP3 to clients that ask for it, once "
        + "upgraded to \(standard)",
      fix: "before these databases are upgraded, have go-redis 9, Lettuce 6 and the like ask for RESP2 where they use "
        + "commands of modules; or rladmin tune cluster resp3_default disabled")
  }
}
