/// Reads JSON text (RFC 8259) strictly: no comments, no double keys, no lone surrogates, nothing behind the value.
package struct JSONParser {
  /// Why a text is not JSON, and at which byte.
  package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    package let what: String
    /// Counts from 0.
    package let offset: Int

    package var description: String { "\(what) at byte \(offset)" }
  }

  /// How deep arrays and objects may stand in each other.
  package static let deepest = 64

  private let bytes: [UInt8]
  private var index: Int
  private let end: Int

  private init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    index = range.lowerBound
    end = range.upperBound
  }

  /// The value that the bytes hold, or the part of them that `range` names.
  package static func read(_ bytes: [UInt8], in range: Range<Int>? = nil) throws(Failure) -> JSONValue {
    var parser = JSONParser(bytes, in: (range ?? bytes.indices).clamped(to: bytes.indices))
    let value = try parser.value(depth: 0)
    parser.skipBlanks()
    guard parser.index == parser.end else { throw parser.failure("something stands behind the value") }
    return value
  }

  private func failure(_ what: String) -> Failure { Failure(what: what, offset: index) }

  private var next: UInt8? { index < end ? bytes[index] : nil }

  private mutating func skipBlanks() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard let byte = next, UInt32(byte) == character.value else { return false }
    index += 1
    return true
  }

  private mutating func value(depth: Int) throws(Failure) -> JSONValue {
    skipBlanks()
    guard let byte = next else { throw failure("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Failure) -> JSONValue {
    guard bytes[index..<end].starts(with: word.utf8) else { throw failure("no value starts like this") }
    index += word.utf8.count
    return value
  }

  private mutating func array(depth: Int) throws(Failure) -> JSONValue {
    guard depth < Self.deepest else { throw failure("values stand more than \(Self.deepest) deep") }
    index += 1
    var items: [JSONValue] = []
    skipBlanks()
    if take("]") { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipBlanks()
      if take("]") { return .array(items) }
      guard take(",") else { throw failure("a comma or ] is missing") }
    }
  }

  private mutating func object(depth: Int) throws(Failure) -> JSONValue {
    guard depth < Self.deepest else { throw failure("values stand more than \(Self.deepest) deep") }
    index += 1
    var members: [JSONValue.Member] = []
    var keys: Set<String> = []
    skipBlanks()
    if take("}") { return .object(members) }
    while true {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("a key is missing") }
      let key = try string()
      guard keys.insert(key).inserted else { throw failure("a key stands twice") }
      skipBlanks()
      guard take(":") else { throw failure("a colon is missing") }
      members.append(JSONValue.Member(key, try value(depth: depth + 1)))
      skipBlanks()
      if take("}") { return .object(members) }
      guard take(",") else { throw failure("a comma or } is missing") }
    }
  }

  private mutating func string() throws(Failure) -> String {
    index += 1
    var text: [UInt8] = []
    var start = index
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        text += bytes[start..<index]
        guard let string = String(validating: text, as: UTF8.self) else { throw failure("a string is not UTF-8") }
        index += 1
        return string
      case UInt8(ascii: "\\"):
        text += bytes[start..<index]
        text += try escape().utf8
        start = index
      case 0..<0x20: throw failure("a control character stands in a string")
      default: index += 1
      }
    }
    throw failure("the text ends inside a string")
  }

  private mutating func escape() throws(Failure) -> String {
    index += 1
    guard let byte = next else { throw failure("the text ends inside a string") }
    index += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return String(try escapedScalar())
    default: throw failure("no such escape")
    }
  }

  private mutating func escapedScalar() throws(Failure) -> Unicode.Scalar {
    let first = try fourDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard UTF16.isLeadSurrogate(first), take("\\"), take("u") else { throw failure("half a character is escaped") }
    let second = try fourDigits()
    guard UTF16.isTrailSurrogate(second) else { throw failure("half a character is escaped") }
    return UTF16.decode(UTF16.EncodedScalar([first, second]))
  }

  private mutating func fourDigits() throws(Failure) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw failure("an escape has less than four digits")
      }
      unit = unit << 4 | UInt16(digit)
      index += 1
    }
    return unit
  }

  private mutating func number() throws(Failure) -> JSONValue {
    let start = index
    let isNegative = take("-")
    guard let first = next, Self.isDigit(first) else { throw failure("no value starts like this") }
    skipDigits()
    guard first != UInt8(ascii: "0") || index == start + (isNegative ? 2 : 1) else {
      throw failure("a number starts with 0")
    }
    var isWhole = true
    if take(".") {
      isWhole = false
      try digits()
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isWhole, let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else { throw failure("a number is too large") }
    return .double(double)
  }

  private mutating func digits() throws(Failure) {
    guard let byte = next, Self.isDigit(byte) else { throw failure("a number ends without a digit") }
    skipDigits()
  }

  private mutating func skipDigits() {
    while let byte = next, Self.isDigit(byte) { index += 1 }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
