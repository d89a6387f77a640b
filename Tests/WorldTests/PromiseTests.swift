// What holds in every world, whatever its seed brings, and however the wizard dies.

import Testing
import UpgradeCore
import World

@Suite struct PromiseTests {
  /// Small cases, so that all processors have something to do. A thousand take the optimised
  /// runner: `swift run -c release upgrade-world 1 1000`.
  static let handfuls: [ClosedRange<UInt64>] = stride(from: 1001, through: 1037, by: 4).map { $0...($0 + 3) }

  @Test("no promise is broken in forty worlds", arguments: handfuls)
  func everyWorld(_ seeds: ClosedRange<UInt64>) {
    for seed in seeds {
      let result = World(.drawn(seed)).run()
      #expect(result.violations.isEmpty, "seed \(seed): \(result.story)")
      #expect(result.ending != nil, "seed \(seed) has no end: \(result.story)")
    }
  }

  /// A calm run of a small cluster writes its journal about a hundred times: it dies at each of these writes once.
  static let deaths: [(write: Int, how: Scenario.Kill)] = (1...120).map { write in
    let ways = Scenario.Kill.allCases
    return (write, ways[write % ways.count])
  }

  @Test("killed at any write of the journal, it ends the same", arguments: deaths)
  func everyDeath(_ write: Int, _ how: Scenario.Kill) {
    var scenario = Scenario(seed: 4711)
    scenario.replicas = [1, 1]
    scenario.keepsBytes = write % 4 == 0
    scenario.kill = (write, how)
    let result = World(scenario).run()
    #expect(result.violations.isEmpty, "killed at write \(write) (\(how.rawValue)): \(result.story)")
    #expect(result.ending?.kind == .done, "killed at write \(write) (\(how.rawValue)): \(result.story)")
    #expect(result.lost.isEmpty, "killed at write \(write): \(result.story)")
  }

  /// The same where two nodes of different shards share a host and its installation.
  @Test("killed at any write on shared hosts, it ends the same", arguments: deaths)
  func everyDeathOnSharedHosts(_ write: Int, _ how: Scenario.Kill) {
    var scenario = Scenario(seed: 4712 + UInt64(write % 4))
    scenario.replicas = [1, 1]
    scenario.share()
    scenario.kill = (write, how)
    let result = World(scenario).run()
    #expect(result.violations.isEmpty, "killed at write \(write) (\(how.rawValue)): \(result.story)")
    #expect(result.ending?.kind == .done, "killed at write \(write) (\(how.rawValue)): \(result.story)")
    #expect(result.lost.isEmpty, "killed at write \(write): \(result.story)")
  }

  @Test("calm worlds with shared hosts do what was planned", arguments: 1...8 as ClosedRange<UInt64>)
  func sharedHosts(_ seed: UInt64) {
    for replicas in [[1, 1, 1], [2, 1, 1], [2, 2, 2], [1, 1]] {
      var scenario = Scenario(seed: seed)
      scenario.replicas = replicas
      scenario.share()
      let result = World(scenario).run()
      #expect(result.violations.isEmpty, "\(replicas), seed \(seed): \(result.story)")
      #expect(result.ending?.kind == .done, "\(replicas), seed \(seed): \(result.story)")
    }
  }

  /// A protection that is taken away, and the worlds in which that has to show.
  static let mutations: [(mutation: Mutation, kill: Scenario.Kill?, breaks: String)] = [
    (.noDrain, nil, "clients saw errors"),
    (.forgottenFlight, .afterEffects, "while"),
    (.lyingDisk, .afterEffects, "is changed without an entry in the ledger"),
  ]

  @Test("without a protection its promise is seen to break", arguments: mutations)
  func everyProtection(_ mutation: Mutation, _ kill: Scenario.Kill?, _ breaks: String) {
    var stories: [String] = []
    // The calm world, and where the protection is about dying: killed at each of its first writes.
    for number in 1...40 {
      var scenario = Scenario(seed: kill == nil ? UInt64(number) : 4711)
      scenario.replicas = [1, 1]
      scenario.mutation = mutation
      scenario.kill = kill.map { (number, $0) }
      stories += World(scenario).run().violations
      if stories.contains(where: { $0.contains(breaks) }) { return }
    }
    Issue.record("\(mutation.rawValue) broke nothing that says \(breaks): \(stories.prefix(5))")
  }

  /// Seeds whose worlds need the gates, each node with software of its own.
  @Test("without gates what others do is run into", arguments: [231, 482] as [UInt64])
  func withoutGates(_ seed: UInt64) {
    var scenario = Scenario.drawn(seed)
    (scenario.sharesHosts, scenario.startsItself) = (false, false)
    #expect(World(scenario).run().violations == [])
    scenario.mutation = .noGates
    #expect(!World(scenario).run().violations.isEmpty)
  }

  @Test(
    "a role that a rival moved at the last moment is seen right before the stop",
    arguments: [[], [.stop]] as [[Site.Stage]])
  func roleRightBefore(_ stages: [Site.Stage]) {
    var scenario = Scenario(seed: 7)
    scenario.hasRival = true
    scenario.stages += stages
    let guarded = World(scenario).run()
    #expect(guarded.violations == [])
    #expect(guarded.ending?.kind == .done, "\(guarded.story)")
    scenario.mutation = .noIdentity
    #expect(World(scenario).run().violations.contains { $0.contains("is stopped while it is primary") })
  }

  @Test("a world is what its seed makes of it, to the byte", arguments: [3, 17, 40, 91] as [UInt64])
  func determinism(_ seed: UInt64) {
    var scenario = Scenario.drawn(seed)
    scenario.keepsBytes = true
    let once = World(scenario).run()
    let again = World(scenario).run()
    #expect(!once.journal.isEmpty)
    #expect(once.journal == again.journal)
    #expect(once.events == again.events)
  }
}

extension RunResult {
  /// What went wrong, and how to see all of it.
  var story: String {
    let rest = violations.count > 3 ? ["and \(violations.count - 3) more"] : []
    return (violations.prefix(3) + rest).joined(separator: "; ")
      + " (swift run upgrade-world \(scenario.seed) --log)"
  }
}
