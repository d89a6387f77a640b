// Real servers under real Sentinels, and a client that never retries: nothing that was acknowledged is lost.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SentinelNightTests {
  static let hops = [
    Hop(from: .redis62, to: .redis70), Hop(from: .redis70, to: .valkey81),
    Hop(from: .valkey81, to: Release(.valkey, Version(9, 1, 2)), isDrifting: true),
  ].filter { hop in Hop.wanted.contains { $0.from == hop.from && $0.to == hop.to } }

  static func lab(_ from: Release, _ to: Release) -> TrainingLab.LabRequest {
    var request = TrainingLab.LabRequest(from: from, to: to, tree: [nil, 0, 0])
    request.keysPerShard = 1000
    return request
  }

  @Test(arguments: hops) func nothingIsLost(_ hop: Hop) async throws {
    try await withSentinels(Self.lab(hop.from, hop.to), switches: true) { night in
      let report = try await night.servers.underWriting(night.words(to: hop.to))
      let state = try night.servers.state()
      #expect(state.handOvers.count == 1)
      #expect(state.facts.openLedger.isEmpty)
      // The Sentinel's own account of what it did.
      let evidence = try night.night.journal().entries.compactMap { entry in
        if case .outcome(let effect, let outcome) = entry.record, effect.step.verb == .handOver {
          outcome.evidence
        } else {
          nil
        }
      }
      let events = try #require(evidence.first?["events"])
      for word in ["+try-failover", "+elected-leader", "+selected-slave", "+promoted-slave"] {
        #expect(events.contains(word), "\(events)")
      }
      // Nothing was written between what the old primary had and where the new one begins.
      let offset = try #require(evidence.first?["offset"].flatMap { Int($0) })
      #expect(evidence.first?["second_repl_offset"] == String(offset + 1))
      let measure = try #require(state.measures.last)
      #expect(measure.lost == 0 && measure.errorCount == 0 && measure.acknowledged > 0, "\(measure.sentence)")
      let primary = try #require(try await night.servers.primaries().first)
      #expect(primary != night.servers.lab.addresses[0])
      let moved = try String(decoding: Files.read("\(night.servers.folder)/address", limit: 1000), as: UTF8.self)
      #expect(moved == "\(primary.host) \(primary.port)\n")
      try await night.isWell(on: hop.to)
      print(
        "Sentinel \(hop.testDescription): longest stall of a foreign client "
          + "\(Int(report.longestStall.rounded())) ms, \(report.errors), \(report.lost) lost of \(report.acknowledged)")
    }
  }

  /// How long after which record the wizard is killed, each time anew.
  struct Kills: Sendable, CustomTestStringConvertible {
    var records: [Int]
    var after = Duration.zero
    var testDescription: String { "\(records) and \(Int(after.seconds * 1000)) ms" }
  }

  /// The hand-over's intent is the 86th record; the second list is about the old primary and the Sentinels. `.ci/matrix`
  /// looks at twice as many moments of the hand-over.
  static let kills =
    [Kills(records: [38, 14, 18, 9]), Kills(records: [100, 9, 30, 12, 9])]
    + moments.map { Kills(records: [86], after: .milliseconds($0)) }

  private static let moments =
    Hop.wanted.contains(where: \.isDrifting) ? [0, 30, 60, 90, 130, 200, 500, 1200] : [0, 60, 130, 500]

  @Test(arguments: kills) func killedAndResumed(_ kills: Kills) async throws {
    try await withSentinels(Self.lab(.redis62, .redis70)) { night in
      let loop = night.servers.loop
      let client = WritingClient(WritingRequest(seeds: night.servers.lab.addresses, prefix: "foreign"), on: loop)
      async let written = client.run()
      let begin = night.words(to: .redis70) + Wizard.yes
      try await night.night.isKilled(at: kills.records, after: kills.after, begin: begin)
      let said = try await night.night.run(night.night.goOn)
      client.requestStop()
      let report = try await written
      #expect(said.code == 0, "\(said.output.suffix(1500)) \(said.errors)")
      #expect(report.isCleanOutsideClusters, "\(report.errors), lost \(report.lost)")
      let state = try night.servers.state()
      #expect(state.ended?.kind == .done && state.handOvers.count == 1)
      #expect(state.facts.openLedger.isEmpty)
      #expect(KillTests.harm(in: try night.night.journal().entries.map(\.record)) == [])
      try await night.isWell(on: .redis70)
      print("killed \(kills.testDescription): stall \(Int(report.longestStall.rounded())) ms, \(report.errors)")
    }
  }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct SentinelFaultTests {
  /// One that does not answer, and then two: the third says that it could not have anything agreed to.
  @Test func aFrozenSentinelRefusesTheStart() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let check = ["check"] + night.words(to: .redis70)
      try await night.signal(night.sentinels[1], "STOP")
      let one = try await night.night.run(check)
      #expect(one.code == 1)
      #expect(one.output.contains("reachable  \(night.sentinels[1])"), "\(one.output.suffix(1500))")
      try await night.signal(night.sentinels[2], "STOP")
      let deadline = night.servers.loop.now + .seconds(20)
      while night.servers.loop.now < deadline {
        let reply = try await night.ask(night.sentinels[0], ["SENTINEL", "CKQUORUM", SentinelNight.name])
        if reply.errorCode == "NOQUORUM" { break }
        try await night.servers.loop.sleep(for: .milliseconds(50))
      }
      let two = try await night.night.run(check)
      #expect(two.code == 1)
      #expect(two.output.contains("FAIL quorum-reached  \(night.sentinels[0])"), "\(two.output.suffix(1500))")
      #expect(two.output.contains("NOQUORUM"))
      for sentinel in night.sentinels.dropFirst() { try await night.signal(sentinel, "CONT") }
    }
  }

  /// A run is about one group: the names are listed, and how one of them is named.
  @Test func aNameIsAskedForWhereThereAreSeveral() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let first = night.sentinels[0]
      let other = try #require(night.servers.lab.addresses.last)
      _ = try await night.ask(first, ["SENTINEL", "MONITOR", "stock", "127.0.0.9", "6379", "2"])
      let words = ["--to", "7.0.15", "--plain"] + night.site
      let said = try await night.night.run(["check", "sentinel://\(first)"] + words)
      #expect(said.code == 1)
      #expect(said.errors.contains("The Sentinels watch over several groups: lab, stock."), "\(said.errors)")
      #expect(said.errors.contains("Name one of them, sentinel://\(first)/lab, or several"), "\(said.errors)")
      #expect(said.errors.contains(": sentinel://\(first)/lab,stock"), "\(said.errors)")
      let unknown = try await night.night.run(["check", "sentinel://\(first)/sales"] + words)
      #expect(unknown.errors.contains("do not watch over sales, but over: lab, stock"), "\(unknown.errors)")
      // A server that is watched under two names is one name too many.
      _ = try await night.ask(first, ["SENTINEL", "REMOVE", "stock"])
      _ = try await night.ask(first, ["SENTINEL", "MONITOR", "stock", other.host, String(other.port), "2"])
      let merged = try await night.night.run(["check", night.target] + words)
      #expect(merged.output.contains("FAIL groups-apart"), "\(merged.output.suffix(1000))")
    }
  }

  /// Named by the address of a server, the Sentinels are found by what they announce there.
  @Test func aServerLeadsToItsSentinels() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let server = try #require(night.servers.lab.addresses.last)
      let words = ["redis://\(server)", "--to", "7.0.15", "--plain", "--settle", "0"] + night.site
      let plan = try await night.night.run(["plan"] + words)
      #expect(plan.code == 0, "\(plan.errors)")
      for sentinel in night.sentinels { #expect(plan.output.contains("Stop \(sentinel) (Sentinel)")) }
      #expect(plan.output.contains("SENTINEL FAILOVER orders") || plan.output.contains("Hand over s1"))
    }
  }

  /// By keys: whoever reads the questions knows what is about to happen.
  @Test func byKeys() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let (servers, sentinels) = (night.servers.lab.addresses, night.sentinels)
      let words =
        [Wizard.path, night.target, "--to", "7.0.15", "--settle", "0"] + night.site
      try await Console.with(
        words, columns: 100, rows: 30, environment: ["HOME": night.servers.folder], on: night.servers.loop
      ) { console in
        try await console.passChecks()
        #expect(
          try await console.walk() == [
            "Start with this plan?", "Run a client probe?", "Do you want to enable upgrade mode now [Y/N]?",
            "Stop \(servers[1]) (replica of s1)?", "The first node is done. Go on with the others?",
            "Stop \(servers[2]) (replica of s1)?", "All replicas are done. Begin with the hand-overs?",
            "Hand over s1 from \(servers[0]) to \(servers[1]) <no-return s1>",
            "Stop \(servers[0]) (replica of s1) <no-return \(servers[0])>",
            "Do you want to disable upgrade mode now [Y/N]?", "Stop \(sentinels[0]) (Sentinel)?",
            "Stop \(sentinels[1]) (Sentinel)?", "Stop \(sentinels[2]) (Sentinel)?",
          ])
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      try await night.isWell(on: .redis70)
    }
  }

  /// A server that is gone is still listed; and what is not a Sentinel is told apart.
  @Test func ghostsAreFound() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let server = try #require(night.servers.lab.addresses.first)
      let mistaken = try await night.night.run(
        ["check", "sentinel://\(server)", "--to", "7.0.15", "--plain"] + night.site)
      #expect(mistaken.errors.contains("it is a server, not a Sentinel"), "\(mistaken.errors)")
      let other = try await night.night.run(
        ["check", "\(night.sentinels[0])", "--to", "7.0.15", "--plain"] + night.site)
      #expect(
        other.errors.contains("what it watches is named sentinel://\(night.sentinels[0])/NAME"), "\(other.errors)")
      // Another replica came and went: Sentinels go on looking for it.
      let gone = try #require(night.servers.lab.addresses.last)
      _ = try? await night.servers.send(["SHUTDOWN", "NOSAVE"], to: gone)
      let said = try await night.night.run(["check"] + night.words(to: .redis70))
      #expect(said.code == 1)
      #expect(said.output.contains("FAIL reachable  \(gone)"), "\(said.output.suffix(1500))")
    }
  }

  /// Frozen after all checks were green: nothing is handed over, and the old primary goes on serving.
  @Test func aFrozenCandidateIsNotHandedOverTo() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let old = try #require(night.servers.lab.addresses.first)
      let wizard = try night.night.start(night.words(to: .redis70) + Wizard.yes)
      try await night.night.awaitRecords(80, of: wizard)
      let candidate = night.servers.lab.nodes[1]
      let pids = night.servers.lab.processes(of: candidate).map(\.pid)
      for pid in pids { try await night.kill(pid, "STOP") }
      let status = await wizard.exit()
      for pid in pids { try await night.kill(pid, "CONT") }
      #expect(status == .exited(3) || status == .exited(4))
      #expect(try night.servers.state().handOvers.isEmpty)
      #expect(try await night.servers.primaries() == [old])
      // A gate that does not hold any more names the server; a hand-over that was begun a moment before, the shard.
      let sentence = try #require(try night.servers.state().ended?.sentence)
      #expect(sentence.contains("\(candidate.address)") || sentence.contains("s1"), "\(sentence)")
    }
  }

  /// A rival of the same priority is set by somebody else right before: which one would be promoted is not known.
  @Test func aPriorityThatNotEverySentinelHasSeenHoldsTheHandOver() async throws {
    try await withSentinels(SentinelNightTests.lab(.redis62, .redis70)) { night in
      let wizard = try night.night.start(night.words(to: .redis70) + Wizard.yes)
      try await night.night.awaitRecords(40, of: wizard)
      let rival = try #require(night.servers.lab.addresses.last)
      // Its restart takes it away again, unless it is in its file.
      _ = try await night.servers.send(["CONFIG", "SET", "replica-priority", "1"], to: rival)
      _ = try await night.servers.send(["CONFIG", "REWRITE"], to: rival)
      let status = await wizard.exit()
      #expect(status == .exited(3))
      let sentence = try #require(try night.servers.state().ended?.sentence)
      #expect(sentence.contains("priorities-seen"), "\(sentence)")
      #expect(try night.servers.state().handOvers.isEmpty)
    }
  }
}
