// How far the searches of a runbook have come, so that a plan is unfolded without looking at every node for every step.

/// What earlier calls of `next` have seen to be settled, along one unfolding of a plan.
///
/// A runbook searches: the first node, or shard, where something is to be done. Where nothing is to be done, nothing
/// will be until a step touches that very place, so each place is looked at once, and once more after each step that
/// touches it. A new value knows of nothing, and every search begins at its beginning.
package struct SearchProgress: Sendable {
  /// The searches of all runbooks; each has its own order, by node or by shard.
  package enum Search: Hashable, Sendable, CaseIterable {
    case onTarget, staging, upgradeModeOn, replicas, primaries, returnOfPrimaries, upgradeModeOff

    /// Whether its places are shards; else they are nodes.
    var isByShard: Bool {
      switch self {
      case .replicas, .primaries, .returnOfPrimaries: true
      case .onTarget, .staging, .upgradeModeOn, .upgradeModeOff: false
      }
    }
  }

  private struct Course {
    /// Places below it were seen to be settled.
    var seen = 0
    /// Those of them that were touched since, in their order.
    var touched: [Int] = []

    mutating func touch(_ place: Int) {
      guard place < seen, !touched.contains(place) else { return }
      touched.insert(place, at: touched.firstIndex { $0 > place } ?? touched.endIndex)
    }
  }

  private var courses: [Search: Course] = [:]

  package init() {}

  /// The first of `count` places at which there is something to do, in the order of the places.
  ///
  /// - Parameter body: nil where a place is settled. It must depend on nothing but the place's node, or the nodes of its
  ///   shard, and on what no step changes.
  mutating func first<Answer>(_ search: Search, of count: Int, where body: (Int) -> Answer?) -> Answer? {
    var course = courses[search] ?? Course()
    defer { courses[search] = course }
    while let place = course.touched.first {
      if let answer = body(place) { return answer }
      course.touched.removeFirst()
    }
    while course.seen < count {
      if let answer = body(course.seen) { return answer }
      course.seen += 1
    }
    return nil
  }

  /// After a step: the places of these nodes are looked at again.
  mutating func forget(_ nodes: [NodeID], _ setup: Setup) {
    for search in courses.keys {
      for node in nodes {
        guard let place = search.isByShard ? setup.turn(ofShardOf: node) : setup.place(of: node) else { continue }
        courses[search]?.touch(place)
      }
    }
  }
}
