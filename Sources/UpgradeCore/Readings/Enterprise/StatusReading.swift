// `rladmin status` made into values: the lines above its tables, and each table by its headings.

extension Reader {
  /// What `rladmin status extra all` says; every table has to be there, and whole.
  ///
  /// Columns are found by their headings, whose order and widths differ between releases; colours are taken out
  /// (redis/docs rladmin status; the column sets of 5.4, 6.x, 7.x and 8.x). A value that is none of those documented is
  /// an error, and so is a report whose shards are fewer than its nodes count.
  package static func clusterStatus(_ text: String) throws(ReadingError) -> Enterprise.ClusterStatus {
    let report = try StatusReport(text)
    var status = Enterprise.ClusterStatus(
      headline: try report.headline, nodes: try report.nodes, databases: try report.databases,
      endpoints: try report.endpoints, shards: try report.shards)
    for node in status.nodes {
      let own = status.shards.count { $0.node == node.id }
      guard own == node.shards else {
        throw ReadingError(StatusReport.command, "all \(node.shards) shards of node:\(node.id)", .cutOff)
      }
    }
    status.nodes.sort { $0.id < $1.id }
    return status
  }

  /// What `rladmin status nodes` says.
  package static func clusterNodes(_ text: String) throws(ReadingError) -> [Enterprise.Node] {
    try StatusReport(text).nodes
  }

  /// What `rladmin status databases` says.
  package static func clusterDatabases(_ text: String) throws(ReadingError) -> [Enterprise.Database] {
    try StatusReport(text).databases
  }
}

/// The report cut into its tables.
private struct StatusReport {
  static let command = "rladmin status"
  private static let lineLimit = 20_000

  /// The lines under each title, such as `CLUSTER NODES:`.
  private var blocks: [Substring: [Substring]] = [:]

  init(_ text: String) throws(ReadingError) {
    let plain = text.withoutColours
    // What does not end with a line's end may have been cut inside of a cell.
    guard plain.hasSuffix("\n") else { throw ReadingError(Self.command, "the end of its last line", .cutOff) }
    var title: Substring?
    let lines = plain.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count <= Self.lineLimit else {
      throw ReadingError(Self.command, "lines", .tooLarge(limit: Self.lineLimit))
    }
    for line in lines {
      if Self.titles.contains(line.trimmingBlanks) {
        title = Substring(line.trimmingBlanks)
        guard blocks.updateValue([], forKey: Substring(line.trimmingBlanks)) == nil else {
          throw ReadingError(Self.command, "tables", .unexpected("\(line) twice"))
        }
      } else if line.trimmingBlanks.isEmpty {
        title = nil
      } else if let title {
        blocks[title]?.append(line)
      } else {
        throw ReadingError(Self.command, "tables", .unexpected(String(line)))
      }
    }
  }

  private static let titles: Set<String> = [
    "CLUSTER:", "CLUSTER NODES:", "DATABASES:", "ENDPOINTS:", "SHARDS:", "CLUSTER MODULES:", "DATABASE MODULES:",
  ]

  private func table(_ title: Substring) throws(ReadingError) -> HeadedTable {
    guard let lines = blocks[title] else { throw ReadingError(Self.command, "the table \(title)", .cutOff) }
    return try HeadedTable(lines, of: Self.command)
  }

  // MARK: - The lines above the tables

  /// `OK. Cluster master: 1 (198.51.100.2)`, then `Cluster health: OK, [0, 0.0, 0.0]`.
  var headline: Enterprise.Headline? {
    get throws(ReadingError) {
      guard let lines = blocks["CLUSTER:"] else { return nil }
      guard let first = lines.first, let health = lines.first(where: { $0.hasPrefix("Cluster health:") }) else {
        throw ReadingError(Self.command, "Cluster health", .cutOff)
      }
      let words = first.trimmingBlanks
      var master: Int?
      if let range = words.firstRange(of: "Cluster master: ") {
        master = Int(words[range.upperBound...].prefix { $0.isWholeNumber })
        if master == nil { throw ReadingError(Self.command, "Cluster master", .unexpected(words)) }
      }
      let isHealthy = health.dropFirst("Cluster health:".count).trimmingBlanks.hasPrefix("OK")
      return Enterprise.Headline(text: words, isOK: words.hasPrefix("OK.") && isHealthy, master: master)
    }
  }

  // MARK: - The tables

