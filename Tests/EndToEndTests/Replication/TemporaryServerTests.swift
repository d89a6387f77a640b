// A single server upgraded by way of a temporary one: nobody is without service, and nothing stays behind.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One server, the way it goes, and how it keeps its data.
struct TemporaryHop: Sendable, CustomTestStringConvertible {
  var from: Release
  var to: Release
  var lines: [String] = []
  var password: String?
  var switches = true
  var tls = false
  var testDescription: String {
    "\(from) -> \(to)\(lines.isEmpty ? "" : ", \(lines)")\(switches ? "" : ", without switch")\(tls ? ", TLS" : "")"
  }

  private static let few = [
    TemporaryHop(from: .redis70, to: .redis80, lines: ["save \"\""], password: "s3cret")
  ]
  private static let more = [
    TemporaryHop(from: .redis62, to: .redis70, lines: ["save \"\""]),
    TemporaryHop(from: .redis62, to: .redis70, lines: ["appendonly yes"], switches: false),
    TemporaryHop(from: .redis60, to: .redis62),
    TemporaryHop(from: .redis70, to: .redis80, tls: true),
    TemporaryHop(from: .redis70, to: .valkey81, lines: ["appendonly yes"], password: "s3cret"),
  ]
  static let all = few + (Host.environment["REDIS_UPGRADE_MATRIX"] == "all" ? more : [])
}

