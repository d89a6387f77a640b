/// Numbers as RESP spells them, read and judged in place.
enum RESPNumber {
  /// The length or count up to the next CR LF, read in place; nil when more bytes are needed.
  ///
  /// What nearly always stands there, up to ten digits, is read here; signs and mistakes elsewhere.
  @inline(__always)
  static func length(_ bytes: Span<UInt8>, _ cursor: inout Int) throws(RESPViolation) -> Int64? {
    let end = bytes.count
    var index = cursor
    var value: Int64 = 0
    while index < end {
      let digit = bytes[index] &- UInt8(ascii: "0")
      if digit > 9 { break }
      value = value &* 10 &+ Int64(digit)
      index &+= 1
    }
    let digits = index &- cursor
    if digits > 0, digits <= 10, index &+ 1 < end, bytes[index] == 13, bytes[index &+ 1] == 10 {
      cursor = index &+ 2
      return value
    }
    return try rareLength(bytes, &cursor)
  }

  @inline(never)
  private static func rareLength(_ bytes: Span<UInt8>, _ cursor: inout Int) throws(RESPViolation) -> Int64? {
    try integer(bytes, &cursor)
  }

  /// The number up to the next CR LF; nil when more bytes are needed.
  @inline(__always)
  static func integer(_ bytes: Span<UInt8>, _ cursor: inout Int) throws(RESPViolation) -> Int64? {
    let end = bytes.count
    var index = cursor
    guard index < end else { return nil }
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
    let first = index
    var magnitude: UInt64 = 0
    if index + 8 <= end { (magnitude, index) = leadingDigits(bytes, index) }
    while index < end {
      let digit = bytes[index] &- UInt8(ascii: "0")
      if digit > 9 { break }
      magnitude = magnitude &* 10 &+ UInt64(digit)
      index += 1
    }
    // Nineteen digits always fit into 64 bits without a sign.
    let isComplete = index + 1 < end
    guard index - first <= 19, index == end || bytes[index] == 13, !isComplete || bytes[index + 1] == 10 else {
      throw malformedNumber(bytes, cursor)
    }
    guard isComplete else { return nil }
    guard index > first, magnitude <= UInt64(Int64.max) + (isNegative ? 1 : 0) else {
      throw malformedNumber(bytes, cursor)
    }
    cursor = index + 2
    return isNegative ? Int64(truncatingIfNeeded: 0 &- magnitude) : Int64(truncatingIfNeeded: magnitude)
  }

  @inline(never)
  private static func malformedNumber(_ bytes: Span<UInt8>, _ offset: Int) -> RESPViolation {
    guard bytes[offset] != UInt8(ascii: "?") else {
      return RESPViolation(.unsupported, "a streamed value, which no Redis or Valkey sends", at: offset)
    }
    return RESPViolation(.malformed, "not a number where a length or an integer must stand", at: offset)
  }

  /// The number that the leading digits among eight bytes spell, and where they end; one step for all of them, since
  /// a loop that ends at another digit each time is what most of the parser's time went to.
  @inline(__always)
  private static func leadingDigits(_ bytes: Span<UInt8>, _ start: Int) -> (value: UInt64, end: Int) {
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
