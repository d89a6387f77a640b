// The main job in the console, by keys, from the checks to the report, on real servers under a writing client.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime
import World

@Suite(.serialized, .timeLimit(.minutes(10))) struct ConsoleTests {
  /// 80x24 with colour, and a person who presses what must not answer.
  @Test func fromChecksToReportAt80x24() async throws {
    try await withNight(ConsoleTests.lab(.redis62, .redis70)) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      try await Console.with(night.wizard(to: "7.0.15"), columns: 80, rows: 24, on: night.loop) { console in
        try await ConsoleTests.passChecks(console)
        // Which of the colours depends on what this machine's checks have to say.
        let styled = try await console.styled()
        #expect(["32m", "33m", "1;33m"].contains { styled.contains("\u{1b}[\($0)") })
        let asked = try await console.walk { asked in try await ConsoleTests.trip(console, asked) }
        #expect(asked == everyQuestion(night.lab.addresses))
        try await ConsoleTests.expectReport(console, night, to: .redis70)
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      client.requestStop()
      try await ConsoleTests.expectDone(night, to: .redis70, try await written)
    }
  }

  /// 120x40 without colour, and a window that changes its size while a command of the site runs.
  @Test func fromChecksToReportAt120x40() async throws {
    try await withNight(ConsoleTests.lab(.redis70, .redis80)) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let gate = try HeldInstall(night)
      try await Console.with(
        night.wizard(to: "8.0.2", profile: gate.profile), columns: 120, rows: 40, environment: ["NO_COLOR": "1"],
        on: night.loop
      ) { console in
        try await ConsoleTests.passChecks(console)
        var isFirst = true
        let asked = try await console.walk { asked in
          if asked.text.hasPrefix("The first node"), isFirst {
            isFirst = false
            #expect(gate.isOver)
          }
          guard asked.text.hasPrefix("Stop"), !gate.isOver else { return }
          try await console.agree(to: asked)
          try await ConsoleTests.storm(console)
          try gate.open()
        }
        #expect(asked == everyQuestion(night.lab.addresses))
        let styled = try await console.styled()
        #expect(!ConsoleTests.hasColour(styled), "\(styled)")
        try await ConsoleTests.expectReport(console, night, to: .redis80)
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      client.requestStop()
      try await ConsoleTests.expectDone(night, to: .redis80, try await written)
    }
  }

  /// The link drops while a command of the site runs: the command goes on, the wizard ends, and the start screen leads
  /// back into the run, to its end.
  @Test func aDroppedLinkAndResume() async throws {
    try await withNight(ConsoleTests.lab(.redis62, .redis70)) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let gate = try HeldInstall(night)
      let wizard = try await night.dropLink(gate)
      #expect(try await wizard.end(on: night.loop, within: .seconds(20)), "the wizard goes with its terminal")
      #expect(!gate.isOver)
      #expect(try night.journal().state.ended == nil)
      try gate.open()

      try await Console.with(
        [Wizard.path, "--state-dir", night.state], columns: 80, rows: 24, on: night.loop
      ) { console in
        // The start screen has the run that was cut off, and offers it first.
        let run = try #require(try RunCatalogue(night.state).runs().first).id
        let start = try await console.wait(for: "Enter open")
        #expect(start.contains(">5  Go on with the run \(run)"), "\(start)")
        #expect(start.contains("running, 0 of 6 nodes on redis-7.0.15, \(night.target)"), "\(start)")
        try await console.press("Enter")
        let asked = try await console.walk()
        // What was agreed to before still holds; the rest is asked.
        #expect(asked == Array(everyQuestion(night.lab.addresses).dropFirst(4)))
        try await ConsoleTests.expectReport(console, night, to: .redis70)
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      client.requestStop()
      try await ConsoleTests.expectDone(night, to: .redis70, try await written)
      #expect(KillTests.harm(in: try night.journal().entries.map(\.record)) == [])
      #expect(gate.count == 6, "each node was installed once")
    }
  }
}

// MARK: - Parts of the walk

extension ConsoleTests {
  fileprivate static func lab(_ from: Release, _ to: Release) -> TrainingLab.LabRequest {
    var request = TrainingLab.LabRequest(from: from, to: to)
    request.keysPerShard = 1000
    return request
  }

  static func passChecks(_ console: Console) async throws {
    let picture = try await console.wait(for: "No check refuses the start")
    #expect(picture.rail.contains("[1 Checks]"))
    try await console.press(">")
  }

