// Every form of reply, fed to the parser in every way in which a network can cut it.

import Testing

@testable import UpgradeCore

struct WireCase: Sendable, CustomTestStringConvertible {
  let wire: String
  let reading: String
  var testDescription: String { wire.debugDescription }

  init(_ wire: String, _ reading: String) {
    self.wire = wire
    self.reading = reading
  }
}

@Suite struct ParserTests {
  static let replies: [WireCase] = [
    WireCase("+OK\r\n", "OK"),
    WireCase("+\r\n", ""),
    WireCase("-ERR no\r\n", "(error) ERR no"),
    WireCase(":0\r\n", "0"),
    WireCase(":-9223372036854775808\r\n", "-9223372036854775808"),
    WireCase(":9223372036854775807\r\n", "9223372036854775807"),
    WireCase(":+5\r\n", "5"),
    WireCase("$0\r\n\r\n", "\"\""),
    WireCase("$5\r\nhello\r\n", "\"hello\""),
    WireCase("$4\r\n\r\n\r\n\r\n", "\"\\r\\n\\r\\n\""),
    WireCase("$-1\r\n", "(nil)"),
    WireCase("*-1\r\n", "(nil)"),
    WireCase("*0\r\n", "[]"),
    WireCase("*3\r\n:1\r\n$1\r\na\r\n+b\r\n", "[1, \"a\", b]"),
    WireCase("*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n*0\r\n", "[[1, 2], [[]]]"),
    WireCase("*2\r\n*0\r\n:7\r\n", "[[], 7]"),
    WireCase("_\r\n", "(nil)"),
    WireCase("#t\r\n", "true"),
    WireCase("#f\r\n", "false"),
    WireCase(",3.25\r\n", "3.25"),
    WireCase(",-1e-5\r\n", "-1e-5"),
    WireCase(",inf\r\n", "inf"),
    WireCase(",-inf\r\n", "-inf"),
    WireCase(",nan\r\n", "nan"),
    WireCase("(3492890328409238509324850943850943825024385\r\n", "3492890328409238509324850943850943825024385"),
    WireCase("!21\r\nSYNTAX invalid syntax\r\n", "(error) SYNTAX invalid syntax"),
    WireCase("=15\r\ntxt:Some string\r\n", "\"Some string\""),
    WireCase("%2\r\n+first\r\n:1\r\n+second\r\n*1\r\n:2\r\n", "{first: 1, second: [2]}"),
    WireCase("%0\r\n", "{}"),
    WireCase("~3\r\n+a\r\n+b\r\n:5\r\n", "{a, b, 5}"),
    WireCase(">2\r\n+invalidate\r\n*1\r\n$1\r\nk\r\n", ">[invalidate, [\"k\"]]"),
    WireCase("|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n:2\r\n", "[1, 2]"),
    WireCase("*2\r\n:1\r\n|2\r\n+a\r\n*1\r\n+b\r\n+c\r\n:9\r\n:2\r\n", "[1, 2]"),
    WireCase("|0\r\n+OK\r\n", "OK"),
  ]

  @Test("each reply, whole, byte by byte, and cut at every place", arguments: replies)
  func everyCut(_ wire: WireCase) {
    let bytes = Array(wire.wire.utf8)
    #expect(feed([bytes]) == [wire.reading])
    #expect(feed(bytes.map { [$0] }) == [wire.reading])
    for cut in 0...bytes.count {
      #expect(feed([Array(bytes[..<cut]), Array(bytes[cut...])]) == [wire.reading])
    }
  }

  @Test("several replies in one read, cut at every place")
  func severalAtOnce() {
    let bytes = Array(Self.replies.map(\.wire).joined().utf8)
    let readings = Self.replies.map(\.reading)
    #expect(feed([bytes]) == readings)
    #expect(feed(bytes.map { [$0] }) == readings)
    for cut in 0...bytes.count {
      #expect(feed([Array(bytes[..<cut]), Array(bytes[cut...])]) == readings)
    }
  }

  /// What a reader makes of these reads, one description per reply, then the violation if there is one.
  func feed(_ chunks: [[UInt8]]) -> [String] {
    var reader = ReplyReader()
    var readings: [String] = []
    for chunk in chunks where !chunk.isEmpty { readings += reader.read(chunk).map(\.description) }
    if let violation = reader.violation { readings.append("violation: \(violation.reason)") }
    if !reader.unread.isEmpty { readings.append("unread: \(reader.unread.count)") }
    return readings
  }
}
