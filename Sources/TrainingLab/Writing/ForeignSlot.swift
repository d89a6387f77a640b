/// Which of the 16,384 slots a key belongs to (Redis Cluster specification: CRC16-XMODEM of the key or its hash tag).
///
/// The foreign client's own, so that a mistake in the wizard's cannot hide in it.
package enum ForeignSlot {
  package static func of(_ key: String) -> Int {
    let bytes = Array(key.utf8)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "{")),
      let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    else { return Int(checksum(bytes[...]) & 0x3FFF) }
    return Int(checksum(bytes[(open + 1)..<close]) & 0x3FFF)
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var sum: UInt16 = 0
    for byte in bytes { sum = table[Int(UInt8(truncatingIfNeeded: sum >> 8) ^ byte)] ^ (sum << 8) }
    return sum
  }

  private static let table: [UInt16] = (0..<256).map { index in
    (0..<8).reduce(UInt16(index) << 8) { sum, _ in sum & 0x8000 == 0 ? sum << 1 : (sum << 1) ^ 0x1021 }
  }
}
