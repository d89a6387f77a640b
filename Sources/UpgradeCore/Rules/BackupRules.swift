// Whether the wanted version starts with each node's configuration, and where backups will lie.

struct ConfigurationTried: NodeRule {
  let name: RuleName = "configuration-tried"
  let severity = Severity.blocking
  let title = "The wanted version starts with every node's configuration"
  let why = "A line that it does not take keeps a node down in the middle of the night, and its shard short of it."
  let reads =
    "on each host: the program that the profile's line `program` names, started once in a scratch folder with a copy "
    + "of the node's configuration, and ended"
  let remedy = "Mend the line in the file; the old version has to take it as well until the node is upgraded."
  let source = "redis src/config.c, loadServerConfigFromString; redis.conf of each release"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let to = scene.setup.to.title
    guard let trial = view.inventory?.trial else {
      return .notApplicable(why: "the profile does not say where the program of \(to) is, or its host is not reached")
    }
    if case .notTried(let why) = trial.standing {
      return .notApplicable(why: "not tried yet: \(why); where it is staged by then, it is tried with the backup")
    }
    if let version = trial.version, version != scene.setup.to.version {
      return .notApplicable(why: "not tried: the program on the host of \(scene.name(node)) is \(version)")
    }
    let file = view.pulse.server.configFile
    if let failure = trial.failure {
      return .broken(
        saw: "\(to) does not start with the configuration of \(scene.name(node)): \(failure)",
        fix: "mend it in \(file.isEmpty ? "what it is started with" : file)")
    }
    let remarks = trial.remarks.map { "; \($0)" }.joined()
    return .holds(saw: (file.isEmpty ? "\(to) starts" : "\(to) starts with a copy of \(file)") + remarks)
  }
}

struct BackupElsewhere: NodeRule {
  let name: RuleName = "backup-elsewhere"
  let severity = Severity.warning
  let title = "Backups lie on another disk than the data"
  let why = "A disk that fails takes the data and their backup together."
  let reads = "the profile's reach; on this host the file systems of the data directories and of the state directory"
  let remedy = "Give --state-dir on another disk, or copy the backups away once they are made."
  let source = "redis.io documentation, Redis persistence: backing up Redis data"
  let expectedInLab = true

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let directory = scene.setup.node(node)?.directory ?? ""
    if scene.setup.site.streamsBackups, scene.setup.site.reach != .local {
      return .holds(saw: "backups come to this machine over the replication stream")
    }
    switch scene.setup.site.reach {
    case .manual:
      return .broken(
        saw: "the save of \(scene.name(node)) stays in \(Self.place(directory)), until the next save replaces it",
        fix:
          "copy it from there to another host as soon as the backup is made; or let it come here over the replication "
          + "stream, with `backup: stream` in the profile")
    case .ssh:
      return .broken(
        saw: "the backup of \(scene.name(node)) stays on its own host, beside its data in \(Self.place(directory))",
        fix:
          "copy it from there to another host as soon as the backup is made; or let it come here over the replication "
          + "stream, with `backup: stream` in the profile")
    case .local:
      guard let backups = scene.backups, let host = scene.address(node)?.host,
        let devices = scene.hosts[host]?.devices, let own = devices[directory], let other = devices[backups]
      else { return .notApplicable(why: "which disks they are on cannot be told") }
      guard own == other else { return .holds(saw: "data and backups are on two file systems") }
      return .broken(
        saw: "the backup of \(scene.name(node)) would lie on the disk of its data: \(backups) and \(directory)",
        fix: "give --state-dir on another disk, or copy the backups away once they are made")
    }
  }

  private static func place(_ directory: String) -> String { directory.isEmpty ? "its data directory" : directory }
}
