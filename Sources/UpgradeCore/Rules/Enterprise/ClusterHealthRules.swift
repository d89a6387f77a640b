// Whether the cluster, its nodes, databases, endpoints and shards are well, as it says itself.

/// Before a node is touched, and after it came back.
struct ClusterIsOK: EnterpriseRule {
  let name: RuleName = "cluster-is-ok"
  let severity = Severity.blocking
  let title = "Every node, database, endpoint and shard is OK"
  let why = "An upgrade of one node takes away what the others have to stand in for; what is ill already cannot."
  let reads = "rladmin status extra all: the lines above the tables, STATUS and WATCHDOG_STATUS"
  let remedy = "rladmin status issues_only names what is not OK; mend that first."
  let source = "redis/docs, upgrade-cluster: prerequisites"

  func judge(_ object: ObjectID, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    let complaints = survey.status.complaints(leavingOut: scene.ignoring)
    guard let first = complaints.first else {
      return .holds(
        saw: "\(Words.count(survey.status.nodes.count, "node")) and "
          + "\(Words.count(survey.status.databases.count, "database")) are OK")
    }
    let more = complaints.count > 1 ? ", and \(complaints.count - 1) more" : ""
    return .broken(saw: "\(first)\(more)", fix: "rladmin status issues_only, and mend what it names")
  }
}

extension Enterprise.ClusterStatus {
  /// What is not as it has to be, nodes apart that are being worked on, and what stands on them.
  func complaints(leavingOut ignored: Set<NodeID>) -> [String] {
    guard !ignored.isEmpty else { return complaints }
    var rest = self
    let numbers = Set(ignored.compactMap { Int($0.text) })
    rest.nodes.removeAll { numbers.contains($0.id) }
    rest.endpoints.removeAll { numbers.contains($0.node) }
    rest.shards.removeAll { numbers.contains($0.node) }
    return rest.complaints
  }
}
