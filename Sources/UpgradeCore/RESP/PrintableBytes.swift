/// Bytes from a server made safe to print, as redis-cli prints them.
package enum PrintableBytes {
  /// Printable ASCII and whole UTF-8 as they are, everything else as `\r`, `\n`, `\t`, `\"`, `\\` or `\xHH`; cut
  /// behind `limit` bytes with `...`.
  package static func escape(_ bytes: some Collection<UInt8>, limit: Int) -> String {
    let kept = Array(bytes.prefix(limit))
    let ending = kept.count < bytes.count ? "..." : ""
    guard let text = String(validating: kept, as: UTF8.self) else {
      return kept.map { escape(UnicodeScalar($0), isASCIIOnly: true) }.joined() + ending
    }
    return text.unicodeScalars.map { escape($0, isASCIIOnly: false) }.joined() + ending
  }

  private static func escape(_ scalar: UnicodeScalar, isASCIIOnly: Bool) -> String {
    switch scalar {
    case "\r": "\\r"
    case "\n": "\\n"
    case "\t": "\\t"
    case "\"": "\\\""
    case "\\": "\\\\"
    case _ where scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7F: String(scalar)
    case _ where scalar.isASCII || isASCIIOnly: "\\x" + UInt8(truncatingIfNeeded: scalar.value).hexadecimal
    default: scalar.isSafeInText ? String(scalar) : String(scalar).utf8.map { "\\x" + $0.hexadecimal }.joined()
    }
  }
}
