import SystemIO

/// Which labs there are on this machine for this user: one small file each, named by the lab's first port.
struct LabRegistry {
  /// Absolute.
  let directory: String

  init(environment: [String: String]) throws(LabError) {
    directory =
      try LabPlaces.base("XDG_STATE_HOME", fallback: ".local/state", environment: environment) + "/redis-upgrade/labs"
  }

  /// Kept while ports are chosen and servers begin to listen on them, so that two labs do not choose the same.
  func lock(on loop: EventLoop) async throws(LabError) -> FileLock {
    try LabFiles.makeDirectory(directory)
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
    guard Files.exists(directory) else { return [] }
    var records: [LabRecord] = []
    for name in try LabFiles.list(directory) where Int(name) != nil {
      let file = "\(directory)/\(name)"
      guard let lab = directory(named: file) else { continue }
      if Files.exists("\(lab)/\(LabRecord.fileName)") {
        if let record = try? LabRecord.read(in: lab) { records.append(record) }
      } else {
        try LabFiles.remove(file)
      }
    }
    return records.sorted { ($0.nodes.first?.port ?? 0) < ($1.nodes.first?.port ?? 0) }
  }

  private func file(of record: LabRecord) -> String { "\(directory)/\(record.nodes.first?.port ?? 0)" }

  private func directory(named file: String) -> String? {
    (try? LabFiles.read(file)).map { String($0.prefix { !$0.isNewline }) }
  }
}
