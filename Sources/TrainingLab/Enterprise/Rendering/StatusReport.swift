// What `rladmin status` says of a cluster, as tables, in the dialect of the node that says it.

extension Simulator {
  /// More columns (redis/docs, rladmin/status.md).
  package enum Extra: String, Sendable, CaseIterable {
    case backups, frag, nodestats
    case rack = "rack_id"
    case version = "redis_version"
    case machine = "state_machine"
    case traffic = "traffic_manually_disabled"
    case watchdog
  }

  package struct StatusReport: Sendable {
    package var cluster: Cluster
    /// The node on which it is asked.
    package var local: Int
    package var extras: Set<Extra> = []
    package var isIssuesOnly = false
    /// Only what is on this node, or belongs to this database.
    package var node: Int?
    package var database: Int?
    package var sorting: [String] = []
    /// Milliseconds since 1970.
    package var now: Int64 = 0

    package init(_ cluster: Cluster, on local: Int) {
      self.cluster = cluster
      self.local = local
    }

    package var dialect: Dialect {
      cluster.node(local).map { Dialect(of: $0.version) } ?? .current
    }

    // MARK: - The head

    /// The lines above the tables, with `extra all`; what is said of a cluster that is not well is invented.
    package var head: [String] {
      let isWell = cluster.hasQuorum && cluster.nodes.allSatisfy(\.isRunning)
      let address = cluster.node(cluster.primary)?.address ?? ""
      let numbers = cluster.failures.map(\.description).joined(separator: ", ")
      let means = zip(["avg1", "avg15", "avg60"], cluster.failures).map { "\($0) \(Self.hundredths($1))" }
      return [
        "CLUSTER:", "\(isWell ? "OK" : "ERROR"). Cluster master: \(cluster.primary) (\(address))",
        "Cluster health: \(isWell ? "OK" : "DEGRADED"), [\(numbers)]",
        "failures/minute - \(means.joined(separator: ", ")).",
      ]
    }

    // MARK: - The tables

    package var nodes: Table {
      let memory = dialect.memoryColumns
      var columns = ["NODE:ID", "ROLE", "ADDRESS", "EXTERNAL_ADDRESS", "HOSTNAME"]
      if extras.contains(.nodestats) { columns += ["MASTERS", "SLAVES", "OVERBOOKING_DEPTH"] }
      columns += ["SHARDS", "CORES", memory.free, memory.provisional, "VERSION"]
      if extras.contains(.version) { columns.append("SHA") }
      if extras.contains(.rack) { columns.append("RACK-ID") }
      columns.append("STATUS")
      let rows = cluster.nodes.map { (isWell: $0.isRunning, cells: row(of: $0)) }
      return table("CLUSTER NODES:", columns, rows.filter { !isIssuesOnly || !$0.isWell }.map(\.cells))
    }

    private func row(of node: Node) -> [Cell] {
      let shards = cluster.shards.filter { $0.node == node.id }
      let primaries = shards.filter { $0.role == .primary }.count
      let host = node.host
      let isOut = node.isInMaintenance || node.isQuorumOnly
      let depth = Cell(Self.size(isOut ? 0 : host.provisionalMemory))
      var cells: [Cell] = [
        Cell("\(node.id == local ? "*" : "")node:\(node.id)"), Cell(node.id == cluster.primary ? "master" : "slave"),
        Cell(node.address), Cell(node.externalAddress), Cell(node.hostname),
      ]
      if extras.contains(.nodestats) { cells += [Cell("\(primaries)"), Cell("\(shards.count - primaries)"), depth] }
      cells.append(
        node.isInMaintenance ? Cell("\(shards.count)/0", .yellow) : Cell("\(shards.count)/\(node.shardLimit)"))
      cells.append(Cell("\(node.cores)"))
      let free = node.isRunning ? Self.size(host.freeMemory) : "-"
      cells.append(Cell("\(free)/\(Self.size(host.totalMemory))"))
      let provisional = node.isRunning ? Self.size(host.provisionalMemory) : "-"
      cells.append(Cell(isOut ? "0KB/0KB" : "\(provisional)/\(Self.size(host.totalProvisionalMemory))"))
      cells.append(Cell(node.version.description))
      if extras.contains(.version) { cells.append(Cell(node.sha)) }
      if extras.contains(.rack) { cells.append(Cell(node.rack.isEmpty ? "-" : node.rack)) }
      // As a public sample of `rladmin node addr set` shows a node that is down.
      let seconds = node.downSince.map { max(0, (now - $0) / 1000) } ?? 0
      cells.append(node.isRunning ? .status("OK") : .status("DOWN, last seen \(seconds)s ago"))
      return cells
    }

    package var databases: Table {
      var columns = ["DB:ID", "NAME", "TYPE"]
      // A blank cell for a database without modules; seen in a status of 8.0.22-44.
      if dialect == .eight { columns.append("MODULE") }
      columns += ["STATUS", "SHARDS", "PLACEMENT", "REPLICATION", "PERSISTENCE", "ENDPOINT"]
      if extras.contains(.machine) { columns += ["EXEC_STATE", "EXEC_STATE_MACHINE"] }
      if extras.contains(.backups) { columns += ["BACKUP_PROGRESS", "MISSING_BACKUP_TIME"] }
      if extras.contains(.version) { columns.append("REDIS_VERSION") }
      let shown = cluster.databases.filter { !isIssuesOnly || $0.status != .active }
      return table("DATABASES:", columns, shown.filter { database == nil || $0.id == database }.map(row))
    }

    private func row(of database: Database) -> [Cell] {
      var cells: [Cell] = [Cell("db:\(database.id)"), Cell(database.name), "redis"]
      if dialect == .eight {
        cells.append(
          Cell(cluster.modules.filter { $0.usedBy.contains(database.id) }.map(\.name).joined(separator: ",")))
      }
      cells += [
        .status(database.status.rawValue), Cell("\(database.primaries.count)"), "dense",
        Cell(database.hasReplication ? "enabled" : "disabled"), Cell(database.persistence.rawValue),
        Cell(database.endpointName(in: cluster)),
      ]
      let action = cluster.actions.last { $0.database == database.id && $0.isRunning }
      if extras.contains(.machine) { cells += [Cell(action?.state ?? "N/A"), Cell(action?.name ?? "N/A")] }
      if extras.contains(.backups) { cells += ["N/A", "N/A"] }
      if extras.contains(.version) { cells.append(Cell(database.version)) }
      return cells
    }

    package var endpoints: Table {
      let columns =
        ["DB:ID", "NAME", "ID", "NODE", "ROLE", "SSL"] + (extras.contains(.watchdog) ? ["WATCHDOG_STATUS"] : [])
      var rows: [[Cell]] = []
      for database in cluster.databases where self.database == nil || database.id == self.database {
        for (place, bound) in database.endpoints.enumerated() where node == nil || bound == node {
          let isWell = cluster.node(bound)?.isRunning == true
          if isIssuesOnly, isWell { continue }
          var row: [Cell] = [
            Cell("db:\(database.id)"), Cell(database.name), Cell("endpoint:\(database.id):\(place + 1)"),
            Cell("node:\(bound)"), Cell(database.proxyPolicy.rawValue), "No",
          ]
          if extras.contains(.watchdog) { row.append(.status(isWell ? "OK" : "DOWN")) }
          rows.append(row)
        }
      }
      return table("ENDPOINTS:", columns, rows)
    }

    package var shards: Table {
      var columns = ["DB:ID", "NAME", "ID", "NODE", "ROLE", "SLOTS", "USED_MEMORY"]
      if extras.contains(.backups) { columns.append("BACKUP_PROGRESS") }
      if extras.contains(.frag) { columns.append("RAM_FRAG") }
      if extras.contains(.watchdog) { columns.append("WATCHDOG_STATUS") }
      columns.append("STATUS")
      var rows: [[Cell]] = []
      for database in cluster.databases where self.database == nil || database.id == self.database {
        for shard in database.shards where node == nil || shard.node == node {
          let status = status(of: shard)
          if isIssuesOnly, status == "OK" { continue }
          var row: [Cell] = [
            Cell("db:\(database.id)"), Cell(database.name), Cell("redis:\(shard.id)"), Cell("node:\(shard.node)"),
            Cell(shard.role.rawValue), Cell("\(shard.slots.lowerBound)-\(shard.slots.upperBound)"),
            Cell(Self.size(shard.usedMemory)),
          ]
          if extras.contains(.backups) { row.append("N/A") }
          if extras.contains(.frag) { row.append("4.63MB") }
          if extras.contains(.watchdog) { row.append(.status(shard.status == .down ? "DOWN" : "OK")) }
          row.append(.status(status))
          rows.append(row)
        }
      }
      return table("SHARDS:", columns, rows)
    }

    /// `OK, OLD REDIS VERSION` is documented, the words for what is not OK are invented.
    package func status(of shard: Shard) -> String {
      switch shard.status {
      case .ok where shard.sync == .running: "SYNCING"
      case .ok: isOld(shard) ? "OK, OLD REDIS VERSION" : "OK"
      default: shard.status.rawValue.uppercased()
      }
    }

    private func isOld(_ shard: Shard) -> Bool {
      guard !cluster.isMixed, let version = cluster.oldestVersion else { return false }
      let usual = Bundles.usual(of: version, policy: cluster.policy.upgradePolicy)
      let numbers = { (text: String) in text.split(separator: ".").prefix(2).compactMap { Int($0) } }
      return numbers(shard.version).lexicographicallyPrecedes(numbers(usual))
    }

    private func table(_ title: String, _ columns: [String], _ rows: [[Cell]]) -> Table {
      var table = Table(title, columns: columns, rows: rows)
      if !sorting.isEmpty { table.sort(by: sorting) }
      return table
    }

    // MARK: - Numbers

    /// `14.91GB`, `11.4GB`, `0KB`.
    package static func size(_ bytes: Int) -> String {
      let (unit, name) =
        bytes >= 1 << 30 ? (1 << 30, "GB") : bytes >= 1 << 20 ? (1 << 20, "MB") : (1 << 10, "KB")
      let hundredths = (bytes * 100 + unit / 2) / unit
      let rest = hundredths % 100
      let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
      return "\(hundredths / 100)\(decimals)\(name)"
    }

    private static func hundredths(_ number: Double) -> String {
      let whole = Int((number * 100).rounded())
      return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
    }
  }
}
