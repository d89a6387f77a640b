/// A reply as the foreign client sees it: RESP2, read by its own few lines.
///
/// The judge shares no code with the judged: a mistake in the wizard's parser must not be able to hide a lost write.
package enum ForeignReply: Equatable, Sendable {
  case simple(String)
  /// The whole line, code first: `MOVED 866 127.0.0.1:17001`.
  case error(String)
  case integer(Int)
  case bulk([UInt8])
  case null
  case array([ForeignReply])

  /// The text of a simple or bulk reply.
  package var text: String? {
    switch self {
    case .simple(let text): text
    case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
    default: nil
    }
  }

  package var number: Int? {
    if case .integer(let number) = self { return number }
    return text.flatMap { Int($0) }
  }

  package var elements: [ForeignReply]? {
    if case .array(let elements) = self { return elements }
    return nil
  }

  /// The first word of an error, such as `CLUSTERDOWN`; nil for any other reply.
  package var errorCode: String? {
    guard case .error(let line) = self else { return nil }
    return String(line.prefix { $0 != " " })
  }
}

/// Bytes as they arrive, given out as whole replies.
package struct ForeignReplyBuffer: Sendable {
  /// Not a reply: the peer is no Redis, or a reply is larger than anything this client asks for.
  package struct Violation: Error, Equatable {}

  private enum Limit {
    static let line = 64 * 1024
    static let bulk = 64 * 1024 * 1024
    static let count = 1_000_000
    static let depth = 8
  }

  private var bytes: [UInt8] = []
  private var start = 0

  package init() {}

  /// Whether everything received has been given out.
  package var isEmpty: Bool { start == bytes.count }

  package mutating func append(_ more: some Sequence<UInt8>) {
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      start = 0
    } else if start > 64 * 1024 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    bytes.append(contentsOf: more)
  }

  /// The next whole reply; nil while it is incomplete. An incomplete one is read again from its beginning: this client
  /// has at most one command in flight, or a batch of small ones.
  package mutating func next() throws(Violation) -> ForeignReply? {
    var position = start
    guard let reply = try parsed(&position, depth: 0) else { return nil }
    start = position
    return reply
  }

  private func parsed(_ position: inout Int, depth: Int) throws(Violation) -> ForeignReply? {
    guard depth < Limit.depth else { throw Violation() }
    guard position < bytes.count else { return nil }
    let kind = bytes[position]
    guard let line = try line(from: position + 1) else { return nil }
    position = line.endIndex + 2
    switch kind {
    case UInt8(ascii: "+"): return .simple(String(decoding: line, as: UTF8.self))
    case UInt8(ascii: "-"): return .error(String(decoding: line, as: UTF8.self))
    case UInt8(ascii: ":"): return .integer(try number(line))
    case UInt8(ascii: "$"):
      let length = try number(line)
      if length == -1 { return .null }
      guard (0...Limit.bulk).contains(length) else { throw Violation() }
      guard bytes.count >= position + length + 2 else { return nil }
      defer { position += length + 2 }
      return .bulk(Array(bytes[position..<position + length]))
    case UInt8(ascii: "*"):
      let count = try number(line)
      if count == -1 { return .null }
      guard (0...Limit.count).contains(count) else { throw Violation() }
      var elements: [ForeignReply] = []
      for _ in 0..<count {
        guard let element = try parsed(&position, depth: depth + 1) else { return nil }
        elements.append(element)
      }
      return .array(elements)
    default: throw Violation()
    }
  }

  private func line(from first: Int) throws(Violation) -> ArraySlice<UInt8>? {
    guard let end = bytes[first...].firstIndex(of: UInt8(ascii: "\r")), end + 1 < bytes.count else {
      guard bytes.count - first < Limit.line else { throw Violation() }
      return nil
    }
    guard bytes[end + 1] == UInt8(ascii: "\n") else { throw Violation() }
    return bytes[first..<end]
  }

  private func number(_ line: ArraySlice<UInt8>) throws(Violation) -> Int {
    guard let number = Int(String(decoding: line, as: UTF8.self)) else { throw Violation() }
    return number
  }
}

/// A command on the wire.
package enum ForeignCommand {
  package static func encoded(_ arguments: [String], into bytes: inout [UInt8]) {
    var text = "*\(arguments.count)\r\n"
    for argument in arguments { text += "$\(argument.utf8.count)\r\n\(argument)\r\n" }
    bytes.append(contentsOf: text.utf8)
  }
}
