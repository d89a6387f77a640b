// From one server outside of a cluster to all of them: who follows whom, by whichever of their addresses.

import Testing

@testable import UpgradeCore

@Suite struct LineageTests {
  private func address(_ port: Int, _ host: String = "10.0.0.1") -> Address { Address(host: host, port: port) }

  private func answer(
    _ run: String, _ role: Role, follows: Address? = nil, followers: [Address] = [], priority: String = "100"
  ) -> NodeAnswer {
    var pulse = Pulse.predicted(Release(.redis, Version(6, 2, 14)), role: role)
    pulse.server.runID = run
    pulse.replication.upstream = follows.map {
      Upstream(
        address: $0, linkUp: true, syncInProgress: false, offset: 0, lastIOSecondsAgo: 0, downSeconds: nil,
        readOnly: true)
    }
    pulse.replication.replicas = followers.map {
      ReplicaLine(address: $0, state: "online", offset: 0, acknowledgedSecondsAgo: 0)
    }
    return NodeAnswer(pulse: pulse, view: nil, configuration: ["replica-priority": priority])
  }

  /// Asks until nobody is left to be asked.
  private func explore(_ seeds: [Address], _ world: [Address: NodeAnswer]) -> (finding: Finding, asked: [Address]) {
    var discovery = Discovery(seeds: seeds)
    var asked: [Address] = []
    while let next = discovery.toAsk.first {
      asked.append(next)
      if let answer = world[next] {
        discovery.answered(next, answer)
      } else {
        discovery.failed(next, ReadingFailure(.refused, "nobody listens at \(next)"))
      }
    }
    return (discovery.finding(), asked)
  }

  @Test func fromTheEndOfAChainToAllOfIt() {
    let world = [
      address(1): answer("p", .primary, followers: [address(2), address(3)]),
      address(2): answer("a", .replica, follows: address(1), priority: "0"),
      address(3): answer("b", .replica, follows: address(1), followers: [address(4)]),
      address(4): answer("c", .replica, follows: address(3)),
    ]
    for seed in 1...4 {
      let (finding, asked) = explore([address(seed)], world)
      #expect(Set(asked) == Set(world.keys))
      #expect(finding.kind == .replication)
      #expect(finding.nodes.map(\.id.text) == ["10.0.0.1:1", "10.0.0.1:2", "10.0.0.1:3", "10.0.0.1:4"])
      #expect(finding.nodes.map(\.follows?.text) == [nil, "10.0.0.1:1", "10.0.0.1:1", "10.0.0.1:3"])
      #expect(finding.nodes.map(\.isPromotable) == [true, false, true, true])
      #expect(finding.shards.map(\.members.first?.text) == ["10.0.0.1:1"])
      #expect(finding.shards.first?.slots.isEmpty == true)
      #expect(finding.apart.isEmpty && finding.notClustered.isEmpty)
    }
  }

  @Test func aServerThatNobodyFollowsIsAlone() {
    let (finding, _) = explore([address(1)], [address(1): answer("p", .primary)])
    #expect(finding.kind == .standalone)
    #expect(finding.nodes.count == 1)
  }

  /// What copies data for itself is listed with port 0.
  @Test func aCopyThatIsBeingTakenIsNobody() {
    let (finding, asked) = explore([address(1)], [address(1): answer("p", .primary, followers: [address(0)])])
    #expect(asked == [address(1)])
    #expect(finding.kind == .standalone)
  }

  @Test func twoNamesOfAServerAreOneServer() {
    let world = [
      address(1, "db1"): answer("p", .primary, followers: [address(2)]),
      address(1): answer("p", .primary, followers: [address(2)]),
      address(2): answer("a", .replica, follows: address(1)),
    ]
    let (finding, _) = explore([address(1, "db1")], world)
    #expect(finding.nodes.map(\.id.text) == ["10.0.0.1:2", "db1:1"])
    #expect(finding.nodes[0].follows == finding.nodes[1].id)
    // Those who follow it are told the address by which they know it.
    #expect(finding.nodes[1].aliases.first == address(1))
  }

  /// Its own host is another one for everybody who hears of it.
  @Test func whatAServerCallsItsOwnHostIsThatHost() {
    let here = Address(host: "127.0.0.1", port: 1)
    let world = [
      address(1): answer("p", .primary, followers: [Address(host: "127.0.0.1", port: 2)]),
      address(2): answer("a", .replica, follows: here),
    ]
    let (finding, asked) = explore([address(2)], world)
    #expect(asked == [address(2), address(1)])
    #expect(finding.nodes.map(\.follows?.text) == [nil, "10.0.0.1:1"])
    #expect(finding.nodes[0].aliases.isEmpty)
  }

  @Test func whoIsListedAndDoesNotAnswerIsNotForgotten() {
    let (finding, _) = explore([address(1)], [address(1): answer("p", .primary, followers: [address(2)])])
    #expect(finding.kind == .replication)
    #expect(finding.unreachable.map(\.address) == [address(2)])
    #expect(finding.shards.first?.members.count == 2)
  }

  @Test func serversThatHaveNothingToDoWithEachOtherAreTold() {
    let world = [
      address(1): answer("p", .primary, followers: [address(2)]),
      address(2): answer("a", .replica, follows: address(1)),
      address(5): answer("q", .primary),
    ]
    let (finding, _) = explore([address(2), address(5)], world)
    #expect(finding.apart == [[address(2), address(1)], [address(5)]])
  }
}
