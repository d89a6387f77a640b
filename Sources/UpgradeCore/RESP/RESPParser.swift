/// Reads RESP2 and RESP3 from a growing buffer onto a tape, going on where the last read ended.
///
/// It looks at every byte once, builds no values and allocates nothing but the tape, whose reservation is bounded
/// by the bytes at hand and never by what the other side announces. The caller hands in the same buffer each time,
/// grown at its end, until it lets the complete replies go with `forget`.
///
/// Source: redis-specifications, protocol/RESP3.md. Attributes are read and dropped. Streamed strings and
/// aggregates (`$?`, `*?`) are refused: no server sends them.
package struct RESPParser: ~Copyable {
  private let limits: RESPLimits

  /// Tokens of the complete replies, then of the one that is arriving, then unused ones.
  private var tape: [ReplyToken] = []
  private var tokens = 0
  /// How many replies are complete.
  package private(set) var completeReplies = 0
  /// Where the last complete reply ends, in bytes and tokens; there the arriving one begins.
  package private(set) var completeBytes = 0
  private var completeTokens = 0

  /// The aggregates around the next value, outermost first: the first `depth` of as many as are allowed.
  private var open: [OpenAggregate]
  private var depth = 0
  /// How many values the innermost one still waits for; its own entry is not kept up to date.
  private var remaining = 0
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
    open = Array(repeating: OpenAggregate(token: 0, remaining: 0, isAttribute: false), count: limits.depth)
  }

  /// Reads as many values as the buffer holds whole.
  ///
  /// After a violation the replies completed before it can still be taken; nothing more can be read.
  package mutating func parse(_ bytes: Span<UInt8>) throws(RESPViolation) {
    let end = bytes.count
    guard end >= needed else { return }
    guard end < Int(UInt32.max) else { throw RESPViolation(.limit, "the buffer has outgrown its offsets", at: 0) }

    while true {
      let room = try scan(bytes)
      guard room > 0 else { break }
      // At least twofold, so that the tape is moved a bounded number of times.
      let unused = ReplyToken(.null, value: 0)
      tape.append(contentsOf: repeatElement(unused, count: max(room, tape.count, 32)))
    }
    guard end - completeBytes <= limits.replyLength else { throw tooLong(at: position) }
  }

  /// Reads values until the buffer or the tape is used up; answers how many more tokens there is work for.
  private mutating func scan(_ bytes: Span<UInt8>) throws(RESPViolation) -> Int {
    let end = bytes.count
    // The hot state lives in locals: through `self` each access would go to memory, and each token would cost a
    // check that nobody shares the tape.
    var takenTape: [ReplyToken] = []
    var takenOpen: [OpenAggregate] = []
    swap(&takenTape, &tape)
    swap(&takenOpen, &open)
    var tape = takenTape.mutableSpan
    var open = takenOpen.mutableSpan
    var tokens = tokens
    var depth = depth
    var position = position
    var remaining = remaining
    defer {
      swap(&takenTape, &self.tape)
      swap(&takenOpen, &self.open)
      self.tokens = tokens
      self.depth = depth
      self.remaining = remaining
      self.position = position
    }

    while position < end {
      guard tokens < tape.count else { return 1 }
      var cursor = position + 1
      switch bytes[position] {
      case UInt8(ascii: ":"):
        guard let value = try RESPNumber.integer(bytes, &cursor) else { return pause(at: end) }
        tape[tokens] = ReplyToken(.integer, value: value)

      case UInt8(ascii: "$"):
        guard let length = try RESPNumber.length(bytes, &cursor) else { return pause(at: end) }
        if length >= 0 {
          guard let next = try body(bytes, cursor, length) else { return 0 }
          tape[tokens] = ReplyToken(.bulk, offset: cursor, length: next - 2 - cursor)
          cursor = next
        } else {
          guard length == -1 else { throw RESPViolation(.malformed, "a bulk string of length \(length)", at: position) }
          tape[tokens] = ReplyToken(.null, value: 0)
        }

      case UInt8(ascii: "+"):
        guard let next = try line(bytes, cursor) else { return 0 }
        tape[tokens] = ReplyToken(.simple, offset: cursor, length: next - 2 - cursor)
        cursor = next

      case let type:
        guard let aggregate = Self.aggregateKind(type) else {
          guard let token = try rareScalar(type, bytes, &cursor) else { return 0 }
          tape[tokens] = token
          break
        }
        guard let count = try RESPNumber.length(bytes, &cursor) else { return pause(at: end) }
        if count == -1, type == UInt8(ascii: "*") {
          tape[tokens] = ReplyToken(.null, value: 0)
          break
        }
        let values = try admit(aggregate, count, depth, at: position)
        let isAttribute = type == UInt8(ascii: "|")
        if values == 0, isAttribute {
          position = cursor
          continue
        }
        tape[tokens] = ReplyToken(aggregate, offset: 0, length: values)
        if values == 0 { break }
        if depth > 0 { open[depth - 1].remaining = remaining }
        open[depth] = OpenAggregate(token: tokens, remaining: values, isAttribute: isAttribute)
        depth += 1
        remaining = values
        tokens += 1
        position = cursor
        continue
      }

      tokens += 1
      position = cursor
      if remaining > 1 {
        remaining -= 1
      } else if Self.close(open, &depth, &tape, &tokens, &remaining) {
        completeReplies += 1
        completeBytes = position
        completeTokens = tokens
        announced = 0
      }
    }
    return pause(at: end)
  }

  /// How many tokens there is room for, so that tests can see that nothing is reserved for what was only announced.
  var room: Int { tape.count }

  /// The tokens of the complete replies.
  var completeTape: [ReplyToken] { Array(tape[..<completeTokens]) }

  /// Lets the complete replies go. The caller removes `completeBytes` bytes from the front of its buffer before the
  /// next `parse`.
  package mutating func forget() {
    let moved = completeTokens..<tokens
    for index in moved {
      var token = tape[index]
      token.move(by: completeBytes)
      tape[index - completeTokens] = token
    }
    tokens = moved.count
    if tape.count > Self.scratchTokens { tape.removeLast(tape.count - max(tokens, Self.scratchTokens)) }
    for index in 0..<depth { open[index].token -= completeTokens }
    position -= completeBytes
    searched = max(0, searched - completeBytes)
    needed -= completeBytes
    completeReplies = 0
    completeBytes = 0
    completeTokens = 0
  }

  /// How many tokens (1 MB) are kept for the next reply.
  private static let scratchTokens = 64 << 10
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
    _ kind: Reply.Kind, _ count: Int64, _ depth: Int, at offset: Int
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
    guard depth < limits.depth else {
      throw RESPViolation(.limit, "values more than \(limits.depth) levels inside each other", at: offset)
    }
    guard kind != .push || depth == 0 else {
      throw RESPViolation(.malformed, "a push message inside another reply", at: offset)
    }
    return values
  }

  /// Ends the aggregates that the value just read has filled; true when the whole reply is complete.
  @inline(__always)
  private static func close(
    _ open: borrowing MutableSpan<OpenAggregate>, _ depth: inout Int,
    _ tape: inout MutableSpan<ReplyToken>, _ tokens: inout Int, _ remaining: inout Int
  ) -> Bool {
    while depth > 0 {
      depth -= 1
      let filled = open[depth]
      remaining = depth > 0 ? open[depth - 1].remaining : 0
      if filled.isAttribute {
        tokens = filled.token
        return false
      }
      tape[filled.token].extent = UInt32(truncatingIfNeeded: tokens - filled.token)
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
      _ = pause(at: end)
      return nil
    }
    guard bytes[index + 1] == 10 else {
      throw RESPViolation(.malformed, "a line broken by CR without LF", at: index)
    }
    return index + 2
  }

  /// The value at hand goes on behind the end of the buffer.
  private mutating func pause(at end: Int) -> Int {
    needed = end + 1
    return 0
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
      guard let length = try RESPNumber.length(bytes, &cursor) else {
        _ = pause(at: bytes.count)
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
