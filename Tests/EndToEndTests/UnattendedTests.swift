// A run without a person at a question that nobody answered beforehand.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct UnattendedTests {
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
