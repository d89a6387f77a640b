// What a Sentinel comes back with: one process watches over several groups, and a run is about one of them.

/// A gate: a Sentinel that comes back without a group has left it one voter short, and nobody would look there.
struct OtherGroupsKept: SentinelRule {
  let name: RuleName = "other-groups-kept"
  let severity = Severity.blocking
  let title = "Every Sentinel knows the other groups that it knew at the start, with as many replicas and Sentinels"
  let why = "It serves all its groups with one process: one that it comes back without is short of a voter, unnoticed."
  let reads = "SENTINEL MASTERS of each: name, num-slaves, num-other-sentinels"
  let remedy = "Wait: it hears of the others within some seconds; SENTINEL MONITOR what its file has lost."
  let source = "redis src/sentinel.c, sentinelFlushConfig, SENTINEL_INFO_PERIOD, SENTINEL_PUBLISH_PERIOD"
  let isCheck = false

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    let before = scene.setup.node(node)?.watches ?? []
    for group in before {
      guard let now = view.others.first(where: { $0.name == group.name }) else {
        return .broken(
          saw: "\(scene.name(node)) does not watch \(group.name) any more, which it did at the start",
          fix: scene.paste(node, "SENTINEL MONITOR \(group.name) \(group.address.host) \(group.address.port) <quorum>")
            + ", with the settings that it had")
      }
      let replicas = wanted(group.replicas, of: group.name, \.replicas, besides: node, in: scene)
      let sentinels = wanted(group.sentinels, of: group.name, \.sentinels, besides: node, in: scene)
      guard now.replicas >= replicas, now.sentinels >= sentinels else {
        return .broken(
          saw: "\(scene.name(node)) knows of \(group.name) \(Words.count(now.replicas, "replica")) and "
            + "\(Words.count(now.sentinels, "other Sentinel")); before it was \(replicas) and \(sentinels)",
          fix: "wait some seconds; if it stays: " + scene.paste(node, "SENTINEL SENTINELS \(group.name)"))
      }
    }
    return .holds(saw: before.isEmpty ? "no other group" : before.map(\.name).joined(separator: ", "))
  }

  /// As many as at the start, or fewer where somebody has taken some away since and all other Sentinels say so.
  private func wanted(
    _ before: Int, of group: String, _ count: (SentinelView.Other) -> Int, besides node: NodeID, in scene: Scene
  ) -> Int {
    var most: Int?
    for other in scene.setup.sentinels where other != node {
      guard case .success(let view) = scene.word(of: other),
        let said = view.others.first(where: { $0.name == group })
      else { continue }
      most = max(most ?? 0, count(said))
    }
    return min(before, most ?? before)
  }
}
