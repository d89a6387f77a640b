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
  /// times, however small the pieces are.
  package mutating func read(_ chunk: [UInt8]) -> Replies {
    guard violation == nil else { return Replies(storage: nil, count: 0) }
    // Out of `self`, so that the parser can change while the bytes are lent to it.
    var arrived: [UInt8] = []
    swap(&arrived, &buffer)
    if arrived.isEmpty { arrived = chunk } else { arrived.append(contentsOf: chunk) }
    do throws(RESPViolation) {
      try parser.parse(arrived.span)
    } catch {
      violation = error
    }
    let count = parser.completeReplies
    let end = parser.completeBytes
    guard count > 0 else {
      swap(&arrived, &buffer)
      return Replies(storage: nil, count: 0)
    }
    let bytes = end == arrived.count ? arrived : Array(arrived[..<end])
    if end < arrived.count { buffer = Array(arrived[end...]) }
    return Replies(storage: ReplyStorage(bytes: bytes, tape: parser.takeTape()), count: count)
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
