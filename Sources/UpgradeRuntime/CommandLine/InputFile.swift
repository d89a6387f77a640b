import SystemIO

/// Reads the small files that the operator names.
package enum InputFile {
  /// The bytes of a file; nil where `optional` and there is none.
  package static func read(_ path: String, optional: Bool = false) throws(UsageError) -> [UInt8]? {
    do throws(SystemError) {
      return try Files.read(path, limit: YAMLReader.Limits().bytes)
    } catch {
      if optional, error.code == .noSuchFile { return nil }
      throw UsageError(.unreadableFile, "\(error)", remedy: "Name a text file that this user can read.")
    }
  }
}
