// What can be read out of a reply, in RESP2 and RESP3 alike.

import Testing

@testable import UpgradeCore

@Suite struct ReplyTests {
  static let shards = """
    *2\r\n%2\r\n$5\r\nslots\r\n*2\r\n:0\r\n:5460\r\n$5\r\nnodes\r\n*1\r\n%2\r\n$2\r\nid\r\n$3\r\nabc\r\n\
    $4\r\nport\r\n:7001\r\n*4\r\n$5\r\nslots\r\n*0\r\n$5\r\nnodes\r\n*0\r\n
    """

  @Test("values by number, by name and in order, without regard to the protocol")
  func lookup() throws {
    let reply = try Reply(parsing: Self.shards)
    #expect(reply.count == 2)
    #expect(reply[0]["slots"]?[1].integer == 5460)
    #expect(reply[0]["nodes"]?[0]["port"]?.integer == 7001)
    #expect(reply[0]["nodes"]?[0]["id"]?.text == "abc")
    #expect(reply[1]["nodes"]?.count == 0)
    #expect(reply[1]["absent"] == nil)
    #expect(reply[0].pairs.map { $0.key.text } == ["slots", "nodes"])
    #expect(reply.map(\.kind) == [.map, .array])
    #expect(reply[0][0].text == "slots")
    #expect(reply[0][3].kind == .array)
  }

  @Test("reading beyond the end gives null, not a trap")
  func beyondTheEnd() throws {
    let reply = try Reply(parsing: "*2\r\n:1\r\n*1\r\n:2\r\n")
    #expect(reply[2].isNull)
    #expect(reply[-1].isNull)
    #expect(reply[1][0].integer == 2)
    #expect(reply[1][1].isNull)
    #expect(reply[0][0].isNull)
    #expect(reply[0].count == 0)
    #expect(Reply.null[0].isNull)
  }

  struct Reading: Sendable, CustomTestStringConvertible {
    let wire: String
    var text: String?
    var integer: Int64?
    var double: Double?
    var boolean: Bool?
    var testDescription: String { wire.debugDescription }
  }

  static let readings: [Reading] = [
    Reading(wire: "+OK\r\n", text: "OK"),
    Reading(wire: "$2\r\n42\r\n", text: "42", integer: 42, double: 42),
    Reading(wire: "$1\r\n1\r\n", text: "1", integer: 1, double: 1, boolean: true),
    Reading(wire: ":0\r\n", text: "0", integer: 0, double: 0, boolean: false),
    Reading(wire: ":-7\r\n", text: "-7", integer: -7, double: -7),
    Reading(wire: "#t\r\n", text: "true", integer: 1, boolean: true),
    Reading(wire: "#f\r\n", text: "false", integer: 0, boolean: false),
    Reading(wire: ",2.5\r\n", text: "2.5", double: 2.5),
    Reading(wire: ",-inf\r\n", text: "-inf", double: -.infinity),
    Reading(wire: "$3\r\n2.5\r\n", text: "2.5", double: 2.5),
    Reading(wire: "(12\r\n", text: "12", integer: 12, double: 12),
    Reading(wire: "(123456789012345678901\r\n", text: "123456789012345678901", double: 1.2345678901234568e20),
    Reading(wire: "=8\r\nmkd:text\r\n", text: "text"),
    Reading(wire: "$4\r\n1 2 \r\n", text: "1 2 "),
    Reading(wire: "_\r\n"),
    Reading(wire: "$-1\r\n"),
    Reading(wire: "*1\r\n:1\r\n"),
    Reading(wire: "-ERR 5\r\n", text: "ERR 5"),
  ]

  @Test("scalars", arguments: readings)
  func scalars(_ expected: Reading) throws {
    let reply = try Reply(parsing: expected.wire)
    #expect(reply.text == expected.text)
    #expect(reply.integer == expected.integer)
    #expect(reply.double == expected.double)
    #expect(reply.boolean == expected.boolean)
    #expect(reply.isNull == (expected.text == nil && !reply.kind.isAggregate))
  }

  @Test("bytes that are no UTF-8 are shown repaired and kept as they are")
  func repairedText() throws {
    let reply = try Reply(parsing: Array("$4\r\n".utf8) + [0x61, 0xFF, 0xC3, 0x62] + Array("\r\n".utf8))
    #expect(reply.text == "a\u{FFFD}\u{FFFD}b")
    #expect(reply.exactText == nil)
    #expect(reply.bytes == [0x61, 0xFF, 0xC3, 0x62])
    #expect(reply.withBytes { $0.count } == 4)
    #expect(reply.withBytes { $0[1] } == 0xFF)
    #expect(reply.description == "\"a\\xff\\xc3b\"")
  }

  @Test("control characters of a server never reach the screen as they are")
  func escaped() throws {
    let reply = try Reply(parsing: Array("$11\r\n\u{1B}[2J\u{202E}é\t\"\r\n".utf8))
    #expect(reply.description == "\"\\x1b[2J\\xe2\\x80\\xaeé\\t\\\"\"")
  }

  @Test("equal is what reads the same, wherever its bytes stand")
  func equality() throws {
    let pair = try Reply(parsing: "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\na\r\n:1\r\n")
    #expect(pair[0] == pair[1])
    #expect(try pair[0] == Reply(parsing: "*2\r\n$1\r\na\r\n:1\r\n"))
    #expect(try pair[0] != Reply(parsing: "*2\r\n$1\r\na\r\n:2\r\n"))
    #expect(try pair[0] != Reply(parsing: "~2\r\n$1\r\na\r\n:1\r\n"))
    #expect(try Reply(parsing: "+a\r\n") != Reply(parsing: "$1\r\na\r\n"))
  }

  @Test("not one whole reply is an error", arguments: ["", "+OK", "+a\r\n+b\r\n", "*2\r\n:1\r\n", "hello"])
  func notOneReply(_ wire: String) {
    #expect(throws: RESPViolation.self) { try Reply(parsing: wire) }
  }

  @Test("HELLO is read from a map and from a flat array")
  func hello() throws {
    let fields = "$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n"
    let map = ServerHello(reading: try Reply(parsing: "%3\r\n" + fields))
    #expect(map == ServerHello(protocolVersion: 3, server: "redis", version: "7.0.15"))
    #expect(ServerHello(reading: try Reply(parsing: "*6\r\n" + fields)) == map)
    #expect(ServerHello(reading: try Reply(parsing: "+OK\r\n")) == ServerHello(protocolVersion: 2))
  }
}
