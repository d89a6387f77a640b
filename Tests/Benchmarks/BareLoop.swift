// The least that upgrades a cluster: the same commands, the same waits, the same drain, and nothing else.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// What an experienced operator's script would do, without a check, a record or a question.
struct BareLoop {
  let loop: EventLoop
  let lab: RunningLab
  let profile: Profile
  let to: Release

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  /// Seconds from the first stop to the last node in sync.
  func run() async throws -> Double {
    let fleet = Fleet(
      loop: loop,
      settings: ConnectionSettings(user: nil, password: nil, name: WizardName(host: "bare", run: "loop")))
    let finding = try await DeploymentFinder(fleet: fleet).find([lab.addresses[0]])
    for node in finding.nodes {
      for directive in ["cluster-require-full-coverage", "cluster-allow-replica-migration"] {
        _ = try await fleet.commander(node.address).send(["CONFIG", "SET", directive, "no"])
      }
    }
    let begun = loop.now
    for node in finding.nodes where node.role == .replica { try await swap(node, fleet) }
    for shard in finding.shards {
      let members = finding.nodes.filter { shard.members.contains($0.id) }
      guard let primary = members.first(where: { $0.role == .primary }),
        let replica = members.first(where: { $0.role == .replica })
      else { throw Problem(description: "shard \(shard.id) has no pair") }
      try await handOver(from: primary, to: replica, fleet)
      _ = await Drain(primary.address, fleet: fleet, timekeeper: LoopTimekeeper(loop)).run()
      try await swap(primary, fleet)
    }
    let took = (loop.now - begun).seconds
    await fleet.close()
    return took
  }

  private func swap(_ node: NodeSetup, _ fleet: Fleet) async throws {
    let reader = NodeReader(fleet: fleet)
    // Success is a connection that closes without a reply.
    _ = try? await fleet.commander(node.address).send(["SHUTDOWN", "SAVE"], within: .seconds(60))
    let pid = node.processID
    try await until("\(node.address) is down") {
      await reader.read(node.address, .pulse, expecting: nil).failure?.kind == .refused
        && (try? ProcessIdentity(of: Int32(pid)))?.isAlive != true
    }
    let values = Placeholders(
      address: node.address, nodeID: node.id, from: node.release, to: to, configFile: node.configFile,
      directory: node.directory)
    for stage in [Site.Stage.install, .start] {
      guard let command = try profile.command(stage, for: values) else { continue }
      let outcome = try await ChildProcess.run(.shell(command.text), on: loop, within: .seconds(30))
      guard outcome.status.isSuccess else { throw Problem(description: "\(stage) of \(node.address) failed") }
    }
    _ = try await waitUp(node, reader)
    for directive in ["cluster-require-full-coverage", "cluster-allow-replica-migration"] {
      _ = try await fleet.commander(node.address).send(["CONFIG", "SET", directive, "no"])
    }
    try await until("\(node.address) is in sync") {
      let upstream = await reader.read(node.address, .pulse, expecting: nil).pulse?.replication.upstream
      return upstream?.linkUp == true && upstream?.syncInProgress == false
    }
  }

  private func waitUp(_ node: NodeSetup, _ reader: NodeReader) async throws {
    try await until("\(node.address) is up") {
      await reader.read(node.address, .pulse, expecting: nil).pulse?.server.release == to
    }
  }

  private func handOver(from: NodeSetup, to: NodeSetup, _ fleet: Fleet) async throws {
    let reader = NodeReader(fleet: fleet)
    _ = try await fleet.commander(to.address).send(["CLUSTER", "FAILOVER"])
    try await until("\(to.address) is primary") {
      let new = await reader.read(to.address, .pulse, expecting: nil).pulse?.role
      let old = await reader.read(from.address, .pulse, expecting: nil).pulse?.role
      return new == .primary && old == .replica
    }
  }

  private func until(_ what: String, _ condition: () async -> Bool) async throws {
    let deadline = loop.now + .seconds(60)
    while loop.now < deadline {
      if await condition() { return }
      try await loop.sleep(for: .milliseconds(4))
    }
    throw Problem(description: "after 60 s still not: \(what)")
  }
}
