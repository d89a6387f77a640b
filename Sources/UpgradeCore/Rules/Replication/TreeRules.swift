// Servers outside of clusters: who follows whom, who else watches over them, and how clients find the new primary.

struct ReplicationTree: Rule {
  let name: RuleName = "replication-tree"
  let severity = Severity.blocking
  let title = "There is one primary, and everybody else follows it, itself or by way of others"
  let why = "Whoever follows somebody else, or is followed by somebody who is not known, would be left behind."
  let reads = "INFO replication of every server: role, master_host, master_port, slaveN"
  let remedy = "REPLICAOF on the server that follows the wrong one; a new run where servers were added."
  let source = "redis.io documentation, Replication"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.kind.isReplicated ? [.deployment] : [] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard scene.setup.kind.isReplicated else { return .notApplicable(why: "nobody follows anybody") }
    var faults: [(saw: String, fix: String)] = []
    var unread: [String] = []
    for node in scene.setup.order {
      guard let view = scene.snapshot[node].view else {
        if !scene.ignoring.contains(node), scene.snapshot[node].isUnknown { unread.append(scene.name(node)) }
        continue
      }
      if let fault = fault(node, view, in: scene) { faults.append(fault) }
    }
    let primaries = scene.setup.order.filter { scene.snapshot[$0].view?.role == .primary }
    if primaries.count > 1 {
      faults.append(("\(scene.names(primaries)) all say that they are primary", scene.whoIsPrimary(primaries[0])))
    }
    if let first = faults.first {
      return .broken(saw: faults.prefix(3).map(\.saw).joined(separator: "; "), fix: first.fix)
    }
    guard unread.isEmpty else { return .unknown(why: "\(unread.joined(separator: ", ")) not read") }
    guard let primary = primaries.first else {
      return .broken(saw: "nobody says that it is the primary", fix: "see why: its log tells")
    }
    let chained = scene.setup.order.filter { node in
      scene.snapshot[node].view?.role == .replica && scene.upstream(of: node) != primary
    }
    let chain = chained.isEmpty ? "" : ", \(chained.count) by way of others"
    return .holds(saw: "\(Words.count(scene.setup.order.count - 1, "server")) behind \(scene.name(primary))\(chain)")
  }

  private func fault(_ node: NodeID, _ view: NodeView, in scene: Scene) -> (saw: String, fix: String)? {
    if let upstream = view.pulse.replication.upstream, view.role == .replica, scene.upstream(of: node) == nil {
      return (
        "\(scene.name(node)) follows \(upstream.address), which is no server of this run",
        scene.paste(node, "REPLICAOF <host> <port>")
      )
    }
    // What copies data for itself, such as `redis-cli --rdb`, says no port.
    let strange = view.pulse.replication.replicas.first { line in
      line.address.port != 0 && scene.setup.node(at: line.address, from: node) == nil
        && !scene.setup.order.contains { $0 != node && scene.upstream(of: $0) == node && scene.isLine(line, of: $0) }
    }
    return strange.map {
      (
        "\(scene.name(node)) is followed by \($0.address), which is no server of this run",
        "if it belongs here, start a new run, which looks at everything anew"
      )
    }
  }
}

struct RolesCanBeSaved: NodeRule {
  let name: RuleName = "roles-saved"
  let severity = Severity.blocking
  let title = "Every server has a configuration file, into which its role is written"
  let why =
    "A server that starts without one is a primary again, with data of before; whoever follows it takes it over."
  let reads = "INFO server: config_file"
  let remedy = "Start it with a configuration file."
  let source = "redis.io documentation, CONFIG REWRITE; redis/redis#9049"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.setup.kind.isReplicated ? scene.members.map(ObjectID.node) : []
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.pulse.server.configFile.isEmpty else { return .holds(saw: view.pulse.server.configFile) }
    return .broken(
      saw: "\(scene.name(node)) runs without a configuration file: after a restart it is a primary",
      fix: "give it a configuration file, and start it with that")
  }
}

