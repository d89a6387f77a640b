import SystemIO

/// The lab's dealings with files and directories, each failure a sentence that names the path.
///
/// They are short and on local disks, so they run where they are called.
enum LabFiles {
  static func makeDirectory(_ path: String) throws(LabError) {
    try attempt { () throws(SystemError) in try Files.makeDirectories(path) }
  }

  static func write(_ text: String, to path: String, mode: UInt32 = 0o644) throws(LabError) {
    try attempt { () throws(SystemError) in try Files.writeAtomically(path, Array(text.utf8), mode: mode) }
  }

  static func read(_ path: String) throws(LabError) -> String {
    String(decoding: try attempt { () throws(SystemError) in try Files.read(path) }, as: UTF8.self)
  }

  static func list(_ path: String) throws(LabError) -> [String] {
    try attempt { () throws(SystemError) in try Files.list(path) }
  }

  static func remove(_ path: String) throws(LabError) {
    try attempt { () throws(SystemError) in try Files.removeTree(path) }
  }

  static func move(_ path: String, to target: String) throws(LabError) {
    try attempt { () throws(SystemError) in try Files.rename(path, to: target) }
  }

  /// Copies a file, or what a link leads to, as a program.
  static func copyProgram(_ path: String, to target: String) throws(LabError) {
    try attempt { () throws(SystemError) in
      try Files.copy(path, to: target)
      try Files.setPermissions(target, 0o755)
    }
  }

  static func link(_ path: String, to target: String) throws(LabError) {
    try attempt { () throws(SystemError) in try Files.makeLink(path, to: target) }
  }

  /// Takes a lock within a bound; nil when somebody else holds it all the time.
  ///
  /// - Parameter waiting: called once, where it is not to be had at once.
  static func lock(
    _ path: String, within bound: Duration, on loop: EventLoop, waiting: () -> Void = {}
  ) async throws(LabError) -> FileLock? {
    let deadline = loop.now + bound
    var isFirst = true
    while true {
      let pid = Array("\(Host.processID)\n".utf8)
      let attempt = try attempt { () throws(SystemError) in try FileLock.attempt(path, content: pid) }
      if case .held(let lock) = attempt { return lock }
      if isFirst { waiting() }
      isFirst = false
      if loop.now >= deadline || Task.isCancelled { return nil }
      try? await loop.sleep(for: .milliseconds(20))
    }
  }

  /// The path in full, without links: as the kernel names it when asked where a process works.
  static func resolved(_ path: String) -> String { (try? Files.resolve(path)) ?? absolute(path) }

  /// The path in full, without dots, seen from the working directory.
  static func absolute(_ path: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\((try? Files.resolve(".")) ?? "")/\(path)"
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
  }

  private static func attempt<Value>(_ body: () throws(SystemError) -> Value) throws(LabError) -> Value {
    do {
      return try body()
    } catch {
      throw LabError(
        .directoryUnusable, "The lab cannot go on: \(error)", remedy: "Free that path, or choose another directory.")
    }
  }
}
