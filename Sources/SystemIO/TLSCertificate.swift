// What is read of a certificate: until when it holds, and whom it names.

import COpenSSL
import Glibc

/// Until when a server's certificate holds, or the first to end of those that vouch for it.
package struct TLSCertificateEnd: Hashable, Sendable {
  /// Seconds since 1970.
  package var seconds: Int64
  /// Not the server's own but one of its authorities.
  package var isIssuer: Bool
  /// Whom the certificate names, as its file says it; text of the server.
  package var subject: String

  package init(seconds: Int64, isIssuer: Bool, subject: String) {
    self.seconds = seconds
    self.isIssuer = isIssuer
    self.subject = subject
  }

  init?(of certificate: OpaquePointer, isIssuer: Bool) {
    guard let time = unsafe X509_get0_notAfter(certificate), let seconds = unsafe Self.seconds(of: time) else {
      return nil
    }
    self.seconds = seconds
    self.isIssuer = isIssuer
    subject = unsafe CertificateText.subject(of: certificate)
  }

  private static func seconds(of time: UnsafePointer<ASN1_TIME>) -> Int64? {
    var moment = unsafe tm()
    guard unsafe ASN1_TIME_to_tm(time, &moment) == 1 else { return nil }
    return unsafe Int64(timegm(&moment))
  }
}

/// Parts of a certificate as short text.
@safe enum CertificateText {
  private static let longest: Int32 = 200

  /// `CN=redis-1,O=Example`.
  static func subject(of certificate: OpaquePointer) -> String {
    unsafe text { memory in unsafe copenssl_print_subject(memory, certificate) }
  }

  /// `2026-11-21 09:00 UTC`.
  static func end(of certificate: OpaquePointer) -> String {
    guard let end = unsafe TLSCertificateEnd(of: certificate, isIssuer: false) else { return "an unreadable time" }
    return moment(end.seconds)
  }

  static func start(of certificate: OpaquePointer) -> String {
    var moment = unsafe tm()
    guard let time = unsafe X509_get0_notBefore(certificate), unsafe ASN1_TIME_to_tm(time, &moment) == 1 else {
      return "an unreadable time"
    }
    return self.moment(unsafe Int64(timegm(&moment)))
  }

  /// The names that it is for, as `DNS:redis-1, IP Address:10.0.0.1`; its subject where it lists none.
  static func names(of certificate: OpaquePointer) -> String {
    let place = unsafe X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
    guard place >= 0, let list = unsafe X509_get_ext(certificate, place) else { return unsafe subject(of: certificate) }
    return unsafe text { memory in unsafe X509V3_EXT_print(memory, list, 0, 0) }
  }

  /// `SHA-256 5F:0C:...`, as `openssl x509 -noout -fingerprint -sha256` prints the digits.
  static func fingerprint(of certificate: OpaquePointer) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    guard unsafe copenssl_fingerprint(certificate, &digest) == 1 else { return "an unknown fingerprint" }
    let pairs = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
    return "SHA-256 \(pairs.joined(separator: ":"))"
  }

  private static func moment(_ seconds: Int64) -> String {
    var time = time_t(seconds)
    var parts = unsafe tm()
    guard unsafe gmtime_r(&time, &parts) != nil else { return "second \(seconds)" }
    var characters = [CChar](repeating: 0, count: 40)
    _ = unsafe strftime(&characters, characters.count, "%Y-%m-%d %H:%M UTC", &parts)
    return SystemIO.text(characters)
  }

  private static func text(_ print: (OpaquePointer) -> Int32) -> String {
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(memory) }
    guard unsafe print(memory) >= 0 else { return "" }
    var characters = [CChar](repeating: 0, count: Int(longest) + 1)
    _ = unsafe BIO_read(memory, &characters, longest)
    // Text of whoever made it: what would move a cursor or start a line of its own is shown as a dot.
    return String(
      String.UnicodeScalarView(
        SystemIO.text(characters).unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "." : $0 }))
  }
}
