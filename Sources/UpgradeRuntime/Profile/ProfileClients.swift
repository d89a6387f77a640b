// How a profile says as whom databases of Redis Enterprise Software are called, as their clients do.

import SystemIO
import UpgradeCore

extension Profile {
  private static let clientKeys =
    ["user", "tls", "certificate", "ca", "client_certificate", "client_key", "sni"] + PasswordPlace.keys

  /// `databases:`, a group for each database by its name, or `"*"` for all others. What it holds are places of secrets,
  /// never secrets. A relative path starts at the directory of the profile's file.
  static func clients(_ group: YAMLGroup) throws(UsageError) -> [String: Enterprise.ClientAccess] {
    guard let entry = group.entry("databases") else { return [:] }
    guard case .mapping(let entries) = entry.node.content else {
      throw UsageError(
        .wrongType, at: group.place(entry.node.line), "databases is \(entry.node.kind), not a group of keys",
        remedy: "Write a group for each database by its name: `orders: { password_file: FILE }`.")
    }
    var clients: [String: Enterprise.ClientAccess] = [:]
    for entry in entries { clients[entry.key] = try client(entry, group) }
    return clients
  }

  private static func client(
    _ entry: YAMLNode.Entry, _ group: YAMLGroup
  ) throws(UsageError) -> Enterprise.ClientAccess {
    let name = "databases: \(Quotation.escaped(entry.key))"
    try PasswordPlace.refuseOpenOne(in: entry, of: group, called: name)
    let part = try YAMLGroup(entry.node, name: name, keys: clientKeys, file: group.file)
    let place = part.place(entry.keyLine)
    let password = try PasswordPlace(part, called: name, place)
    let user = try part.text("user")
    if user != nil, password == nil {
      throw UsageError(
        .missingKey, at: place, "\(name) has a user and no password",
        remedy: "Write `password_file: FILE`, or `password_env: NAME` for a variable of the environment.")
    }
    return Enterprise.ClientAccess(
      user: user, passwordFile: password?.file, passwordVariable: password?.variable,
      encryption: try encryption(part, name, place))
  }

  /// TLS is spoken where it is asked for, or where a file of it is named.
  private static func encryption(
    _ part: YAMLGroup, _ name: String, _ place: UsageError.Place
  ) throws(UsageError) -> Enterprise.ClientAccess.Encryption? {
    func path(_ key: String) throws(UsageError) -> String? {
      try part.text(key).map { SitePaths.path($0, besides: part.file, Host.environment) }
    }
    let encryption = Enterprise.ClientAccess.Encryption(
      pinned: try path("certificate"), authorities: try path("ca"), certificate: try path("client_certificate"),
      key: try path("client_key"), serverName: try part.text("sni"))
    if encryption.pinned != nil, encryption.authorities != nil {
      throw UsageError(
        .badValue, at: place, "\(name) has both certificate and ca",
        remedy: "Take one out: a certificate that is given is trusted alone.")
    }
    if (encryption.certificate == nil) != (encryption.key == nil) {
      throw UsageError(
        .missingKey, at: place, "\(name) has one of client_certificate and client_key",
        remedy: "A certificate of ours needs its key: write both, or none.")
    }
    let isNamed = encryption != Enterprise.ClientAccess.Encryption()
    switch try part.word("tls", of: ["true", "false"]) {
    case "true": return encryption
    case "false" where isNamed:
      throw UsageError(
        .badValue, at: place, "\(name) says tls: false, and names files of TLS", remedy: "Take one of them out.")
    case nil where isNamed: return encryption
    default: return nil
    }
  }
}
