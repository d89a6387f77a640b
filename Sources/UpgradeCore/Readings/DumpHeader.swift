// The beginning of a dump: its format, and who wrote it.

/// The first bytes of an RDB file: `REDIS` and four digits, or `VALKEY` and three, then fields about its making.
///
/// Source: redis src/rdb.c, `rdbSaveInfoAuxFields`; the coding of lengths is that of `rdbLoadLen`.
package struct DumpHeader: Hashable, Sendable, CustomStringConvertible {
  /// How many bytes are enough to read.
  package static let length = 512
  /// The number of the format.
  package let format: Int
  /// What its writer says that it is, `Redis 6.2.14`; nil where it does not say.
  package let writer: String?

  package init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes.prefix(Self.length))
    let text = String(decoding: bytes.prefix(9), as: UTF8.self)
    guard text.utf8.count == 9, let magic = ["REDIS", "VALKEY"].first(where: text.hasPrefix),
      let format = Int(text.dropFirst(magic.count)), format >= 0
    else { return nil }
    self.format = format
    var reader = FieldReader(bytes: bytes, place: 9)
    var writer: String?
    while let (name, value) = reader.next() {
      if name == "redis-ver", writer == nil { writer = "Redis \(value)" }
      if name == "valkey-ver" { writer = "Valkey \(value)" }
    }
    self.writer = writer
  }

  package var description: String { "RDB format \(format)" + (writer.map { " written by \($0)" } ?? "") }
}

/// The end of an RDB file: the byte that ends it, and eight of a checksum (CRC64), which are zero where none was wanted.
package struct DumpFooter: Hashable, Sendable {
  package static let length = 9
  package let hasChecksum: Bool

  package init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == Self.length, bytes[0] == 0xFF else { return nil }
    hasChecksum = bytes.dropFirst().contains { $0 != 0 }
  }
}

/// Fields of a dump's beginning, each a name and a value; whatever else comes next ends them.
private struct FieldReader {
  let bytes: [UInt8]
  var place: Int
  private static let field: UInt8 = 0xFA

  init(bytes: [UInt8], place: Int) {
    self.bytes = bytes
    self.place = place
  }

  mutating func next() -> (name: String, value: String)? {
    guard take() == Self.field, let name = string(), let value = string() else { return nil }
    return (name, value)
  }

  private mutating func take() -> UInt8? {
    guard place < bytes.count else { return nil }
    defer { place += 1 }
    return bytes[place]
  }

  private mutating func string() -> String? {
    guard let first = take() else { return nil }
    switch first >> 6 {
    case 0: return text(Int(first & 0x3F))
    case 1: return take().flatMap { text(Int(first & 0x3F) << 8 | Int($0)) }
    case 3 where first & 0x3F < 3:
      // A whole number of one, two or four bytes, the lowest first.
      let width = 1 << Int(first & 0x3F)
      guard place + width <= bytes.count else { return nil }
      let value = bytes[place..<place + width].reversed().reduce(0) { $0 << 8 | Int($1) }
      place += width
      return String(value)
    default: return nil
    }
  }

  private mutating func text(_ count: Int) -> String? {
    guard place + count <= bytes.count else { return nil }
    defer { place += count }
    return String(decoding: bytes[place..<place + count], as: UTF8.self)
  }
}
