// Writers that wait on an old primary until the clients' address has moved.

import Synchronization
import UpgradeCore

/// Whose writers wait, from a hand-over until the profile's `switch` has ended; forgotten with this process, since the
/// pause ends by itself.
package final class WriteHold: Sendable {
  private let held = Mutex<(node: NodeID, since: Int64)?>(nil)

  package init() {}

  func begin(_ node: NodeID, since: Int64) { held.withLock { $0 = (node, since) } }

  /// Whose writers waited, and since when; nobody's any more.
  func take() -> (node: NodeID, since: Int64)? {
    held.withLock { held in
      defer { held = nil }
      return held
    }
  }
}

extension Performer {
  /// Writes to a server go on; where it does not hear this, the pause ends by itself.
  func unpause(_ node: NodeID) async {
    let client = await fleet.commander(address(node))
    _ = try? await client.send(["CLIENT", "UNPAUSE"], within: .seconds(2))
  }

  /// The clients' address has moved, or could not be moved: whoever waited is told that this is no primary any more, and
  /// asks anew.
  ///
  /// - Parameter new: the primary to which the address was to move.
  func letWritersGo(after outcome: Outcome, to new: NodeID) async -> Outcome {
    guard let (node, since) = hold.take() else {
      // Another wizard handed over, and died: the old primary may hold writers still.
      for node in setup.nodes where node.id != new && node.role == .primary && setup.writesHeld(from: node.id) != nil {
        await unpause(node.id)
      }
      return outcome
    }
    await unpause(node)
    var outcome = outcome
    outcome.evidence["held_ms"] = String((timekeeper.now - since) / 1_000_000)
    return outcome
  }
}
