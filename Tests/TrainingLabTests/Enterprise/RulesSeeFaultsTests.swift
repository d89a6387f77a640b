// What the rules say of a simulated cluster: nothing against a healthy one, and each fault by its name.

import SystemIO
import Testing
import TrainingLab
import UpgradeCore

/// A cluster of the simulator, read as the wizard reads it.
private struct JudgedCluster {
  var cluster: Simulator.Cluster
  var target: String

  /// Reports and settings as node 1 prints them; every node's own check passes.
  func scene() throws -> Scene {
    var report = Simulator.StatusReport(cluster, on: 1)
    report.extras = Set(Simulator.Extra.allCases)
    let text = { (lines: [String]) in lines.joined(separator: "\n") + "\n" }
    let status = try Reader.clusterStatus(text(report.lines(colored: true)))
    let running = cluster.actions.filter(\.isRunning).enumerated().map { place, action in
      "\(place + 1)) Task: \(action.name) (\(action.id)) Status: running"
    }
    var survey = Enterprise.Survey(
      status: status, settings: try Reader.clusterSettings(text(cluster.information)),
      actions: try Reader.runningActions(text(["Got \(running.count) tasks:"] + running)))
    survey.modules = try Reader.databaseModules(text(report.lines(.modules, colored: false)))
    for node in status.nodes {
      let passed = "Running test: verify_services\n\tPASS\nSummary:\n-------\nALL TESTS PASSED.\n"
      survey.nodes[node.id] = Enterprise.NodeReport(check: try Reader.checkReport(passed), stoppedServices: [])
    }
    let release = Release(try #require(Enterprise.BuildVersion(target)))
    let setup = Setup(
      target: "enterprise://10.0.0.1", to: release,
      nodes: status.nodes.map { node in
        NodeSetup(
          id: NodeID(String(node.id)), address: Address(host: node.address, port: 9443), release: Release(node.version),
          role: .primary, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
      }, shards: [], nodeTimeout: .seconds(15), wayBackNarrows: false,
      site: Site(reach: .ssh, commands: [:], bounds: [:], isLab: true), options: Options(),
      enterprise: Enterprise.Constants(databases: []))
    return Scene(snapshot: Snapshot(nodes: [:], shards: [], addresses: [:], enterprise: survey), setup: setup)
  }

  func refusing() throws -> [String] {
    Rulebook.checks(in: try scene()).filter(\.refuses).map { "\($0.name) \($0.object)" }
  }
}

@Suite struct RulesSeeFaultsTests {
  @Test(arguments: [
    ("4.5.0-51", "5.2.2-14"), ("5.2.2-14", "5.4.14-7"), ("5.4.14-7", "6.0.8-28"), ("6.2.18-49", "7.4.6-22"),
    ("7.2.4-92", "7.22.0-250"), ("7.22.0-95", "8.0.20-44"), ("8.0.2-17", "8.2.0-25"),
  ])
  func nothingRefusesAHealthyClusterOfAnyGeneration(version: String, target: String) throws {
    #expect(try JudgedCluster(cluster: .sample(version), target: target).refusing() == [])
  }

  private static let faults: [(what: String, change: @Sendable (inout Simulator.Cluster) -> Void, refusing: [String])] =
    [
      (
        "a node is down", { $0.nodes[2].isRunning = false },
        ["cluster-is-ok the cluster", "node-is-ok node:3", "quorum-kept the cluster"]
      ),
      (
        "a shard syncs", { $0.databases[0].shards[1].sync = .running },
        ["cluster-is-ok the cluster", "no-shard-syncing the cluster"]
      ),
      (
        "a shard loads", { $0.databases[1].shards[0].status = .loading },
        ["cluster-is-ok the cluster", "no-shard-syncing the cluster"]
      ),
      (
        "a node is in maintenance",
        {
          $0.nodes[1].maintenance = [Simulator.Snapshot(name: "a", taken: 0, shards: [], primaries: [], endpoints: [])]
        },
        ["no-maintenance node:2"]
      ),
      (
        "a database is imported", { $0.databases[2].status = .importing },
        ["cluster-is-ok the cluster", "databases-active the cluster", "no-shard-syncing the cluster"]
      ),
      ("an old database", { $0.databases[3].version = "6.0.16" }, ["database-version-bundled db:4"]),
      (
        "three versions", { $0.nodes[1].version = Simulator.Version("7.4.6-22") ?? $0.nodes[1].version },
        ["versions-uniform the cluster"]
      ),
    ]

  @Test(arguments: faults.indices)
  func eachFaultIsSeen(index: Int) throws {
    let fault = Self.faults[index]
    var judged = JudgedCluster(cluster: .sample("7.2.4-92"), target: "7.22.0-250")
    fault.change(&judged.cluster)
    #expect(try judged.refusing() == fault.refusing, "\(fault.what)")
  }

  @Test func upgradeModeThatWasLeftOnIsNoHindrance() throws {
    var judged = JudgedCluster(cluster: .sample("7.2.4-92"), target: "7.22.0-250")
    judged.cluster.upgradeMode = true
    judged.cluster.nodes[0].version = Simulator.Version("7.22.0-250") ?? judged.cluster.nodes[0].version
    let scene = try judged.scene()
    #expect(try judged.refusing() == [])
    let results = Rulebook.checks(in: scene).filter { ["upgrade-mode-off", "versions-uniform"].contains($0.name.text) }
    #expect(results.map(\.result) == [.note, .warn])
    #expect(Rulebook.evaluate("master-is-newest", .deployment, in: scene).holds)
    #expect(!Rulebook.evaluate("one-version", .deployment, in: scene).holds)
  }

  /// The script of facts, run by this machine's own shell, and heard.
  @Test func theScriptOfFactsRunsHere() async throws {
    let script =
      "say() { printf '%s\\n' \"$*\"; }\n"
      + Enterprise.HostScript.text(paths: ["/", "/not there/it's"], programs: "/bin")
    try await withScratch { scratch in
      let said = try await ChildProcess.run(
        ChildCommand("/bin/sh", ["-s"]), on: scratch.loop, within: .seconds(30), input: Array(script.utf8))
      Self.hear(said)
    }
  }

  private static func hear(_ said: ChildOutcome) {
    #expect(
      said.status == .exited(0) && said.errorOutput.isEmpty, "\(String(decoding: said.errorOutput, as: UTF8.self))")
    var report = Enterprise.HostReport()
    for line in said.text.split(separator: "\n") { report.hear(line.split(separator: " ").map(String.init)) }
    #expect(report.system != nil && report.systemVersion != nil)
    #expect(report.memory ?? 0 > 0 && report.memoryAvailable ?? 0 > 0 && report.swap != nil)
    #expect(report.localPorts != nil && report.timeService != nil && report.nameServer != nil, "\(said.text)")
    #expect(report.listening != nil && report.programs != nil)
    #expect(report.freeDisk["/"] ?? 0 > 0 && report.fileSystems["/"] != nil && report.owners["/"] != nil)
    #expect(report.absent == ["/not there/it's"])
  }
}
