// A release as short as it can be said without being mistaken for another product's.

package import UpgradeCore

extension RunPicture {
  /// `7.0.15`; with the product (`valkey-8.0.1`) where the run leads from one to another.
  package func short(_ release: Release) -> String { setup?.short(release) ?? release.description }
}

extension Setup {
  package func short(_ release: Release) -> String {
    nodes.allSatisfy { $0.release.product == to.product } && release.product == to.product
      ? release.number : release.description
  }
}

/// Where from and where to, as a picture names it; a product that both share is left out.
struct ReleasePath {
  let from: String
  let to: String

  init(_ picture: RunPicture) {
    let product = picture.to.split(separator: "-").first.map { "\($0)-" } ?? ""
    let starts = picture.from.split(separator: ",").map { $0.drop { $0 == " " } }
    let isShared = picture.to.contains("-") && !starts.isEmpty && starts.allSatisfy { $0.hasPrefix(product) }
    from = isShared ? starts.map { $0.dropFirst(product.count) }.joined(separator: ", ") : picture.from
    to = isShared ? String(picture.to.dropFirst(product.count)) : picture.to
  }

  /// `6.2.14 -> 7.0.15`
  var text: String { to.isEmpty ? from : from.isEmpty ? to : "\(from) -> \(to)" }
}
