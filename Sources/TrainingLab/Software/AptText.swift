package import UpgradeCore

/// What the lab writes for apt and reads from it, as text: a private state that neither reads nor touches the machine's.
package enum AptText {
  /// The private list of sources: one suite, and the one that it is laid over.
  ///
  /// - Parameter keyring: a keyring file that knows the suite's signature; nil leaves apt its own trusted keys.
  package static func sources(
    of suite: DebianSuite, mirror: DebianMirror, architecture: String, keyring: String?
  )
    -> String
  {
    let signedBy = keyring.map { " signed-by=\($0)" } ?? ""
    return [suite.name, suite.base].compactMap { $0 }
      .map { "deb [arch=\(architecture)\(signedBy)] \(mirror.uri) \($0) main\n" }
      .joined()
  }

  /// The private configuration, read after the machine's own so that its proxies stay and its state does not.
  ///
  /// The status file is empty: what is installed on the machine must not shorten what a suite's server needs. The
  /// machine's hooks are cleared because they clean up after the machine's own runs.
  package static func configuration(directory: String) -> String {
    """
    #clear APT::Update::Pre-Invoke;
    #clear APT::Update::Post-Invoke;
    #clear APT::Update::Post-Invoke-Success;
    #clear DPkg::Pre-Invoke;
    #clear DPkg::Post-Invoke;
    #clear DPkg::Pre-Install-Pkgs;
    Dir::State "\(directory)";
    Dir::State::lists "\(directory)/lists";
    Dir::State::status "\(directory)/status";
    Dir::State::extended_states "\(directory)/extended_states";
    Dir::Cache "\(directory)/cache";
    Dir::Cache::pkgcache "";
    Dir::Cache::srcpkgcache "";
    Dir::Etc::sourcelist "\(directory)/sources.list";
    Dir::Etc::sourceparts "-";
    Dir::Etc::preferences "-";
    Dir::Etc::preferencesparts "-";
    APT::Sandbox::User "root";
    APT::Get::List-Cleanup "true";
    Acquire::Languages "none";
    Acquire::GzipIndexes "true";
    Acquire::Retries "2";
    Acquire::http::Timeout "20";
    Acquire::https::Timeout "20";
    APT::Update::Error-Mode "any";

    """
  }

  /// A package that apt would install.
  package struct Choice: Equatable, Sendable {
    package let name: String
    /// Debian's version, such as `5:8.0.2-3+deb13u2`.
    package let version: String

    package init(name: String, version: String) {
      self.name = name
      self.version = version
    }
  }

  /// Reads `apt-get install --simulate`: lines such as `Inst redis-tools (5:8.0.2-3+deb13u2 Debian:13/stable [amd64])`.
  package static func choices(inSimulation text: String) -> [Choice] {
    text.split(whereSeparator: \.isNewline).compactMap { line in
      let words = line.split(separator: " ")
      guard words.count >= 3, words[0] == "Inst", let version = words[2...].first(where: { $0.hasPrefix("(") })
      else { return nil }
      return Choice(name: String(words[1]), version: String(version.dropFirst()))
    }
  }

  /// The upstream part of a Debian version: `5:8.0.2-3+deb13u2` and `8.0.1+dfsg1-1~bpo12+1` give 8.0.2 and 8.0.1.
  package static func upstream(_ version: String) -> Version? {
    let rest = version.split(separator: ":", maxSplits: 1).last ?? ""
    return Version(rest.prefix { $0.isNumber || $0 == "." })
  }

  /// Why apt failed, from what it printed, as a sentence of the lab.
  package static func failure(_ output: String, suite: DebianSuite, mirror: DebianMirror) -> LabError {
    func says(_ texts: String...) -> Bool { texts.contains { output.contains($0) } }
    if says("NO_PUBKEY", "EXPKEYSIG", "is not signed", "couldn't be verified", "REVKEYSIG") {
      return LabError(
        .notSigned, "The signature of suite \(suite) cannot be verified with the keys on this machine",
        remedy: "Install a newer debian-archive-keyring; the lab runs nothing that is not verified.")
    }
    if says("404 ", "does not have a Release file", "no longer has a Release file") {
      return LabError(
        .notThere, "The mirror \(mirror.uri) does not hold what was asked of suite \(suite)",
        remedy: "Try again later, or point the machine's package sources at a mirror that carries \(suite).")
    }
    if says("Unable to locate package", "no installation candidate", "Couldn't find package") {
      return LabError(
        .notThere, "Suite \(suite) no longer holds that package",
        remedy: "Choose another release, or put a server of the wanted one on the PATH.")
    }
    if says(
      "Temporary failure resolving", "Could not resolve", "Could not connect", "Unable to connect", "Cannot initiate",
      "Connection failed", "Connection timed out", "Network is unreachable", "Failed to fetch")
    {
      return LabError(
        .unreachable, "The mirror \(mirror.uri) cannot be reached",
        remedy: "Check the network, or put a server of the wanted release on the PATH.")
    }
    return LabError(
      .toolFailed, "apt-get failed on suite \(suite): \(lastComplaint(output))",
      remedy: "Run it again; what was fetched so far is kept.")
  }

  /// The last line that apt marks as an error, or the last line at all, without its mark.
  private static func lastComplaint(_ output: String) -> String {
    let lines = output.split(whereSeparator: \.isNewline)
    let line = lines.last { $0.hasPrefix("E: ") } ?? lines.last ?? "no word from it"
    let words = (line.hasPrefix("E: ") ? line.dropFirst(3) : line).prefix(200)
    return String(words.last == "." ? words.dropLast() : words)
  }
}
