// Hosts whose nodes share one installation: whether all of them can be down for it, and whether they are.

struct OneNodePerPackage: Rule {
  let name: RuleName = "one-node-per-package"
  let severity = Severity.blocking
  let title = "A host whose nodes share one installation can have all of them down for it"
  let why =
    "What is installed for one server is its neighbours' as well: a package restarts them, and a link is followed at "
    + "their next start, so all nodes of the host stop for it, and their shards live elsewhere meanwhile."
  let reads = "the profile's commands with scope host and `start`, the nodes' addresses and shards"
  let remedy =
    "Move one of the nodes to another host, or give each server its own copy of the software and say so in a profile "
    + "of your own."
  let source = "Debian packages redis-server and valkey-server, maintainer scripts: deb-systemd-invoke restart"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.hosts.map(ObjectID.host) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object else { return .notApplicable(why: "it is no host") }
    let setup = scene.setup
    let stages = Site.Stage.allCases.filter(setup.site.hostWide.contains)
    guard !stages.isEmpty else { return .notApplicable(why: "no command changes more than one node") }
    let nodes = setup.nodes(on: host)
    guard nodes.count > 1 else { return .holds(saw: "\(nodes.count) node") }
    let commands = stages.map(\.rawValue).joined(separator: " and ")
    if let (fault, fix) = crowding(nodes, on: host, in: scene) ?? sameCommand(nodes, stages, in: scene) {
      return .broken(
        saw: "\(commands) on \(host) \(stages.count == 1 ? "changes" : "change") the software of \(nodes.count) nodes "
          + "at once, and \(fault)",
        fix: fix)
    }
    return .holds(saw: "one \(stages[0].rawValue) for \(nodes.count) nodes, all of which stop for it")
  }

  /// A shard that would have two of its members out, or nobody left to serve it.
  private func crowding(_ nodes: [NodeID], on host: String, in scene: Scene) -> (fault: String, fix: String)? {
    let apart =
      "or give each server its own copy of the software, and the profile commands with {port} or {unit} that change one "
      + "copy (scope: node)"
    for shard in scene.setup.shards {
      let here = scene.setup.members(shard).filter(nodes.contains)
      if here.count > 1 {
        return (
          "\(scene.names(here)) are \(here.count) of the \(shard.members.count) copies of \(shard.id): they would be "
            + "out of service together",
          "move all but one of them to other hosts, \(apart)"
        )
      }
      if let only = here.first, shard.members.count == 1 {
        return (
          "\(scene.name(only)) alone holds \(shard.id): no other host can take it over",
          "give \(shard.id) a replica on another host, \(apart)"
        )
      }
    }
    return nil
  }

  /// Commands that are meant for the host and differ among its nodes, or that start one node and are the same for two.
  private func sameCommand(
    _ nodes: [NodeID], _ stages: [Site.Stage], in scene: Scene
  ) -> (fault: String, fix: String)? {
    let site = scene.setup.site
    for stage in stages where Set(nodes.map { site.command(stage, $0) }).count > 1 {
      return (
        "the \(stage.rawValue) command is not the same for \(scene.names(nodes))",
        "bring these nodes to one version first, with one package for all of them"
      )
    }
    var first: [String: NodeID] = [:]
    for node in nodes {
      guard let start = site.command(.start, node) else { continue }
      if let other = first.updateValue(node, forKey: start) {
        return (
          "the start command is the same for \(scene.names([other, node])): \(start)",
          "write a profile of your own whose start, and stop, name one server by {unit} or {port}"
        )
      }
    }
    return nil
  }
}

/// A gate before the one installation of a host: whatever still runs there would be restarted by it, or run on under a
/// new file.
struct HostCleared: Rule {
  let name: RuleName = "host-cleared"
  let severity = Severity.blocking
  let title = "No node of the host runs while the software of all of them is changed"
  let why = "A package restarts whatever of it runs, a primary as well as a replica."
  let reads = "INFO of every node of the host"
  let remedy = "See who started it: its log tells."
  let source = "Debian packages redis-server and valkey-server, maintainer scripts: deb-systemd-invoke restart"
  let isCheck = false

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.hosts.map(ObjectID.host) }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object else {
      return Verdict.together(objects(in: scene).map { evaluate($0, in: scene) }, of: "host")
    }
    let nodes = scene.setup.nodes(on: host)
    guard !nodes.isEmpty else { return .unknown(why: "no node of \(host) is known") }
    let verdicts = nodes.map { node -> Verdict in
      switch scene.snapshot[node] {
      case .down: return .holds(saw: "down")
      case .unknown(let why): return .unknown(why: "\(scene.name(node)): \(why)")
      case .up(let view):
        return .broken(
          saw: "\(scene.name(node)) runs there, \(view.role == .primary ? "a PRIMARY" : "a replica")",
          fix: "see who started it: its log tells")
      }
    }
    return Verdict.together(verdicts, of: "node")
  }
}
