// The main job of a night, and the proof of it: everything on the target, nothing lost, nobody has seen an error.

import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// What one upgrade under a writing client came to.
struct MainJob {
  var said: Said
  var written: WritingReport
  var state: State

  /// The longest time that the foreign client had to wait for an acknowledgement, milliseconds.
  var longestStall: Double { written.shards.map(\.longestStall).max() ?? 0 }
}

extension Night {
  /// Upgrades the lab without a person while a client writes that never retries, and expects all of it to be well.
  ///
  /// - Parameters:
  ///   - words: the command line up to the answers.
  ///   - handOvers: how many of them there are; nil: one for each shard.
  func mainJob(_ words: [String], to release: Release, handOvers: Int? = nil) async throws -> MainJob {
    var writing = WritingRequest(seeds: lab.addresses, prefix: "foreign")
    writing.login = login
    let client = WritingClient(writing, on: loop)
    async let written = client.run()
    let said = try await run(words + Wizard.yes)
    client.requestStop()
    let report = try await written

    #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
    #expect(try await proof.releases().values.allSatisfy { $0 == release })
    #expect(report.isClean, "\(report.errors), lost \(report.lost), unverified \(report.unverified)")
    #expect(report.acknowledged > 100)
    try await proof.awaitReplicas(within: .seconds(30))
    #expect(try await proof.keys().allSatisfy(\.areEqual))

    let state = try journal().state
    #expect(state.ended?.kind == .done)
    #expect(state.facts.openLedger.isEmpty)
    #expect(state.handOvers.count == handOvers ?? Set(lab.nodes.map(\.shard)).count)
    let measure = try #require(state.measures.last)
    #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0)
    return MainJob(said: said, written: report, state: state)
  }
}
