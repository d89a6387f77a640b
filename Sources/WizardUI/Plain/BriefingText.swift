// What is to be known before the plan is agreed to, as lines, as paragraphs of a card, and as JSON.

import UpgradeCore

/// The words for a briefing.
struct BriefingText {
  let briefing: Briefing

  init(_ briefing: Briefing) { self.briefing = briefing }

  /// `7 points to know`
  var summary: String { briefing.points.count == 1 ? "1 point to know" : "\(briefing.points.count) points to know" }

  /// What a card of them is called.
  var title: String {
    let untold = briefing.points.count - briefing.applying
    return "To know before you agree" + (untold == 0 ? "" : "  (\(untold) of \(briefing.points.count) only perhaps)")
  }

  /// What is said of one point, each with its label.
  private static func details(_ point: AppliedConsideration) -> [(label: String, text: String)] {
    let consideration = point.consideration
    let use: [(String, String)] =
      switch point.use {
      case .seen(let places): places.map { ("seen", $0) }
      case .notKnown(let why): [("perhaps", why)]
      case .notSeen: []
      }
    return use + (consideration.advice.isEmpty ? [] : [("do", consideration.advice)]) + [
      ("source", consideration.source)
    ]
  }

  /// On what the absence of anything rests, and where the rest is to be read.
  private var closing: [String] {
    var closing: [String] = []
    if let seconds = briefing.countedSeconds {
      closing.append("Calls are counted since each node's start, the latest \(Self.age(seconds)) ago.")
    }
    return closing + briefing.hops.map { "All that is known about this way: redis-upgrade explain \($0)" }
  }

  private static func age(_ seconds: Int) -> String {
    switch seconds {
    case ..<120: "\(seconds) s"
    case ..<7200: "\(seconds / 60) min"
    case ..<172_800: "\(seconds / 3600) h"
    default: "\(seconds / 86_400) days"
    }
  }

  // MARK: - Faces

  var lines: [String] {
    briefing.points.flatMap { point in
      ["     \(point.id): \(point.consideration.text)"]
        + Self.details(point).map { "       \($0.label): \($0.text)" }
    } + closing.map { "     \($0)" }
  }

  var paragraphs: [WrappedText] {
    briefing.points.flatMap { point in
      [
        WrappedText(
          "\(point.id): \(point.consideration.text)", label: Line(point.applies ? "-" : "?", .bold), indent: 2)
      ]
        + Self.details(point).map { WrappedText($0.text, label: Line("  " + $0.label), indent: 10) }
    } + closing.map { WrappedText($0) }
  }

  static func json(_ point: AppliedConsideration) -> JSONValue {
    let seen: [String] =
      switch point.use {
      case .seen(let places): places
      case .notKnown(let why): [why]
      case .notSeen: []
      }
    return .fields([
      ("name", .string(point.id)), ("kind", .string(point.consideration.kind.rawValue)),
      ("title", .string(point.consideration.title)), ("text", .string(point.consideration.text)),
      ("applies", .string(point.applies ? "yes" : "not known")), ("seen", .array(seen.map(JSONValue.string))),
      ("do", .string(point.consideration.advice)), ("source", .string(point.consideration.source)),
    ])
  }
}
