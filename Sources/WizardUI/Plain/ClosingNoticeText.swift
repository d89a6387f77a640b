// The message that ends an announced upgrade, from what the run's journal says.

package import UpgradeCore

/// What `notice RUN` prints.
package struct ClosingNoticeText: Sendable {
  private let report: RunReport

  package init(_ report: RunReport) { self.report = report }

  private var subject: String {
    switch report.result {
    case .done: "Done: \(work)"
    case .stopped: "Stopped: \(work)"
    case .woundDown: "Taken back: \(work)"
    case .notStarted: "Not begun: \(work)"
    case .unfinished: "Still open: \(work)"
    }
  }

  private var work: String { "upgrade of \(report.target)\(report.to.map { " to \($0)" } ?? "")" }

  private var what: String {
    guard let to = report.to else { return "nothing was planned" }
    let ready = report.nodes.count { $0.to == to }
    let from = report.from.map(\.description).joined(separator: " and ")
    return "\(ready) of \(report.nodes.count) nodes run \(to), from \(from)"
  }

  private var when: String {
    guard let began = report.began else { return "never" }
    let start = WallTime(milliseconds: began).minute
    guard let ended = report.ended, ended >= began else { return "\(start), not ended" }
    let seconds = Double(ended - began) / 1000
    return "\(start) to \(WallTime(milliseconds: ended).minute), \(Quantity.duration(seconds: seconds))"
  }

  /// What was felt, as far as anybody measured.
  private var impact: [String] {
    let clients = report.clients.map { String($0.sentence.dropFirst("clients: ".count)) }
    return [clients ?? "what clients felt was not measured"]
      + report.handOvers.map { hand in
        let stall = hand.stallMilliseconds.map { "writes stood for \($0) ms at most" } ?? "its stall was not measured"
        return "\(hand.shard): primary \(hand.from) -> \(hand.to), \(stall)"
      }
  }

  private var open: [String] {
    report.overrides.map { "set aside: \($0)" } + report.leftOver.map { "left over: \($0)" } + report.byHand
  }

  /// Markdown that reads as well without being rendered.
  package var lines: [String] {
    var lines = ["# \(subject)", ""]
    if !report.sentence.isEmpty { lines += [report.sentence, ""] }
    lines += ["**What**: \(what)", "**When**: \(when)", "", "**Impact**:"] + impact.map { "- \($0)" }
    lines += ["", "**Open**:"] + (open.isEmpty ? ["- nothing"] : open.map { "- \($0)" })
    lines += ["", "Run \(report.run); the whole report: redis-upgrade report \(report.run)"]
    return lines.map(\.madeVisible)
  }

  /// `{subject, sentence, what, began, ended, impact[], open[], run}`.
  package var json: JSONValue {
    .fields([
      ("subject", .string(subject)), ("sentence", .string(report.sentence)), ("what", .string(what)),
      ("began", .text(report.began.map { WallTime(milliseconds: $0).text })),
      ("ended", .text(report.ended.map { WallTime(milliseconds: $0).text })),
      ("impact", .array(impact.map(JSONValue.string))), ("open", .array(open.map(JSONValue.string))),
      ("run", .string(report.run)),
    ])
  }
}
