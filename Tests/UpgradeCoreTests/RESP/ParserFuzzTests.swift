// Random replies, random cuts, random damage, each from a seed that a failure names.

import Testing

@testable import UpgradeCore

@Suite struct ParserFuzzTests {
  @Test("random replies survive random cuts", arguments: 0..<200)
  func roundTrip(_ seed: UInt64) {
    var dice = Dice(seed)
    let replies = (0..<dice.roll(1...6)).map { _ in RandomReply(&dice, depth: 0, isWhole: true) }
    let bytes = Array(replies.map(\.wire).joined().utf8)
    #expect(readings(of: bytes, pieces: dice.cuts(bytes.count)).texts == replies.map(\.reading))
  }

  @Test("damaged bytes are read alike, however they are cut, and never trap", arguments: 0..<400)
  func damaged(_ seed: UInt64) {
    var dice = Dice(seed)
    let replies = (0..<dice.roll(1...4)).map { _ in RandomReply(&dice, depth: 0, isWhole: true) }
    var bytes = Array(replies.map(\.wire).joined().utf8)
    for _ in 0..<dice.roll(1...4) {
      let place = dice.roll(0...(bytes.count - 1))
      switch dice.roll(0...3) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: dice.next())
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(Array("*$:+-%>|,_#(!=~\r\n0129?".utf8)[dice.roll(0...21)], at: place)
      default: bytes.removeSubrange(place...)
      }
      if bytes.isEmpty { return }
    }
    let whole = readings(of: bytes, pieces: [bytes.count])
    #expect(readings(of: bytes, pieces: dice.cuts(bytes.count)) == whole)
    #expect(readings(of: bytes, pieces: Array(repeating: 1, count: bytes.count)) == whole)
  }

  struct Readings: Equatable {
    var texts: [String] = []
    var violation: RESPViolation.Code?
  }

  func readings(of bytes: [UInt8], pieces: [Int]) -> Readings {
    var reader = ReplyReader()
    var readings = Readings()
    var start = 0
    for piece in pieces {
      for reply in reader.read(Array(bytes[start..<(start + piece)])) { readings.texts.append(reply.description) }
      start += piece
    }
    readings.violation = reader.violation?.code
    return readings
  }
}

/// A generator of numbers that is the same on every machine (xorshift64*).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  }

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  mutating func roll(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  /// Lengths of pieces that add up to a total.
  mutating func cuts(_ total: Int) -> [Int] {
    var rest = total
    var pieces: [Int] = []
    while rest > 0 {
      pieces.append(min(rest, roll(1...max(1, min(40, rest)))))
      rest -= pieces[pieces.count - 1]
    }
    return pieces
  }
}

/// A random reply: its bytes, and how it must read.
struct RandomReply {
  let wire: String
  let reading: String

  init(_ dice: inout Dice, depth: Int, isWhole: Bool) {
    let word = String((0..<dice.roll(0...12)).map { _ in "abc xyz:-+".randomElement(using: &dice) ?? "a" })
    let number = Int64(bitPattern: dice.next()) >> Int64(dice.roll(0...63))
    var kind = dice.roll(0...(depth < 5 ? 12 : 7))
    if kind == 12, !isWhole { kind = 8 }
    switch kind {
    case 0: (wire, reading) = ("+\(word)\r\n", word)
    case 1: (wire, reading) = ("-ERR \(word)\r\n", "(error) ERR \(word)")
    case 2, 3: (wire, reading) = (":\(number)\r\n", "\(number)")
    case 4: (wire, reading) = ("$\(word.utf8.count + 2)\r\n\(word)\r\n\r\n", "\"\(word)\\r\\n\"")
    case 5: (wire, reading) = ("$\(word.utf8.count)\r\n\(word)\r\n", "\"\(word)\"")
    case 6: (wire, reading) = ("_\r\n", "(nil)")
    case 7: (wire, reading) = (",\(number)\r\n", "\(number)")
    default:
      let items = (0..<dice.roll(0...5)).map { _ in RandomReply(&dice, depth: depth + 1, isWhole: false) }
      let body = items.map(\.wire).joined()
      let list = items.map(\.reading).joined(separator: ", ")
      switch kind {
      case 8: (wire, reading) = ("*\(items.count)\r\n\(body)", "[\(list)]")
      case 9: (wire, reading) = ("~\(items.count)\r\n\(body)", "{\(list)}")
      case 10:
        let pairs = items.map { "\($0.reading): \($0.reading)" }.joined(separator: ", ")
        (wire, reading) = ("%\(items.count)\r\n\(items.map { $0.wire + $0.wire }.joined())", "{\(pairs)}")
      case 11:
        let value = RandomReply(&dice, depth: depth + 1, isWhole: false)
        (wire, reading) = ("|\(items.count)\r\n\(items.map { $0.wire + $0.wire }.joined())" + value.wire, value.reading)
      default: (wire, reading) = (">\(items.count)\r\n\(body)", ">[\(list)]")
      }
    }
  }
}
