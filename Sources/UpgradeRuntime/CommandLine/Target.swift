package import UpgradeCore

/// The deployment that a TARGET names: where to knock, and as whom.
package struct Target: Equatable, Sendable, CustomStringConvertible {
  package enum Place: Equatable, Sendable {
    /// One or several servers of the deployment; the rest is found from any of them.
    case seeds([Address])
    case unixSocket(String)
    /// Hosts of nodes of Redis Enterprise Software.
    case enterprise([Address])
    /// Sentinels, and the name by which they know the servers; without one the only one that there is.
    case sentinel([Address], name: String?)
  }

  /// What the TARGET itself says about encryption.
  package enum Security: Equatable, Sendable {
    /// `rediss://`, `valkeys://`
    case encrypted
    /// `redis://`, `valkey://`
    case plain
    /// A bare `host:port`, or a socket that is always plain and may lead to nodes that are not.
    case unsaid
  }

  package let place: Place
  package let security: Security
  /// From `redis://user:password@...`; the flags are stronger.
  package let user: String?
  package let password: Secret?
  /// As the operator named it, without credentials.
  package let description: String

  package init(
    place: Place, security: Security = .unsaid, user: String? = nil, password: Secret? = nil, description: String
  ) {
    self.place = place
    self.security = security
    self.user = user
    self.password = password
    self.description = description
  }

  package var isEnterprise: Bool {
    if case .enterprise = place { true } else { false }
  }

  /// What Sentinels watch; nil where the TARGET names no Sentinels.
  package var watched: WatchedTarget? {
    if case .sentinel(_, let name) = place { WatchedTarget(name: name) } else { nil }
  }

  /// A TARGET for each group that it names, in their order; itself where it names none, or one.
  package var each: [Target] {
    guard case .sentinel(let seeds, let name?) = place, name.contains(",") else { return [self] }
    let before = description.dropLast(name.count)
    return name.split(separator: ",").map { name in
      Target(
        place: .sentinel(seeds, name: String(name)), security: security, user: user, password: password,
        description: "\(before)\(name)")
    }
  }

  /// The port of a server where the TARGET names none; and that of a Sentinel.
  package static let usualPort = 6379
  package static let usualSentinelPort = 26379

  /// Reads `redis://[user[:password]@]host[:port][,host[:port]]...`, `rediss://`, `valkey://`, `valkeys://`, `unix:PATH`
  /// or a bare `host:port`; `sentinel://[user[:password]@]host[:port][,host[:port]]...[/NAME[,NAME]...]`.
  package init(_ text: String) throws(UsageError) {
    guard !text.unicodeScalars.contains(where: { $0 == " " || $0.properties.generalCategory == .control }) else {
      throw UsageError(
        .target, "the TARGET \(Quotation.argument(text)) holds a blank or a control character",
        remedy: "Separate several servers by commas, without blanks.")
    }
    guard let (scheme, rest) = Self.scheme(of: text) else {
      self = try TargetReader(scheme: nil, rest: text[...]).seeds(.unsaid)
      return
    }
    guard let facts = TargetScheme.named(scheme) else {
      throw UsageError(
        .target, "there is no scheme \(Quotation.quoted(scheme)) for a TARGET",
        remedy: "Write redis://host:port, rediss://host:port for TLS, valkey://host:port, unix:PATH or host:port.")
    }
    switch facts.support {
    case .enterprise:
      let target = try TargetReader(scheme: scheme, rest: rest).seeds(.unsaid)
      guard target.user == nil, target.password == nil, case .seeds(let seeds) = target.place else {
        throw UsageError(
          .target, "enterprise:// takes no user and no password",
          remedy: "The profile names them for the REST API: rest: { user: NAME, password_file: FILE }.")
      }
      self.init(place: .enterprise(seeds), description: text)
    case .sentinel:
      let slash = rest.firstIndex(of: "/")
      let name = slash.map { String(rest[rest.index(after: $0)...]) } ?? ""
      let names = name.split(separator: ",", omittingEmptySubsequences: false)
      for one in names where !one.unicodeScalars.allSatisfy(Self.inNames.contains) || (one.isEmpty && !name.isEmpty) {
        throw UsageError(
          .target, "sentinel:// names a group \(Quotation.quoted(String(one))), which no Sentinel takes for a name",
          remedy: "A name has letters, digits, and . - _ only: sentinel://host:26379/mymaster.")
      }
      guard Set(names).count == names.count else {
        throw UsageError(.target, "sentinel:// names a group twice", remedy: "Name each of them once.")
      }
      let target = try TargetReader(
        scheme: scheme, rest: slash.map { rest[..<$0] } ?? rest, usualPort: Self.usualSentinelPort
      ).seeds(.unsaid)
      guard case .seeds(let seeds) = target.place else {
        self = target
        return
      }
      self.init(
        place: .sentinel(seeds, name: name.isEmpty ? nil : name), user: target.user, password: target.password,
        description: target.description + (name.isEmpty ? "" : "/\(name)"))
    case .notBuilt(let what, let remedy):
      throw UsageError(.notBuilt, what, remedy: remedy)
    case .seeds(let security):
      self = try TargetReader(scheme: scheme, rest: rest).seeds(security)
    case .unixSocket:
      let path = rest.hasPrefix("//") ? rest.dropFirst(2) : rest
      guard !path.isEmpty else {
        throw UsageError(.target, "unix: names no socket", remedy: "Write its path: unix:/run/redis/redis.sock.")
      }
      self.init(place: .unixSocket(String(path)), description: text)
    }
  }

  /// What Sentinels take for a name (redis sentinel.conf, `sentinel monitor`).
  private static let inNames = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_".unicodeScalars)

  /// The same with its encryption said, as a run keeps it for those who go on with it: `rediss://10.0.0.1:6379`.
  package func described(encrypted: Bool) -> String {
    guard encrypted, case .seeds(let seeds) = place, security != .encrypted else { return description }
    let scheme = description.hasPrefix("valkey://") ? "valkeys" : "rediss"
    return "\(scheme)://" + seeds.map(\.description).joined(separator: ",")
  }

  /// `redis` of `redis://...`, `unix` of `unix:...`; nil for a bare `host:port`.
  private static func scheme(of text: String) -> (scheme: String, rest: Substring)? {
    guard let colon = text.firstIndex(of: ":") else { return nil }
    let name = text[..<colon].lowercased()
    let rest = text[text.index(after: colon)...]
    if rest.hasPrefix("//") {
      // `unix:///path` keeps its slashes: the path starts with the third.
      return (name, name == "unix" ? rest : rest.dropFirst(2))
    }
    guard let facts = TargetScheme.named(name), !facts.hasSlashes else { return nil }
    return (name, rest)
  }
}

