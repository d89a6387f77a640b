// What can go wrong on a node of Redis Enterprise Software, one by one: what is said, how it ends, who is left alone.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// A fault of the first node, and what comes of a run that nobody watches.
struct NodeFault: Sendable, CustomTestStringConvertible {
  var fault: Simulator.Fault
  /// The problem, or the question that nobody has answered.
  var stops: String
  var says: [String]
  var testDescription: String { fault.rawValue }
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct EnterpriseFaultTests {
  static let faults: [NodeFault] = [
    NodeFault(
      fault: .swapOn, stops: "installer-prompt:swap",
      says: ["Swap is enabled. Do you want to proceed? [Y/N]?", "no, then `swapoff -a` on the host and again"]),
    NodeFault(
      fault: .dnsPortBusy, stops: "STOPPED installer-failed on node:1",
      says: ["Port 53 is in use by another process", "No other node is touched", "Run the installer on node:1 again"]),
    NodeFault(
      fault: .portBusy, stops: "STOPPED node-not-back on node:1",
      says: ["The installer came to its end on node:1, and the node is not OK", "No other node is touched"]),
    NodeFault(
      fault: .installerDies, stops: "STOPPED installer-failed on node:1",
      says: ["a package script returned an error", "what the node says of itself is in "]),
    NodeFault(
      fault: .doesNotComeBack, stops: "STOPPED node-not-back on node:1",
      says: ["The installer came to its end on node:1, and the node is not OK", "replace_node 1"]),
    NodeFault(
      fault: .serviceDead, stops: "STOPPED node-not-back on node:1",
      says: ["The installer came to its end on node:1, and the node is not OK"]),
    NodeFault(
      fault: .staysLoading, stops: "STOPPED node-not-back on node:1",
      says: ["The installer came to its end on node:1, and the node is not OK"]),
    NodeFault(
      fault: .unknownPrompt, stops: "installer-prompt:unknown",
      says: ["Keep, rotate or abort [K/R/A]?", "The installer asks what this program does not know"]),
  ]

  @Test(arguments: faults) func leavesTheOtherNodesAlone(_ fault: NodeFault) async throws {
    try await withEnterpriseNight { night in
      try await night.fault(fault.fault, on: 1)
      let words = night.begin.map { $0 == "20" ? "6" : $0 }
      let said = try await night.night.run(words + EnterpriseNight.yes)
      for text in [fault.stops] + fault.says {
        #expect(said.output.contains(text), "\(text) is not in \(said.output.suffix(4000)) \(said.errors)")
      }
      #expect(said.code == 3 || said.code == 4, "\(said.output.suffix(1000))")
      let state = try night.night.journal().state
      #expect(Set(state.attempts.keys.filter { $0.verb == .install }) == [StepKey(.install, .node(NodeID("1")))])
      for node in 2...3 {
        #expect(try night.installations(on: node) == 0)
        #expect(try night.cluster.node(node)?.version.description == EnterpriseNight.old)
      }
      #expect(try night.cluster.databases.allSatisfy { $0.shortVersion == "7.2" })
    }
  }

  /// The node that leads meanwhile is an old one: it is the next.
  @Test func thePrimaryRoleThatMovesIsFollowed() async throws {
    try await withEnterpriseNight { night in
      try await night.fault(.notThePrimary, on: 1)
      let said = try await night.night.run(night.begin + EnterpriseNight.yes)
      #expect(said.output.contains("STOPPED gate-not-met on cache"), "\(said.output.suffix(3000))")
      try night.expectUpgraded(databases: [1: "7.4"])
      let order = try night.night.journal().entries.compactMap { entry -> String? in
        guard case .intent(let effect, .host(let node, .install), _, _) = entry.record else { return nil }
        return "\(node).\(effect.attempt)"
      }
      #expect(order.first == "1.1" && order.count == 3, "\(order)")
    }
  }

  /// A cluster without a quorum gives no report, and nothing is begun.
  @Test func aClusterWithoutAQuorumIsNotBegun() async throws {
    try await withEnterpriseNight { night in
      for node in 1...3 { try await night.fault(.quorumLost, on: node) }
      let said = try await night.night.run(night.begin + EnterpriseNight.yes)
      #expect(said.code == 1, "\(said.output.suffix(2000)) \(said.errors)")
      for node in 1...3 { #expect(try night.installations(on: node) == 0) }
    }
  }

  /// The wrong answer: without upgrade mode the installer goes on here, and the run says what it found.
  @Test func upgradeModeThatIsRefused() async throws {
    try await withEnterpriseNight { night in
      try await night.night.withPerson(night.begin) { person in
        try await person.begins()
        try await person.answers("upgrade-node:node:1", "outage node:1")
        try await person.answers("enable-upgrade-mode", "no")
        try await person.reads("rejoin node:1: done")
        try await person.answers("upgrade-node:node:2", "no")
        _ = try await person.meets("declined")
        try await person.chooses("stop")
        let end = try await person.end()
        #expect(end.code == 3, "\(end.output.suffix(2000))")
      }
      #expect(try !night.cluster.upgradeMode)
    }
  }

  /// With credentials for the REST API and hosts that are reached, hardly anything is not checked.
  @Test func whatCanBeLookedAtIsLookedAt() async throws {
    try await withEnterpriseNight { night in
      let said = try await night.night.run(
        ["check", "enterprise://127.0.0.1", "--to", EnterpriseNight.new, "--json"]
          + Array(night.night.profile.prefix(2)))
      #expect(said.code == 0, "\(said.output.suffix(2000)) \(said.errors)")
      let rows = try CheckRow.read(said)
      for name in ["reports-agree", "cluster-check", "tools-run", "upgrade-path", "node-is-ok", "dns-port-free"] {
        rows.expectPass(name)
      }
      // The vendor's own folders are not on this host.
      let unknown = Set(rows.filter { $0.result == "unknown" }.map(\.name))
      #expect(unknown.isSubset(of: ["disk-room", "storage-paths", "license", "known-limitations"]), "\(unknown)")
      rows.expect("database-protected", "warn", "cache has neither a replica nor a file")
    }
  }

  /// A command that says "Done" is not believed where the keys are gone.
  @Test func aDatabaseThatComesBackShortOfKeys() async throws {
    try await withEnterpriseNight {
      $0.databases.removeAll { $0.name != "orders" }
    } _: { night in
      try await night.fill(1, keys: 40)
      try await night.fault(.filesLost, on: night.cluster.database(1)?.shards.first?.node ?? 1)
      let words = night.begin + EnterpriseNight.yes.map { $0 == "client-probe=yes" ? "client-probe=no" : $0 }
      try await night.night.withPerson(words) { person in
        let said = try await person.meets("database-not-upgraded")
        #expect(said.contains("it came back short of keys: 40 keys before, 0 after"), "\(said)")
        try await person.chooses("stop")
        let end = try await person.end()
        #expect(end.code == 3, "\(end.output.suffix(2000))")
      }
    }
  }

  /// Proxies are called with the login and the certificate that the profile names; without, that is said.
  @Test func whatClientsSeeIsCheckedWithTheirOwnLogin() async throws {
    try await withEnterpriseNight { request in
      request.databases = [
        .init("sealed", persistence: .aof, tls: true), .init("open", persistence: .aof),
        .init("shut", persistence: .aof), .init("unnamed", persistence: .aof),
      ]
    } _: { night in
      try await night.fill(2, keys: 7)
      let text = String(decoding: try Files.read(night.night.lab.profilePath), as: UTF8.self)
      let other = "\(night.night.folder)/other.password"
      try Files.writeAtomically(other, Array("not-this-one\n".utf8))
      let profile = "\(night.night.folder)/clients.yaml"
      let changed = text.replacing(night.store.passwordFile(ofDatabase: 3), with: other)
        .replacing("  'unnamed':\n    password_file: '\(night.store.passwordFile(ofDatabase: 4))'\n", with: "")
      try Files.writeAtomically(profile, Array(changed.utf8))
      func rows() async throws -> [CheckRow] {
        let said = try await night.night.run(
          ["check", "enterprise://127.0.0.1", "--to", EnterpriseNight.new, "--json", "--profile", profile])
        return try CheckRow.read(said)
      }
      var found = try await rows()
      found.expect("endpoints-answer", "unknown", "it refuses the login that the profile names")
      found.expect("endpoints-answer", "unknown", "it wants a login")
      let passed = found.filter { $0.name == "endpoints-answer" && $0.result == "pass" }.map(\.saw)
      #expect(passed == ["1 proxy, 0 keys", "1 proxy, 7 keys"])
      try await night.store.change { cluster in cluster.change(database: 2) { $0.endpoints = [] } }
      found = try await rows()
      found.expect("endpoints-answer", "unknown", "no address of its proxies is listed")
    }
  }

  /// No flag, no file, no word agrees to a loss beforehand, and `force_discard` stands nowhere.
  @Test func noFlagAgreesToALoss() async throws {
    try await withEnterpriseNight { night in
      for words in [
        ["--answer", "upgrade-database:cache=lose cache"], ["--answer", "upgrade-database=lose cache"],
        ["--answer", "installer-prompt:unknown=answered"],
      ] {
        let said = try await night.night.run(night.begin + words)
        #expect(said.code == 2, "\(words): \(said.output.suffix(500)) \(said.errors)")
      }
      let plan = try await night.night.run(
        ["plan", "enterprise://127.0.0.1", "--to", EnterpriseNight.new, "--json"] + Array(night.night.profile.prefix(2))
      )
      #expect(plan.code == 0, "\(plan.errors)")
      #expect(plan.output.contains("upgrade-database:cache") && plan.output.contains("discard_data"))
      #expect(!plan.output.contains("force_discard"))
    }
  }
}
