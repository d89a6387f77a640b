// Whether a node has room left: memory under its limit, connections for the clients of two, and forks that are short.

struct MemoryBelowLimit: NodeRule {
  let name: RuleName = "memory-below-limit"
  let severity = Severity.blocking
  let title = "Every primary that may not evict has memory left to write to"
  let why = "At maxmemory without eviction writes are refused (OOM), and the new version may need a little more."
  let reads = "INFO everything: used_memory, mem_not_counted_for_evict, maxmemory, maxmemory_policy"
  let remedy = "CONFIG SET maxmemory where the host has the memory, or take data out."
  let source = "redis src/evict.c, getMaxmemoryState; redis.io documentation, Key eviction"
  let severityVaries = "a warning between 90 and 95 % of the limit"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let fullest = scene.nodes(of: object).compactMap { scene.snapshot[$0].view.flatMap(Self.share) }.max()
    return fullest.map { $0 > 0.95 } ?? false ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    let memory = view.pulse.memory
    guard let share = Self.share(view) else { return .holds(saw: "no limit") }
    let saw = "\(Words.whole(share * 100)) % of \(Words.bytes(memory.maximum)) (\(memory.policy))"
    // With eviction a full memory is how a cache lives.
    guard memory.policy == "noeviction", share > 0.9 else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)) uses \(saw)",
      fix: "where the host has the memory: " + scene.paste(node, "CONFIG SET maxmemory \(memory.maximum / 4 * 5)")
        + "; else take data out")
  }

  /// What counts against the limit; nil where there is none.
  private static func share(_ view: NodeView) -> Double? {
    let memory = view.pulse.memory
    guard memory.maximum > 0 else { return nil }
    return Double(max(0, memory.used - (view.inventory?.usage?.uncountedBytes ?? 0))) / Double(memory.maximum)
  }
}

struct ReplicaMemory: NodeRule {
  let name: RuleName = "replica-maxmemory"
  let severity = Severity.blocking
  let title = "No replica has a lower memory limit than its primary"
  let why = "A replica ignores its limit until it takes over; then it evicts or refuses writes at once."
  let reads = "INFO memory of a replica and its primary: used_memory, maxmemory"
  let remedy = "Give both the same maxmemory."
  let source = "redis.conf, replica-ignore-maxmemory"
  let severityVaries = "a warning where the primary's data still fits"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let overflows = scene.nodes(of: object).contains { node in
      guard let own = scene.snapshot[node].view, let primary = scene.primaryView(of: node) else { return false }
      return own.pulse.memory.maximum > 0 && primary.pulse.memory.used > own.pulse.memory.maximum
    }
    return overflows ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .replica else { return .notApplicable(why: "\(scene.name(node)) is a primary") }
    guard let primary = scene.primaryView(of: node) else {
      return .unknown(why: "\(scene.name(node)): its primary has not been read")
    }
    let (own, theirs) = (view.pulse.memory.maximum, primary.pulse.memory.maximum)
    guard own > 0 else { return .holds(saw: "no limit") }
    guard theirs == 0 || own < theirs else { return .holds(saw: "\(Words.bytes(own)), as its primary or more") }
    return .broken(
      saw: "\(scene.name(node)) has maxmemory \(Words.bytes(own)), its primary "
        + (theirs == 0 ? "no limit" : Words.bytes(theirs)) + " and \(Words.bytes(primary.pulse.memory.used)) in use",
      fix: scene.paste(node, "CONFIG SET maxmemory \(theirs)") + ", then CONFIG REWRITE")
  }
}

struct ClientLimit: NodeRule {
  let name: RuleName = "client-limit"
  let severity = Severity.warning
  let title = "Every replica can take its primary's clients as well as its own"
  let why = "After a hand-over they all come to it at once; beyond maxclients it turns them away."
  let reads = "INFO clients: connected_clients of a replica and its primary; CONFIG GET maxclients"
  let remedy = "CONFIG SET maxclients, with as many open files for the process."
  let source = "redis src/networking.c, acceptCommonHandler; redis.io documentation, Client handling"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .replica else { return .notApplicable(why: "\(scene.name(node)) is a primary") }
    guard let text = view.inventory?.configuration["maxclients"], let most = Int(text) else {
      return .unknown(why: "\(scene.name(node)): maxclients has not been read")
    }
    guard let primary = scene.primaryView(of: node) else {
      return .unknown(why: "\(scene.name(node)): its primary has not been read")
    }
    let (own, theirs) = (view.pulse.statistics.connectedClients, primary.pulse.statistics.connectedClients)
    let saw = "\(own) connections, \(theirs) at its primary, maxclients \(most)"
    guard own + theirs > most else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)): \(saw)", fix: scene.paste(node, "CONFIG SET maxclients \((own + theirs) * 2)"))
  }
}

struct ForkPause: NodeRule {
  let name: RuleName = "fork-pause"
  let severity = Severity.warning
  let title = "The last fork of every node took less than half a second"
  let why = "A node answers nobody while it forks, and each one forks for its backup, a primary for every full sync."
  let reads = "INFO everything: latest_fork_usec"
  let remedy = "Switch transparent huge pages off, and choose an hour with few writes."
  let source = "redis.io documentation, Diagnosing latency issues: latency generated by fork"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let microseconds = view.inventory?.usage?.forkMicroseconds else {
      return .unknown(why: "\(scene.name(node)): INFO everything has not been read")
    }
    let milliseconds = microseconds / 1000
    guard milliseconds > 500 else { return .holds(saw: "\(milliseconds) ms") }
    return .broken(
      saw: "the last fork of \(scene.name(node)) took \(Words.tenths(Double(milliseconds) / 1000)) s: clients wait as "
        + "long at its backup",
      fix: "on its host: echo never > /sys/kernel/mm/transparent_hugepage/enabled; and choose a quiet hour")
  }
}

extension Scene {
  /// The primary that a node's shard has now.
  func primaryView(of node: NodeID) -> NodeView? {
    setup.shard(of: node).flatMap { snapshot.primary(of: $0) }.flatMap { snapshot[$0].view }
  }
}
