import SystemIO

/// The labs of this user on this machine, and with them the ports that are taken even while a node is down.
///
/// One small file for each lab, named by its ports, in a directory for throw-away things. All labs of a user share it,
/// whatever else their environments say: a port that is free for a moment during an upgrade must not go to another lab.
struct LabRegistry {
  /// Absolute, this user's alone.
  let directory: String

  init(environment: [String: String]) throws(LabError) {
    let temporary = environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    let directory = "\(LabFiles.absolute(temporary))/redis-upgrade-\(Host.effectiveUserID)"
    self.directory = "\(directory)/labs"
    try LabFiles.makeDirectory(self.directory)
    // Anybody can make a directory of that name where everybody may write.
    guard let facts = try? Files.facts(directory, followingLinks: false), facts.kind == .directory,
      facts.owner == Host.effectiveUserID, facts.mode & 0o022 == 0
    else {
      throw LabError(
        .directoryUnusable, "\(directory) is not this user's alone",
        remedy: "Take it away, or set TMPDIR to a directory where only this user may write.")
    }
  }

  /// Kept while ports are chosen and noted, so that two labs do not choose the same.
  func lock(on loop: EventLoop) async throws(LabError) -> FileLock {
    guard let lock = try await LabFiles.lock("\(directory)/.lock", within: .seconds(60), on: loop) else {
      throw LabError(.busy, "Another lab is just being started", remedy: "Try again in a moment.")
    }
    return lock
  }

  func add(_ record: LabRecord) throws(LabError) {
    try LabFiles.write(record.directory + "\n", to: file(of: record))
  }

  /// Forgets a lab, unless another has taken its place since.
  func remove(_ record: LabRecord) throws(LabError) {
    guard directory(named: file(of: record)) == record.directory else { return }
    try LabFiles.remove(file(of: record))
  }

  /// The labs that are still there, by port; what stands for one that is gone is taken away.
  func all() throws(LabError) -> [LabRecord] {
    var records: [LabRecord] = []
    for name in try LabFiles.list(directory) where name.hasPrefix(Self.prefix) {
      let file = "\(directory)/\(name)"
      guard let lab = directory(named: file) else { continue }
      if Files.exists("\(lab)/\(LabRecord.fileName)") {
        if let record = try? LabRecord.read(in: lab) { records.append(record) }
      } else {
        try LabFiles.remove(file)
      }
    }
    return records.sorted { $0.firstPort < $1.firstPort }
  }

  private static let prefix = "ports-"

  private func file(of record: LabRecord) -> String {
    "\(directory)/\(Self.prefix)\(record.firstPort)-\(record.nodes.last?.port ?? 0)"
  }

  private func directory(named file: String) -> String? {
    (try? LabFiles.read(file)).map { String($0.prefix { !$0.isNewline }) }
  }
}
