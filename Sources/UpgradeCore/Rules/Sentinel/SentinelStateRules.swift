// Whether Sentinels say the same, could agree, and know who is there: checks before the start and gates around steps.

struct SentinelsAgree: GroupRule {
  let name: RuleName = "sentinels-agree"
  let severity = Severity.blocking
  let title = "Every Sentinel names the same primary, the one that is, and finds nothing wrong with it"
  let why = "Sentinels that differ move roles against each other; clients that ask them are sent to different servers."
  let reads = "SENTINEL MASTER of each: ip, port, flags, config-epoch, quorum; INFO replication of the servers"
  let remedy = "Wait until a failover is over; a Sentinel that has not heard of it is cut off from the others."
  let source = "redis.io documentation, High availability with Redis Sentinel"

  func judge(_ views: [(node: NodeID, view: SentinelView)], in scene: Scene) -> Verdict {
    var faults: [(saw: String, fix: String)] = []
    let primary = scene.setup.shards.first.flatMap { scene.snapshot.primary(of: $0) }
    guard let primary else { return .unknown(why: "no primary has been read") }
    for (node, view) in views {
      let see = "see why: " + scene.paste(node, "SENTINEL MASTER \(scene.watched)")
      guard let group = view.group else {
        faults.append(
          (
            "\(scene.name(node)) does not watch \(scene.watched)",
            "if it is to: " + scene.paste(node, "SENTINEL MONITOR \(scene.watched) <host> <port> <quorum>")
          ))
        continue
      }
      if scene.watchedNode(group.address, from: node) != primary {
        faults.append(
          ("\(scene.name(node)) says that the primary is \(group.address), it is \(scene.name(primary))", see))
      } else if group.flags != ["master"] {
        faults.append(("\(scene.name(node)) flags the primary \(group.flags.shown)", see))
      }
    }
    if let first = faults.first {
      return .broken(saw: faults.prefix(3).map(\.saw).joined(separator: "; "), fix: first.fix)
    }
    let groups = views.compactMap(\.view.group)
    if Set(groups.map(\.epoch)).count > 1 {
      let parts = views.map { "\(scene.name($0.node)) \($0.view.group?.epoch ?? 0)" }.joined(separator: ", ")
      return .broken(
        saw: "they have heard of different failovers (config-epoch): \(parts)",
        fix: "wait some seconds; if it stays, see whether they reach each other")
    }
    if Set(groups.map(\.quorum)).count > 1 {
      let parts = views.map { "\(scene.name($0.node)) \($0.view.group?.quorum ?? 0)" }.joined(separator: ", ")
      return .broken(
        saw: "they have different quorums: \(parts)",
        fix: scene.paste(views[0].node, "SENTINEL SET \(scene.watched) quorum <n>") + ", the same on each")
    }
    return .holds(
      saw: "\(Words.count(views.count, "Sentinel")): \(scene.name(primary)), quorum \(groups.first?.quorum ?? 0)")
  }
}

struct QuorumReached: SentinelRule {
  let name: RuleName = "quorum-reached"
  let severity = Severity.blocking
  let title = "Every Sentinel could have a failover agreed to"
  let why =
    "A failover that is asked for needs nobody's consent, but one that is needed does: if the new primary fails."
  let reads = "SENTINEL CKQUORUM of each"
  let remedy = "Bring back the Sentinels that are missing; let those that are gone for good be forgotten."
  let source = "redis.io documentation, SENTINEL CKQUORUM; redis src/sentinel.c, sentinelIsQuorumReachable"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    guard let fault = view.quorumFault else { return .holds(saw: "quorum and majority") }
    return .broken(
      saw: "\(scene.name(node)) answers \(fault)",
      fix: "see whom it misses: " + scene.paste(node, "SENTINEL SENTINELS \(scene.watched)"))
  }
}

