// The tape: flat 16-byte tokens that say where the values of a reply stand, without building any of them.

extension Reply {
  /// What a reply, or a part of one, is.
  package enum Kind: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
    case simple, bulk, verbatim, integer, double, boolean, null, bigNumber, array, map, set, push, error

    /// Whether it holds other values.
    package var isAggregate: Bool {
      switch self {
      case .array, .map, .set, .push: true
      case .simple, .bulk, .verbatim, .integer, .double, .boolean, .null, .bigNumber, .error: false
      }
    }

    /// Whether its token points at bytes of the buffer.
    var isText: Bool {
      switch self {
      case .simple, .bulk, .verbatim, .double, .bigNumber, .error: true
      case .integer, .boolean, .null, .array, .map, .set, .push: false
      }
    }
  }
}

/// One value on the tape.
struct ReplyToken: BitwiseCopyable, Sendable {
  let kind: Reply.Kind

  /// How many tokens this value takes: itself and everything inside it.
  var extent: UInt32

  /// For text: where it begins in the buffer. For an integer or boolean: the low half of its value.
  private var low: UInt32

  /// For text: its length. For an aggregate: how many values it holds, two for each pair of a map.
  private var high: UInt32

  @inline(__always)
  init(_ kind: Reply.Kind, offset: Int, length: Int) {
    self.kind = kind
    extent = 1
    low = UInt32(truncatingIfNeeded: offset)
    high = UInt32(truncatingIfNeeded: length)
  }

  @inline(__always)
  init(_ kind: Reply.Kind, value: Int64) {
    self.kind = kind
    extent = 1
    low = UInt32(truncatingIfNeeded: value)
    high = UInt32(truncatingIfNeeded: value >> 32)
  }

  var offset: Int { Int(low) }
  var length: Int { Int(high) }
  var value: Int64 { Int64(bitPattern: UInt64(high) << 32 | UInt64(low)) }

  /// The same value after that many bytes in front of it have left the buffer.
  mutating func move(by removed: Int) {
    if kind.isText { low &-= UInt32(truncatingIfNeeded: removed) }
  }
}

/// The bytes and the tape of replies that arrived together; immutable, shared by whoever reads them.
final class ReplyStorage: Sendable {
  let bytes: [UInt8]
  let tape: [ReplyToken]

  init(bytes: [UInt8], tape: [ReplyToken]) {
    self.bytes = bytes
    self.tape = tape
  }
}
