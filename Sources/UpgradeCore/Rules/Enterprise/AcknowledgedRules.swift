// What only a person can see to before a cluster of Redis Enterprise Software is upgraded, and what few readings tell.

struct ReleaseNotes: AcknowledgedRule {
  let name: RuleName = "release-notes"
  let severity = Severity.note
  let title = "You have read the release notes of the target"
  let why = "They say what was repaired, what is broken, and what is different; this program knows a part of them."
  let reads = "rladmin status nodes: VERSION; the limitations that this program knows"
  let remedy = "Read those of every version between the present one and the target."
  let source = "redis/docs, release notes"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted, let oldest = survey.oldest else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    guard oldest < target else { return .notApplicable(why: "every node runs \(target) already") }
    let rows = Enterprise.KnownLimitations.between(oldest, target).filter { $0.condition == .always }
    let known = rows.isEmpty ? "" : ": " + rows.map { "\($0.text) [\($0.source)]" }.joined(separator: "; ")
    return .broken(
      saw: "between \(oldest) and \(target) some things change for everybody\(known)",
      fix: "read the release notes from \(oldest) to \(target)"
        + rows.map { "; \($0.id): \($0.advice)" }.joined())
  }
}

struct LicenseValid: EnterpriseRule {
  let name: RuleName = "license"
  let severity = Severity.warning
  let title = "The cluster's license is valid"
  let why = "Without one nodes can be upgraded, but databases can be neither changed nor added: also not by a repair."
  let reads = "GET /v1/license"
  let remedy = "Have a new one at hand before the upgrade."
  let source = "redis/docs, cluster license keys: expired license"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let rest = survey.rest else { return .unknown(why: survey.withoutREST) }
    guard let license = rest.license else { return .unknown(why: "not checked: GET /v1/license was not read") }
    guard license.isInstalled else {
      return .broken(
        saw: "no license is installed: the limits of a trial count", fix: "install the license of this cluster first")
    }
    guard let isExpired = license.isExpired else {
      return .unknown(why: "not checked: GET /v1/license does not say whether it has expired")
    }
    let date = license.expires.map { " (\($0))" } ?? ""
    if isExpired {
      return .broken(
        saw: "it has expired\(date): nodes can still be upgraded, databases can be neither changed nor added",
        fix: "have a new license installed before the databases are upgraded")
    }
    if let limit = license.shardsLimit, limit > 0, survey.status.shards.count > limit {
      return .broken(
        saw: "\(survey.status.shards.count) shards, and the license is for \(limit)",
        fix: "have a license installed that is large enough")
    }
    return .holds(saw: "valid\(date)")
  }
}

/// What a cluster that cannot help itself any more is recovered from.
struct ConfigurationCopied: AcknowledgedRule {
  let name: RuleName = "configuration-copied"
  let severity = Severity.note
  let title = "A copy of the cluster's configuration is kept elsewhere"
  let why = "Should the cluster lose its quorum for good, ccs-redis.rdb is what a new one is recovered from."
  let reads = "nothing: whether there is a copy cannot be seen"
  let remedy = "Copy ccs-redis.rdb from one node to another machine."
  let source = "redis/docs, recover a failed cluster"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let node = survey.status.master ?? survey.status.nodes.first else {
      return .unknown(why: "the report lists no node")
    }
    let path = survey.rest?.nodes.first { $0.id == node.id }?.persistentPath ?? StoragePaths.usualPersistent
    return .broken(
      saw: "whether there is a copy of \(path)/ccs/ccs-redis.rdb elsewhere cannot be seen from here",
      fix: "on \(node.name) (\(node.address)): copy \(path)/ccs/ccs-redis.rdb to another machine")
  }
}

struct SoftwareKept: AcknowledgedRule {
  let name: RuleName = "software-kept"
  let severity = Severity.note
  let title = "The software stays in its folders and with its user"
  let why = "An upgrade takes neither other folders nor another user: flags for them belong to a first installation."
  let reads = "the install command of the profile"
  let remedy = "Leave --install-dir, --config-dir, --var-dir, --os-user and --os-group out of the install command."
  let source = "redis/docs, install-script: flags"

