// Moments of a night on servers outside of clusters, for the book of pictures.

@testable import UpgradeCore

/// A primary, two who follow it, and one who follows the second of them.
enum ReplicationScenes {
  static let plan = Self.go().picture
  /// The chain's end is done, and the next is asked for.
  static let secondNode = Self.go(to: .upgradeNode, "10.0.3.11:6379").picture
  static let handOver = Self.go(to: .handOver).picture
  /// All but the old primary are done: it still follows, so that the way back is open.
  static let oldPrimary = Self.go(to: .upgradeNode, "10.0.3.10:6379").picture
  /// Under Sentinels: the plan, the hand-over, and a Sentinel's turn.
  static let watchedPlan = Self.go(tree: [nil, 0, 0], sentinels: 3).picture
  static let watchedHandOver = Self.go(tree: [nil, 0, 0], sentinels: 3, to: .handOver).picture
  static let sentinel = Self.go(tree: [nil, 0, 0], sentinels: 3, to: .upgradeNode, "10.0.3.21:26379").picture
  /// The same, a while after the Sentinels' failover.
  static let sentinelNews: RunPicture = {
    var picture = sentinel
    let said = [
      (14, "+try-failover", "master orders 10.0.3.10 6379"), (14, "+elected-leader", "master orders 10.0.3.10 6379"),
      (13, "+selected-slave", "slave 10.0.3.11:6379 10.0.3.11 6379 @ orders 10.0.3.10 6379"),
      (12, "+promoted-slave", "slave 10.0.3.11:6379 10.0.3.11 6379 @ orders 10.0.3.10 6379"),
      (11, "+switch-master", "orders 10.0.3.10 6379 10.0.3.11 6379"),
    ]
    for (age, name, message) in said {
      let at = Instant(nanoseconds: picture.now.nanoseconds - Int64(age) * 1_000_000_000)
      picture.hear(SentinelEvent(name, message, at: at))
    }
    return picture
  }()
  static let outage = Self.go(tree: [nil], to: .upgradeNode).picture

  /// The same moment with the old primary's link cut, and then with more missing than there is a backlog.
  static func oldPrimary(behind: Int, linkUp: Bool) -> RunPicture {
    changed(oldPrimary, "10.0.3.10") { pulse in
      pulse.replication.upstream?.linkUp = linkUp
      pulse.replication.upstream?.downSeconds = linkUp ? nil : 7
      pulse.replication.upstream?.offset = 5_000_000 - behind
    }
  }

  static func changed(_ picture: RunPicture, _ host: String, _ change: (inout Pulse) -> Void) -> RunPicture {
    var picture = picture
    guard let node = picture.setup?.nodes.first(where: { $0.address.host == host })?.id,
      var view = picture.snapshot[node].view
    else { return picture }
    change(&view.pulse)
    picture.snapshot.nodes[node] = .up(view)
    return picture
  }

  private static func go(
    tree: [Int?] = [nil, 0, 0, 2], sentinels: Int = 0, to question: QuestionKind? = nil, _ object: String? = nil
  ) -> Rehearsal {
    var run = Rehearsal(tree: tree, sentinels: sentinels)
    run.begin()
    run.run()
    if let question { run.go(to: question, object) }
    return run
  }
}
