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

  /// Notes a lab, or what is known of it by now.
  ///
  /// The whole record, so that servers whose directory somebody took away can still be found and ended.
  func note(_ record: LabRecord) throws(LabError) {
    try record.write(to: file(of: record))
  }

  /// Forgets a lab, unless another has taken its place since.
  func remove(_ record: LabRecord) throws(LabError) {
    let file = file(of: record)
    guard let noted = try? LabRecord.read(file: file), noted.directory == record.directory else { return }
    try LabFiles.remove(file)
  }

  /// The labs that are still there, by port; what stands for one that is gone is taken away.
  func all() throws(LabError) -> [LabRecord] {
    var records: [LabRecord] = []
    for name in try LabFiles.list(directory) where name.hasPrefix(Self.prefix) && !name.hasSuffix(".tmp") {
      let file = "\(directory)/\(name)"
      guard let record = try? LabRecord.read(file: file) else { continue }
      if Files.exists(record.path) || !LabProcesses.find(record).isEmpty {
        records.append(record)
      } else {
        try LabFiles.remove(file)
      }
    }
    return records.sorted { $0.firstPort < $1.firstPort }
  }

  /// The lab that was noted for a directory.
  func record(of directory: String) throws(LabError) -> LabRecord? {
    let directory = LabFiles.resolved(directory)
    return try all().first { $0.directory == directory }
  }

  private static let prefix = "ports-"

  private func file(of record: LabRecord) -> String {
    "\(directory)/\(Self.prefix)\(record.firstPort)-\(record.members.last?.port ?? 0)"
  }
}
