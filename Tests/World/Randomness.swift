// Chance that can be repeated: everything that is not certain in a world comes from its seed.

/// A generator whose numbers depend on its seed alone (SplitMix64, Steele, Lea and Flood 2014).
package struct Randomness: RandomNumberGenerator, Sendable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A source of its own for one purpose, so that what one part of the world draws does not shift the others.
  package init(seed: UInt64, for purpose: String) {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    var first = Randomness(seed: seed ^ hash)
    state = first.next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  package mutating func chance(_ probability: Double) -> Bool {
    probability > 0 && Double(next() >> 11) * 0x1p-53 < probability
  }

  package mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.upperBound - range.lowerBound + 1))
  }

  package mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

  package mutating func microseconds(_ range: ClosedRange<Int>) -> Duration { .microseconds(number(range)) }

  package mutating func pick<Element>(_ elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[number(0...elements.count - 1)]
  }

  /// Lower-case hexadecimal digits, as in run ids and node ids.
  package mutating func hexadecimal(_ digits: Int) -> String {
    var text = ""
    while text.utf8.count < digits {
      let part = String(next(), radix: 16)
      text += String(repeating: "0", count: 16 - part.utf8.count) + part
    }
    return String(text.prefix(digits))
  }
}
