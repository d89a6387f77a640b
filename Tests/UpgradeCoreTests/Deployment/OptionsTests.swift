// How long a node may take to be back, from how much data there is.

import Testing

@testable import UpgradeCore

@Suite struct OptionsTests {
  @Test(arguments: [
    (
      2_611_848, 300,
      "A node may take 5 min to answer after its start, and 5 min more to be in sync: the largest holds 2.6 MB, which "
        + "needs no longer than the least bound (--back-within)."
    ),
    (
      40_000_000_000, 1320,
      "A node may take 22 min to answer after its start, and 22 min more to be in sync: the largest holds 40.0 GB, at "
        + "33 MB a second and a minute more (--back-within)."
    ),
    (-5, 300, nil),
  ])
  func whatIsNotSaidIsDerivedFromTheData(bytes: Int, seconds: Int, words: String?) {
    var options = Options(backWithinData: 0)
    options.deriveBackWithin(from: bytes)
    #expect(options.backWithin == .seconds(seconds) && options.backWithinData == bytes)
    if let words { #expect(options.backWithinWords == words) }
  }

  @Test func whatIsSaidStays() {
    #expect(
      Options(backWithin: .seconds(90)).backWithinWords
        == "A node may take 90 s to answer after its start, and 90 s more to be in sync: as you said (--back-within).")
  }
}
