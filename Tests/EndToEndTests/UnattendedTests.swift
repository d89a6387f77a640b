// The main job without a person: a real cluster under a writing client, every question answered beforehand.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

struct Hop: Sendable, CustomTestStringConvertible {
  var from: Release
  var to: Release
  var testDescription: String { "\(from) -> \(to)" }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct UnattendedTests {
  @Test(arguments: [Hop(from: .redis62, to: .redis70), Hop(from: .redis70, to: .redis80)])
  func sixNodesUnderAWritingClient(_ hop: Hop) async throws {
    var request = TrainingLab.LabRequest(from: hop.from, to: hop.to)
    request.keysPerShard = 2000
    try await withNight(request) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let said = try await night.run(
        [night.target, "--to", hop.to.description, "--plain", "--settle", "0"] + night.profile + Wizard.yes)
      client.requestStop()
      let report = try await written

      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == hop.to })
      #expect(report.isClean, "\(report.errors), lost \(report.lost), unverified \(report.unverified)")
      #expect(report.acknowledged > 100)
      try await night.proof.awaitReplicas(within: .seconds(30))
      #expect(try await night.proof.keys().allSatisfy(\.areEqual))

      let state = try night.journal().state
      #expect(state.ended?.kind == .done)
      #expect(state.facts.openLedger.isEmpty)
      #expect(state.handOvers.count == 3)
      let measure = try #require(state.measures.last)
      #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0)

      let again = try await night.run(["report", "--json", "--state-dir", night.state])
      #expect(again.output.contains(#""result":"done""#))
    }
  }

  @Test func withoutAnAnswerItStopsThereAndSaysWhich() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      let said = try await night.run(
        [night.target, "--to", "7.0.15", "--plain", "--answer", "start=yes", "--answer", "client-probe=no"]
          + night.profile)
      // Nothing has been changed yet: a refusal, not an interruption.
      #expect(said.code == 1, "\(said.output.suffix(800))")
      #expect(said.output.contains("--answer 'enable-upgrade-mode=yes'"))
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })
    }
  }
}
