// How nodes see each other: whether all views agree, and whether one node is seen by those who vote.

struct ViewsAgree: Rule {
  let name: RuleName = "views-agree"
  let severity = Severity.blocking
  let title = "All nodes see the same cluster"
  let why = "Where views differ, votes, redirections and hand-overs go by different maps."
  let reads = "CLUSTER NODES of every node, each against what the others say of themselves"
  let remedy = "Compare the two nodes that are named; mend the link or the node that is behind."
  let source = "redis/redis#3776; redis src/cluster.c"
  let after = "Views meet by themselves within seconds once the cause is gone; run this check again."

  func objects(in scene: Scene) -> [ObjectID] { scene.members.map(ObjectID.node) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let panorama = Panorama(scene)
    if case .node(let node) = object { return judge(node, in: panorama, of: scene) }
    return scene.together(object) { judge($0, in: panorama, of: scene) }
  }

  private func judge(_ node: NodeID, in panorama: Panorama, of scene: Scene) -> Verdict {
    if case .unseen(let why) = scene.look(at: node) { return .unknown(why: why) }
    guard let view = panorama.views[node] else {
      return .unknown(why: "\(scene.name(node)): its view of the cluster has not been read since the last change")
    }
    let differences = ViewDifference.of(
      node, view, own: panorama.own, expecting: panorama.expected, ignoring: scene.ignoring)
    guard let first = differences.first else {
      return .holds(saw: "\(panorama.members.count) members, as they see themselves")
    }
    let shown = differences.prefix(3).map { sentence($0, in: scene) }
    let more = differences.count > 3 ? "; and \(differences.count - 3) more differences" : ""
    return .broken(
      saw: "\(scene.name(node)) \(shown.joined(separator: ", "))\(more)",
      fix: "compare: " + scene.paste(node, "CLUSTER NODES") + " and " + scene.paste(first.subject, "CLUSTER NODES"))
  }

  private func sentence(_ difference: ViewDifference, in scene: Scene) -> String {
    let subject = scene.name(difference.subject)
    func node(_ text: String) -> String { text == "nobody" ? text : scene.name(NodeID(text)) }
    switch difference.aspect {
    case .absent: return "does not list \(subject)"
    case .surplus: return "lists \(subject), which is no member (\(difference.saw))"
    case .role: return "sees \(subject) as \(difference.saw), which calls itself \(difference.expected)"
    case .primary:
      return
        "sees \(subject) following \(node(difference.saw)), which says that it follows \(node(difference.expected))"
    case .slots: return "gives \(subject) the slots \(difference.saw), which claims \(difference.expected)"
    case .epoch: return "gives \(subject) the epoch \(difference.saw), which claims \(difference.expected)"
    case .flags: return "flags \(subject) \(difference.saw)"
    case .link: return "has no link to \(subject)"
    }
  }
}

struct DistinctEpochs: Rule {
  let name: RuleName = "distinct-epochs"
  let severity = Severity.warning
  let title = "Every primary has a configuration epoch of its own"
  let why = "Two primaries with one epoch mend that by themselves, but not in the middle of a hand-over."
  let reads = "CLUSTER NODES: the configuration epochs of primaries"
  let remedy = "Wait: the nodes settle it among themselves within seconds."
  let source = "redis src/cluster.c, clusterHandleConfigEpochCollision"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let panorama = Panorama(scene)
    guard !panorama.views.isEmpty else { return .unknown(why: "no node's view of the cluster has been read") }
    let lines = panorama.topology.lines.values
    let owners = Dictionary(grouping: lines.filter { $0.role == .primary && !$0.slots.isEmpty }, by: \.configEpoch)
    let shared = owners.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
    guard !shared.isEmpty else { return .holds(saw: Words.count(owners.count, "epoch")) }
    return .broken(
      saw: shared.map { "epoch \($0.key) belongs to \(scene.names($0.value.map(\.id).sorted()))" }
        .joined(separator: "; "),
      fix: "wait: the nodes settle it among themselves within seconds")
  }
}

/// A gate after a restart and before a hand-over: without it votes are denied and a manual failover is not heard.
struct SeenByPeers: NodeRule {
  let name: RuleName = "seen-by-peers"
  let severity = Severity.blocking
  let title = "A majority of primaries, and its own, see the node linked, well and in its role"
  let why = "Primaries that do not list a candidate deny it their vote, and its primary ignores its request."
  let reads = "CLUSTER NODES of every primary"
  let remedy = "Wait: they hear of the node within a few node time-outs."
  let source = "redis src/cluster.c, clusterSendFailoverAuthIfNeeded"
  let isCheck = false

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let shards = scene.setup.shards.filter { !$0.slots.isEmpty }
    let primaries = shards.compactMap { scene.snapshot.primary(of: $0) }
    var seen: [NodeID] = []
    var blind: [String] = []
    var unread: [NodeID] = []
    var faults: [NodeID: String] = [:]
    let upstream = scene.setup.shard(of: node).flatMap { scene.snapshot.primary(of: $0) }
    for speaker in primaries where speaker != node {
      guard let member = scene.snapshot.view(of: speaker, about: node) else {
        unread.append(speaker)
        continue
      }
      let fault = fault(member.member(node), of: node, view, under: upstream)
      faults[speaker] = fault
      if let fault { blind.append("\(scene.name(speaker)) \(fault)") } else { seen.append(speaker) }
    }
    let isPrimary = primaries.contains(node)
    let votes = seen.count + (isPrimary ? 1 : 0)
    let count = "\(votes) of \(shards.count) primaries see \(scene.name(node)) as it is"
    if view.role == .replica {
      guard let own = upstream else {
        return .unknown(why: "\(scene.name(node)): which node is its primary is not known")
      }
      if unread.contains(own) {
        return .unknown(
          why: "\(scene.name(own)), its primary, has not been asked since the last change to \(scene.name(node))")
      }
      if let fault = faults[own] {
        return .broken(
          saw: "\(scene.name(own)), its primary, \(fault)",
          fix: "wait: it hears of the node within a few node time-outs")
      }
    }
    if votes * 2 > shards.count { return .holds(saw: count) }
    if (votes + unread.count) * 2 > shards.count {
      return .unknown(why: "\(count); \(scene.names(unread)) not asked since the last change to it")
    }
    return .broken(
      saw: ([count] + blind).joined(separator: "; "), fix: "wait: they hear of it within a few node time-outs")
  }

  /// What is wrong with how a speaker lists the node; nil where nothing is.
  private func fault(
    _ line: ClusterMember?, of node: NodeID, _ view: NodeView, under upstream: NodeID?
  ) -> String? {
    guard let line else { return "does not list it" }
    guard line.flags.isDisjoint(with: ClusterMember.unwell) else { return "flags it \(line.flagText)" }
    guard line.linkConnected else { return "has no link to it" }
    guard line.role == view.role else { return "lists it as \(line.role.rawValue), not as \(view.role.rawValue)" }
    if line.role == .replica { return line.primary == upstream ? nil : "lists it under another primary" }
    if let own = view.cluster?.member(node), line.slots != own.slots {
      return "gives it the slots \(line.slots), not \(own.slots)"
    }
    return nil
  }
}
