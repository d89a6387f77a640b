/// Reads whole numbers as operators write them: decimal digits and nothing else.
enum WholeNumber {
  /// `10` is 10; nil for an empty text, a sign, a unit, or more than nine digits.
  static func read(_ text: some StringProtocol) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
