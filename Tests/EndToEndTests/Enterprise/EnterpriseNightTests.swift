// The in-place upgrade of a simulated cluster of Redis Enterprise Software by the real program: a person, nobody, faults.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(20))) struct EnterpriseNightTests {
  /// Every question of the program and of its installers, answered by somebody who reads them.
  @Test func aPersonUpgradesAClusterAndItsDatabases() async throws {
    try await withEnterpriseNight { night in
      for database in 1...4 { try await night.fill(database, keys: 40) }
      // Somebody had chosen it: it does not move with the cluster.
      try await night.store.change { $0.policy.defaultVersion = "6.2" }
      try await night.night.withPerson(night.begin) { person in
        try await person.begins(probing: true)
        for number in 1...3 {
          try await person.answers("upgrade-node:node:\(number)", "outage node:\(number)")
          try await person.answers("enable-upgrade-mode")
          try await person.answers("disable-upgrade-mode")
        }
        try await person.answers("default-version")
        try await person.answers("upgrade-database:sessions", "sessions")
        try await person.answers("upgrade-database:orders", "outage orders")
        try await person.answers("upgrade-database:catalog", "no")
        // What would lose all of its data is in the way of itself, until somebody says both.
        let said = try await person.meets("gate-not-met")
        #expect(said.contains("neither a replica nor a file"))
        try await person.types("override")
        try await person.reads("type override database-protected, or no: ")
        try await person.types("override database-protected")
        try await person.answers("upgrade-database:cache", "lose cache")
        let end = try await person.end()
        #expect(end.code == 0, "\(end.output.suffix(3000))")
        #expect(end.output.contains("3 of 3 nodes run Redis Enterprise 7.22.0-250"))
        #expect(end.output.contains("left as you wanted it"))
        #expect(end.output.contains("Database orders: active, Redis 7.2 -> Redis 7.4, 40 keys (40 before)"))
        #expect(end.output.contains("Database cache: active, Redis 7.2 -> Redis 7.4, 0 keys (40 before)"))
      }
      try night.expectUpgraded(databases: [1: "7.4", 2: "7.4", 3: "7.2", 4: "7.4"])
      for node in 1...3 { #expect(try night.installations(on: node) == 1) }
      try await night.expectFelt()
    }
  }

  /// Nobody is there: all goes as far as may be agreed to beforehand, and a person does the rest.
  @Test func nobodyLosesDataBeforehand() async throws {
    try await withEnterpriseNight { night in
      let said = try await night.night.run(night.begin + EnterpriseNight.yes)
      #expect(said.code == 3, "\(said.output.suffix(3000)) \(said.errors)")
      #expect(said.output.contains("STOPPED gate-not-met on cache"))
      try night.expectUpgraded(databases: [1: "7.4", 2: "7.4", 3: "7.4", 4: "7.2"])
      try await night.night.withPerson(night.resume) { person in
        _ = try await person.meets("gate-not-met")
        try await person.chooses("wind-down")
        let end = try await person.end()
        #expect(end.code == 3, "\(end.output.suffix(2000))")
      }
      try night.expectUpgraded(databases: [4: "7.2"])
    }
  }

  // MARK: - The wizard dies

  /// The installer waits at its prompt while nobody is there, and whoever comes back is asked.
  @Test(arguments: [0, 1, 2, 3]) func killedWhileTheInstallerRuns(_ place: Int) async throws {
    try await withEnterpriseNight { night in
      let person = try Person(night.begin, folder: night.night.folder, on: night.night.loop)
      do {
        try await person.begins()
        try await person.answers("upgrade-node:node:1", "outage node:1")
        // At its question, in the middle of its work, when it asks for the last time, or between two nodes.
        try await person.reads("Question enable-upgrade-mode:")
        if place > 0 {
          try await person.reads(" or pause: ")
          try await person.types("yes")
          try await person.reads("enable-upgrade-mode: yes")
        }
        if place > 1 { try await person.reads("Question disable-upgrade-mode:") }
        if place > 2 {
          try await person.reads(" or pause: ")
          try await person.types("yes")
          try await person.reads("Question upgrade-node:node:2:")
        }
      } catch {
        await person.goesAway()
        throw error
      }
      await person.goesAway()
      try await night.night.withPerson(night.resume) { person in
        if place == 0 { try await person.answers("enable-upgrade-mode") }
        if place < 3 { try await person.answers("disable-upgrade-mode") }
        try await person.answers("upgrade-node:node:2", "outage node:2")
        try await person.answers("enable-upgrade-mode")
        try await person.answers("disable-upgrade-mode")
        try await person.answers("upgrade-node:node:3", "no")
        _ = try await person.meets("declined")
        try await person.chooses("stop")
        let end = try await person.end()
        #expect(end.code == 3, "\(end.output.suffix(2000))")
      }
      for node in 1...2 { #expect(try night.installations(on: node) == 1) }
      #expect(try night.installations(on: 3) == 0)
      #expect(
        try night.cluster.nodes.map(\.version.description) == [
          EnterpriseNight.new, EnterpriseNight.new, EnterpriseNight.old,
        ])
    }
  }

  // MARK: - Faults

  @Test func aQuestionThatNobodyKnowsIsNotAnswered() async throws {
    try await withEnterpriseNight { night in
      try await night.fault(.unknownPrompt, on: 1)
      let words = night.begin + EnterpriseNight.yes + ["--answer", "installer-prompt=yes"]
      try await night.night.withPerson(words) { person in
        let asked = try await person.reads("Question installer-prompt:unknown:")
        #expect(asked.contains("Keep, rotate or abort [K/R/A]?"))
        #expect(asked.contains("The installer asks what this program does not know"))
      }
      // Whatever was agreed to beforehand, nothing was typed there: it still waits.
      #expect(try night.cluster.nodes.allSatisfy { $0.version.description == EnterpriseNight.old })
      #expect(try night.installations(on: 1) == 1)
    }
  }

  @Test func anInstallerThatDiesIsRunAgainOnceItsCauseIsMended() async throws {
    try await withEnterpriseNight { night in
      try await night.fault(.installerDies, on: 1)
      try await night.night.withPerson(night.begin + EnterpriseNight.yes) { person in
        let said = try await person.meets("installer-failed")
        #expect(said.contains("a package script returned an error"))
        #expect(said.contains("No other node is touched"))
        #expect(said.contains("the vendor has no way back for a node"))
        try await night.fault(.installerDies, on: 1, false)
        try await person.chooses("retry")
        _ = try await person.meets("gate-not-met")
        try await person.chooses("wind-down")
        let end = try await person.end()
        #expect(end.code == 3, "\(end.output.suffix(2000))")
      }
      try night.expectUpgraded(databases: [1: "7.4", 4: "7.2"])
      #expect(try night.installations(on: 1) == 2)
      let folder = try #require(try RunCatalogue(night.night.state).runs().first).output
      let evidence = try Files.list(folder).filter { $0.hasSuffix(".evidence") }
      #expect(evidence.count == 1)
      let text = try Files.read("\(folder)/\(evidence.first ?? "")")
      #expect(String(decoding: text, as: UTF8.self).contains("$ supervisorctl status"))
    }
  }

  /// Exit 0 is not believed: the node is down.
  @Test func anInstallerThatSaysAllIsWellAndIsNot() async throws {
    try await withEnterpriseNight { night in
      try await night.fault(.doesNotComeBack, on: 1)
      try await night.night.withPerson(night.begin + EnterpriseNight.yes) { person in
        let said = try await person.meets("node-not-back")
        #expect(said.contains("The installer came to its end on node:1, and the node is not OK"))
        try await night.fault(.doesNotComeBack, on: 1, false)
        _ = try await night.run("supervisorctl start all", on: 1)
        try await person.chooses("retry")
        _ = try await person.meets("gate-not-met")
        try await person.chooses("wind-down")
        _ = try await person.end()
      }
      try night.expectUpgraded(databases: [:])
      #expect(try night.installations(on: 1) == 1)
    }
  }

  /// A shard that syncs holds the run before a node; in the middle of an installer it is answered no and waited for.
  @Test func aShardThatSyncsIsWaitedFor() async throws {
    try await withEnterpriseNight { night in
      try await night.night.withPerson(night.begin) { person in
        try await person.begins()
        try await person.answers("upgrade-node:node:1", "outage node:1")
        try await person.reads("Question enable-upgrade-mode:")
        try await night.fault(.shardSyncing, on: 1)
        try await person.reads(" or pause: ")
        try await person.types("yes")
        try await person.reads("is now syncing. Do you want to continue the upgrade - answered N")
        try await person.reads("waiting: ")
        try await night.fault(.shardSyncing, on: 1, false)
        try await person.answers("disable-upgrade-mode")
        try await person.answers("upgrade-node:node:2", "no")
        _ = try await person.meets("declined")
        try await person.chooses("stop")
        _ = try await person.end()
      }
      #expect(try night.installations(on: 1) == 2)
      #expect(try night.cluster.nodes.first?.version.description == EnterpriseNight.new)
    }
  }

  @Test func whatIsNotWellIsRefusedBeforeTheStart() async throws {
    try await withEnterpriseNight { night in
      try await night.store.change { cluster in
        cluster.change(node: 2) { $0.failedServices = ["cnm_http"] }
      }
      let said = try await night.night.run(night.begin + EnterpriseNight.yes)
      #expect(said.code == 1, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(said.output.contains("FAIL node-is-ok  node:2"))
      #expect(try night.installations(on: 1) == 0)
      let route = try await night.night.run(
        ["check", "enterprise://127.0.0.1", "--to", "6.4.2-30"] + night.night.profile)
      #expect(route.code == 1)
      #expect(route.output.contains("FAIL upgrade-path"))
    }
  }
}
