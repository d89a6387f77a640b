// Taking server text apart by bytes: what is looked for is ASCII, and grapheme breaking would cost ten times as much.

extension Substring {
  /// The parts between single bytes, empty ones left out unless they are wanted.
  func parts(between byte: Unicode.Scalar, keepingEmpty: Bool = false) -> [Substring] {
    utf8.split(separator: UInt8(ascii: byte), omittingEmptySubsequences: !keepingEmpty).map { Substring($0) }
  }

  /// What stands before and after the first such byte; nil where there is none.
  func cut(at byte: Unicode.Scalar) -> (before: Substring, after: Substring)? {
    guard let place = utf8.firstIndex(of: UInt8(ascii: byte)) else { return nil }
    return (self[..<place], self[utf8.index(after: place)...])
  }

  /// What stands before and after the last such byte; nil where there is none.
  func cut(atLast byte: Unicode.Scalar) -> (before: Substring, after: Substring)? {
    guard let place = utf8.lastIndex(of: UInt8(ascii: byte)) else { return nil }
    return (self[..<place], self[utf8.index(after: place)...])
  }

  /// Whether it is `prefix` and then a decimal number: `slave0`, `db12`.
  func isNumbered(_ prefix: StaticString) -> Bool {
    let name = utf8
    guard name.count > prefix.utf8CodeUnitCount, self.utf8.starts(with: prefix.description.utf8) else { return false }
    return name.dropFirst(prefix.utf8CodeUnitCount).allSatisfy { (48...57).contains($0) }
  }
}
