// Other names for addresses: what nodes announce is not always what is reached, nor what ssh calls their host.

/// A table from an address, or from a host with all its ports, to something else; the whole address goes first.
package struct AddressMap: Hashable, Sendable {
  /// `10.0.0.1:6379` or `10.0.0.1` to the same kind of text.
  package var entries: [String: String]

  package init(_ entries: [String: String] = [:]) { self.entries = entries }

  package var isEmpty: Bool { entries.isEmpty }

  /// Where an address is reached: itself, where nothing else is said.
  package func reachable(_ address: Address) -> Address {
    if let other = entries[address.description].flatMap({ Address($0) }) { return other }
    return entries[address.host].map { Address(host: $0, port: address.port) } ?? address
  }

  /// The announced address that is reached at this one; itself, where none is said to be.
  package func announced(_ address: Address) -> Address {
    func key(of value: String) -> String? { entries.filter { $0.value == value }.keys.min() }
    if let whole = key(of: address.description).flatMap({ Address($0) }) { return whole }
    return key(of: address.host).map { Address(host: $0, port: address.port) } ?? address
  }

  /// What is said of an address as a whole, or else of its host.
  package func name(of address: Address) -> String? { entries[address.description] ?? entries[address.host] }
}

extension Site {
  /// How hosts are reached by ssh, and servers through it.
  package struct Remote: Hashable, Sendable {
    /// nil: whatever the operator's own ssh configuration says.
    package var user: String?
    /// More words for the ssh program.
    package var options: [String]
    /// The host that each node is on, as ssh is to call it.
    package var hosts: [NodeID: String]
    /// The host through which servers are reached; nil: directly.
    package var bastion: String?
    /// What the plan has to say about hosts, a sentence each.
    package var remarks: [String]
    package init(
      user: String? = nil, options: [String] = [], hosts: [NodeID: String] = [:], bastion: String? = nil,
      remarks: [String] = []
    ) {
      self.remarks = remarks
      self.user = user
      self.options = options
      self.hosts = hosts
      self.bastion = bastion
    }
  }
}

/// Whether a host takes commands of ours, and what it lacks for holding them.
package enum HostReach: Hashable, Sendable {
  package enum Lack: Hashable, Sendable {
    /// `script` or `mkfifo`: commands run without a terminal.
    case terminal
    /// Its login manager ends what a user started when the user's last connection ends.
    case lasting
  }
  case reached(lacking: [Lack])
  /// A sentence.
  case notReached(String)

  /// What the plan has to say about it.
  package func remark(on host: String) -> String? {
    guard case .reached(let lacking) = self, let gravest = lacking.first else { return nil }
    return switch gravest {
    case .lasting: "On \(host) a dropped link ends the command."
    case .terminal: "On \(host) commands run without a terminal."
    }
  }
}
