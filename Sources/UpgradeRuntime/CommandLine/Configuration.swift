/// What an operator has said once and for all, in the configuration file; flags are stronger.
package struct Configuration: Equatable, Sendable {
  package var settle: Duration?
  /// The name of a built-in profile, or an absolute path.
  package var profile: String?
  package var stateDirectory: String?
  package var color: ColorChoice?
  package var user: String?
  package var errorBudget: ErrorBudget?

  package init() {}

  /// Reserved for TLS, which is not built yet.
  private static let reserved = ["tls", "cacert", "cert", "key", "sni"]

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
    if case .mapping(let entries) = root.content, let entry = entries.first(where: { Self.reserved.contains($0.key) }) {
      throw UsageError(
        .notBuilt, at: .init(file: file, line: entry.keyLine),
        "TLS is not built yet, so \(entry.key) has nothing to work on", remedy: "Take it out.")
    }
    let group = try YAMLGroup(
      root, name: "the configuration", keys: ["settle", "profile", "state-dir", "color", "user", "error-budget"],
      file: file)
    settle = try group.wholeNumber("settle", in: InvocationReader.settleRange, unit: "seconds").map { .seconds($0) }
    color = try group.word("color", of: ColorChoice.allCases.map(\.rawValue)).flatMap(ColorChoice.init)
    user = try group.text("user")
    profile = try group.text("profile").map { name in
      BuiltInProfiles.looksLikePath(name) ? SitePaths.path(name, besides: file, environment) : name
    }
    stateDirectory = try group.text("state-dir").map { SitePaths.path($0, besides: file, environment) }
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
