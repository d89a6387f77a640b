// Reads a server's configuration file where the profile reaches its host.

package import SystemIO
package import UpgradeCore

/// The file with everything that it includes.
package struct StoredConfigurationReader: Sendable {
  /// Reads a whole file of the node's host; nil where it cannot be read, or is longer than so many bytes.
  private let fetch: @Sendable (String, Int) async -> [UInt8]?

  package init(fetch: @escaping @Sendable (String, Int) async -> [UInt8]?) { self.fetch = fetch }

  /// Files of this machine.
  package init(loop: EventLoop) {
    fetch = { path, limit in try? await loop.blocking { () throws(SystemError) in try Files.read(path, limit: limit) } }
  }

  /// nil where it cannot be read whole: then nothing is said about it, rather than something wrong.
  package func read(_ path: String) async -> StoredConfiguration? { await read(path, depth: 0) }

  /// The users of an ACL file, passwords and hashes taken out.
  package func users(_ path: String) async -> [String]? {
    await fetch(path, 1 << 20).flatMap { StoredConfiguration.users(String(decoding: $0, as: UTF8.self)) }
  }

  private func read(_ path: String, depth: Int) async -> StoredConfiguration? {
    guard depth < 8, path.hasPrefix("/"), let bytes = await fetch(path, 1 << 20),
      var file = try? StoredConfiguration(String(decoding: bytes, as: UTF8.self))
    else { return nil }
    for include in file.includes {
      // A pattern, or a path that is relative to where the server once was started, cannot be followed.
      guard !include.contains(where: { "*?[".contains($0) }), let other = await read(include, depth: depth + 1) else {
        return nil
      }
      file.replace(include: include, with: other)
    }
    return file
  }
}