struct NotTilted: SentinelRule {
  let name: RuleName = "not-tilted"
  let severity = Severity.blocking
  let title = "No Sentinel is in tilt mode"
  let why = "In tilt mode it only looks: its clock has jumped, or its host does not give it time to run."
  let reads = "INFO sentinel: sentinel_tilt"
  let remedy = "Wait for 30 s without a jump; if it comes back, look at the host's clock and load."
  let source = "redis.io documentation, High availability with Redis Sentinel: TILT mode"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    guard view.isTilted else { return .holds(saw: "no tilt") }
    return .broken(
      saw: "\(scene.name(node)) is in tilt mode", fix: "wait 30 s; then: " + scene.paste(node, "INFO sentinel"))
  }
}

struct ReplicasListed: SentinelRule {
  let name: RuleName = "replicas-listed"
  let severity = Severity.blocking
  let title = "Every Sentinel lists the replicas that there are, no others, and finds nothing wrong with them"
  let why =
    "One that is not listed is never promoted nor told of a new primary; one that is gone is looked for for ever."
  let reads = "SENTINEL REPLICAS of each: ip, port, flags, master-link-status"
  let remedy = "Wait for the next INFO, every 10 s; SENTINEL RESET forgets what is gone for good."
  let source =
    "redis.io documentation, High availability with Redis Sentinel: Removing the old master or unreachable "
    + "replicas"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    guard let shard = scene.setup.shards.first, let primary = scene.snapshot.primary(of: shard) else {
      return .unknown(why: "no primary has been read")
    }
    var listed: Set<NodeID> = []
    for line in view.replicas {
      guard let replica = scene.watchedNode(line.address, from: node) else {
        return .broken(
          saw: "\(scene.name(node)) lists a replica \(line.address), which is no server of this run",
          fix: "if it is gone for good: " + scene.resetWords(node))
      }
      guard listed.insert(replica).inserted else {
        return .broken(
          saw: "\(scene.name(node)) lists \(scene.name(replica)) twice",
          fix: "let it announce itself by one name (replica-announce-ip); then " + scene.resetWords(node))
      }
      if scene.ignoring.contains(replica) { continue }
      if replica == primary {
        return .broken(
          saw: "\(scene.name(node)) lists \(scene.name(replica)) as a replica, which is primary",
          fix: "wait until it has heard of the failover")
      }
      guard line.flags == ["slave"], line.isLinked else {
        return .broken(
          saw: "\(scene.name(node)) flags \(scene.name(replica)) \(line.flags.shown)"
            + (line.isLinked ? "" : ", its link is down"),
          fix: "it asks again every 10 s; then: " + scene.paste(node, "SENTINEL REPLICAS \(scene.watched)"))
      }
    }
    let missing = shard.members.filter { $0 != primary && !listed.contains($0) && !scene.ignoring.contains($0) }
    guard missing.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) does not list \(scene.names(missing))",
        fix: "it asks the primary every 10 s; see what that lists: " + scene.paste(primary, "INFO replication"))
    }
    return .holds(saw: Words.count(listed.count, "replica"))
  }
}

/// A gate after a hand-over.
struct OldPrimaryListed: Rule {
  let name: RuleName = "old-primary-listed"
  let severity = Severity.blocking
  let title = "Every Sentinel lists the old primary as a replica of the new one"
  let why = "Until then it may still be taken for a primary that has failed, and told to follow anew."
  let reads = "SENTINEL REPLICAS of each"
  let remedy = "Wait: they tell each other every 2 s, and ask the servers every 10 s."
  let source = "redis src/sentinel.c, sentinelResetMasterAndChangeAddress"
  let isCheck = false

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.order.map(ObjectID.node) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .node(let old) = object else { return .unknown(why: "it is about one server") }
    for node in scene.setup.sentinels {
      let view: SentinelView
      switch scene.word(of: node) {
      case .success(let said): view = said
      case .failure(let unheard): return .unknown(why: unheard.why)
      }
      guard view.replicas.contains(where: { scene.watchedNode($0.address, from: node) == old }) else {
        return .broken(saw: "\(scene.name(node)) does not list \(scene.name(old)) yet", fix: "wait")
      }
    }
    return .holds(saw: "by all")
  }
}

