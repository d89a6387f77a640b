/// Reads RESP2 and RESP3 from a growing buffer onto a tape, going on where the last read ended.
///
/// It looks at every byte once, builds no values and allocates nothing but the tape, whose reservation is bounded
/// by the bytes at hand and never by what the other side announces. The caller hands in the same buffer each time,
/// grown at its end, until it takes the complete replies away with `takeTape`.
///
/// Source: redis-specifications, protocol/RESP3.md. Attributes are read and dropped. Streamed strings and
/// aggregates (`$?`, `*?`) are refused: no server sends them.
package struct RESPParser: ~Copyable {
  private let limits: RESPLimits

  /// Tokens of the complete replies, then of the one that is arriving.
  private var tape: [ReplyToken] = []
  /// How many replies are complete.
  package private(set) var completeReplies = 0
  /// Where the last complete reply ends, in bytes and tokens; there the arriving one begins.
  package private(set) var completeBytes = 0
  private var completeTokens = 0

  /// The aggregates around the next value, outermost first.
  private var open: [OpenAggregate] = []
  /// How many values the aggregates of the arriving reply have announced.
  private var announced = 0
  /// The next value's first byte.
  private var position = 0
  /// How far the line there has been searched for its end.
  private var searched = 0
  /// With fewer bytes in the buffer the next value cannot be complete.
  private var needed = 1

  package init(limits: RESPLimits = RESPLimits()) {
    self.limits = limits
  }

  /// Reads as many values as the buffer holds whole.
  ///
  /// After a violation the replies completed before it can still be taken; nothing more can be read.
  package mutating func parse(_ bytes: Span<UInt8>) throws(RESPViolation) {
    let end = bytes.count
    guard end >= needed else { return }
    guard end < Int(UInt32.max) else { throw RESPViolation(.limit, "the buffer has outgrown its offsets", at: 0) }

    // The hot state lives in locals: through `self` each access would be a store to memory.
    var tape: [ReplyToken] = []
    swap(&tape, &self.tape)
    var position = position
    var remaining = open.last?.remaining ?? 0
    defer {
      swap(&tape, &self.tape)
      self.position = position
      if !open.isEmpty { open[open.count - 1].remaining = remaining }
    }

    while true {
      guard position < end else {
        needed = end + 1
        break
      }
      var cursor = position + 1
      switch bytes[position] {
      case UInt8(ascii: ":"):
        guard let value = try Self.integer(bytes, &cursor) else { return try pause(at: end) }
        tape.append(ReplyToken(.integer, value: value))

      case UInt8(ascii: "$"):
        guard let length = try Self.integer(bytes, &cursor) else { return try pause(at: end) }
        if length >= 0 {
          guard let next = try body(bytes, cursor, length) else { return }
          tape.append(ReplyToken(.bulk, offset: cursor, length: next - 2 - cursor))
          cursor = next
        } else {
          guard length == -1 else { throw RESPViolation(.malformed, "a bulk string of length \(length)", at: position) }
          tape.append(ReplyToken(.null, value: 0))
        }

      case UInt8(ascii: "+"):
        guard let next = try line(bytes, cursor) else { return }
        tape.append(ReplyToken(.simple, offset: cursor, length: next - 2 - cursor))
        cursor = next

      case let type:
        guard let aggregate = Self.aggregateKind(type) else {
          guard let token = try rareScalar(type, bytes, &cursor) else { return }
          tape.append(token)
          break
        }
        guard let count = try Self.integer(bytes, &cursor) else { return try pause(at: end) }
        if count == -1, type == UInt8(ascii: "*") {
          tape.append(ReplyToken(.null, value: 0))
          break
        }
        let isAttribute = type == UInt8(ascii: "|")
        let values = try admit(aggregate, count, at: position)
        position = cursor
        if values == 0, isAttribute { continue }
        reserve(&tape, values, bytesAhead: end - cursor)
        tape.append(ReplyToken(aggregate, offset: 0, length: values))
        if values == 0 { break }
        if !open.isEmpty { open[open.count - 1].remaining = remaining }
        open.append(OpenAggregate(token: tape.count - 1, remaining: values, isAttribute: isAttribute))
        remaining = values
        continue
      }

      position = cursor
      if remaining > 1 {
        remaining -= 1
      } else if close(&tape, &remaining) {
        completeReplies += 1
        completeBytes = position
        completeTokens = tape.count
        announced = 0
      }
    }
    guard end - completeBytes <= limits.replyLength else { throw tooLong(at: position) }
  }

  /// Hands over the tape of the complete replies. The caller removes `completeBytes` bytes from the front of its
  /// buffer before the next `parse`.
  mutating func takeTape() -> [ReplyToken] {
    var taken: [ReplyToken]
    if tape.count == completeTokens, tape.count > Self.scratchTokens {
      taken = []
      swap(&taken, &tape)
    } else {
      taken = Array(tape[..<completeTokens])
      tape.removeSubrange(..<completeTokens)
      for index in tape.indices { tape[index].move(by: completeBytes) }
    }
    for index in open.indices { open[index].token -= completeTokens }
    position -= completeBytes
    searched = max(0, searched - completeBytes)
    needed -= completeBytes
    completeReplies = 0
    completeBytes = 0
    completeTokens = 0
    return taken
  }

  /// A tape of up to this many tokens is copied out, so that its memory serves the next reply too.
  private static let scratchTokens = 1024
}

