// What nodes say to each other on the cluster bus: names that others can read, links that are not cut, voters.

struct AnnouncedNames: NodeRule {
  let name: RuleName = "announced-names"
  let severity = Severity.blocking
  let title = "What nodes announce about themselves is read by every version in the cluster"
  let why =
    "Nodes before 7.0 throw away the packets of one with a host name, and everybody cuts an address that is long."
  let reads = "CONFIG GET cluster-announce-hostname, cluster-announce-ip; INFO server of every node"
  let remedy = "Take the host name away until every node runs 7.0 or later; announce a shorter address."
  let source = "redis 6.2 src/cluster.c, clusterProcessPacket; redis src/cluster.h, NET_IP_STR_LEN"
  let severityVaries = "a warning for an address that is cut"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let hasName = scene.nodes(of: object).contains { node in
      scene.snapshot[node].view?.inventory?.configuration["cluster-announce-hostname"]?.isEmpty == false
    }
    return hasName && !deaf(in: scene).isEmpty ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let configuration = view.inventory?.configuration, !configuration.isEmpty else {
      return .unknown(why: "\(scene.name(node)): its configuration has not been read")
    }
    let hostName = configuration["cluster-announce-hostname"] ?? ""
    let deaf = hostName.isEmpty ? [] : deaf(in: scene)
    if !deaf.isEmpty {
      return .broken(
        saw: "\(scene.name(node)) announces the host name \(hostName), and \(scene.names(deaf)) "
          + (deaf.count == 1 ? "runs" : "run") + " a version before 7.0",
        fix: "until every node is done: " + scene.paste(node, "CONFIG SET cluster-announce-hostname \"\""))
    }
    let address = configuration["cluster-announce-ip"] ?? ""
    guard address.utf8.count <= 45 else {
      return .broken(
        saw: "\(scene.name(node)) announces an address of \(address.utf8.count) characters, of which others read 45",
        fix: scene.paste(node, "CONFIG SET cluster-announce-ip <its address>") + ", then CONFIG REWRITE")
    }
    return .holds(saw: hostName.isEmpty ? "no host name" : hostName)
  }

  private func deaf(in scene: Scene) -> [NodeID] {
    let releases = scene.releases
    return scene.members.filter { releases[$0]?.descends(from: Version(7, 0, 0)) == false }
  }
}

struct BusLinksKept: NodeRule {
  let name: RuleName = "bus-links-kept"
  let severity = Severity.warning
  let title = "No node has cut a link of the cluster bus because its buffer was full"
  let why = "While such a link is down, its node counts as failing, in the middle of an upgrade for two of them."
  let reads = "CLUSTER INFO: total_cluster_links_buffer_limit_exceeded"
  let remedy = "CONFIG SET cluster-link-sendbuf-limit 0, and see what is published by how many."
  let source = "redis 7.0 redis.conf, cluster-link-sendbuf-limit"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let info = view.pulse.cluster else { return .unknown(why: "\(scene.name(node)): CLUSTER INFO was not read") }
    guard let cut = info.linksCut else { return .notApplicable(why: "\(scene.name(node)) does not count that") }
    guard cut > 0 else { return .holds(saw: "none") }
    return .broken(
      saw: "\(scene.name(node)) has cut \(Words.count(cut, "link")) since its start: the buffer was full",
      fix: "look at them (\(scene.paste(node, "CLUSTER LINKS"))); no bound: "
        + scene.paste(node, "CONFIG SET cluster-link-sendbuf-limit 0"))
  }
}

struct EnoughVoters: Rule {
  let name: RuleName = "enough-voters"
  let severity = Severity.note
  let title = "Primaries that are left could elect a replica if one of them died"
  let why = "That takes a majority of the primaries: of one or two none is left, and nobody steps in by itself."
  let reads = "CLUSTER NODES: the primaries with slots"
  let remedy = "Nothing for the upgrade, whose hand-overs do not depend on it; three shards when there is time."
  let source = "redis.io documentation, Redis cluster specification: replica election"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let voters = scene.setup.shards.count { !$0.slots.isEmpty }
    guard voters > 0 else { return .unknown(why: "no shard with slots is known") }
    guard voters < 3 else { return .holds(saw: "\(voters) primaries with slots") }
    return .broken(
      saw: "\(Words.count(voters, "shard")) with slots: nobody is elected where a primary dies by itself",
      fix: "nothing for the upgrade: its hand-overs are asked for by hand, at a primary that is there")
  }
}
