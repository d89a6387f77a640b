import SystemIO

/// Finds and ends the processes of a lab, and no other: whoever started them, the lab, a wizard's profile, or a hand.
enum LabProcesses {
  /// How processes of servers are called by the kernel (the file's name, see `Launcher`).
  private static let names: Set<String> = ["redis-server", "valkey-server"]
  /// A server may save before it ends; what it saves here is thrown away, so it is not given long.
  private static let politeBound = Duration.seconds(1)
  private static let killBound = Duration.seconds(5)

  /// The servers that live in the lab's node directories, and those that the record knows by their start time.
  ///
  /// The working directory is the proof: a server enters its `dir`, and nobody else's server does. The record's are
  /// for a lab whose directories were taken away.
  static func find(_ record: LabRecord) -> [ProcessIdentity] {
    let recorded = Set(record.members.compactMap(\.process))
    let inside = servers(in: Set(record.members.map { record.directory(of: $0) }))
    return inside + recorded.filter { $0.isAlive && !inside.contains($0) }
  }

  /// The servers of one node; a fork that saves is one of them for as long as it lives.
  static func find(_ record: LabRecord, node: LabRecord.Node) -> [ProcessIdentity] {
    servers(in: [record.directory(of: node)])
  }

  /// Where a process works, or worked until the directory was taken away; nil when it is gone or another user's.
  static func directory(of process: ProcessIdentity) -> String? {
    guard let path = try? Files.readLink("/proc/\(process.pid)/cwd") else { return nil }
    return path.hasSuffix(Self.deleted) ? String(path.dropLast(Self.deleted.count)) : path
  }

  /// What the kernel puts behind the name of a directory that is gone (proc(5)).
  private static let deleted = " (deleted)"

  private static func servers(in directories: Set<String>) -> [ProcessIdentity] {
    ((try? Files.list("/proc")) ?? []).compactMap { Int32($0) }.compactMap { pid in
      // Taken first, so that what is read afterwards is read of this process, or of none.
      guard let process = try? ProcessIdentity(of: pid), let directory = directory(of: process),
        directories.contains(directory), let name = try? Files.read("/proc/\(pid)/comm", limit: 64),
        names.contains(String(decoding: name.prefix { $0 > 32 }, as: UTF8.self)), process.isAlive
      else { return nil }
      return process
    }
  }

  /// Ends all servers of a lab, also those that are started while it does; a stopped one (SIGSTOP) as well.
  static func end(_ record: LabRecord, on loop: EventLoop) async throws(LabError) {
    for _ in 0..<5 {
      let processes = find(record)
      if processes.isEmpty { return }
      try await end(processes, with: .terminate, within: politeBound, on: loop)
      try await end(processes.filter(\.isAlive), with: .kill, within: killBound, on: loop)
    }
    let left = find(record).map(\.description).joined(separator: ", ")
    guard left.isEmpty else {
      throw LabError(
        .serverStillRuns, "Servers of the lab in \(record.directory) still run: \(left)",
        remedy: "Something starts them anew; end that, then run `lab down` again.")
    }
  }

  private static func end(
    _ processes: [ProcessIdentity], with signal: Signal, within bound: Duration, on loop: EventLoop
  ) async throws(LabError) {
    do throws(SystemError) {
      for process in processes { _ = try process.send(signal) }
      let deadline = loop.now + bound
      for process in processes { _ = try await process.end(on: loop, within: deadline - loop.now) }
    } catch {
      throw LabError(
        .serverStillRuns, "A server of the lab cannot be ended: \(error)",
        remedy: "Run `lab down` again as the user who started the lab.")
    }
  }
}
