// What changes on servers while nobody upgrades them, one sentence each: for who watches a deployment without a run.

import UpgradeCore

/// Remembers what each node was like, and says what is different.
struct ServerChanges {
  private struct Seen: Hashable {
    var role: Role
    var release: Release?
    var runID: String
    /// nil on a primary.
    var isLinked: Bool?
    var isLoading: Bool
    var clusterOK: Bool?
  }

  private enum Standing: Hashable {
    case up(Seen)
    case down(String)
    case unknown(String)
  }

  private var standings: [NodeID: Standing] = [:]
  /// What a node was like when it answered last.
  private var lastSeen: [NodeID: Seen] = [:]

  /// What is different from the last time; nothing about a node that is looked at for the first time and is well.
  mutating func take(_ snapshot: Snapshot, _ setup: Setup) -> [String] {
    var sentences: [String] = []
    for node in setup.nodesByAddress {
      let reading = snapshot[node.id]
      let standing = Self.standing(reading)
      let before = standings.updateValue(standing, forKey: node.id)
      guard before != standing else { continue }
      let words = words(standing, before, lastSeen[node.id])
      sentences += words.map { "\(node.address): \($0)" }
      if case .up(let seen) = standing { lastSeen[node.id] = seen }
    }
    standings = standings.filter { setup.node($0.key) != nil }
    return sentences
  }

  private static func standing(_ reading: Reading) -> Standing {
    switch reading {
    case .down(let why): return .down(why)
    case .unknown(let why): return .unknown(why)
    case .up(let view):
      let pulse = view.pulse
      return .up(
        Seen(
          role: pulse.role, release: view.release, runID: pulse.server.runID,
          isLinked: pulse.replication.upstream?.linkUp, isLoading: pulse.persistence.loading,
          clusterOK: pulse.cluster?.isOK))
    }
  }

  private func words(_ standing: Standing, _ before: Standing?, _ last: Seen?) -> [String] {
    switch standing {
    case .down(let why): return ["does not answer: \(why)"]
    case .unknown(let why):
      // What was never read, and what was read a moment ago, is no change.
      guard last != nil, case .up? = before else { return [] }
      return ["not read: \(why)"]
    case .up(let seen):
      var words: [String] = []
      if let last {
        if case .down? = before { words.append("answers again") }
        if case .unknown? = before { words.append("is read again") }
        if seen.runID != last.runID { words.append("was restarted: it is another process") }
        if seen.release != last.release {
          words.append(
            "runs \(seen.release?.description ?? "another product"), was \(last.release?.description ?? "?")")
        }
        if seen.role != last.role {
          words.append(seen.role == .primary ? "is PRIMARY now, was a replica" : "is a replica now, was PRIMARY")
        }
      }
      if seen.isLoading, last?.isLoading != true { words.append("loads its data") }
      if seen.isLinked == false, last?.isLinked != false { words.append("its link to its primary is down") }
      if seen.isLinked == true, last?.isLinked == false { words.append("is linked to its primary again") }
      if seen.clusterOK == false, last?.clusterOK != false { words.append("says CLUSTER FAIL") }
      if seen.clusterOK == true, last?.clusterOK == false { words.append("says that the cluster is ok again") }
      return words
    }
  }
}
