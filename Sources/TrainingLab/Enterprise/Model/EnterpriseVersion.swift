// A version of the cluster's software, as the vendor writes it.

extension Simulator {
  /// `7.22.0-250`: three numbers and a build, compared field by field (redis/docs, product-lifecycle.md).
  package struct Version: Hashable, Comparable, Sendable, LosslessStringConvertible {
    package let numbers: [Int]

    package init?(_ text: String) {
      let halves = text.split(separator: "-", omittingEmptySubsequences: false)
      guard halves.count == 2 else { return nil }
      let parts = halves[0].split(separator: ".", omittingEmptySubsequences: false) + [halves[1]]
      let numbers = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
      guard parts.count == 4, numbers.count == 4 else { return nil }
      self.numbers = numbers
    }

    package init(_ major: Int, _ minor: Int, _ patch: Int, build: Int) { numbers = [major, minor, patch, build] }

    package var description: String { numbers[..<3].map(String.init).joined(separator: ".") + "-\(numbers[3])" }

    package static func < (one: Version, other: Version) -> Bool {
      one.numbers.lexicographicallyPrecedes(other.numbers)
    }

    /// Whether it is of that line or a later one: `isAtLeast(6, 2)`.
    package func isAtLeast(_ numbers: Int...) -> Bool { !self.numbers.lexicographicallyPrecedes(numbers) }
  }
}

extension Simulator.Version: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let version = Self(text) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "\(text) is no version"))
    }
    self = version
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
