// Which runbook, and which rules, a deployment has.

extension Setup {
  package var procedure: any Procedure {
    switch kind {
    case .cluster: ClusterProcedure()
    case .replication: ReplicationProcedure()
    case .standalone: StandaloneProcedure()
    case .sentinel: SentinelProcedure()
    case .enterprise: EnterpriseProcedure()
    }
  }

  /// The rules that are asked before the start.
  package var rules: [any Rule] {
    switch kind {
    case .cluster: Rulebook.all
    case .replication, .standalone: Rulebook.plain
    case .sentinel: Rulebook.sentinel
    case .enterprise: Rulebook.enterprise
    }
  }
}
