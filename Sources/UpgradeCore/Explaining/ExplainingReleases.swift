// Makes explanations of a release and of the way from one to another.

extension Explanation {
  static func release(_ release: Release) -> Explanation {
    guard let line = Releases.line(of: release) else { return .overview }
    let blocks = BlockList.rows.filter { row in
      row.product == release.product && row.versions.contains { $0.contains(release.version) }
    }
    return Explanation(
      .release, release.description, release.title,
      line.facts + [
        Fact(
          "known_against_it", blocks.isEmpty ? .text("nothing") : .entries(blocks.map(\.entry)), label: "against it"),
        Fact("comes_from", .entries(neighbours { Paths.judge(from: $0, to: release) }), label: "comes from"),
        Fact("goes_to", .entries(neighbours { Paths.judge(from: release, to: $0) }), label: "goes to"),
        Fact("goes_back_to", .entries(waysBack(from: release)), label: "goes back to"),
        Fact("changes", .entries(Considerations.arriving(with: release.line).map(\.entry)), label: "arrives with it"),
        Fact("source", line.source),
      ])
  }

  /// The lines, each at its newest patch, by what a cluster's way between them is.
  private static func neighbours(_ judge: (Release) -> PathVerdict) -> [Entry] {
    var direct: [String] = []
    var safer: [String] = []
    var only: [String] = []
    for line in Releases.lines {
      let verdict = judge(line.recommended)
      if case .refused = verdict.answer, verdict.route.isEmpty { continue }
      let way = "\(line.line) (\(verdict.route.map(\.title).joined(separator: ", then ")))"
      if verdict.route.isEmpty {
        direct.append(line.line.description)
      } else if verdict.isAllowed {
        safer.append(way)
      } else {
        only.append(way)
      }
    }
    return [
      Entry("directly", direct.joined(separator: ", ")), Entry("directly, safer by", safer.joined(separator: "; ")),
      Entry("only by", only.joined(separator: "; ")),
    ].filter { !$0.text.isEmpty }
  }

  private static func waysBack(from release: Release) -> [Entry] {
    var names: [Downgrade.Way: [String]] = [:]
    for line in Releases.lines where line.line != release.line && line.line.product == release.product {
      guard line.line < release.line, let back = Downgrades.judge(from: release, to: line.recommended) else { continue }
      names[back.way, default: []].append(line.line.description)
    }
    return [
      (Downgrade.Way.swap, "reads its files"), (.lenient, "reads its files if told to be lenient"),
      (.rebuild, "reads commands only, in an outage"),
    ].compactMap { way, text in names[way].map { Entry(text, $0.joined(separator: ", ")) } }
  }

  static func hop(_ from: Release, _ to: Release) -> Explanation {
    let cluster = Paths.judge(from: from, to: to, mode: .cluster)
    let pair = Paths.judge(from: from, to: to, mode: .replication)
    let known = cluster.isAllowed || pair.isAllowed ? Considerations.between(from, to, mode: .cluster) : []
    let isForward = cluster.refusal?.kind != .downgrade
    let blocks = BlockList.rows.filter { row in
      row.product == to.product && row.versions.contains { $0.contains(to.version) }
    }
    // What cannot be read has no way forward node by node; the data can still be taken there by the same means as back.
    let isUnreadable = cluster.refusal?.kind == .unreadable && cluster.route.isEmpty
    let other = isForward && !isUnreadable ? (from: to, to: from) : (from: from, to: to)
    return Explanation(
      .hop, "\(from) \(to)", "\(from.title) to \(to.title)",
      [
        Fact("in_a_cluster", sentence(cluster)),
        Fact("as_replicas", cluster.answer == pair.answer ? "" : sentence(pair), label: "as replicas"),
        Fact("route", cluster.route.isEmpty ? "" : route(cluster)),
        Fact("data", data(from, to)),
        Fact("way_back", isForward ? wayBack(from, to) : "", label: "way back"),
        Fact("against_it", .entries(isForward ? blocks.map(\.entry) : []), label: "against it"),
        Fact("hazards", .entries(known.filter { $0.kind == .hazard }.map(\.entry))),
        Fact("changes", .entries(known.filter { $0.kind == .change }.map(\.entry))),
      ] + (Downgrades.judge(from: other.from, to: other.to)?.facts(isBack: !isUnreadable) ?? [])
        + [Fact("source", cluster.refusal?.source ?? Paths.source(from: from, to: to))])
  }

  private static func sentence(_ verdict: PathVerdict) -> String {
    switch verdict.answer {
    case .allowed: "allowed, node by node"
    case .refused(let refusal): "refused: \(refusal.text)"
    }
  }

  private static func route(_ verdict: PathVerdict) -> String {
    let stops = verdict.route.map(\.title).joined(separator: ", then ")
    let runs = verdict.route.count > 1 ? ", one run each" : ""
    return verdict.isAllowed ? "safer: \(stops)\(runs)" : "go by \(stops)\(runs)"
  }

  private static func data(_ from: Release, _ to: Release) -> String {
    guard let old = Releases.line(of: from), let new = Releases.line(of: to) else { return "" }
    return "\(from.title) writes RDB \(old.rdb), which \(to.title) \(new.canRead(old) ? "reads" : "does not read"); "
      + "\(to.title) writes RDB \(new.rdb), which \(from.title) \(old.canRead(new) ? "reads" : "does not read")"
  }

  private static func wayBack(_ from: Release, _ to: Release) -> String {
    guard Paths.judge(from: from, to: to, mode: .replication).isAllowed else { return "" }
    let way = WayBack.judge(from: from, to: to)
    return way.atPromotion + " " + way.atLastStop
  }
}

extension Downgrade {
  /// - Parameter isBack: it is told of the way back, else of another way forward.
  func facts(isBack: Bool) -> [Explanation.Fact] {
    [
      isBack
        ? .init("going_back", "\(why); \(meaning)", label: "going back")
        : .init("another_way", "\(why); \(meaning)", label: "another way"),
      isBack
        ? .init("steps_back", .texts(steps), label: "steps back") : .init("steps", .texts(steps), label: "its steps"),
      .init(
        "in_its_way", .entries(obstacles.map { .init($0.id, $0.text, [.init("source", $0.source)]) }),
        label: "in its way"),
      .init(
        "tried",
        tried.map { "\($0), with servers of these releases" } ?? "not with these two lines: it follows from the formats"
      ),
      .init("source_of_that", source, label: "source"),
    ]
  }

  private var meaning: String {
    switch way {
    case .swap: "the software can be put back node by node"
    case .lenient: "best effort, and this program does not do it"
    case .rebuild: "an outage, and this program does not do it"
    }
  }
}

extension ReleaseLine {
  var facts: [Explanation.Fact] {
    [
      .init("line", line.description), .init("support", support), .init("licence", licence),
      .init("newest_patch", recommended.title, label: "newest patch"),
      .init("rdb", "writes RDB \(rdb) (\(magic.rawValue)), reads \(spans)"),
      .init("append_only", layout, label: "append-only"),
    ]
  }

  var entry: Explanation.Entry {
    Explanation.Entry(recommended.description, "\(line), RDB \(rdb), support: \(support)")
  }

  private var spans: String {
    reads.map { $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
      .joined(separator: " and ")
  }

  private var layout: String {
    switch appendOnly {
    case .singleFile(let preamble):
      "one file, appendonly.aof, which begins with RDB \(preamble ? "by default" : "where aof-use-rdb-preamble says so")"
    case .directory: "a directory, appendonlydir, with a base, increments and a manifest"
    }
  }
}
