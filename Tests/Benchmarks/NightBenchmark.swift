// A whole upgrade by the program against the bare loop, on the same kind of cluster, in the same run, in turn.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// Overhead a node, stalls of a foreign client, its errors and lost writes.
struct NightBenchmark {
  let loop: EventLoop
  let program: String
  let rounds: Int

  private struct Measure {
    var seconds: [Double] = []
    var stalls: [Double] = []
    var errors = 0
    var lost = 0
  }

  func run() async throws {
    var ours = Measure()
    var bare = Measure()
    for round in 1...rounds {
      try await night(&bare) { lab in
        try await BareLoop(
          loop: loop, lab: lab, profile: try Profile.load(lab.profilePath), to: Release(.redis, Version(7, 0, 15))
        ).run()
      }
      try await night(&ours) { lab in try await upgrade(lab) }
      print(
        "round \(round): bare \(text(bare.seconds.last)) s, ours \(text(ours.seconds.last)) s "
          + "from the first stop to the last node in sync")
    }
    let overhead = (median(ours.seconds) - median(bare.seconds)) / 6 * 1000
    print("overhead a node: \(Int(overhead)) ms (medians of \(rounds); target: at most 150 ms)")
    print(
      "stall of a hand-over, ms: bare p50 \(text(median(bare.stalls))) second-worst \(text(second(bare.stalls))), "
        + "ours p50 \(text(median(ours.stalls))) second-worst \(text(second(ours.stalls))) over \(ours.stalls.count) each; "
        + "ratio p50 \(text(median(ours.stalls) / median(bare.stalls))) (at most 1.2), "
        + "second-worst \(text(second(ours.stalls) / second(bare.stalls))) (at most 1.5)")
    print("all stalls, bare: \(bare.stalls.sorted().map { text($0) }.joined(separator: " "))")
    print("all stalls, ours: \(ours.stalls.sorted().map { text($0) }.joined(separator: " "))")
    print(
      "a client that never retries: bare \(bare.errors) errors, \(bare.lost) lost; "
        + "ours \(ours.errors) errors, \(ours.lost) lost")
  }

  private func night(_ measure: inout Measure, _ upgrade: (RunningLab) async throws -> Double) async throws {
    var request = TrainingLab.LabRequest(
      from: Release(.redis, Version(6, 2, 14)), to: Release(.redis, Version(7, 0, 15)))
    request.keysPerShard = 20_000
    let lab = try await Lab(on: loop).up(request)
    let client = WritingClient(WritingRequest(seeds: lab.addresses, prefix: "bench"), on: loop)
    async let written = client.run()
    do {
      measure.seconds.append(try await upgrade(lab))
      client.requestStop()
      let report = try await written
      measure.stalls += report.shards.map { $0.longestStall }
      measure.errors += report.errorCount
      measure.lost += report.lost
      try await lab.down()
    } catch {
      client.requestStop()
      _ = try? await written
      try? await lab.down()
      throw error
    }
  }

  /// Backups are taken before the first stop, and so are not counted.
  private func upgrade(_ lab: RunningLab) async throws -> Double {
    let state = "\(lab.directory)-state"
    defer { try? Files.removeTree(state) }
    var words = [lab.target, "--to", "7.0.15", "--plain", "--settle", "0", "--state-dir", state]
    words += ["--profile", lab.profilePath] + QuestionKind.allCases.flatMap { ["--answer", "\($0.rawValue)=yes"] }
    let outcome = try await ChildProcess.run(
      ChildCommand(program, words, environment: .changed(["TERM": "dumb"])), on: loop, within: .seconds(300))
    guard outcome.status.isSuccess else {
      throw BareLoop.Problem(description: String(decoding: outcome.output.suffix(1500), as: UTF8.self))
    }
    guard let run = try RunCatalogue(state).runs().first else { throw BareLoop.Problem(description: "no run was kept") }
    let entries = try run.read().entries
    let first = entries.first {
      if case .intent(let effect, _, _, _) = $0.record { effect.step.verb == .stop } else { false }
    }
    let last = entries.last {
      if case .settled(let effect, _) = $0.record { effect.step.verb == .rejoin } else { false }
    }
    guard let first, let last else { throw BareLoop.Problem(description: "no stop and no rejoin in the journal") }
    return Double(last.at.milliseconds - first.at.milliseconds) / 1000
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  private func second(_ values: [Double]) -> Double { values.sorted().dropLast().last ?? 0 }

  private func text(_ value: Double?) -> String {
    guard let value else { return "-" }
    let hundredths = Int((value * 100) + 0.5)
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
}
