// The sentences of readings that went wrong.

import Testing

@testable import UpgradeCore

@Suite struct ReadingErrorTests {
  @Test(arguments: [
    (
      ReadingError("INFO", "role", .missing),
      "the reply to INFO has no field role. Nothing is concluded from it; run the command by hand and compare, or ask again."
    ),
    (
      ReadingError("INFO", "role", .unexpected("a\u{1B}[2Jb"), node: "10.0.0.1:6379"),
      "10.0.0.1:6379: the reply to INFO has role = \"a?[2Jb\", which this program does not know. "
        + "Nothing is concluded from it; run the command by hand and compare, or ask again."
    ),
    (
      ReadingError("CLUSTER NODES", "lines", .tooLarge(limit: 20_000)),
      "the reply to CLUSTER NODES is longer than 20000 lines. "
        + "Nothing is concluded from it; run the command by hand and compare, or ask again."
    ),
    (
      ReadingError("INFO", "the section Keyspace", .cutOff),
      "the reply to INFO ends early: the section Keyspace is missing. "
        + "Nothing is concluded from it; run the command by hand and compare, or ask again."
    ),
    (
      ReadingError("INFO", "dragonfly", .stranger, node: "10.0.0.1:6379"),
      "10.0.0.1:6379: the server calls itself \"dragonfly\", which is a product that this program does not know. "
        + "It is left alone; name a Redis or a Valkey."
    ),
  ])
  func sentences(error: ReadingError, sentence: String) {
    #expect(error.description == sentence)
  }

  @Test func aLongValueIsShortened() {
    let error = ReadingError("INFO", "role", .unexpected(String(repeating: "x", count: 10_000)))
    #expect(error.description.contains(String(repeating: "x", count: 60) + "...\""))
    #expect(error.description.utf8.count < 300)
  }
}
