// Gates that are red on real servers: the run stops at each by its own name, and goes on once it is green.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct GateFaultTests {
  /// A lab in which the wizard reaches one primary through a relay that lies from the first start of `replica1` on,
  /// until the file is gone.
  private func withLie(
    from release: Release, to: Release, about lie: @escaping @Sendable (String, _ replica: String) -> String,
    _ body: @escaping @Sendable (FaultyNight, _ lie: String) async throws -> Void
  ) async throws {
    var request = TrainingLab.LabRequest(from: release, to: to)
    request.keysPerShard = 200
    try await withNight(request) { night in
      let file = "\(night.folder)/lie"
      let replica = night.client(Place.replica1)
      let id = try #require(try await replica.send(["CLUSTER", "MYID"]).text)
      await replica.close()
      let primary = night.lab.addresses[Place.primary1]
      let relay = try LyingRelay(to: primary.endpoint, on: night.loop) { text in
        Files.exists(file) ? lie(text, id) : text
      }
      defer { relay.close() }
      let faulty = try FaultyNight(
        night, to: to, reach: ["reach: local", "addresses:", "  \"\(primary)\": \"127.0.0.1:\(relay.port)\""])
      try faulty.put(": >\(file)", before: "start", on: Place.replica1)
      try await body(faulty, file)
    }
  }

  /// Nothing was done after it; once the truth is told the node is done, and the next question is put.
  private func goesOn(_ night: FaultyNight, without lie: String) async throws {
    #expect(try await night.count(on: night.to) == 1)
    #expect(try night.night.journal().state.handOvers.isEmpty)
    _ = try Files.remove(lie)
    let answers = QuestionKind.allCases.filter { $0 != .canary }.flatMap { ["--answer", "\($0.rawValue)=yes"] }
    try await night.night.withPerson(["resume", "--plain", "--state-dir", night.night.state] + answers) { person in
      try await person.reads("Question canary:")
    }
  }

  /// It is back and in sync, and its primary takes it for failing: nobody could hand over to it.
  @Test func seenByPeers() async throws {
    try await withLie(
      from: .redis62, to: .redis70,
      about: { text, replica in
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
          line.hasPrefix(replica) ? String(line).replacing(" slave ", with: " slave,fail? ") : String(line)
        }.joined(separator: "\n")
      },
      { night, lie in
        let (replica, primary) = (night.address(Place.replica1), night.address(Place.primary1))
        try await night.expectStopped(
          try await night.night.run(night.run() + ["--back-within", "4"]), code: 3,
          says: [
            "STOPPED step-failed on \(replica): rejoin on \(replica) did not work: after 4 s seen-by-peers: \(primary), "
              + "its primary, flags it slave,fail?",
            "at risk:  Every shard is served. Shard s1 is served by \(primary), which has no other replica",
          ])
        try await goesOn(night, without: lie)
      })
  }

  /// Offsets are equal and the link is up, and the copy is short of keys all the same.
  @Test func sameKeys() async throws {
    try await withLie(
      from: .redis60, to: .redis70,
      about: { text, _ in
        text.replacing(#/db0:keys=(\d+)/#) { "db0:keys=\((Int($0.output.1) ?? 0) + 15)" }
      },
      { night, lie in
        let (replica, primary) = (night.address(Place.replica1), night.address(Place.primary1))
        let said = try await night.night.run(night.run(answering: [.clientProbe: "no"]) + ["--back-within", "4"])
        try await night.expectStopped(
          said, code: 3,
          says: [
            "STOPPED step-failed on \(replica): rejoin on \(replica) did not work: after 4 s same-keys: \(replica) holds "
              + "200 keys, 0 with an expiry; \(primary) 215 and 0, with ",
            "at risk:  Every shard is served.",
          ])
        try await goesOn(night, without: lie)
      })
  }

  /// All is done, and a primary refuses writes: the run does not call itself done.
  @Test func shardsServed() async throws {
    try await withFaultyNight { night in
      let answers = QuestionKind.allCases.filter { $0 != .disableUpgradeMode && $0 != .clientProbe }
      let words =
        [night.night.target, "--to", "7.0.15", "--plain", "--settle", "0", "--back-within", "4"] + night.night.profile
        + answers.flatMap { ["--answer", "\($0.rawValue)=yes"] } + ["--answer", "client-probe=no"]
      try await night.night.withPerson(words) { person in
        try await person.reads("Question disable-upgrade-mode:")
        let primary = Place.replica1
        #expect(try await night.send(["ROLE"], to: primary).first == "master")
        // The save finds a directory in the place of its file.
        let name = try await night.send(["CONFIG", "GET", "dbfilename"], to: primary)[1]
        let file = "\(night.directory(primary))/\(name)"
        _ = try Files.remove(file)
        try Files.makeDirectories("\(file)/of-others")
        try await night.send(["BGSAVE"], to: primary)
        try await night.wait(for: "the save that fails") {
          try await night.send(["INFO", "persistence"], to: primary)[0].contains("rdb_last_bgsave_status:err")
        }
        try await person.types("yes")
        let text = try await person.meets("final-gate")
        let own = night.address(primary)
        #expect(
          text.contains(
            "the run still cannot go on: shards-served on the cluster: \(own), primary of s1, refuses writes because its "
              + "last save failed (MISCONF)"), "\(text)")
        #expect(text.contains("at risk:  Every step is done, but the final gate does not hold"), "\(text)")

        try Files.removeTree(file)
        try await night.send(["BGSAVE"], to: primary)
        try await night.wait(for: "the save") {
          try await night.send(["INFO", "persistence"], to: primary)[0].contains("rdb_last_bgsave_status:ok")
        }
        try await person.chooses("wait")
        try await night.expectDone(try await person.end())
      }
    }
  }
}
