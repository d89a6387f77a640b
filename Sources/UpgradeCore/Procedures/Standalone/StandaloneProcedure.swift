// The runbook of a server that nobody follows: a backup, one stop that saves, the new version, a start. An outage.

/// The in-place upgrade of one server, with everybody without service meanwhile.
package struct StandaloneProcedure: ServerProcedure {
  package init() {}

  /// The directive that decides whether a stop saves.
  package static let savePoints = "save"
  /// Any save point: with one, a stop by whatever command saves first (redis db.c, `prepareForShutdown`).
  static let anySavePoint = Setting(savePoints, "3600 1")

  package var servingRule: RuleName { "shards-served" }

  package func guardSettings(for release: Release) -> [Setting] { [] }

  package func health(_ situation: Situation) -> [Gate] { [Gate("shards-served", .deployment)] }

  package func finalGates(_ situation: Situation) -> [Gate] { [Gate(servingRule, .deployment)] }

  package func work(_ situation: Situation, _ progress: inout SearchProgress) -> Next? {
    guard situation.setup.options.pace.scope != .replicas else { return nil }
    for node in situation.setup.order {
      guard let view = situation.snapshot[node].view else { return unread(node, situation) }
      guard view.release != situation.facts.goals.want[node] else { continue }
      return beginNode(node, false, situation)
    }
    return nil
  }

  package func rejoinGates(_ node: NodeID, _ role: Role, _ situation: Situation) -> [Gate] {
    [Gate("shards-served", .deployment)]
  }

  /// Nobody is there to hand anything to.
  package func handOverSeen(
    _ shard: ShardID, _ from: NodeID, _ to: NodeID, _ situation: Situation
  ) -> Achievement { .onlyOutcome }
}
