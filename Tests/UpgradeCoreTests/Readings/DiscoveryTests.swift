// Discovery read as a conversation: whom it asks, and what it makes of the answers.

import Testing

@testable import UpgradeCore

@Suite struct DiscoveryTests {
  private func address(_ port: Int) -> Address { Address(host: "127.0.0.1", port: port) }

  /// What the node on `port` says, its view turned so that it is the one that speaks.
  private func answer(_ port: Int, view: String = Redis62.clusterNodes, info: String? = nil) throws -> NodeAnswer {
    let lines = view.replacing("myself,", with: "").split(separator: "\n").map { line -> String in
      guard line.contains(":\(port)@") else { return String(line) }
      return String(line.replacing(" master", with: " myself,master").replacing(" slave", with: " myself,slave"))
    }
    let isPrimary = lines.contains { $0.contains("myself,master") }
    let text = info ?? (isPrimary ? Redis62.primaryInfo : Redis62.replicaInfo)
    return NodeAnswer(
      pulse: try Reader.pulse(info: text.replacing("tcp_port:7000", with: "tcp_port:\(port)")),
      view: try Reader.clusterView(lines.joined(separator: "\n")),
      configuration: [
        "dir": "/var/lib/redis/\(port)", "cluster-require-full-coverage": "yes", "cluster-node-timeout": "5000",
      ])
  }

  private func discover(_ change: (inout Discovery, Int) throws -> Bool = { _, _ in false }) throws -> Finding {
    var discovery = Discovery(seeds: [address(7000)])
    while let next = discovery.toAsk.first {
      if try !change(&discovery, next.port) { discovery.answered(next, try answer(next.port)) }
    }
    return discovery.finding()
  }

  @Test func fromOneSeedToSixNodes() throws {
    var discovery = Discovery(seeds: [address(7000)])
    #expect(discovery.toAsk == [address(7000)])
    discovery.answered(address(7000), try answer(7000))
    #expect(Set(discovery.toAsk.map(\.port)) == [7001, 7002, 7003, 7004, 7005])
    for next in discovery.toAsk { discovery.answered(next, try answer(next.port)) }
    #expect(discovery.toAsk.isEmpty)

    let finding = discovery.finding()
    #expect(finding.nodes.map(\.address.port) == [7000, 7001, 7002, 7003, 7004, 7005])
    #expect(finding.nodes.map(\.role) == [.primary, .primary, .primary, .replica, .replica, .replica])
    #expect(finding.nodes.map(\.release.title) == Array(repeating: "Redis 6.2.14", count: 6))
    #expect(finding.nodes[0].directory == "/var/lib/redis/7000")
    #expect(finding.nodes.map(\.nodeTimeoutMilliseconds) == Array(repeating: 5000, count: 6))
    #expect(finding.nodes[0].settings == ["cluster-require-full-coverage": "yes"])
    let ports = finding.shards.map { shard in shard.members.compactMap { finding.addresses[$0]?.port } }
    #expect(finding.shards.map { "\($0.id) \($0.slots)" } == ["s1 0-5460", "s2 5461-10922", "s3 10923-16383"])
    #expect(ports == [[7000, 7005], [7001, 7003], [7002, 7004]])
    #expect(finding.unreachable.isEmpty && finding.strangers.isEmpty && finding.differences.isEmpty)
  }

  @Test func aSeedUnderAnotherNameIsTheSameNode() throws {
    var discovery = Discovery(seeds: [Address(host: "localhost", port: 7000), address(7003)])
    #expect(discovery.toAsk.map(\.description) == ["localhost:7000", "127.0.0.1:7003"])
    discovery.answered(Address(host: "localhost", port: 7000), try answer(7000))
    #expect(Set(discovery.toAsk.map(\.port)) == [7001, 7002, 7003, 7004, 7005], "7000 is known by its id")
    for next in discovery.toAsk { discovery.answered(next, try answer(next.port)) }
    let finding = discovery.finding()
    #expect(finding.nodes.count == 6)
    #expect(finding.nodes.contains { $0.address.description == "localhost:7000" })
  }

  @Test func aNodeThatDoesNotAnswerIsNamed() throws {
    let finding = try discover { discovery, port in
      if port == 7004 { discovery.failed(address(port), ReadingFailure(.refused, "nobody listens")) }
      return port == 7004
    }
    #expect(finding.nodes.count == 5)
    #expect(finding.unreachable.map(\.address) == [address(7004)])
    #expect(finding.unreachable.map(\.failure.kind) == [.refused])
    #expect(finding.shards[2].members.count == 2, "it stays a member of its shard")
  }

  @Test func aStrangerIsNamedAndTakesNoPart() throws {
    let finding = try discover { discovery, port in
      guard port == 7005 else { return false }
      let info = Redis62.replicaInfo.replacing("redis_version", with: "dragonfly_version:df-1\nredis_version")
      discovery.answered(address(port), try answer(port, info: info))
      return true
    }
    #expect(finding.strangers == [Finding.Stranger(address: address(7005), name: "dragonfly", version: "6.2.14")])
    #expect(finding.nodes.count == 5)
  }

  @Test func aNodeWithClusterModeOff() throws {
    var discovery = Discovery(seeds: [address(7000)])
    discovery.answered(address(7000), NodeAnswer(pulse: try Reader.pulse(info: Redis62.primaryInfo), view: nil))
    // Outside of a cluster those who follow it are asked.
    #expect(discovery.toAsk == [address(7005)])
    #expect(discovery.finding().kind == .standalone)
    #expect(discovery.finding().nodes.map(\.id.text) == ["127.0.0.1:7000"])
  }

