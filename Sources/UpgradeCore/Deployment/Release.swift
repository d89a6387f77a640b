// What a server is: which product, in which version.

/// A product that this tool knows how to upgrade.
///
/// A server that names itself otherwise is refused by that name, never guessed at.
package enum Product: String, Hashable, Sendable, CaseIterable {
  case redis
  case valkey
}

/// A three-part version as servers print it, such as `7.0.15`.
package struct Version: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let major: Int
  package let minor: Int
  package let patch: Int

  package init(_ major: Int, _ minor: Int, _ patch: Int) {
    self.major = major
    self.minor = minor
    self.patch = patch
  }

  /// Reads `7.0.15`; nil for anything but three decimal numbers, each below a million.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var numbers: [Int] = []
    for part in parts {
      guard !part.isEmpty, part.utf8.count <= 6, part.utf8.allSatisfy({ (48...57).contains($0) }),
        let number = Int(part)
      else { return nil }
      numbers.append(number)
    }
    self.init(numbers[0], numbers[1], numbers[2])
  }

  package static func < (left: Version, right: Version) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  package var description: String { "\(major).\(minor).\(patch)" }
}

/// A product together with its version, such as `valkey-8.0.1`.
package struct Release: Hashable, Sendable, CustomStringConvertible {
  package let product: Product
  package let version: Version

  package init(_ product: Product, _ version: Version) {
    self.product = product
    self.version = version
  }

  /// Reads `redis-8.0.2` or `valkey-8.0.1`, or, where `product` says which, a bare `7.0.15`.
  package init?(_ text: some StringProtocol, defaultProduct product: Product? = nil) {
    for known in Product.allCases where text.hasPrefix(known.rawValue + "-") {
      guard let version = Version(text.dropFirst(known.rawValue.count + 1)) else { return nil }
      self.init(known, version)
      return
    }
    guard let product, let version = Version(text) else { return nil }
    self.init(product, version)
  }

  package var description: String { "\(product.rawValue)-\(version)" }

  /// As a person says it: `Redis 7.0.15`.
  package var title: String { "\(product == .redis ? "Redis" : "Valkey") \(version)" }
}
