// A line that was read before is not read again, and never stands for another one.

import Testing

@testable import UpgradeCore

@Suite struct MemberMemoryTests {
  private static let one = String(repeating: "1", count: 40)
  private static let two = String(repeating: "2", count: 40)
  private static let three = String(repeating: "3", count: 40)
  private static let myself = "\(one) 10.0.0.1:6379@16379 myself,master - 0 0 7 connected 0-16383\n"
  private static let line = "\(two) 10.0.0.2:6379@16379 slave \(one) 0 1700000000000 7 connected"

  @Test func theTimesOfAPingMakeNoOtherMember() throws {
    var memory = MemberMemory()
    let before = try Reader.clusterView(Self.myself + Self.line, &memory)
    #expect(memory.member(in: Array(Self.line.replacing("1700000000000", with: "1800000000000").utf8)[...]) != nil)
    #expect(try Reader.clusterView(Self.myself + Self.line, &memory) == before)
    #expect(memory.member(in: Array(Self.myself.dropLast().utf8)[...]) == nil, "nobody else writes it so")
  }

  @Test(arguments: [
    line.replacing("10.0.0.2", with: "10.0.0.9"), line.replacing("@16379", with: "@1"),
    line.replacing(" slave ", with: " slave,fail? "), line.replacing(" slave ", with: " master "),
    line.replacing(one, with: three), line.replacing(" 7 connected", with: " 8 connected"),
    line.replacing("connected", with: "disconnected"), line + " [5->-\(one)]", line + " 1-5",
    line.replacing("22 10", with: "22  10"), line.replacing("slave \(one)", with: "slave  \(three)"),
    line.replacing("222 ", with: "223 "),
  ])
  func whateverElseChangesIsSeen(_ changed: String) throws {
    var memory = MemberMemory()
    let text = Self.myself + Self.line
    _ = try Reader.clusterView(text, &memory)
    let view = try Reader.clusterView(Self.myself + changed, &memory)
    #expect(view == (try Reader.clusterView(Self.myself + changed)))
    #expect(view.members != (try Reader.clusterView(text)).members || changed.contains("22  10"))
    #expect(try Reader.clusterView(text, &memory) == (try Reader.clusterView(text)))
  }

  @Test func realClustersReadInTurn() throws {
    var memory = MemberMemory()
    let texts = [
      Redis62.clusterNodes, Redis62.replicaDown, Redis62.openSlotFrom, Redis62.openSlotTo, Redis70.clusterNodes,
      Redis70.replicaDown, Valkey80.clusterNodes, Valkey80.replicaDown,
    ]
    for text in texts + texts.reversed() {
      #expect(try Reader.clusterView(text, &memory) == (try Reader.clusterView(text)))
    }
  }

  @Test func whatIsNoLineIsRefusedAsBefore() throws {
    var memory = MemberMemory()
    _ = try Reader.clusterView(Self.myself + Self.line, &memory)
    for broken in [Self.line.replacing("connected", with: "perhaps"), String(Self.line.dropLast(12)), "x", "      "] {
      #expect(throws: ReadingError.self) { _ = try Reader.clusterView(Self.myself + broken, &memory) }
    }
  }
}
