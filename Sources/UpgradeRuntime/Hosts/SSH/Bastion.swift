// The host through which servers are reached: for each connection an `ssh -W`, over the one link that is kept to it.

import SystemIO
import UpgradeCore

/// Opens connections to servers that only another host can reach.
package struct Bastion: Sendable {
  /// As the profile calls it.
  package let host: String
  private let links: SSHLinks

  package init(_ host: String, _ links: SSHLinks) {
    self.host = host
    self.links = links
  }

  /// Connects to the bastion itself, however long that takes: a person may be asked for a password.
  package func open() async throws(SSHFailure) { _ = try await links.link(host).open() }

  /// Whether the connection to the bastion is there. That it was cut is known a moment after what was sent over it
  /// failed, so that moment is waited for.
  func holds() async -> Bool {
    guard let link = try? await links.link(host) else { return false }
    return await link.holds(for: .milliseconds(200))
  }

  /// How often it was connected to; what was under way meanwhile was cut off if this has changed.
  func generation() async -> Int {
    guard let link = try? await links.link(host) else { return 0 }
    return await link.generation
  }

  /// A connection to a server by way of the bastion.
  func connect(
    to endpoint: Endpoint, until deadline: MonotonicTime
  ) async throws(TransportError) -> Tunnel {
    do throws(SSHFailure) {
      let link = try await links.link(host)
      _ = try await link.open(until: deadline)
      return try await link.tunnel(to: endpoint, until: deadline)
    } catch {
      // The server is not to blame: nothing is known of it.
      throw TransportError(error.code, "cannot connect to \(endpoint) through \(host): \(error)")
    }
  }
}
