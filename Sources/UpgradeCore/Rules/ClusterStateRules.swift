// What the cluster says of itself: its state on every node, its slots, and slots on the move.

struct ClusterOK: NodeRule {
  let name: RuleName = "cluster-ok"
  let severity = Severity.blocking
  let title = "Every node calls the cluster ok, with all slots assigned and served"
  let why = "Each node judges by itself; one that calls the cluster failing answers CLUSTERDOWN to its clients."
  let reads = "CLUSTER INFO of every node"
  let remedy = "See which node is missing with CLUSTER NODES, and bring it back."
  let source = "redis src/cluster.c, clusterUpdateState"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let info = view.pulse.cluster else {
      return .unknown(
        why: view.pulse.server.mode == "cluster"
          ? "\(scene.name(node)): CLUSTER INFO was not read"
          : "\(scene.name(node)) runs in mode \(view.pulse.server.mode), not as a cluster")
    }
    var wrong: [String] = []
    if !info.isOK { wrong.append("cluster_state:fail") }
    if info.slotsAssigned != SlotSet.count { wrong.append("cluster_slots_assigned:\(info.slotsAssigned)") }
    if info.slotsOK != SlotSet.count { wrong.append("cluster_slots_ok:\(info.slotsOK)") }
    if info.slotsPossiblyFailing != 0 { wrong.append("cluster_slots_pfail:\(info.slotsPossiblyFailing)") }
    if info.slotsFailing != 0 { wrong.append("cluster_slots_fail:\(info.slotsFailing)") }
    guard wrong.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) says \(wrong.joined(separator: ", "))\(view.age)",
        fix: "see which node is missing: " + scene.paste(node, "CLUSTER NODES"))
    }
    return .holds(saw: "ok, \(SlotSet.count) slots")
  }
}

struct SlotsCovered: Rule {
  let name: RuleName = "slots-covered"
  let severity = Severity.blocking
  let title = "Every slot has a primary"
  let why = "Keys of a slot that nobody owns cannot be read or written, and no upgrade brings them back."
  let reads = "CLUSTER NODES of every node: the slots of each primary"
  let remedy = "redis-cli --cluster check, then redis-cli --cluster fix."
  let source = "redis.io documentation, CLUSTER INFO"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let panorama = Panorama(scene)
    let views = panorama.views
    guard !views.isEmpty else { return .unknown(why: "no node's view of the cluster has been read") }
    let owned = SlotSet(panorama.topology.lines.values.filter { $0.role == .primary }.flatMap(\.slots.ranges))
    guard owned == .all else {
      return .broken(
        saw: "\(Words.count(SlotSet.count - owned.count, "slot")) without a primary: \(owned.missing)",
        fix: panorama.members.first { views[$0] != nil }.flatMap { scene.address($0) }.map {
          "look first: redis-cli --cluster check \($0), then redis-cli --cluster fix \($0)"
        } ?? "redis-cli --cluster check")
    }
    return .holds(saw: "\(owned.count) of \(SlotSet.count) slots")
  }
}

struct NoOpenSlots: NodeRule {
  let name: RuleName = "no-open-slots"
  let severity = Severity.blocking
  let title = "No slot is on the move"
  let why = "A hand-over in the middle of a migration can leave two owners of a slot, or none."
  let reads = "CLUSTER NODES: the slots in brackets of the line of myself"
  let remedy =
    "End the migration with redis-cli --cluster fix, or call it off with CLUSTER SETSLOT <slot> STABLE on both sides."
  let source = "redis.io documentation, CLUSTER SETSLOT"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let own = view.cluster?.member(node) else {
      return .unknown(why: "\(scene.name(node)): its view of the cluster has not been read since the last change to it")
    }
    guard !own.openSlots.isEmpty else { return .holds(saw: "none") }
    let moves = own.openSlots.prefix(4).map { open in
      open.direction == .migratingTo
        ? "slot \(open.slot) is leaving for \(scene.name(open.peer))"
        : "slot \(open.slot) is coming from \(scene.name(open.peer))"
    }
    let more = own.openSlots.count > 4 ? ", and \(own.openSlots.count - 4) more" : ""
    return .broken(
      saw: "\(scene.name(node)): \(moves.joined(separator: ", "))\(more)",
      fix: "end the migration (redis-cli --cluster fix \(scene.name(node))), or call it off on both sides: "
        + scene.paste(node, "CLUSTER SETSLOT \(own.openSlots[0].slot) STABLE"))
  }
}
