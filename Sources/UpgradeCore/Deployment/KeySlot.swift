// Which of the 16,384 slots a key belongs to.

/// The slot of a key: CRC-16/XMODEM of the key, or of what stands in its first braces (redis cluster specification).
package enum KeySlot {
  package static func of(_ key: String) -> Int {
    let bytes = Array(key.utf8)
    guard let open = bytes.firstIndex(of: UInt8(ascii: "{")),
      let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
    else { return Int(checksum(bytes[...])) % SlotSet.count }
    return Int(checksum(bytes[(open + 1)..<close])) % SlotSet.count
  }

  /// A short text whose slot is one of these; nil for an empty set.
  package static func tag(in slots: SlotSet) -> String? {
    guard !slots.isEmpty else { return nil }
    // One slot of 16,384 is met within some 16,384 tries on the average; sixty times that is a certainty in practice.
    return (0..<1_000_000).lazy.map { String($0, radix: 36) }.first { slots.contains(of($0)) }
  }

  private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var value: UInt16 = 0
    for byte in bytes {
      value ^= UInt16(byte) << 8
      for _ in 0..<8 { value = value & 0x8000 != 0 ? (value << 1) ^ 0x1021 : value << 1 }
    }
    return value
  }
}
