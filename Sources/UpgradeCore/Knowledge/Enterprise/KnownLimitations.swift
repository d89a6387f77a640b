// What the vendor's release notes say against single releases of Redis Enterprise Software, as data.

extension Enterprise {
  /// One known limitation, or one change that somebody may rely on being otherwise.
  package struct Limitation: Hashable, Sendable {
    /// Which upgrades it is about.
    package enum Span: Hashable, Sendable {
      /// Every upgrade to one of these builds.
      case to(ClosedRange<BuildVersion>)
      /// Every upgrade that comes from before a version and goes to it or beyond.
      case past(BuildVersion)
      /// Upgrades from up to one version to builds of another.
      case from(upTo: Version, to: ClosedRange<BuildVersion>)

      func contains(_ old: BuildVersion, _ new: BuildVersion) -> Bool {
        switch self {
        case .to(let builds): builds.contains(new)
        case .past(let build): old < build && new >= build
        case .from(let last, let builds): old.version <= last && builds.contains(new)
        }
      }
    }

    /// Whom it is about, as far as readings tell.
    package enum Condition: Hashable, Sendable {
      case always
      case anyModule
      case moduleBefore(ModuleKind, Version)
      /// The module, and a cluster that upgrades several shards at once.
      case searchInParallel
      case activeActive(withModules: Bool)
      /// With modules and a database up to this version.
      case activeActiveUpTo(DatabaseVersion)
      case roleLDAP
      case system(SystemFamily, String)
      case singleNode
      /// Only a person knows.
      case asked(String)
    }

    package let id: String
    package let span: Span
    package let condition: Condition
    package let text: String
    package let advice: String
    package let source: String

    init(_ id: String, _ span: Span, if condition: Condition, _ text: String, advice: String, source: String) {
      self.id = id
      self.span = span
      self.condition = condition
      self.text = text
      self.advice = advice
      self.source = "redis/docs, \(source)"
    }
  }

