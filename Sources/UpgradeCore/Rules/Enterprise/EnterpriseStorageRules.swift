// Whether the hosts of a cluster of Redis Enterprise Software have the room and the folders that an upgrade needs.

struct DiskRoom: MemberRule {
  let name: RuleName = "disk-room"
  let severity = Severity.warning
  let title = "Every host has room for the new software and its logs"
  let why = "An installation that fills the disk ends half way, and the cluster's own data is on the same disk."
  let reads = "on each host: the room where the software, its variable files and the persistent storage are"
  let remedy = "Make room: old logs and support packages first."
  let source = "redis/docs, hardware requirements; the vendor gives no figure for an upgrade"

  /// No vendor's figure: ten gigabytes hold a package, what it unpacks, and the logs of a night.
  private static let wanted = 10_000_000_000

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let host = survey.nodes[node.id]?.host else { return .unknown(why: survey.withoutHost(node.id)) }
    guard !host.freeDisk.isEmpty else {
      return .unknown(why: "not checked: df on \(node.name) says nothing of the folders where the software is")
    }
    let short = host.freeDisk.filter { $0.value < Self.wanted }.sorted { $0.key < $1.key }
    guard let first = short.first else {
      return .holds(saw: "\(Words.bytes(host.freeDisk.values.min() ?? 0)) or more")
    }
    return .broken(
      saw: "\(node.name): "
        + short.map { "\(Words.bytes($0.value)) free where \($0.key) is" }.joined(separator: "; ")
        + "; \(Words.bytes(Self.wanted)) are wanted",
      fix: "see what takes the room: df -h \(first.key); du -x -h -d 1 \(first.key)")
  }
}

struct MemoryRoom: MemberRule {
  let name: RuleName = "memory-room"
  let severity = Severity.warning
  let title = "Nearly a third of every node's memory is free"
  let why = "Shards that fail over and start again while another node is away need it; without, they are killed."
  let reads = "on each host: /proc/meminfo MemTotal, MemAvailable"
  let remedy = "Add memory or nodes, or choose a time with less load."
  let source = "redis/docs, hardware requirements: keep 30% of the memory free"

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let host = survey.nodes[node.id]?.host, let all = host.memory, let free = host.memoryAvailable, all > 0 else {
      return .unknown(why: survey.withoutHost(node.id))
    }
    let share = free / (all / 100 + 1)
    let saw = "\(Words.bytes(free)) of \(Words.bytes(all)) are available (\(share)%)"
    guard free < all / 10 * 3 else { return .holds(saw: saw) }
    return .broken(
      saw: "\(node.name): \(saw), 30% are wanted",
      fix: "choose a time with less load, or add memory or a node; the largest: rladmin status shards sort used_memory")
  }
}

/// The folders that survive an upgrade: they have to be there, on a disk of the host's own, and the cluster's.
struct StoragePaths: ExtraSightRule, MemberRule {
  let name: RuleName = "storage-paths"
  let severity = Severity.blocking
  let title = "The folders of every node's storage are there, on disks of its own, and belong to the cluster's user"
  let why = "Without its persistent storage a node comes back without the cluster's configuration and its shards' data."
  let reads = "GET /v1/nodes: persistent_storage_path, ephemeral_storage_path; on each host: df, stat"
  let remedy = "Mount what is not mounted; give it back to its user: chown redislabs:redislabs."
  let source = "redis/docs, persistent and ephemeral node storage"
  let severityVaries = "a warning where only their owner or their file system is unusual, or nothing tells it"

  static let usualPersistent = "/var/opt/redislabs/persist"
  static let usualEphemeral = "/var/opt/redislabs/tmp"
  private static let owner = "redislabs:redislabs"
  private static let shared: Set = ["nfs", "nfs4", "cifs", "smb3", "glusterfs", "ceph", "fuse.sshfs"]
  private static let usual: Set = ["ext4", "xfs"]

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    guard let survey = scene.snapshot.enterprise else { return .warning }
    let numbers: [Int] =
      if case .node(let id) = object { [id].compactMap { Int($0.text) } } else { survey.status.nodes.map(\.id) }
    let isGrave = numbers.contains { number in
      survey.nodes[number]?.host.map { !faults(number, $0, survey).grave.isEmpty } ?? false
    }
    return isGrave ? .blocking : .warning
  }

  func judge(_ node: Enterprise.Node, _ survey: Enterprise.Survey, in scene: Scene) -> Verdict {
    guard let host = survey.nodes[node.id]?.host else { return .unknown(why: survey.withoutHost(node.id)) }
    let path = persistent(node.id, survey)
    guard host.freeDisk[path] != nil || isThere(host) else {
      return .unknown(why: "not checked: nothing of the vendor's was found on the host of \(node.name)")
    }
    let (grave, odd) = faults(node.id, host, survey)
    guard grave.isEmpty, odd.isEmpty else {
      return .broken(
        saw: "\(node.name): \((grave + odd).joined(separator: "; "))",
        fix: "on \(node.name): df -hT \(path); ls -ld \(path); mount what is missing, and chown \(Self.owner) what is "
          + "not the cluster's")
    }
    guard host.freeDisk[path] != nil else {
      return .unknown(why: "not checked: \(path) of \(node.name) was not looked at")
    }
    return .holds(saw: "\(path)" + (host.fileSystems[path].map { ", \($0)" } ?? ""))
  }

  private func persistent(_ number: Int, _ survey: Enterprise.Survey) -> String {
    survey.rest?.nodes.first { $0.id == number }?.persistentPath ?? Self.usualPersistent
  }

  /// Whether this is a host on which the software is at all: a login may lead elsewhere, into a jump host's home.
  private func isThere(_ host: Enterprise.HostReport) -> Bool { host.freeDisk["/opt/redislabs"] != nil }

  private func faults(
    _ number: Int, _ host: Enterprise.HostReport, _ survey: Enterprise.Survey
  ) -> (grave: [String], odd: [String]) {
    let path = persistent(number, survey)
    let ephemeral = survey.rest?.nodes.first { $0.id == number }?.ephemeralPath ?? Self.usualEphemeral
    var grave: [String] = []
    var odd: [String] = []
    if host.absent.contains(path), isThere(host) { grave.append("\(path), its persistent storage, is not there") }
    if let kind = host.fileSystems[path] {
      if Self.shared.contains(kind) {
        grave.append("\(path) is on \(kind), which several hosts can share")
      } else if !Self.usual.contains(kind) {
        odd.append("\(path) is on \(kind); ext4 and xfs are supported")
      }
    }
    for folder in [path, ephemeral] {
      if let owner = host.owners[folder], owner != Self.owner {
        odd.append("\(folder) belongs to \(owner), not to \(Self.owner) (right only where it was installed so)")
      }
    }
    return (grave, odd)
  }
}
