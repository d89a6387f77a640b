// What a server is: which product, in which version.

/// A product that this tool knows how to upgrade.
///
/// A server that names itself otherwise is refused by that name, never guessed at.
package enum Product: String, Hashable, Sendable, CaseIterable {
  case redis
  case valkey
  /// Redis Enterprise Software: what manages servers, not a server.
  case enterprise

  /// Those that are servers by themselves.
  package static let servers: [Product] = [.redis, .valkey]
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
  /// Of Redis Enterprise Software alone, whose builds of one version differ.
  package let build: Int?

  package init(_ product: Product, _ version: Version) {
    self.product = product
    self.version = version
    build = nil
  }

  package init(_ enterprise: Enterprise.BuildVersion) {
    product = .enterprise
    version = enterprise.version
    build = enterprise.build
  }

  /// Reads `redis-8.0.2`, `valkey-8.0.1` or `enterprise-7.22.0-250`, or, where `product` says which, a bare `7.0.15`.
  package init?(_ text: some StringProtocol, defaultProduct product: Product? = nil) {
    if text.hasPrefix("\(Product.enterprise.rawValue)-") {
      let rest = text.dropFirst(Product.enterprise.rawValue.count + 1)
      guard let build = Enterprise.BuildVersion(rest) else { return nil }
      self.init(build)
      return
    }
    for known in Product.servers where text.hasPrefix(known.rawValue + "-") {
      guard let version = Version(text.dropFirst(known.rawValue.count + 1)) else { return nil }
      self.init(known, version)
      return
    }
    guard let product, let version = Version(text) else { return nil }
    self.init(product, version)
  }

  package var description: String { "\(product.rawValue)-\(number)" }

  /// As a person says it: `Redis 7.0.15`.
  package var title: String { "\(product.title) \(number)" }

  /// Without the product: `7.0.15`, `7.22.0-250`.
  package var number: String { build.map { "\(version)-\($0)" } ?? version.description }

  /// The version with its build, where it is one of Redis Enterprise Software.
  package var enterprise: Enterprise.BuildVersion? {
    build.map { Enterprise.BuildVersion(version, build: $0) }
  }
}
