// Whether data is safe on disk and a process may fork: loading, saves, appends, children, memory.

struct NotLoading: NodeRule {
  let name: RuleName = "not-loading"
  let severity = Severity.blocking
  let title = "No node is loading data"
  let why = "A node that loads serves nothing, and a save of half the data would replace a whole one."
  let reads = "INFO persistence: loading, async_loading"
  let remedy = "Wait until it is done."
  let source = "redis.io documentation, INFO"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let persistence = view.pulse.persistence
    guard persistence.loading || persistence.asyncLoading else { return .holds(saw: "not loading") }
    let left = persistence.secondsToLoad.map { ", about \($0) s left" } ?? ""
    return .broken(saw: "\(scene.name(node)) is loading its data\(left)\(view.age)", fix: "wait until it is done")
  }
}

struct LastSaveOK: NodeRule {
  let name: RuleName = "last-save-ok"
  let severity = Severity.blocking
  let title = "The last background save went well on every node"
  let why = "A node that cannot save cannot be backed up, refuses to shut down, and may already refuse writes."
  let reads = "INFO persistence: rdb_last_bgsave_status"
  let remedy = "Mend what the log names (disk full, directory not writable, no memory to fork), then BGSAVE."
  let source = "redis src/server.c, prepareForShutdown; redis src/rdb.c"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.pulse.persistence.lastSaveSucceeded else {
      return .broken(
        saw: "\(scene.name(node)): rdb_last_bgsave_status:err\(view.age)",
        fix: "its log says why (disk full, directory not writable, no memory to fork); then: "
          + scene.paste(node, "BGSAVE"))
    }
    return .holds(saw: "ok")
  }
}

struct LastAppendOK: NodeRule {
  let name: RuleName = "last-append-ok"
  let severity = Severity.blocking
  let title = "The append-only file is written without errors on every node"
  let why = "Writes that are not on disk are lost at the stop; from 7.0 on such a replica even ends itself."
  let reads = "INFO persistence: aof_last_write_status, aof_last_bgrewrite_status"
  let remedy = "Make room on the disk; after a failed rewrite BGREWRITEAOF."
  let source = "redis src/aof.c; redis/redis#10504"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let persistence = view.pulse.persistence
    guard persistence.lastAppendSucceeded else {
      return .broken(
        saw: "\(scene.name(node)): aof_last_write_status:err\(view.age)",
        fix: "its log says why; make room on its disk, writes resume by themselves")
    }
    guard persistence.lastRewriteSucceeded else {
      return .broken(
        saw: "\(scene.name(node)): aof_last_bgrewrite_status:err\(view.age)",
        fix: "its log says why; then: " + scene.paste(node, "BGREWRITEAOF"))
    }
    return persistence.appendOnly
      ? .holds(saw: "ok") : .notApplicable(why: "\(scene.name(node)) keeps no append-only file")
  }
}

struct NoForkRunning: NodeRule {
  let name: RuleName = "no-fork-running"
  let severity = Severity.blocking
  let title = "No node has a child at work"
  let why = "A stop kills the child and its half-written file; a second fork doubles the memory at stake."
  let reads =
    "INFO persistence: rdb_bgsave_in_progress, aof_rewrite_in_progress, aof_rewrite_scheduled, module_fork_in_progress"
  let remedy = "Wait until it is done."
  let source = "redis src/server.c, prepareForShutdown"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let persistence = view.pulse.persistence
    var children: [String] = []
    if persistence.backgroundSaveRunning { children.append("a background save is running") }
    if persistence.rewriteRunning { children.append("a rewrite of the append-only file is running") }
    if persistence.rewriteScheduled { children.append("a rewrite is scheduled") }
    if persistence.moduleForkRunning { children.append("a module's child is running") }
    guard children.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)): \(children.joined(separator: ", "))\(view.age)",
        fix: "wait until it is done: " + scene.paste(node, "INFO persistence"))
    }
    return .holds(saw: "none")
  }
}

