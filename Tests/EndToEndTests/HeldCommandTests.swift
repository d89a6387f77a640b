// kill -9 of the wizard inside each command that runs on a host: the command ends by itself, and counts.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct HeldCommandTests {
  /// One command a node, in the order in which nodes are taken; whether it is over before the next wizard comes.
  private static let stages: [(stage: String, place: Int, verb: Verb, endsAlone: Bool)] = [
    ("before_node", Place.replica1, .beforeNode, true),
    ("stop", Place.replica2, .stop, false),
    ("install", Place.replica3, .install, true),
    ("start", Place.primary1, .start, false),
    ("after_node", Place.primary2, .afterNode, true),
    ("start", Place.primary3, .start, true),
  ]

  @Test func killedInsideEachCommand() async throws {
    try await withFaultyNight(isFull: true) { night in
      for held in Self.stages { try night.hold(held.stage, on: held.place) }
      var words = night.run()
      for held in Self.stages {
        let wizard = try night.night.start(words)
        try await night.wait(for: "\(held.stage) to be reached", within: .seconds(60)) {
          night.isHeld(held.stage, on: held.place)
        }
        _ = try wizard.send(.kill)
        #expect(await wizard.exit() == .signalled(9))
        words = night.resume()

        // Whoever holds the command is still there, and says so by the lock; no word of an end has been written.
        let output = try #require(try RunCatalogue(night.night.state).runs().first).output
        let node = try #require(
          try night.night.journal().state.setup?.nodes.first { $0.address == night.lab.nodes[held.place].address })
        let file = "\(output)/\(held.verb.rawValue)-\(node.id.text.prefix(12))-1"
        #expect(Files.exists("\(file).job") && !Files.exists("\(file).status"), "\(held.stage)")
        if held.endsAlone {
          try night.letGo(held.stage, on: held.place)
          try await night.wait(for: "\(held.stage) to end without a wizard") { Files.exists("\(file).status") }
        } else {
          // The next wizard comes while it still runs, and waits for it.
          let next = try night.night.start(words)
          try await night.wait(for: "the run to be resumed") {
            try night.night.journal().entries.last.map { if case .resumed = $0.record { true } else { false } } ?? false
          }
          #expect(next.exitStatus == nil)
          try night.letGo(held.stage, on: held.place)
          try await night.wait(for: "\(held.stage) to be settled") {
            try night.night.journal().entries.contains {
              if case .settled(let effect, .achieved) = $0.record {
                effect.step == StepKey(held.verb, .node(node.id))
              } else {
                false
              }
            }
          }
          _ = try next.send(.kill)
          _ = await next.exit()
        }
        let said = String(decoding: try Files.read("\(file).out"), as: UTF8.self)
        #expect(said.contains("the \(held.stage) begins") && said.contains("the \(held.stage) goes on"), "\(said)")
        #expect(String(decoding: try Files.read("\(file).status"), as: UTF8.self) == "exited 0 end\n")
      }
      try await night.expectDone(try await night.night.run(words))

      // Each was run once, was heard of by a later wizard, and what it said stands where the journal says.
      let reading = try night.night.journal()
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [])
      for held in Self.stages {
        let node = try #require(
          reading.state.setup?.nodes.first { $0.address == night.lab.nodes[held.place].address })
        let step = StepKey(held.verb, .node(node.id))
        #expect(reading.state.attempts[step] == 1, "\(held.stage)")
        let outcomes = reading.entries.compactMap { entry -> Outcome? in
          if case .outcome(let effect, let outcome) = entry.record, effect.step == step { outcome } else { nil }
        }
        #expect(outcomes.map(\.kind) == [.done], "\(held.stage)")
        let path = try #require(outcomes.first?.evidence["output"])
        #expect(String(decoding: try Files.read(path), as: UTF8.self).contains("the \(held.stage) goes on"))
      }
    }
  }
}
