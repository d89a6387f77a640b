// What kind of deployment is upgraded: it decides the runbook, the rules, and what is sent.

/// The systems that this program has a runbook for.
package enum DeploymentKind: String, Hashable, Sendable, CaseIterable {
  /// Servers with slots that know each other over a bus.
  case cluster
  /// One primary and those who follow it, also by way of each other; nobody but us moves their roles.
  case replication
  /// One server that nobody follows.
  case standalone
  /// One primary and its replicas, over whom Sentinels watch and whose roles they move.
  case sentinel
  /// Redis Enterprise Software.
  case enterprise

  /// Whether its nodes are Redis or Valkey servers with cluster mode off.
  package var isPlain: Bool { isReplicated || self == .standalone }

  /// Whether its servers are one primary and those who follow it.
  package var isReplicated: Bool { self == .replication || self == .sentinel }

  /// How paths between releases are judged for it.
  var pathMode: PathMode { isPlain ? .replication : .cluster }

  /// The whole of it, in a sentence.
  var title: String {
    switch self {
    case .cluster, .enterprise: "the cluster"
    case .replication: "the replication"
    case .standalone: "the server"
    case .sentinel: "the group"
    }
  }
}

extension NodeID {
  /// The name of a server outside of clusters: where it listens, since its run id is another after each start.
  package init(of address: Address) {
    // A path would fall apart in the names of steps.
    self.init(address.host.hasPrefix("/") ? address.host.replacing("/", with: "|") : address.description)
  }

  /// Whether it is the name of a server outside of clusters.
  package var isAddress: Bool { text.contains(":") || text.contains("|") }
}

extension Address {
  /// Whether it is another place for everybody who says it.
  var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

  /// This address as another speaker's host means it: what a server calls its own host is that host.
  package func said(by speaker: Address) -> Address {
    isLoopback && !speaker.isLoopback && !speaker.host.hasPrefix("/") ? Address(host: speaker.host, port: port) : self
  }
}
