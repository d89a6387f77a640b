package import SystemIO
package import UpgradeCore

/// Keeps what host commands print, one file an attempt, beside the journal.
///
/// Nothing here is synced while it grows, and nothing is decided by it. The journal keeps where it is, how long it is
/// and its hash. Calls block, and belong on a thread for that.
package final class OutputStore: Sendable {
  /// What the journal says of a file.
  package struct Facts: Hashable, Sendable {
    /// Relative to the run's directory.
    package let path: String
    /// Bytes.
    package let length: Int
    /// SHA-256, hexadecimal.
    package let digest: String

    /// As an outcome's evidence.
    package var evidence: [String: String] {
      ["output": path, "output_bytes": String(length), "output_sha256": digest]
    }
  }

  private let directory: RunDirectory

  package init(_ directory: RunDirectory) { self.directory = directory }

  /// The file of an attempt, whether it is there or not.
  package func path(of effect: EffectID) -> String { "\(directory.output)/\(Self.fileName(effect))" }

  /// Opens the file of an attempt, to add to it; after a resume it goes on where it was.
  package func open(_ effect: EffectID) throws(SystemError) -> UnsyncedFile { try UnsyncedFile(path(of: effect)) }

  /// The facts about what was kept; nil where nothing was.
  package func facts(of effect: EffectID) throws(SystemError) -> Facts? {
    do throws(SystemError) {
      let bytes = try Files.read(path(of: effect), limit: 1 << 30)
      return Facts(
        path: "output/\(Self.fileName(effect))", length: bytes.count, digest: SHA256.hexadecimal(bytes))
    } catch {
      if error.code == .noSuchFile { return nil }
      throw error
    }
  }

  /// `stop/node:4f...1e.2` as the name of a file: what is no letter, digit, dot, dash or underscore becomes `%2F`.
  static func fileName(_ effect: EffectID) -> String {
    var name = ""
    for byte in effect.description.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        name += "%" + String(repeating: "0", count: 2 - digits.count) + digits
      }
    }
    // Names of 255 bytes are the most that file systems take.
    guard name.utf8.count > 180 else { return name + ".txt" }
    return String(name.prefix(100)) + "." + SHA256.hexadecimal(effect.description.utf8).prefix(32) + ".txt"
  }
}
