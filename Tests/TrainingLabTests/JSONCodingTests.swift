// The lab's own coders: what is written is read back the same, and what is damaged is refused with a word where.

import Testing

@testable import TrainingLab

@Suite struct JSONCodingTests {
  private struct Thing: Codable, Equatable {
    enum Kind: String, Codable { case one, two }
    struct Part: Codable, Equatable {
      var name: String
      var share: Double
    }
    var kind: Kind
    var count: Int
    var port: UInt16?
    var isOpen: Bool
    var parts: [Part]
    var byName: [String: Int]
    var nothing: String?
    var ratios: [Double]
    var empty: [Int]
  }

  private let thing = Thing(
    kind: .two, count: -3, port: 65_535, isOpen: true,
    parts: [Thing.Part(name: "a/\"b\"\n", share: 42.5), Thing.Part(name: "ü", share: 1)], byName: ["z": 1, "a": 2],
    nothing: nil, ratios: [0.25, 2], empty: [])

  @Test func itIsReadAsItWasWritten() throws {
    #expect(
      try JSONEncoding.line(thing)
        == #"{"byName":{"a":2,"z":1},"count":-3,"empty":[],"isOpen":true,"kind":"two","#
        + #""parts":[{"name":"a/\"b\"\n","share":42.5},{"name":"ü","share":1.0}],"port":65535,"ratios":[0.25,2.0]}"#)
    for text in [try JSONEncoding.line(thing), try JSONEncoding.lines(thing)] {
      #expect(try JSONDecoding.read(Thing.self, from: Array(text.utf8)) == thing)
    }
  }

  @Test func forAPersonThereIsALineAValue() throws {
    #expect(
      try JSONEncoding.lines(["b": [1, 2], "a": []])
        == """
        {
          "a" : [],
          "b" : [
            1,
            2
          ]
        }
        """)
  }

  @Test(arguments: [
    (#"{"name":"a"}"#, "share is missing"), (#"{"name":1,"share":2}"#, "this is not a String"),
    (#"{"name":"a","share":"b"}"#, "this is not a Double"), (#"[]"#, "this is not an object"),
    (#"{"name":"a","share":1"#, "a comma or } is missing at byte 21"),
  ])
  func whatIsDamagedIsRefused(text: String, why: String) throws {
    let error = #expect(throws: (any Error).self) {
      try JSONDecoding.read(Thing.Part.self, from: Array(text.utf8))
    }
    #expect("\(try #require(error))".contains(why))
  }

  @Test func numbersThatDoNotFitAreRefused() {
    #expect(throws: EncodingError.self) { try JSONEncoding.line([UInt64.max]) }
    #expect(throws: DecodingError.self) { try JSONDecoding.read([UInt8].self, from: Array("[256]".utf8)) }
    #expect(throws: DecodingError.self) { try JSONDecoding.read([Int].self, from: Array("[1.5]".utf8)) }
    #expect(throws: Never.self) { try JSONDecoding.read([Int].self, from: Array("[2.0]".utf8)) }
  }
}
