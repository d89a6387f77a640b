// `rladmin status modules` made into values: which database uses which module.

extension Reader {
  /// The rows under DATABASE MODULES; where no database uses one, there are headings and no row.
  ///
  /// Source: redis/docs rladmin status, `status modules`.
  package static func databaseModules(_ text: String) throws(ReadingError) -> [Enterprise.DatabaseModule] {
    let command = "rladmin status modules"
    let (id, module, version): (Substring, Substring, Substring) = ("DB:ID", "MODULE", "VERSION")
    let plain = text.withoutColours
    guard plain.hasSuffix("\n") else { throw ReadingError(command, "the end of its last line", .cutOff) }
    let lines = plain.dropLast().split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.contains(where: { $0.trimmingBlanks == "CLUSTER MODULES:" }),
      let title = lines.firstIndex(where: { $0.trimmingBlanks == "DATABASE MODULES:" })
    else { throw ReadingError(command, "the table DATABASE MODULES:", .cutOff) }
    let block = lines[(title + 1)...].prefix { !$0.trimmingBlanks.isEmpty }
    guard !block.isEmpty else { throw ReadingError(command, "a line of headings", .cutOff) }
    var modules: [Enterprise.DatabaseModule] = []
    for row in try HeadedTable(block, of: command).rows {
      guard let place = row[id], place.hasPrefix("db:"), let database = Int(place.dropFirst(3)), database > 0
      else {
        throw ReadingError(command, "row \(row.number): DB:ID", .unexpected(row[id] ?? ""))
      }
      guard let name = row[module], !name.isEmpty else {
        throw ReadingError(command, "row \(row.number): MODULE", .missing)
      }
      modules.append(
        Enterprise.DatabaseModule(database: database, name: name, version: row[version].flatMap { Version($0) }))
    }
    return modules
  }
}
