// One reading of one Sentinel: itself, and what it says of the group that a run is about.

package import UpgradeCore

/// A group that Sentinels watch, as a TARGET names it.
package struct WatchedTarget: Hashable, Sendable {
  /// nil: the only one that there is.
  package var name: String?
  package init(name: String?) { self.name = name }
}

/// Which Sentinels watch over which servers.
package struct SentinelGroup: Hashable, Sendable {
  /// The name by which all of them know the servers.
  package var name: String
  package var addresses: Set<Address>
  package init(name: String, addresses: Set<Address>) {
    self.name = name
    self.addresses = addresses
  }
  /// nil where no Sentinel is part of what was found.
  package init?(_ finding: Finding) {
    guard let name = finding.watchedName else { return nil }
    self.init(name: name, addresses: Set(finding.nodes.filter { $0.role == .sentinel }.map(\.address)))
  }
}

/// Reads Sentinels; they know nothing of `CONFIG`, `TIME` and replication.
struct SentinelReader {
  let fleet: Fleet
  let group: SentinelGroup

  func watches(from address: Address) -> Bool { group.addresses.contains(address) }

  func read(_ address: Address) async -> NodeReadout {
    let replies: [Reply]
    do throws(ClientError) {
      replies = try await fleet.reader(address).pipeline([
        ["INFO"], ["SENTINEL", "MASTERS"], ["SENTINEL", "REPLICAS", group.name],
        ["SENTINEL", "SENTINELS", group.name], ["SENTINEL", "CKQUORUM", group.name],
      ])
    } catch {
      return NodeReadout(failure: ReadingFailure(error).atSentinel(fleet.settings))
    }
    if let error = replies[0].error {
      return NodeReadout(failure: ReadingFailure(error).atSentinel(fleet.settings))
    }
    do throws(ReadingError) {
      var pulse = try Reader.sentinelPulse(info: replies[0].text ?? "")
      pulse.sentinel = try understand(replies, pulse.sentinel ?? SentinelView())
      return NodeReadout(pulse: pulse)
    } catch {
      return NodeReadout(failure: ReadingFailure(.other, error.from(address).description))
    }
  }

  private func understand(_ replies: [Reply], _ before: SentinelView) throws(ReadingError) -> SentinelView {
    var view = before
    if let error = replies[1].error { throw ReadingError("SENTINEL MASTERS", "groups", .unexpected(error.message)) }
    for fields in Self.lines(replies[1]) {
      let named = try Reader.sentinelName(fields)
      if named.name == group.name {
        view.group = try Reader.sentinelGroup(fields)
      } else {
        view.others.append(named)
      }
    }
    // Without the name the other three are errors, and there is nothing to be read.
    guard view.group != nil else { return view }
    for fields in Self.lines(replies[2]) { view.replicas.append(try Reader.sentinelReplica(fields)) }
    for fields in Self.lines(replies[3]) { view.peers.append(try Reader.sentinelPeer(fields)) }
    view.quorumFault = replies[4].error?.message
    return view
  }

  /// Every instance as its names and values, in RESP2 and RESP3 alike.
  static func lines(_ reply: Reply) -> [[String]] {
    reply.error == nil ? reply.map { instance in instance.map { $0.text ?? "" } } : []
  }
}
