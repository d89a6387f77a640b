// How a profile says where things are reached: by ssh, under other names, through another host.

package import UpgradeCore

extension Profile {
  /// What is elsewhere than where nodes announce themselves.
  package struct Places: Equatable, Sendable {
    /// How ssh calls the host of an address, or of a host's addresses.
    package var hosts = AddressMap()
    /// Where servers are reached.
    package var addresses = AddressMap()
    /// The host through which servers are reached, by `ssh -W`; nil: directly.
    package var bastion: String?

    package init() {}

    init(_ group: YAMLGroup, reach: Site.Reach) throws(UsageError) {
      if reach != .ssh, let entry = group.entry("hosts") {
        throw UsageError(
          .badValue, at: group.place(entry.keyLine), "hosts is given, but reach is \(reach.rawValue)",
          remedy: "Write `reach: ssh`, or take hosts out.")
      }
      hosts = AddressMap(
        try Self.table("hosts", in: group, remedy: "Write the name alone, as for `ssh NAME`.") {
          key, value in Self.isName(value)
        })
      addresses = AddressMap(
        try Self.table(
          "addresses", in: group,
          remedy: "Write \"HOST:PORT\": \"HOST:PORT\" for one server, or HOST: HOST for all ports of a host."
        ) { key, value in Self.hasPort(key) == Self.hasPort(value) && Self.isName(value) })
      bastion = try group.text("bastion")
      if let bastion, !Self.isName(bastion) {
        throw UsageError(
          .badValue, at: group.place(group.entry("bastion")?.node.line ?? group.line),
          "bastion is \(Quotation.quoted(bastion))", remedy: "Write the host's name alone, as for `ssh NAME`.")
      }
    }

    private static func table(
      _ key: String, in group: YAMLGroup, remedy: String, _ fits: (String, String) -> Bool
    ) throws(UsageError) -> [String: String] {
      guard let entry = group.entry(key) else { return [:] }
      guard case .mapping(let entries) = entry.node.content else {
        throw UsageError(
          .wrongType, at: group.place(entry.node.line), "\(key) is \(entry.node.kind), not a group of keys",
          remedy: remedy)
      }
      var table: [String: String] = [:]
      for entry in entries {
        let value = try group.text(of: entry.node, called: "\(entry.key) in \(key)")
        guard fits(entry.key, value) else {
          throw UsageError(
            .badValue, at: group.place(entry.keyLine),
            "\(key) has \(Quotation.quoted(entry.key)): \(Quotation.quoted(value))", remedy: remedy)
        }
        // One spelling for each address, so that what is looked up is found.
        table[hasPort(entry.key) ? Address(entry.key)?.description ?? entry.key : entry.key] = value
      }
      return table
    }

    /// `::1` is a host alone, `[::1]:6379` is one with a port.
    private static func hasPort(_ text: String) -> Bool {
      Address(text) != nil && (text.hasPrefix("[") || text.count { $0 == ":" } == 1)
    }

    /// It becomes a word of ssh's command line, where a leading dash would make it an option.
    private static func isName(_ text: String) -> Bool {
      !text.isEmpty && !text.hasPrefix("-") && !text.contains(where: \.isWhitespace)
    }
  }

  /// How hosts and servers are reached by ssh; nil where no ssh is used.
  package func remote(_ nodes: [NodeSetup]) -> Site.Remote? {
    guard reach == .ssh || places.bastion != nil else { return nil }
    var hosts: [NodeID: String] = [:]
    if reach == .ssh {
      for node in nodes {
        hosts[node.id] = host(of: node.address)
      }
    }
    return Site.Remote(user: ssh.user, options: ssh.options, hosts: hosts, bastion: places.bastion)
  }

  /// What ssh calls the host of a node that announces this address.
  package func host(of address: Address) -> String {
    places.hosts.name(of: address) ?? places.addresses.reachable(address).host
  }

  static func ssh(_ group: YAMLGroup, reach: Site.Reach, bastion: String?) throws(UsageError) -> SSH {
    guard let entry = group.entry("ssh") else { return SSH() }
    guard reach == .ssh || bastion != nil else {
      throw UsageError(
        .badValue, at: group.place(entry.keyLine), "ssh is given, but reach is \(reach.rawValue)",
        remedy: "Write `reach: ssh`, or take ssh out.")
    }
    let part = try YAMLGroup(entry.node, name: "ssh", keys: ["user", "jump", "options"], file: group.file)
    func name(_ key: String, _ remedy: String) throws(UsageError) -> String? {
      let text = try part.text(key)
      // It becomes a word of ssh's own command line, where a leading dash would make it an option.
      if let text, text.hasPrefix("-") || text.contains(where: \.isWhitespace) {
        throw UsageError(
          .badValue, at: part.place(part.entry(key)?.node.line ?? part.line), "\(key) is \(Quotation.quoted(text))",
          remedy: remedy)
      }
      return text
    }
    let user = try name(
      "user", "Write a user's name alone; the host is the node's, and everything else goes into options.")
    let jump = try name("jump", "Write the host's name alone, as for `ssh -J NAME`.")
    let options = try part.texts("options") ?? []
    if let bad = options.first(where: weakens) {
      throw UsageError(
        .badValue, at: part.place(part.entry("options")?.node.line ?? part.line),
        "options has \(Quotation.quoted(bad)), which lets any host pass for another",
        remedy: "Take it out; put the hosts' keys into known_hosts, or confirm them once by hand.")
    }
    return SSH(user: user, options: (jump.map { ["-J", $0] } ?? []) + options)
  }

  /// Whether an option of ssh makes it trust hosts that it does not know.
  private static func weakens(_ option: String) -> Bool {
    let text = option.lowercased().filter { !$0.isWhitespace && $0 != "=" && $0 != "\"" }
    return ["no", "off", "accept-new"].contains { text.hasSuffix("stricthostkeychecking\($0)") }
      || ["userknownhostsfile/dev/null", "userknownhostsfilenone"].contains { text.hasSuffix($0) }
      || text.hasSuffix("nohostauthenticationforlocalhostyes")
  }
}
