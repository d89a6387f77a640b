import SystemIO

/// Where the lab keeps what outlives a command (XDG base directory specification).
enum LabPlaces {
  /// A base directory: the variable where it holds an absolute path, as the specification wants, else below the home.
  static func base(_ variable: String, fallback: String, environment: [String: String]) throws(LabError) -> String {
    if let value = environment[variable], value.hasPrefix("/") { return LabFiles.absolute(value) }
    guard let home = environment["HOME"], home.hasPrefix("/") else {
      throw LabError(
        .directoryUnusable, "Neither \(variable) nor HOME says where this user's files are",
        remedy: "Set HOME, or \(variable).")
    }
    return LabFiles.absolute("\(home)/\(fallback)")
  }
}
