// The foreign client's own reading of the wire: slots, replies, slot maps, redirections.

import Testing
import TrainingLab
import UpgradeCore

@Suite struct ForeignClientTextTests {
  // Known answers of CLUSTER KEYSLOT.
  @Test(arguments: [
    ("123456789", 12739), ("foo", 12182), ("bar", 5061), ("", 0), ("{foo}x", 12182), ("x{foo}{bar}", 12182),
    ("{}foo", 9500), ("{foo", 13308), ("foo{}{bar}", 8363),
  ])
  func slots(key: String, slot: Int) {
    #expect(ForeignSlot.of(key) == slot)
  }

  @Test func repliesComeOutWholeHoweverTheyArrive() throws {
    let wire = "+OK\r\n-MOVED 1 127.0.0.1:7000\r\n:-7\r\n$5\r\na\r\nb!\r\n$-1\r\n*2\r\n$1\r\nx\r\n*1\r\n:1\r\n*0\r\n"
    let expected: [ForeignReply] = [
      .simple("OK"), .error("MOVED 1 127.0.0.1:7000"), .integer(-7), .bulk(Array("a\r\nb!".utf8)), .null,
      .array([.bulk(Array("x".utf8)), .array([.integer(1)])]), .array([]),
    ]
    for size in [1, 2, 3, 7, 1000] {
      var buffer = ForeignReplyBuffer()
      var replies: [ForeignReply] = []
      var rest = Array(wire.utf8)[...]
      while !rest.isEmpty {
        buffer.append(rest.prefix(size))
        rest = rest.dropFirst(size)
        while let reply = try buffer.next() { replies.append(reply) }
      }
      #expect(replies == expected)
      #expect(buffer.isEmpty)
    }
  }

  @Test(arguments: ["HTTP/1.1 400 Bad Request\r\n", "$x\r\n", "$99999999999\r\n", "*-2\r\n", "+a\rb\r\n"])
  func whatIsNoReplyIsRefused(wire: String) {
    var buffer = ForeignReplyBuffer()
    buffer.append(wire.utf8)
    #expect(throws: ForeignReplyBuffer.Violation.self) { try buffer.next() }
  }

  @Test func slotMap() throws {
    func node(_ host: String, _ port: Int) -> ForeignReply {
      .array([.bulk(Array(host.utf8)), .integer(port), .bulk(Array("id".utf8))])
    }
    let reply = ForeignReply.array([
      .array([.integer(8192), .integer(16383), node("", 7001), node("10.0.0.9", 7003)]),
      .array([.integer(0), .integer(8191), node("10.0.0.1", 7000)]),
    ])
    let map = try #require(SlotMap(reply, asked: "10.0.0.7"))
    #expect(map.ranges.map(\.slots) == [0...8191, 8192...16383])
    #expect(map.primary(ofSlot: 8191)?.description == "10.0.0.1:7000")
    #expect(map.primary(ofSlot: 8192)?.description == "10.0.0.7:7001")
    #expect(SlotMap(.error("ERR This instance has cluster support disabled"), asked: "h") == nil)
    #expect(SlotMap(.array([.array([.integer(5), .integer(4), node("h", 1)])]), asked: "h") == nil)
  }

  @Test(arguments: [
    ("MOVED 866 127.0.0.1:17001", "127.0.0.1:17001"), ("ASK 866 [::1]:17001", "[::1]:17001"),
    ("MOVED 866 :17001", "10.0.0.7:17001"), ("MOVED 866", nil), ("MOVED x 127.0.0.1:1", nil),
  ])
  func redirection(line: String, address: String?) {
    #expect(SlotMap.redirection(line, asked: "10.0.0.7")?.address.description == address)
  }
}
