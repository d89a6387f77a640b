// Servers outside of clusters: who follows whom, told by INFO replication of each.

/// What the answers of servers with cluster mode off say together.
///
/// A server is known by its run id while it is looked for, as it may be called by several addresses; for the run its name
/// is the address at which it answered first.
struct Lineage {
  private let seeds: [Address]
  private let answers: [Address: NodeAnswer]
  private let failures: [Address: ReadingFailure]
  /// Every address that answered, by the one that stands for its server.
  private let standsFor: [Address: Address]
  /// The servers, seeds first.
  private let servers: [Address]

  init(seeds: [Address], answers: [Address: NodeAnswer], failures: [Address: ReadingFailure]) {
    self.seeds = seeds
    self.answers = answers
    self.failures = failures
    var first: [String: Address] = [:]
    var standsFor: [Address: Address] = [:]
    var servers: [Address] = []
    for address in seeds + answers.keys.sorted() {
      guard let answer = answers[address], standsFor[address] == nil else { continue }
      let known = first[answer.pulse.server.runID]
      if known == nil { servers.append(address) }
      first[answer.pulse.server.runID] = known ?? address
      standsFor[address] = known ?? address
    }
    self.standsFor = standsFor
    self.servers = servers
  }

  /// The addresses that a server names: whom it follows, and who follows it.
  ///
  /// What copies data for itself (`redis-cli --rdb`) is a follower of port 0, and nobody to be asked.
  static func neighbours(of answer: NodeAnswer, at address: Address) -> [Address] {
    let replication = answer.pulse.replication
    return ([replication.upstream?.address].compactMap(\.self) + replication.replicas.map(\.address))
      .filter { $0.port > 0 && !$0.host.isEmpty }.map { $0.said(by: address) }
  }

  func finding() -> Finding {
    var nodes: [NodeSetup] = []
    var strangers: [Finding.Stranger] = []
    for address in servers {
      guard let answer = answers[address] else { continue }
      let server = answer.pulse.server
      guard let release = server.release else {
        strangers.append(Finding.Stranger(address: address, name: server.name, version: server.versionText))
        continue
      }
      var node = answer.node(NodeID(of: address), at: address, release)
      node.follows = source(of: address).map { NodeID(of: $0) }
      node.aliases = aliases(of: address)
      let priority = answer.configuration["replica-priority"] ?? answer.configuration["slave-priority"]
      node.isPromotable = priority != "0"
      nodes.append(node)
    }
    nodes.sort { ($0.address, $0.id) < ($1.address, $1.id) }
    let silent = failures.keys.sorted().map { address in
      Finding.Unreachable(
        id: NodeID(of: address), address: address, failure: failures[address] ?? ReadingFailure(.other, "not asked"))
    }
    let groups = groups
    let root = nodes.first { $0.role == .primary }
    let members = (root.map { [$0.id] } ?? []) + nodes.filter { $0.id != root?.id }.map(\.id)
    var finding = Finding(
      nodes: nodes, shards: [Shard(id: ShardID(1), slots: SlotSet(), members: members + silent.compactMap(\.id))],
      strangers: strangers, unreachable: silent, notClustered: [], differences: [],
      mostData: answers.values.map(\.pulse.memory.used).max() ?? 0)
    finding.kind = members.count + silent.count > 1 || nodes.first?.role == .replica ? .replication : .standalone
    finding.apart = groups.count > 1 ? groups : []
    return finding
  }

  /// Whom a server follows, where that one answered.
  private func source(of address: Address) -> Address? {
    answers[address]?.pulse.replication.upstream.map { $0.address.said(by: address) }.map { standsFor[$0] ?? $0 }
  }

  /// What others call a server: first how those say it who follow it, since that is what they are told; then how it is
  /// listed, and where else it answered.
  private func aliases(of address: Address) -> [Address] {
    let followed = servers.compactMap { other in
      answers[other]?.pulse.replication.upstream?.address
    }.filter { standsFor[$0] == address }
    let listed = servers.flatMap { other in
      answers[other]?.pulse.replication.replicas.map(\.address) ?? []
    }.filter { standsFor[$0] == address }
    let answered = standsFor.filter { $0.value == address }.map(\.key).sorted()
    var seen: Set<Address> = []
    // Its own host is another one for everybody who is told so.
    let all = (followed.sorted() + listed.sorted() + answered).filter {
      (address.isLoopback || !$0.isLoopback) && seen.insert($0).inserted
    }
    return all == [address] ? [] : all
  }

  /// Servers that follow each other, by way of whomever.
  private var groups: [[Address]] {
    var group: [Address: Int] = [:]
    var count = 0
    for start in servers where group[start] == nil {
      var open = [start]
      while let address = open.popLast() {
        guard group.updateValue(count, forKey: address) == nil, let answer = answers[address] else { continue }
        let named = Self.neighbours(of: answer, at: address).map { standsFor[$0] ?? $0 }
        let back = servers.filter { source(of: $0) == address }
        open += (named + back).filter { group[$0] == nil }
      }
      count += 1
    }
    return (0..<count).map { number in servers.filter { group[$0] == number } }
  }
}
