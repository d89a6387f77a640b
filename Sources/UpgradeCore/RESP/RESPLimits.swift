/// How much one reply may ask of us, held before anything is allocated for it.
///
/// A server never exceeds these in an upgrade; a broken proxy, or something that is no Redis at all, does.
package struct RESPLimits: Sendable, Hashable {
  /// Aggregates inside each other.
  package var depth: Int
  /// Values in one reply, at all depths together; what an aggregate announces counts at once.
  package var elements: Int
  /// Bytes of one bulk string. Redis' own `proto-max-bulk-len` is 512 MB; an INFO of 1000 nodes has 168 kB.
  package var bulkLength: Int
  /// Bytes of one simple string or error.
  package var lineLength: Int
  /// Bytes of one whole reply; offsets are 32 bits wide, so never more than 4 GiB.
  package var replyLength: Int

  package init(
    depth: Int = 64,
    elements: Int = 4 << 20,
    bulkLength: Int = 64 << 20,
    lineLength: Int = 64 << 10,
    replyLength: Int = 256 << 20
  ) {
    self.depth = depth
    self.elements = min(elements, Int(UInt32.max) - 1)
    self.bulkLength = bulkLength
    self.lineLength = lineLength
    self.replyLength = min(replyLength, Int(UInt32.max) - 1)
  }
}
