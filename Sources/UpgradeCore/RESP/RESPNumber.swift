/// The spellings of numbers that RESP3 allows, judged in place.
enum RESPNumber {
  /// An optional sign and at least one digit.
  static func isInteger(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    skipSign(bytes, &index, range.upperBound)
    return skipDigits(bytes, &index, range.upperBound) && index == range.upperBound
  }

  /// A decimal number with optional fraction and exponent, or `inf`, `-inf`, `nan` (redis networking.c prints also
  /// `-nan` on some platforms).
  static func isDouble(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    skipSign(bytes, &index, end)
    if matches("inf", bytes, index, end) || matches("nan", bytes, index, end) { return true }
    guard skipDigits(bytes, &index, end) else { return false }
    if index < end, bytes[index] == UInt8(ascii: ".") {
      index += 1
      guard skipDigits(bytes, &index, end) else { return false }
    }
    if index < end, bytes[index] == UInt8(ascii: "e") || bytes[index] == UInt8(ascii: "E") {
      index += 1
      skipSign(bytes, &index, end)
      guard skipDigits(bytes, &index, end) else { return false }
    }
    return index == end
  }

  private static func skipSign(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) {
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") { index += 1 }
  }

  private static func skipDigits(_ bytes: Span<UInt8>, _ index: inout Int, _ end: Int) -> Bool {
    let first = index
    while index < end, bytes[index] &- UInt8(ascii: "0") <= 9 { index += 1 }
    return index > first
  }

  private static func matches(_ word: StaticString, _ bytes: Span<UInt8>, _ index: Int, _ end: Int) -> Bool {
    let letters = Array(word.description.utf8)
    guard end - index == letters.count else { return false }
    return letters.indices.allSatisfy { bytes[index + $0] | 0x20 == letters[$0] }
  }
}
