// Health with its age: a number that is too old is drawn as its age.
import Testing

@testable import UpgradeCore
@testable import WizardUI

@Suite struct HealthTextTests {
  static func aged(_ age: Duration, _ change: (inout Health) -> Void = { _ in }) -> RunPicture {
    var picture = RunScene.secondNode.picture
    change(&picture.health)
    picture.now = picture.now + age
    return picture
  }

  @Test func freshNumbers() {
    let text = HealthText(Self.aged(.milliseconds(1200)))
    #expect(
      text.summary.string
        == "Health  ok 6/6 up  slots 16384/16384  max lag 36 B  client errors 0/s  1 s ago")
  }

  @Test func staleNumbersAreTheirAge() {
    let text = HealthText(Self.aged(.seconds(7)))
    #expect(
      text.summary.string == "Health  stale 7 s ?/6 up  slots ?  lag ?  client errors 0/s  stale 7 s")
    #expect(text.lag(of: ShardID(1)).string == "stale 7 s")
    #expect(text.age.parts.first?.style == .attention)
    #expect(HealthText(Self.aged(.seconds(3))).isStale == false)
    #expect(HealthText(Self.aged(.milliseconds(3001))).isStale)
  }

  @Test func whatWasNeverReadIsNotZero() {
    let text = HealthText(Self.aged(.zero) { $0.readAt = nil })
    #expect(text.ageText == "not read yet")
    #expect(text.cluster.string == "not read")
  }

  @Test func withoutAProbeNothingIsSaidOfClients() {
    let text = HealthText(Self.aged(.zero) { $0.clients = nil })
    #expect(text.clientErrors.string == "clients not measured")
    #expect(text.clientTotals.string == "no probe: nothing is known of clients")
  }

  @Test func badNewsIsRedAndInWords() {
    let text = HealthText(
      Self.aged(.zero) { health in
        health.clusterOK = false
        health.slotsServed = 10923
        health.nodesUp = 5
        health.clientErrors.append(3)
      })
    #expect(text.cluster == Line("FAIL", .danger))
    #expect(text.slots == Line("slots 10923/16384", .danger))
    #expect(text.nodes == Line("5/6 up", .attention))
    #expect(text.clientErrors == Line("client errors 3/s", .danger))
  }

  @Test func aNarrowRowKeepsTheAge() {
    let text = HealthText(Self.aged(.seconds(7)))
    for columns in [40, 59, 70, 79] {
      #expect(text.summary(columns: columns).string.hasSuffix("stale 7 s"))
    }
  }

  @Test(arguments: [
    (0, "0 B"), (12, "12 B"), (999, "999 B"), (1000, "1.0 KB"), (1024, "1.0 KB"), (12_288, "12 KB"),
    (1_048_576, "1.0 MB"), (50_331_648, "48 MB"), (Int.max, "8388608 TB"), (-5, "0 B"),
  ])
  func bytesAreShort(count: Int, text: String) { #expect(Quantity.bytes(count) == text) }

  @Test(
    arguments: [
      (0, "0 s"), (0.24, "0.2 s"), (7, "7 s"), (12.4, "12 s"), (99, "99 s"), (231, "3m51s"), (3720, "1h02m"),
      (.nan, "0 s"), (.infinity, "0 s"), (-1, "0 s"),
    ] as [(Double, String)])
  func durationsAreShort(seconds: Double, text: String) { #expect(Quantity.duration(seconds: seconds) == text) }

  @Test(arguments: [(0, "0"), (874, "874"), (41_200, "41.2k"), (1_300_000, "1.3M"), (.nan, "0")] as [(Double, String)])
  func countsAreShort(value: Double, text: String) { #expect(Quantity.count(value) == text) }
}
