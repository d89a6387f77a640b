/// What an operator has said once and for all, in the configuration file; flags are stronger.
package struct Configuration: Equatable, Sendable {
  package var settle: Duration?
  /// The name of a built-in profile, or an absolute path.
  package var profile: String?
  package var stateDirectory: String?
  package var color: ColorChoice?
  package var user: String?
  package var errorBudget: ErrorBudget?
  package var encryption = EncryptionRequest()
  /// Keys of the screen in place of its own, in the order of the file.
  package var keys: [KeyBinding] = []

  package init() {}

  private static let keys = [
    "settle", "profile", "state-dir", "color", "user", "error-budget", "tls", "cacert", "cert", "key", "sni",
    "keys",
  ]

  /// Reads the configuration of this environment; empty where there is no file.
  package static func load(_ environment: [String: String]) throws(UsageError) -> Configuration {
    guard let path = SitePaths.configuration(environment),
      let bytes = try InputFile.read(path, optional: true)
    else { return Configuration() }
    return try Configuration(yaml: bytes, file: path, environment: environment)
  }

  /// Reads the bytes of a configuration file.
  package init(yaml bytes: [UInt8], file: String, environment: [String: String]) throws(UsageError) {
    guard let root = try YAMLReader.read(bytes, file: file) else { return }
    let group = try YAMLGroup(root, name: "the configuration", keys: Self.keys, file: file)
    settle = try group.wholeNumber("settle", in: InvocationReader.settleRange, unit: "seconds").map { .seconds($0) }
    color = try group.word("color", of: ColorChoice.allCases.map(\.rawValue)).flatMap(ColorChoice.init)
    user = try group.text("user")
    profile = try group.text("profile").map { name in
      BuiltInProfiles.looksLikePath(name) ? SitePaths.path(name, besides: file, environment) : name
    }
    stateDirectory = try group.text("state-dir").map { SitePaths.path($0, besides: file, environment) }
    encryption = EncryptionRequest(
      isWanted: try group.word("tls", of: ["yes", "no"]).map { $0 == "yes" },
      authorities: try group.text("cacert").map { SitePaths.path($0, besides: file, environment) },
      certificate: try group.text("cert").map { SitePaths.path($0, besides: file, environment) },
      key: try group.text("key").map { SitePaths.path($0, besides: file, environment) },
      serverName: try group.text("sni"))
    keys = try Self.bindings(group)
    if let text = try group.text("error-budget") {
      guard let budget = ErrorBudget(text) else {
        throw UsageError(
          .badValue, at: group.place(group.entry("error-budget")?.node.line ?? group.line),
          "error-budget is \(Quotation.quoted(text))", remedy: ErrorBudget.remedy)
      }
      errorBudget = budget
    }
  }

  /// What stands under `keys`; what the names and the keys mean is known by the screen alone.
  private static func bindings(_ group: YAMLGroup) throws(UsageError) -> [KeyBinding] {
    guard let entry = group.entry("keys") else { return [] }
    guard case .mapping(let entries) = entry.node.content else {
      throw UsageError(
        .wrongType, at: group.place(entry.node.line), "keys is \(entry.node.kind), not a group of keys",
        remedy: "Write lines such as `search: \"s\"`; `redis-upgrade keys` lists the names.")
    }
    var bindings: [KeyBinding] = []
    for entry in entries {
      let keys = try group.text(of: entry.node, called: "keys.\(entry.key)")
      bindings.append(KeyBinding(request: entry.key, keys: keys, place: group.place(entry.keyLine)))
    }
    return bindings
  }
}

/// Other keys for one request of the screen, as the configuration file writes them.
package struct KeyBinding: Equatable, Sendable {
  package var request: String
  package var keys: String
  package var place: UsageError.Place

  package init(request: String, keys: String, place: UsageError.Place) {
    self.request = request
    self.keys = keys
    self.place = place
  }
}
