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

  package init() {}

  private static let keys = [
    "settle", "profile", "state-dir", "color", "user", "error-budget", "tls", "cacert", "cert", "key", "sni",
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
    if let text = try group.text("error-budget") {
      guard let budget = ErrorBudget(text) else {
        throw UsageError(
          .badValue, at: group.place(group.entry("error-budget")?.node.line ?? group.line),
          "error-budget is \(Quotation.quoted(text))", remedy: ErrorBudget.remedy)
      }
      errorBudget = budget
    }
  }
}
