// `CLUSTER NODES` of real servers and of odd ones, made into views.

import Testing

@testable import UpgradeCore

@Suite struct ClusterNodesReadingTests {
  private static let one = String(repeating: "1", count: 40)
  private static let two = String(repeating: "2", count: 40)
  private static let myself = "\(one) 10.0.0.1:6379@16379 myself,master - 0 0 7 connected 0-16383"

  private func member(_ line: String) throws -> ClusterMember {
    let view = try Reader.clusterView(Self.myself + "\n" + line + "\n")
    return try #require(view.member(NodeID(Self.two)))
  }

  @Test func aRealClusterOfRedis62() throws {
    let view = try Reader.clusterView(Redis62.clusterNodes)
    #expect(view.members.count == 6)
    #expect(view.myself == NodeID("dfce544fc81bee1b75fb0b6e97a5588e7adc2384"))
    let own = try #require(view.member(view.myself))
    #expect(own.role == .primary && own.linkConnected && own.slots.description == "0-5460" && own.configEpoch == 1)
    let replica = try #require(view.members.first { $0.primary == view.myself })
    #expect(replica.role == .replica)
    #expect(replica.address == Address(host: "127.0.0.1", port: 7005) && replica.busPort == 17005)
    #expect(view.members.allSatisfy { $0.looksHealthy })
    #expect(SlotSet(view.members.flatMap(\.slots.ranges)) == .all)
  }

  @Test(arguments: [Redis62.clusterNodes, Redis70.clusterNodes, Valkey80.clusterNodes])
  func everyProductPrintsTheSame(text: String) throws {
    let view = try Reader.clusterView(text.replacing("\n", with: "\r\n"))
    #expect(view.members.filter { $0.role == .primary }.count == 3)
    #expect(view.members.filter { $0.role == .replica && $0.primary != nil }.count == 3)
    #expect(view.members == view.members.sorted { $0.id < $1.id })
    for member in view.members { #expect(view.member(member.id) == member) }
  }

  @Test func openSlotsFromBothSides() throws {
    let from = try Reader.clusterView(Redis62.openSlotFrom)
    let to = try Reader.clusterView(Redis62.openSlotTo)
    #expect(
      from.member(from.myself)?.openSlots == [OpenSlot(slot: 100, direction: .migratingTo, peer: to.myself)])
    #expect(to.member(to.myself)?.openSlots == [OpenSlot(slot: 100, direction: .importingFrom, peer: from.myself)])
    #expect(from.member(from.myself)?.slots.description == "0-5460")
  }

  @Test(arguments: [Redis62.replicaDown, Redis70.replicaDown, Valkey80.replicaDown])
  func aReplicaThatDied(text: String) throws {
    let view = try Reader.clusterView(text)
    let dead = view.members.filter { !$0.looksHealthy }
    #expect(dead.map(\.address.port) == [7005])
    #expect(dead.first?.flags == [.replica, .failing])
    #expect(dead.first?.linkConnected == false)
  }

  @Test(arguments: [
    ("10.0.0.2:6379@16379", "10.0.0.2:6379", 16379, nil),
    ("10.0.0.2:6379@16379,redis-2.internal", "10.0.0.2:6379", 16379, "redis-2.internal"),
    ("10.0.0.2:6379@16379,,tls-port=0,shard-id=69bc080733d1355567173199cff4a6a039a2f024", "10.0.0.2:6379", 16379, nil),
    ("10.0.0.2:6379@16379,redis-2,tls-port=6380", "10.0.0.2:6379", 16379, "redis-2"),
    ("2001:db8::2:6379@16379", "[2001:db8::2]:6379", 16379, nil),
    ("::1:7001@17001,host", "[::1]:7001", 17001, "host"),
    ("10.0.0.2:6379", "10.0.0.2:6379", 16379, nil),
    (":0@0", ":0", 0, nil),
    (":7001@17001", ":7001", 17001, nil),
  ])
  func addresses(word: String, address: String, busPort: Int, hostname: String?) throws {
    let member = try member("\(Self.two) \(word) slave \(Self.one) 0 1 7 connected")
    #expect(member.address.description == address)
    #expect(member.busPort == busPort)
    #expect(member.hostname == hostname)
  }

