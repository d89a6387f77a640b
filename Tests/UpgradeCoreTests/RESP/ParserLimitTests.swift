// What a broken or hostile peer may send, and that it is refused before it costs anything.

import Testing

@testable import UpgradeCore

@Suite struct ParserLimitTests {
  static let malformed: [WireCase] = [
    WireCase("HTTP/1.1 400 Bad Request\r\n", "byte 0x48, which begins no RESP value"),
    WireCase("\u{15}\u{03}\u{01}", "byte 0x15, which begins no RESP value"),
    WireCase("\r\n", "byte 0x0d, which begins no RESP value"),
    WireCase("$-2\r\n", "a bulk string of length -2"),
    WireCase("*-2\r\n", "an aggregate of -2 values"),
    WireCase("%-1\r\n", "an aggregate of -1 values"),
    WireCase("!-1\r\n", "a string of length -1"),
    WireCase("$\r\n\r\n", "not a number where a length or an integer must stand"),
    WireCase("$+\r\n", "not a number where a length or an integer must stand"),
    WireCase(":\r\n", "not a number where a length or an integer must stand"),
    WireCase(":-\r\n", "not a number where a length or an integer must stand"),
    WireCase(":1.5\r\n", "not a number where a length or an integer must stand"),
    WireCase(":1 \r\n", "not a number where a length or an integer must stand"),
    WireCase(":1\n", "not a number where a length or an integer must stand"),
    WireCase(":1\rX", "not a number where a length or an integer must stand"),
    WireCase(":9223372036854775808\r\n", "not a number where a length or an integer must stand"),
    WireCase(":-9223372036854775809\r\n", "not a number where a length or an integer must stand"),
    WireCase(":18446744073709551617\r\n", "not a number where a length or an integer must stand"),
    WireCase("$99999999999999999999999999999999", "not a number where a length or an integer must stand"),
    WireCase("$3\r\nabcde\r\n", "a string of 3 bytes without its end"),
    WireCase("+OK\rX", "a line broken by CR without LF"),
    WireCase("#x\r\n", "a value that its type byte does not allow"),
    WireCase("#\r\n", "a value that its type byte does not allow"),
    WireCase("_x\r\n", "a value that its type byte does not allow"),
    WireCase(",abc\r\n", "a value that its type byte does not allow"),
    WireCase(",1.\r\n", "a value that its type byte does not allow"),
    WireCase(",1e\r\n", "a value that its type byte does not allow"),
    WireCase("(12a\r\n", "a value that its type byte does not allow"),
    WireCase("=3\r\nabc\r\n", "a verbatim string without its format"),
    WireCase("=4\r\nabcd\r\n", "a verbatim string without its format"),
    WireCase("*1\r\n>1\r\n+x\r\n", "a push message inside another reply"),
    WireCase("$?\r\n", "a streamed value, which no Redis or Valkey sends"),
    WireCase("*?\r\n", "a streamed value, which no Redis or Valkey sends"),
    WireCase(";4\r\nabcd\r\n", "a part of a streamed value, which no Redis or Valkey sends"),
    WireCase(".\r\n", "a part of a streamed value, which no Redis or Valkey sends"),
  ]

  @Test("what is no RESP is refused, however it is cut", arguments: malformed)
  func refused(_ wire: WireCase) {
    let bytes = Array(wire.wire.utf8)
    var whole = ReplyReader()
    #expect(whole.read(bytes).count == 0)
    #expect(whole.violation?.reason == wire.reading)

    var drop = ReplyReader()
    for byte in bytes { #expect(drop.read([byte]).count == 0) }
    #expect(drop.violation?.reason == wire.reading)
  }

  static let small = RESPLimits(depth: 4, elements: 100, bulkLength: 1000, lineLength: 64, replyLength: 2000)

  static let tooMuch: [WireCase] = [
    WireCase("*1000000000\r\n", "an aggregate of 1000000000 values (limit 100)"),
    WireCase("*9223372036854775807\r\n", "an aggregate of 9223372036854775807 values (limit 100)"),
    WireCase("%9223372036854775807\r\n", "an aggregate of 9223372036854775807 values (limit 100)"),
    WireCase("%51\r\n", "a reply of 102 values (limit 100)"),
    WireCase("*99\r\n*2\r\n", "a reply of 101 values (limit 100)"),
    WireCase("|99\r\n", "a reply of 198 values (limit 100)"),
    WireCase("$1001\r\n", "a string of 1001 bytes (limit 1000)"),
    WireCase("$9223372036854775807\r\n", "a string of 9223372036854775807 bytes (limit 1000)"),
    WireCase("!1001\r\n", "a string of 1001 bytes (limit 1000)"),
    WireCase("*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "values more than 4 levels inside each other"),
    WireCase("+" + String(repeating: "x", count: 65), "a line of more than 64 bytes"),
    WireCase("-" + String(repeating: "x", count: 65) + "\r\n", "a line of more than 64 bytes"),
    WireCase(
      "*3\r\n$900\r\n" + String(repeating: "a", count: 900) + "\r\n$900\r\n" + String(repeating: "b", count: 900)
        + "\r\n$900\r\n", "a reply of more than 2000 bytes"),
  ]

  @Test("what is too much is refused as soon as it is announced", arguments: tooMuch)
  func limited(_ wire: WireCase) throws {
    var reader = ReplyReader(limits: Self.small)
    #expect(reader.read(Array(wire.wire.utf8)).count == 0)
    let found = reader.violation
    let violation = try #require(found)
    #expect(violation.reason == wire.reading)
    #expect(violation.code == .limit)
  }

  @Test("just within every limit is read")
  func withinLimits() {
    let text = "*2\r\n*1\r\n*1\r\n*1\r\n$3\r\nabc\r\n+" + String(repeating: "x", count: 64) + "\r\n"
    var reader = ReplyReader(limits: Self.small)
    #expect(reader.read(Array(text.utf8)).count == 1)
    #expect(reader.read(Array("$1000\r\n".utf8) + [UInt8](repeating: 97, count: 1000) + [13, 10]).count == 1)
    #expect(reader.read(Array("*100\r\n".utf8) + Array(String(repeating: "_\r\n", count: 100).utf8)).count == 1)
    #expect(reader.violation == nil)
  }

  @Test("nothing is reserved for values that were only announced")
  func noReservation() throws {
    var parser = RESPParser()
    let announced = Array("*4000000\r\n:1\r\n*190000\r\n:2\r\n".utf8)
    try parser.parse(announced.span)
    #expect(parser.room <= 64)
  }

  @Test("a reply without end is refused at its limit, even in attributes that are dropped")
  func endless() {
    var reader = ReplyReader(limits: Self.small)
    var rounds = 0
    while reader.violation == nil, rounds < 1000 {
      #expect(reader.read(Array("|1\r\n+a\r\n+b\r\n".utf8)).count == 0)
      rounds += 1
    }
    #expect(reader.violation?.code == .limit)
    #expect(rounds <= 51)
  }

  @Test("replies before a violation are still handed out, and nothing after it")
  func afterViolation() {
    var reader = ReplyReader()
    #expect(reader.read(Array("+a\r\n:1\r\nX+b\r\n".utf8)).map(\.description) == ["a", "1"])
    #expect(reader.violation?.code == .malformed)
    #expect(reader.read(Array("+c\r\n".utf8)).count == 0)
  }
}
