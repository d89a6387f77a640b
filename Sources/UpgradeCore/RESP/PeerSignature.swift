/// Recognises what answers on a port where a Redis was expected, from its first bytes.
package enum PeerSignature {
  /// One sentence about what this is; for something unknown it shows the bytes, escaped and cut.
  package static func describe(_ bytes: [UInt8]) -> String {
    let known = signatures.first { bytes.starts(with: $0.prefix) }
    let shown = "it answered \"\(PrintableBytes.escape(bytes, limit: 60))\""
    return known.map { "\($0.meaning) (\(shown))" } ?? shown
  }

  /// Said when the other side ended the connection and had answered nothing.
  static let silence =
    "the connection was ended right after our first bytes, without an answer: "
    + "probably a TLS port (use rediss:// or --tls), else a proxy without a server behind it"

  /// What else listens on ports: record types of TLS (RFC 8446 section 5.1), status lines and greetings.
  private static let signatures: [(prefix: [UInt8], meaning: String)] = [
    ([0x15, 0x03], "this is a TLS port, and we spoke plainly: use rediss:// or --tls"),
    ([0x16, 0x03], "this is a TLS peer that greets by itself: use rediss:// or --tls"),
    (Array("HTTP/".utf8), "this is a web server: check the port"),
    (Array("<".utf8), "this is a web server: check the port"),
    (Array("SSH-".utf8), "this is an SSH server: check the port"),
    (Array("220 ".utf8), "this is a mail or FTP server: check the port"),
    (Array("ERROR\r\n".utf8), "this looks like memcached: check the port"),
  ]
}
