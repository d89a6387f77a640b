/// One reply of a server, or a part of one: immutable bytes and tape, read only when somebody asks.
///
/// Parts share the bytes of the whole; nothing is copied until `bytes` or `text` is called. RESP2 and RESP3 differ
/// in shape for the same command (flat arrays against maps, `"1"` against booleans); the accessors read both alike.
package struct Reply: Sendable {
  let storage: ReplyStorage
  private let position: UInt32

  init(storage: ReplyStorage, index: Int) {
    self.storage = storage
    position = UInt32(truncatingIfNeeded: index)
  }

  /// The absent value; also what reading beyond the end of an aggregate gives.
  package static let null = Reply(
    storage: ReplyStorage(bytes: [], tape: [ReplyToken(.null, value: 0)]), index: 0)

  /// Reads exactly one reply out of its wire form.
  package init(parsing bytes: [UInt8], limits: RESPLimits = RESPLimits()) throws(RESPViolation) {
    var reader = ReplyReader(limits: limits)
    let replies = reader.read(bytes)
    if let violation = reader.violation { throw violation }
    guard replies.count == 1, reader.unread.isEmpty, let reply = replies.first(where: { _ in true }) else {
      throw RESPViolation(.malformed, "not exactly one reply", at: bytes.count)
    }
    self = reply
  }

  /// Reads exactly one reply out of its wire form.
  package init(parsing text: String) throws(RESPViolation) {
    try self.init(parsing: Array(text.utf8))
  }

  var index: Int { Int(position) }
  var token: ReplyToken { storage.tape[index] }

  package var kind: Kind { token.kind }
  package var isNull: Bool { token.kind == .null }

  /// The error that the server answered with, if it did.
  package var error: ServerError? {
    guard kind == .error else { return nil }
    return ServerError(String(decoding: textSlice, as: UTF8.self))
  }
}

// MARK: - Scalars

extension Reply {
  /// Where a text token points.
  private var textSlice: ArraySlice<UInt8> {
    let token = token
    return storage.bytes[token.offset..<(token.offset + token.length)]
  }

  /// The exact bytes of a text, an error or a number; empty for null and aggregates. This copies.
  package var bytes: [UInt8] {
    if kind.isText { return Array(textSlice) }
    return text.map { Array($0.utf8) } ?? []
  }

  /// Lends the exact bytes of a text or an error without copying them; an empty span for all else.
  package func withBytes<Result>(_ read: (Span<UInt8>) -> Result) -> Result {
    let isText = kind.isText
    let bytes = isText ? storage.bytes : []
    let range = isText ? token.offset..<(token.offset + token.length) : 0..<0
    return read(bytes.span.extracting(range))
  }

  /// The text of a string, an error, a number or a boolean; nil for null and aggregates.
  ///
  /// Bytes that are no UTF-8 show as U+FFFD, so a repair is always visible; `bytes` has them as they were.
  package var text: String? {
    switch kind {
    case .simple, .bulk, .verbatim, .double, .bigNumber, .error: String(decoding: textSlice, as: UTF8.self)
    case .integer: String(token.value)
    case .boolean: token.value == 0 ? "false" : "true"
    case .null, .array, .map, .set, .push: nil
    }
  }

  /// The text if its bytes are UTF-8, nil where `text` would have to repair them.
  package var exactText: String? {
    kind.isText ? String(validating: textSlice, as: UTF8.self) : text
  }

  /// The number of an integer or boolean, or of a string that is nothing but a decimal number.
  package var integer: Int64? {
    switch kind {
    case .integer, .boolean: token.value
    case .simple, .bulk, .verbatim, .bigNumber: text.flatMap { Int64($0) }
    case .double, .null, .array, .map, .set, .push, .error: nil
    }
  }

  /// The value of a double, of an integer, or of a string that spells one.
  package var double: Double? {
    switch kind {
    case .integer: Double(token.value)
    case .double, .simple, .bulk, .verbatim, .bigNumber: text.flatMap { Double($0) }
    case .boolean, .null, .array, .map, .set, .push, .error: nil
    }
  }

  /// The value of a boolean, or of the integers 0 and 1 that stand for it in RESP2.
  package var boolean: Bool? {
    guard let value = integer, value == 0 || value == 1 else { return nil }
    return value == 1
  }

  /// Whether this is the simple or bulk string with exactly these bytes (`OK`, `PONG`, `QUEUED`).
  package func isText(_ expected: String) -> Bool {
    guard kind.isText else { return false }
    return textSlice.elementsEqual(expected.utf8)
  }
}
