// Servers that a bastion alone reaches, under other addresses than they announce: RESP goes through `ssh -W`.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct BastionTests {
  /// Where the bastion reaches what calls itself 127.0.0.1.
  private static let inside = "127.0.0.3"
  private static let map = "addresses: { 127.0.0.1: \(inside) }"

  /// A cluster whose nodes announce 127.0.0.1; the bastion lets nobody through but to 127.0.0.3, where they listen too.
  private static func withInside(
    reach: String = "local", lines: [String] = [map], _ shape: (inout TrainingLab.LabRequest) -> Void = { _ in },
    _ body: @escaping @Sendable (FaultyNight, SSHServer) async throws -> Void
  ) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70)
    request.keysPerShard = 200
    shape(&request)

    try await withNight(request) { night in
      let settings = ["PermitOpen \(inside):*", "LogLevel DEBUG1"]
      try await SSHServer.during(in: "\(night.folder)/ssh", on: night.loop, settings: settings) { server in
        let reach =
          ["reach: \(reach)", "bastion: 127.0.0.1", "ssh: { options: [\"-F\", \"\(server.configuration)\"] }"] + lines
        let faulty = try FaultyNight(night, reach: reach)
        for place in night.lab.nodes.indices {
          try await faulty.send(["CONFIG", "SET", "bind", "127.0.0.1 \(inside)"], to: place)
          try await faulty.send(["CONFIG", "REWRITE"], to: place)
        }
        try await body(faulty, server)
      }
    }
  }

  @Test func sixNodesUnderAWritingClient() async throws {
    try await Self.withInside({ $0.keysPerShard = 2000 }) { night, server in
      // The client of this test has a way of its own.
      let client = WritingClient(WritingRequest(seeds: night.lab.addresses, prefix: "foreign"), on: night.loop)
      async let written = client.run()
      try night.hold("install", on: Place.replica1)
      let wizard = try night.night.start(night.fromInside(night.run()))
      try await night.wait(for: "the installation", within: .seconds(60)) {
        night.isHeld("install", on: Place.replica1)
      }
      // None of the wizard's connections came another way, neither those that read nor the probe's.
      let clients = try await night.send(["CLIENT", "LIST"], to: Place.primary1).joined().split(separator: "\n")
      let ours = clients.filter { $0.contains("name=redis-upgrade:") }
      #expect(ours.count >= 2 && ours.allSatisfy { $0.contains(" laddr=\(Self.inside):") }, "\(clients)")
      try night.letGo("install", on: Place.replica1)
      #expect(await wizard.exit(within: .seconds(200)) == .exited(0))
      client.requestStop()
      let report = try await written
      #expect(report.isClean, "\(report.errors), lost \(report.lost), unverified \(report.unverified)")
      #expect(try await night.count(on: .redis70) == 6)
      let state = try night.night.journal().state
      #expect(state.ended?.kind == .done && state.facts.openLedger.isEmpty && state.handOvers.count == 3)
      let measure = try #require(state.measures.last)
      #expect(measure.errorCount == 0 && measure.lost == 0 && measure.acknowledged > 0 && measure.unmeasured == 0)
      // Everything is known by the addresses that nodes announce.
      #expect(state.setup?.nodes.map(\.address.host) == Array(repeating: "127.0.0.1", count: 6))
      let log = String(decoding: try Files.read("\(server.folder)/sshd.log"), as: UTF8.self)
      #expect(log.contains("server_request_direct_tcpip"), "\(log.suffix(1000))")
      #expect(!log.contains("administratively prohibited"))
    }
  }

  @Test func aBastionThatIsLostInTheMiddleIsNothingThatClientsFeel() async throws {
    try await Self.withInside { night, server in
      try night.hold("install", on: Place.replica1)
      let wizard = try night.night.start(night.run())
      try await night.wait(for: "the installation", within: .seconds(60)) {
        night.isHeld("install", on: Place.replica1)
      }
      try await server.vanish()
      // The probe has lost its connections, and finds nobody for the next ones.
      try await night.wait(for: "the loss to be noticed") { try !SSHServer.leads(wizard.pid) }
      try night.letGo("install", on: Place.replica1)
      try await server.begin()
      #expect(await wizard.exit(within: .seconds(200)) == .exited(0))
      let state = try night.night.journal().state
      #expect(state.ended?.kind == .done)
      let measure = try #require(state.measures.last)
      #expect(measure.errorCount == 0 && measure.lost == 0 && measure.unmeasured > 0, "\(measure)")
      #expect(measure.sentence.contains("the way there was cut"))
    }
  }

  /// Killed while it goes through a bastion: `resume` and `cleanup` know the way from the journal alone.
  @Test func aRunKnowsTheWay() async throws {
    try await Self.withInside { night, _ in
      try night.hold("install", on: Place.replica1)
      let wizard = try night.night.start(night.run())
      try await night.wait(for: "the installation", within: .seconds(60)) {
        night.isHeld("install", on: Place.replica1)
      }
      _ = try wizard.send(.kill)
      #expect(await wizard.exit() == .signalled(9))
      try night.letGo("install", on: Place.replica1)
      try await night.expectDone(try await night.night.run(night.resume()))
    }
  }

  /// Commands over ssh and servers through a bastion, over the same connection where that is the same host.
  @Test func commandsAndServersByTheSameLink() async throws {
    try await Self.withInside(reach: "ssh", lines: [Self.map, "hosts: { 127.0.0.1: 127.0.0.1 }"]) { night, _ in
      try await night.expectDone(try await night.night.run(night.run()))
    }
  }

  @Test func addressesThatCannotBeReachedAreAskedFor() async throws {
    try await Self.withInside(lines: []) { night, server in
      let checked = try await night.night.run(night.fromInside(night.look("check")))
      #expect(checked.code == 1)
      let port = night.lab.nodes[Place.replica1].port
      #expect(
        checked.output.contains("addresses: { \"127.0.0.1:\(port)\": \"HOST:PORT\" }"), "\(checked) \(port)")
      #expect(checked.output.contains("administratively prohibited"))

      // The plan says through what stalls are measured.
      try Files.writeAtomically(
        night.profilePath, try Files.read(night.profilePath) + Array((Self.map + "\n").utf8))
      let plan = try await night.night.run(night.fromInside(night.look("plan")))
      #expect(plan.code == 0, "\(plan)")
      #expect(
        plan.output.contains(
          "\nServers are reached through 127.0.0.1: what the client probe measures includes the way there and back.\n"))

      try server.write("known_hosts", [])
      let unknown = try await night.night.run(night.look("check"))
      #expect(unknown.code == 1)
      #expect(unknown.errors.contains("the host key of 127.0.0.1 is not known here"), "\(unknown)")
      await server.end()
      let away = try await night.night.run(night.look("check"))
      #expect(away.code == 1)
      #expect(away.errors.contains("127.0.0.1 cannot be reached by ssh"), "\(away)")
    }
  }

  @Test func encryptedAllTheWay() async throws {
    try await withNight(TLSTests.request()) { night in
      try await SSHServer.during(in: "\(night.folder)/ssh", on: night.loop) { server in
        let faulty = try FaultyNight(
          night, to: .redis80,
          reach: ["reach: local", "bastion: 127.0.0.1", "ssh: { options: [\"-F\", \"\(server.configuration)\"] }"])
        try await faulty.expectDone(try await night.run(faulty.run()))
      }
    }
  }
}

extension FaultyNight {
  /// `check` or `plan` of what a run would be.
  func look(_ subcommand: String) -> [String] {
    [subcommand, night.target, "--to", to.description, "--profile", profilePath] + lab.connectionFlags
  }

  /// The same words with the address under which the bastion reaches the target.
  fileprivate func fromInside(_ words: [String]) -> [String] {
    words.map { $0 == night.target ? $0.replacing("127.0.0.1", with: "127.0.0.3") : $0 }
  }
}
