// `rlcheck`: the tests of the local node, in the dialect of its software.

extension Simulator {
  struct Rlcheck {
    let call: Call

    init(_ call: Call) { self.call = call }

    func run() throws(Refusal) {
      if call.words.contains("--help") {
        call.say(Self.help)
        return
      }
      let cluster: Cluster
      do throws(LabError) {
        cluster = try call.store.read()
      } catch {
        throw Refusal(error)
      }
      guard report(cluster) else { throw Refusal("") }
    }

    /// Says what it finds; whether all is well. The words of a failure are invented, but for its reason.
    func report(_ cluster: Cluster) -> Bool {
      guard let node = cluster.node(call.node) else { return false }
      let dialect = Dialect(of: node.version)
      let suppressed = Set(value(of: "--suppress-tests")?.split(separator: ",").map(String.init) ?? [])
      let goesOn = call.words.contains("--continue-on-error")
      let failures = HealthCheck(cluster, of: node.id).failures
      var lines: [String] = []
      if dialect == .old { lines.append("saving to file: /var/opt/redislabs/log/rlcheck.log") }
      lines.append(dialect.checkBanner)
      lines += dialect.checks.filter { suppressed.contains($0.rawValue) }.map { "Skipping test: \($0.rawValue)" }
      var failed: [String] = []
      for check in dialect.checks where !suppressed.contains(check.rawValue) {
        lines.append("Running test: \(check.rawValue)")
        if dialect == .old { lines.append(check.words) }
        let mine = failures.filter { $0.check == check }
        let indent = dialect == .old ? "" : "\t\t                "
        lines.append(indent + (mine.isEmpty ? "PASS" : paint("FAIL", "31")))
        lines += mine.map { indent + $0.reason }
        if !mine.isEmpty { failed.append(check.rawValue) }
        if !mine.isEmpty, !goesOn { break }
      }
      lines += ["Summary:", "-------"]
      lines += failed.isEmpty ? ["ALL TESTS PASSED."] : ["TESTS FAILED."] + failed
      call.say(lines)
      let path = value(of: "--file-path") ?? "\(call.folder)/var/opt/redislabs/log/rlcheck.log"
      try? LabFiles.write(lines.joined(separator: "\n") + "\n", to: path)
      return failed.isEmpty
    }

    private func paint(_ text: String, _ color: String) -> String {
      call.speech.isTerminal ? "\u{1B}[\(color)m\(text)\u{1B}[0m" : text
    }

    /// `--name value` or `--name=value`.
    private func value(of name: String) -> String? {
      for (place, word) in call.words.enumerated() {
        if word.hasPrefix(name + "=") { return String(word.dropFirst(name.count + 1)) }
        if word == name, place + 1 < call.words.count { return call.words[place + 1] }
      }
      return nil
    }

    private static let help = """
      Usage: rlcheck [OPTIONS]
        --suppress-tests TEXT   skips tests, separated by commas
        --retry-delay INTEGER   seconds between attempts
        --retry INTEGER         number of attempts
        --file-path TEXT        where the output is kept as well
        --continue-on-error     runs all tests and reports all errors at the end
        --help                  this list
      """
  }
}
