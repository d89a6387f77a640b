// The profile's `switch` inside the write pause, on real servers: what clients feel that follow the address, with the
// pause and without it, and what becomes of them where the wizard dies in it.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SwitchTests {
  /// Beside the servers' own folders, as the profile's command sees them.
  private static func file(_ night: ReplicationNight) -> String { "\(night.lab.directory)/address" }

  /// A change of address that takes its time, as most do.
  private static func hooks(pause: Int) -> String {
    "hooks:\n  switch: { run: 'sleep 0.3; echo {host} {port} >> {dir}/../address', pause: \(pause) }\n"
  }

  private static func begin(_ night: ReplicationNight) throws {
    let first = night.lab.addresses[0]
    try Files.writeAtomically(file(night), Array("\(first.host) \(first.port)\n".utf8))
  }

  private func night(_ from: Release, _ to: Release, pause: Int) async throws -> FollowingClient.Report {
    let box = ReportBox()
    try await withReplication(
      TrainingLab.LabRequest(from: from, to: to, tree: [nil, 0]), lines: { _ in Self.hooks(pause: pause) }
    ) { night in
      try Self.begin(night)
      let client = FollowingClient(file: Self.file(night), on: night.loop)
      async let felt = client.run()
      let said = try await night.run(
        [night.target, "--to", to.description, "--plain", "--settle", "0"] + night.site + Wizard.yes)
      client.requestStop()
      let report = await felt
      #expect(said.code == 0, "\(said.output.suffix(1500)) \(said.errors)")
      #expect(report.lost == 0 && report.acknowledged > 100, "\(report)")
      let primary = try #require(try await night.primaries().first)
      #expect(FollowingClient.address(in: Self.file(night)) == primary)
      let held = try night.night.journal().entries.compactMap { entry -> String? in
        guard case .outcome(let effect, let outcome) = entry.record, effect.step.verb == .switchOver else { return nil }
        return outcome.evidence["held_ms"]
      }
      #expect(held.isEmpty == (pause == 0 || from == .redis62))
      print(
        "\(from) -> \(to), switch \(held.isEmpty ? "after the hand-over" : "inside the pause, \(held[0]) ms"): "
          + "\(report.errorCount) errors \(report.errors), \(report.lost) lost of \(report.acknowledged), longest stall "
          + "\(Int(report.longestStall.seconds * 1000)) ms")
      await box.put(report)
    }
    return try #require(await box.report)
  }

  private actor ReportBox {
    var report: FollowingClient.Report?
    func put(_ report: FollowingClient.Report) { self.report = report }
  }

  /// `.ci/matrix` also looks at a server that does not stay as it is.
  private static let hops =
    [Hop(from: .redis70, to: .redis80)]
    + Hop.wanted.filter { $0.isDrifting && $0.from == .valkey81 && $0.host == LabRequest.usualHost }

  /// Both orders of one hand-over: whoever waits is told once, whoever does not is refused until the address has moved.
  @Test(arguments: hops) func fewerErrorsWhereWritersWait(_ hop: Hop) async throws {
    let held = try await night(hop.from, hop.to, pause: 5)
    let present = try await night(hop.from, hop.to, pause: 0)
    // Each connection has one write that waits, and is refused once.
    #expect(held.errorCount <= 8, "\(held.errors)")
    #expect(held.errorCount < present.errorCount, "\(held.errors) and \(present.errors)")
    #expect(held.longestStall < .seconds(5))
  }

  /// The end of its own hand-over ends every pause: the command runs right after it, and nobody is held for nothing.
  @Test func beforeSevenTheCommandRunsRightAfter() async throws {
    let present = try await night(.redis62, .redis70, pause: 5)
    #expect(present.longestStall < .seconds(5))
  }

  enum Moment: String, Sendable, CaseIterable { case handedOver = "handed over", switching }

  /// Killed while writers wait: they are free after the bound, and whoever resumes moves the address, perhaps again.
  @Test(arguments: Moment.allCases) func killedWhileWritersWait(_ moment: Moment) async throws {
    let hooks =
      "hooks:\n  switch: { run: ': > {dir}/../switching; sleep 1; echo {host} {port} >> {dir}/../address', pause: 3 }\n"
    try await withReplication(
      TrainingLab.LabRequest(from: .redis70, to: .redis80, tree: [nil, 0]), lines: { _ in hooks }
    ) { night in
      try Self.begin(night)
      let client = FollowingClient(file: Self.file(night), on: night.loop)
      async let felt = client.run()
      let wizard = try night.night.start(
        [night.target, "--to", "8.0.2", "--plain", "--settle", "0"] + night.site + Wizard.yes)
      let deadline = night.loop.now + .seconds(60)
      let mark = "\(night.lab.directory)/switching"
      while wizard.exitStatus == nil, night.loop.now < deadline {
        switch moment {
        case .switching: if Files.exists(mark) { _ = try wizard.send(.kill) }
        // Nobody answers while a server is restarted.
        case .handedOver:
          if (try? await night.primaries()) == [night.lab.addresses[1]] { _ = try wizard.send(.kill) }
        }
        try await night.loop.sleep(for: .milliseconds(1))
      }
      #expect(await wizard.exit() == .signalled(9))
      let said = try await night.run(["resume", "--plain", "--state-dir", night.night.state] + Wizard.yes)
      client.requestStop()
      let report = await felt
      #expect(said.code == 0 || said.output.contains("error-budget"), "\(said.output.suffix(1500)) \(said.errors)")
      #expect(report.lost == 0 && report.longestStall < .seconds(4.5), "\(report)")
      // Nobody is left without an answer: whoever waited was let go before the old primary was stopped.
      #expect(report.errors["NO-REPLY"] == nil, "\(report)")
      #expect(FollowingClient.address(in: Self.file(night)) == night.lab.addresses[1])
      let moves = String(decoding: try Files.read(Self.file(night)), as: UTF8.self).split(separator: "\n").count - 1
      #expect((1...2).contains(moves))
      print(
        "killed when \(moment.rawValue): longest stall \(Int(report.longestStall.seconds * 1000)) ms of 3000, "
          + "\(report.errors), switch ran \(moves) times")
    }
  }
}
