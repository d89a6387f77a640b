// Real servers outside of clusters, under a client that never retries: nothing that was acknowledged is lost.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One replication and the way it goes.
struct ReplicationHop: Sendable, CustomTestStringConvertible {
  var from: Release
  var to: Release
  var tree: [Int?]
  var password: String?
  var testDescription: String { "\(tree.count) servers, \(from) -> \(to)" }

  static let all = [
    ReplicationHop(from: .redis60, to: .redis62, tree: [nil, 0, 0]),
    ReplicationHop(from: .redis70, to: .redis80, tree: [nil, 0]),
    ReplicationHop(from: .redis62, to: .redis70, tree: [nil, 0, 0, 2]),
    ReplicationHop(from: .redis70, to: .valkey81, tree: [nil, 0, 1], password: "s3cret"),
  ]
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct ReplicationNightTests {
  @Test(arguments: ReplicationHop.all) func nothingIsLost(_ hop: ReplicationHop) async throws {
    var request = TrainingLab.LabRequest(from: hop.from, to: hop.to, tree: hop.tree)
    request.keysPerShard = 2000
    request.password = hop.password
    try await withReplication(request, switches: true) { night in
      let planned = try await night.run(
        ["notice", night.target, "--to", hop.to.description, "--json"] + night.site,
        password: hop.password)
      #expect(planned.code == 0 && planned.output.contains("hand-over of s1"), "\(planned.output) \(planned.errors)")
      let report = try await night.underWriting(
        [night.target, "--to", hop.to.description, "--plain", "--settle", "0"] + night.site, password: hop.password)
      let state = try night.state()
      #expect(state.handOvers.count == 1)
      #expect(state.facts.openLedger.isEmpty)
      let measure = try #require(state.measures.last)
      #expect(measure.lost == 0 && measure.errorCount == 0 && measure.acknowledged > 0, "\(measure.sentence)")
      let closing = try await night.run(["notice"] + night.site.dropFirst(2).prefix(2))
      #expect(closing.output.hasPrefix("# Done: upgrade of \(night.target)"), "\(closing.output) \(closing.errors)")
      #expect(closing.output.contains("\(hop.tree.count) of \(hop.tree.count) nodes run \(hop.to)"))
      // The site's command was told of the new primary.
      let moved = try String(decoding: Files.read("\(night.folder)/address", limit: 1000), as: UTF8.self)
      let primary = try #require(try await night.primaries(password: hop.password).first)
      #expect(moved == "\(primary.host) \(primary.port)\n")
      #expect(primary != night.lab.addresses.first)
      try await night.rolesSurviveARestart(password: hop.password)
      print(
        "\(hop.testDescription): longest stall of a foreign client "
          + "\(Int(report.longestStall.rounded())) ms, \(report.errors), \(report.lost) lost of \(report.acknowledged)")
    }
  }

  /// Who leaves half-way is told that all is served, and with which code the program ends.
  @Test func leftHalfWay() async throws {
    struct Left: Error {}
    try await withReplication(TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])) { night in
      let words = [Wizard.path, night.target, "--to", "7.0.15", "--settle", "0"] + night.site
      try await Console.with(
        words, columns: 80, rows: 24, environment: ["HOME": night.folder], on: night.loop
      ) { console in
        try await console.passChecks()
        await #expect(throws: Left.self) {
          _ = try await console.walk { asked in
            guard asked.description.hasPrefix("Stop ") else { return }
            try await console.press("q")
            let leaving = try await console.wait("the question whether to leave") {
              $0.contains("Leave the wizard?") && $0.asked?.isArmed == true && !asked.isSame(as: $0.asked)
            }
            #expect(leaving.contains("3 (stopped, resumable, every shard served)"), "\(leaving)")
            throw Left()
          }
        }
        try await console.press("y")
        #expect(try await console.exitCode() == 3)
      }
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis62 })
    }
  }

  /// The wizard is killed at many records, the hand-over's among them, and goes on.
  @Test(arguments: [[7, 12, 20, 30], [83], [84, 4], [86, 4, 5, 6]]) func killedAndResumed(_ kills: [Int]) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0, 0, 2])
    request.keysPerShard = 500
    try await withReplication(request) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let begin = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.site + Wizard.yes
      try await night.night.isKilled(at: kills, begin: begin)
      let said = try await night.night.run(night.night.goOn)
      client.requestStop()
      let report = try await written
      #expect(said.code == 0, "\(kills): \(said.output.suffix(1500)) \(said.errors)")
      #expect(report.isCleanOutsideClusters, "\(kills): \(report.errors), lost \(report.lost)")
      let state = try night.state()
      #expect(state.ended?.kind == .done && state.handOvers.count == 1, "\(kills)")
      #expect(KillTests.harm(in: try night.night.journal().entries.map(\.record)) == [], "\(kills)")
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis70 })
      try await night.rolesSurviveARestart()
    }
  }

  /// Nobody would be primary: the old one could not log in at the new one (training.md 3.1-2).
  @Test func aPasswordThatIsWrongWhereItWillFollowIsRefusedBeforehand() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    request.password = "right"
    request.nodeConfiguration = [0: ["masterauth wrong"]]
    try await withReplication(request) { night in
      let said = try await night.run(
        [night.target, "--to", "7.0.15", "--plain"] + night.site + Wizard.yes, password: "right")
      #expect(said.code == 1, "\(said.output.suffix(1000))")
      #expect(said.output.contains("FAIL sync-credentials"))
    }
  }

  /// It was right at the start, and somebody has changed it since: refused right before the command.
  @Test func aPasswordThatBecameWrongStopsTheHandOver() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    request.password = "right"
    try await withReplication(request) { night in
      let old = try #require(night.lab.addresses.first)
      let words = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.site + Wizard.yes
      let wizard = try night.night.start(words, environment: ["REDISCLI_AUTH": "right"])
      try await night.night.awaitRecords(20, of: wizard)
      _ = try await night.send(["CONFIG", "SET", "masterauth", "wrong"], to: old, password: "right")
      let status = await wizard.exit()
      #expect(status == .exited(3))
      #expect(try night.state().ended?.sentence.contains("could not log in at the new primary") == true)
      #expect(try await night.primaries(password: "right") == [old])
    }
  }

  /// It could not follow the new one afterwards, and would ask for all data again and again.
  @Test func aPrimaryBefore62GoesOver62() async throws {
    try await withReplication(TrainingLab.LabRequest(from: .redis60, to: .redis70, tree: [nil, 0])) { night in
      let said = try await night.run(["check", night.target, "--to", "7.0.15", "--plain"] + night.site)
      #expect(said.code == 1)
      #expect(said.output.contains("FAIL failover-known"), "\(said.output.suffix(500))")
    }
  }

  @Test func whatASentinelWatchesIsRefused() async throws {
    try await withReplication(TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])) { night in
      // All that a server knows of a Sentinel: somebody who listens there.
      let connection = try await ForeignConnection.open(
        to: try #require(night.lab.addresses.first), login: night.night.login, on: night.loop, within: .seconds(3))
      defer { connection.close() }
      _ = try await connection.send(["SUBSCRIBE", "__sentinel__:hello"], within: .seconds(3))
      let said = try await night.run([night.target, "--to", "7.0.15", "--plain"] + night.site + Wizard.yes)
      #expect(said.code == 1)
      #expect(said.output.contains("FAIL not-watched"))
    }
  }
}
