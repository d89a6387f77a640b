// What a temporary server beside a single one needs before it is started: memory, a port, a program.

/// A host that runs out of memory ends one of its processes, and the largest is the one that serves.
struct TemporaryMemory: Rule {
  let name: RuleName = "temporary-memory"
  let severity = Severity.blocking
  let title = "The host has memory for a temporary server beside the other one"
  let why =
    "It holds all data a second time; where memory runs out, the kernel ends a process, and that may be the other."
  let reads = "INFO memory: used_memory; on the host /proc/meminfo: MemAvailable"
  let remedy = "Free memory there, or take `temporary` out of the profile and agree to the outage."
  let source = "redis.io documentation, Redis administration: setup hints (overcommit, memory); proc_meminfo(5)"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.temporary == nil ? [] : [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard let temporary = scene.setup.temporary, let old = scene.setup.stoodInFor else {
      return .notApplicable(why: "no temporary server is wanted")
    }
    let name = scene.name(old)
    guard let used = scene.snapshot[old].view?.pulse.memory.used else { return .unknown(why: "\(name) was not read") }
    guard let free = scene.hosts[temporary.node.address.host]?.memoryAvailable else {
      return .unknown(why: "how much memory is free on the host of \(name) could not be read")
    }
    let need = Temporary.memory(for: used)
    let saw = "\(name) holds \(Words.bytes(used)), and \(Words.bytes(free)) are free on its host"
    guard free >= need else {
      return .broken(
        saw: "\(saw): a temporary server wants \(Words.bytes(need)), 1.25 times as much as is held",
        fix: "free memory there, or take `temporary` out of the profile and agree to the outage")
    }
    return .holds(saw: saw)
  }
}

/// Whoever listens there would be taken for it, or keep it from starting.
struct TemporaryPort: Rule {
  let name: RuleName = "temporary-port"
  let severity = Severity.blocking
  let title = "Nobody listens at the port of the temporary server"
  let why = "It could not start there, and whoever listens would be asked in its place."
  let reads = "a connection to the port on the server's host"
  let remedy = "Name a free port in the profile: `temporary: { port: ... }`."
  let source = "redis src/server.c, listenToPort"

  func objects(in scene: Scene) -> [ObjectID] { scene.setup.temporary == nil ? [] : [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard let temporary = scene.setup.temporary else { return .notApplicable(why: "no temporary server is wanted") }
    let address = temporary.node.address
    switch scene.temporary {
    case .down: return .holds(saw: "nobody listens at \(address)")
    case .up(let view):
      return .broken(
        saw:
          "\(view.release?.title ?? view.pulse.server.name) (pid \(view.pulse.server.processID)) listens at \(address)",
        fix:
          "name another port; or, where it is the temporary server of an earlier run, let `resume` of that run take it "
          + "away")
    case .unknown(let why):
      return .broken(saw: "somebody may listen at \(address): \(why)", fix: "name a free port in the profile")
    case nil: return .unknown(why: "\(address) was not tried")
    }
  }
}
