// The foreign client against real servers: what it counts as an error, as lost, as a stall, and what it does not.

import FoundationEssentials
import SystemIO
import Testing
import TrainingLab
import UpgradeCore

@Suite(.serialized, .timeLimit(.minutes(10))) struct WritingClientTests {
  private static let six = Release(.redis, Version(6, 2, 14))

  @Test func aHandOverUnderFullLoadIsFeltAsAStallAndNothingElse() async throws {
    try await withLab(LabRequest(from: Self.six)) { lab, loop in
      // Without this the other primaries refuse writes while they have heard of only half of the change.
      for address in lab.addresses {
        try await send(["CONFIG", "SET", "cluster-require-full-coverage", "no"], to: address, loop)
      }
      let report = try await write(to: lab, loop, rate: nil) {
        try await send(["CLUSTER", "FAILOVER"], to: lab.addresses[4], loop)
        try await until(loop) { try await role(of: lab.addresses[4], loop) == "master" }
      }
      #expect(report.isClean, "\(report)")
      #expect(report.redirections >= 1)
      #expect(report.shards.map(\.name) == ["s1", "s2", "s3"])
      #expect(report.shards.allSatisfy { $0.acknowledged > 0 && $0.longestStall > 0 && $0.longestStallAt > 0 })
      #expect(report.acknowledged == report.shards.map(\.acknowledged).reduce(0, +))
      #expect(report.shards[1].lastServedBy == lab.addresses[4].description)
      let keys = try await ClusterProof(lab.addresses, on: loop).keys()
      #expect(keys.allSatisfy { $0.areEqual && $0.count.expiring > 0 })
    }
  }

  @Test func aWriteThatIsTakenAwayIsLost() async throws {
    try await withLab(LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)) { lab, loop in
      let report = try await write(to: lab, loop, rate: 500) {
        for kind in ["*:count", "*:expiring:0"] {
          let keys = try await send(["KEYS", kind], to: lab.addresses[0], loop).elements ?? []
          let name = try #require(keys.first?.text)
          #expect(try await send(["DEL", name], to: lab.addresses[0], loop) == .integer(1))
        }
      }
      #expect(report.errorCount == 0)
      // The counter's writes and the one of the other key.
      #expect(report.lost >= 2, "\(report)")
      #expect(report.shards[0].lost == report.lost)
    }
  }

  @Test func aServerThatDiesIsAnErrorForEachCommandThatWasMeantForIt() async throws {
    try await withLab(LabRequest(from: Self.six, primaries: 2, replicasPerPrimary: 0)) { lab, loop in
      let report = try await write(to: lab, loop, rate: nil) {
        let process = try #require(lab.processes(of: lab.nodes[0]).first)
        _ = try process.send(.kill)
        #expect(try await process.end(on: loop, within: .seconds(10)))
        // Until the others have noticed, and refuse in their turn.
        try await until(loop) {
          try await send(["CLUSTER", "INFO"], to: lab.addresses[1], loop).text?.contains("cluster_state:fail") == true
        }
      }
      #expect(report.shards[0].errors > 1)
      #expect(report.errors["UNREACHABLE", default: 0] > 0, "\(report)")
      #expect(report.errors["CLUSTERDOWN", default: 0] > 0, "\(report)")
      #expect(Set(report.errors.keys).isSubset(of: ["UNREACHABLE", "CLUSTERDOWN", "NO-REPLY"]))
      #expect(report.unverified > 0)
      #expect(!report.isClean)
    }
  }

  @Test func aFrozenServerIsNoErrorUntilTheBoundAndAStallAfterwards() async throws {
    try await withLab(LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)) { lab, loop in
      let process = try #require(lab.processes.first)
      let report = try await write(to: lab, loop, rate: nil) {
        _ = try process.send(.stop)
        try await loop.sleep(for: .milliseconds(300))
        _ = try process.send(.continued)
      }
      #expect(report.isClean, "\(report)")
      #expect(report.longestStall >= 290)
    }
  }

  @Test func aClosedIdleConnectionIsNoError() async throws {
    try await withLab(LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)) { lab, loop in
      let report = try await write(to: lab, loop, rate: 4) {
        try await send(["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], to: lab.addresses[0], loop)
      }
      #expect(report.idleCloses == 1)
      #expect(report.isClean, "\(report)")
    }
  }

  @Test func aRefusedWriteIsCountedByItsCode() async throws {
    var request = LabRequest(from: Self.six, primaries: 1, replicasPerPrimary: 0)
    request.users = [LabUser(name: "reader", password: "r", rules: "~* +@read +cluster")]
    try await withLab(request) { lab, loop in
      let report = try await write(to: lab, loop, rate: nil, login: ForeignLogin(user: "reader", password: "r")) {
        try await loop.sleep(for: .milliseconds(100))
      }
      #expect(Array(report.errors.keys) == ["NOPERM"])
      #expect(report.acknowledged == 0 && report.lost == 0)
    }
  }

  @Test func theReportIsAFile() async throws {
    try await withScratch { scratch in
      var report = WritingReport()
      report.acknowledged = 12
      report.errors = ["MOVED-AWAY": 1, "NO-REPLY": 2]
      var shard = WritingReport.Shard(name: "s1", firstSlot: 0, lastSlot: 16383)
      shard.longestStall = 42.5
      report.shards = [shard]
      try report.write(to: "\(scratch.path)/report.json")
      let text = String(decoding: try Files.read("\(scratch.path)/report.json"), as: UTF8.self)
      #expect(try JSONDecoder().decode(WritingReport.self, from: Data(text.utf8)) == report)
      #expect(text.contains("\"longestStall\" : 42.5"))
      #expect(report.errorCount == 3)
    }
  }

  @Test func aClusterThatCannotBeReachedIsSaidAtOnce() async throws {
    try await withScratch { scratch in
      let client = WritingClient(
        WritingRequest(seeds: [Address(host: "127.0.0.1", port: 1)], prefix: "writer"), on: scratch.loop)
      let error = await #expect(throws: LabError.self) { try await client.run() }
      #expect(error?.code == .connectionLost)
    }
  }

  private func withLab(_ request: LabRequest, _ body: (RunningLab, EventLoop) async throws -> Void) async throws {
    try await withScratch { scratch in
      let lab = try await scratch.up(request)
      try await body(lab, scratch.loop)
      try await lab.down()
    }
  }

  /// Writes while something happens, and for a while before and after it.
  private func write(
    to lab: RunningLab, _ loop: EventLoop, rate: Double?, login: ForeignLogin = ForeignLogin(),
    while event: () async throws -> Void
  ) async throws -> WritingReport {
    var request = WritingRequest(seeds: [lab.addresses[0], lab.addresses[lab.addresses.count - 1]], prefix: "writer")
    request.rate = rate
    request.login = login
    request.verificationBound = .seconds(5)
    let client = WritingClient(request, on: loop)
    async let report = client.run()
    try await until(loop) { try await knownKeys(lab, loop) || login.user != nil }
    let outcome: Result<Void, any Error>
    do {
      try await event()
      try await loop.sleep(for: .milliseconds(400))
      outcome = .success(())
    } catch {
      outcome = .failure(error)
    }
    client.requestStop()
    let result = try await report
    try outcome.get()
    return result
  }

  /// Whether the client has written every kind of key on every shard.
  private func knownKeys(_ lab: RunningLab, _ loop: EventLoop) async throws -> Bool {
    for node in lab.nodes where node.isPrimary {
      let keys = try await send(["KEYS", "*"], to: node.address, loop).elements ?? []
      guard keys.count >= 17 else { return false }
    }
    return true
  }

  @discardableResult
  private func send(_ command: [String], to address: Address, _ loop: EventLoop) async throws -> ForeignReply {
    let connection = try await ForeignConnection.open(to: address, on: loop, within: .seconds(5))
    defer { connection.close() }
    let reply = try await connection.send(command, within: .seconds(5))
    #expect(reply.errorCode == nil, "\(command): \(reply)")
    return reply
  }

  private func role(of address: Address, _ loop: EventLoop) async throws -> String? {
    try await send(["ROLE"], to: address, loop).elements?.first?.text
  }

  private func until(_ loop: EventLoop, _ condition: () async throws -> Bool) async throws {
    let deadline = loop.now + .seconds(20)
    while try await !condition() {
      try #require(loop.now < deadline)
      try await loop.sleep(for: .milliseconds(10))
    }
  }
}
