// One terminal drives, others look on: through a kill and a resume, to the same end; and servers that see only reads.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct WatchTests {
  @Test func aRunThatIsKilledAndResumedIsWatchedToItsEnd() async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 100
    try await withNight(request) { night in
      let words = [Wizard.path, "watch", night.target, "--state-dir", night.state]
      try await Console.with(words, columns: 120, rows: 40, on: night.loop) { console in
        try await console.wait("health without a run") {
          $0.contains("[Health]  no run is followed") && $0.contains("6/6 up")
            && $0.contains("[ok] replica-in-sync (3)")
        }
        // A watcher does not hinder the start of a run.
        let begin = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes
        let wizard = try night.start(begin)
        try await console.wait("the run") { $0.contains("WATCHING") && $0.contains("[3 Nodes") }
        let journal = try #require(try RunCatalogue(night.state).runs().first)
        async let lines = night.run(["watch", journal.id.text, "--plain", "--state-dir", night.state])
        // On a busy machine the first may be missed.
        try await console.wait("a node to be done") { picture in
          (1...4).contains { picture.contains("[3 Nodes \($0)/6]") }
        }

        try await console.press("p")
        try await console.wait(for: "read-only: the run is held where it is driven.")
        _ = try wizard.send(.kill)
        _ = await wizard.exit()
        let left = try await console.wait(for: "Nobody drives this run")
        #expect(left.contains("NOT DRIVEN") && left.contains("Last record "), "\(left)")

        let said = try await night.run(["resume", "--plain", "--state-dir", night.state] + Wizard.yes)
        #expect(said.code == 0, "\(said.output.suffix(1500)) \(said.errors)")
        let end = try await console.wait("the end") { $0.contains("[5 Report ok]") && $0.contains("with code 0") }
        #expect(end.contains("OK   Left over"), "\(end)")

        // What the watcher ends with is the report, to the letter.
        let watched = try await lines
        let report = try await night.run(["report", "--state-dir", night.state]).output
        #expect(watched.code == 0 && report.hasPrefix("Result: done."))
        #expect(watched.output.contains(report), "\(watched.output.suffix(2500))\nis not\n\(report)")
        for sentence in ["nobody drives the run now: ", "run resumed by ", "hand over s3"] {
          #expect(watched.output.contains(sentence), "\(sentence)")
        }
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
    }
  }
}
