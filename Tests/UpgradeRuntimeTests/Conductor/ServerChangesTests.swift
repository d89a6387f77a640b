// What is said of servers that nobody upgrades: only what has changed, each thing once.
import Testing

@testable import UpgradeCore
@testable import UpgradeRuntime

@Suite struct ServerChangesTests {
  private static let node = NodeID("a")
  private static let setup = Setup(
    target: "", to: Release(.redis, Version(7, 0, 15)),
    nodes: [
      NodeSetup(
        id: node, address: Address(host: "10.0.3.10", port: 6379), release: Release(.redis, Version(7, 0, 15)),
        role: .primary, runID: "", processID: 0, configFile: "", directory: "", appendOnly: false, settings: [:])
    ], shards: [], nodeTimeout: .zero, wayBackNarrows: false,
    site: Site(reach: .manual, commands: [:], bounds: [:], isLab: false), options: Options())

  private static func up(
    _ role: String = "master", version: String = "7.0.15", run: String = "one", link: String = "up",
    loading: Bool = false, state: String = "ok"
  ) -> Reading {
    let number = version.split(separator: ".").compactMap { Int($0) }
    let upstream = Upstream(
      address: Address(host: "10.0.3.11", port: 6379), linkUp: link == "up", syncInProgress: false, offset: 1,
      lastIOSecondsAgo: 0, downSeconds: nil, readOnly: true)
    let pulse = Pulse(
      server: ServerFacts(
        name: "redis", product: .redis, version: Version(number[0], number[1], number[2]), versionText: version,
        mode: "cluster", runID: run, processID: 1, port: 6379, uptimeSeconds: 5, executable: "", configFile: ""),
      replication: Replication(
        role: role == "master" ? .primary : .replica, offset: 1, replicationID: "", secondOffset: -1,
        backlogActive: true, backlogBytes: 0, replicas: [], upstream: role == "master" ? nil : upstream),
      persistence: Persistence(
        loading: loading, asyncLoading: false, backgroundSaveRunning: false, rewriteRunning: false,
        rewriteScheduled: false, moduleForkRunning: false, lastSaveSucceeded: true, lastRewriteSucceeded: true,
        lastAppendSucceeded: true, appendOnly: false, lastSaveTime: 0, changesSinceSave: 0),
      memory: Memory(used: 0, resident: 0, maximum: 0, policy: ""),
      statistics: Statistics(
        operationsPerSecond: 0, fullSyncs: 0, partialSyncs: 0, refusedPartialSyncs: 0, connectedClients: 0,
        blockedClients: 0), keys: 0, expiringKeys: 0,
      cluster: ClusterInfo(
        isOK: state == "ok", slotsAssigned: 16384, slotsOK: 16384, slotsPossiblyFailing: 0, slotsFailing: 0,
        knownNodes: 6, size: 3, currentEpoch: 6, myEpoch: 1))
    return .up(
      NodeView(
        pulse: pulse, cluster: nil, settings: nil, inventory: nil, pulseAsOf: 0, clusterAsOf: 0, ageOfPulse: .zero))
  }

  @Test func eachChangeOnce() {
    var changes = ServerChanges()
    func said(_ reading: Reading) -> [String] {
      changes.take(Snapshot(nodes: [Self.node: reading], shards: [], addresses: [:]), Self.setup)
        .map { String($0.dropFirst("10.0.3.10:6379: ".count)) }
    }
    #expect(said(.unknown("not read yet")) == [])
    #expect(said(Self.up()) == [])
    #expect(said(Self.up()) == [])
    #expect(said(Self.up("slave")) == ["is a replica now, was PRIMARY"])
    #expect(said(Self.up("slave", link: "down")) == ["its link to its primary is down"])
    #expect(said(Self.up("slave")) == ["is linked to its primary again"])
    #expect(said(.unknown("timed out")) == ["not read: timed out"])
    #expect(said(.down("connection refused")) == ["does not answer: connection refused"])
    #expect(said(.down("connection refused")) == [])
    #expect(
      said(Self.up("slave", version: "7.2.4", run: "two", loading: true)) == [
        "answers again", "was restarted: it is another process", "runs redis-7.2.4, was redis-7.0.15",
        "loads its data",
      ])
    #expect(
      said(Self.up("master", version: "7.2.4", run: "two", state: "fail"))
        == ["is PRIMARY now, was a replica", "says CLUSTER FAIL"])
    #expect(
      said(Self.up("master", version: "7.2.4", run: "two")) == ["says that the cluster is ok again"])
  }
}
