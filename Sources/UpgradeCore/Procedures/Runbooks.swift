// Which runbook, and which rules, a deployment has.

extension Setup {
  package var procedure: any Procedure { enterprise == nil ? ClusterProcedure() : EnterpriseProcedure() }

  /// The rules that are asked before the start.
  package var rules: [any Rule] { enterprise == nil ? Rulebook.all : Rulebook.enterprise }
}
