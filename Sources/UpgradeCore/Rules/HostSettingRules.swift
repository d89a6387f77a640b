// What a host does to its nodes by itself: room for their saves, pages, supervisors, and programs that interfere.

struct DiskForSaves: NodeRule {
  let name: RuleName = "disk-for-saves"
  let severity = Severity.blocking
  let title = "Every host has room on its disks for the saves of its nodes"
  let why = "A save writes a whole new file beside the old one, which the backup keeps; a full disk ends both."
  let reads = "INFO memory, INFO persistence; the room where each node's data is"
  let remedy = "Make room, or move a node's data to a larger disk."
  let source = "redis src/rdb.c, rdbSave; redis src/server.c, writeCommandsDeniedByDiskError"
  let severityVaries = "a warning where there is room, but not twice as much"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let isShort = scene.nodes(of: object).contains { node in
      guard let (free, need, _) = room(node, in: scene) else { return false }
      return free < need
    }
    return isShort ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let (free, need, nodes) = room(node, in: scene) else {
      return .notApplicable(why: "the disk of \(scene.name(node)) cannot be read from here")
    }
    let saw =
      "\(Words.bytes(free)) free where \(scene.name(node)) saves, \(Words.bytes(need)) wanted for "
      + (nodes == 1 ? "its next save" : "the saves of \(nodes) nodes there")
    guard free < need * 2 else { return .holds(saw: saw) }
    let stops = view.inventory?.configuration["stop-writes-on-bgsave-error"] == "yes"
    return .broken(
      saw: saw + (stops && free < need ? "; a save that fails stops its writes (stop-writes-on-bgsave-error)" : ""),
      fix: "see what takes the room: df -h \(scene.setup.node(node)?.directory ?? "")")
  }

  /// A tenth more than the data of every node that saves there, and as much again for one that appends to a file.
  /// Directories with as many bytes free to the byte are on one disk.
  private func room(_ node: NodeID, in scene: Scene) -> (free: Int, need: Int, nodes: Int)? {
    guard let own = scene.setup.node(node), let facts = scene.hosts[own.address.host],
      let free = facts.freeDisk[own.directory]
    else { return nil }
    let beside = scene.nodes(of: .host(own.address.host)).compactMap { scene.setup.node($0) }.filter {
      facts.freeDisk[$0.directory] == free
    }
    let need = beside.reduce(0) { sum, other in
      guard let pulse = scene.snapshot[other.id].view?.pulse else { return sum }
      return sum + pulse.memory.used / 10 * (pulse.persistence.appendOnly ? 22 : 11)
    }
    return (free, need, beside.count)
  }
}

struct HugePages: NodeRule {
  let name: RuleName = "huge-pages"
  let severity = Severity.warning
  let title = "No node is given huge pages"
  let why = "After a fork every write copies two megabytes instead of four kilobytes: clients wait, memory grows."
  let reads = "on each host: /sys/kernel/mm/transparent_hugepage/enabled; CONFIG GET disable-thp"
  let remedy = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled, and in the host's start-up as well."
  let source = "redis.io documentation, Diagnosing latency issues: transparent huge pages"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let host = scene.address(node)?.host, let pages = scene.hosts[host]?.hugePages else {
      return .notApplicable(why: "its host cannot be asked from here")
    }
    // From 6.2 on a server switches them off for itself.
    if view.inventory?.configuration["disable-thp"] == "yes" { return .holds(saw: "switched off by the node itself") }
    guard pages == "always" else { return .holds(saw: pages) }
    return .broken(
      saw: "transparent huge pages are on at \(host), and \(scene.name(node)) does not switch them off for itself",
      fix: "on \(host): echo madvise > /sys/kernel/mm/transparent_hugepage/enabled; it counts for processes started "
        + "afterwards")
  }
}