@Suite(.serialized, .timeLimit(.minutes(20))) struct TemporaryServerTests {
  @Test(arguments: TemporaryHop.all) func nobodyIsWithoutService(_ hop: TemporaryHop) async throws {
    var request = TrainingLab.LabRequest(from: hop.from, to: hop.to, tree: [nil])
    request.keysPerShard = 2000
    request.password = hop.password
    request.configuration = hop.lines
    request.tls = hop.tls
    try await withTemporary(request, switches: hop.switches) { night in
      let words = [night.target, "--to", hop.to.description, "--plain", "--settle", "0"] + night.site
      let plan = try await night.run(["plan"] + words.filter { $0 != "--plain" }, password: hop.password)
      #expect(plan.code == 0 && !plan.output.contains("OUTAGE"), "\(plan.output) \(plan.errors)")
      #expect(plan.output.contains("start a server on"), "\(plan.output)")
      let report = try await night.underWriting(words, password: hop.password, besides: [night.temporary])
      let state = try night.state()
      #expect(state.handOvers.count == 2 && state.facts.openLedger.isEmpty)
      let measure = try #require(state.measures.last)
      #expect(measure.lost == 0 && measure.errorCount == 0 && measure.acknowledged > 0, "\(measure.sentence)")
      let server = try #require(night.lab.addresses.first)
      #expect(try await night.primaries(password: hop.password) == [server])
      #expect(try await night.send(["DBSIZE"], to: server, password: hop.password).number ?? 0 >= 2000)
      if hop.switches {
        let moved = try String(decoding: Files.read("\(night.folder)/address", limit: 1000), as: UTF8.self)
        #expect(moved == "\(server.host) \(server.port)\n")
      }
      try await night.nothingIsLeft()
      let said = try await night.run(["report", "--json", "--state-dir", night.night.state])
      #expect(said.output.contains(#""left_over":[]"#), "\(said.output)")
      try await night.rolesSurviveARestart(password: hop.password)
      print(
        "temporary server, \(hop.testDescription): longest stall of a foreign client "
          + "\(Int(report.longestStall.rounded())) ms, \(report.errors), \(report.lost) lost of \(report.acknowledged)")
    }
  }

  /// The records after which the wizard is killed, one after the other; `REDIS_UPGRADE_KILLS`: `all` kills after each
  /// record, one kill a run, `first-last` after each of those.
  static let kills: [[Int]] = {
    let text = Host.environment["REDIS_UPGRADE_KILLS"] ?? ""
    let ends = (text == "all" ? "3-96" : text).split(separator: "-").compactMap { Int($0) }
    guard ends.count == 2, ends[0] <= ends[1] else { return [[9, 4, 4, 6, 8, 8, 8, 8, 8]] }
    return (ends[0]...ends[1]).map { [$0] }
  }()

  @Test(arguments: TemporaryServerTests.kills) func killedAndResumed(_ kills: [Int]) async throws {
    var request = TrainingLab.LabRequest(from: .redis70, to: .redis80, tree: [nil])
    request.keysPerShard = 500
    request.configuration = ["save \"\""]
    try await withTemporary(request, switches: true) { night in
      let client = WritingClient(
        WritingRequest(seeds: night.lab.addresses + [night.temporary], prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let begin = [night.target, "--to", "8.0.2", "--plain", "--settle", "0"] + night.site + Wizard.yes
      try await night.night.isKilled(at: kills, begin: begin)
      let said = try await night.night.run(night.night.goOn)
      client.requestStop()
      let report = try await written
      #expect(said.code == 0, "\(kills): \(said.output.suffix(1500)) \(said.errors)")
      #expect(report.isCleanOutsideClusters, "\(kills): \(report.errors), lost \(report.lost)")
      let state = try night.state()
      #expect(state.ended?.kind == .done && state.handOvers.count == 2, "\(kills)")
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis80 })
      #expect(try await night.primaries() == [night.lab.addresses[0]])
      try await night.nothingIsLeft()
    }
  }

  /// By keys: nothing that is typed is an outage.
  @Test func byKeys() async throws {
    try await withTemporary(.init(from: .redis70, to: .redis80, tree: [nil])) { night in
      let (server, other) = (night.lab.addresses[0], night.temporary)
      let words = [Wizard.path, night.target, "--to", "8.0.2", "--settle", "0"] + night.site
      try await Console.with(
        words, columns: 80, rows: 24, environment: ["HOME": night.folder], on: night.loop
      ) { console in
        try await console.passChecks()
        #expect(
          try await console.walk() == [
            "Start with this plan?", "Run a client probe?", "The temporary server has all data. Hand over to it?",
            "Hand over s1 from \(server) to \(other) <no-return s1>",
            "Stop \(server) (replica of s1) <no-return \(server)>",
            "Hand over s1 from \(other) to \(server) <s1>",
          ])
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis80 })
      try await night.nothingIsLeft()
    }
  }

  /// Before the hand-over it held nothing that the other one has not: another one is started.
  @Test func endingBeforeTheHandOverCostsNothing() async throws {
    try await withTemporary(.init(from: .redis70, to: .redis80, tree: [nil])) { night in
      let stopped = try await night.run(night.begin + night.answers(besides: .firstPromotion))
      #expect(stopped.code == 3, "\(stopped.output.suffix(1000)) \(stopped.errors)")
      #expect(stopped.output.contains("Left over: temporary server \(night.temporary) (replica)"), "\(stopped.output)")
      try await night.killTemporary()
      let said = try await night.run(["resume", "--plain", "--state-dir", night.night.state] + Wizard.yes)
      #expect(said.code == 3)
      #expect(said.output.contains("The temporary server \(night.temporary) is down, and this run did not stop it."))
      try await night.goesOn { person in
        _ = try await person.meets("node-down")
        try await person.chooses("adopt")
      }
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis80 })
      #expect(try night.state().handOvers.count == 2)
      try await night.nothingIsLeft()
    }
  }

  /// As the primary it takes with it what the other one had not received: a person says so.
  @Test(arguments: [true, false]) func endingAsThePrimaryIsALossThatIsAgreedTo(_ isWritten: Bool) async throws {
    try await withTemporary(.init(from: .redis70, to: .redis80, tree: [nil])) { night in
      let server = try #require(night.lab.addresses.first)
      let stopped = try await night.run(night.begin + night.answers(besides: .upgradeNode))
      #expect(stopped.code == 3, "\(stopped.output.suffix(1000)) \(stopped.errors)")
      #expect(stopped.output.contains("Left over: temporary server \(night.temporary) (PRIMARY)"), "\(stopped.output)")
      _ = try await night.send(["SET", "late", "1"], to: night.temporary)
      #expect(try await night.send(["WAIT", "1", "3000"], to: night.temporary).number == 1)
      try await night.killTemporary()
      if !isWritten {
        // As where it ends before its new role has been written: its log tells.
        let file = "\(night.temporaryFolder)/server.conf"
        try Files.writeAtomically(file, try Files.read(file) + Array("replicaof 127.0.0.1 1\n".utf8))
      }
      let said = try await night.run(["resume", "--plain", "--state-dir", night.night.state] + Wizard.yes)
      #expect(said.code == 4, "\(said.output.suffix(1500))")
      #expect(said.output.contains("it was the PRIMARY"))
      try await night.goesOn { person in
        _ = try await person.meets("node-down")
        try await person.chooses("adopt")
        try await person.answers("plan-change")
        try await person.answers("hand-over:s1", "lose s1")
        // What the probe met meanwhile is looked at by somebody.
        _ = try await person.meets("error-budget")
        try await person.chooses("retry")
      }
      #expect(try await night.primaries() == [server])
      #expect(try await night.send(["GET", "late"], to: server).text == "1")
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis80 })
      try await night.nothingIsLeft()
      // What it had saved is not thrown away.
      let report = try await night.run(["report", "--state-dir", night.night.state])
      #expect(report.output.contains("ended as the primary: \(night.temporaryFolder).kept-"), "\(report.output)")
    }
  }

  /// Whoever winds down goes back to where it began, and takes the temporary server along.
  @Test func windingDownAfterTheHandOverHandsBack() async throws {
    try await withTemporary(.init(from: .redis70, to: .redis80, tree: [nil])) { night in
      let stopped = try await night.run(night.begin + night.answers(besides: .upgradeNode))
      #expect(stopped.code == 3, "\(stopped.output.suffix(1000)) \(stopped.errors)")
      try await night.goesOn(code: 3, answers: night.answers(besides: .upgradeNode)) { person in
        try await person.answers("upgrade-node:\(night.lab.addresses[0])", "no")
        _ = try await person.meets("declined")
        try await person.chooses("wind-down")
      }
      #expect(try await night.primaries() == [night.lab.addresses[0]])
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis70 })
      try await night.nothingIsLeft()
    }
  }

  @Test func aPortThatIsTakenIsSaidBeforehand() async throws {
    try await withTemporary(.init(from: .redis70, to: .redis80, tree: [nil])) { night in
      let other = try Listener.listen(
        on: .tcp(host: night.temporary.host, port: night.temporary.port), loop: night.loop)
      defer { other.close() }
      let said = try await night.run(["check"] + night.begin)
      #expect(said.code == 1)
      #expect(said.output.contains("FAIL temporary-port"), "\(said.output)")
    }
  }
}
