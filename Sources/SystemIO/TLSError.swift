// Why an encrypted connection cannot be made or does not go on, each with what to do.

import COpenSSL

/// A failure of TLS, as a sentence for an operator.
package struct TLSError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Code: String, Hashable, Sendable, CaseIterable {
    /// The server's certificate is out of date.
    case expired
    case notYetValid
    /// The certificate is not for the name that was asked for.
    case wrongName
    /// Nobody whom we trust has signed it.
    case unknownAuthority
    /// It is signed by itself alone.
    case selfSigned
    /// It is not the one certificate that is trusted.
    case notPinned
    /// What answers does not speak TLS.
    case notTLS
    /// No version of TLS, or no cipher, is common to both.
    case protocolVersion
    /// The server wants a certificate from us.
    case certificateWanted
    /// The server does not accept ours.
    case certificateRefused
    /// A file of ours cannot be used.
    case file
    /// The key of our certificate is encrypted, and its pass phrase was not given or is wrong.
    case passPhrase
    /// The other side ended the stream while TLS was being set up.
    case closed
    case other
  }

  package let code: Code
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The library's own short text.
  static func words(of error: UInt) -> String {
    if copenssl_is_system(error) != 0 { return SystemError.Code(copenssl_reason(error)).description }
    guard let text = unsafe ERR_reason_error_string(error) else { return "error \(String(error, radix: 16))" }
    return unsafe String(cString: text)
  }
}

/// The other side of a session, and what its failures mean.
struct TLSPeer: Hashable, Sendable {
  /// Its address, for sentences.
  var place: String
  /// The name that it has to prove.
  var name: String
  /// We have a certificate to show.
  var hasCertificate: Bool
  /// The one certificate that is trusted; nil where authorities are.
  var pin: TLSPin?

  var noMemory: TLSError { TLSError(.other, "OpenSSL has no memory for a connection to \(place)") }

  /// What a failed verification means; `code` is one of `X509_V_ERR_...` (OpenSSL 3.0 x509_vfy.h).
  func refused(_ code: Int, offering certificate: OpaquePointer?) -> TLSError {
    switch Int32(truncatingIfNeeded: code) {
    case X509_V_ERR_CERT_REJECTED where pin != nil:
      let seen = unsafe certificate.map { unsafe CertificateText.fingerprint(of: $0) } ?? "none"
      return TLSError(
        .notPinned,
        "the certificate of \(place) is not the one in \(pin?.file ?? "the file"): expected "
          + "\(pin?.fingerprint ?? "another"), seen \(seen). Nothing was sent. Either this is another server, or its "
          + "certificate was exchanged: compare on that host, and put the new one into the file only then")
    case X509_V_ERR_CERT_HAS_EXPIRED:
      let end = unsafe certificate.map {
        unsafe " (\(CertificateText.subject(of: $0)), ended \(CertificateText.end(of: $0)))"
      }
      return TLSError(
        .expired,
        "the certificate of \(place) has expired\(end ?? ""): renew it on that host, and have the server take it over")
    case X509_V_ERR_CERT_NOT_YET_VALID:
      let start = unsafe certificate.map {
        unsafe " (\(CertificateText.subject(of: $0)), begins \(CertificateText.start(of: $0)))"
      }
      return TLSError(
        .notYetValid, "the certificate of \(place) is not valid yet\(start ?? ""): compare the clocks of both machines")
    case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
      let names = unsafe certificate.map { unsafe " but for \(CertificateText.names(of: $0))" } ?? ""
      return TLSError(
        .wrongName,
        "the certificate of \(place) is not for \(name)\(names): connect by a name that it holds, or say with --sni NAME "
          + "which one every node of this deployment proves (redis-cli does not look at names at all)")
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return TLSError(
        .selfSigned,
        "the certificate of \(place) is signed by itself alone: if it is the right one, give it with --cacert FILE")
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
      X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
      X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return TLSError(
        .unknownAuthority,
        "nobody whom we trust has signed the certificate of \(place): give the file of its authority with --cacert FILE"
      )
    default:
      let reason = unsafe X509_verify_cert_error_string(code).map { unsafe String(cString: $0) } ?? "error \(code)"
      return TLSError(
        .other,
        "the certificate of \(place) does not hold: \(reason); look at it with openssl s_client -showcerts -connect "
          + place)
    }
  }

  /// What the library says went wrong; `error` is the first of its queue, 0 where it said nothing.
  func failed(_ error: UInt) -> TLSError {
    guard error != 0 else { return ended }
    guard copenssl_is_tls(error) != 0 else { return unexplained(error) }
    switch copenssl_reason(error) {
    case copenssl_wrong_version, copenssl_http_request: return plain
    case copenssl_unexpected_end: return ended
    case copenssl_unsupported_protocol, copenssl_alert_version:
      return TLSError(
        .protocolVersion,
        "\(place) speaks no version of TLS from 1.2 on: see tls-protocols in its configuration")
    case copenssl_alert_certificate_required: return unaccepted
    // What TLS 1.2 says to who shows no certificate, and either to who offers no cipher that suits.
    case copenssl_alert_handshake where !hasCertificate:
      return TLSError(
        .certificateWanted,
        "\(place) broke off TLS: most likely it wants a certificate from its clients, so give ours with --cert FILE and "
          + "--key FILE; else no cipher is common to both (tls-ciphers, tls-ciphersuites)")
    case copenssl_alert_handshake:
      return TLSError(
        .protocolVersion,
        "\(place) broke off TLS: no cipher is common to both; see tls-ciphers and tls-ciphersuites in its configuration"
      )
    case copenssl_alert_unknown_name:
      return TLSError(
        .wrongName, "\(place) knows no server named \(name): give the name that it goes by with --sni NAME")
    case copenssl_alert_bad_certificate, copenssl_alert_certificate_expired, copenssl_alert_unknown_authority,
      copenssl_alert_certificate_unknown, copenssl_alert_unsupported_certificate, copenssl_alert_certificate_revoked:
      return unaccepted
    default: return unexplained(error)
    }
  }

  /// An answer that is no TLS, or none at all to a greeting in TLS and one to a plain line.
  var plain: TLSError {
    TLSError(
      .notTLS, "what answers at \(place) does not speak TLS: it is a plain port, so use redis:// or its TLS port")
  }

  /// Whoever has no certificate is asked for one; ours may be the wrong one.
  private var unaccepted: TLSError {
    guard hasCertificate else {
      return TLSError(
        .certificateWanted,
        "\(place) wants a certificate from its clients: give ours with --cert FILE and --key FILE")
    }
    return TLSError(
      .certificateRefused,
      "\(place) does not accept our certificate (--cert): it has to be in date, and signed by an authority in that "
        + "server's tls-ca-cert-file")
  }

  var ended: TLSError {
    TLSError(
      .closed,
      "\(place) ended the connection while TLS was being set up: is it a TLS port? That server's log says why")
  }

  private func unexplained(_ error: UInt) -> TLSError {
    TLSError(.other, "TLS with \(place) failed: \(TLSError.words(of: error)); that server's log may say why")
  }
}
