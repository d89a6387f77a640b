// A single server: away for a moment, and back with all that it had, however it keeps its data.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// How a server keeps its data, and how it is stopped.
struct Keeping: Sendable, CustomTestStringConvertible {
  var name: String
  var lines: [String]
  /// Whether the profile stops it, as a service manager would: with a signal.
  var stopsBySignal = false
  var testDescription: String { name + (stopsBySignal ? ", stopped by a signal" : "") }

  static let all = [
    Keeping(name: "RDB", lines: []),
    Keeping(name: "AOF", lines: ["appendonly yes"]),
    Keeping(name: "nothing", lines: ["save \"\""]),
    Keeping(name: "nothing", lines: ["save \"\""], stopsBySignal: true),
  ]
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct StandaloneTests {
  @Test(arguments: Keeping.all) func itComesBackWithAllThatItHad(_ keeping: Keeping) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil])
    request.keysPerShard = 2000
    request.configuration = keeping.lines
    try await withReplication(
      request, stop: keeping.stopsBySignal ? "kill {pid} && tail --pid={pid} -f /dev/null" : nil
    ) { night in
      let report = try await night.underWriting(
        [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.site, isOutage: true)
      let address = try #require(night.lab.addresses.first)
      #expect(try await night.send(["DBSIZE"], to: address).number ?? 0 >= 2000)
      #expect(try night.state().handOvers.isEmpty)
      // What it kept nothing with is again as it was.
      let save = try await night.send(["CONFIG", "GET", "save"], to: address).elements?.last?.text
      #expect(save == (keeping.name == "nothing" ? "" : "3600 1 300 100 60 10000"))
      #expect(try night.state().facts.openLedger.isEmpty)
      print("standalone, \(keeping.testDescription): longest stall \(Int(report.longestStall.rounded())) ms")
    }
  }

  /// By keys: the outage is typed, with the name of who is away.
  @Test func byKeys() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil])
    request.keysPerShard = 200
    try await withReplication(request) { night in
      let server = night.lab.addresses[0]
      let words = [Wizard.path, night.target, "--to", "7.0.15", "--settle", "0"] + night.site
      try await Console.with(
        words, columns: 80, rows: 24, environment: ["HOME": night.folder], on: night.loop
      ) { console in
        try await console.passChecks()
        #expect(
          try await console.walk() == [
            "Start with this plan?", "Run a client probe?", "Stop \(server) (PRIMARY of s1) <outage \(server)>",
          ])
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis70 })
      #expect(try await night.send(["DBSIZE"], to: server).number == 200)
    }
  }

  /// An outage is a consent of its own.
  @Test func nobodyIsTakenAwayWithoutAConsentOfThatClass() async throws {
    try await withReplication(TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil])) { night in
      let said = try await night.run([night.target, "--to", "7.0.15", "--json"] + night.site)
      #expect(said.code != 0)
      let plan = try await night.run(["plan", night.target, "--to", "7.0.15", "--json"] + night.site)
      #expect(plan.output.contains(#""consent":"outage""#), "\(plan.output.suffix(500))")
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis62 })
    }
  }
}
