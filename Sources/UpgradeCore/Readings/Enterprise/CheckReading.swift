// What `rlcheck`, `supervisorctl status`, `rladmin info cluster` and the like print, made into values.

extension Enterprise {
  /// One run of `rlcheck` on one node.
  package struct CheckReport: Hashable, Sendable {
    package struct Test: Hashable, Sendable {
      package var name: String
      /// What it said; nil where it passed.
      package var failure: String?
    }
    package var tests: [Test]
    /// `ALL TESTS PASSED.` stands at the end, and no test said otherwise.
    package var isPassed: Bool

    package var failures: [String] { tests.compactMap { test in test.failure.map { "\(test.name): \($0)" } } }
  }

  /// A line of `rladmin upgrade db`: where the state machine is.
  package struct MachineProgress: Hashable, Sendable {
    package enum Standing: String, Hashable, Sendable { case pending, active, completed, failed }
    package var standing: Standing
    /// `SMUpgradeBDB`.
    package var machine: String
    /// `wait_for_version`; nil at its end.
    package var state: String?
  }
}

extension Reader {
  /// What `rlcheck` says; a test whose verdict does not follow its name is an error.
  ///
  /// After `Running test: X` lines of its own may come; the first that begins with PASS or FAIL is the verdict
  /// (redis/docs rlcheck). `Skipping test: X` is none.
  package static func checkReport(_ text: String) throws(ReadingError) -> Enterprise.CheckReport {
    let lines = text.withoutColours.split(separator: "\n").map { line in
      line.replacing("\t", with: " ").trimmingBlanks
    }
    var tests: [Enterprise.CheckReport.Test] = []
    var open: String?
    var isPassed = false
    for line in lines where !line.isEmpty {
      if line.hasPrefix("Running test: ") {
        if let open { throw ReadingError("rlcheck", "the verdict of \(open)", .missing) }
        open = String(line.dropFirst("Running test: ".count))
      } else if let name = open, line == "PASS" || line.hasPrefix("FAIL") {
        tests.append(.init(name: name, failure: line == "PASS" ? nil : line))
        open = nil
      } else if line == "ALL TESTS PASSED." {
        isPassed = true
      }
    }
    if let open { throw ReadingError("rlcheck", "the verdict of \(open)", .cutOff) }
    guard !tests.isEmpty else { throw ReadingError("rlcheck", "tests", .cutOff) }
    // A summary that says otherwise than its tests is not believed.
    return Enterprise.CheckReport(tests: tests, isPassed: isPassed && tests.allSatisfy { $0.failure == nil })
  }

  /// The settings of `rladmin info cluster`, by their names; each stands on a line of its own as `name: value`.
  package static func clusterSettings(_ text: String) throws(ReadingError) -> [String: String] {
    var settings: [String: String] = [:]
    for line in text.withoutColours.split(separator: "\n") where line.hasPrefix(" ") || line.hasPrefix("\t") {
      guard let (name, value) = line.cut(at: ":") else { continue }
      settings[name.replacing("\t", with: " ").trimmingBlanks] = value.trimmingBlanks
    }
    guard !settings.isEmpty else { throw ReadingError("rladmin info cluster", "settings", .cutOff) }
    return settings
  }

  /// Whether upgrade mode is on, out of `rladmin info cluster`; nil where this release does not say.
  package static func upgradeMode(_ settings: [String: String]) throws(ReadingError) -> Bool? {
    switch settings["upgrade mode"] ?? settings["upgrade_mode"] {
    case "enabled": true
    case "disabled": false
    case nil: nil
    case let other?: throw ReadingError("rladmin info cluster", "upgrade mode", .unexpected(other))
    }
  }

  /// The actions of `rladmin cluster running_actions`, a line each: `1) Task: maintenance_on (ce39...) Node: 1 ...`.
  ///
  /// `Got 1 tasks:` counts them; where the lines are fewer, the reply is not whole.
  package static func runningActions(_ text: String) throws(ReadingError) -> [String] {
    let command = "rladmin cluster running_actions"
    let lines = text.withoutColours.split(separator: "\n").map(\.trimmingBlanks).filter { !$0.isEmpty }
    guard let first = lines.first else { throw ReadingError(command, "an answer", .cutOff) }
    guard first.hasPrefix("Got "), let count = Int(first.dropFirst(4).prefix { $0.isWholeNumber }) else {
      if first.lowercased().hasPrefix("no ") { return [] }
      throw ReadingError(command, "the number of tasks", .unexpected(first))
    }
    let actions = Array(lines.dropFirst())
    guard actions.count == count else { throw ReadingError(command, "\(count) tasks", .cutOff) }
    return actions
  }

  /// The services of `supervisorctl status` that do not run, by name and state.
  ///
  /// A line is `name  STATE  pid 1, uptime ...` (supervisor, `supervisorctl status`).
  package static func stoppedServices(_ text: String) throws(ReadingError) -> [String] {
    var stopped: [String] = []
    var count = 0
    for line in text.withoutColours.split(separator: "\n") where !line.trimmingBlanks.isEmpty {
      let words = line.parts(between: " ")
      guard words.count >= 2, let state = ServiceState(rawValue: String(words[1])) else {
        throw ReadingError("supervisorctl status", "the state of a service", .unexpected(String(line)))
      }
      count += 1
      if state != .running { stopped.append("\(words[0]) is \(words[1])") }
    }
    guard count > 0 else { throw ReadingError("supervisorctl status", "services", .cutOff) }
    return stopped
  }

  /// What `supervisorctl` calls the states of a service (supervisor, process states).
  private enum ServiceState: String {
    case stopped = "STOPPED"
    case starting = "STARTING"
    case running = "RUNNING"
    case backoff = "BACKOFF"
    case stopping = "STOPPING"
    case exited = "EXITED"
    case fatal = "FATAL"
    case unknown = "UNKNOWN"
  }

  /// A line that `rladmin upgrade db` prints while it goes on; nil where it is none.
  ///
  /// `active - SMUpgradeBDB wait_for_version`, sometimes behind a character of a spinner (redis/docs rladmin upgrade).
  package static func machineProgress(_ line: some StringProtocol) -> Enterprise.MachineProgress? {
    var text = Substring(line.withoutColours.trimmingBlanks)
    if let first = text.first, ".oO".contains(first) { text.removeFirst() }
    let words = text.parts(between: " ")
    guard (3...4).contains(words.count), words[1] == "-", words[2].hasPrefix("SM"),
      let standing = Enterprise.MachineProgress.Standing(rawValue: String(words[0]))
    else { return nil }
    return Enterprise.MachineProgress(
      standing: standing, machine: String(words[2]), state: words.count > 3 ? String(words[3]) : nil)
  }
}
