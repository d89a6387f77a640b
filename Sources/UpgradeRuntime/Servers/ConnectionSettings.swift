// How this run reaches servers, and the one place where clients for them are made.

import Synchronization
package import SystemIO
package import UpgradeCore

/// How this run reaches and names itself to servers.
package struct ConnectionSettings: Sendable {
  package var user: String?
  package var password: Secret?
  package var name: WizardName
  /// nil: plain.
  package var tls: TLSContext?
  package var way: Way
  /// nil: Sentinels are called as their servers are.
  package var sentinels: SentinelDoor?
  private let watchers = SentinelBook()
  /// What servers have proven in their handshakes.
  package let certificates = CertificateBook()

  package init(
    user: String?, password: Secret?, name: WizardName, tls: TLSContext? = nil, way: Way = Way(),
    sentinels: SentinelDoor? = nil
  ) {
    self.way = way
    self.user = user
    self.password = password
    self.name = name
    self.tls = tls
    self.sentinels = sentinels
  }

  /// From now on these are called as the profile says of Sentinels; clients that were made before stay as they are.
  package func note(sentinels addresses: some Sequence<Address>) { watchers.note(addresses) }

  /// These settings, as they are for whoever is at an address.
  func settings(for address: Address) -> ConnectionSettings {
    guard let sentinels, watchers.has(address) else { return self }
    return sentinels.settings(self)
  }

  /// A client for a node, by the address that it announces; not connected yet.
  package func client(
    of address: Address, on loop: EventLoop, commandTimeout: Duration
  ) -> Client {
    let own = settings(for: address)
    let options = own.options(commandTimeout: commandTimeout)
    let endpoint = way.endpoint(of: address)
    let (tls, way, certificates, bound) = (own.tls, way, certificates, options.connectTimeout)
    return Client(
      label: endpoint.description,
      connect: { () async throws(TransportError) -> any Transport in
        try await way.connect(to: endpoint, tls, on: loop, within: bound) { certificates.note($0, of: address) }
      },
      options: options, timekeeper: LoopTimekeeper(loop), executor: loop)
  }

  /// A byte stream to a node, without a client on it; for the caller to introduce itself, and to close.
  func transport(
    of address: Address, on loop: EventLoop, within bound: Duration
  ) async throws(TransportError) -> any Transport {
    let certificates = certificates
    return try await way.connect(
      to: way.endpoint(of: address), settings(for: address).tls, on: loop, within: bound
    ) {
      certificates.note($0, of: address)
    }
  }

  /// What the newest handshake with a server showed, theirs and ours; empty where connections are plain.
  func certificates(of address: Address, at now: WallTime) -> [CertificateReading] {
    guard let tls = settings(for: address).tls else { return [] }
    func reading(_ bearer: CertificateReading.Bearer, _ end: TLSCertificateEnd) -> CertificateReading {
      let moment = WallTime(milliseconds: end.seconds * 1000)
      return CertificateReading(
        bearer, subject: end.subject, end: moment, left: .milliseconds(moment.milliseconds - now.milliseconds))
    }
    let theirs = certificates.end(of: address).map { reading($0.isIssuer ? .issuer : .server, $0) }
    return [theirs, tls.ownEnd.map { reading(.ours, $0) }].compactMap(\.self)
  }

  /// Readers come back quickly after a restart, and give up on a mute server soon, so that a gate sees it in time.
  /// How often a node that is down is tried is for `Cadence` to say; the back-off only keeps a loop from spinning.
  func options(commandTimeout: Duration) -> ClientOptions {
    ClientOptions(
      user: user, password: password, clientName: name.description, preferRESP3: false,
      connectTimeout: .milliseconds(1500), commandTimeout: commandTimeout,
      backoff: ReconnectBackoff(first: .milliseconds(2), longest: .milliseconds(8)))
  }
}

/// Until when the certificate of each server holds, from the newest handshake with it.
package final class CertificateBook: Sendable {
  private let ends = Mutex<[Address: TLSCertificateEnd]>([:])

  func note(_ end: TLSCertificateEnd, of address: Address) { ends.withLock { $0[address] = end } }

  package func end(of address: Address) -> TLSCertificateEnd? { ends.withLock { $0[address] } }
}
