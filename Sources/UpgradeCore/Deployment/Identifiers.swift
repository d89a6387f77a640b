// The names of the things that a run speaks about: nodes, shards, hosts, and where a node listens.

/// Where a server listens; the host is an IPv4 address, an IPv6 address without brackets, or a name.
package struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let host: String
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Reads `10.0.0.1:6379` and `[::1]:6379`; nil where the port is missing or no port.
  package init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
      (1...65535).contains(port)
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
    guard !host.isEmpty else { return nil }
    self.init(host: String(host), port: port)
  }

  package static func < (left: Address, right: Address) -> Bool {
    (left.host, left.port) < (right.host, right.port)
  }

  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A node's lasting name: in a cluster the 40 hexadecimal digits of `CLUSTER MYID`, which survive a restart.
package struct NodeID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String
  package init(_ text: some StringProtocol) { self.text = String(text) }
  package static func < (left: NodeID, right: NodeID) -> Bool { left.text < right.text }
  package var description: String { text }
}

/// A shard's name in this run: `s1` to `sN` by lowest slot at the start, kept to the end.
package struct ShardID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let number: Int
  package init(_ number: Int) { self.number = number }
  package init?(name: some StringProtocol) {
    guard name.hasPrefix("s"), let number = Int(name.dropFirst()), number > 0 else { return nil }
    self.init(number)
  }
  package static func < (left: ShardID, right: ShardID) -> Bool { left.number < right.number }
  package var description: String { "s\(number)" }
}

/// Whatever a step, a rule or a question can be about.
package enum ObjectID: Hashable, Comparable, Sendable, CustomStringConvertible {
  case deployment
  case host(String)
  case node(NodeID)
  case shard(ShardID)
  /// A database of Redis Enterprise Software, by its number.
  case database(Int)

  /// The journal's spelling: `deployment`, `host:10.0.0.1`, `node:4f...`, `shard:s1`, `db:1`.
  package var description: String {
    switch self {
    case .deployment: "deployment"
    case .host(let name): "host:\(name)"
    case .node(let id): "node:\(id)"
    case .shard(let id): "shard:\(id)"
    case .database(let number): "db:\(number)"
    }
  }

  package init?(_ text: String) {
    if text == "deployment" {
      self = .deployment
    } else if text.hasPrefix("host:") {
      self = .host(String(text.dropFirst(5)))
    } else if text.hasPrefix("node:") {
      self = .node(NodeID(text.dropFirst(5)))
    } else if text.hasPrefix("shard:"), let shard = ShardID(name: text.dropFirst(6)) {
      self = .shard(shard)
    } else if text.hasPrefix("db:"), let number = Int(text.dropFirst(3)), number > 0 {
      self = .database(number)
    } else {
      return nil
    }
  }
}