struct FailoverKnown: Rule {
  let name: RuleName = "failover-known"
  let severity = Severity.blocking
  let title = "The primary can hand over without losing a write"
  let why = "Before FAILOVER, which came with Redis 6.2, the old primary has to take all data of the new one anew."
  let reads = "INFO server of the primary: its version; the data formats of both versions"
  let remedy = "Go over Redis 6.2, one run each."
  let source = "redis 6.2 release notes, FAILOVER; redis 6.0 src/multi.c, execCommandPropagateMulti"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.kind.isReplicated ? [.deployment] : [] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard let primary = scene.setup.nodes.first(where: { $0.role == .primary }) else {
      return .unknown(why: "no primary has been read")
    }
    if scene.setup.hasFailover(primary.id) { return .holds(saw: primary.release.title) }
    guard scene.setup.wayBackNarrows else {
      return .holds(saw: "\(primary.release.title), by a transaction: it stops, flushes and steps down at once")
    }
    return .broken(
      saw:
        "\(scene.name(primary.id)) runs \(primary.release.title), which does not know FAILOVER, and could not follow "
        + "\(scene.setup.to.title) afterwards: it would ask for all data again and again",
      fix: "go over Redis 6.2: --to 6.2.14 first, one run each")
  }
}

struct AddressSwitch: Rule {
  let name: RuleName = "address-switch"
  let severity = Severity.warning
  let title = "The profile moves the clients' address to the new primary"
  let why = "Nobody tells clients of a hand-over here: those that keep the old address can only read, and get READONLY."
  let reads = "the profile: switch"
  let remedy = "Give the profile a `switch` command (DNS, a virtual address, a proxy), or have somebody do it by hand."
  let source = "redis.io documentation, FAILOVER"
  let expectedInLab = true

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.kind.isReplicated ? [.deployment] : [] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    if scene.setup.site.has(.switchOver) { return .holds(saw: "switch") }
    return .broken(
      saw: scene.setup.temporary == nil
        ? "the profile has no switch command: right after the hand-over the clients' address is moved by hand"
        : "the profile has no switch command: clients cannot write from the hand-over to the temporary server on, until "
          + "they are moved to it by hand or it has handed over back",
      fix: "add to the profile: hooks: { switch: \"COMMAND {host} {port}\" }; or be ready to do it")
  }
}

struct NotWatched: NodeRule {
  let name: RuleName = "not-watched"
  let severity = Severity.blocking
  let title = "No Sentinel watches over these servers"
  let why = "A Sentinel takes a server that is stopped for one that has failed, and moves roles against the run."
  let reads = "PUBSUB NUMSUB __sentinel__:hello: who listens to Sentinels' announcements"
  let remedy = "Name the Sentinels instead (sentinel://), or let each of them forget it first (SENTINEL REMOVE)."
  let source = "redis.io documentation, High availability with Redis Sentinel"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let sentinels = view.inventory?.sentinels else {
      return .unknown(why: "\(scene.name(node)): it cannot be told whether Sentinels listen (PUBSUB NUMSUB)")
    }
    guard sentinels > 0 else { return .holds(saw: "nobody listens") }
    return .broken(
      saw: "\(Words.count(sentinels, "Sentinel")) \(sentinels == 1 ? "watches" : "watch") over \(scene.name(node)): "
        + "they would move its roles, and did not say who they are",
      fix: "name them instead: sentinel://HOST:PORT/NAME; or let every Sentinel forget it meanwhile: "
        + "SENTINEL REMOVE <name>")
  }
}

extension Scene {
  /// Whom a server outside of a cluster says that it follows.
  func upstream(of node: NodeID) -> NodeID? {
    snapshot[node].view?.pulse.replication.upstream.flatMap { setup.node(at: $0.address, from: node) }
  }

  /// Whether a line of a primary can be about a node: its port says so, where hosts are called otherwise.
  func isLine(_ line: ReplicaLine, of node: NodeID) -> Bool {
    guard let own = setup.node(node) else { return false }
    return ([own.address] + own.aliases).contains { $0.port == line.address.port }
  }
}
