// How a profile says that Sentinels are called otherwise than their servers: another login, TLS or none.

import SystemIO
import UpgradeCore

extension Profile {
  private static let sentinelKeys =
    ["login", "user", "tls", "ca", "client_certificate", "client_key", "sni"] + PasswordPlace.keys

  /// `sentinels:`, nil where it is left out. What it holds are places of secrets, never secrets. A relative path starts
  /// at the directory of the profile's file.
  static func sentinels(_ group: YAMLGroup) throws(UsageError) -> SentinelAccess? {
    guard let entry = group.entry("sentinels") else { return nil }
    try PasswordPlace.refuseOpenOne(in: entry, of: group, called: "sentinels")
    let part = try YAMLGroup(entry.node, name: "sentinels", keys: sentinelKeys, file: group.file)
    return SentinelAccess(
      login: try login(part, part.place(entry.keyLine)), encryption: try encryption(part, part.place(entry.keyLine)))
  }

  private static func login(
    _ part: YAMLGroup, _ place: UsageError.Place
  ) throws(UsageError) -> SentinelAccess.Login {
    let password = try PasswordPlace(part, called: "sentinels", place)
    let user = try part.text("user")
    if user != nil, password == nil {
      throw UsageError(
        .missingKey, at: place, "sentinels has a user and no password",
        remedy: "Write `password_file: FILE`, or `password_env: NAME` for a variable of the environment.")
    }
    guard try part.word("login", of: ["none"]) != nil else {
      return password.map { .own(user: user, file: $0.file, variable: $0.variable) } ?? .asServers
    }
    guard password == nil else {
      throw UsageError(
        .badValue, at: place, "sentinels says login: none, and names a password", remedy: "Take one of them out.")
    }
    return .none
  }

  private static func encryption(
    _ part: YAMLGroup, _ place: UsageError.Place
  ) throws(UsageError) -> SentinelAccess.Encryption {
    func path(_ key: String) throws(UsageError) -> String? {
      try part.text(key).map { SitePaths.path($0, besides: part.file, Host.environment) }
    }
    let files = EncryptionFiles(
      authorities: try path("ca"), certificate: try path("client_certificate"), key: try path("client_key"),
      serverName: try part.text("sni"))
    if (files.certificate == nil) != (files.key == nil) {
      throw UsageError(
        .missingKey, at: place, "sentinels has one of client_certificate and client_key",
        remedy: "A certificate of ours needs its key: write both, or none.")
    }
    let isNamed = files != EncryptionFiles()
    switch try part.word("tls", of: ["true", "false"]) {
    case "true": return .files(files)
    case "false" where isNamed:
      throw UsageError(
        .badValue, at: place, "sentinels says tls: false, and names files of TLS", remedy: "Take one of them out.")
    case "false": return .plain
    default: return isNamed ? .files(files) : .asServers
    }
  }
}