  var nodes: [Enterprise.Node] {
    get throws(ReadingError) {
      try rows("CLUSTER NODES:") { cells throws(ReadingError) in
        let id = try cells.text("NODE:ID")
        let shards = try cells.text("SHARDS")
        let (own, most) = Substring(shards).cut(at: "/") ?? (Substring(shards), "")
        return Enterprise.Node(
          id: try cells.number("NODE:ID", after: id.hasPrefix("*") ? "*node:" : "node:"), isLocal: id.hasPrefix("*"),
          role: try cells.value("ROLE") { Enterprise.Node.Role(rawValue: $0) },
          address: try cells.text("ADDRESS"),
          externalAddress: cells.cell("EXTERNAL_ADDRESS").flatMap { $0.isEmpty ? nil : $0 },
          hostname: cells.cell("HOSTNAME") ?? "", shards: try cells.value("SHARDS") { _ in Int(own) },
          mostShards: try cells.value("SHARDS") { _ in Int(most) },
          version: try cells.value("VERSION") { Enterprise.BuildVersion($0) },
          status: Enterprise.StatusWord(try cells.text("STATUS")))
      }
    }
  }

  var databases: [Enterprise.Database] {
    get throws(ReadingError) {
      try rows("DATABASES:") { cells throws(ReadingError) in
        let machine = cells.cell("EXEC_STATE_MACHINE") ?? "N/A"
        return Enterprise.Database(
          id: try cells.number("DB:ID", after: "db:"), name: try cells.text("NAME"), kind: try cells.text("TYPE"),
          status: try cells.text("STATUS"), shards: try cells.value("SHARDS") { Int($0) },
          isReplicated: try cells.value("REPLICATION") { ["enabled": true, "disabled": false][$0] },
          persistence: try cells.value("PERSISTENCE") { Enterprise.Database.Persistence(rawValue: $0) },
          endpoint: try cells.text("ENDPOINT"), stateMachine: machine == "N/A" || machine.isEmpty ? nil : machine,
          version: try cells.optional("REDIS_VERSION") { Enterprise.DatabaseVersion($0) == nil ? nil : $0 })
      }
    }
  }

  var endpoints: [Enterprise.ProxyEndpoint] {
    get throws(ReadingError) {
      try rows("ENDPOINTS:") { cells throws(ReadingError) in
        Enterprise.ProxyEndpoint(
          id: try cells.value("ID") { $0.hasPrefix("endpoint:") ? $0 : nil },
          database: try cells.number("DB:ID", after: "db:"), node: try cells.number("NODE", after: "node:"),
          policy: try cells.value("ROLE") { Self.policies.contains($0) ? $0 : nil },
          watchdog: cells.cell("WATCHDOG_STATUS").map { Enterprise.StatusWord($0) })
      }
    }
  }

  private static let policies: Set = ["single", "all-master-shards", "all-nodes"]

  var shards: [Enterprise.ShardRow] {
    get throws(ReadingError) {
      try rows("SHARDS:") { cells throws(ReadingError) in
        Enterprise.ShardRow(
          id: try cells.number("ID", after: "redis:"), database: try cells.number("DB:ID", after: "db:"),
          node: try cells.number("NODE", after: "node:"),
          isPrimary: try cells.value("ROLE") { ["master": true, "slave": false][$0] },
          slots: try cells.text("SLOTS"), status: Enterprise.StatusWord(try cells.text("STATUS")),
          watchdog: cells.cell("WATCHDOG_STATUS").map { Enterprise.StatusWord($0) })
      }
    }
  }

  private func rows<Value>(
    _ title: Substring, _ make: (CellReader) throws(ReadingError) -> Value
  ) throws(ReadingError) -> [Value] {
    var values: [Value] = []
    for row in try table(title).rows { values.append(try make(CellReader(table: title, row: row))) }
    return values
  }
}

/// The cells of one row; an error names the table, the row and the heading.
private struct CellReader {
  let table: Substring
  let row: HeadedTable.Row

  /// A cell that may be empty; nil where the table has no such column.
  func cell(_ heading: Substring) -> String? { row[heading] }

  private func error(_ heading: Substring, _ problem: ReadingError.Problem) -> ReadingError {
    ReadingError(StatusReport.command, "\(table) row \(row.number): \(heading)", problem)
  }

  /// A cell that may not be empty.
  func text(_ heading: Substring) throws(ReadingError) -> String {
    guard let text = row[heading] else { throw error(heading, .missing) }
    guard !text.isEmpty else { throw error(heading, .unexpected("")) }
    return text
  }

  func value<Value>(_ heading: Substring, _ read: (String) -> Value?) throws(ReadingError) -> Value {
    let text = try text(heading)
    guard let value = read(text) else { throw error(heading, .unexpected(text)) }
    return value
  }

  /// nil where the table has no such column.
  func optional<Value>(_ heading: Substring, _ read: (String) -> Value?) throws(ReadingError) -> Value? {
    row[heading] == nil ? nil : try value(heading, read)
  }

  /// The number behind `node:`, `db:` or `redis:`.
  func number(_ heading: Substring, after prefix: String) throws(ReadingError) -> Int {
    try value(heading) { text in
      guard text.hasPrefix(prefix) else { return nil }
      let digits = text.dropFirst(prefix.count)
      return digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }
  }
}