/// One row of the table of schemes.
struct TargetScheme: Sendable {
  enum Support: Sendable {
    case seeds(Target.Security)
    case unixSocket
    case enterprise
    case sentinel
    /// What is not there yet, and what can be done instead: two sentences.
    case notBuilt(what: String, remedy: String)
  }

  let name: String
  /// Whether `//` follows the colon.
  let hasSlashes: Bool
  let support: Support

  private static let otherwise = "Use the vendor's own tools for it; redis-upgrade upgrades redis:// and unix: targets."

  static let table: [TargetScheme] = [
    TargetScheme(name: "redis", hasSlashes: true, support: .seeds(.plain)),
    TargetScheme(name: "rediss", hasSlashes: true, support: .seeds(.encrypted)),
    TargetScheme(name: "valkey", hasSlashes: true, support: .seeds(.plain)),
    TargetScheme(name: "valkeys", hasSlashes: true, support: .seeds(.encrypted)),
    TargetScheme(name: "unix", hasSlashes: false, support: .unixSocket),
    TargetScheme(name: "sentinel", hasSlashes: true, support: .sentinel),
    TargetScheme(name: "enterprise", hasSlashes: true, support: .enterprise),
    TargetScheme(
      name: "compose", hasSlashes: false,
      support: .notBuilt(what: "upgrading containers of Docker Compose is not built yet", remedy: otherwise)),
    TargetScheme(
      name: "k8s", hasSlashes: false,
      support: .notBuilt(what: "upgrading pods of Kubernetes is not built yet", remedy: otherwise)),
    TargetScheme(
      name: "kubedb", hasSlashes: false,
      support: .notBuilt(what: "upgrading through KubeDB is not built yet", remedy: otherwise)),
    TargetScheme(
      name: "cloud", hasSlashes: false,
      support: .notBuilt(what: "upgrading Redis Cloud is not built yet", remedy: otherwise)),
  ]

  static func named(_ name: String) -> TargetScheme? { table.first { $0.name == name } }
}
