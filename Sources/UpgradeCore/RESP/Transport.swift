/// A byte stream to one server, as the RESP client sees it.
///
/// Plain TCP and Unix sockets are one implementation, TLS over TCP is another: the client asks for nothing but bytes in
/// order, so encryption never shows above this line.
///
/// The contract: bytes go out in the order of the calls, and the caller never has two `send` or two `receive` calls
/// under way at once; one of each may be. After `close()` a call under way ends with an error or an empty `receive`
/// within a moment. A cancelled call throws `.cancelled`, and the stream is not used again.
package protocol Transport: AnyObject, Sendable {
  /// Writes all bytes, returning when the operating system has taken them.
  func send(_ bytes: [UInt8]) async throws(TransportError)

  /// The next bytes, at least one and at most `maximum`; empty means that the other side ended the stream orderly.
  func receive(upTo maximum: Int) async throws(TransportError) -> [UInt8]

  /// Ends the stream at once. Calling it again does nothing.
  func close()
}

/// Why a byte stream could not be opened or does not go on.
package struct TransportError: Error, Sendable, Hashable {
  /// The few causes that callers treat differently.
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// Nobody listens at the address.
    case refused
    /// No answer within the bound.
    case timedOut
    /// The stream ended or was reset.
    case closed
    /// Our own side gave up waiting.
    case cancelled
    /// The host name has no address.
    case unresolved
    /// The stream could not be encrypted as it has to be: a certificate, a name, a version, no TLS at all.
    case encryption
    /// Anything else; the sentence says what.
    case other
  }

  package let code: Code

  /// What happened, where, in words for an operator.
  package let sentence: String

  package init(_ code: Code, _ sentence: String) {
    self.code = code
    self.sentence = sentence
  }
}

extension TransportError: CustomStringConvertible {
  package var description: String { sentence }
}
