import SystemIO
import UpgradeCore

/// Makes an entry of the store out of a Debian package: the server, and where needed its suite's own libraries.
struct PackagedServer {
  let source: ServerSource
  let wanted: Release
  let package: String
  let suite: AptSuite
  /// A directory of our own, for what is thrown away.
  let workspace: String
  let progress: LabProgressHandler

  /// Fills the entry and says in one line what it was made of.
  func fill(_ entry: String) async throws(LabError) -> String {
    progress(LabProgress("Reading the package list of \(suite.suite)", usually: "5 to 40 s"))
    let mirror = try await suite.update()
    let closure = try await suite.closure(of: package, mirror: mirror)
    guard let choice = closure.first(where: { $0.name == package }) else {
      throw LabError(
        .notThere, "Suite \(suite.suite) no longer holds \(package)",
        remedy: "Choose another release, or put a server of the wanted one on the PATH.")
    }
    guard AptText.upstream(choice.version) == wanted.version else { throw drifted(to: choice.version) }
    progress(LabProgress("Fetching \(wanted.title), package \(package) of \(suite.suite)", usually: "1 to 10 s"))
    let tree = "\(workspace)/tool"
    try await suite.unpack([package], into: tree, mirror: mirror)
    try LabFiles.makeDirectory("\(entry)/bin")
    try LabFiles.copyProgram(
      "\(tree)/usr/bin/\(wanted.product.rawValue)-check-rdb", to: "\(entry)/\(Launcher.binary(wanted.product))")
    var libraries = source.libraries
    if libraries == .machine {
      try writeLauncher(.machine, in: entry)
      // Built for this machine's suite, but the machine may lack a library of its.
      if await !runs(entry) { libraries = .suite }
    }
    if libraries == .suite {
      let names = closure.map(\.name).filter { name in
        ServerCatalogue.libraryFamilies.contains { name.hasPrefix($0) }
      }
      try await addLibraries(names, to: entry, mirror: mirror)
    }
    let how = libraries == .suite ? "its suite's own libraries" : "the machine's libraries"
    return "package \(package) \(choice.version) of \(suite.suite), signature verified, with \(how)"
  }

  private func addLibraries(_ packages: [String], to entry: String, mirror: DebianMirror) async throws(LabError) {
    progress(LabProgress("Fetching the libraries of \(suite.suite) that it needs, some 10 MB", usually: "5 to 40 s"))
    let tree = "\(workspace)/libraries"
    try await suite.unpack(packages, into: tree, mirror: mirror)
    let target = "\(entry)/\(Launcher.libraries)"
    try LabFiles.makeDirectory(target)
    // `lib` and `usr/lib` are two places up to bullseye and one later; the libraries are one level below, in a
    // directory named after the machine.
    for top in ["lib", "usr/lib"] {
      for machine in (try? LabFiles.list("\(tree)/\(top)")) ?? []
      where Files.kind("\(tree)/\(top)/\(machine)", followingLinks: false) == .directory {
        for name in try LabFiles.list("\(tree)/\(top)/\(machine)") where name.contains(".so") {
          let file = "\(tree)/\(top)/\(machine)/\(name)"
          // A link leads to a file beside it, and does so again once both are moved.
          let kind = Files.kind(file, followingLinks: false)
          guard kind == .file || kind == .link, Files.kind("\(target)/\(name)", followingLinks: false) == nil else {
            continue
          }
          try LabFiles.move(file, to: "\(target)/\(name)")
        }
      }
    }
    guard let loader = try LabFiles.list(target).first(where: { $0.hasPrefix("ld-linux") }) else {
      throw LabError(
        .doesNotRun, "The libraries of \(suite.suite) hold no dynamic loader",
        remedy: "Choose another release, or put a server of the wanted one on the PATH.")
    }
    try LabFiles.makeDirectory(Files.directory(of: "\(entry)/\(Launcher.loader(wanted.product))"))
    try LabFiles.copyProgram("\(target)/\(loader)", to: "\(entry)/\(Launcher.loader(wanted.product))")
    try writeLauncher(.suite, in: entry)
  }

  private func writeLauncher(_ libraries: ServerSource.Libraries, in entry: String) throws(LabError) {
    try LabFiles.write(
      Launcher.text(for: wanted.product, libraries: libraries), to: "\(entry)/\(wanted.product.rawValue)-server",
      mode: 0o755)
  }

  private func runs(_ entry: String) async -> Bool {
    let outcome = try? await suite.programs.run(
      "\(entry)/\(wanted.product.rawValue)-server", ["--version"], within: .seconds(20))
    return outcome?.isSuccess ?? false
  }

  private func drifted(to version: String) -> LabError {
    let found = AptText.upstream(version).map { Release(wanted.product, $0).description } ?? "\(package) \(version)"
    return LabError(
      .drifted, "Suite \(suite.suite) now holds \(found), not \(wanted)",
      remedy: "Ask for \(found), or put a server of the wanted release on the PATH.")
  }
}
