// kill -9 of the wizard at seeded instants, then resume: it ends on the target, nothing is lost, nothing done twice.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A small generator, so that a failing seed can be played again.
struct Dice: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite(.serialized, .timeLimit(.minutes(30))) struct KillTests {
  /// How many seeds: `REDIS_UPGRADE_KILLS=first-last` for all records, by default a few.
  private static let seeds: [Int] = {
    let text = Host.environment["REDIS_UPGRADE_KILLS"] ?? "1-4"
    let ends = text.split(separator: "-").compactMap { Int($0) }
    return ends.count == 2 && ends[0] <= ends[1] ? Array(ends[0]...ends[1]) : [1]
  }()

  @Test(arguments: KillTests.seeds)
  func killedOnceOrMoreAndResumed(_ seed: Int) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 500
    try await withNight(request) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      var dice = Dice(state: UInt64(seed))
      let kills = seed % 4 == 0 ? 4 : 1
      var words = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes
      var after = 0
      for _ in 0..<kills {
        // The journal of such a run has some 230 records.
        after += Int.random(in: 1...(220 / kills), using: &dice)
        try await KillTests.kill(night, words, after: after)
        words = ["resume", "--plain", "--settle", "0", "--state-dir", night.state] + Wizard.yes
      }
      let isBegun = try RunCatalogue(night.state).runs().first?.read().isUnstarted == false
      if !isBegun {
        words = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes
      }
      let said = try await night.run(words)
      client.requestStop()
      let report = try await written

      #expect(said.code == 0, "seed \(seed), killed after \(after): \(said.output.suffix(1500)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 })
      #expect(report.isClean, "seed \(seed): \(report.errors), lost \(report.lost)")
      let reading = try #require(try RunCatalogue(night.state).runs().first).read()
      #expect(reading.state.facts.openLedger.isEmpty)
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [])
    }
  }

  /// Starts the program and kills it as soon as its journal has so many lines, or lets it end before.
  private static func kill(_ night: Night, _ words: [String], after lines: Int) async throws {
    let child = try ChildProcess.spawn(
      ChildCommand(Wizard.path, words, environment: .changed(["HOME": night.folder, "TERM": "dumb"])),
      streams: .files(input: nil, output: "\(night.folder)/killed.out", error: "\(night.folder)/killed.err"),
      newSession: true, on: night.loop)
    let deadline = night.loop.now + .seconds(120)
    while child.exitStatus == nil, night.loop.now < deadline {
      if let journal = try RunCatalogue(night.state).runs().first?.journal, let bytes = try? Files.read(journal),
        bytes.count(where: { $0 == UInt8(ascii: "\n") }) >= lines
      {
        break
      }
      try await night.loop.sleep(for: .milliseconds(1))
    }
    _ = try child.send(.kill)
    _ = await child.exit()
  }

  /// What must not stand in any journal: a start of a node that ran, a stop of a node whose stop was settled and that
  /// has not been started since.
  static func harm(in records: [Record]) -> [String] {
    var harm: [String] = []
    var isDown: Set<NodeID> = []
    for record in records {
      guard case .settled(let effect, .achieved) = record, case .node(let node) = effect.step.object else { continue }
      switch effect.step.verb {
      case .stop: if !isDown.insert(node).inserted { harm.append("stopped twice: \(node)") }
      case .start: if isDown.remove(node) == nil { harm.append("started twice: \(node)") }
      default: break
      }
    }
    return harm
  }
}