struct PeersListed: SentinelRule {
  let name: RuleName = "peers-listed"
  let severity = Severity.blocking
  let title = "Every Sentinel knows every other one, each once, and reaches it"
  let why = "A majority is one of all that were ever known: one that is gone, or known twice, is counted for ever."
  let reads = "SENTINEL SENTINELS of each: ip, port, runid, flags"
  let remedy = "Bring back who is missing; SENTINEL RESET forgets what is gone for good, and learns the others anew."
  let source = "redis.io documentation, High availability with Redis Sentinel: Adding or removing Sentinels"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    var seen: Set<NodeID> = []
    for peer in view.peers {
      guard peer.address.port != 0, let other = scene.watchedNode(peer.address, from: node),
        scene.setup.node(other)?.role == .sentinel
      else {
        return .broken(
          saw: "\(scene.name(node)) knows a Sentinel at \(peer.address) that is none of this group",
          fix: "if it is gone for good: " + scene.resetWords(node))
      }
      guard seen.insert(other).inserted else {
        return .broken(
          saw:
            "\(scene.name(node)) knows \(scene.name(other)) twice: one of them is what it was before it lost its file",
          fix: scene.resetWords(node))
      }
      if !scene.ignoring.contains(other), peer.flags != ["sentinel"] {
        return .broken(
          saw: "\(scene.name(node)) flags \(scene.name(other)) \(peer.flags.shown)",
          fix: "see why it does not reach it: " + scene.paste(node, "SENTINEL SENTINELS \(scene.watched)"))
      }
    }
    let missing = scene.setup.sentinels.filter { $0 != node && !seen.contains($0) && !scene.ignoring.contains($0) }
    guard missing.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) does not know \(scene.names(missing))",
        fix: "they find each other by way of the primary within some seconds; see whether both reach it")
    }
    return .holds(saw: "all \(Words.count(seen.count, "other"))")
  }
}

/// A gate only: before the hand-over every Sentinel has to have heard whom it may promote.
struct PrioritiesSeen: Rule {
  let name: RuleName = "priorities-seen"
  let severity = Severity.blocking
  let title = "Every Sentinel has seen whom it is to promote: nobody has a lower priority"
  let why = "They hear of a priority with the next INFO, up to 10 s later, and promote by what they have heard."
  let reads = "SENTINEL REPLICAS of each: slave-priority; CONFIG GET replica-priority of the servers"
  let remedy = "Wait for the next INFO, every 10 s."
  let source = "redis src/sentinel.c, SENTINEL_INFO_PERIOD, compareSlavesForPromotion"
  let isCheck = false

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.order.map(ObjectID.node) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .node(let candidate) = object else { return .unknown(why: "it is about one replica") }
    for node in scene.setup.sentinels {
      let view: SentinelView
      switch scene.word(of: node) {
      case .success(let said): view = said
      case .failure(let unheard): return .unknown(why: unheard.why)
      }
      var priorities: [NodeID: Int] = [:]
      for line in view.replicas {
        guard let replica = scene.watchedNode(line.address, from: node) else { continue }
        priorities[replica] = line.priority
        let set = scene.snapshot[replica].view?.settings?[SentinelProcedure.priority]
        if let set, set != String(line.priority) {
          return .broken(
            saw: "\(scene.name(node)) has not heard yet that \(scene.name(replica)) has the priority \(set), and still "
              + "says \(line.priority)", fix: "wait for the next INFO, every 10 s")
        }
      }
      guard let own = priorities.removeValue(forKey: candidate), own > 0 else {
        return .broken(
          saw: "\(scene.name(node)) would never promote \(scene.name(candidate))",
          fix: scene.paste(candidate, "CONFIG SET replica-priority 1"))
      }
      if let rival = priorities.filter({ $0.value > 0 && $0.value <= own }).keys.sorted().first {
        return .broken(
          saw: "\(scene.name(node)) would promote \(scene.name(rival)) as well",
          fix: scene.paste(rival, "CONFIG SET replica-priority \(own + 1)"))
      }
    }
    return .holds(saw: "\(scene.name(candidate)) first, as all \(scene.setup.sentinels.count) say")
  }
}