  /// What must not answer: pastes at every question, and each of the others at one of them.
  private static func trip(_ console: Console, _ asked: Asked) async throws {
    try await console.paste("y\ny\n\ns1\ns2\ns3\nyes\n\(asked.word ?? "no")\n")
    let sentence = asked.word == nil ? "Pasted text never answers" : "Pasted text "
    try await console.expect(asked, stillAskedSaying: sentence)
    if asked.text.hasPrefix("Start") {
      try await console.press("Enter")
      try await console.expect(asked, stillAskedSaying: "Enter answers nothing here")
    } else if asked.text.hasPrefix("Run a client probe") {
      try await console.type("yy")
      try await console.expect(asked, stillAskedSaying: "Several keys came at once")
    } else if asked.text.contains("enable upgrade mode") {
      try await console.press("Enter")
      try await console.expect(asked, stillAskedSaying: "Enter answers nothing here")
    } else if asked.text.hasSuffix("(replica of s1)?") {
      try await interrupt(console, asked)
    } else if asked.word == "no-return s1" {
      try await console.press("Enter")
      try await console.expect(asked, stillAskedSaying: "To go on, type exactly: no-return s1")
      try await console.paste("no-return s1")
      try await console.expect(asked, stillAskedSaying: "Pasted text is not taken here")
      try await console.press("Enter")
      try await console.expect(asked, stillAskedSaying: "To go on, type exactly: no-return s1")
    }
  }

