// Makes explanations of rules, considerations and blocks, and the lists of what there is.

extension Topic {
  package var explanation: Explanation {
    switch self {
    case .everything: .overview
    case .rules:
      .list(
        "rules", "What is checked before the start, and watched around each step",
        (Rulebook.all + Rulebook.onlyPlain + Rulebook.onlySentinel + Rulebook.enterprise).map(\.entry))
    case .hazards:
      .list("hazards", "What can hurt on the way", Considerations.all.filter { $0.kind == .hazard }.map(\.headline))
    case .changes:
      .list("changes", "What is different afterwards", Considerations.all.filter { $0.kind == .change }.map(\.headline))
    case .blocks: .list("blocks", "Patch releases that are refused or warned about", BlockList.rows.map(\.entry))
    case .releases: .list("releases", "Every release line that this program knows", Releases.lines.map(\.entry))
    case .rule(let name): Rulebook.rule(named: name)?.explanation ?? .overview
    case .consideration(let id): Considerations.named(id)?.explanation ?? .overview
    case .block(let id): .block(id)
    case .release(let release): .release(release)
    case .hop(let from, let to): .hop(from, to)
    }
  }
}

extension Explanation {
  static var overview: Explanation {
    Explanation(
      .overview, "explain", "What this program knows, with its sources",
      [
        Fact(
          "usage",
          "redis-upgrade explain NAME, explain VERSION, or explain VERSION VERSION for a hop; explain rules, hazards, "
            + "changes, blocks or releases lists them with their titles"),
        Fact("rules", .names(Rulebook.all.map(\.name.text))),
        Fact("enterprise_rules", .names(Rulebook.enterprise.map(\.name.text)), label: "enterprise"),
        Fact("hazards", .names(Considerations.all.filter { $0.kind == .hazard }.map(\.id))),
        Fact("changes", .names(Considerations.all.filter { $0.kind == .change }.map(\.id))),
        Fact("blocks", .names(Array(Set(BlockList.rows.map(\.id))).sorted())),
        Fact("releases", .names(Releases.lines.map(\.line.description))),
      ])
  }

  static func list(_ name: String, _ title: String, _ entries: [Entry]) -> Explanation {
    Explanation(.list, name, title, [Fact(name, .entries(entries))])
  }

  /// A block can stand in several rows, one for each product.
  static func block(_ id: String) -> Explanation {
    let rows = BlockList.rows.filter { $0.id == id }
    return Explanation(.block, id, rows.first?.text ?? "", [Fact("targets", .entries(rows.map(\.entry)))])
  }
}

extension Rule {
  /// What it weighs, with what makes it weigh less.
  package var weight: String { severityVaries.isEmpty ? severity.word : "\(severity.word); \(severityVaries)" }

  var entry: Explanation.Entry {
    Explanation.Entry(name.text, title, [Explanation.Fact("severity", severity.word)])
  }

  var explanation: Explanation {
    Explanation(
      .rule, name.text, title,
      [
        .init("severity", weight),
        .init("asked", isCheck ? "before the start, and around steps that name it" : "around steps only"),
        .init("why", why), .init("reads", reads), .init("fix", remedy), .init("after", after),
        .init("in_a_lab", expectedInLab ? "it is expected to be broken there, and is a note" : ""),
        .init("source", source),
      ])
  }
}

extension Consideration {
  /// Where it is met: `from Redis before 7.0 to Redis from 7.0 on, or any Valkey`.
  var way: String {
    "from \(from) to \(to)" + (clusterOnly ? ", in a cluster" : "")
      + (withinLine ? "" : ", and not between two patches of one line")
  }

  var headline: Explanation.Entry { Explanation.Entry(id, title) }

  /// For a list of a hop, which tells the way itself.
  var entry: Explanation.Entry {
    Explanation.Entry(
      id, text,
      [.init("applies_where", "\(condition)", label: "where"), .init("do", advice), .init("source", source)]
        .filter { !$0.isEmpty })
  }

  var explanation: Explanation {
    Explanation(
      kind == .hazard ? .hazard : .change, id, title,
      [
        .init("what", text), .init("do", advice), .init("on_the_way", way, label: "way"),
        .init("applies_where", "\(condition)", label: "where"), .init("source", source),
      ])
  }
}

extension BlockedPatch {
  /// `Redis 7.2.0 to 7.2.6 and 7.4.0 to 7.4.1`.
  var span: String {
    product.title + " "
      + versions.map { range in
        range.lowerBound == range.upperBound
          ? "\(range.lowerBound)"
          : range.lowerBound == Version(0, 0, 0)
            ? "up to \(range.upperBound)" : "\(range.lowerBound) to \(range.upperBound)"
      }.joined(separator: ", ")
  }

  var entry: Explanation.Entry {
    Explanation.Entry(
      id, text,
      [
        .init("targets", span), .init("weight", weight == .refuse ? "refused" : "warned about"),
        .init("applies_where", condition == .always ? "" : "\(condition)", label: "where"),
        .init("fixed_in", fixedIn), .init("source", source),
      ].filter { !$0.isEmpty })
  }
}
