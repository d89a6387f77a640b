// What goes wrong outside of clusters, on real servers: what the wizard says, and the way out.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct ReplicationFaultTests {
  /// The wizard died, and a hand-over is under way that never ends: the old primary cannot log in at the new one, so that
  /// nobody is primary. Whoever resumes calls it off, and the old primary serves again.
  @Test func aHandOverThatNeverEndsIsCalledOff() async throws {
    let password = "right"
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])
    request.password = password
    try await withReplication(request) { night in
      let (old, new) = (night.lab.addresses[0], night.lab.addresses[1])
      let login = ["REDISCLI_AUTH": password]
      let words = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.site + Wizard.yes
      let wizard = try night.night.start(words, environment: login)
      let deadline = night.loop.now + .seconds(60)
      while night.loop.now < deadline, try !night.isHandingOver() { try await night.loop.sleep(for: .milliseconds(1)) }
      _ = try wizard.send(.kill)
      #expect(await wizard.exit() == .signalled(9))
      func send(_ words: [String], _ address: Address) async throws -> ForeignReply {
        try await night.send(words, to: address, password: password)
      }
      // Killed as it had just begun, or a moment later: the roles may have changed.
      let primary = try #require(try await night.primaries(password: password).first)
      guard primary == old else {
        Issue.record("it was too quick: the hand-over is done")
        return
      }
      _ = try await send(["CONFIG", "SET", "masterauth", "wrong"], old)
      _ = try await send(["FAILOVER", "TO", new.host, String(new.port), "TIMEOUT", "5000"], old)
      while night.loop.now < deadline, try await !night.primaries(password: password).isEmpty {
        try await night.loop.sleep(for: .milliseconds(5))
      }
      let stuck = ServerInfo(try await send(["INFO", "replication"], old).text ?? "")
      #expect(stuck["master_failover_state"] == "failover-in-progress")

      // Nobody is there to choose: it is called off all the same, since it was ours.
      let resume = ["resume", "--plain", "--state-dir", night.night.state]
      let alone = try await night.run(resume + Wizard.yes, password: password)
      #expect(alone.code == 3, "\(alone.output.suffix(1500))")
      #expect(alone.output.contains("follow \(old): done, read back"), "\(alone.output.suffix(1500))")
      // Only then it stops, for what clients could not write meanwhile.
      #expect(alone.output.contains("STOPPED error-budget on the replication"), "\(alone.output.suffix(1500))")
      #expect(try await night.primaries(password: password) == [old])

      // Its password is set, and the hand-over is done once more.
      _ = try await send(["CONFIG", "SET", "masterauth", password], old)
      let said = try await night.run(resume + Wizard.yes, password: password)
      #expect(said.code == 0, "\(said.output.suffix(2000))")
      #expect(try await night.primaries(password: password) == [new])
      #expect(try await night.proof(password: password).releases().values.allSatisfy { $0 == .redis70 })
    }
  }

  /// The only candidate is frozen when its turn comes: nothing is handed to it, and nothing was sent. Once it goes on
  /// so does the run; nothing is lost.
  @Test func nothingIsHandedToAFrozenCandidate() async throws {
    try await withReplication(TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0])) { night in
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let answers = QuestionKind.allCases.filter { $0 != .firstPromotion }
        .flatMap { ["--answer", "\($0.rawValue)=yes"] }
      let words = [night.target, "--to", "7.0.15", "--plain", "--settle", "0"] + night.site + answers
      try await night.night.withPerson(words) { person in
        try await person.reads("Question first-promotion:")
        let frozen = try #require(night.lab.processes(of: night.lab.nodes[1]).first)
        _ = try frozen.send(.stop)
        defer { _ = try? frozen.send(.continued) }
        try await person.types("yes")
        let text = try await person.meets("step-failed")
        #expect(text.contains("one side could not be read right before the command"), "\(text)")
        #expect(text.contains("3 (stopped, resumable, every shard served)"), "\(text)")
        _ = try frozen.send(.continued)
        #expect(try await night.primaries() == [night.lab.addresses[0]])
        try await person.chooses("retry")
        let said = try await person.end()
        #expect(said.code == 0, "\(said.output.suffix(2000))")
      }
      client.requestStop()
      let report = try await written
      #expect(report.isCleanOutsideClusters, "\(report.errors), lost \(report.lost)")
      #expect(try night.state().handOvers.count == 1)
    }
  }
}

extension ReplicationNight {
  /// Whether the journal has the intent of a hand-over and not its end.
  func isHandingOver() throws -> Bool {
    let entries = try? RunCatalogue(night.state).runs().first?.read().entries
    return (entries ?? []).contains { entry in
      if case .intent(let effect, _, _, _) = entry.record { effect.step.verb == .handOver } else { false }
    }
  }
}
