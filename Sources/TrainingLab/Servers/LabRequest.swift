package import UpgradeCore

/// What a throw-away cluster shall be.
package struct LabRequest: Equatable, Sendable {
  /// The release that the servers start on.
  package var from: Release
  /// The release that they will be upgraded to: fetched beforehand, and able to read the same configuration; nil
  /// fetches the likeliest one, if it is to be had.
  package var to: Release?
  /// Where the lab lives; nil makes a directory of its own among the lab's state.
  package var directory: String?
  /// The loopback address that all nodes listen on and announce.
  package var host = LabRequest.usualHost
  /// Over how many loopback addresses the nodes are spread, as if each was a host with several nodes and no shard had two
  /// on one; 1: all on `host`.
  package var hostCount = 1
  /// The first port of as many as there are nodes; nil takes the first free range.
  package var port: Int?
  /// The number of replicas of each shard; its count is the number of shards.
  package var replicas: [Int]
  /// Servers outside of a cluster, in place of one: for each whom it follows, by number from 0, nil for the primary.
  package var tree: [Int?]?
  /// How many Sentinels watch over the servers, which are a `tree` then; the quorum is their majority.
  package var sentinels = 0
  /// `cluster-node-timeout`, milliseconds.
  package var nodeTimeout = 2000
  /// Keys written to each shard before the lab counts as ready.
  package var keysPerShard = 0
  /// The length of each such key's value, bytes.
  package var valueLength = 100
  /// The default user's password on every node, also used between nodes; nil for none.
  package var password: String?
  /// The Sentinels' own password, for clients and for each other; nil: that of the servers, where there is one.
  package var sentinelPassword: String?
  /// The name of the user, one of `users`, as whom Sentinels log in to the servers; nil: the default one.
  package var sentinelUser: String?
  /// Servers that speak TLS and nothing else, with certificates that the lab makes, and want one of their clients.
  package var tls = false
  /// Users besides the default one, on every node.
  package var users: [LabUser] = []
  /// Lines added to every node's configuration.
  package var configuration: [String] = []
  /// Lines added to single nodes' configurations, by the node's number from 0: primaries first.
  package var nodeConfiguration: [Int: [String]] = [:]
  /// What the nodes' names are made from: the same seed gives the same names; nil takes names that no other lab has.
  ///
  /// Two labs with the same names must not live at the same time, as a node believes whoever bears a known name.
  package var seed: UInt64?

  package init(from: Release, to: Release? = nil, primaries: Int = 3, replicasPerPrimary: Int = 1) {
    self.from = from
    self.to = to
    replicas = Array(repeating: replicasPerPrimary, count: max(0, primaries))
  }

  /// Servers outside of a cluster: `[nil, 0]` is a pair, `[nil]` a single one.
  package init(from: Release, to: Release? = nil, tree: [Int?]) {
    self.init(from: from, to: to, primaries: 1, replicasPerPrimary: max(0, tree.count - 1))
    self.tree = tree
  }

  /// Servers that Sentinels watch over: a primary and those who follow it.
  package init(from: Release, to: Release? = nil, replicas: Int, sentinels: Int) {
    self.init(from: from, to: to, tree: [nil] + Array(repeating: 0, count: max(0, replicas)))
    self.sentinels = sentinels
  }

  /// A primary, two who follow it, and one who follows the second of them.
  package static let usualTree: [Int?] = [nil, 0, 0, 2]

  /// Which node is what.
  func shape(port: Int, seed: UInt64) -> ClusterShape {
    if let tree { return ClusterShape(tree: tree, host: host, port: port, seed: seed) }
    return ClusterShape(replicas: replicas, hosts: hosts, port: port, seed: seed)
  }

  package static let usualHost = "127.0.0.1"
  /// Servers and Sentinels together.
  var processCount: Int { replicas.count + replicas.reduce(0, +) + sentinels }
  /// The addresses that the nodes listen on and announce.
  package var hosts: [String] {
    hostCount == 1 ? [host] : (1...max(1, hostCount)).map { "127.0.0.\($0)" }
  }
  /// Nothing but this machine reaches a lab's servers, which have no password.
  static let knownHosts = [usualHost, "::1"]
  /// The highest base port: the bus port, 10,000 higher, must stay under Linux' ephemeral range (32768 and up).
  package static let highestPort = 22_700
  /// The most nodes of one lab; it keeps bus ports and ports apart and a laptop alive.
  package static let mostNodes = 60

  /// Refuses what cannot be built, before anything is touched.
  package func validated() throws(LabError) {
    let nodes = processCount
    guard !replicas.isEmpty, !replicas.contains(where: { $0 < 0 }), nodes <= Self.mostNodes else {
      throw LabError(
        .badRequest, "A lab has at least one primary and at most \(Self.mostNodes) nodes, not \(nodes)",
        remedy: "Ask for another number of primaries or replicas.")
    }
    if let tree {
      let isTree = tree.enumerated().allSatisfy { number, followed in
        followed.map { (0..<number).contains($0) } ?? (number == 0)
      }
      guard isTree, !tree.isEmpty, hostCount == 1 else {
        throw LabError(
          .badRequest, "A replication has one primary, its first server, and everybody else follows one before it",
          remedy: "Ask for [nil, 0, 0, 2] or the like, on one address.")
      }
    }
    guard sentinels == 0 || (tree != nil && sentinels > 0) else {
      throw LabError(
        .badRequest, "Sentinels of a lab watch over servers outside of a cluster",
        remedy: "Ask for a replication, or leave the Sentinels out.")
    }
    guard Self.knownHosts.contains(host) else {
      throw LabError(
        .badRequest, "A lab cannot listen on \(host)",
        remedy: "Choose one of \(Self.knownHosts.joined(separator: ", ")).")
    }
    guard hostCount == 1 || ((2...20).contains(hostCount) && host == Self.usualHost && !tls) else {
      throw LabError(
        .badRequest, "A lab cannot be spread over \(hostCount) addresses\(tls ? " with TLS" : "") beside \(host)",
        remedy: "Choose 1 to 20 addresses of 127.0.0.0/8, without TLS.")
    }
    if let port {
      let last = Self.highestPort - nodes + 1
      guard (1024...last).contains(port) else {
        throw LabError(
          .badRequest, "Base port \(port) is outside 1024-\(last)",
          remedy: "Choose a lower one: each node's bus port is 10,000 above its port and must stay below 32,768.")
      }
    }
    guard (100...60_000).contains(nodeTimeout) else {
      throw LabError(
        .badRequest, "A node timeout of \(nodeTimeout) ms is outside 100-60000",
        remedy: "Choose one in between; 2000 is the lab's own.")
    }
    guard keysPerShard >= 0, (0...1_000_000).contains(valueLength) else {
      throw LabError(
        .badRequest, "\(keysPerShard) keys of \(valueLength) bytes a shard cannot be loaded",
        remedy: "Ask for 0 or more keys of 0 to 1,000,000 bytes.")
    }
    guard sentinelUser.map({ name in users.contains { $0.name == name } }) ?? true else {
      throw LabError(
        .badRequest, "The Sentinels of a lab cannot log in as a user that its servers do not have",
        remedy: "Ask for the user as well.")
    }
    let texts = configuration + nodeConfiguration.values.joined() + users.flatMap { [$0.name, $0.password, $0.rules] }
    guard
      !(texts + [password ?? "", sentinelPassword ?? ""]).contains(where: { $0.contains { $0.isNewline || $0 == "\0" } }
      )
    else {
      throw LabError(
        .badRequest, "A line of configuration, a user or a password contains a line break",
        remedy: "Give each line of configuration by itself.")
    }
  }
}

/// A user of the servers' access control lists.
package struct LabUser: Equatable, Sendable {
  package var name: String
  package var password: String
  /// Rules as `ACL SETUSER` takes them, such as `~* +@all -cluster`.
  package var rules: String

  package init(name: String, password: String, rules: String) {
    self.name = name
    self.password = password
    self.rules = rules
  }
}
