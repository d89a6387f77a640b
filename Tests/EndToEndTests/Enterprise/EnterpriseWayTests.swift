// The same night in other ways: by keys on a terminal, over a real sshd, over several versions of the old dialect.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct EnterpriseWayTests {
  /// Everything by keys, at the smallest size; the installer's own questions among them.
  @Test func byKeysAtATerminal() async throws {
    try await withEnterpriseNight { night in
      let words = [Wizard.path] + night.beginOnScreen
      try await Console.with(
        words, columns: 80, rows: 24, environment: ["HOME": night.night.folder], on: night.night.loop
      ) { console in
        try await console.passChecks()
        // All but what nothing keeps: that one is in the way of itself.
        var asked: [String] = []
        var last: Asked?
        while !asked.contains(where: { $0.hasSuffix("<outage catalog>") }) {
          let next = try #require(try await console.nextQuestion(after: last))
          asked.append(next.description)
          try await console.agree(to: next)
          last = next
        }
        let stopped = try await console.wait("the database that nothing keeps") {
          $0.contains("STOPPED  gate-not-met  on cache") && !$0.contains("(wait)")
        }
        #expect(stopped.contains("3  Leave cache as it is"), "\(stopped)")
        try await console.press("5")
        try await console.wait("the dialog") { $0.contains("Set database-protected aside") && $0.contains("(wait)") }
        try await console.wait("it to take words") { $0.asked?.isArmed == true }
        try await console.type("override database-protected")
        try await console.wait("the words in the field") { $0.contains(">  override database-protected") }
        try await console.press("Enter")
        try await console.wait("it to go on") { !$0.isStopped }
        let loss = try #require(try await console.nextQuestion())
        #expect(loss.word == "lose cache", "\(loss)")
        try await console.agree(to: loss)
        #expect(try await console.nextQuestion(after: loss) == nil)
        #expect(
          asked.contains { $0.contains("Do you want to enable upgrade mode now [Y/N]?") }
            && asked.contains { $0.hasSuffix("<outage node:1>") } && asked.contains { $0.hasSuffix("<sessions>") },
          "\(asked)")
        // Start, test keys, a node and its two questions for each of three, three databases.
        #expect(asked.count == 2 + 9 + 3, "\(asked)")
        try await console.press("q")
        #expect(try await console.exitCode() == 0)
      }
      try night.expectUpgraded(databases: [1: "7.4", 2: "7.4", 3: "7.4", 4: "7.4"])
    }
  }

  /// Programs, installers and their questions on hosts that are reached by ssh alone.
  @Test func overSSH() async throws {
    try await withEnterpriseNight { night in
      try await SSHServer.during(in: "\(night.night.folder)/ssh", on: night.night.loop) { server in
        let local = String(decoding: try Files.read(night.night.lab.profilePath), as: UTF8.self)
        // All three nodes live on the host that this sshd stands for.
        let remote = local.replacing(
          "reach: local",
          with: """
            reach: ssh
            ssh: { options: ["-F", "\(server.configuration)"] }
            hosts: { 127.0.0.2: 127.0.0.1, 127.0.0.3: 127.0.0.1 }
            """)
        let profile = "\(night.night.folder)/ssh.yaml"
        try Files.writeAtomically(profile, Array(remote.utf8))
        let words = [
          "enterprise://127.0.0.1", "--to", EnterpriseNight.new, "--settle", "0", "--plain", "--profile", profile,
          "--state-dir", night.night.state,
        ]
        let said = try await night.night.run(words + EnterpriseNight.yes)
        // Nobody may lose data beforehand: that database is left alone, and said.
        #expect(said.code == 3, "\(said.output.suffix(3000)) \(said.errors)")
        #expect(said.output.contains("STOPPED gate-not-met on cache"))
      }
      try night.expectUpgraded(databases: [1: "7.4", 2: "7.4", 3: "7.4", 4: "7.2"])
      for node in 1...3 { #expect(try night.installations(on: node) == 1) }
    }
  }

  /// 4.5 to 5.2 and on to 5.4, a run for each hop, with exactly the two questions of upgrade mode on each node.
  @Test func overSeveralVersionsOfTheOldDialect() async throws {
    try await withEnterpriseNight { request in
      request.from = Simulator.Version(4, 5, 0, build: 22)
      request.to = Simulator.Version(5, 2, 0, build: 14)
      request.databases.removeAll { $0.name == "cache" }
    } _: { night in
      for (hop, version) in ["5.2.0-14", "5.4.0-19"].enumerated() {
        if hop > 0, let next = Simulator.Version(version) {
          try await EnterpriseLab(on: night.night.loop).bring(next, to: night.store.folder, program: Wizard.path)
        }
        let state = "\(night.night.folder)/state-\(hop)"
        let said = try await night.night.run(
          ["enterprise://127.0.0.1", "--to", version, "--settle", "0", "--plain", "--state-dir", state]
            + Array(night.night.profile.prefix(2)) + EnterpriseNight.yes)
        #expect(said.code == 0, "\(version): \(said.output.suffix(3000)) \(said.errors)")
        let run = try #require(try RunCatalogue(state).runs().first)
        let asked = try run.read().entries.compactMap { entry -> QuestionKind? in
          guard case .asked(let question) = entry.record, question.isOfCommand else { return nil }
          return question.name.kind
        }
        #expect(asked == (0..<3).flatMap { _ in [.enableUpgradeMode, .disableUpgradeMode] })
      }
      #expect(try night.cluster.nodes.allSatisfy { $0.version.description == "5.4.0-19" })
    }
  }

  /// Who only looks on sees the cluster and what its clients feel, and follows the run that somebody begins. The
  /// lines come first: a cluster whose wizard was killed is between two states, and says no line twice.
  @Test func watched() async throws {
    try await withEnterpriseNight { night in
      let words = ["watch", "enterprise://127.0.0.1", "--state-dir", night.night.state] + night.night.profile.prefix(2)
      try await night.night.withPerson(words + ["--plain"]) { person in
        try await person.reads("node:1 127.0.0.1 primary node 7.")
        try await person.reads("db:4 cache active Redis 7.2")
        try await person.reads("all 3 of 3 nodes OK, 4 of 4 databases active")
        #expect(try await person.isStruck(by: .interrupt) == .exited(0))
      }
      try await Console.with(
        [Wizard.path] + words, columns: 80, rows: 24, environment: ["HOME": night.night.folder], on: night.night.loop
      ) { console in
        try await console.wait("clients without a run") {
          $0.contains("[Health]  no run is followed") && $0.contains("databases 4/4 active")
            && $0.contains("cache  active  max gap ")
        }
        let wizard = try night.night.start(night.begin + EnterpriseNight.yes)
        try await console.wait("the run") { $0.contains("WATCHING") && $0.contains("[3 Nodes") }
        _ = try wizard.send(.kill)
        _ = await wizard.exit()
        try await console.wait("that nobody drives it") { $0.contains("NOT DRIVEN") }
      }
    }
  }
}
