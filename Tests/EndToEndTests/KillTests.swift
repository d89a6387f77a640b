// kill -9 of the wizard at chosen instants, then resume: it ends on the target, nothing is lost, nothing done twice.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime
import World

/// The instants at which one run is killed, each so many records after the last start of the wizard.
struct Kills: Sendable, CustomStringConvertible {
  var name: String
  var after: [Int]
  var description: String { "\(name), killed after \(after)" }
}

/// Two runs at a time, each with servers of its own: a run waits most of its time.
struct KillPair: Sendable, CustomTestStringConvertible {
  var runs: [Kills]
  var testDescription: String { runs.map(\.description).joined(separator: " | ") }
}

@Suite(.serialized, .timeLimit(.minutes(60))) struct KillTests {
  /// How many records the journal of an undisturbed run has; the last ones say how it ended.
  private static let records = 186

  /// `REDIS_UPGRADE_KILLS`: `all` kills after each record, one kill a run; `first-last` plays those seeds; by default
  /// twenty seeds, spread over the run, and two runs that are killed again and again.
  static let pairs: [KillPair] = {
    let text = Host.environment["REDIS_UPGRADE_KILLS"] ?? "1-20"
    let ends = text.split(separator: "-").compactMap { Int($0) }
    var runs: [Kills]
    if text == "all" {
      runs = (1...records).map { Kills(name: "record \($0)", after: [$0]) }
    } else {
      let seeds = ends.count == 2 && ends[0] <= ends[1] ? Array(ends[0]...ends[1]) : [1]
      runs = seeds.map { seed in
        var dice = Randomness(seed: UInt64(seed))
        // Each seed has its own twentieth of the run, so that twenty in a row meet all of it.
        let part = (seed - 1) % 20
        let range = (1 + part * records / 20)...((part + 1) * records / 20)
        return Kills(name: "seed \(seed)", after: [Int.random(in: range, using: &dice)])
      }
    }
    for seed in 1...2 {
      var dice = Randomness(seed: UInt64(1000 + seed))
      runs.append(
        Kills(name: "again and again \(seed)", after: (0..<5).map { _ in Int.random(in: 5...40, using: &dice) }))
    }
    return stride(from: 0, to: runs.count, by: 2).map { KillPair(runs: Array(runs[$0..<min($0 + 2, runs.count)])) }
  }()

  @Test(arguments: KillTests.pairs)
  func killedAndResumed(_ pair: KillPair) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for kills in pair.runs { group.addTask { try await KillTests.play(kills) } }
      try await group.waitForAll()
    }
  }

  private static func play(_ kills: Kills) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 500
    try await withNight(request) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let begin = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.profile + Wizard.yes
      try await night.isKilled(at: kills.after, begin: begin)
      let said = try await night.run(night.next(after: begin))
      client.requestStop()
      let report = try await written

      #expect(said.code == 0, "\(kills): \(said.output.suffix(1500)) \(said.errors)")
      #expect(try await night.proof.releases().values.allSatisfy { $0 == .redis70 }, "\(kills)")
      #expect(report.isClean, "\(kills): \(report.errors), lost \(report.lost)")
      #expect(try await night.proof.keys().allSatisfy(\.areEqual), "\(kills)")
      let reading = try #require(try RunCatalogue(night.state).runs().first).read()
      #expect(reading.state.ended?.kind == .done, "\(kills)")
      #expect(reading.state.facts.openLedger.isEmpty, "\(kills)")
      #expect(reading.state.handOvers.count == 3, "\(kills)")
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [], "\(kills)")
    }
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

extension Night {
  /// Starts the program, its output into files, to be killed.
  func start(_ words: [String], environment: [String: String?] = [:]) throws -> ChildProcess {
    try ChildProcess.spawn(
      ChildCommand(
        Wizard.path, words,
        environment: .changed((["HOME": folder, "TERM": "dumb"] as [String: String?]).merging(environment) { $1 })),
      streams: .files(input: nil, output: "\(folder)/killed.out", error: "\(folder)/killed.err"), newSession: true,
      on: loop)
  }

  /// Waits until the journal has so many records more than now, or its wizard has ended.
  func awaitRecords(_ count: Int, of wizard: ChildProcess, within bound: Duration = .seconds(120)) async throws {
    let wanted = try recordCount() + count
    let deadline = loop.now + bound
    while wizard.exitStatus == nil, loop.now < deadline, try recordCount() < wanted {
      try await loop.sleep(for: .milliseconds(1))
    }
  }

  private func recordCount() throws -> Int {
    guard let journal = try RunCatalogue(state).runs().first?.journal, let bytes = try? Files.read(journal) else {
      return 0
    }
    return bytes.count { $0 == UInt8(ascii: "\n") }
  }
}
