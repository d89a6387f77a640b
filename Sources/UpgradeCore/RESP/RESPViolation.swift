/// Why bytes are not an acceptable reply: not RESP at all, or more than the limits allow.
package struct RESPViolation: Error, Sendable, Hashable {
  package enum Code: Sendable, Hashable {
    /// The bytes break the protocol.
    case malformed
    /// The bytes are RESP, but of a form that no server sends and this parser does not read.
    case unsupported
    /// The reply asks for more than `RESPLimits` allow.
    case limit
  }

  package let code: Code

  /// What was wrong, without the place.
  package let reason: String

  /// The byte at which it was seen, counted from the beginning of the buffer.
  package let offset: Int

  package init(_ code: Code, _ reason: String, at offset: Int) {
    self.code = code
    self.reason = reason
    self.offset = offset
  }
}
