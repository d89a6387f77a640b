package import UpgradeCore

/// What `--to` and `--from` name: a version of whatever product runs there, or a product's.
package enum WantedRelease: Hashable, Sendable, CustomStringConvertible {
  case sameProduct(Version)
  case release(Release)

  /// Reads the value of a flag, which is repeated in sentences.
  package init(_ text: String, flag: Flag) throws(UsageError) {
    try self.init(text, of: flag.text)
  }

  /// Reads `7.0.15`, `valkey-8.0.1` or `redis-8.0.2`; `place` is what sentences call it.
  init(_ text: String, of place: String) throws(UsageError) {
    if let version = Version(text) {
      self = .sameProduct(version)
    } else if let release = Release(text) {
      self = .release(release)
    } else if let build = Enterprise.BuildVersion(text) {
      self = .release(Release(build))
    } else {
      throw UsageError(
        .version, "\(place) \(Quotation.quoted(text)) is not a version", remedy: Self.remedy(for: text))
    }
  }

  /// The release it means for a deployment that runs `product`.
  package func release(for product: Product) -> Release {
    switch self {
    case .sameProduct(let version): Release(product, version)
    case .release(let release): release
    }
  }

  package var description: String {
    switch self {
    case .sameProduct(let version): version.description
    case .release(let release): release.description
    }
  }

  private static func remedy(for text: String) -> String {
    let parts = text.split(separator: "-", maxSplits: 1)
    if parts.count == 2, Version(parts[1]) != nil {
      let products = Product.servers.map(\.rawValue)
      return "The products are \(Quotation.list(products, last: "and")), in small letters."
    }
    if text.hasPrefix("v"), Version(text.dropFirst()) != nil { return "Write \(text.dropFirst()), without the v." }
    let numbers = (parts.last ?? "").split(separator: ".", omittingEmptySubsequences: false)
    if numbers.count == 2, numbers.allSatisfy({ WholeNumber.read($0) != nil }) {
      return "Write all three numbers, such as \(text).0: which patch release is a decision of yours."
    }
    return "Write three numbers, such as 7.0.15, or a product before them, such as valkey-8.0.1."
  }
}
