// The servers of one deployment: for each node a connection that reads and another that acts.

package import SystemIO
package import UpgradeCore

/// How this run reaches and names itself to servers.
package struct ConnectionSettings: Sendable {
  package var user: String?
  package var password: Secret?
  package var name: WizardName
  package init(user: String?, password: Secret?, name: WizardName) {
    self.user = user
    self.password = password
    self.name = name
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

/// Connections to all nodes of a deployment, made when they are first used.
package actor Fleet {
  private nonisolated let loop: EventLoop
  package nonisolated let settings: ConnectionSettings
  private var readers: [Address: Client] = [:]
  private var actors: [Address: Client] = [:]

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  package init(loop: EventLoop, settings: ConnectionSettings) {
    self.loop = loop
    self.settings = settings
  }

  /// The connection for readings of a node: short bounds, nothing on it that could take long.
  package func reader(_ address: Address) -> Client {
    if let client = readers[address] { return client }
    let client = make(address, commandTimeout: .milliseconds(1500))
    readers[address] = client
    return client
  }

  /// The connection for what changes a node.
  package func commander(_ address: Address) -> Client {
    if let client = actors[address] { return client }
    let client = make(address, commandTimeout: .seconds(10))
    actors[address] = client
    return client
  }

  /// Ends all connections.
  package func close() async {
    let all = Array(readers.values) + Array(actors.values)
    readers = [:]
    actors = [:]
    for client in all { await client.close() }
  }

  private func make(_ address: Address, commandTimeout: Duration) -> Client {
    Client(
      endpoint: address.endpoint, on: loop, options: settings.options(commandTimeout: commandTimeout))
  }
}

extension Address {
  /// Where a socket goes; a path is a Unix socket.
  package var endpoint: Endpoint {
    host.hasPrefix("/") ? .unix(path: host) : .tcp(host: host, port: port)
  }
}
