/// The hash that journal lines and kept outputs are checked by (FIPS 180-4).
///
/// It tells torn writes, failing disks and accidental edits. It has no key, so it is no proof against somebody who
/// writes the whole chain anew.
package struct SHA256 {
  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  private var rest: [UInt8] = []
  private var length: UInt64 = 0

  package init() {}

  /// The hash of these bytes as 64 hexadecimal digits.
  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finished
  }

  package mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      rest.append(byte)
      length += 1
      if rest.count == 64 {
        compress()
        rest.removeAll(keepingCapacity: true)
      }
    }
  }

  /// The hash of everything so far, as 64 hexadecimal digits; more may be added afterwards.
  package var finished: String {
    var last = self
    let bits = length &* 8
    last.rest.append(0x80)
    if last.rest.count > 56 { last.fill(to: 64) }
    last.fill(to: 56)
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      last.rest.append(UInt8(truncatingIfNeeded: bits >> shift))
    }
    last.compress()
    return last.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// Zeros up to `count` bytes; a full block is worked in.
  private mutating func fill(to count: Int) {
    while rest.count < count { rest.append(0) }
    guard rest.count == 64 else { return }
    compress()
    rest.removeAll(keepingCapacity: true)
  }

  private mutating func compress() {
    var schedule: [UInt32] = []
    schedule.reserveCapacity(64)
    for index in stride(from: 0, to: 64, by: 4) {
      var word: UInt32 = 0
      for byte in rest[index..<(index + 4)] { word = word << 8 | UInt32(byte) }
      schedule.append(word)
    }
    for index in 16..<64 {
      let early = schedule[index - 15]
      let late = schedule[index - 2]
      let first = Self.rotated(early, 7) ^ Self.rotated(early, 18) ^ (early >> 3)
      let second = Self.rotated(late, 17) ^ Self.rotated(late, 19) ^ (late >> 10)
      schedule.append(schedule[index - 16] &+ first &+ schedule[index - 7] &+ second)
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for index in 0..<64 {
      let sum1 = Self.rotated(e, 6) ^ Self.rotated(e, 11) ^ Self.rotated(e, 25)
      let one = h &+ sum1 &+ ((e & f) ^ (~e & g)) &+ Self.constants[index] &+ schedule[index]
      let sum0 = Self.rotated(a, 2) ^ Self.rotated(a, 13) ^ Self.rotated(a, 22)
      let two = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e, d, c, b, a) = (g, f, e, d &+ one, c, b, a, one &+ two)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 { word >> count | word << (32 - count) }

  /// The fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
  private static let constants: [UInt32] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
    0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
    0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
  ]
}
