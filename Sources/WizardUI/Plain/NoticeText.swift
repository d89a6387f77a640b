// The announcement of an upgrade, for those who are not there: what, when, how long, what they will feel, the way back.

package import UpgradeCore

/// What `notice TARGET` prints, from the plan that a run would follow.
package struct NoticeText: Sendable {
  private let setup: Setup
  private let rows: [PlanRow]
  private let forecast: Forecast
  private let offsets: [Int]
  /// Milliseconds since 1970; nil: not fixed yet.
  private let begin: Int64?

  package init(_ plan: Plan, setup: Setup, snapshot: Snapshot, begin: Int64?) {
    self.setup = setup
    self.begin = begin
    rows = PlanRows(plan, setup: setup).rows
    forecast = Forecast(plan, setup: setup, snapshot: snapshot)
    var offsets: [Int] = []
    var count = 0
    for row in rows {
      offsets.append(count)
      count += row.steps.count
    }
    self.offsets = offsets
  }

  // MARK: - What it says

  private var subject: String { "Upgrade of \(setup.target) to \(setup.short(setup.to))" }

  private var what: String {
    var from: [String] = []
    for node in setup.nodesByAddress where !from.contains(setup.short(node.release)) {
      from.append(setup.short(node.release))
    }
    let nodes = setup.nodes.count == 1 ? "1 node" : "\(setup.nodes.count) nodes, one at a time"
    return "\(from.joined(separator: " and ")) to \(setup.short(setup.to)): \(nodes)"
  }

  private var when: String {
    guard let begin else { return "not fixed yet" }
    let end = time(forecast.whole.most)
    return "\(WallTime(milliseconds: begin).minute), ended by \(end) where no answer is waited for"
  }

  private var duration: String {
    let whole = forecast.whole
    return "\(Self.range(whole)), and the time that the operator takes to answer"
  }

  /// On what the numbers rest.
  private var basis: String {
    let data = forecast.largest.map { ", the largest node holding \(Quantity.bytes($0))" } ?? ""
    return "expected from what such steps usually take\(data); not measured on this deployment"
  }

  /// What clients feel, each thing once, with whom it concerns.
  private var impacts: [(subjects: [String], text: String)] {
    var impacts: [(subjects: [String], text: String)] = []
    for step in rows.flatMap(\.steps) where step.key.verb != .confirm {
      if step.impact.hasPrefix("nothing") || step.impact.hasPrefix("none") { continue }
      let name = setup.name(step.key.object)
      // The same sentence of several nodes is one, with their names in front.
      let text = step.impact.replacing(name, with: "it")
      if let place = impacts.firstIndex(where: { $0.text == text }) {
        if !impacts[place].subjects.contains(name) { impacts[place].subjects.append(name) }
      } else {
        impacts.append(([name], text))
      }
    }
    return impacts
  }

  private var impactLines: [String] {
    let lines = impacts.map { impact in
      let most = 4
      let more = impact.subjects.count > most ? " and \(impact.subjects.count - most) more" : ""
      return "\(impact.subjects.prefix(most).joined(separator: ", "))\(more): \(impact.text)"
    }
    return lines.isEmpty ? ["none is expected"] : lines
  }

  private var wayBack: [String] {
    if setup.enterprise != nil {
      let undo = rows.flatMap(\.steps).first { $0.key.verb == .install }?.undo
      return [undo.map { "for a node whose installer has run: \($0)" } ?? "none"]
    }
    let way = WayBack.judge(from: setup.nodes.map(\.release), to: setup.to)
    let old = setup.nodesByAddress.first.map { setup.short($0.release) } ?? "the old version"
    if setup.kind == .standalone {
      return [
        way.narrows
          ? "\(old) cannot read what \(setup.short(setup.to)) saves: going back means the backup of before, and every "
            + "write since is lost."
          : "\(old) is put back, and loads what was saved: nothing is lost, and the service is away once more."
      ]
    }
    let first = "Until the first hand-over every node goes back to \(old) without loss."
    return way.narrows ? [first, way.atPromotion, way.atLastStop] : [first, way.atPromotion]
  }

  /// What happens, and from when to when it begins.
  private var timeline: [(begin: ExpectedTime, text: String)] {
    var lines: [(begin: ExpectedTime, text: String)] = []
    var nodes: (role: String, begin: ExpectedTime, names: [String])?
    func close() {
      guard let group = nodes else { return }
      let (who, all) =
        switch group.role {
        case "PRIMARY": ("primary", "primaries")
        case Role.sentinel.rawValue: ("Sentinel", "Sentinels")
        default: ("replica", "replicas")
        }
      let version = setup.short(setup.to)
      lines.append(
        (
          group.begin,
          setup.enterprise != nil
            ? "\(group.names.joined(separator: ", ")): the installer of \(version)"
            : group.names.count == 1
              ? "\(group.names[0]) (\(who)) restarts on \(version)"
              : "\(group.names.count) \(all) restart on \(version), one at a time"
        ))
      nodes = nil
    }
    for (index, row) in rows.enumerated() {
      let begin = forecast.begin(of: offsets[index])
      switch row.kind {
      case .node where row.role == "temporary":
        close()
        lines.append((begin, "\(row.subject), a temporary server: \(row.what)"))
        continue
      case .node:
        if nodes?.role != row.role { close() }
        if nodes == nil { nodes = (row.role, begin, []) }
        nodes?.names.append(row.subject)
        continue
      case .pause, .briefing: continue
      default: close()
      }
      switch row.kind {
      case .handOver: lines.append((begin, "hand-over of \(row.subject): \(row.what.dropFirst("HAND OVER ".count))"))
      case .staging where lines.isEmpty: lines.append((begin, "all nodes: \(row.what)"))
      case .host: lines.append((begin, "\(row.subject): \(row.what)"))
      case .backUp: lines.append((begin, "\(row.subject): \(row.what)"))
      case .database: lines.append((begin, "database \(row.subject): \(row.what)"))
      default: break
      }
    }
    close()
    return lines + [(forecast.whole, "all is read back; the closing message follows")]
  }

  // MARK: - Forms

  /// Markdown that reads as well without being rendered.
  package var lines: [String] {
    var lines = [
      "# \(subject)", "", "**What**: \(what)", "**When**: \(when)", "**Duration**: \(duration)", "",
      "**Impact**:",
    ]
    lines += impactLines.map { "- \($0)" }
    lines += ["", "**Rollback**:"] + wayBack.map { "- \($0)" }
    let clock = begin == nil ? "hours and minutes from the beginning" : "UTC"
    lines += ["", "**Timeline** (\(clock); each begins between the two):"]
    lines += timeline.map { "- \(time($0.begin.least)) - \(time($0.begin.most))  \($0.text)" }
    lines += ["", "The times are \(basis)."]
    return lines.map(\.madeVisible)
  }

  /// `{subject, what, begin, duration_seconds: {least, most}, basis, impact[], rollback[], timeline[{least, most, text}]}`;
  /// times in seconds from the beginning.
  package var json: JSONValue {
    func span(_ time: ExpectedTime) -> [(String, JSONValue)] {
      [("least", .double(time.least.seconds)), ("most", .double(time.most.seconds))]
    }
    return .fields([
      ("subject", .string(subject)), ("what", .string(what)),
      ("begin", .text(begin.map { WallTime(milliseconds: $0).text })),
      ("duration_seconds", .fields(span(forecast.whole))), ("basis", .string(basis)),
      ("impact", .array(impactLines.map(JSONValue.string))), ("rollback", .array(wayBack.map(JSONValue.string))),
      ("timeline", .array(timeline.map { .fields(span($0.begin) + [("text", .string($0.text))]) })),
    ])
  }

  /// The time of day, or hours and minutes from the beginning.
  private func time(_ offset: Duration) -> String {
    if let begin {
      return String(WallTime(milliseconds: begin + Int64((offset.seconds * 1000).rounded())).clock.prefix(5))
    }
    let minutes = Int(offset.seconds / 60)
    return "\(minutes / 60):\(minutes % 60 < 10 ? "0" : "")\(minutes % 60)"
  }

  private static func range(_ time: ExpectedTime) -> String {
    let most = Int((time.most.seconds / 60).rounded(.up))
    let least = Int((time.least.seconds / 60).rounded(.down))
    return least < 1 ? "up to \(most) min" : "\(least) to \(most) min"
  }
}
