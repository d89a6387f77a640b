// How long the rest will take, as a range from the nodes that are done; no number is made up.

package import UpgradeCore

/// The note at the end of the rail.
package struct TimeLeft: Hashable, Sendable {
  package var text: String

  package init(_ picture: RunPicture) {
    text = Self.text(picture)
  }

  private static func text(_ picture: RunPicture) -> String {
    guard picture.rail == .nodes, let setup = picture.setup, picture.state.ended == nil else { return "" }
    if picture.isPaused || picture.state.problem != nil || picture.watching?.isLive == false {
      return "ETA on hold"
    }
    let took = setup.nodes.compactMap { picture.times.seconds($0.id) }
    let left = NodeStatus.all(in: picture).count { $0.word != .ok && $0.word != .skip }
    guard left > 0 else { return "" }
    guard let least = took.min(), let most = took.max() else { return "ETA estimating" }
    return "ETA " + range(least * Double(left), most * Double(left) * 1.3)
  }

  /// In minutes from two minutes on, else in seconds.
  private static func range(_ least: Double, _ most: Double) -> String {
    let unit: (Double, String) = most >= 120 ? (60, "min") : (1, "s")
    let low = Int((least / unit.0).rounded(.down))
    let high = max(low, Int((most / unit.0).rounded(.up)))
    return low == high ? "\(high) \(unit.1)" : "\(low)-\(high) \(unit.1)"
  }
}
