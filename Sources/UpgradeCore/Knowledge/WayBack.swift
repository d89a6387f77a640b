// Where the way back to the old version narrows and where it closes, for one shard.

/// The course that the way back takes while a shard is upgraded.
package struct WayBack: Hashable, Sendable {
  package enum Course: Hashable, Sendable {
    /// The old version reads what the new one writes: it can be put back at any time.
    case staysOpen
    /// It narrows at the first promotion and closes when the old primary stops for the last time on the old version.
    case narrows
    /// It closes with the first promotion: an old replica of the new primary misses writes.
    case closesAtPromotion
  }
  package let course: Course
  /// What happens at the first promotion of the shard.
  package let atPromotion: String
  /// What happens when the old primary stops for the last time on the old version.
  package let atLastStop: String
  package let source: String

  /// Whether a line is drawn in the plan at all.
  package var narrows: Bool { course != .staysOpen }

  /// Judges by the formats of the two releases.
  package static func judge(from: Release, to: Release) -> WayBack {
    switch Replicating.judge(primary: to, replica: from) {
    case .works:
      WayBack(
        course: .staysOpen,
        atPromotion: "The way back stays open: \(from.title) can follow \(to.title) and read its files.",
        atLastStop: "The way back stays open: \(from.title) can be put back node by node, replicas first.",
        source: Releases.line(of: from)?.source ?? "")
    case .onlyWhileLinked(_, let source):
      WayBack(
        course: .narrows,
        atPromotion: "The way back narrows: the old primary can take over again only while its link to the new one "
          + "holds. A break longer than the backlog ends that, and empties it.",
        atLastStop: "The way back closes: no node of the shard is left on \(from.title). Going back then means the "
          + "backup, and every write since is lost.",
        source: source)
    case .diverges(let why, let source):
      WayBack(
        course: .closesAtPromotion,
        atPromotion: "The way back closes with the first promotion: \(why). Going back then means the backup, and "
          + "every write since is lost.",
        atLastStop: "Nothing is left to close: the way back ended with the promotion.", source: source)
    case .unknown(let why):
      WayBack(
        course: .closesAtPromotion,
        atPromotion: "Nothing is known about a way back (\(why)): it is taken as closed from the first promotion on.",
        atLastStop: "Nothing is known about a way back.", source: "")
    }
  }

  /// The narrowest of several ways back: a shard that began with mixed versions has the worst of them.
  package static func judge(from releases: [Release], to: Release) -> WayBack {
    let verdicts = releases.map { judge(from: $0, to: to) }
    return verdicts.first { $0.course == .closesAtPromotion } ?? verdicts.first { $0.course == .narrows }
      ?? verdicts.first ?? judge(from: to, to: to)
  }
}