/// An aggregate that is still being filled.
private struct OpenAggregate: BitwiseCopyable {
  var token: Int
  var remaining: Int
  /// Said about the value that follows it, and dropped when complete.
  let isAttribute: Bool
}

// MARK: - Aggregates

extension RESPParser {
  private static func aggregateKind(_ type: UInt8) -> Reply.Kind? {
    switch type {
    case UInt8(ascii: "*"): .array
    case UInt8(ascii: "%"), UInt8(ascii: "|"): .map
    case UInt8(ascii: "~"): .set
    case UInt8(ascii: ">"): .push
    default: nil
    }
  }

  /// How many values an aggregate of that announced count holds, if the limits allow it.
  private mutating func admit(
    _ kind: Reply.Kind, _ count: Int64, at offset: Int
  ) throws(RESPViolation) -> Int {
    guard count >= 0 else { throw RESPViolation(.malformed, "an aggregate of \(count) values", at: offset) }
    guard count <= Int64(limits.elements) else {
      throw RESPViolation(.limit, "an aggregate of \(count) values (limit \(limits.elements))", at: offset)
    }
    let values = kind == .map ? Int(count) * 2 : Int(count)
    announced += values
    guard announced <= limits.elements else {
      throw RESPViolation(.limit, "a reply of \(announced) values (limit \(limits.elements))", at: offset)
    }
    guard open.count < limits.depth else {
      throw RESPViolation(.limit, "values more than \(limits.depth) levels inside each other", at: offset)
    }
    guard kind != .push || open.isEmpty else {
      throw RESPViolation(.malformed, "a push message inside another reply", at: offset)
    }
    return values
  }

  /// Makes room for values that can be in the bytes at hand (three bytes is the shortest value), growing at least
  /// twofold so that many small aggregates do not each move the tape.
  @inline(__always)
  private func reserve(_ tape: inout [ReplyToken], _ values: Int, bytesAhead: Int) {
    let wanted = tape.count + 1 + min(values, bytesAhead / 3)
    if wanted > tape.capacity { tape.reserveCapacity(max(wanted, 2 * tape.count)) }
  }

  /// Ends the aggregates that the value just read has filled; true when the whole reply is complete.
  private mutating func close(_ tape: inout [ReplyToken], _ remaining: inout Int) -> Bool {
    while let filled = open.popLast() {
      remaining = open.last?.remaining ?? 0
      if filled.isAttribute {
        tape.removeSubrange(filled.token...)
        return false
      }
      tape[filled.token].extent = UInt32(truncatingIfNeeded: tape.count - filled.token)
      if remaining > 1 {
        remaining -= 1
        return false
      }
    }
    return true
  }
}

// MARK: - Scalars

