package import UpgradeCore

/// Reads what a server prints for `--version`.
package enum ServerVersionText {
  /// `Redis server v=6.2.14 sha=...` and `Valkey server v=8.1.1 sha=...`; nil for anything else.
  package static func release(_ text: String) -> Release? {
    for product in Product.servers {
      let start = "\(product.rawValue) server v="
      guard text.lowercased().hasPrefix(start) else { continue }
      guard let version = Version(text.dropFirst(start.count).prefix { !$0.isWhitespace }) else { return nil }
      return Release(product, version)
    }
    return nil
  }
}
