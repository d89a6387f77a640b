// The main job between every pair of releases that it is promised for.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// One way from a release to another.
struct Hop: Sendable, CustomTestStringConvertible {
  var from: Release
  var to: Release
  var host = LabRequest.usualHost
  /// Servers that come from suites whose versions change: not for a run that has to say the same each day.
  var isDrifting = false

  var testDescription: String { "\(from) -> \(to)\(host == LabRequest.usualHost ? "" : " over \(host)")" }

  /// What `REDIS_UPGRADE_MATRIX=all` runs, and otherwise all but what drifts.
  static let all = [
    Hop(from: .redis60, to: .redis62),
    Hop(from: .redis62, to: .redis70),
    Hop(from: .redis70, to: .redis80),
    Hop(from: .redis70, to: .valkey81),
    Hop(from: .redis62, to: .redis70, host: "::1"),
    Hop(from: .redis62, to: Release(.valkey, Version(8, 0, 1)), isDrifting: true),
    Hop(from: .valkey81, to: Release(.valkey, Version(9, 1, 2)), isDrifting: true),
    Hop(from: .redis80, to: Release(.redis, Version(8, 0, 6)), isDrifting: true),
  ]

  static var wanted: [Hop] {
    Host.environment["REDIS_UPGRADE_MATRIX"] == "all" ? all : all.filter { !$0.isDrifting }
  }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct MatrixTests {
  @Test(arguments: Hop.wanted) func sixNodesUnderAWritingClient(_ hop: Hop) async throws {
    var request = TrainingLab.LabRequest(from: hop.from, to: hop.to)
    request.host = hop.host
    request.keysPerShard = 2000
    try await withNight(request) { night in
      let job = try await night.mainJob(
        [night.target, "--to", hop.to.description, "--plain", "--settle", "0"] + night.profile, to: hop.to)
      let again = try await night.run(["report", "--json", "--state-dir", night.state])
      #expect(again.output.contains(#""result":"done""#))
      print(
        "\(hop.testDescription): \(job.state.handOvers.count) hand-overs, longest stall of a foreign client "
          + "\(Int(job.longestStall.rounded())) ms, \(job.written.errors.values.reduce(0, +)) errors, \(job.written.lost) lost of "
          + "\(job.written.acknowledged) writes")
    }
  }
}
