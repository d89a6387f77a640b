// Checks as text and as JSON: all failures at once, each with why, saw and fix.

package import UpgradeCore

/// What `check` prints.
package struct CheckText: Sendable {
  private let results: [CheckResult]

  package init(_ results: [CheckResult]) { self.results = results }

  package var lines: [String] {
    let rows = CheckRows(results)
    var lines: [String] = []
    for row in rows.rows {
      let word = row.word.rawValue + String(repeating: " ", count: max(0, 5 - row.word.rawValue.count))
      lines.append("\(word)\(row.id.rule)  \(row.object)  \(row.text)")
      guard row.word != .pass, row.word != .skip, let result = row.result else { continue }
      for (label, text) in [
        ("why", result.why), ("fix", result.fix), ("after", result.fix.isEmpty ? "" : result.after),
      ]
      where !text.isEmpty {
        lines.append("     \(label): \(text)")
      }
    }
    lines.append("Checks: \(rows.counts.string).")
    let refusing = rows.refusing.count
    if refusing > 0 {
      lines.append("The start is refused by \(refusing) of them. Nothing has been changed on any node.")
    }
    return lines.map(\.madeVisible)
  }

  /// `{"checks": [{name, object, result, why, saw, fix}]}`; `result` is one of pass, note, warn, fail, skip, unknown.
  package var json: JSONValue {
    .fields([
      (
        "checks",
        .array(
          results.map { result in
            .fields([
              ("name", .string(result.name.text)), ("object", .string(result.object)),
              ("result", .string(result.result.rawValue)), ("why", .string(result.why)), ("saw", .string(result.saw)),
              ("fix", .string(result.fix)), ("refuses", .bool(result.refuses)),
            ])
          })
      )
    ])
  }
}
