// Refused before anything changes, on real servers, with the rule and the reason.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct RefusalTests {
  private func check(
    _ night: Night, to: String, environment: [String: String?] = [:], _ more: [String] = []
  )
    async throws -> Said
  {
    try await Night.run(
      ["check", night.target, "--to", to, "--json"] + night.profile.prefix(2) + more, folder: night.folder,
      on: night.loop, environment: environment)
  }

  private func client(_ night: Night, _ index: Int) -> Client {
    Client(endpoint: night.lab.addresses[index].endpoint, on: night.loop, options: ClientOptions(preferRESP3: false))
  }

  private func expect(_ said: Said, refusedBy rule: String, _ location: SourceLocation = #_sourceLocation) {
    #expect(said.code == 1, "\(rule): \(said.output.suffix(500)) \(said.errors)", sourceLocation: location)
    let object = said.output.split(separator: "{").first {
      $0.contains("\"name\":\"\(rule)\"") && $0.contains("\"result\":\"fail\"")
    }
    #expect(object != nil, "\(rule) did not fail: \(said.output.suffix(1500))", sourceLocation: location)
  }

  @Test func pathsThatLeadNowhere() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis70, to: .redis62)) { night in
      expect(try await check(night, to: "6.2.14"), refusedBy: "version-path")
    }
    try await withNight(TrainingLab.LabRequest(from: .redis80, to: .valkey81)) { night in
      expect(try await check(night, to: "valkey-8.1.1"), refusedBy: "version-path")
    }
  }

  @Test func aClusterThatIsNotWhole() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      #expect(try await check(night, to: "7.0.15").code == 0)

      // An open slot: the first shard's slot 0 on its way to the second.
      let (first, second) = (client(night, 0), client(night, 1))
      let ids = try await [first.send(["CLUSTER", "MYID"]).text ?? "", second.send(["CLUSTER", "MYID"]).text ?? ""]
      _ = try await first.send(["CLUSTER", "SETSLOT", "0", "MIGRATING", ids[1]])
      expect(try await check(night, to: "7.0.15"), refusedBy: "no-open-slots")
      _ = try await first.send(["CLUSTER", "SETSLOT", "0", "STABLE"])

      // A replica that nobody reaches.
      let replica = night.lab.nodes[3]
      let process = try #require(night.lab.processes(of: replica).first)
      _ = try process.send(.stop)
      let frozen = try await check(night, to: "7.0.15")
      #expect(frozen.code == 1)
      #expect(frozen.output.contains("\"name\":\"reachable\""))
      _ = try process.send(.continued)
      await first.close()
      await second.close()
    }
  }

  @Test func aUserWhoMayNotHandOver() async throws {
    var request = TrainingLab.LabRequest(from: .redis70, to: .redis80)
    request.users = [LabUser(name: "ops", password: "secret", rules: "~* &* +@all -cluster|failover")]
    try await withNight(request) { night in
      let said = try await check(
        night, to: "8.0.2", environment: ["REDISCLI_AUTH": "secret"], ["--user", "ops"])
      expect(said, refusedBy: "permissions")
      #expect(!said.output.contains("secret"))
    }
  }

  @Test func aSecondOperator() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      let other = Client(
        endpoint: night.lab.addresses[0].endpoint, on: night.loop,
        options: ClientOptions(clientName: "redis-upgrade:elsewhere:20261120-0000-abcd", preferRESP3: false))
      _ = try await other.send(["PING"])
      expect(try await check(night, to: "7.0.15"), refusedBy: "no-other-operator")
      await other.close()
    }
  }
}
