// Whether what runs is what lies on the disk: a file replaced under a running server waits for its next start.

struct ProgramKept: NodeRule {
  let name: RuleName = "program-kept"
  let severity = Severity.warning
  let title = "Every node runs the program that lies where it was started from"
  let why =
    "A server goes on with the file that it was started from when that is replaced: its next start, also after a "
    + "crash, brings whatever lies there."
  let reads = "on each host: /proc/PID/exe of each server, and the file at `executable` of INFO server"
  let remedy = "Find out who replaced it; where that was this upgrade's own package, do not wait with the run."
  let source = "Linux manual pages, proc(5), /proc/pid/exe"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let server = view.pulse.server
    guard let host = scene.address(node)?.host, let program = scene.hosts[host]?.programs[server.processID] else {
      return .notApplicable(why: "which file \(scene.name(node)) runs cannot be read from here")
    }
    let isAnother = program.version.map { $0 != server.version } ?? false
    let runs = "\(scene.name(node)) runs \(view.release?.title ?? server.versionText)"
    switch program.standing {
    case .same: return .holds(saw: program.path)
    // A loader of its own runs as another file than the one that it loads, and so does a wrapper: only a version that
    // differs tells a link that was turned.
    case .other where !isAnother: return .holds(saw: program.path)
    case .gone:
      return .broken(
        saw: "\(runs) from \(program.path), which is not there any more: it could not be started again",
        fix: "put that version back at \(program.path) on \(host) before anything restarts \(scene.name(node))")
    case .deleted, .other:
      let present =
        program.version.map { isAnother ? "version \($0) lies there now" : "the same version lies there again" }
        ?? "another file lies there now"
      return .broken(
        saw: "\(runs), and its file \(program.path) was replaced since: \(present)",
        fix: program.version == scene.setup.to.version && isAnother
          ? "begin soon: until then a crash starts \(scene.name(node)) on \(scene.setup.to.title), whatever its role"
          : "see who installed it on \(host), and when: ls -l --full-time \(program.path)")
    }
  }
}
