// The simulated cluster as a value: versions, bundles, and what becomes of it when nodes go and come.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct ClusterModelTests {
  private func version(_ text: String) throws -> Simulator.Version { try #require(Simulator.Version(text)) }

  @Test func versionsAreComparedFieldByField() throws {
    let texts = ["4.5.0-35", "5.0.2-30", "5.4.0-19", "6.2.12-37", "7.2.4-92", "7.2.4-109", "7.22.0-250", "8.0.2-17"]
    #expect(try texts.map(version).sorted().map(\.description) == texts)
    for wrong in ["7.2.4", "7.2-92", "7.2.4.1-92", "7.2.x-92", "7.2.4-", "", "-1.2.3-4"] {
      #expect(Simulator.Version(wrong) == nil, "\(wrong)")
    }
    #expect(try version("7.22.0-250").isAtLeast(7, 22) && !version("7.8.4-18").isAtLeast(7, 22))
  }

  @Test(arguments: [
    ("4.5.0-35", "5.2.0-14", true), ("4.5.0-35", "5.4.0-19", false), ("5.2.0-14", "5.4.0-19", true),
    ("5.0.2-29", "5.6.0-39", false), ("5.0.2-30", "5.6.0-39", true), ("6.2.8-64", "7.8.2-34", false),
    ("6.2.10-129", "7.8.2-34", true), ("6.2.18-65", "7.22.0-250", false), ("7.2.4-92", "7.22.0-250", true),
    ("7.2.4-92", "8.0.18-23", true), ("6.4.2-110", "8.0.16-33", false), ("6.4.2-110", "8.0.10-64", true),
    ("7.22.0-250", "7.2.4-92", false),
  ])
  func installersUpgradeWhatTheyMay(_ source: String, _ target: String, _ may: Bool) throws {
    #expect(try Simulator.Bundles.leads(from: version(source), to: version(target)) == may)
  }

  @Test func bundlesByVersion() throws {
    #expect(try Simulator.Bundles.databases(of: version("7.22.0-250")) == ["6.2", "7.2", "7.4"])
    #expect(try Simulator.Bundles.newest(of: version("8.0.6-50")) == "8.2")
    #expect(try Simulator.Bundles.usual(of: version("6.2.18-65"), policy: "major") == "6.0")
    #expect(try Simulator.Bundles.usual(of: version("6.2.18-65"), policy: "latest") == "6.2")
    // What stands for a newer database never is an older server.
    let all = ["3.2", "4.0", "5.0", "6.0", "6.2", "7.2", "7.4", "8.0", "8.2", "8.4", "8.6"]
    let servers = all.map { Simulator.Bundles.server(of: Simulator.Bundles.full($0)).version }
    #expect(servers == servers.sorted())
  }

  @Test func aNodeGoesAndComesBackNewer() throws {
    var cluster = Simulator.Cluster.sample()
    let target = cluster.target
    #expect(cluster.successions(from: 1).map { [$0.primary.id, $0.replica.id] } == [[1, 2]])
    for pair in cluster.successions(from: 1) { cluster.swapRoles(with: pair.replica.id) }
    cluster.stopped(node: 1, at: 5)
    #expect(cluster.primary == 2)
    #expect(cluster.hasQuorum)
    #expect(cluster.shard(1)?.role == .replica && cluster.shard(1)?.status == .down)
    #expect(cluster.shard(2)?.role == .primary)
    #expect(cluster.database(1)?.endpoints == [2, 3])
    // Nobody else can serve it: its endpoint waits for the node.
    #expect(cluster.database(2)?.endpoints == [1])

    cluster.change(node: 1) { $0.version = target }
    cluster.started(node: 1)
    #expect(cluster.isMixed)
    #expect(cluster.primary == 1)
    #expect(cluster.database(1)?.endpoints == [1, 2, 3])
    #expect(cluster.shard(1)?.role == .replica && cluster.shard(1)?.status == .ok)
  }

  @Test func thePrimaryRoleStaysAwayWhereAFaultWantsItTo() {
    var cluster = Simulator.Cluster.sample()
    let target = cluster.target
    cluster.change(node: 1) { $0.faults = [.notThePrimary] }
    cluster.stopped(node: 1, at: 5)
    cluster.change(node: 1) { $0.version = target }
    cluster.started(node: 1)
    #expect(cluster.primary == 2)
    // The next newer one takes it.
    cluster.stopped(node: 3, at: 6)
    cluster.change(node: 3) { $0.version = target }
    cluster.started(node: 3)
    #expect(cluster.primary == 3)
  }

  @Test func quorumIsMoreThanHalf() {
    var cluster = Simulator.Cluster.sample()
    cluster.stopped(node: 1, at: 5)
    #expect(cluster.hasQuorum)
    cluster.stopped(node: 2, at: 6)
    #expect(!cluster.hasQuorum)
    cluster.started(node: 2)
    cluster.change(node: 2) { $0.faults = [.quorumLost] }
    #expect(!cluster.hasQuorum)
  }

  @Test func endpointsFollowTheirPolicy() {
    var cluster = Simulator.Cluster.sample()
    cluster.change(database: 1) { $0.proxyPolicy = .allPrimaryShards }
    cluster.bindEndpoints()
    #expect(cluster.database(1)?.endpoints == [1, 2])
    cluster.swapRoles(with: 2)
    #expect(cluster.database(1)?.endpoints == [2])
    cluster.change(database: 1) { $0.proxyPolicy = .single }
    cluster.bindEndpoints()
    #expect(cluster.database(1)?.endpoints == [2])
    cluster.swapRoles(with: 4)
    cluster.stopped(node: 2, at: 1)
    #expect(cluster.database(1)?.endpoints == [3])
  }

  @Test func everyTextKnowsWhereItIsFrom() {
    for phrase in Simulator.Phrase.allCases {
      #expect(phrase.row.text != "\(phrase)", "\(phrase) has no text")
    }
    #expect(Simulator.Phrase.syncing("3", "1") == "shard:3 of db:1 is now syncing. Do you want to continue the upgrade")
    #expect(!Simulator.Phrase.enableUpgradeMode.isInvented && Simulator.Phrase.primaryFirst.isInvented)
  }
}
