// What the wizard reads out of a simulated node's tables is what the simulator's model says, or it is refused.

import Testing
import TrainingLab
import UpgradeCore
import World

/// A report whose tables were changed in a way that a release, a terminal or a broken line might.
private struct ChangedReport {
  var cluster: Simulator.Cluster
  var local: Int
  var dice: Randomness
  var isColored: Bool
  /// Columns in another order, extra blanks between them, and columns that nobody knows.
  var areColumnsMoved: Bool

  mutating func text() -> String {
    var report = Simulator.StatusReport(cluster, on: local)
    report.extras = Set(Simulator.Extra.allCases)
    var blocks = [report.head]
    for table in [report.nodes, report.databases, report.endpoints, report.shards] {
      var table = table
      if areColumnsMoved { table = moved(table) }
      blocks.append(table.lines(dice.chance(0.5) ? .narrow : .wide, colored: isColored))
    }
    return blocks.joined(separator: [""]).joined(separator: "\n") + "\n"
  }

  private mutating func moved(_ table: Simulator.Table) -> Simulator.Table {
    var order = Array(table.columns.indices)
    order.shuffle(using: &dice)
    var columns = order.map { table.columns[$0] }
    var rows = table.rows.map { row in order.map { row[$0] } }
    let place = dice.number(0...columns.count)
    columns.insert("NOBODY_KNOWS", at: place)
    for row in rows.indices { rows[row].insert(.init(dice.pick(["", "-", "a b  c"]) ?? ""), at: place) }
    return Simulator.Table(table.title, columns: columns, rows: rows)
  }
}

@Suite struct ReadersAgreeTests {
  private static let versions = ["5.4.0-19", "6.2.12-37", "7.2.4-92", "8.0.20-44"]

  /// A cluster in some state: names, roles, places and troubles as the model can have them.
  private static func cluster(_ version: String, _ dice: inout Randomness) -> Simulator.Cluster {
    var cluster = Simulator.Cluster.sample(version)
    let names = ["orders", "a", "very-long-name-of-a-database-that-widens-its-column", "db:7", "OK", "N/A", "node:1"]
    for index in cluster.databases.indices {
      cluster.databases[index].name = dice.pick(names) ?? "orders"
      cluster.databases[index].status = dice.pick([.active, .active, .changing, .importing, .recovery]) ?? .active
      for shard in cluster.databases[index].shards.indices {
        cluster.databases[index].shards[shard].node = dice.number(1...3)
        cluster.databases[index].shards[shard].status = dice.pick([.ok, .ok, .ok, .loading, .down]) ?? .ok
      }
    }
    for index in cluster.nodes.indices {
      cluster.nodes[index].externalAddress = dice.pick(["", "203.0.113.\(index + 1)", ""]) ?? ""
      if dice.chance(0.2) { cluster.nodes[index].isRunning = false }
    }
    cluster.bindEndpoints()
    return cluster
  }

  private static func compare(_ read: Enterprise.ClusterStatus, _ cluster: Simulator.Cluster, _ local: Int) {
    #expect(read.headline?.master == cluster.primary)
    #expect(read.nodes.map(\.id) == cluster.nodes.map(\.id))
    for (node, own) in zip(read.nodes, cluster.nodes) {
      #expect(node.isLocal == (own.id == local))
      #expect(node.role == (own.id == cluster.primary ? .master : .slave))
      #expect(node.address == own.address && node.hostname == own.hostname)
      #expect(node.externalAddress == (own.externalAddress.isEmpty ? nil : own.externalAddress))
      #expect(node.version.description == own.version.description)
      #expect(!node.status.isOK || own.isRunning)
    }
    #expect(read.databases.map(\.name) == cluster.databases.map(\.name))
    for (database, own) in zip(read.databases, cluster.databases) {
      #expect(database.id == own.id && database.status == own.status.rawValue)
      #expect(database.isReplicated == own.hasReplication)
      #expect(database.persistence.rawValue == own.persistence.rawValue)
      #expect(database.version == own.version)
    }
    let shards = cluster.databases.flatMap(\.shards)
    #expect(read.shards.map(\.id) == shards.map(\.id) && read.shards.map(\.node) == shards.map(\.node))
    #expect(read.shards.map(\.isPrimary) == shards.map { $0.role == .primary })
    for (shard, own) in zip(read.shards, shards) where own.status != .ok {
      #expect(!shard.status.isOK || shard.watchdog?.isOK == false, "redis:\(own.id) is \(own.status)")
    }
    #expect(read.endpoints.count == cluster.databases.reduce(0) { $0 + $1.endpoints.count })
  }

  @Test(arguments: versions)
  func everyTableOfEveryDialectIsReadAsItIs(version: String) throws {
    for seed in 1...50 {
      var dice = Randomness(seed: UInt64(seed))
      let cluster = Self.cluster(version, &dice)
      let local = dice.number(1...3)
      var report = ChangedReport(
        cluster: cluster, local: local, dice: dice, isColored: seed % 2 == 0, areColumnsMoved: seed % 3 == 0)
      let text = report.text()
      do {
        Self.compare(try Reader.clusterStatus(text), cluster, local)
      } catch {
        Issue.record("seed \(seed): \(error)\n\(text)")
      }
    }
  }

  /// Cut anywhere, a row that slid to the right, or a word that nobody documents: refused, or read as it is.
  @Test(arguments: versions)
  func whatIsBrokenIsRefusedAndNotMisread(version: String) throws {
    var refused = 0
    for seed in 1...60 {
      var dice = Randomness(seed: UInt64(1000 + seed))
      let cluster = Self.cluster(version, &dice)
      var report = ChangedReport(cluster: cluster, local: 1, dice: dice, isColored: false, areColumnsMoved: false)
      var text = report.text()
      switch seed % 3 {
      case 0: text = String(text.prefix(dice.number(0...text.count - 1)))
      case 1:
        // One row slides to the right by a few columns.
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let rows = lines.indices.filter { lines[$0].hasPrefix("db:") || lines[$0].hasPrefix("node:") }
        let row = dice.pick(rows) ?? rows[0]
        let blanks = lines[row].indices.filter { lines[row][$0] == " " }
        let place = dice.pick(blanks) ?? lines[row].startIndex
        lines[row].insert(contentsOf: String(repeating: " ", count: dice.number(1...9)), at: place)
        text = lines.joined(separator: "\n")
      default:
        text = text.replacing(dice.pick(["enabled", "master", "redis:", "node:2", "single"]) ?? "", with: "other")
      }
      do {
        Self.compare(try Reader.clusterStatus(text), cluster, 1)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 30)
  }
}
