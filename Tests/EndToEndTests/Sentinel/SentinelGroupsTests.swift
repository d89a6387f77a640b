// Several groups on one set of Sentinels: one run after the other, and none of them forgotten by the way.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct SentinelGroupsTests {
  /// Two groups, `lab` and `stock`, each with a primary and a replica, on the same three Sentinels.
  private func withTwoGroups(
    _ body: @escaping @Sendable (ReplicationNight, _ sentinels: [Address]) async throws -> Void
  ) async throws {
    var request = TrainingLab.LabRequest(from: .redis62, to: .redis70, tree: [nil, 0, 0, 0])
    request.sentinels = 3
    try await withReplication(request) { night in
      let sentinels = try #require(night.lab.record.sentinels).map(\.address)
      let (second, follower) = (night.lab.addresses[2], night.lab.addresses[3])
      _ = try await night.send(["REPLICAOF", "NO", "ONE"], to: second)
      _ = try await night.send(["REPLICAOF", second.host, String(second.port)], to: follower)
      for address in [second, follower] { _ = try await night.send(["CONFIG", "REWRITE"], to: address) }
      for sentinel in sentinels {
        _ = try await night.send(["SENTINEL", "RESET", "lab"], to: sentinel)
        _ = try await night.send(["SENTINEL", "MONITOR", "stock", second.host, String(second.port), "2"], to: sentinel)
      }
      #expect(try await areKnown(["lab", "stock"], to: sentinels, night))
      try await body(night, sentinels)
    }
  }

  /// Every Sentinel knows a replica and the two others of each group.
  private func areKnown(_ names: [String], to sentinels: [Address], _ night: ReplicationNight) async throws -> Bool {
    let deadline = night.loop.now + .seconds(40)
    while night.loop.now < deadline {
      var isKnown = true
      for sentinel in sentinels {
        for name in names {
          let group = SentinelNight.fields(try await night.send(["SENTINEL", "MASTER", name], to: sentinel))
          isKnown = isKnown && group["num-slaves"] == "1" && group["num-other-sentinels"] == "2"
        }
      }
      if isKnown { return true }
      try await night.loop.sleep(for: .milliseconds(50))
    }
    return false
  }

  @Test func groupsAreUpgradedOneAfterTheOther() async throws {
    try await withTwoGroups { night, sentinels in
      let clients = [night.lab.addresses[..<2], night.lab.addresses[2...]].enumerated().map { place, seeds in
        WritingClient(WritingRequest(seeds: Array(seeds), prefix: "group-\(place)"), on: night.loop)
      }
      async let first = clients[0].run()
      async let other = clients[1].run()
      let said = try await night.run(
        ["\(night.target),stock", "--to", "7.0.15", "--plain", "--settle", "0"] + night.site + Wizard.yes)
      for client in clients { client.requestStop() }
      for report in [try await first, try await other] {
        #expect(report.isCleanOutsideClusters && report.acknowledged > 100, "\(report.errors), lost \(report.lost)")
      }
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      #expect(try await night.proof().releases().values.allSatisfy { $0 == .redis70 })
      let runs = try RunCatalogue(night.night.state).runs().map { try $0.read().state }
      #expect(runs.count == 2 && runs.allSatisfy { $0.ended?.kind == .done && $0.handOvers.count == 1 })
      // The Sentinels went with the first.
      #expect(Set(runs.map { $0.setup?.sentinels.count }) == [3])
      #expect(said.output.contains("PASS sentinels-agree"))
    }
  }

  /// `.ci/matrix`: the rule itself is held by `SentinelRulesTests` each time.
  private static let hops =
    Hop.wanted.contains(where: \.isDrifting) ? [Hop(from: .redis62, to: .redis70)] : []

  /// One comes back without the group that the run is not about: nothing goes on until it has it again.
  @Test(arguments: hops) func aSentinelThatForgetsAnotherGroupHoldsTheRun(_ hop: Hop) async throws {
    try await withTwoGroups { night, sentinels in
      let forgetful = sentinels[0]
      let file = "\(night.lab.directory)/\(forgetful.port)/\(SentinelConfiguration.fileName)"
      let start = "start: '"
      let path = "\(night.folder)/forgetful.yaml"
      let profile = String(decoding: try Files.read(night.lab.profilePath), as: UTF8.self)
      #expect(profile.contains(start))
      let forget = "test {port} != \(forgetful.port) || sed -i \"/ stock /d\" \(file); "
      try Files.writeAtomically(path, Array(profile.replacing(start, with: start + forget).utf8))
      let words =
        [
          night.target, "--to", "7.0.15", "--plain", "--settle", "0", "--profile", path, "--state-dir",
          night.night.state,
        ]
      let wizard = try night.night.start(words + Wizard.yes)
      let red = "\(forgetful) does not watch stock any more, which it did at the start"
      let deadline = night.loop.now + .seconds(120)
      func said() -> String {
        (try? Files.read("\(night.folder)/killed.out")).map { String(decoding: $0, as: UTF8.self) } ?? ""
      }
      while wizard.exitStatus == nil, night.loop.now < deadline, !said().contains(red) {
        try await night.loop.sleep(for: .milliseconds(20))
      }
      #expect(said().contains(red), "\(said().suffix(1500))")
      let releases = try await SentinelNight(servers: night, sentinels: sentinels).releases()
      #expect(releases == [hop.to, hop.from, hop.from])
      let second = night.lab.addresses[2]
      _ = try await night.send(["SENTINEL", "MONITOR", "stock", second.host, String(second.port), "2"], to: forgetful)
      // The others are started as they are.
      #expect(await wizard.exit() == .exited(0), "\(said().suffix(1500))")
      #expect(try await areKnown(["lab", "stock"], to: sentinels, night))
    }
  }
}
