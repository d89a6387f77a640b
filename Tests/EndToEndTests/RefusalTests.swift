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

      // One package for all six of them.
      let profile = "\(night.folder)/package.yaml"
      try Files.writeAtomically(
        profile, Array("software:\n  install: {run: 'true', scope: host}\n  start: 'true {port}'\n".utf8))
      let packaged = try await Night.run(
        ["check", night.target, "--to", "7.0.15", "--json", "--profile", profile], folder: night.folder, on: night.loop)
      expect(packaged, refusedBy: "one-node-per-package")
      #expect(
        packaged.output.contains(
          "install on 127.0.0.1 changes the software of 6 nodes at once, and \(night.lab.addresses[0]), "
            + "\(night.lab.addresses[3]) are 2 of the 2 copies of s1: they would be out of service together"))

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

  @Test func slotsViewsLagAndSaves() async throws {
    try await withNight(TrainingLab.LabRequest(from: .redis62, to: .redis70)) { night in
      let (first, third, replica) = (client(night, 0), client(night, 2), client(night, 3))

      // A slot that nobody owns.
      #expect(try await first.send(["CLUSTER", "DELSLOTS", "0"]).text == "OK")
      expect(try await check(night, to: "7.0.15"), refusedBy: "slots-covered")
      #expect(try await first.send(["CLUSTER", "ADDSLOTS", "0"]).text == "OK")

      // A replica whose primary has gone on without it: what it is sent is held up there, and it still answers.
      let tag = try #require(KeySlot.tag(in: SlotSet([0...5000])))
      #expect(try await replica.send(["CLIENT", "PAUSE", "60000", "WRITE"]).text == "OK")
      let value = String(repeating: "x", count: 2 << 20)
      #expect(try await first.send(Command(words: ["SET", "{\(tag)}", value])).text == "OK")
      expect(try await check(night, to: "7.0.15"), refusedBy: "replica-in-sync")
      #expect(try await replica.send(["CLIENT", "UNPAUSE"]).text == "OK")
      try await night.proof.awaitReplicas(within: .seconds(20))

      // A node that cannot save: its directory takes no files.
      let directory = night.lab.record.directory(of: night.lab.nodes[2])
      #expect(try await third.send(["CONFIG", "SET", "dir", "/proc"]).text == "OK")
      _ = try await third.send(["BGSAVE"])
      let deadline = night.loop.now + .seconds(20)
      while try await third.send(["INFO", "persistence"]).text?.contains("rdb_last_bgsave_status:err") != true {
        try #require(night.loop.now < deadline, "the save does not fail")
        try await night.loop.sleep(for: .milliseconds(20))
      }
      expect(try await check(night, to: "7.0.15"), refusedBy: "last-save-ok")
      #expect(try await third.send(Command(words: ["CONFIG", "SET", "dir", directory])).text == "OK")
      _ = try await third.send(["BGSAVE"])
      while try await third.send(["INFO", "persistence"]).text?.contains("rdb_last_bgsave_status:err") == true {
        try #require(night.loop.now < deadline, "the save does not work again")
        try await night.loop.sleep(for: .milliseconds(20))
      }

      // All mended, nothing is refused; then views that differ: one node has forgotten another.
      let whole = try await check(night, to: "7.0.15")
      #expect(whole.code == 0, "\(whole.output.suffix(2000))")
      let forgotten = try await replica.send(["CLUSTER", "MYID"]).text ?? ""
      #expect(try await third.send(Command(words: ["CLUSTER", "FORGET", forgotten])).text == "OK")
      expect(try await check(night, to: "7.0.15"), refusedBy: "views-agree")
      for client in [first, third, replica] { await client.close() }
    }
  }

  /// Simulated: the servers themselves are not at hand, their own words in `INFO` are (dragonfly 1.27, KeyDB 6.3.4).
  @Test(arguments: [
    ("dragonfly", "# Server\r\nredis_version:7.4.0\r\ndragonfly_version:df-v1.27.1\r\nredis_mode:standalone\r\n"),
    ("keydb", "# Server\r\nredis_version:6.3.4\r\nredis_mode:cluster\r\n\r\n# KeyDB\r\nmvcc_depth:0\r\n"),
  ])
  func anUnknownProduct(_ name: String, _ info: String) async throws {
    let loop = try EventLoop(name: "stranger")
    defer { loop.stop() }
    let full =
      info + "os:Linux\r\nprocess_id:1\r\nrun_id:\(String(repeating: "b", count: 40))\r\ntcp_port:6379\r\n"
      + "uptime_in_seconds:5\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\nmaster_repl_offset:0\r\n"
      + "# Persistence\r\nloading:0\r\n# Memory\r\nused_memory:1000\r\n"
    let impostor = try Impostor.product(full, on: loop)
    defer { impostor.close() }
    let said = try await Night.run(
      ["check", "127.0.0.1:\(impostor.port)", "--to", "7.0.15"], folder: "/tmp", on: loop, within: .seconds(60))
    #expect(said.code == 1, "\(said)")
    #expect(
      said.errors
        == "127.0.0.1:\(impostor.port): the server calls itself \"\(name)\", which is a product that this program "
        + "does not know. It is left alone; name a Redis or a Valkey.\n")
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
