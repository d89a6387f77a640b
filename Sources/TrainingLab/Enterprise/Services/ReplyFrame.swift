// Where a reply of a server ends, in either version of the protocol; what it says is none of the proxy's business.

extension Simulator {
  package enum ReplyFrame {
    /// The number of bytes of the first whole reply; nil while it is incomplete, or where it is none.
    package static func length(of bytes: [UInt8]) -> Int? {
      var place = 0
      return pass(bytes, &place, depth: 0) ? place : nil
    }

    private static func pass(_ bytes: [UInt8], _ place: inout Int, depth: Int) -> Bool {
      guard depth < 32, place < bytes.count, let end = bytes[place...].firstIndex(of: 10) else { return false }
      let kind = bytes[place]
      let number = Int(String(decoding: bytes[(place + 1)..<max(place + 1, end - 1)], as: UTF8.self))
      place = end + 1
      switch kind {
      case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"):
        guard let number, number >= 0 else { return number == -1 }
        guard place + number + 2 <= bytes.count else { return false }
        place += number + 2
        return true
      case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"):
        return pass(bytes, &place, count: number, depth)
      case UInt8(ascii: "%"): return pass(bytes, &place, count: number.map { $0 * 2 }, depth)
      case UInt8(ascii: "|"):
        return pass(bytes, &place, count: number.map { $0 * 2 }, depth) && pass(bytes, &place, depth: depth + 1)
      default: return true
      }
    }

    private static func pass(_ bytes: [UInt8], _ place: inout Int, count: Int?, _ depth: Int) -> Bool {
      guard let count else { return false }
      for _ in 0..<max(0, count) {
        guard pass(bytes, &place, depth: depth + 1) else { return false }
      }
      return true
    }
  }
}
