// How a server takes a line of its configuration apart into words, quotes and escapes included.

extension StoredConfiguration {
  /// The words of a line; nil where its quotes do not balance. After redis 7.0 sds.c, `sdssplitargs`.
  static func words(of line: some StringProtocol) -> [String]? {
    var bytes = Array(line.utf8)[...]
    var words: [String] = []
    while true {
      bytes = bytes.drop { isBlank($0) }
      guard let first = bytes.first else { return words }
      // A comment is only one at the line's beginning; elsewhere `#` is a letter like any other.
      if words.isEmpty, first == UInt8(ascii: "#") { return ["#"] }
      guard let word = word(&bytes) else { return nil }
      words.append(String(decoding: word, as: UTF8.self))
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) || byte == 0 }

  private static func word(_ bytes: inout ArraySlice<UInt8>) -> [UInt8]? {
    var word: [UInt8] = []
    while let byte = bytes.first, !isBlank(byte) {
      bytes.removeFirst()
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        guard let inside = quoted(&bytes, by: byte) else { return nil }
        // What is closed has to end there.
        guard bytes.first.map(isBlank) ?? true else { return nil }
        return word + inside
      default: word.append(byte)
      }
    }
    return word
  }

  private static func quoted(_ bytes: inout ArraySlice<UInt8>, by quote: UInt8) -> [UInt8]? {
    var inside: [UInt8] = []
    while let byte = bytes.popFirst() {
      if byte == quote { return inside }
      guard byte == UInt8(ascii: "\\"), let next = bytes.first else {
        inside.append(byte)
        continue
      }
      if quote == UInt8(ascii: "'") {
        // Inside single quotes only the quote itself can be escaped.
        if next == quote { bytes.removeFirst() }
        inside.append(next == quote ? next : byte)
        continue
      }
      bytes.removeFirst()
      inside.append(escaped(next, &bytes))
    }
    return nil
  }

  private static func escaped(_ letter: UInt8, _ bytes: inout ArraySlice<UInt8>) -> UInt8 {
    switch letter {
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "b"): return 8
    case UInt8(ascii: "a"): return 7
    case UInt8(ascii: "x"):
      guard bytes.count >= 2, let value = UInt8(String(decoding: bytes.prefix(2), as: UTF8.self), radix: 16) else {
        return letter
      }
      bytes.removeFirst(2)
      return value
    default: return letter
    }
  }
}
