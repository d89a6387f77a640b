/// The spellings of numbers that RESP3 allows, judged in place.
enum RESPNumber {
  /// The number that the leading digits among eight bytes spell, and where they end; one step for all of them, since
  /// a loop that ends at another digit each time is what most of the parser's time went to.
  @inline(__always)
  static func leadingDigits(_ bytes: Span<UInt8>, _ start: Int) -> (value: UInt64, end: Int) {
    // The compiler makes one load of this.
    let eight = bytes.extracting(start..<(start + 8))
    var word: UInt64 = 0
    for place in 0..<8 { word |= UInt64(eight[place]) << UInt64(place * 8) }
    let digits = word ^ 0x3030_3030_3030_3030
    // A byte above 9 carries into its highest bit; a carry into the next byte comes only from one so marked.
    let marks = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
    let count = marks.trailingZeroBitCount / 8
    // Leading zeros in front, so that there are always eight; then pairs, fours, all.
    let aligned = digits << UInt64(64 - count * 8)
    let pairs = aligned &* 10 &+ (aligned >> 8)
    let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((pairs >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return ((low &+ high) >> 32, start + count)
  }

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
