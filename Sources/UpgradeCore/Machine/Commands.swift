// The exact text of an action: what an operator could paste.

extension Action {
  /// One line per command, in the order in which they are sent.
  package func commands(in setup: Setup) -> [String] {
    func client(_ node: NodeID, _ words: String) -> String {
      "\(setup.client("redis-cli", setup.node(node)?.address)) \(words)"
    }
    func value(_ text: String) -> String { text.isEmpty ? "\"\"" : text }
    switch self {
    case .configure(let node, let settings), .restore(let node, let settings):
      return settings.map { client(node, "CONFIG SET \($0.directive) \(value($0.value))") }
    case .backUp(let nodes):
      return nodes.map { node in
        guard setup.site.streamsBackups, let address = setup.node(node)?.address else { return client(node, "BGSAVE") }
        return client(node, "--rdb \(ShellQuoting.word("\(address.host)-\(address.port).rdb"))")
      }
        + nodes.compactMap { node in
          setup.site.command(.program, node).map { program in
            let file = setup.node(node)?.configFile ?? ""
            return "\(program)   (on the host of \(setup.address(node)): what it names reads the backup"
              + (file.isEmpty ? "" : " and a copy of \(file)") + " in a scratch folder, and is ended)"
          }
        }
    case .host(_, let stage) where stage == .temporaryStart || stage == .temporaryStop:
      return setup.temporaryCommands(stage)
    case .host(let node, let stage): return [setup.site.command(stage, node) ?? "(run by hand: \(stage.rawValue))"]
    case .hostWide(let stage, let nodes):
      return nodes.first.flatMap { setup.site.command(stage, $0) }.map { [$0] } ?? []
    case .shutDown(let node, _) where setup.node(node)?.role == .sentinel:
      return [client(node, "SENTINEL FLUSHCONFIG"), client(node, "SHUTDOWN")]
    case .shutDown(let node, let save): return [client(node, save ? "SHUTDOWN SAVE" : "SHUTDOWN")]
    case .setAside(let node):
      let directory = setup.node(node)?.directory ?? "."
      return ["move dump and append-only files of \(directory) aside"]
    case .handOver(_, let from, let to) where setup.kind == .sentinel:
      let words = setup.peerAddress(to).map { "\($0.host) \($0.port)" } ?? to.text
      let name = setup.watchedName ?? ""
      return [
        client(from, "CLIENT PAUSE \(Setup.pauseBound) WRITE"),
        setup.sentinels.first.map { client($0, "SENTINEL FAILOVER \(name)") + "   (all replicas have all)" } ?? "",
        client(from, "REPLICAOF \(words)") + "   (at once: it takes no write any more)",
        client(from, "CLIENT UNPAUSE") + "   (once \(setup.address(to)) is primary)",
        client(from, "CLIENT KILL TYPE normal SKIPME yes") + "   (once every Sentinel says so)",
      ]
    case .handOver(_, let from, let to) where setup.kind.isPlain:
      let words = setup.peerAddress(to).map { "\($0.host) \($0.port)" } ?? to.text
      guard setup.hasFailover(from) else {
        return [
          client(from, "MULTI; EVAL <everybody waits, replicas get all>; INFO; REPLICAOF \(words); EXEC"),
          client(to, "REPLICAOF NO ONE") + "   (if it has all that was written; else the same to the old primary)",
        ]
      }
      let failover = client(from, "FAILOVER TO \(words) TIMEOUT \(Setup.failoverTimeout)")
      guard let held = setup.writesHeld(from: from) else { return [failover] }
      return [
        client(from, "CLIENT PAUSE \(held) WRITE"), failover,
        client(from, "CLIENT UNPAUSE") + "   (once `switch` has ended; else the pause ends by itself)",
      ]
    case .handOver(_, _, let to): return [client(to, "CLUSTER FAILOVER")]
    case .follow(let node, let primary) where node == primary:
      return [client(node, "REPLICAOF NO ONE") + "   (FAILOVER ABORT where it still hands over)"]
    case .follow(let node, let primary):
      return [client(node, setup.peerAddress(primary).map { "REPLICAOF \($0.host) \($0.port)" } ?? "")]
    case .saveRole(let node): return [client(node, "CONFIG REWRITE")]
    case .drain(let node):
      return [
        client(node, "INFO \(setup.kind.isPlain ? "clients" : "commandstats")") + "   (repeated until nobody calls it)"
      ]
    case .errand(let node, let errand): return [setup.enterprise?.command(errand, on: node) ?? ""]
    case .watch, .confirm: return []
    }
  }
}
