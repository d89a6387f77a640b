// What a node of Redis Enterprise Software runs: a version of three parts, with the build that was installed.

/// Everything that is known of a Redis Enterprise Software deployment, apart from what runs inside of its databases.
package enum Enterprise {}

extension Enterprise {
  /// `7.22.0-250`: version and build. A build says what was repaired, so it counts (redis/docs, product lifecycle).
  package struct BuildVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let version: Version
    package let build: Int

    package init(_ version: Version, build: Int) {
      self.version = version
      self.build = build
    }

    /// Reads `7.22.0-250`; nil for anything else, a version without its build included.
    package init?(_ text: some StringProtocol) {
      guard let (before, after) = Substring(text).cut(at: "-"), let version = Version(before),
        !after.isEmpty, after.utf8.count <= 6, after.utf8.allSatisfy({ (48...57).contains($0) }), let build = Int(after)
      else { return nil }
      self.init(version, build: build)
    }

    package static func < (left: BuildVersion, right: BuildVersion) -> Bool {
      (left.version, left.build) < (right.version, right.build)
    }

    package var description: String { "\(version)-\(build)" }
  }

  /// The version of a database, `7.4`: the vendor bundles one of each, and names them without their patch.
  package struct DatabaseVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
      self.major = major
      self.minor = minor
    }

    /// Reads `7.4`, and of `7.4.1` the first two parts.
    package init?(_ text: some StringProtocol) {
      let parts = Substring(text).parts(between: ".", keepingEmpty: true)
      let numbers = parts.compactMap { part in
        part.utf8.count <= 4 && part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
      }
      guard (2...3).contains(parts.count), numbers.count == parts.count else { return nil }
      self.init(numbers[0], numbers[1])
    }

    package static func < (left: DatabaseVersion, right: DatabaseVersion) -> Bool {
      (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
  }
}
