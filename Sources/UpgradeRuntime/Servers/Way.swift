// The way to servers: where those are reached that announce themselves elsewhere, and through which host.

import SystemIO
package import UpgradeCore

/// How a connection to an announced address comes about.
package struct Way: Sendable {
  package var addresses: AddressMap
  /// nil: directly.
  package var bastion: Bastion?

  package init(addresses: AddressMap = AddressMap(), bastion: Bastion? = nil) {
    self.addresses = addresses
    self.bastion = bastion
  }

  /// Where a socket goes for an announced address.
  func endpoint(of address: Address) -> Endpoint { addresses.reachable(address).endpoint }

  /// Makes sure that servers can be asked at all: the bastion is connected to.
  package func prepare() async throws(FindingError) {
    do throws(SSHFailure) { try await bastion?.open() } catch { throw FindingError(error.description) }
  }

  /// A byte stream to a server; `proven` is told until when its certificate holds.
  func connect(
    to endpoint: Endpoint, _ tls: TLSContext?, on loop: EventLoop, within bound: Duration,
    proven: (TLSCertificateEnd) -> Void
  ) async throws(TransportError) -> any Transport {
    // A Unix socket is of this machine, and never encrypted: servers do not offer that.
    guard case .tcp = endpoint else { return try await SocketTransport.connect(to: endpoint, on: loop, within: bound) }
    guard let bastion else {
      guard let tls else { return try await SocketTransport.connect(to: endpoint, on: loop, within: bound) }
      return try await TLSTransport.connect(to: endpoint, tls, on: loop, within: bound, proven: proven)
    }
    let start = loop.now
    let tunnel = try await bastion.connect(to: endpoint, until: start + bound)
    guard let tls else { return TunnelTransport(SocketTransport(tunnel.connection), tunnel) }
    do throws(TransportError) {
      let inner = try await TLSTransport.connect(
        over: tunnel.connection, tls, from: start, within: bound,
        again: { bound throws(SystemError) in
          do throws(TransportError) {
            return try await bastion.connect(to: endpoint, until: loop.now + bound).connection
          } catch {
            throw SystemError(.connectionRefused, "connect once more to", endpoint.description)
          }
        }, proven: proven)
      return TunnelTransport(inner, tunnel)
    } catch {
      tunnel.close()
      throw error
    }
  }
}