  /// Those that a rule of its own judges are not here: Active-Active protocols, bundled versions, operating systems,
  /// ports, OpenSSL, old LDAP, certificates on disk, modules that were given up.
  package enum KnownLimitations {
    /// What is known of a way from one build to another, oldest release first.
    package static func between(_ old: BuildVersion, _ new: BuildVersion) -> [Limitation] {
      all.filter { $0.span.contains(old, new) }
    }

    private static func version(_ major: Int, _ minor: Int, _ patch: Int, _ build: Int = 0) -> BuildVersion {
      BuildVersion(Version(major, minor, patch), build: build)
    }

    private static func upTo(_ major: Int, _ minor: Int, _ patch: Int, _ build: Int = 999_999) -> BuildVersion {
      BuildVersion(Version(major, minor, patch), build: build)
    }

    static let all: [Limitation] = [
      Limitation(
        "search-before-5.0", .to(version(5, 4, 0)...upTo(5, 5, 999)),
        if: .moduleBefore(.search, Version(1, 4, 2)),
        "a RediSearch before 1.4.2 does not go with Redis 5.0, which databases get after this upgrade",
        advice: "upgrade the module to 1.4.2 or later before the databases that use it",
        source: "release notes of 5.4"),
      Limitation(
        "module-arguments", .to(version(5, 6, 0)...upTo(5, 9, 999)), if: .anyModule,
        "the upgrade of a module has to be given module_args",
        advice: "give keep_args, a blank or the arguments themselves", source: "release notes of 5.6"),
      Limitation(
        "upgrade-policy", .past(version(6, 2, 4)), if: .always,
        "from 6.2.4 on redis_upgrade_policy says which version databases are upgraded to, and it is major where nobody "
          + "chose; it counts in 6.2.x only",
        advice: "see default_provisioned_redis_version and redis_upgrade_policy in rladmin info cluster",
        source: "release notes of 6.2.4"),
      Limitation(
        "restart-cnm-exec", .from(upTo: Version(6, 1, 999), to: version(6, 2, 0)...upTo(6, 3, 999)), if: .always,
        "after the last node the state machines of 6.2 want cnm_exec to be restarted on every node",
        advice: "at the end, on each node: supervisorctl restart cnm_exec", source: "upgrade-cluster"),
      Limitation(
        "comments-in-certificates",
        .from(upTo: Version(6, 0, 8), to: version(6, 2, 8)...upTo(6, 2, 9)),
        if: .asked("whether the proxy's certificates hold text beside their keys"),
        "a proxy certificate with a comment in it may crash the proxy (repaired in 6.2.10)",
        advice: "take the comments out of the certificates, or go to 6.2.10 instead", source: "release notes of 6.2.8"),
      Limitation(
        "certificates-checked", .past(version(6, 2, 10)),
        if: .asked("whether databases sync over TLS, and all their certificates are valid"),
        "from 6.2.10 on a sync over TLS breaks where a certificate is not valid (RS67434)",
        advice: "check the certificates of syncers, proxies and clients first", source: "release notes of 6.2.10"),
      Limitation(
        "active-active-modules", .to(version(6, 2, 18)...upTo(6, 4, 2, 42)), if: .activeActive(withModules: true),
        "an Active-Active database with modules may have another list of them than its cluster (repaired in 6.4.2-43)",
        advice: "compare modules and module_list of crdb-cli crdb get with rladmin status modules",
        source: "release notes of 6.2.18 and 6.4.2"),
      Limitation(
        "rhel-7-to-8", .to(version(6, 2, 0)...upTo(7, 2, 3)), if: .system(.redHat, "7"),
        "with modules in use there is no way from RHEL 7 to RHEL 8 before 7.2.4",
        advice: "nothing for this upgrade; a change of the system waits for 7.2.4, or for a new cluster",
        source: "upgrade-os"),
      Limitation(
        "roles-removed", .past(version(7, 2, 4)), if: .always,
        "7.2.4 takes away predefined roles and ACLs that are deprecated and unused, and RESP3 is on from then on",
        advice: "see that nobody relies on a predefined role that no user has", source: "release notes of 7.2.4"),
      Limitation(
        "log-rotation", .past(version(7, 2, 4)), if: .always,
        "an upgrade overwrites the configuration of the log rotation",
        advice: "keep a copy of a logrotate configuration that was changed by hand", source: "release notes of 7.2.4"),
      Limitation(
        "modules-go-along", .past(version(7, 8, 2)), if: .anyModule,
        "from 7.8.2 on the upgrade of a database upgrades its modules as well",
        advice: "read what is new in the modules before the databases are upgraded", source: "release notes of 7.8.2"),
      Limitation(
        "old-interface", .past(version(7, 8, 2)), if: .always, "7.8.2 no longer has the old Cluster Manager UI",
        advice: "nothing, unless somebody drives it by scripts", source: "release notes of 7.8.2"),
      Limitation(
        "module-packages", .to(version(7, 8, 0)...upTo(7, 99, 999)), if: .anyModule,
        "a later change of the operating system needs module packages for the new system on a node (not from 8.0 on)",
        advice: "nothing for this upgrade", source: "upgrade-os"),
      Limitation(
        "ldap-filters", .to(version(8, 0, 2)...upTo(8, 0, 10)), if: .roleLDAP,
        "LDAP queries fail where their filters have no parentheses",
        advice: "put parentheses around the filters in the cluster's LDAP configuration",
        source: "release notes of 8.0.2"),
      Limitation(
        "ldap-unknown-ca", .to(version(8, 0, 10)...upTo(8, 0, 16, 32)), if: .roleLDAP,
        "LDAP may fail with an unknown certificate authority (repaired in 8.0.16-33)",
        advice: "choose 8.0.16-33 or later", source: "release notes of 8.0.16"),
      Limitation(
        "search-in-parallel", .to(version(8, 0, 10)...upTo(8, 2, 999)), if: .searchInParallel,
        "while a database has shards before and after Redis 8.4, its Search queries fail",
        advice:
          "before the databases: rladmin tune cluster parallel_shards_upgrade 0, and a window for such a database",
        source: "release notes of 8.0.10"),
      Limitation(
        "active-active-commands", .past(version(8, 0, 2)),
        if: .activeActiveUpTo(DatabaseVersion(7, 4)),
        "until every instance everywhere runs Redis 8.0, module commands on an Active-Active database may end syncers",
        advice: "send no module commands to it until all of its clusters are done", source: "release notes of 8.0.2"),
      Limitation(
        "one-new-node-at-a-time", .to(version(8, 0, 0)...upTo(8, 2, 0, 24)), if: .always,
        "several new nodes that join at once can delete the configuration of others (RS195106)",
        advice: "should a node have to be replaced: one at a time", source: "release notes of 8.2.0"),
      Limitation(
        "tokens-end", .past(version(8, 0, 22)), if: .always,
        "from 8.0.22 on old JWT tokens are not valid: users of the UI have to sign in again",
        advice: "let those know whose scripts keep a token", source: "release notes of 8.2.0"),
      Limitation(
        "module-upload", .past(version(8, 2, 0)), if: .anyModule,
        "from 8.2 on modules of one's own are not taken unless allow_modules_upload is set",
        advice: "set it before a module of your own is uploaded", source: "release notes of 8.2.0"),
      Limitation(
        "active-active-sessions", .past(version(8, 2, 0)), if: .activeActive(withModules: false),
        "while clusters of an Active-Active database run several versions, the UI may sign users out, and call it down",
        advice: "believe crdb-cli rather than the UI until all of its clusters are done",
        source: "release notes of 8.2.0"),
      Limitation(
        "single-node-modules", .to(version(0, 0, 0)...upTo(999, 0, 0)), if: .singleNode,
        "on a cluster of one node an upgrade does not load the modules that come with it",
        advice: "see rladmin status modules afterwards", source: "release notes"),
    ]
  }
}
