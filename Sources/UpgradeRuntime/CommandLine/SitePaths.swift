/// Where the program's own files are, after the XDG base directory specification.
package enum SitePaths {
  /// `$XDG_CONFIG_HOME/redis-upgrade/config.yaml`; nil where there is no home either.
  package static func configuration(_ environment: [String: String]) -> String? {
    base(environment, "XDG_CONFIG_HOME", ".config").map { "\($0)/redis-upgrade/config.yaml" }
  }

  /// `$XDG_STATE_HOME/redis-upgrade`
  package static func stateDirectory(_ environment: [String: String]) throws(UsageError) -> String {
    guard let base = base(environment, "XDG_STATE_HOME", ".local/state") else {
      throw UsageError(
        .environment, "neither XDG_STATE_HOME nor HOME says where runs are kept",
        remedy: "Write --state-dir DIR.")
    }
    return "\(base)/redis-upgrade"
  }

  /// A path from the configuration: `~/` is the home, and a relative one starts at the configuration's own directory.
  static func path(_ text: String, besides file: String, _ environment: [String: String]) -> String {
    if text.hasPrefix("~/"), let home = absolute(environment["HOME"]) { return home + text.dropFirst() }
    guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
    return "\(file[...slash])\(text)"
  }

  /// The specification says that a relative path in these variables is to be ignored.
  private static func base(_ environment: [String: String], _ variable: String, _ usual: String) -> String? {
    absolute(environment[variable]) ?? absolute(environment["HOME"]).map { "\($0)/\(usual)" }
  }

  private static func absolute(_ path: String?) -> String? {
    guard var path = path?[...], path.hasPrefix("/") else { return nil }
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path == "/" ? "" : String(path)
  }
}
