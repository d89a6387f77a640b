// Rules about paths, versions, databases and modules of a cluster, as transcripts over report texts.

import Testing

@testable import UpgradeCore

@Suite struct EnterpriseVersionRulesTests {
  private static let versions: [EnterpriseCase] = [
    EnterpriseCase("upgrade-path", .deployment, "holds: 7.2.4-92 to 7.22.0-250"),
    EnterpriseCase("upgrade-path", .deployment, "holds: 7.2.4-92 to 7.22.0-250") {
      $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92")
    },
    EnterpriseCase("upgrade-path", .deployment, "holds: 7.22.0-95 to 7.22.0-250") {
      $0.versions("7.22.0-95", "7.22.0-95", "7.22.0-95")
    },
    EnterpriseCase("upgrade-path", .deployment, "n/a: every node runs 7.22.0-250 already") {
      $0.versions("7.22.0-250", "7.22.0-250", "7.22.0-250")
    },
    EnterpriseCase(
      "upgrade-path", .deployment,
      "broken: 6.2.18-49 does not go to 8.2.0 in one go -> go by 7.8.6, one run each, with the databases as each "
        + "of them needs it; begin with --to 7.8.6-BUILD"
    ) {
      $0.versions("6.2.18-49", "6.2.18-49", "6.2.18-49")
      $0.to = "8.2.0-25"
    },
    EnterpriseCase(
      "upgrade-path", .deployment,
      "broken: a node runs 8.0.2-17, and there is no way back to 7.22.0-250 -> choose 8.0.2-17 or a later version; "
        + "a node does not go back, it can only be replaced"
    ) { $0.versions("8.0.2-17", "7.2.4-92", "7.2.4-92") },
    EnterpriseCase(
      "upgrade-path", .deployment,
      "broken: 7.2.4-92 to 9.0.0-1: 9.0.0 is a version that this program knows no path to -> see the vendor's paths: "
        + "redis/docs, upgrade-cluster"
    ) { $0.to = "9.0.0-1" },
    EnterpriseCase("one-version", .deployment, "holds: 7.2.4-92"),
    EnterpriseCase(
      "one-version", .deployment,
      "broken: 7.2.4-92 on node:2, node:3; 7.22.0-250 on node:1 -> upgrade the nodes that are left"
    ) { $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92") },
    EnterpriseCase("versions-uniform", .deployment, "holds: 7.2.4-92"),
    EnterpriseCase(
      "versions-uniform", .deployment,
      "broken: 7.2.4-92 on node:2, node:3; 7.22.0-250 on node:1 -> nothing to mend: the run takes the nodes on "
        + "7.22.0-250 as done and goes on with the others"
    ) { $0.versions("7.22.0-250", "7.2.4-92", "7.2.4-92") },
    EnterpriseCase(
      "versions-uniform", .deployment,
      "broken: 7.2.4-92 on node:2, node:3; 7.4.6-22 on node:1 -> finish that upgrade first: --to 7.4.6-22"
    ) { $0.versions("7.4.6-22", "7.2.4-92", "7.2.4-92") },
    EnterpriseCase("database-version-bundled", .database(1), "holds: Redis 7.2"),
    EnterpriseCase(
      "database-version-bundled", .database(2),
      "broken: db:2 orders runs Redis 6.0, which 7.22.0 does not bring along -> before the cluster: rladmin "
        + "upgrade db db:2 preserve_roles redis_version 7.2"
    ) { $0.database(2, "REDIS_VERSION", "6.0.16") },
    EnterpriseCase(
      "database-version-bundled", .database(2),
      "broken: db:2 orders runs Redis 6.0, which 7.8.6 does not bring along -> before the cluster: rladmin tune "
        + "cluster redis_upgrade_policy latest; then rladmin upgrade db db:2 preserve_roles redis_version 6.2"
    ) {
      $0.versions("6.2.18-49", "6.2.18-49", "6.2.18-49")
      $0.to = "7.8.6-60"
      $0.database(2, "REDIS_VERSION", "6.0.16")
    },
    EnterpriseCase(
      "database-version-bundled", .database(2),
      "n/a: db:2 orders is of the kind memcached, which has no version of its own"
    ) { $0.database(2, "TYPE", "memcached") },
    EnterpriseCase(
      "database-version-bundled", .database(2),
      "unknown: not checked: the vendor does not say which database versions 5.4.14 brings along", fromFive),
    EnterpriseCase("database-version-bundled", .database(2), "holds: Redis 4.0, 4.0 or later is needed") {
      fromFive(&$0)
      $0.to = "5.6.0-31"
    },
    EnterpriseCase(
      "database-version-bundled", .database(2),
      "broken: db:2 orders runs Redis 4.0, and 6.0.20 takes 5.0 or later -> before the cluster: rladmin upgrade db "
        + "db:2, to 5.0 or later"
    ) {
      fromFive(&$0)
      $0.to = "6.0.20-69"
    },
    EnterpriseCase(
      "known-limitations", .deployment, "holds: 3 limitations on this way, none about this cluster"),
    EnterpriseCase(
      "known-limitations", .deployment,
      "broken: modules-go-along: from 7.8.2 on the upgrade of a database upgrades its modules as well [redis/docs, "
        + "release notes of 7.8.2]; module-packages: a later change of the operating system needs module packages "
        + "for the new system on a node (not from 8.0 on) [redis/docs, upgrade-os] -> modules-go-along: read what "
        + "is new in the modules before the databases are upgraded; module-packages: nothing for this upgrade"
    ) { $0.modules = search },
    EnterpriseCase(
      "known-limitations", .deployment,
      "unknown: not checked; whether these are about this cluster cannot be told from here: modules-go-along: from "
        + "7.8.2 on the upgrade of a database upgrades its modules as well; module-packages: a later change of the "
        + "operating system needs module packages for the new system on a node (not from 8.0 on)"
    ) { $0.modules = nil },
  ]
  @Test(arguments: versions) func rulesOfVersions(row: EnterpriseCase) throws { try row.check() }

  private static let fromFive: @Sendable (inout EnterpriseScene) -> Void = { scene in
    scene.versions("5.2.2-14", "5.2.2-14", "5.2.2-14")
    for number in 1...4 { scene.database(number, "REDIS_VERSION", "4.0.9") }
    scene.to = "5.4.14-7"
  }

  private static let search =
    "CLUSTER MODULES:\nMODULE       VERSION ID\nRediSearch 2 2.8.9   dd\n\nDATABASE MODULES:\n"
    + "DB:ID NAME     MODULE       VERSION ARGS STATUS\ndb:1  sessions RediSearch 2 2.8.9        OK\n"

  private static let databases: [EnterpriseCase] = [
    EnterpriseCase("database-protected", .database(1), "holds: replicated, aof"),
    EnterpriseCase("database-protected", .database(3), "holds: snapshot, no replica"),
    EnterpriseCase(
      "database-protected", .database(4),
      "broken: db:4 cache has neither a replica nor a file; whether an export of it is kept is not known without "
        + "the REST API: its own upgrade loses all of its data -> first: rladmin tune db db:4 persistence aof, or "
        + "replication enabled, or export it; it is not upgraded without its name typed, and stays on its version "
        + "where that is not done"),
    EnterpriseCase(
      "database-protected", .database(4),
      "broken: db:4 cache has neither a replica nor a file; there is an export of 2026-08-01, and what was written "
        + "since is in none: its own upgrade loses all of its data -> first: rladmin tune db db:4 persistence aof, "
        + "or replication enabled, or export it; it is not upgraded without its name typed, and stays on its "
        + "version where that is not done"
    ) { try $0.asksREST { $0.databases[3].lastExport = "2026-08-01" } },
    EnterpriseCase(
      "active-active-versions", .deployment,
      "n/a: 7.2.4 is past 6.0.20 already, which takes no old protocol"),
    EnterpriseCase(
      "active-active-versions", .deployment,
      "unknown: not checked: no credentials for the REST API were given, and rladmin does not say which databases "
        + "are Active-Active"
    ) {
      $0.versions("5.6.0-31", "5.6.0-31", "5.6.0-31")
      $0.to = "6.0.20-69"
    },
    EnterpriseCase("active-active-versions", .deployment, "n/a: no database is Active-Active") {
      $0.versions("5.6.0-31", "5.6.0-31", "5.6.0-31")
      $0.to = "6.0.20-69"
      try $0.asksREST()
    },
    EnterpriseCase(
      "active-active-versions", .deployment,
      "broken: db:1 sessions speaks protocol 0, featureset 1 -> in all of its clusters, on the present version: "
        + "crdb-cli crdb update, to protocol and featureset 1 or later"
    ) { try activeActive(&$0, 0) },
    EnterpriseCase("active-active-versions", .deployment, "holds: protocol 1, featureset 1") {
      try activeActive(&$0, 1)
    },
    EnterpriseCase(
      "active-active-versions", .deployment,
      "unknown: not checked: the protocol of db:1 sessions is not known; crdb-cli crdb list --verbose says it"
    ) { try activeActive(&$0, nil) },
    EnterpriseCase("modules-compatible", .deployment, "holds: no database uses a module"),
    EnterpriseCase("modules-compatible", .deployment, "holds: RediSearch 2") { $0.modules = search },
    EnterpriseCase(
      "modules-compatible", .deployment,
      "broken: db:1 uses RedisGraph 2, which the vendor has given up -> ask the vendor whether 7.22.0-250 takes "
        + "it; else move the database off the module first"
    ) { $0.modules = search.replacing("RediSearch", with: "RedisGraph") },
    EnterpriseCase(
      "modules-compatible", .deployment,
      "broken: db:1 uses house-made, a module of somebody else's -> ask the vendor whether 7.22.0-250 takes it; "
        + "else move the database off the module first"
    ) {
      $0.modules = nil
      try $0.asksREST { $0.databases[0].modules = ["house-made 1.0.0", "search 2.8.9"] }
    },
    EnterpriseCase(
      "modules-compatible", .deployment,
      "unknown: not checked: rladmin status modules was not read, and the REST API neither"
    ) { $0.modules = nil },
    EnterpriseCase("clients-ready", .deployment, "n/a: every database is there already"),
    EnterpriseCase(
      "clients-ready", .deployment,
      "broken: db:2 orders will speak RESP3 to clients that ask for it, once upgraded to 7.4 -> before these "
        + "databases are upgraded, have go-redis 9, Lettuce 6 and the like ask for RESP2 where they use commands "
        + "of modules; or rladmin tune cluster resp3_default disabled"
    ) { $0.database(2, "REDIS_VERSION", "6.2.13") },
  ]
  @Test(arguments: databases) func rulesOfDatabases(row: EnterpriseCase) throws { try row.check() }

  private static let activeActive: @Sendable (inout EnterpriseScene, Int?) throws -> Void = { scene, version in
    scene.versions("5.6.0-31", "5.6.0-31", "5.6.0-31")
    scene.to = "6.0.20-69"
    try scene.asksREST {
      $0.databases[0].isActiveActive = true
      $0.databases[0].protocolVersion = version
      $0.databases[0].featuresetVersion = 1
    }
  }

  private static let acknowledged: [EnterpriseCase] = [
    EnterpriseCase(
      "release-notes", .deployment,
      "broken: between 7.2.4-92 and 7.22.0-250 some things change for everybody: 7.8.2 no longer has the old "
        + "Cluster Manager UI [redis/docs, release notes of 7.8.2] -> read the release notes from 7.2.4-92 to "
        + "7.22.0-250; old-interface: nothing, unless somebody drives it by scripts"),
    EnterpriseCase("release-notes", .deployment, "n/a: every node runs 7.22.0-250 already") {
      $0.versions("7.22.0-250", "7.22.0-250", "7.22.0-250")
    },
    EnterpriseCase("license", .deployment, "unknown: not checked: no credentials for the REST API were given"),
    EnterpriseCase("license", .deployment, "holds: valid (2027-01-01T00:00:00Z)") { try $0.asksREST() },
    EnterpriseCase(
      "license", .deployment,
      "broken: it has expired (2026-01-01): nodes can still be upgraded, databases can be neither changed nor "
        + "added -> have a new license installed before the databases are upgraded"
    ) {
      try $0.asksREST {
        $0.license?.isExpired = true
        $0.license?.expires = "2026-01-01"
      }
    },
    EnterpriseCase(
      "configuration-copied", .deployment,
      "broken: whether there is a copy of /var/opt/redislabs/persist/ccs/ccs-redis.rdb elsewhere cannot be seen "
        + "from here -> on node:1 (10.0.0.1): copy /var/opt/redislabs/persist/ccs/ccs-redis.rdb to another machine"),
    EnterpriseCase(
      "software-kept", .deployment,
      "broken: the install command has --os-user, which an upgrade does not take -> leave out of the profile's "
        + "install command: --os-user"
    ) { $0.install = "./install.sh --os-user redis" },
    EnterpriseCase(
      "change-freeze", .deployment,
      "broken: from the first node to the last, 3 nodes run two versions -> until they are equal: no new database, "
        + "no change of one, no new node, no new feature; hold what does so by itself"),
    EnterpriseCase("ldap-migrated", .deployment, "n/a: 7.2.4 no longer has it"),
    EnterpriseCase("ldap-migrated", .deployment, "unknown: not checked: no credentials for the REST API were given") {
      $0.versions("6.4.2-43", "6.4.2-43", "6.4.2-43")
    },
    EnterpriseCase(
      "ldap-migrated", .deployment,
      "broken: saslauthd_ldap_conf is set, and 7.22.0 does not have that mechanism -> migrate its users to "
        + "role-based LDAP on the present version, or on 6.2.8 at the latest"
    ) {
      $0.versions("6.4.2-43", "6.4.2-43", "6.4.2-43")
      try $0.asksREST { $0.cluster?.usesOldLDAP = true }
    },
    EnterpriseCase("ldap-migrated", .deployment, "holds: not used") {
      $0.versions("6.4.2-43", "6.4.2-43", "6.4.2-43")
      try $0.asksREST()
    },
    EnterpriseCase("certificates-by-api", .deployment, "n/a: only upgrades from 5.0.2 and later of 5 are about it"),
    EnterpriseCase(
      "certificates-by-api", .deployment,
      "unknown: not checked: ask whether anybody changed a certificate on a node's disk since 5.0.2, and set it "
        + "once more by the API where so", fromFive),
  ]
  @Test(arguments: acknowledged) func rulesOfAcknowledged(row: EnterpriseCase) throws { try row.check() }
}
