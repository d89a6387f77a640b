// Whom we trust, and who we are, on every encrypted connection of a run.

import COpenSSL
import Glibc

/// How encrypted connections are to be made.
package struct TLSSettings: Hashable, Sendable {
  /// A PEM file of authorities; nil means those that this machine trusts.
  package var authorities: String?
  /// A PEM file whose first certificate is the only one that is trusted, whoever it names; authorities do not count then.
  package var pinned: String?
  /// Our own certificate with its chain, and its key: PEM files.
  package var certificate: String?
  package var key: String?
  /// The name to ask for and to hold certificates against; nil means the host that is connected to.
  package var serverName: String?

  package init(
    authorities: String? = nil, pinned: String? = nil, certificate: String? = nil, key: String? = nil,
    serverName: String? = nil
  ) {
    self.authorities = authorities
    self.pinned = pinned
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
  }
}

/// Settings with their files read; one serves all connections.
@safe package final class TLSContext: Equatable, Sendable {
  package let settings: TLSSettings
  /// Until when our own certificate holds; nil without one.
  package let ownEnd: TLSCertificateEnd?
  /// Whether others connect to us with it.
  let isServing: Bool
  /// The file of the one certificate that is trusted, and its fingerprint; nil where authorities are.
  let pin: TLSPin?
  private nonisolated(unsafe) let pinned: OpaquePointer?
  /// Once it is filled, OpenSSL allows any number of threads to make sessions from it.
  private nonisolated(unsafe) let context: OpaquePointer

  /// Reads the files; says which of them cannot be used, and why. An encrypted key without its pass phrase fails with
  /// the code `passPhrase`: nothing is ever asked on the terminal here.
  package init(_ settings: TLSSettings, passPhrase: [UInt8]? = nil) throws(TLSError) {
    self.settings = settings
    isServing = false
    ERR_clear_error()
    let pinned = try unsafe settings.pinned.map { file throws(TLSError) in try unsafe Self.certificate(in: file) }
    unsafe self.pinned = pinned
    pin = unsafe pinned.map {
      unsafe TLSPin(file: settings.pinned ?? "", fingerprint: CertificateText.fingerprint(of: $0))
    }
    guard let context = unsafe SSL_CTX_new(TLS_client_method()) else {
      unsafe X509_free(pinned)
      throw TLSError(.other, "OpenSSL cannot be set up: \(TLSError.words(of: ERR_get_error()))")
    }
    unsafe self.context = context
    do throws(TLSError) {
      guard unsafe copenssl_require_tls12(context) == 1 else {
        throw TLSError(.other, "OpenSSL allows no TLS 1.2: \(TLSError.words(of: ERR_get_error()))")
      }
      if let pinned = unsafe pinned {
        unsafe copenssl_pin(context, pinned)
      } else {
        unsafe copenssl_verify(context)
        try unsafe Self.trust(context, settings)
      }
      try unsafe Self.present(context, settings, passPhrase)
      let own = unsafe settings.certificate == nil ? nil : SSL_CTX_get0_certificate(context)
      ownEnd = unsafe own.flatMap { unsafe TLSCertificateEnd(of: $0, isIssuer: false) }
    } catch {
      unsafe SSL_CTX_free(context)
      unsafe X509_free(pinned)
      throw error
    }
  }

  /// For the other side: shows a certificate to whoever connects, and wants none of them.
  package init(serving certificate: String, key: String) throws(TLSError) {
    settings = TLSSettings(certificate: certificate, key: key)
    isServing = true
    pin = nil
    unsafe pinned = nil
    ERR_clear_error()
    guard let context = unsafe SSL_CTX_new(TLS_server_method()) else {
      throw TLSError(.other, "OpenSSL cannot be set up: \(TLSError.words(of: ERR_get_error()))")
    }
    unsafe self.context = context
    do throws(TLSError) {
      guard unsafe copenssl_require_tls12(context) == 1 else {
        throw TLSError(.other, "OpenSSL allows no TLS 1.2: \(TLSError.words(of: ERR_get_error()))")
      }
      try unsafe Self.present(context, settings, nil)
      ownEnd = unsafe SSL_CTX_get0_certificate(context).flatMap { unsafe TLSCertificateEnd(of: $0, isIssuer: false) }
    } catch {
      unsafe SSL_CTX_free(context)
      throw error
    }
  }

  deinit {
    unsafe SSL_CTX_free(context)
    unsafe X509_free(pinned)
  }

  /// The same object: files are not compared.
  package static func == (first: TLSContext, second: TLSContext) -> Bool { first === second }

  /// A new session's handle; nil where memory is short.
  func session() -> OpaquePointer? { unsafe SSL_new(context) }

  private static func trust(_ context: OpaquePointer, _ settings: TLSSettings) throws(TLSError) {
    guard let file = settings.authorities else {
      guard unsafe SSL_CTX_set_default_verify_paths(context) == 1 else {
        throw TLSError(.file, "the authorities that this machine trusts cannot be read: give a file with --cacert FILE")
      }
      return
    }
    try check(file, "the file of authorities (--cacert)")
    guard unsafe SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
      throw unusable(file, "the file of authorities (--cacert)", "certificates")
    }
  }

  /// The first certificate of a file, for the caller to free.
  private static func certificate(in file: String) throws(TLSError) -> OpaquePointer {
    let what = "the file of the pinned certificate"
    try check(file, what)
    let memory = unsafe BIO_new_file(file, "r")
    defer { unsafe BIO_free(memory) }
    guard let certificate = unsafe PEM_read_bio_X509(memory, nil, passPhraseAsked, nil) else {
      throw unusable(file, what, "a certificate")
    }
    return unsafe certificate
  }

  private static func present(
    _ context: OpaquePointer, _ settings: TLSSettings, _ passPhrase: [UInt8]?
  ) throws(TLSError) {
    switch (settings.certificate, settings.key) {
    case (nil, nil): return
    case (let certificate?, let key?):
      try check(certificate, "our certificate (--cert)")
      guard unsafe SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
        throw unusable(certificate, "our certificate (--cert)", "a certificate")
      }
      try unsafe use(key, of: certificate, context, passPhrase)
    case (_?, nil): throw TLSError(.file, "--cert needs the certificate's key as well: give it with --key FILE")
    case (nil, _?): throw TLSError(.file, "--key needs the certificate as well: give it with --cert FILE")
    }
  }

  private static func use(
    _ file: String, of certificate: String, _ context: OpaquePointer, _ passPhrase: [UInt8]?
  ) throws(TLSError) {
    let what = "the key of our certificate (--key)"
    try check(file, what)
    var phrase = PassPhrase(given: passPhrase)
    defer { phrase.wipe() }
    let key: OpaquePointer?
    let memory = unsafe BIO_new_file(file, "r")
    defer { unsafe BIO_free(memory) }
    unsafe key = withUnsafeMutablePointer(to: &phrase) { pointer in
      unsafe PEM_read_bio_PrivateKey(memory, nil, passPhraseAsked, pointer)
    }
    guard let key = unsafe key else {
      if phrase.wasAsked {
        let fault =
          passPhrase == nil ? "is encrypted, and its pass phrase is not known" : "does not open with that pass phrase"
        throw TLSError(.passPhrase, "\(what) \(file) \(fault)")
      }
      throw unusable(file, what, "a private key")
    }
    defer { unsafe EVP_PKEY_free(key) }
    guard unsafe SSL_CTX_use_PrivateKey(context, key) == 1, unsafe SSL_CTX_check_private_key(context) == 1 else {
      let error = ERR_get_error()
      ERR_clear_error()
      let isMismatch = [copenssl_key_mismatch, copenssl_key_type_mismatch].contains(copenssl_reason(error))
      throw TLSError(
        .file,
        isMismatch && copenssl_is_certificate(error) != 0
          ? "\(what) \(file) does not belong to the certificate \(certificate): give the two that were made together"
          : "\(what) \(file) cannot be used: \(TLSError.words(of: error))")
    }
  }

  /// Says what the system says about a file before OpenSSL hides it.
  private static func check(_ file: String, _ what: String) throws(TLSError) {
    do throws(SystemError) {
      _ = try Files.read(file, from: 0, upTo: 1)
    } catch {
      throw TLSError(.file, "\(what) cannot be used: \(error)")
    }
  }

  private static func unusable(_ file: String, _ what: String, _ kind: String) -> TLSError {
    let error = ERR_get_error()
    ERR_clear_error()
    return TLSError(.file, "\(what) \(file) holds no PEM text of \(kind): \(TLSError.words(of: error))")
  }
}

/// The one certificate that is trusted.
struct TLSPin: Hashable, Sendable {
  var file: String
  /// As ``CertificateText/fingerprint(of:)`` says it.
  var fingerprint: String
}

/// What OpenSSL is answered when it asks for a key's pass phrase.
private struct PassPhrase {
  var given: [UInt8]?
  var wasAsked = false

  init(given: [UInt8]?) { self.given = given }

  mutating func wipe() {
    unsafe given?.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      unsafe explicit_bzero(base, raw.count)
    }
    given = nil
  }
}

/// The form of OpenSSL's `pem_password_cb`: answers the number of bytes, -1 for none. Without one OpenSSL would ask on
/// the terminal itself.
private func passPhraseAsked(
  _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int32, _ writing: Int32, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let phrase = unsafe context?.assumingMemoryBound(to: PassPhrase.self), let buffer = unsafe buffer else {
    return -1
  }
  unsafe phrase.pointee.wasAsked = true
  guard let given = unsafe phrase.pointee.given, given.count <= Int(size) else { return -1 }
  for (place, byte) in given.enumerated() { unsafe buffer[place] = CChar(bitPattern: byte) }
  return Int32(given.count)
}
