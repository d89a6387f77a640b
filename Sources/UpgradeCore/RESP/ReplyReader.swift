/// Owns the bytes that have arrived from one server and cuts complete replies out of them.
package struct ReplyReader: ~Copyable {
  private var parser: RESPParser
  private var buffer: [UInt8] = []

  /// Set once when the bytes cannot be read any further; replies completed before it are still handed out.
  package private(set) var violation: RESPViolation?

  package init(limits: RESPLimits = RESPLimits()) {
    parser = RESPParser(limits: limits)
  }

  /// What has arrived of a reply that is not complete.
  package var unread: [UInt8] { buffer }

  /// Takes what a read brought and returns the replies that are complete now. Each byte is moved a bounded number of
  /// times, however small the pieces are; a read that brings whole replies is kept as it is.
  package mutating func read(_ chunk: [UInt8]) -> Replies {
    guard violation == nil else { return Replies(storage: nil, count: 0) }
    guard !buffer.isEmpty else {
      let (replies, end) = parse(chunk)
      if end < chunk.count { buffer.append(contentsOf: chunk[end...]) }
      return replies
    }
    // Out of `self`, so that the parser can change while the bytes are lent to it.
    var arrived: [UInt8] = []
    swap(&arrived, &buffer)
    arrived.append(contentsOf: chunk)
    let (replies, end) = parse(arrived)
    if end < arrived.count {
      arrived.removeSubrange(..<end)
    } else {
      arrived.removeAll(keepingCapacity: arrived.capacity <= Self.scratchBytes)
    }
    swap(&arrived, &buffer)
    return replies
  }

  /// The replies that are complete in these bytes, and where they end.
  private mutating func parse(_ bytes: [UInt8]) -> (replies: Replies, end: Int) {
    do throws(RESPViolation) {
      try parser.parse(bytes.span)
    } catch {
      violation = error
    }
    let count = parser.completeReplies
    guard count > 0 else { return (Replies(storage: nil, count: 0), 0) }
    let end = parser.completeBytes
    let isWhole = end == bytes.count && bytes.capacity <= 2 * end
    let storage = ReplyStorage(bytes: isWhole ? bytes : bytes.copy(upTo: end), tape: parser.completeTape)
    parser.forget()
    return (Replies(storage: storage, count: count), end)
  }

  /// How many bytes of room are kept for the next reply that arrives in pieces.
  private static let scratchBytes = 1 << 20
}

extension [UInt8] {
  /// The first bytes in a buffer of just their size. (`Array(self[..<count])` keeps the old buffer where it can.)
  fileprivate func copy(upTo count: Int) -> [UInt8] {
    var copy: [UInt8] = []
    copy.reserveCapacity(count)
    copy.append(contentsOf: self[..<count])
    return copy
  }
}

/// Replies that became complete with one read, in order; they share their bytes.
package struct Replies: Sequence, Sendable {
  fileprivate let storage: ReplyStorage?
  package let count: Int

  package var underestimatedCount: Int { count }

  package func makeIterator() -> Iterator {
    Iterator(storage: storage, remaining: count)
  }

  package struct Iterator: IteratorProtocol {
    fileprivate let storage: ReplyStorage?
    fileprivate var remaining: Int
    private var index = 0

    fileprivate init(storage: ReplyStorage?, remaining: Int) {
      self.storage = storage
      self.remaining = remaining
    }

    package mutating func next() -> Reply? {
      guard remaining > 0, let storage else { return nil }
      let reply = Reply(storage: storage, index: index)
      remaining -= 1
      index += Int(storage.tape[index].extent)
      return reply
    }
  }
}
