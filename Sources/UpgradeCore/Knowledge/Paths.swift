// Which release can follow which, node by node, in a running deployment.

/// Whether the nodes of a deployment talk to each other over a cluster bus.
package enum PathMode: Hashable, Sendable { case cluster, replication }

/// What is known about going from one release to another.
package struct PathVerdict: Hashable, Sendable {
  package enum Answer: Hashable, Sendable {
    case allowed
    case refused(Refusal)
  }
  package var answer: Answer
  /// Releases to pass through, the last one the target itself or its line; empty where one hop is all, or where no
  /// route is known. A run is one hop.
  package var route: [Release]
  package var considerations: [AppliedConsideration]

  package var isAllowed: Bool { answer == .allowed }
  package var refusal: Refusal? { if case .refused(let refusal) = answer { refusal } else { nil } }

  /// `Redis 6.2.20, then Redis 7.0.15`; nil where there is no route of several hops.
  package var routeText: String? {
    route.count > 1 ? route.map(\.title).joined(separator: ", then ") : nil
  }
}

/// Why a path is refused.
package struct Refusal: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case unknownRelease = "unknown-release"
    case downgrade
    case unreadable
    case clusterBus = "cluster-bus"
    case unproven
  }
  package var kind: Kind
  package var text: String
  package var source: String
}

/// The judge of paths. The table of `PathRow` says what is allowed; whatever no row allows is refused.
package enum Paths {
  package static func judge(
    from: Release, to: Release, mode: PathMode = .cluster, facts: DeploymentFacts = DeploymentFacts()
  ) -> PathVerdict {
    guard let refusal = refusal(from, to, mode) else {
      return PathVerdict(
        answer: .allowed, route: saferRoute(from, to, mode),
        considerations: Considerations.between(from, to, mode: mode, facts: facts))
    }
    let hasRoute = refusal.kind != .downgrade && refusal.kind != .unknownRelease
    let route = hasRoute ? safest(from, route(from, to, mode), mode) : []
    return PathVerdict(answer: .refused(refusal), route: route, considerations: [])
  }

  private static func refusal(_ from: Release, _ to: Release, _ mode: PathMode) -> Refusal? {
    for release in [from, to] where Releases.line(of: release) == nil {
      return Refusal(
        kind: .unknownRelease,
        text: "\(release.title) is not in this program's table of releases, which knows \(known(release.product))",
        source: "")
    }
    if from == to { return nil }
    if from.product == to.product, to.version < from.version {
      return Refusal(
        kind: .downgrade, text: "\(to.title) is older than \(from.title): this program only goes forward",
        source: "redis src/rdb.c: a server refuses files of a later RDB version than its own")
    }
    guard let old = Releases.line(of: from), let new = Releases.line(of: to) else { return nil }
    if !new.canRead(old) {
      return Refusal(
        kind: .unreadable,
        text: "\(to.title) cannot read RDB \(old.rdb), which \(from.title) writes and sends to its replicas",
        source: new.source)
    }
    if from.line == to.line { return nil }
    guard let row = PathRow.all.first(where: { $0.from.contains(from.line) && $0.to == to.line }) else {
      let never = NeverRow.all.first { $0.from.contains(from.line) && ($0.to ?? to.line) == to.line }
      return Refusal(
        kind: never == nil ? .unproven : .clusterBus,
        text: never?.text ?? "nobody has shown that \(from.title) and \(to.title) run side by side in one deployment",
        source: never?.source ?? "")
    }
    guard mode == .replication || to.version.patch >= row.fromPatch else {
      let needed = Release(to.product, Version(to.version.major, to.version.minor, row.fromPatch))
      return Refusal(
        kind: .clusterBus,
        text: "beside \(from.title) at least \(needed.title) is needed: \(row.why ?? "")", source: row.source)
    }
    return nil
  }

  private static func known(_ product: Product) -> String {
    let lines = Releases.lines.map(\.line).filter { $0.product == product }
    guard let first = lines.first, let last = lines.last else { return "none of \(product.title)" }
    return "\(first) to \(last)"
  }

  /// The shortest way over lines of the table, each at its newest patch; empty where there is none.
  private static func route(_ from: Release, _ to: Release, _ mode: PathMode) -> [Release] {
    var ways: [[Release]] = [[]]
    var seen: Set<Line> = [from.line]
    while !ways.isEmpty {
      var next: [[Release]] = []
      for way in ways {
        let here = way.last ?? from
        for line in Releases.lines where !seen.contains(line.line) {
          // The wanted patch itself where it can be had, else the newest one of its line.
          let candidates = line.line == to.line ? [to, line.recommended] : [line.recommended]
          guard let hop = candidates.first(where: { refusal(here, $0, mode) == nil && $0.version >= to.floor($0) })
          else { continue }
          if line.line == to.line { return way + [hop] }
          seen.insert(line.line)
          next.append(way + [hop])
        }
      }
      ways = next
    }
    return []
  }

  /// For an allowed path that a longer one is safer than: the longer one, whose hops need no further stop.
  private static func saferRoute(_ from: Release, _ to: Release, _ mode: PathMode) -> [Release] {
    for detour in Detour.all where detour.from.contains(from.line) && detour.to.contains(to) {
      guard let stop = Releases.line(detour.over)?.recommended, refusal(from, stop, mode) == nil,
        refusal(stop, to, mode) == nil
      else { continue }
      return safest(from, [stop, to], mode)
    }
    return []
  }

  /// A route with the safer stops of each of its hops put in. A detour leads to a later line, so that this ends.
  private static func safest(_ from: Release, _ route: [Release], _ mode: PathMode) -> [Release] {
    var here = from
    var stops: [Release] = []
    for stop in route {
      let safer = saferRoute(here, stop, mode)
      stops += safer.isEmpty ? [stop] : safer
      here = stop
    }
    return stops
  }

  /// Where it is known from that two lines run side by side; empty for two patches of one line, or where no row is.
  package static func source(from: Release, to: Release) -> String {
    PathRow.all.first { $0.from.contains(from.line) && $0.to == to.line }?.source ?? ""
  }
}

extension Release {
  /// A route never recommends a patch below the one that was asked for.
  fileprivate func floor(_ candidate: Release) -> Version {
    candidate.line == line ? version : Version(0, 0, 0)
  }
}

/// A longer way that is offered first, though the direct one is not refused.
struct Detour: Sendable {
  let from: [Line]
  let to: ReleaseSpan
  let over: Line

  static let all = [
    // A node before 6.2 silently misses writes under a newer primary: the hazard "missed-expiries".
    Detour(
      from: [Line(.redis, 4, 0), Line(.redis, 5, 0), Line(.redis, 6, 0)], to: .from(Version(7, 0, 0)),
      over: Line(.redis, 6, 2)),
    // Redis supports upgrades to 8 from 7.x only: the hazard "official-route".
    Detour(
      from: [Line(.redis, 6, 2)], to: .redisFrom(Version(8, 0, 0)),
      over: Line(.redis, 7, 4)),
  ]
}
