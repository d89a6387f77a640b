// The simulated cluster of `World` held against real servers: one history, lived by both, has to read the same.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

@Suite(.timeLimit(.minutes(5))) struct HistoryTests {
  static let paths = [(Release.redis62, Release.redis70), (Release.redis70, Release.redis80)]

  @Test("what the simulator answers is what servers answer, along an upgrade and a crash", arguments: paths)
  func oneHistory(_ from: Release, _ to: Release) async throws {
    var request = TrainingLab.LabRequest(from: from, to: to)
    request.keysPerShard = 100
    try await withNight(request) { night in
      let real = try await RealHistory(night, to: to)
      let simulated = SimulatedHistory(from: from, to: to)
      func both(_ words: [String], at node: Node) async throws {
        let answers = (try await real.send(words, to: node), simulated.send(words, to: node))
        #expect(answers.0 == answers.1, "\(words.joined(separator: " ")) to \(node)")
      }
      /// The real cluster comes to look as the simulated one does once it is quiet.
      func same(_ moment: String) async throws {
        simulated.rest()
        let wanted = History.lines(simulated.readouts())
        var seen: [String] = []
        let deadline = night.loop.now + .seconds(40)
        repeat {
          seen = History.lines(await real.readouts())
          if seen == wanted { return }
          try await night.loop.sleep(for: .milliseconds(50))
        } while night.loop.now < deadline
        let differences = zip(seen, wanted).filter { $0 != $1 }.map { "real      \($0)\n  simulated \($1)" }
        Issue.record("\(moment):\n  \(differences.joined(separator: "\n  "))")
      }

      try await same("at the start")
      for node in Node.allCases {
        try await both(["CONFIG", "SET", "cluster-require-full-coverage", "no"], at: node)
        try await both(["CONFIG", "SET", "no-such-directive", "1"], at: node)
      }
      try await both(["CLUSTER", "FAILOVER"], at: .primary1)
      try await both(["NO-SUCH-COMMAND"], at: .replica2)

      try await real.stop(.replica1)
      simulated.stop(.replica1)
      try await same("a replica is stopped")
      try await real.startUpgraded(.replica1)
      simulated.startUpgraded(.replica1)
      try await same("and back on the new release")

      try await both(["CLUSTER", "FAILOVER"], at: .replica1)
      try await same("handed over to it")
      try await both(["CLUSTER", "FAILOVER"], at: .replica1)
      try await real.stop(.primary1)
      simulated.stop(.primary1)
      try await same("the old primary is stopped")
      try await real.startUpgraded(.primary1)
      simulated.startUpgraded(.primary1)
      try await same("and back as a replica")

      try await real.kill(.primary2)
      simulated.kill(.primary2)
      try await same("another primary dies, and its replica is elected")
      try await real.startUpgraded(.primary2)
      simulated.startUpgraded(.primary2)
      try await same("and comes back behind it")
    }
  }
}

/// The nodes by what they were at first.
enum Node: Int, CaseIterable, CustomStringConvertible {
  case primary1, primary2, primary3, replica1, replica2, replica3
  var description: String { (rawValue < 3 ? "P" : "R") + String(rawValue % 3 + 1) }
  var shard: Int { rawValue % 3 }
}

/// What both sides are compared by: the program's own readings, with names in the place of ids and addresses.
enum History {
  static func lines(_ readouts: [NodeReadout]) -> [String] {
    var names: [NodeID: Node] = [:]
    for node in Node.allCases { if let id = readouts[node.rawValue].view?.myself { names[id] = node } }
    for readout in readouts {
      // A node that is down is the one that is left.
      for member in readout.view?.members ?? [] where names[member.id] == nil {
        let free = Node.allCases.filter { !names.values.contains($0) }
        if free.count == 1 { names[member.id] = free[0] }
      }
    }
    return Node.allCases.flatMap { node in lines(node, readouts[node.rawValue], names) }
  }

  private static func lines(_ node: Node, _ readout: NodeReadout, _ names: [NodeID: Node]) -> [String] {
    guard let pulse = readout.pulse, let view = readout.view, let cluster = pulse.cluster else {
      return ["\(node) \(readout.failure?.kind == .refused ? "down" : "\(String(describing: readout.failure))")"]
    }
    let newest = view.members.filter { $0.role == .primary }.map(\.configEpoch).max() ?? 0
    let upstream = pulse.replication.upstream
    let link = upstream.map { " link \($0.linkUp ? "up" : "down") sync \($0.syncInProgress)" } ?? ""
    let replicas = pulse.replication.replicas.map(\.state).sorted()
    var lines = [
      "\(node) \(pulse.server.release?.description ?? "?") \(pulse.role.rawValue)\(link) replicas \(replicas) "
        + "cluster \(cluster.isOK) slots \(cluster.slotsOK) loading \(pulse.persistence.loading) "
        + "saved \(pulse.persistence.lastSaveSucceeded) coverage "
        + (readout.settings?["cluster-require-full-coverage"] ?? "?")
    ]
    for member in view.members.sorted(by: { name($0.id, names) < name($1.id, names) }) {
      let flags = member.flags.subtracting([.myself]).map(\.rawValue).sorted().joined(separator: ",")
      let primary = member.primary.map { " of \(name($0, names))" } ?? ""
      let isNewest = member.role == .primary && member.configEpoch == newest
      // A simulated cluster divides the slots a little otherwise than redis-cli does.
      let slots = member.slots.isEmpty ? "" : " owns slots"
      lines.append(
        "\(node) sees \(name(member.id, names)) \(flags)\(primary)\(slots)\(isNewest ? " newest" : "")"
          + " link \(member.linkConnected)")
    }
    return lines
  }

  private static func name(_ id: NodeID, _ names: [NodeID: Node]) -> String { names[id]?.description ?? "?" }
}
