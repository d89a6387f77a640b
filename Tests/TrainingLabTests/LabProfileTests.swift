// The profile of a lab, run by hand as an operator would: one node to another release and back.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.serialized, .timeLimit(.minutes(10))) struct LabProfileTests {
  @Test(arguments: [("redis-6.2.14", "redis-7.0.15"), ("redis-7.0.15", "valkey-8.1.1")])
  func aNodeGoesToAnotherReleaseAndBack(from: String, to: String) async throws {
    try await withScratch { scratch in
      let from = try #require(Release(from))
      let to = try #require(Release(to))
      var request = LabRequest(from: from, to: to, primaries: 1)
      request.directory = "\(scratch.path)/it's a lab"
      request.keysPerShard = 50
      let lab = try await scratch.up(request)
      let replica = lab.nodes[1]
      let before = try #require(lab.processes(of: replica).first)

      #expect(try await run(.stage, replica, of: lab, from: from, to: to, scratch.loop).hasPrefix(banner(to)))
      try await shutDown(replica, of: lab, scratch.loop)
      _ = try await run(.install, replica, of: lab, from: from, to: to, scratch.loop)
      // Done twice it comes to the same.
      _ = try await run(.install, replica, of: lab, from: from, to: to, scratch.loop)
      _ = try await run(.start, replica, of: lab, from: from, to: to, scratch.loop)
      try await expect(to, on: replica, of: lab, from: from, scratch.loop)
      let after = try #require(lab.processes(of: replica).first)
      #expect(after != before)
      // It leads a session of its own, away from whoever started it.
      #expect(try session(of: after) == after.pid)

      // Unsaved: the older release could not read the newer one's file, and the one before it is still there.
      try await shutDown(replica, of: lab, scratch.loop, command: ["SHUTDOWN", "NOSAVE"])
      _ = try await run(.rollback, replica, of: lab, from: from, to: to, scratch.loop)
      _ = try await run(.start, replica, of: lab, from: from, to: to, scratch.loop)
      try await expect(from, on: replica, of: lab, from: from, scratch.loop)

      // What the profile started is the lab's, although the lab never saw it.
      try await lab.down()
      #expect(lab.processes.isEmpty)
    }
  }

  /// As the wizard's own host runs it: on a terminal of its own, which is gone a moment later.
  @Test func theServerOutlivesTheTerminalThatItWasStartedOn() async throws {
    try await withScratch { scratch in
      let release = Release(.redis, Version(6, 2, 14))
      let lab = try await scratch.up(LabRequest(from: release, primaries: 1))
      let replica = lab.nodes[1]
      try await shutDown(replica, of: lab, scratch.loop)
      let command = try command(.start, replica, of: lab, from: release, to: release)
      let child = try ChildProcess.spawn(.shell(command), streams: .terminal(rows: 24, columns: 80), on: scratch.loop)
      #expect(await child.exit().isSuccess)
      #expect(try await child.read(upTo: 1000).isEmpty)
      child.closeStreams()
      try await expect(release, on: replica, of: lab, from: release, scratch.loop)
      try await lab.down()
    }
  }

  @Test func aReleaseThatIsNotThereIsNotInstalled() async throws {
    try await withScratch { scratch in
      let release = Release(.redis, Version(6, 2, 14))
      let lab = try await scratch.up(LabRequest(from: release, primaries: 1, replicasPerPrimary: 0))
      let missing = Release(.redis, Version(7, 99, 0))
      for stage in [Site.Stage.stage, .install] {
        let line = try command(stage, lab.nodes[0], of: lab, from: release, to: missing)
        let outcome = try await ChildProcess.run(.shell(line), on: scratch.loop, within: .seconds(20))
        #expect(!outcome.status.isSuccess)
      }
      let link = try Files.readLink("\(lab.record.directory(of: lab.nodes[0]))/server")
      #expect(link.hasSuffix("/redis-6.2.14/redis-server"))
      try await lab.down()
    }
  }

  private func banner(_ release: Release) -> String {
    "\(release.product == .redis ? "Redis" : "Valkey") server v=\(release.version)"
  }

  private func command(
    _ stage: Site.Stage, _ node: LabRecord.Node, of lab: RunningLab, from: Release, to: Release
  ) throws -> String {
    let profile = try Profile(yaml: Files.read(lab.profilePath), file: lab.profilePath)
    #expect(profile.stages == [.stage, .install, .start, .rollback])
    return try #require(try profile.command(stage, for: Placeholders(address: node.address, from: from, to: to))).text
  }

  private func run(
    _ stage: Site.Stage, _ node: LabRecord.Node, of lab: RunningLab, from: Release, to: Release, _ loop: EventLoop
  ) async throws -> String {
    let line = try command(stage, node, of: lab, from: from, to: to)
    let outcome = try await ChildProcess.run(.shell(line), on: loop, within: .seconds(60))
    #expect(outcome.status.isSuccess, "\(line): \(outcome)")
    return outcome.text
  }

  private func shutDown(
    _ node: LabRecord.Node, of lab: RunningLab, _ loop: EventLoop, command: [String] = ["SHUTDOWN"]
  ) async throws {
    let process = try #require(lab.processes(of: node).first)
    let connection = try await ForeignConnection.open(to: node.address, on: loop, within: .seconds(5))
    await #expect(throws: ForeignFailure.closed) { try await connection.send(command, within: .seconds(20)) }
    #expect(try await process.end(on: loop, within: .seconds(20)))
  }

  /// The node answers as that release, follows its primary and has all keys; the other node is as it was.
  private func expect(
    _ release: Release, on node: LabRecord.Node, of lab: RunningLab, from: Release, _ loop: EventLoop
  ) async throws {
    var isUp = false
    let deadline = loop.now + .seconds(20)
    while !isUp, loop.now < deadline {
      isUp = (try? await ForeignConnection.open(to: node.address, on: loop, within: .seconds(1))) != nil
      if !isUp { try await loop.sleep(for: .milliseconds(10)) }
    }
    let proof = ClusterProof(lab.addresses, on: loop)
    let keys = try await proof.keys()
    #expect(keys.count == 1 && keys.allSatisfy { $0.areEqual && $0.replicas.count == 1 })
    #expect(try await proof.releases() == [lab.addresses[0]: from, node.address: release])
  }

  /// The session that a process belongs to (proc(5): `stat`, field 6).
  private func session(of process: ProcessIdentity) throws -> Int32? {
    let line = String(decoding: try Files.read("/proc/\(process.pid)/stat"), as: UTF8.self)
    let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 3 ? Int32(fields[3]) : nil
  }
}