struct PersistenceOn: NodeRule {
  let name: RuleName = "persistence-on"
  let severity = Severity.blocking
  let title = "Every node keeps its data on disk"
  let why = "A node without any comes back empty: a replica copies all data anew, a primary without replica loses it."
  let reads = "INFO persistence: aof_enabled; CONFIG GET save; on each host Restart= of the systemd unit of a primary"
  let remedy = "CONFIG SET appendonly yes, or a save point, where the node is the only copy."
  let source = "redis.io documentation, Replication: safety when persistence is off"
  let severityVaries =
    "a warning where the shard has another member and nobody starts a primary again by itself, or where upgrade mode "
    + "lets its stop save"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard case .node(let node) = object, let shard = scene.setup.shard(of: node) else { return .blocking }
    if scene.window(of: object, sets: [StandaloneProcedure.savePoints]) { return .warning }
    return isFollowed(shard, in: scene) && restarter(of: node, in: scene) == nil ? .warning : .blocking
  }

  /// Whether somebody else has the data while a member is away: a temporary server does, too.
  private func isFollowed(_ shard: Shard, in scene: Scene) -> Bool {
    shard.members.count > 1 || scene.setup.temporary != nil
  }

  /// Who starts a primary again that ended: it would come back empty, before anybody has taken its place, and its
  /// replicas would copy that. nil where nobody is known to.
  private func restarter(of node: NodeID, in scene: Scene) -> UnitFacts? {
    guard let view = scene.snapshot[node].view, view.role == .primary, let host = scene.address(node)?.host,
      let unit = scene.hosts[host]?.units[view.pulse.server.processID], unit.restart != "no"
    else { return nil }
    return unit
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    if view.pulse.persistence.appendOnly { return .holds(saw: "append-only file") }
    guard let save = view.inventory?.configuration["save"] else {
      return .unknown(why: "\(scene.name(node)): CONFIG GET save has not been read")
    }
    guard save.isEmpty else { return .holds(saw: "save \(save)") }
    let alone = !(scene.setup.shard(of: node).map { isFollowed($0, in: scene) } ?? true)
    if !alone, let unit = restarter(of: node, in: scene) {
      return .broken(
        saw: "\(scene.name(node)) keeps nothing on disk (appendonly no, save \"\"), and \(unit.name) starts it again "
          + "by itself (Restart=\(unit.restart)): it would come back empty, and its replicas would copy that",
        fix: "keep its data on disk: \(scene.paste(node, "CONFIG SET save \"3600 1\"")); or, for the time of the "
          + "upgrade, systemctl edit \(unit.name): Restart=no")
    }
    return .broken(
      saw: "\(scene.name(node)) keeps nothing on disk (appendonly no, save \"\")"
        + (alone ? ", and has no replica" : ": it comes back by a full sync"),
      fix: scene.window(of: .node(node), sets: [StandaloneProcedure.savePoints])
        ? "nothing: upgrade mode gives it a save point, so that its stop saves; a dump stays in its data directory, which "
          + "a later start reads"
        : alone
          ? "switch it on first: " + scene.paste(node, "CONFIG SET appendonly yes")
          : "nothing, if a full sync is welcome; else: " + scene.paste(node, "CONFIG SET save \"3600 1\""))
  }
}

struct MemoryForFork: NodeRule {
  let name: RuleName = "memory-for-fork"
  let severity = Severity.blocking
  let title = "Every host has memory for its nodes to fork"
  let why = "A save copies the pages that are written meanwhile; without memory for them the kernel kills a server."
  let reads = "INFO memory, INFO persistence: rdb_last_cow_size; the host's free memory and vm.overcommit_memory"
  let remedy = "Free memory on the host, move a node away, or sysctl vm.overcommit_memory=1."
  let source = "redis.io documentation, Redis administration: memory"
  let severityVaries = "a warning where the host's memory is enough, or cannot be read"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard case .node(let node) = object, facts(node, in: scene)?.memoryAvailable != nil else { return .warning }
    return isShort(node, in: scene) == true ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let host = scene.address(node)?.host ?? "its host"
    guard let facts = facts(node, in: scene), let available = facts.memoryAvailable else {
      return .broken(
        saw: "not checked: the memory of \(host) cannot be read from here", fix: "look yourself, on \(host): free -m")
    }
    let (need, unread) = need(on: host, in: scene)
    let names = "\(Words.bytes(available)) available on \(host), \(Words.bytes(need)) wanted for the saves of its nodes"
    if need > available {
      return .broken(saw: names, fix: "free memory on \(host), or move a node to another host")
    }
    guard unread.isEmpty else { return .unknown(why: unread.joined(separator: "; ")) }
    if facts.overcommitMemory == 0 {
      return .broken(
        saw: "vm.overcommit_memory is 0 on \(host): a fork of a large process may be refused",
        fix: "on \(host): sysctl vm.overcommit_memory=1")
    }
    return .holds(saw: names)
  }

  private func facts(_ node: NodeID, in scene: Scene) -> HostFacts? {
    scene.address(node).flatMap { scene.hosts[$0.host] }
  }

  private func isShort(_ node: NodeID, in scene: Scene) -> Bool? {
    guard let host = scene.address(node)?.host, let available = facts(node, in: scene)?.memoryAvailable else {
      return nil
    }
    return need(on: host, in: scene).bytes > available
  }

  /// Twice what the last save copied, or a quarter of the data: for each node of the host, since backups run together.
  private func need(on host: String, in scene: Scene) -> (bytes: Int, unread: [String]) {
    var bytes = 0
    var unread: [String] = []
    for node in scene.nodes(of: .host(host)) {
      switch scene.look(at: node) {
      case .unseen(let why): unread.append(why)
      case .seen(let view):
        let used = view.pulse.memory.used / 4
        bytes += max(
          used, (view.pulse.persistence.lastSaveCopyOnWriteBytes ?? 0) * 2)
      }
    }
    return (bytes, unread)
  }
}
