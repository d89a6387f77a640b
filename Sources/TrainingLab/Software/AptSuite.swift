import SystemIO

/// A Debian suite read through apt, in a state directory of its own: nothing of the machine's is read but where its
/// mirror is, and nothing of it is changed.
struct AptSuite: Sendable {
  let suite: DebianSuite
  let programs: Programs
  /// Absolute; kept between runs, so that a list is fetched once and then only asked about.
  let directory: String
  /// Where the machine says what its package sources are.
  let sourcesDirectory: String

  /// Debian's own keys, those of suites newer and older than the machine's among them.
  private static let keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
  private static let listBound = Duration.seconds(240)
  private static let downloadBound = Duration.seconds(240)

  init(_ suite: DebianSuite, programs: Programs, directory: String, sourcesDirectory: String = "/etc/apt") {
    self.suite = suite
    self.programs = programs
    self.directory = directory
    self.sourcesDirectory = sourcesDirectory
  }

  private var configuration: String { "\(directory)/apt.conf" }

  /// Fetches the suite's list, its signature verified by apt.
  ///
  /// - Returns: the mirror that it came from.
  func update() async throws(LabError) -> DebianMirror {
    guard programs.has("apt-get"), programs.has("dpkg-deb") else {
      throw LabError(
        .toolMissing, "This machine has no apt-get and dpkg-deb, with which other releases are fetched",
        remedy: "Put a server of the wanted release on the PATH.")
    }
    guard !directory.contains(where: { $0 == "\"" || $0.isNewline }) else {
      throw LabError(
        .directoryUnusable, "apt cannot work in \(directory)",
        remedy: "Choose a path without quotes and line breaks (REDIS_UPGRADE_SERVERS).")
    }
    let mirror = try DebianMirror.ofThisMachine(sourcesDirectory)
    let architecture = try await programs.run("dpkg", ["--print-architecture"], within: .seconds(20))
    for name in ["lists/partial", "cache/archives/partial"] { try LabFiles.makeDirectory("\(directory)/\(name)") }
    try LabFiles.write("", to: "\(directory)/status")
    try LabFiles.write(AptText.configuration(directory: directory), to: configuration)
    try LabFiles.write(
      AptText.sources(
        of: suite, mirror: mirror, architecture: architecture.output.filter { !$0.isWhitespace },
        keyring: Files.exists(Self.keyring) ? Self.keyring : nil),
      to: "\(directory)/sources.list")
    try await apt(["update"], mirror: mirror, within: Self.listBound)
    return mirror
  }

  /// What apt would install to have a package: the package itself and all that it needs, none of it assumed present.
  func closure(of package: String, mirror: DebianMirror) async throws(LabError) -> [AptText.Choice] {
    let outcome = try await apt(
      ["install", "--simulate", "--no-install-recommends", package], mirror: mirror, within: .seconds(60))
    return AptText.choices(inSimulation: outcome.output)
  }

  /// Fetches packages and unpacks them, none of their scripts run.
  func unpack(_ packages: [String], into target: String, mirror: DebianMirror) async throws(LabError) {
    let archives = "\(target).debs"
    try LabFiles.remove(archives)
    try LabFiles.makeDirectory(archives)
    try LabFiles.makeDirectory(target)
    try await apt(["download"] + packages, in: archives, mirror: mirror, within: Self.downloadBound)
    for name in try LabFiles.list(archives) where name.hasSuffix(".deb") {
      let outcome = try await programs.run(
        "dpkg-deb", ["--extract", "\(archives)/\(name)", target], within: .seconds(120))
      guard outcome.isSuccess else {
        throw LabError(
          .toolFailed, "dpkg-deb cannot unpack \(name): \(outcome.lastLine)",
          remedy: "Check the space on that disk and try again.")
      }
    }
    try LabFiles.remove(archives)
  }

  @discardableResult
  private func apt(
    _ arguments: [String], in directory: String? = nil, mirror: DebianMirror, within bound: Duration
  ) async throws(LabError) -> Programs.Outcome {
    let outcome = try await programs.run(
      "apt-get", ["--config-file", configuration, "--quiet"] + arguments, in: directory, within: bound)
    guard outcome.isSuccess else { throw AptText.failure(outcome.everything, suite: suite, mirror: mirror) }
    return outcome
  }
}