  private static let flags = ["--install-dir", "--config-dir", "--var-dir", "--os-user", "--os-group"]

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let commands = Set(scene.setup.site.commands[.install].map { Array($0.values) } ?? []).sorted()
    let used = Self.flags.filter { flag in commands.contains { $0.contains(flag) } }
    guard used.isEmpty else {
      return .broken(
        saw: "the install command has \(used.joined(separator: ", ")), which an upgrade does not take",
        fix: "leave out of the profile's install command: \(used.joined(separator: ", "))")
    }
    return .broken(
      saw: "the new version goes where the old one is, under the user that it has",
      fix: "unpack the package in a folder of its own, and leave folders and user as they are")
  }
}

struct ChangeFreeze: AcknowledgedRule {
  let name: RuleName = "change-freeze"
  let severity = Severity.note
  let title = "Nobody changes databases or the cluster until all nodes run one version"
  let why = "A new feature or setting that only some of the nodes know breaks the others."
  let reads = "nothing: what people mean to do cannot be seen"
  let remedy = "Tell those who have access; hold what creates and changes databases by itself."
  let source = "redis/docs, upgrade-cluster; redislabs-docs, upgrading"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    .broken(
      saw: "from the first node to the last, \(Words.count(survey.status.nodes.count, "node")) run two versions",
      fix: "until they are equal: no new database, no change of one, no new node, no new feature; hold what does so by "
        + "itself")
  }
}

/// Old LDAP looks users up by the cluster; the new one gives roles to groups.
struct OldLDAPMigrated: ExtraSightRule {
  let name: RuleName = "ldap-migrated"
  let severity = Severity.blocking
  let title = "Nobody signs in by the cluster's old LDAP mechanism"
  let why = "7.2.4 deletes all users of that kind: who relies on it cannot sign in afterwards, applications included."
  let reads = "GET /v1/cluster: saslauthd_ldap_conf"
  let remedy = "Migrate to role-based LDAP first: on 6.0.20 to 6.2.8 both are there."
  let source = "redis/docs, release notes of 6.2.12 and 7.2.4; migrate to role-based LDAP"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted?.version, let oldest = survey.oldest?.version else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    guard oldest < Version(7, 2, 4) else { return .notApplicable(why: "\(oldest) no longer has it") }
    guard target >= Version(6, 2, 12) else { return .notApplicable(why: "\(target) still has it") }
    guard let isUsed = survey.rest?.cluster?.usesOldLDAP else {
      return .unknown(
        why: survey.rest == nil ? survey.withoutREST : "not checked: GET /v1/cluster does not say whether it is used")
    }
    guard isUsed else { return .holds(saw: "not used") }
    return .broken(
      saw: "saslauthd_ldap_conf is set, and \(target) does not have that mechanism",
      fix: "migrate its users to role-based LDAP on the present version, or on 6.2.8 at the latest")
  }
}

struct CertificatesByAPI: EnterpriseRule {
  let name: RuleName = "certificates-by-api"
  let severity = Severity.warning
  let title = "No certificate was changed on the disk of a node"
  let why = "From 5.0.2 on certificates belong to the cluster; one changed on disk makes the upgrade of its node fail."
  let reads = "nothing: how a certificate came there cannot be seen"
  let remedy = "Set changed certificates once more by the REST API or rladmin cluster certificate."
  let source = "redis/docs, release notes of 5.4"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let target = scene.wanted?.version, let oldest = survey.oldest?.version else {
      return .unknown(why: "the versions of the cluster are not known")
    }
    guard (Version(5, 0, 2)..<Version(5, 9, 999)).contains(oldest), target >= Version(5, 4, 0) else {
      return .notApplicable(why: "only upgrades from 5.0.2 and later of 5 are about it")
    }
    return .unknown(
      why:
        "not checked: ask whether anybody changed a certificate on a node's disk since 5.0.2, and set it once more by "
        + "the API where so")
  }
}
