// One TLS session over memory: ciphertext goes in and out as bytes, and nothing here waits.

import COpenSSL

/// The state machine of OpenSSL, fed and emptied by `TLSStream`.
///
/// OpenSSL keeps its errors in the thread: each call here clears them first and reads them before it returns.
@safe struct TLSSession: ~Copyable {
  enum Progress: Equatable {
    case done(Int)
    /// More of the peer's bytes are needed.
    case hungry
    /// The peer said that nothing more will come.
    case ended
  }

  /// Whose errors these are.
  private let peer: TLSPeer
  private let session: OpaquePointer
  /// Both belong to the session.
  private let input: OpaquePointer
  private let output: OpaquePointer

  private init(_ peer: TLSPeer, _ session: OpaquePointer, _ input: OpaquePointer, _ output: OpaquePointer) {
    self.peer = peer
    unsafe self.session = session
    unsafe self.input = input
    unsafe self.output = output
  }

  /// A session that is about to greet, or to be greeted.
  static func open(_ context: TLSContext, _ peer: TLSPeer) throws(TLSError) -> TLSSession {
    guard let session = unsafe context.session() else { throw peer.noMemory }
    guard let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem()) else {
      unsafe SSL_free(session)
      throw peer.noMemory
    }
    unsafe SSL_set_bio(session, input, output)
    if context.isServing {
      unsafe SSL_set_accept_state(session)
      return unsafe TLSSession(peer, session, input, output)
    }
    unsafe SSL_set_connect_state(session)
    guard unsafe expect(peer.name, session) else {
      unsafe SSL_free(session)
      throw TLSError(.wrongName, "\(peer.name) cannot be asked for as a server's name: give another with --sni NAME")
    }
    return unsafe TLSSession(peer, session, input, output)
  }

  deinit { unsafe copenssl_close(session) }

  /// The name that is asked for and checked; an address is only checked, as it cannot be asked for (RFC 6066 section 3).
  private static func expect(_ name: String, _ session: OpaquePointer) -> Bool {
    if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1 { return true }
    return unsafe SSL_set1_host(session, name) == 1 && copenssl_set_server_name(session, name) == 1
  }

  mutating func shakeHands() throws(TLSError) -> Progress {
    ERR_clear_error()
    let result = unsafe SSL_do_handshake(session)
    guard result != 1 else { return .done(0) }
    if unsafe SSL_get_error(session, result) == SSL_ERROR_WANT_READ { return .hungry }
    let verdict = unsafe SSL_get_verify_result(session)
    let error = ERR_get_error()
    if copenssl_reason(error) == copenssl_verify_failed, verdict != Int(X509_V_OK) {
      throw unsafe peer.refused(verdict, offering: copenssl_refused(session))
    }
    throw peer.failed(error)
  }

  /// Puts at most `count` bytes of plain text at the end of a buffer.
  mutating func decrypt(upTo count: Int, appendingTo buffer: inout [UInt8]) throws(TLSError) -> Progress {
    ERR_clear_error()
    var result: Int32 = 0
    buffer.append(addingCapacity: max(1, min(count, 1 << 20))) { span in
      unsafe span.withUnsafeMutableBufferPointer { storage, initialized in
        guard let base = storage.baseAddress else { return }
        result = unsafe SSL_read(session, base, Int32(storage.count))
        initialized = max(0, Int(result))
      }
    }
    guard result <= 0 else { return .done(Int(result)) }
    switch unsafe SSL_get_error(session, result) {
    case SSL_ERROR_WANT_READ: return .hungry
    case SSL_ERROR_ZERO_RETURN: return .ended
    default:
      let error = ERR_get_error()
      // A server that just goes away says no farewell; the protocol above knows whether something is missing.
      if error == 0 || copenssl_reason(error) == copenssl_unexpected_end { return .ended }
      throw peer.failed(error)
    }
  }

  /// Encrypts all of it; the ciphertext is in `takeOutput()`.
  mutating func encrypt(_ bytes: [UInt8]) throws(TLSError) {
    var sent = 0
    while sent < bytes.count {
      ERR_clear_error()
      let taken = unsafe bytes.withUnsafeBytes { raw -> Int32 in
        guard let base = raw.baseAddress else { return 0 }
        return unsafe SSL_write(session, base + sent, Int32(min(raw.count - sent, 1 << 20)))
      }
      guard taken > 0 else { throw peer.failed(ERR_get_error()) }
      sent += Int(taken)
    }
  }

  mutating func feed(_ bytes: [UInt8]) {
    _ = unsafe bytes.withUnsafeBytes { raw in unsafe BIO_write(input, raw.baseAddress, Int32(raw.count)) }
  }

  /// The peer's bytes have come to their end.
  mutating func feedEnd() { unsafe copenssl_end(input) }

  /// How many bytes have to be sent to the peer.
  var outputCount: Int { unsafe copenssl_pending(output) }

  /// What has to be sent to the peer.
  mutating func takeOutput() -> [UInt8] {
    let count = outputCount
    guard count > 0 else { return [] }
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { storage, initialized in
      initialized = max(0, Int(unsafe BIO_read(output, storage.baseAddress, Int32(count))))
    }
  }

  /// When the first certificate of the server's verified chain ends; nil before hands were shaken.
  var certificateEnd: TLSCertificateEnd? {
    // A pinned certificate stands for itself; no chain is made of it.
    if peer.pin != nil {
      return unsafe SSL_get0_peer_certificate(session).flatMap { unsafe TLSCertificateEnd(of: $0, isIssuer: false) }
    }
    return (0..<(unsafe copenssl_chain_length(session)))
      .compactMap { place in
        unsafe copenssl_chain_member(session, place).flatMap { unsafe TLSCertificateEnd(of: $0, isIssuer: place > 0) }
      }
      .min { $0.seconds < $1.seconds }
  }

  /// Says farewell; what that has to send is in `takeOutput()`.
  mutating func sayEnd() {
    ERR_clear_error()
    _ = unsafe SSL_shutdown(session)
    ERR_clear_error()
  }
}
