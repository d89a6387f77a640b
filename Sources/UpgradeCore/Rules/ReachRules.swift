// Who is there: every member answers, is a product of ours, and is the process that we think it is.

struct Reachable: Rule {
  let name: RuleName = "reachable"
  let severity = Severity.blocking
  let title = "Every member answers"
  let why = "A node that nobody can ask may hold the only good copy of its shard, or none at all."
  let reads = "PING and INFO of every member, and of whatever else a node lists"
  let remedy = "Start the node; one that is gone for good is taken out on every other node with CLUSTER FORGET."
  let source = "redis.io documentation, CLUSTER FORGET"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.membersAndListed.map(ObjectID.node) + scene.setup.sentinels.map(ObjectID.node)
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    if case .node(let node) = object { return judge(node, in: scene) }
    return scene.together(object) { judge($0, in: scene) }
  }

  private func judge(_ node: NodeID, in scene: Scene) -> Verdict {
    switch scene.snapshot[node] {
    case .up(let view): .holds(saw: "answers\(view.age)")
    case .down(let why):
      .broken(
        saw: "\(scene.name(node)) does not answer: \(why)",
        fix: scene.setup.kind.isPlain
          ? "start it; if it is gone for good, let nobody follow it (REPLICAOF), and where a primary still lists it wait "
            + "until it does not" + elsewhere(node, in: scene)
          : "start it; if it is gone for good, take it out on every other node: CLUSTER FORGET \(node)"
            + elsewhere(node, in: scene))
    case .unknown(let why): .unknown(why: "\(scene.name(node)): \(why)\(elsewhere(node, in: scene))")
    }
  }

  /// A node that has never answered may be reached elsewhere than where the cluster announces it.
  private func elsewhere(_ node: NodeID, in scene: Scene) -> String {
    guard scene.setup.node(node) == nil, let address = scene.address(node) else { return "" }
    let bastion = scene.setup.site.remote?.bastion
    return "; if that is not where it is reached from \(bastion ?? "here"), say so in the profile: "
      + "addresses: { \"\(address)\": \"HOST:PORT\" }"
      + (bastion == nil ? ", or bastion: HOST where only that host reaches it" : "")
  }
}

struct KnownProduct: NodeRule {
  let name: RuleName = "known-product"
  let severity = Severity.blocking
  let title = "Every member is a Redis or a Valkey of a version that can be read"
  let why = "Products that answer like Redis keep data, elect and fail over in ways of their own."
  let reads = "INFO server: redis_version, valkey_version, server_name"
  let remedy = "Upgrade other products in their own way; put a released version where something else runs."
  let source = "valkey-io/valkey-doc topics/migration.md"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let server = view.pulse.server
    guard let product = server.product else {
      return .broken(
        saw: "\(scene.name(node)) calls itself \(server.name)"
          + (server.versionText.isEmpty ? "" : " (it says it is compatible with \(server.versionText))"),
        fix: "this program upgrades Redis and Valkey only; use \(server.name)'s own way")
    }
    guard let release = server.release else {
      return .broken(
        saw: "\(scene.name(node)) is a \(product.title) of version \"\(server.versionText)\", which is no release",
        fix: "put a released version there first")
    }
    return .holds(saw: release.title)
  }
}

/// Rule 6 of those that never bend: right before every destructive command.
struct IdentityRule: NodeRule {
  let name: RuleName = "identity"
  let severity = Severity.blocking
  let title = "Every node is the process that was looked at"
  let why = "A port that somebody else's server has taken, or a node that was restarted, is not what was checked."
  let reads = "INFO server: run_id, process_id; CLUSTER NODES: the line of myself"
  let remedy = "Find out who restarted the node or took its port; then start a new run."
  let source = "redis src/server.c, run_id is new with each start"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let setup = scene.setup.node(node) else {
      return .broken(
        saw: "\(scene.name(node)) was not there at the start",
        fix: "if it belongs to the cluster, start a new run, which looks at everything anew")
    }
    let expected = scene.identities[node] ?? Identity(runID: setup.runID, processID: setup.processID)
    let server = view.pulse.server
    guard server.runID == expected.runID, server.processID == expected.processID else {
      return .broken(
        saw:
          "\(scene.name(node)) answers as process \(server.processID), run id \(server.runID.prefix(8)); expected was "
          + "process \(expected.processID), run id \(expected.runID.prefix(8))",
        fix: "find out who restarted it or took its port: " + scene.paste(node, "INFO server"))
    }
    if scene.setup.kind.isPlain {
      return .holds(saw: "process \(server.processID), run id \(server.runID.prefix(8))")
    }
    guard let cluster = view.cluster else {
      return .unknown(why: "\(scene.name(node)): its own node id has not been read since the last change to it")
    }
    guard cluster.myself == node else {
      return .broken(
        saw:
          "\(scene.name(node)) answers as node \(cluster.myself.text.prefix(8)), expected was \(node.text.prefix(8))",
        fix: "see whose nodes.conf it started with: " + scene.paste(node, "CLUSTER MYID"))
    }
    return .holds(saw: "process \(server.processID), run id \(server.runID.prefix(8))")
  }
}
