// Readers fed with damaged texts, from a seed: whatever comes, they answer or throw, and never trap.

import Testing

@testable import UpgradeCore

/// SplitMix64: small, and the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct FuzzTests {
  private static let texts = [
    Redis62.primaryInfo, Redis62.replicaInfo, Redis62.clusterInfo, Redis62.clusterNodes, Redis62.openSlotFrom,
    Valkey80.primaryInfo, Valkey80.replicaInfo, Valkey80.clusterNodes, Redis70.primaryDown, Redis70.clients,
    "user alice on #5b11618c2e44 ~app:* &* +@all",
  ]

  /// One to eight wounds: bytes flipped, dropped, doubled, or the end cut off.
  static func damage(_ text: String, with generator: inout SeededGenerator) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...8, using: &generator) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: 0..<bytes.count, using: &generator)
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place..<min(place + 40, bytes.count)], at: place)
      case 3: bytes.removeLast(bytes.count - place)
      default: bytes[place] = Array(":,=@[]-# \n\r09".utf8).randomElement(using: &generator) ?? 0
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func readersSurvive(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    var read = 0
    for _ in 0..<400 {
      let text = Self.damage(Self.texts.randomElement(using: &generator) ?? "", with: &generator)
      // The error's own sentence is part of what must survive.
      func attempt(_ body: () throws(ReadingError) -> Void) {
        do { try body(); read += 1 } catch { #expect(!error.description.isEmpty) }
      }
      attempt { () throws(ReadingError) in _ = try Reader.pulse(info: text, clusterInfo: text) }
      attempt { () throws(ReadingError) in _ = try Reader.clusterInfo(text) }
      attempt { () throws(ReadingError) in
        let view = try Reader.clusterView(text)
        #expect(view.member(view.myself) != nil)
        #expect(view.members.allSatisfy { $0.slots.count <= SlotSet.count })
        _ = Topology(order: view.members.map(\.id), views: [view.myself: view]).shards
      }
      attempt { () throws(ReadingError) in _ = try Reader.users([text]) }
      _ = Reader.wizards(clientList: text)
    }
    #expect(read > 0, "damage must not always be fatal, or the good path is never walked")
  }
}
