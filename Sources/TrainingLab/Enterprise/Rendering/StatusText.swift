// The tables of `rladmin status` put together into what is printed.

extension Simulator.StatusReport {
  /// A table that can be asked for alone.
  package enum Section: String, Sendable, CaseIterable { case nodes, databases, endpoints, shards, modules }

  /// All that is printed, as lines.
  ///
  /// - Parameter section: nil prints nodes, databases, endpoints and shards.
  package func lines(_ section: Section? = nil, colored: Bool) -> [String] {
    switch section {
    case .nodes: return nodes.lines(.wide, colored: colored)
    case .databases: return databases.lines(.narrow, colored: colored)
    case .endpoints: return endpoints.lines(.wide, colored: colored)
    case .shards: return shards.lines(.wide, colored: colored)
    case .modules: return modules(colored: colored)
    case nil: break
    }
    var blocks = extras.count == Simulator.Extra.allCases.count ? [head] : []
    blocks.append(nodes.lines(.narrow, colored: colored))
    blocks.append(databases.lines(.narrow, colored: colored))
    // 8.x keeps its endpoints together as well (a status of 8.0.22-44), 5.4 spreads its shards (one of 5.4.0-19).
    blocks.append(endpoints.lines(dialect == .eight ? .narrow : .wide, colored: colored))
    blocks.append(shards.lines(dialect == .old ? .wide : .narrow, colored: colored))
    return Array(blocks.joined(separator: [""]))
  }

  private func modules(colored: Bool) -> [String] {
    let isAll = extras.count == Simulator.Extra.allCases.count
    let known = Simulator.Table(
      "CLUSTER MODULES:", columns: ["MODULE", "VERSION"] + (isAll ? ["MIN_REDIS_VERSION", "ID"] : []),
      rows: cluster.modules.map { module in
        [.init(module.name), .init(module.version)] + (isAll ? [.init(module.oldestDatabase), .init(module.id)] : [])
      })
    let used = cluster.modules.flatMap { module in
      module.usedBy.compactMap { cluster.database($0) }.map { database -> [Simulator.Cell] in
        [
          .init("db:\(database.id)"), .init(database.name), .init(module.name), .init(module.version), "",
          .status("OK"),
        ]
      }
    }
    let inUse = Simulator.Table(
      "DATABASE MODULES:", columns: ["DB:ID", "NAME", "MODULE", "VERSION", "ARGS", "STATUS"], rows: used)
    return known.lines(.narrow, colored: colored) + [""] + inUse.lines(.narrow, colored: colored)
  }
}
