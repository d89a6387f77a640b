// How a profile asks for a temporary server, by way of which a single one is upgraded.

import UpgradeCore

extension Profile {
  /// `temporary: { port: 6380, folder: /var/tmp/redis-upgrade }`.
  package struct Temporary: Equatable, Sendable {
    /// Where it listens, on the host of the server that it stands in for.
    package let port: Int
    /// A folder there that is not there yet, and goes with it; nil: one beside the server's data files.
    package let folder: String?

    package init(port: Int, folder: String? = nil) {
      self.port = port
      self.folder = folder
    }
  }

  /// - Parameter hasProgram: whether the profile names the wanted version's program, which is what is started.
  static func temporary(
    _ group: YAMLGroup, reach: Site.Reach, hasProgram: Bool
  ) throws(UsageError) -> Temporary? {
    guard let entry = group.entry("temporary") else { return nil }
    let part = try YAMLGroup(entry.node, name: "temporary", keys: ["port", "folder"], file: group.file)
    guard reach != .manual else {
      throw UsageError(
        .badValue, at: group.place(entry.keyLine), "temporary is given, but reach is manual",
        remedy:
          "Write `reach: local` or `reach: ssh`: a temporary server is started, watched and taken away on the host. "
          + "Or let a second server follow the first one yourself, and name both.")
    }
    guard hasProgram else {
      throw UsageError(
        .missingKey, at: group.place(entry.keyLine), "temporary is given, but software has no program",
        remedy: "Say how the wanted version's server is found: `program: echo /opt/redis-{version}/bin/redis-server`.")
    }
    guard let port = try part.wholeNumber("port", in: 1...65_535, unit: "port") else {
      throw UsageError(
        .missingKey, at: part.place(part.line), "temporary has no port",
        remedy: "Write a port that is free on the server's host: `temporary: { port: 6380 }`.")
    }
    let folder = try part.text("folder")
    if let folder, !folder.hasPrefix("/") || folder.hasSuffix("/") || folder.contains(where: { "\"\\\n".contains($0) })
    {
      throw UsageError(
        .badValue, at: part.place(part.entry("folder")?.node.line ?? part.line),
        "folder is \(Quotation.quoted(folder))",
        remedy: "Write a folder from / on that is not there yet; it is made, and removed at the end.")
    }
    return Temporary(port: port, folder: folder)
  }
}