  /// Ctrl-C and q in the middle: both ask, say what happens, and change nothing when the answer is no.
  private static func interrupt(_ console: Console, _ asked: Asked) async throws {
    try await console.press("C-c")
    let held = try await console.wait("the question whether to hold") {
      $0.asked?.isArmed == true && !asked.isSame(as: $0.asked)
    }
    #expect(held.asked?.text == "Hold the run? Nothing begins until p is pressed.", "\(held)")
    try await console.paste("y\n\ns1\n")
    try await console.expect(try #require(held.asked), stillAskedSaying: "Pasted text never answers")
    try await console.press("n")
    try await console.wait("the run's own question") { asked.isSame(as: $0.asked) && $0.asked?.isArmed == true }
    try await console.press("q")
    let leaving = try await console.wait("the question whether to leave") {
      $0.contains("Leave the wizard?") && $0.asked?.isArmed == true && !asked.isSame(as: $0.asked)
    }
    #expect(leaving.contains("0 of 6 nodes are done. The servers go on as they are."), "\(leaving)")
    #expect(leaving.contains("temporary settings stay in place"), "\(leaving)")
    #expect(leaving.contains("redis-upgrade resume "), "\(leaving)")
    #expect(leaving.asked?.text == "Leave now? Exit code 3 (stopped, resumable, every shard served).", "\(leaving)")
    try await console.press("Enter")
    try await console.wait(for: "Enter answers nothing here")
    try await console.paste("y\n\ns1\n")
    let stays = try await console.wait(for: "Pasted text never answers")
    #expect(stays.contains("Leave the wizard?") && stays.asked?.isArmed == true, "\(stays)")
    try await console.press("n")
    try await console.wait("the run's own question") { asked.isSame(as: $0.asked) && $0.asked?.isArmed == true }
  }

  /// Two hundred sizes while a command runs, some too small for anything; then the screen is as it was.
  private static func storm(_ console: Console) async throws {
    let before = try await console.wait(for: "Running: install")
    var dice = Randomness(seed: 4)
    for _ in 0..<(SignalTests.isWhole ? 5000 : 200) {
      // As often small as large: most of what can go wrong goes wrong where there is no room.
      let most = Bool.random(using: &dice) ? (columns: 80, rows: 24) : (columns: 300, rows: 90)
      try await console.resize(
        columns: .random(in: 1...most.columns, using: &dice), rows: .random(in: 1...most.rows, using: &dice))
    }
    try await console.resize(columns: 44, rows: 9)
    try await console.wait("the words of a small window") {
      $0.contains("Window is 44x9") && $0.contains("The upgrade is NOT affected")
    }
    try await console.resize(columns: 120, rows: 40)
    let after = try await console.wait("the screen of before") { $0.skeleton == before.skeleton }
    #expect(after.contains("Running: install"), "\(after)")
  }

  /// Whether a style other than bold, underlined and reversed stands in the text.
  private static func hasColour(_ styled: String) -> Bool {
    styled.split(separator: "\u{1b}[").dropFirst().contains { piece in
      piece.prefix { $0 != "m" }.split(separator: ";").contains {
        (30...49).contains(Int($0) ?? 0) && $0 != "39" && $0 != "49"
      }
    }
  }

  /// The report on the screen says what the servers say.
  private static func expectReport(_ console: Console, _ night: Night, to release: Release) async throws {
    let top = try await console.picture()
    try await console.press("G")
    let bottom = try await console.wait(for: "journal.jsonl")
    let text = "\(top)\n\(bottom)"
    let program = try await night.run(["report", "--json", "--state-dir", night.state])
    let json = try JSONParser.read(Array(program.output.utf8))
    let acknowledged = try #require(json["clients"]?["acknowledged"]?.integer)
    var lines = [
      "Result: done  6 of 6 nodes run \(release.title).", "\(acknowledged) writes acknowledged, 0 errors, 0 lost",
      "6 of 6 on \(release.version)", "nothing: every temporary setting was put back",
      "OK   Version     6 of 6 nodes run \(release.title)", "OK   Slots       16384 of 16384 served",
      "OK   Replicas    all linked", "OK   Keys        s1 ", "OK   Saving      the last save of every node succeeded",
      "OK   Left over   12 of 12 temporary settings put back",
    ]
    // Each old primary follows the node that took its shard over.
    let shards = try await night.proof.keys(within: .seconds(30))
    for (index, pair) in zip(night.lab.addresses.prefix(3), night.lab.addresses.suffix(3)).enumerated() {
      lines.append("s\(index + 1) \(pair.0) to \(pair.1), longest stall ")
      #expect(shards.contains { $0.primary == pair.1 && Array($0.replicas.keys) == [pair.0] }, "\(shards)")
    }
    for line in lines { #expect(text.contains(line), "the report does not say \"\(line)\":\n\(text)") }
  }

  /// What the servers and the foreign client say after the program is gone.
  private static func expectDone(_ night: Night, to release: Release, _ written: WritingReport) async throws {
    #expect(try await night.proof.releases().values.allSatisfy { $0 == release })
    #expect(written.isClean, "\(written.errors), lost \(written.lost), unverified \(written.unverified)")
    #expect(written.acknowledged > 100)
    let keys = try await night.proof.keys()
    #expect(keys.count == 3 && keys.allSatisfy(\.areEqual), "\(keys)")
    let state = try night.journal().state
    #expect(state.ended?.kind == .done)
    #expect(state.facts.openLedger.isEmpty)
    let measure = try #require(state.measures.last)
    #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0)
  }
}

extension Night {
  /// The words of a new run in the console.
  func wizard(to version: String, profile: String? = nil) -> [String] {
    [
      Wizard.path, target, "--to", version, "--settle", "0", "--state-dir", state, "--profile",
      profile ?? lab.profilePath,
    ]
  }

  /// Upgrades until the first install runs, and takes the terminal away; answers who drove the run.
  fileprivate func dropLink(_ gate: HeldInstall) async throws -> ProcessIdentity {
    var wizard: ProcessIdentity?
    try await Console.with(self.wizard(to: "7.0.15", profile: gate.profile), columns: 80, rows: 24, on: loop) {
      console in
      try await ConsoleTests.passChecks(console)
      var last: Asked?
      while let asked = try await console.nextQuestion(after: last) {
        try await console.agree(to: asked)
        last = asked
        if asked.text.hasPrefix("Stop") { break }
      }
      try await console.wait(for: "Running: install")
      let run = try #require(try RunCatalogue(state).runs().first)
      let holder = try #require(DeploymentLock.holder(of: run))
      wizard = try ProcessIdentity(of: Int32(holder.wizard.processID))
    }
    return try #require(wizard)
  }
}

/// The lab's profile with an install that waits for a file to go away.
struct HeldInstall {
  let profile: String
  private let gate: String
  private let log: String

  /// - Parameter before: what the first install does before it waits, as one shell command line.
  init(_ night: Night, before: String = "true") throws {
    (profile, gate, log) = ("\(night.folder)/held.yaml", "\(night.folder)/gate", "\(night.folder)/installs")
    let lines = String(decoding: try Files.read(night.lab.profilePath), as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    let held = lines.map { line in
      guard let start = line.range(of: "  install: '") else { return String(line) }
      return
        "  install: 'echo {port} >>''\(log)''; test $(wc -l <''\(log)'') -gt 1 || \(before); while test -e ''\(gate)''; do sleep 0.05; done; "
        + line[start.upperBound...]
    }
    try Files.writeAtomically(profile, Array(held.joined(separator: "\n").utf8))
    try Files.writeAtomically(gate, [])
    try Files.writeAtomically(log, [])
  }

  func open() throws { try Files.removeTree(gate) }
  var isOver: Bool { !Files.exists(gate) }
  /// How many installs have begun.
  var count: Int { (try? Files.read(log))?.count { $0 == UInt8(ascii: "\n") } ?? 0 }
}