struct SupervisorLetsStop: NodeRule {
  let name: RuleName = "supervisor-lets-stop"
  let severity = Severity.blocking
  let title = "Nobody starts a node again that the run has stopped"
  let why = "A service that is always restarted is back on the old version before anything can be installed."
  let reads = "on each host: the systemd unit of each node, its Restart= and TimeoutStopUSec="
  let remedy = "Give the profile a stop command that goes through the supervisor: systemctl stop UNIT."
  let source = "systemd manual pages, systemd.service(5), Restart= and TimeoutStopSec="
  let severityVaries = "a warning where only the time to stop is short"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let restarts = scene.nodes(of: object).contains { node in
      unit(node, in: scene)?.restartsAfterStop == true && !scene.setup.site.has(.stop)
    }
    return restarts ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let unit = unit(node, in: scene) else {
      return .notApplicable(why: "no systemd unit of \(scene.name(node)) is known")
    }
    if unit.restartsAfterStop, !scene.setup.site.has(.stop) {
      return .broken(
        saw: "\(scene.name(node)) is \(unit.name) with Restart=\(unit.restart), and the profile has no stop command",
        fix: "give the profile one: stop: systemctl stop \(unit.name)")
    }
    let need = 10 + view.pulse.memory.used / Int(Estimate.bytesPerSecond)
    if let seconds = unit.stopSeconds, seconds < need {
      return .broken(
        saw:
          "\(unit.name) is killed \(seconds) s after its stop; the last save of \(scene.name(node)) may take \(need) s",
        fix: "systemctl edit \(unit.name): TimeoutStopSec=\(need * 2)")
    }
    return .holds(saw: "\(unit.name), Restart=\(unit.restart)")
  }

  private func unit(_ node: NodeID, in scene: Scene) -> UnitFacts? {
    guard let host = scene.address(node)?.host, let pid = scene.snapshot[node].view?.pulse.server.processID else {
      return nil
    }
    return scene.hosts[host]?.units[pid]
  }
}

struct IdentityKept: NodeRule {
  let name: RuleName = "identity-file"
  let severity = Severity.blocking
  let title = "Every node finds the file that says who it is at its next start"
  let why =
    "Without its nodes.conf a node comes back as a new one: with another id, unknown to its cluster, of no shard."
  let reads = "on each host: cluster-config-file of the node, its line myself, and the file system that it is on"
  let remedy = "CLUSTER SAVECONFIG writes it anew; it belongs on a disk that outlives the host."
  let source = "redis.io documentation, CLUSTER SAVECONFIG; redis src/cluster.c, clusterLoadConfig"
  let severityVaries = "a warning where only the host's own restart loses it"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    let isLost = scene.nodes(of: object).contains { node in
      guard let file = scene.snapshot[node].view?.inventory?.identityFile else { return false }
      return !file.isThere || (file.node != nil && file.node != node)
    }
    return isLost ? .blocking : .warning
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let file = view.inventory?.identityFile else {
      return .notApplicable(why: "the file of \(scene.name(node)) that names it cannot be read from here")
    }
    let saved = scene.paste(node, "CLUSTER SAVECONFIG")
    guard file.isThere else {
      return .broken(
        saw: "\(file.path) is not there, by which \(scene.name(node)) knows who it is when it starts again",
        fix: "let it be written anew: \(saved)")
    }
    if let other = file.node, other != node {
      return .broken(
        saw: "\(file.path) is that of node \(other.text.prefix(8)), and \(scene.name(node)) is \(node.text.prefix(8))",
        fix: "see which other server writes there; then: \(saved)")
    }
    if let kind = file.fileSystem, ["tmpfs", "ramfs"].contains(kind) {
      return .broken(
        saw: "\(file.path) is in memory (\(kind)): after a restart of its host \(scene.name(node)) is a new node",
        fix: "keep that host up until the run is done, and move the directory to a disk when there is time")
    }
    return .holds(saw: file.path)
  }
}

struct NoRivalController: Rule {
  let name: RuleName = "no-rival-controller"
  let severity = Severity.warning
  let title = "Nothing on the hosts changes servers by itself"
  let why = "What installs, restarts or promotes meanwhile takes a second node out, or puts the old version back."
  let reads = "on each host: the names of its processes"
  let remedy = "Keep it quiet for the time of the upgrade; each says how."
  let source = "the documentation of each program, named with what was found"

  func objects(in scene: Scene) -> [ObjectID] {
    scene.hosts.filter { $0.value.processes != nil }.keys.sorted().map(ObjectID.host)
  }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard case .host(let host) = object, let processes = scene.hosts[host]?.processes else {
      return .notApplicable(why: "the processes of the hosts cannot be read from here")
    }
    let found = RivalControllers.all.filter { processes.contains($0.process) }
    guard !found.isEmpty else { return .holds(saw: "none that is known") }
    return .broken(
      saw: found.map { "\($0.title) runs on \(host): it \($0.what) [\($0.source)]" }.joined(separator: "; "),
      fix: "for the time of the upgrade: " + found.map(\.advice).joined(separator: "; "))
  }
}
