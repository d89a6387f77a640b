// The servers of one deployment: for each node a connection that reads and another that acts.

package import SystemIO
package import UpgradeCore

/// Connections to all nodes of a deployment, made when they are first used.
package actor Fleet {
  private nonisolated let loop: EventLoop
  package nonisolated let settings: ConnectionSettings
  private var readers: [Address: Client] = [:]
  private var actors: [Address: Client] = [:]
  /// What the nodes have said of each other so far.
  private var memory = MemberMemory()

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

  /// One node's reply to `CLUSTER NODES`.
  func clusterView(_ text: String) throws(ReadingError) -> ClusterView { try Reader.clusterView(text, &memory) }

  /// Ends all connections.
  package func close() async {
    let all = Array(readers.values) + Array(actors.values)
    readers = [:]
    actors = [:]
    for client in all { await client.close() }
  }

  /// A connection of its own, for the caller to close; with another login than ours.
  nonisolated func client(of address: Address, _ settings: ConnectionSettings) -> Client {
    settings.client(of: address, on: loop, commandTimeout: .milliseconds(1500))
  }

  /// For what servers say by themselves.
  nonisolated var subscription: Subscription { Subscription(settings: settings, loop: loop) }

  private func make(_ address: Address, commandTimeout: Duration) -> Client {
    settings.client(of: address, on: loop, commandTimeout: commandTimeout)
  }
}

extension Address {
  /// Where a socket goes; a path is a Unix socket.
  package var endpoint: Endpoint {
    host.hasPrefix("/") ? .unix(path: host) : .tcp(host: host, port: port)
  }
}
