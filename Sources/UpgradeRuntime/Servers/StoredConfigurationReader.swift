// Reads a server's configuration file where the profile reaches its host.

package import SystemIO
package import UpgradeCore

/// The file with everything that it includes.
package struct StoredConfigurationReader: Sendable {
  private let loop: EventLoop

  package init(loop: EventLoop) { self.loop = loop }

  /// nil where it cannot be read whole: then nothing is said about it, rather than something wrong.
  package func read(_ path: String) async -> StoredConfiguration? {
    try? await loop.blocking { () throws(SystemError) in StoredConfigurationReader.read(path, depth: 0) } ?? nil
  }

  /// The users of an ACL file, passwords and hashes taken out.
  package func users(_ path: String) async -> [String]? {
    let text = try? await loop.blocking { () throws(SystemError) in
      String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    }
    return text.flatMap { StoredConfiguration.users($0) }
  }

  private static func read(_ path: String, depth: Int) -> StoredConfiguration? {
    guard depth < 8, path.hasPrefix("/"), let bytes = try? Files.read(path, limit: 1 << 20),
      var file = try? StoredConfiguration(String(decoding: bytes, as: UTF8.self))
    else { return nil }
    for include in file.includes {
      // A pattern, or a path that is relative to where the server once was started, cannot be followed.
      guard !include.contains(where: { "*?[".contains($0) }), let other = read(include, depth: depth + 1) else {
        return nil
      }
      file.replace(include: include, with: other)
    }
    return file
  }
}
