// A report as text, as Markdown and as JSON, all from one value.

package import UpgradeCore

/// What `report` prints.
package struct ReportText: Sendable {
  private let report: RunReport

  package init(_ report: RunReport) { self.report = report }

  // MARK: - Text

  package var lines: [String] {
    var lines = ["Result: \(report.result.rawValue)" + (report.sentence.isEmpty ? "" : ". \(report.sentence)")]
    lines.append("Run: \(report.run) on \(report.target), \(path)" + span)
    lines.append("Clients: \(clients)")
    for node in report.nodes {
      let out = node.seconds.map { ", out for \(Quantity.duration(seconds: $0))" } ?? ""
      lines.append("Node \(node.address): \(node.from) -> \(node.to)\(out)")
    }
    for hand in report.handOvers {
      let stall = hand.stallMilliseconds.map { "longest stall \($0) ms" } ?? "stall not measured"
      lines.append("Hand-over \(hand.shard): \(hand.from) -> \(hand.to), \(stall)")
    }
    lines += report.overrides.map { "Set aside: \($0)" }
    lines += report.lines.map { "\($0.mark.word) \($0.topic): \($0.text)" }
    lines += report.leftOver.isEmpty ? ["Left over: nothing"] : report.leftOver.map { "Left over: \($0)" }
    lines += report.byHand.map { "Do by hand: \($0)" }
    return lines.map(\.madeVisible)
  }

  private var path: String {
    let from = report.from.map(\.description).joined(separator: " and ")
    return report.to.map { "\(from) -> \($0)" } ?? from
  }

  private var span: String {
    guard let began = report.began else { return "" }
    let start = ", began \(WallTime(milliseconds: began).text)"
    return start + (report.ended.map { ", ended \(WallTime(milliseconds: $0).text)" } ?? "")
  }

  private var clients: String {
    report.clients.map { String($0.sentence.dropFirst("clients: ".count)) } ?? "not measured"
  }

  // MARK: - Markdown

  package var markdown: String {
    var rows = ["# \(report.result.rawValue): \(report.target)", "", report.sentence, "", "- Run: \(report.run)"]
    rows.append("- From, to: \(path)\(span)")
    rows.append("- Clients: \(clients)")
    rows.append("")
    rows += table(
      ["Node", "From", "To", "Out for"],
      report.nodes.map { node in
        [
          node.address, "\(node.from)", "\(node.to)",
          node.seconds.map { Quantity.duration(seconds: $0) } ?? "-",
        ]
      })
    rows += table(
      ["Shard", "From", "To", "Longest stall"],
      report.handOvers.map { hand in
        ["\(hand.shard)", hand.from, hand.to, hand.stallMilliseconds.map { "\($0) ms" } ?? "not measured"]
      })
    rows += table(["Read back", "Topic", "What"], report.lines.map { [$0.mark.word, $0.topic, $0.text] })
    rows += list("Set aside", report.overrides)
    rows += list("Left over", report.leftOver.isEmpty ? ["nothing"] : report.leftOver)
    rows += list("Do by hand", report.byHand.map { "[ ] \($0)" })
    return rows.joined(separator: "\n")
  }

  private func table(_ head: [String], _ rows: [[String]]) -> [String] {
    guard !rows.isEmpty else { return [] }
    func row(_ cells: [String]) -> String { "| " + cells.map(Self.cell).joined(separator: " | ") + " |" }
    return [row(head), "|" + String(repeating: " --- |", count: head.count)] + rows.map(row) + [""]
  }

  private func list(_ title: String, _ items: [String]) -> [String] {
    items.isEmpty ? [] : ["## \(title)", ""] + items.map { "- \(Self.cell($0))" } + [""]
  }

  /// Text from outside must not end the cell or begin markup of its own.
  private static func cell(_ text: String) -> String {
    var escaped = ""
    for character in text.madeVisible {
      if "|<>`*_".contains(character) { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }

  // MARK: - JSON

  /// `{result, from, to, nodes[], handovers[], clients{}, overrides[], left_over[], ...}`; names are stable.
  package var json: JSONValue {
    .fields([
      ("run", .string(report.run)), ("target", .string(report.target)), ("result", .string(report.result.rawValue)),
      ("reason", .string(report.reason)), ("sentence", .string(report.sentence)),
      ("from", .string(report.from.map(\.description).joined(separator: ","))),
      ("to", .text(report.to?.description)),
      ("began", .text(report.began.map { WallTime(milliseconds: $0).text })),
      ("ended", .text(report.ended.map { WallTime(milliseconds: $0).text })),
      (
        "nodes",
        .array(
          report.nodes.map { node in
            .fields([
              ("address", .string(node.address)), ("from", .string("\(node.from)")), ("to", .string("\(node.to)")),
              ("seconds", node.seconds.map(JSONValue.double) ?? .null),
            ])
          })
      ),
      (
        "handovers",
        .array(
          report.handOvers.map { hand in
            .fields([
              ("shard", .string("\(hand.shard)")), ("from", .string(hand.from)), ("to", .string(hand.to)),
              ("stall_ms", hand.stallMilliseconds.map(JSONValue.integer) ?? .null),
            ])
          })
      ),
      ("clients", Self.json(report.clients)), ("overrides", .array(report.overrides.map(JSONValue.string))),
      ("left_over", .array(report.leftOver.map(JSONValue.string))),
      (
        "read_back",
        .array(
          report.lines.map { line in
            .fields([
              ("mark", .string(line.mark.rawValue)), ("topic", .string(line.topic)), ("text", .string(line.text)),
            ])
          })
      ),
      ("by_hand", .array(report.byHand.map(JSONValue.string))),
    ])
  }

  /// `{measured, acknowledged, errors, lost, longest_stall_ms, resolution_ms, unmeasured_ms}`; numbers are null where
  /// nobody measured. Of Redis Enterprise Software also `databases`.
  static func json(_ measure: ClientMeasure?) -> JSONValue {
    var fields: [(String, JSONValue)] = [
      ("measured", .bool(measure != nil)),
      ("acknowledged", measure.map { .integer($0.acknowledged) } ?? .null),
      ("errors", measure.map { .integer($0.errorCount) } ?? .null),
      ("lost", measure.map { .integer($0.lost) } ?? .null),
      ("longest_stall_ms", measure.map { .integer($0.longestStall) } ?? .null),
      ("resolution_ms", measure.map { .integer($0.resolution) } ?? .null),
      ("unmeasured_ms", measure.map { .integer($0.unmeasured) } ?? .null),
      (
        "errors_by_code",
        .fields((measure?.errors ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, JSONValue.integer($0.value)) })
      ),
    ]
    if let databases = measure?.databases, !databases.isEmpty {
      fields.append(("databases", .array(databases.map(json))))
    }
    return .fields(fields)
  }

  /// `{db, name, longest_ms, away_ms, lost, proxies[]}`; `away_ms` is null where it is served.
  private static func json(_ database: DatabaseMeasure) -> JSONValue {
    .fields([
      ("db", .integer(database.database)), ("name", .string(database.name)), ("longest_ms", .integer(database.longest)),
      ("away_ms", database.away.map(JSONValue.integer) ?? .null), ("lost", .integer(database.lost)),
      (
        "proxies",
        .array(
          database.proxies.map { proxy in
            .fields([
              ("node", .integer(proxy.node)), ("address", .string("\(proxy.address)")),
              ("interruptions", .integer(proxy.interruptions)), ("longest_ms", .integer(proxy.longest)),
              ("away_ms", proxy.away.map(JSONValue.integer) ?? .null), ("trouble", .text(proxy.trouble)),
              ("closed", .text(proxy.closed)),
            ])
          })
      ),
    ])
  }
}
