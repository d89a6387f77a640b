// What the table of hazards and the block list ask about a deployment, each answer yes, no or not known.

/// Facts of one deployment that decide whether a hazard is real there.
package struct DeploymentFacts: Hashable, Sendable {
  /// Any node appends to a file.
  package var appendOnly: Bool?
  /// Any node announces a host name beside its address (`cluster-announce-hostname`).
  package var announcesHostname: Bool?
  /// Any node announces a name in the place of its address (`cluster-announce-ip`).
  package var announcesNameAsAddress: Bool?
  /// Any user has no word about channels in its rules.
  package var usersWithoutChannels: Bool?
  /// Any module is loaded.
  package var modules: Bool?
  /// Any node sends full syncs over a second connection (`dual-channel-replication-enabled`).
  package var dualChannel: Bool?

  package init() {}

  /// Out of what was read; a fact is `false` only where every node was read and none has it.
  package init(_ snapshot: Snapshot) {
    let views = snapshot.nodes.values.map(\.view)
    let inventories = views.map { $0?.inventory }
    func any(_ test: (Inventory) -> Bool?) -> Bool? {
      let answers = inventories.map { inventory in inventory.flatMap(test) }
      if answers.contains(true) { return true }
      return answers.contains(nil) || answers.isEmpty ? nil : false
    }
    func directive(_ name: String, _ test: @escaping (String) -> Bool) -> Bool? {
      any { inventory in
        guard !inventory.configuration.isEmpty else { return nil }
        return inventory.configuration[name].map(test) ?? false
      }
    }
    let writing = views.map { $0?.pulse.persistence.appendOnly }
    appendOnly = writing.contains(true) ? true : writing.contains(nil) || writing.isEmpty ? nil : false
    announcesHostname = directive("cluster-announce-hostname") { !$0.isEmpty }
    announcesNameAsAddress = directive("cluster-announce-ip") { text in
      !text.isEmpty && !text.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 } && !text.contains(":")
    }
    usersWithoutChannels = any { inventory in inventory.users.map { $0.contains(where: ChannelRules.isSilent) } }
    modules = any { !$0.modules.isEmpty }
    dualChannel = directive("dual-channel-replication-enabled") { $0 == "yes" }
  }
}

/// What a line of `ACL LIST` says about Pub/Sub channels.
package enum ChannelRules {
  /// True where no word speaks of channels: from 7.0 on such a user may use none (`acl-pubsub-default`).
  static func isSilent(_ user: String) -> Bool {
    !user.split(separator: " ").dropFirst(2).contains { word in
      word.hasPrefix("&") || word == "allchannels" || word == "resetchannels"
    }
  }
}

/// When a hazard or a block applies.
package enum Condition: Hashable, Sendable {
  case always
  case appendOnly, announcesHostname, announcesNameAsAddress, usersWithoutChannels, modules, dualChannel

  /// nil where the fact is not known.
  func holds(_ facts: DeploymentFacts) -> Bool? {
    switch self {
    case .always: true
    case .appendOnly: facts.appendOnly
    case .announcesHostname: facts.announcesHostname
    case .announcesNameAsAddress: facts.announcesNameAsAddress
    case .usersWithoutChannels: facts.usersWithoutChannels
    case .modules: facts.modules
    case .dualChannel: facts.dualChannel
    }
  }
}
