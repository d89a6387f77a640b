// Runs whose commands go to hosts over ssh: the main job, and links, keys and wizards that break in the middle.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SSHRunTests {
  /// A cluster on a host that is reached by ssh alone, as far as commands go.
  static func withRemoteNight(
    isFull: Bool = false, keysPerShard: Int = 200, settings: [String] = [], more: [String] = [],
    _ body: @escaping @Sendable (FaultyNight, SSHServer) async throws -> Void
  ) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = keysPerShard
    try await withNight(request) { night in
      try await SSHServer.during(in: "\(night.folder)/ssh", on: night.loop, settings: settings) { server in
        let reach = ["reach: ssh", "ssh: { options: [\"-F\", \"\(server.configuration)\"] }"] + more
        try await body(try FaultyNight(night, isFull: isFull, reach: reach), server)
      }
    }
  }

  @Test func sixNodesUnderAWritingClient() async throws {
    try await Self.withRemoteNight(keysPerShard: 2000) { night, server in
      try night.put("echo \"on $(tty)\"; echo whole >&2", before: "install", on: Place.replica1)
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      let ended = try await night.night.run(night.run())
      client.requestStop()
      let report = try await written
      try await night.expectDone(ended)
      #expect(report.isClean, "\(report.errors), lost \(report.lost), unverified \(report.unverified)")
      #expect(report.acknowledged > 100)
      let state = try night.night.journal().state
      #expect(state.handOvers.count == 3)
      let measure = try #require(state.measures.last)
      #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0)
      // What commands said came over, and nothing of ours is left on the host.
      let run = try #require(try RunCatalogue(night.night.state).runs().first)
      let outputs = try Files.list(run.output).filter { $0.hasPrefix("install-") && $0.hasSuffix(".out") }
      #expect(outputs.count == 6)
      let said = try outputs.map { String(decoding: try Files.read("\(run.output)/\($0)"), as: UTF8.self) }.joined()
      #expect(said.hasPrefix("on /dev/pts/") && said.hasSuffix("\r\nwhole\r\n"), "\(said)")
      #expect(!Files.exists("\(server.home)/.redis-upgrade"))
    }
  }

  @Test func aLinkThatDropsInTheMiddleOfAnInstallation() async throws {
    try await Self.withRemoteNight { night, server in
      try night.hold("install", on: Place.replica1)
      let wizard = try night.night.start(night.run())
      try await night.wait(for: "the installation", within: .seconds(60)) {
        night.isHeld("install", on: Place.replica1)
      }
      // Nobody is let in for a while either.
      #expect(try await server.cut() > 0)
      await server.end()
      try night.letGo("install", on: Place.replica1)
      try await server.begin()
      #expect(await wizard.exit(within: .seconds(200)) == .exited(0))
      let state = try night.night.journal().state
      #expect(state.ended?.kind == .done)
      #expect(try await night.count(on: .redis70) == 6)
      #expect(Set(state.attempts.filter { $0.key.verb == .install }.values) == [1])
    }
  }

  @Test func killedInsideCommandsAndResumed() async throws {
    try await Self.withRemoteNight(isFull: true) { night, _ in
      let stages: [(stage: String, place: Int)] = [
        ("stop", Place.replica1), ("install", Place.replica2), ("start", Place.primary1),
      ]
      for held in stages { try night.hold(held.stage, on: held.place) }
      var words = night.run()
      for held in stages {
        let wizard = try night.night.start(words)
        try await night.wait(for: "\(held.stage) to be reached", within: .seconds(60)) {
          night.isHeld(held.stage, on: held.place)
        }
        _ = try wizard.send(.kill)
        #expect(await wizard.exit() == .signalled(9))
        words = night.resume()
        try night.letGo(held.stage, on: held.place)
      }
      try await night.expectDone(try await night.night.run(words))
      let reading = try night.night.journal()
      #expect(KillTests.harm(in: reading.entries.map(\.record)) == [])
      for held in stages {
        let node = try #require(
          reading.state.setup?.nodes.first { $0.address == night.lab.nodes[held.place].address })
        let attempts = reading.state.attempts.filter {
          $0.key.object == .node(node.id) && $0.key.verb.rawValue == held.stage
        }
        #expect(Array(attempts.values) == [1], "\(held.stage)")
      }
    }
  }

  @Test func anotherHostKeyBeforeTheStart() async throws {
    try await Self.withRemoteNight { night, server in
      try await server.changeHostKey()
      let said = try await night.night.run(night.run())
      try await night.expectStopped(said, code: 1, says: ["hosts-reached", "shows another host key"])
      #expect(try await night.count(on: .redis62) == 6)
      #expect(try RunCatalogue(night.night.state).runs().isEmpty)
    }
  }

  @Test func anotherHostKeyInTheMiddle() async throws {
    try await Self.withRemoteNight { night, server in
      try night.hold("install", on: Place.replica1)
      let wizard = try night.night.start(night.run())
      try await night.wait(for: "the installation", within: .seconds(60)) {
        night.isHeld("install", on: Place.replica1)
      }
      try await server.changeHostKey()
      #expect(await wizard.exit(within: .seconds(120)) == .exited(3))
      let said = String(decoding: try Files.read("\(night.night.folder)/killed.out"), as: UTF8.self)
      #expect(said.contains("what became of it is not known"), "\(said.suffix(2000))")
      #expect(said.contains("shows another host key"))
      #expect(try await night.shardsServed() == ["s1", "s2", "s3"])
      // Still nobody is let near it: whether the command is at work cannot be told, so nothing is begun beside it.
      let again = try await night.night.run(night.resume())
      try await night.expectStopped(again, code: 3, says: ["shows another host key"])
      // A person has compared the fingerprints.
      try server.write("known_hosts", [try server.knownHost("host_key")])
      let busy = try await night.night.run(night.resume())
      try await night.expectStopped(busy, code: 3, says: ["held by process"])
      try night.letGo("install", on: Place.replica1)
      try await night.expectDone(try await night.night.run(night.resume()))
    }
  }

  /// Its log lies on its host, and is read there.
  @Test func aNodeThatDoesNotComeUpForAReasonThatItsLogTells() async throws {
    try await Self.withRemoteNight { night, _ in
      let replica = night.address(Place.replica1)
      try night.put("echo junk >\(night.directory(Place.replica1))/nodes.conf", before: "start", on: Place.replica1)
      try await night.expectStopped(
        try await night.night.run(night.run()), code: 3,
        says: [
          "but nobody listens on \(replica): its nodes.conf cannot be read (",
          "The log of \(replica) since then (\(night.directory(Place.replica1))/server.log):",
        ])
    }
  }

  @Test func aKeyThatIsNotLetInIsASentenceAndNoHang() async throws {
    try await Self.withRemoteNight { night, server in
      try Files.writeAtomically("\(server.folder)/authorized", try Files.read("\(server.folder)/other_id.pub"))
      let said = try await night.night.run(night.run(), within: .seconds(60))
      try await night.expectStopped(said, code: 1, says: ["hosts-reached", "127.0.0.1 does not let us in"])
      #expect(try await night.count(on: .redis62) == 6)
    }
  }

  @Test func thePlanSaysWhatAHostLacks() async throws {
    let bare = "/tmp/redis-upgrade-test-\(UInt32.random(in: 0 ... .max))"
    try Files.makeDirectories(bare)
    defer { try? Files.removeTree(bare) }
    let tools = ["sh", "cat", "ln", "mkdir", "mv", "rm", "sleep", "sync", "tail", "head", "wc", "uname", "df", "id"]
    try await Self.withRemoteNight(settings: ["SetEnv HOME=\(bare) PATH=\(bare)"]) { night, _ in
      let links = tools.map { "ln -s \"$(command -v \($0))\" \(bare)/\($0)" }.joined(separator: "; ")
      _ = try await ChildProcess.run(.shell(links), on: night.loop, within: .seconds(10))
      let plain = try await night.night.run(night.look("plan"))
      #expect(plain.code == 0, "\(plain)")
      #expect(plain.output.contains("\nOn 127.0.0.1 commands run without a terminal.\n"))
      let checked = try await night.night.run(night.look("check"))
      #expect(checked.output.contains("no working script or mkfifo"))
      // A login manager that ends what its users leave behind.
      _ = try await ChildProcess.run(
        .shell(
          "cd \(bare); rm id; printf '#!/bin/sh\\necho b true\\n' >busctl; printf '#!/bin/sh\\necho 7\\n' >id; chmod +x busctl id"
        ),
        on: night.loop, within: .seconds(10))
      let fleeting = try await night.night.run(night.look("plan") + ["--json"])
      #expect(fleeting.output.contains(#""remarks":["On 127.0.0.1 a dropped link ends the command."]"#))
    }
  }
}