extension RESPParser {
  /// The number up to the next CR LF, read in place; nil when more bytes are needed.
  @inline(__always)
  private static func integer(_ bytes: Span<UInt8>, _ cursor: inout Int) throws(RESPViolation) -> Int64? {
    let end = bytes.count
    var index = cursor
    guard index < end else { return nil }
    let isNegative = bytes[index] == UInt8(ascii: "-")
    if isNegative || bytes[index] == UInt8(ascii: "+") { index += 1 }
    let first = index
    var magnitude: UInt64 = 0
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

  /// The end of a bulk body and its CR LF; nil when more bytes are needed.
  @inline(__always)
  private mutating func body(_ bytes: Span<UInt8>, _ start: Int, _ length: Int64) throws(RESPViolation) -> Int? {
    guard length <= Int64(limits.bulkLength) else {
      throw RESPViolation(.limit, "a string of \(length) bytes (limit \(limits.bulkLength))", at: start)
    }
    let next = start + Int(length) + 2
    guard next <= bytes.count else {
      guard next - completeBytes <= limits.replyLength else { throw tooLong(at: start) }
      needed = next
      return nil
    }
    guard bytes[next - 2] == 13, bytes[next - 1] == 10 else {
      throw RESPViolation(.malformed, "a string of \(length) bytes without its end", at: next - 2)
    }
    return next
  }

  /// The end of a line and its CR LF; nil when more bytes are needed.
  @inline(__always)
  private mutating func line(_ bytes: Span<UInt8>, _ start: Int) throws(RESPViolation) -> Int? {
    let end = bytes.count
    var index = max(start, searched)
    while index < end, bytes[index] != 13 { index += 1 }
    guard index - start <= limits.lineLength else {
      throw RESPViolation(.limit, "a line of more than \(limits.lineLength) bytes", at: start)
    }
    guard index + 1 < end else {
      searched = index
      try pause(at: end)
      return nil
    }
    guard bytes[index + 1] == 10 else {
      throw RESPViolation(.malformed, "a line broken by CR without LF", at: index)
    }
    return index + 2
  }

  /// The value at hand goes on behind the end of the buffer.
  private mutating func pause(at end: Int) throws(RESPViolation) {
    needed = end + 1
    guard end - completeBytes <= limits.replyLength else { throw tooLong(at: position) }
  }

  private func tooLong(at offset: Int) -> RESPViolation {
    RESPViolation(.limit, "a reply of more than \(limits.replyLength) bytes", at: offset)
  }

  /// The scalars that are not hot: errors and what RESP3 adds; nil when more bytes are needed.
  @inline(never)
  private mutating func rareScalar(
    _ type: UInt8, _ bytes: Span<UInt8>, _ cursor: inout Int
  ) throws(RESPViolation) -> ReplyToken? {
    let start = cursor
    switch type {
    case UInt8(ascii: "!"), UInt8(ascii: "="):
      guard let length = try Self.integer(bytes, &cursor) else {
        try pause(at: bytes.count)
        return nil
      }
      guard length >= 0 else { throw RESPViolation(.malformed, "a string of length \(length)", at: start) }
      let text = cursor
      guard let next = try body(bytes, text, length) else { return nil }
      cursor = next
      if type == UInt8(ascii: "!") { return ReplyToken(.error, offset: text, length: Int(length)) }
      guard length >= 4, bytes[text + 3] == UInt8(ascii: ":") else {
        throw RESPViolation(.malformed, "a verbatim string without its format", at: text)
      }
      return ReplyToken(.verbatim, offset: text + 4, length: Int(length) - 4)

    case UInt8(ascii: "-"), UInt8(ascii: ","), UInt8(ascii: "("), UInt8(ascii: "#"), UInt8(ascii: "_"):
      guard let next = try line(bytes, start) else { return nil }
      cursor = next
      let text = start..<(next - 2)
      switch type {
      case UInt8(ascii: "-"):
        return ReplyToken(.error, offset: start, length: text.count)
      case UInt8(ascii: ",") where RESPNumber.isDouble(bytes, text):
        return ReplyToken(.double, offset: start, length: text.count)
      case UInt8(ascii: "(") where RESPNumber.isInteger(bytes, text):
        return ReplyToken(.bigNumber, offset: start, length: text.count)
      case UInt8(ascii: "#") where text.count == 1 && bytes[start] == UInt8(ascii: "t"):
        return ReplyToken(.boolean, value: 1)
      case UInt8(ascii: "#") where text.count == 1 && bytes[start] == UInt8(ascii: "f"):
        return ReplyToken(.boolean, value: 0)
      case UInt8(ascii: "_") where text.isEmpty:
        return ReplyToken(.null, value: 0)
      default:
        throw RESPViolation(.malformed, "a value that its type byte does not allow", at: start)
      }

    case UInt8(ascii: ";"), UInt8(ascii: "."):
      throw RESPViolation(.unsupported, "a part of a streamed value, which no Redis or Valkey sends", at: start - 1)

    default:
      throw RESPViolation(.malformed, "byte 0x\(type.hexadecimal), which begins no RESP value", at: start - 1)
    }
  }
}