  private static let flagRows: [(String, Set<ClusterMember.Flag>)] = [
    ("master", [.primary]), ("slave,fail?", [.replica, .possiblyFailing]),
    ("slave,fail", [.replica, .failing]), ("handshake", [.handshake]), ("master,noaddr", [.primary, .noAddress]),
    ("slave,nofailover", [.replica, .noFailover]), ("noflags", [.noFlags]),
    ("slave,noaddr,fail", [.replica, .noAddress, .failing]),
  ]

  @Test(arguments: flagRows)
  func flags(word: String, flags: Set<ClusterMember.Flag>) throws {
    #expect(try member("\(Self.two) 10.0.0.2:6379@16379 \(word) - 0 0 0 disconnected").flags == flags)
  }

  @Test(arguments: [
    ("0", "0"), ("0-5460 5462 5464-5465", "0-5460 5462 5464-5465"), ("7 3-5 6", "3-7"), ("", "none"),
    ("16383 [93->-\(two)] [94-<-\(one)]", "16383"),
  ])
  func slots(words: String, slots: String) throws {
    let member = try member("\(Self.two) 10.0.0.2:6379@16379 master - 0 0 0 connected \(words)")
    #expect(member.slots.description == slots)
  }

  /// Each names the line and the part of it.
  @Test(arguments: [
    ("22 10.0.0.2:6379@16379 master - 0 0 0 connected", "line 2: node id"),
    ("\(two) 10.0.0.2@16379 master - 0 0 0 connected", "line 2: address"),
    ("\(two) 10.0.0.2:99999@16379 master - 0 0 0 connected", "line 2: address"),
    ("\(two) 10.0.0.2:6379@x master - 0 0 0 connected", "line 2: address"),
    ("\(two) 10.0.0.2:6379@16379@1 master - 0 0 0 connected", "line 2: address"),
    ("\(two) 10.0.0.2:6379@16379 master,asleep - 0 0 0 connected", "line 2: flags"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 z connected", "line 2: config epoch"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 perhaps", "line 2: link state"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0", "line 2: link state"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 connected 16384", "line 2: slots"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 connected 9-3", "line 2: slots"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 connected -1", "line 2: slots"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 connected [93->-", "line 2: open slot"),
    ("\(two) 10.0.0.2:6379@16379 master - 0 0 0 connected [93=\(one)]", "line 2: open slot"),
    ("\(two) 10.0.0.2:6379@16379 myself,master - 0 0 0 connected", "line 2: flags"),
    ("\(one) 10.0.0.2:6379@16379 master - 0 0 0 connected", "node id"),
  ])
  func damage(line: String, field: String) {
    let error = #expect(throws: ReadingError.self) { try Reader.clusterView(Self.myself + "\n" + line) }
    #expect(error?.field == field)
  }

  @Test func withoutMyselfThereIsNoView() {
    #expect(throws: ReadingError("CLUSTER NODES", "a line of the node itself (myself)", .cutOff)) {
      try Reader.clusterView("\(Self.two) 10.0.0.2:6379@16379 master - 0 0 0 connected\n")
    }
    #expect(throws: ReadingError.self) { try Reader.clusterView("") }
  }

  @Test func aThousandNodes() throws {
    let text = Self.thousandNodes
    let view = try Reader.clusterView(text)
    #expect(view.members.count == 1000)
    #expect(SlotSet(view.members.flatMap(\.slots.ranges)) == .all)
    #expect(view.members.filter { $0.role == .replica }.count == 500)
  }

  @Test func tooManyLinesAreRefused() {
    let line = "\(Self.two) 10.0.0.2:6379@16379 master - 0 0 0 connected\n"
    #expect(throws: ReadingError("CLUSTER NODES", "lines", .tooLarge(limit: 20_000))) {
      try Reader.clusterView(String(repeating: line, count: 20_001))
    }
  }

  /// 500 primaries and as many replicas, as the first of them would print it.
  static var thousandNodes: String {
    func id(_ number: Int) -> String { String(repeating: "0", count: 40 - String(number).count) + String(number) }
    return (0..<1000).map { number in
      let place = "10.0.\(number / 250).\(number % 250):6379@16379"
      guard number < 500 else {
        return "\(id(number)) \(place) slave \(id(number - 500)) 0 1795217594332 \(number - 499) connected"
      }
      let slots = "\(number * 16384 / 500)-\((number + 1) * 16384 / 500 - 1)"
      return
        "\(id(number)) \(place) \(number == 0 ? "myself," : "")master - 0 1795217594332 \(number + 1) connected \(slots)"
    }.joined(separator: "\n")
  }
}
