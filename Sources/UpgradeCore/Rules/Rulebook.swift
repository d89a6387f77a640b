// All rules of the house: looked up by name, run all at once as checks, asked one at a time as gates.

/// The rules, each in its own family's file.
package enum Rulebook {
  /// In the order in which an operator reads them: who is there, may it be done, is it well, is it prepared.
  package static let all: [any Rule] = [
    Reachable(), KnownProduct(), IdentityRule(),
    VersionPath(), TargetBlocked(), PathHazards(), SameVersion(),
    ClusterOK(), SlotsCovered(), NoOpenSlots(), ViewsAgree(), DistinctEpochs(), NoSubReplicas(),
    AnnouncedNames(), BusLinksKept(), EnoughVoters(),
    ReplicaInSync(), InSync(), HasReplica(), ReplicaReadOnly(), ReplicaKeys(), MinimumReplicas(), SyncCredentials(),
    NotLoading(), LastSaveOK(), LastAppendOK(), NoForkRunning(), PersistenceOn(), MemoryForFork(), ForkPause(),
    MemoryBelowLimit(), ReplicaMemory(), ClientLimit(), ClocksAgree(), NoRefusals(), SyncsGetThrough(), BigValues(),
    ReplicaBuffer(), BacklogCoversRestart(), ReplicationTimeout(), DisklessLoad(),
    ConfigurationSaved(), ConfigurationFile(), ConfigDirectives(), ConfigurationTried(), UsersSaved(),
    ChannelRulesKept(), ModulesKnown(),
    PermissionsGranted(), CertificateExpiry(), NoOtherOperator(), HostsSpread(), HostsReached(), CommandsOutliveLink(),
    OneNodePerPackage(),
    DiskForSaves(), BackupElsewhere(), IdentityKept(), HugePages(), SupervisorLetsStop(), NoRivalController(),
    NoUnattendedUpgrades(), HeldPackages(), PackageStarts(), ProgramKept(),
    HandOverCandidate(), SeenByPeers(), SameKeys(), CompleteResync(), ShardHasPrimary(), ShardsServed(),
    HostCleared(),
  ]

  /// Those about servers outside of clusters: one, or a primary and those who follow it.
  package static let plain: [any Rule] = [
    Reachable(), KnownProduct(), IdentityRule(),
    VersionPath(), TargetBlocked(), PathHazards(), SameVersion(),
    ReplicationTree(), ReplicaInSync(), InSync(), HasReplica(), ReplicaReadOnly(), ReplicaKeys(), MinimumReplicas(),
    SyncCredentials(), RolesCanBeSaved(), ConfigurationWritable(), FailoverKnown(), AddressSwitch(), NotWatched(),
    TemporaryMemory(), TemporaryPort(),
    NotLoading(), LastSaveOK(), LastAppendOK(), NoForkRunning(), PersistenceOn(), MemoryForFork(), ForkPause(),
    MemoryBelowLimit(), ReplicaMemory(), ClientLimit(), ClocksAgree(), NoRefusals(), SyncsGetThrough(), BigValues(),
    ReplicaBuffer(), BacklogCoversRestart(), ReplicationTimeout(), DisklessLoad(),
    ConfigurationSaved(), ConfigurationFile(), ConfigDirectives(), ConfigurationTried(), UsersSaved(),
    ChannelRulesKept(), ModulesKnown(),
    PermissionsGranted(), CertificateExpiry(), NoOtherOperator(), HostsReached(), CommandsOutliveLink(),
    OneNodePerPackage(),
    DiskForSaves(), BackupElsewhere(), HugePages(), SupervisorLetsStop(), NoRivalController(),
    NoUnattendedUpgrades(), HeldPackages(), PackageStarts(), ProgramKept(),
    HandOverCandidate(), SameKeys(), CompleteResync(), ShardHasPrimary(), ShardsServed(), HostCleared(),
  ]

  /// The rules that only servers outside of clusters have.
  package static let onlyPlain: [any Rule] = [
    ReplicationTree(), RolesCanBeSaved(), ConfigurationWritable(), FailoverKnown(), AddressSwitch(), NotWatched(),
    TemporaryMemory(), TemporaryPort(),
  ]

  /// Those about servers over which Sentinels watch, and about the Sentinels.
  package static let sentinel: [any Rule] =
    plain.filter {
      !["failover-known", "address-switch", "not-watched", "has-replica", "temporary-memory", "temporary-port"]
        .contains($0.name)
    }
    + onlySentinel

  /// The rules that only Sentinels have.
  package static let onlySentinel: [any Rule] = [
    SentinelsAgree(), QuorumReached(), NotTilted(), ReplicasListed(), PeersListed(), GroupsApart(),
    OtherGroupsKept(), SomebodyElectable(), PauseKnown(), SentinelFileKept(), SentinelPasswordsKept(),
    SentinelsEnough(), SentinelPatience(), ParallelSyncs(), SentinelScripts(), PrioritiesSeen(), OldPrimaryListed(),
  ]

  /// Those about a cluster of Redis Enterprise Software, in the order in which an operator reads them.
  package static let enterprise: [any Rule] = [
    ToolsRun(), ReportsAgree(),
    UpgradePath(), UniformOrResumed(), OneVersion(), DatabaseVersionBundled(), LimitationsKnown(), ReleaseNotes(),
    ClusterIsOK(), NodeIsOK(), ClusterCheckPasses(), DatabasesActive(), DatabaseActive(), NoMaintenance(),
    NoRunningAction(), NoShardSyncing(), UpgradeModeOff(), MasterIsNewest(), QuorumKept(), EnoughNodes(),
    EndpointsAnswer(), DatabaseProtected(), ActiveActiveVersions(), ModulesCompatible(), LicenseValid(),
    OldLDAPMigrated(), CertificatesByAPI(),
    SystemSupported(), OpenSSLVersion(), PortsFree(), NameServerPort(), LocalPorts(), SwapOff(), ClockSynchronised(),
    DiskRoom(), MemoryRoom(), StoragePaths(),
    ConfigurationCopied(), SoftwareKept(), ChangeFreeze(), ClientsReady(),
  ]

  private static let byName = Dictionary(
    uniqueKeysWithValues: (all + onlyPlain + onlySentinel + enterprise).map { ($0.name, $0) })

  package static func rule(named name: RuleName) -> (any Rule)? { byName[name] }

  /// Every check on every object, all at once: an operator wants the whole list, not the first stumbling block.
  package static func checks(in scene: Scene) -> [CheckResult] {
    scene.setup.rules.filter(\.isCheck).flatMap { results(of: $0, in: scene) }
  }

  /// One check alone, over a scene that was read anew; empty for a name that is no rule.
  package static func recheck(_ name: RuleName, in scene: Scene) -> [CheckResult] {
    byName[name].map { results(of: $0, in: scene) } ?? []
  }

  private static func results(of rule: any Rule, in scene: Scene) -> [CheckResult] {
    rule.objects(in: scene).map { CheckResult(rule, $0, in: scene) }
  }

  /// One rule on one object, as a gate; a name that is no rule is never green.
  package static func evaluate(_ name: RuleName, _ object: ObjectID, in scene: Scene) -> Verdict {
    byName[name]?.evaluate(object, in: scene) ?? .unknown(why: "there is no rule \(name)")
  }
}
