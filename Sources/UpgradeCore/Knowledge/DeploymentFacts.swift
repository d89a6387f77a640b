// What considerations and the block list may ask about a deployment: what was read of each node, and what was not.

/// What was read of the nodes, for conditions.
package struct DeploymentFacts: Hashable, Sendable {
  package var nodes: [NodeFacts]

  package init(nodes: [NodeFacts] = []) { self.nodes = nodes }

  /// Every node of a snapshot that holds data, by address; one that was not read is in it, with nothing known.
  package init(_ snapshot: Snapshot) {
    nodes = snapshot.nodes.filter { $0.value.view?.role != .sentinel }.map { id, reading in
      NodeFacts(name: snapshot.address(id)?.description ?? String(id.text.prefix(8)), reading.view)
    }.sorted { $0.name < $1.name }
  }
}

/// What was read of one node; nil is not known.
package struct NodeFacts: Hashable, Sendable {
  package var name: String
  package var release: Release?
  package var hasConfigurationFile: Bool?
  package var appendOnly: Bool?
  package var configuration: [String: String]?
  package var users: [String]?
  /// The lines about users that its next start reads.
  package var storedUsers: [String]?
  /// The directives that its file has a line for.
  package var storedDirectives: Set<String>?
  package var modules: [String]?
  package var usage: Usage?
  package var blockedClients: Int?
  /// Clients that read from it as a replica.
  package var readers: Int?

  package init(name: String, _ view: NodeView? = nil) {
    self.name = name
    guard let view else { return }
    release = view.release
    hasConfigurationFile = !view.pulse.server.configFile.isEmpty
    appendOnly = view.pulse.persistence.appendOnly
    blockedClients = view.pulse.statistics.blockedClients
    guard let inventory = view.inventory else { return }
    configuration = inventory.configuration.isEmpty ? nil : inventory.configuration
    users = inventory.users
    storedUsers = inventory.storedUsers
    storedDirectives = inventory.storedDirectives
    modules = inventory.modules
    usage = inventory.usage
    readers = inventory.readers
  }
}

/// What a line about a user says about Pub/Sub channels.
package enum ChannelRules {
  /// True where no word speaks of channels: from 7.0 on such a user may use none (`acl-pubsub-default`).
  static func isSilent(_ user: String) -> Bool {
    !user.split(separator: " ").dropFirst(2).contains { word in
      word.hasPrefix("&") || word == "allchannels" || word == "resetchannels"
    }
  }

  /// The users who lose their channels when a node before 7.0 comes back as 7.0 or later.
  ///
  /// What counts is the text that the start reads. A server of 6.2 prints `&*` for a user whose line says nothing
  /// about channels, so that only the file tells (redis 6.2.14 and 7.0.15, tried); one of 6.0 has no word for them.
  static func losers(_ node: NodeFacts) -> (users: [String], unknown: String?) {
    if let stored = node.storedUsers { return (stored.filter(isSilent).map(name), nil) }
    guard let release = node.release else { return ([], "its version is not known") }
    if release.version < Version(6, 0, 0) { return ([], nil) }
    guard let users = node.users else { return ([], "ACL LIST has not been read") }
    let silent = users.filter(isSilent).map(name).filter { $0 != "default" }
    if !silent.isEmpty { return (silent, nil) }
    if node.hasConfigurationFile == false, (node.configuration?["aclfile"] ?? "").isEmpty { return ([], nil) }
    return ([], "its configuration or ACL file has not been read, and ACL LIST does not tell what stands in it")
  }

  private static func name(_ user: String) -> String {
    user.split(separator: " ").dropFirst().first.map(String.init) ?? user
  }
}
