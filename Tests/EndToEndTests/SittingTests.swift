// A run in several sittings on real servers: a window that is too short, the replicas alone, the primaries later.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SittingTests {
  @Test func theReplicasTonightAndThePrimariesTomorrow() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 500
    try await withNight(request) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let begin = [night.target, "--to", "7.0.15", "--plain", "--settle", "0", "--profile", night.lab.profilePath]

      // Less than the two minutes that a first node is expected to take, and never so little that it passes meanwhile.
      let clock = try await ChildProcess.run(
        .shell("if test $(date +%-S) -lt 40; then date -d '+1 min' +%H:%M; else date -d '+2 min' +%H:%M; fi"),
        on: night.loop, within: .seconds(10))
      let soon = String(decoding: clock.output.prefix(5), as: UTF8.self)
      let short = try await night.run(
        begin + ["--not-after", soon, "--state-dir", "\(night.folder)/other"] + Wizard.yes)
      #expect(short.code == 1, "\(short.output.suffix(2000)) \(short.errors)")
      #expect(short.output.contains("The window ends at \(soon), in "), "\(short.output.suffix(2000))")
      #expect(short.output.contains("Nothing was changed."))
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis62 })

      let tonight = try await night.run(begin + ["--only", "replicas", "--state-dir", night.state] + Wizard.yes)
      #expect(tonight.code == 3, "\(tonight.output.suffix(2000)) \(tonight.errors)")
      #expect(
        tonight.output.contains(
          "Stopped (replicas-done): The replicas are done. 3 of 6 nodes run Redis 7.0.15. The primaries wait."),
        "\(tonight.output.suffix(2000))")
      #expect(try await night.proof.releases().values.count { $0 == .redis70 } == 3)
      let between = try night.journal().state
      #expect(between.facts.openLedger.isEmpty && between.handOvers.isEmpty)

      // As if somebody had resumed it last night until two o'clock, and the host had gone down.
      let directory = try #require(try RunCatalogue(night.state).runs().first)
      let nobody = WizardIdentity(host: "jump1", user: "anna", processID: 1, version: "1")
      try await directory.goOn(night.journal()).append(
        [.resumed(by: nobody, Adjustment(window: Window(until: 1, text: "02:00")))],
        at: WallTime(milliseconds: WallClock.milliseconds))
      let late = try await night.run(["resume", "--plain", "--state-dir", night.state] + Wizard.yes)
      #expect(late.code == 1)
      #expect(late.errors.contains("The window of this run ended at 02:00."), "\(late.errors)")

      let tomorrow = try await night.run(
        ["resume", "--not-after", "none", "--plain", "--state-dir", night.state] + Wizard.yes)
      #expect(tomorrow.code == 0, "\(tomorrow.output.suffix(2000)) \(tomorrow.errors)")
      client.requestStop()
      let report = try await written
      #expect(report.isClean, "\(report.errors), lost \(report.lost)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      try await night.proof.awaitReplicas(within: .seconds(30))
      #expect(try await night.proof.keys().allSatisfy(\.areEqual))
      let state = try night.journal().state
      #expect(state.ended?.kind == .done && state.handOvers.count == 3 && state.facts.openLedger.isEmpty)
    }
  }
}