  /// Beside a cluster it is no part of one.
  @Test func aNodeWithClusterModeOffBesideACluster() throws {
    let alone = Address(host: "127.0.0.1", port: 9)
    var discovery = Discovery(seeds: [alone, address(7000)])
    discovery.answered(alone, NodeAnswer(pulse: try Reader.pulse(info: Redis62.primaryInfo), view: nil))
    discovery.answered(address(7000), try answer(7000))
    #expect(discovery.finding().notClustered == [alone])
  }

  @Test func deadSeedsAreReported() {
    var discovery = Discovery(seeds: [address(7000), address(7000), address(7001)])
    #expect(discovery.toAsk == [address(7000), address(7001)])
    discovery.failed(address(7000), ReadingFailure(.refused, "nobody listens"))
    discovery.failed(address(7001), ReadingFailure(.mute, "no answer"))
    #expect(discovery.toAsk.isEmpty)
    #expect(discovery.finding().unreachable.map(\.address) == [address(7000), address(7001)])
    #expect(discovery.finding().nodes.isEmpty)
  }

  @Test func anAddressWithAnotherNodeBehindIt() throws {
    let finding = try discover { discovery, port in
      if port == 7004 { discovery.answered(address(7004), try answer(7003)) }
      return port == 7004
    }
    let lost = try #require(finding.unreachable.first)
    #expect(finding.unreachable.count == 1)
    #expect(lost.failure.sentence.contains("where the others expect 352350600042404cac0770c841e4cea6ac251a7d"))
  }

  @Test func differencesBetweenViews() throws {
    let finding = try discover { discovery, port in
      guard port == 7001 else { return false }
      let view = Redis62.clusterNodes.replacing(" 3 connected 10923-16383", with: " 2 connected 10923-16382")
        .replacing(
          "slave dfce544fc81bee1b75fb0b6e97a5588e7adc2384", with: "slave,fail? 82c9b3a3201337add0ad238621db6b71769cb2ca"
        )
      discovery.answered(address(port), try answer(port, view: view))
      return true
    }
    let found = finding.differences.map { difference in
      let ports = [difference.speaker, difference.subject].compactMap { finding.addresses[$0]?.port }
      return "\(ports[0]) of \(ports[1]): \(difference.aspect) \(difference.saw), not \(difference.expected)"
    }
    #expect(
      found.sorted() == [
        "7001 of 7002: epoch 2, not 3",
        "7001 of 7002: slots 10923-16382, not 10923-16383",
        "7001 of 7005: flags slave,fail?, not no such flag",
        "7001 of 7005: primary 82c9b3a3201337add0ad238621db6b71769cb2ca, not dfce544fc81bee1b75fb0b6e97a5588e7adc2384",
      ])
  }

  @Test func aNodeThatOnlyOneViewLists() throws {
    let extra = String(repeating: "e", count: 40)
    let finding = try discover { discovery, port in
      guard port == 7002 else {
        if port == 7009 { discovery.failed(address(7009), ReadingFailure(.refused, "nobody listens")) }
        return port == 7009
      }
      let view =
        Redis62.clusterNodes + "\n\(extra) 127.0.0.1:7009@17009 master,fail - 0 0 9 disconnected"
        + "\n\(String(repeating: "d", count: 40)) 127.0.0.1:7010@17010 handshake - 0 0 0 disconnected"
      discovery.answered(address(port), try answer(port, view: view))
      return true
    }
    #expect(finding.unreachable.map(\.address?.port) == [7009], "a handshake is no member yet")
    #expect(finding.differences.filter { $0.aspect == .absent }.count == 5)
    #expect(finding.differences.filter { $0.aspect == .surplus }.map(\.saw) == ["handshake"])
    #expect(finding.shards.count == 4 && finding.shards[3].slots.isEmpty)
  }
}

extension DiscoveryTests {
  /// Redis 7.0.15 and 8.0.2 with `port 21900`, `tls-port 21910` and `tls-cluster no`, asked over TLS.
  @Test func plainPortsAreNamedToWhoAsksOverTLS() throws {
    let listing = """
      d7d979d1913c62661915730902d549f666708a58 127.0.0.1:21901@31901 master - 0 1795246678044 0 connected 5462-10923
      43dd5416be00538b59826ce8af3bce50d71b0ab3 127.0.0.1:21902@31902 master - 0 1795246677000 0 connected 10924-16383
      001b60b9226f94056de285a995c6ad0ddefabf11 127.0.0.1:21900@31900 myself,master - 0 0 1 connected 0-5461
      """
    let asked = Address(host: "127.0.0.1", port: 21910)
    func plain(_ listing: String, _ configuration: [String: String]) throws -> Address? {
      var discovery = Discovery(seeds: [asked])
      discovery.answered(
        asked,
        NodeAnswer(
          pulse: try Reader.pulse(info: Redis70.primaryInfo), view: try Reader.clusterView(listing),
          configuration: configuration))
      return discovery.namesPlainPorts?.plain
    }
    let mixed = ["port": "21900", "tls-port": "21910", "tls-cluster": "no"]
    #expect(try plain(listing, mixed) == Address(host: "127.0.0.1", port: 21900))
    // From 7.2 on the ports of whoever asks are listed.
    #expect(try plain(listing.replacing(":2190", with: ":2191"), mixed) == nil)
    // A tunnel whose own port happens to differ says nothing about the servers' ports.
    #expect(try plain(listing, ["port": "21900", "tls-port": "6380", "tls-cluster": "no"]) == nil)
    #expect(try plain(listing, [:]) == nil)
  }
}
