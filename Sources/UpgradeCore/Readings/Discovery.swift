// From one address to the whole deployment: whom to ask next, given what has been said so far.

/// What one address said when it was asked who and where it is.
package struct NodeAnswer: Hashable, Sendable {
  package var pulse: Pulse
  /// nil where cluster mode is off.
  package var view: ClusterView?
  /// Out of `CONFIG GET`, secrets taken out; empty where it is not permitted.
  package var configuration: [String: String]

  package init(pulse: Pulse, view: ClusterView?, configuration: [String: String] = [:]) {
    self.pulse = pulse
    self.view = view
    self.configuration = configuration
  }
}

extension NodeAnswer {
  /// What a run keeps of whoever said this.
  func node(_ id: NodeID, at address: Address, _ release: Release) -> NodeSetup {
    let server = pulse.server
    var node = NodeSetup(
      id: id, address: address, release: release, role: pulse.role, runID: server.runID,
      processID: server.processID, configFile: server.configFile, directory: configuration["dir"] ?? "",
      appendOnly: pulse.persistence.appendOnly,
      settings: configuration.filter { ClusterProcedure.guardDirectives.contains($0.key) },
      nodeTimeoutMilliseconds: configuration["cluster-node-timeout"].flatMap { Int($0) })
    node.logFile = logFile
    return node
  }

  /// A relative path is one in the data directory, to which a server goes before it writes its first line
  /// (redis src/config.c, `dir`).
  private var logFile: String {
    guard let file = configuration["logfile"], !file.isEmpty, !file.hasPrefix("/") else {
      return configuration["logfile"] ?? ""
    }
    return configuration["dir"].map { "\($0)/\(file)" } ?? ""
  }
}

/// The pure part of discovery: it is told what each address said, and says whom to ask next.
///
/// Topology comes from `CLUSTER NODES` of every node: `CLUSTER SHARDS` crashes servers in mixed clusters
/// (redis/redis#12695). A node that is listed is asked even where all others call it failing.
package struct Discovery: Sendable {
  private let seeds: [Address]
  private(set) var answers: [Address: NodeAnswer] = [:]
  private(set) var failures: [Address: ReadingFailure] = [:]
  /// Members in the order in which they became known, each once.
  private(set) var members: [NodeID] = []
  /// Where a view places a member, the first that names a host.
  private(set) var listed: [NodeID: Address] = [:]
  /// Where a member has answered: the first address that led to it, since that one has been shown to work.
  private(set) var reached: [NodeID: Address] = [:]
  private var known: Set<NodeID> = []
  /// Outside of clusters: whom servers follow, and who follows them, in the order in which they were named.
  private var named: [Address] = []

  package init(seeds: [Address]) {
    var seen: Set<Address> = []
    self.seeds = seeds.filter { seen.insert($0).inserted }
  }

  /// The addresses that have not been asked yet; empty when discovery is complete.
  package var toAsk: [Address] {
    var asked: Set<Address> = []
    let unread = members.lazy.filter { reached[$0] == nil }.compactMap { listed[$0] }
    return (seeds + unread + named).filter { answers[$0] == nil && failures[$0] == nil && asked.insert($0).inserted }
  }

  package mutating func failed(_ address: Address, _ failure: ReadingFailure) {
    failures[address] = failure
  }

  package mutating func answered(_ address: Address, _ answer: NodeAnswer) {
    answers[address] = answer
    guard let view = answer.view else {
      named += Lineage.neighbours(of: answer, at: address)
      return
    }
    if reached[view.myself] == nil { reached[view.myself] = address }
    // A node in handshake has a name for the moment only; it is no member yet.
    for member in view.members where !member.flags.contains(.handshake) {
      if known.insert(member.id).inserted { members.append(member.id) }
      if listed[member.id] == nil, !member.address.host.isEmpty, member.address.port > 0 {
        listed[member.id] = member.address
      }
    }
  }

  /// A node that was asked over TLS and names plain ports all the same, so that nobody can follow it over TLS: up to 7.0
  /// a node lists the ports of `tls-cluster`, whoever asks (redis 7.0 cluster.c, `clusterGenNodeDescription`).
  package var namesPlainPorts: (tls: Address, plain: Address)? {
    for (address, answer) in answers.sorted(by: { $0.key < $1.key }) {
      guard answer.configuration["tls-cluster"] == "no", answer.configuration["tls-port"] == String(address.port),
        let view = answer.view, let listed = view.member(view.myself)?.address, listed.port != address.port,
        answer.configuration["port"] == String(listed.port)
      else { continue }
      return (address, Address(host: address.host, port: listed.port))
    }
    return nil
  }

  /// What all answers together say; complete once `toAsk` is empty.
  package func finding() -> Finding {
    let plain = answers.filter { $0.value.view == nil }
    if !plain.isEmpty, plain.count == answers.count {
      return Lineage(seeds: seeds, answers: answers, failures: failures).finding()
    }
    let order = members.sorted { (address(of: $0), $0) < (address(of: $1), $1) }
    var nodes: [NodeSetup] = []
    var strangers: [Finding.Stranger] = []
    var unreachable: [Finding.Unreachable] = []
    for id in order {
      guard let address = reached[id], let answer = answers[address] else {
        unreachable.append(Finding.Unreachable(id: id, address: listed[id], failure: failure(of: id)))
        continue
      }
      let server = answer.pulse.server
      guard let release = server.release else {
        strangers.append(Finding.Stranger(address: address, name: server.name, version: server.versionText))
        continue
      }
      nodes.append(answer.node(id, at: address, release))
    }
    let views = Dictionary(
      uniqueKeysWithValues: reached.compactMap { id, address in answers[address]?.view.map { (id, $0) } })
    let own = Dictionary(uniqueKeysWithValues: views.compactMap { id, view in view.member(id).map { (id, $0) } })
    let seedless = seeds.filter { failures[$0] != nil && !listed.values.contains($0) }
    return Finding(
      nodes: nodes, shards: Topology(order: order, views: views).shards, strangers: strangers,
      unreachable: unreachable
        + seedless.compactMap { seed in
          failures[seed].map { Finding.Unreachable(id: nil, address: seed, failure: $0) }
        },
      notClustered: answers.filter { $0.value.view == nil }.map(\.key).sorted(),
      differences: order.flatMap { id in
        views[id].map { ViewDifference.of(id, $0, own: own, expecting: Set(order)) } ?? []
      },
      mostData: answers.values.map(\.pulse.memory.used).max() ?? 0)
  }

  private func address(of id: NodeID) -> Address { reached[id] ?? listed[id] ?? Address(host: "", port: 0) }

  private func failure(of id: NodeID) -> ReadingFailure {
    guard let address = listed[id] else {
      return ReadingFailure(.other, "no node knows an address of \(id)")
    }
    if let failure = failures[address] { return failure }
    if let other = answers[address]?.view?.myself {
      return ReadingFailure(.other, "at \(address) answers \(other), where the others expect \(id)")
    }
    return ReadingFailure(.other, "\(address) has not been asked")
  }
}

/// What discovery came to, as values: parts of a `Setup`, and all that speaks against it.
package struct Finding: Hashable, Sendable {
  package struct Stranger: Hashable, Sendable {
    package var address: Address
    /// As the server calls itself, such as `dragonfly`; a product of ours where only its version cannot be read.
    package var name: String
    package var version: String
  }
  package struct Unreachable: Hashable, Sendable {
    /// nil for an address that the operator named and that no view lists.
    package var id: NodeID?
    package var address: Address?
    package var failure: ReadingFailure
    package init(id: NodeID?, address: Address?, failure: ReadingFailure) {
      self.id = id
      self.address = address
      self.failure = failure
    }
  }

  /// Every member that answered and is a product of ours, by address.
  package var nodes: [NodeSetup]
  /// By lowest slot; primaries without slots come last.
  package var shards: [Shard]
  package var strangers: [Stranger]
  package var unreachable: [Unreachable]
  /// Addresses that answered with cluster mode off.
  package var notClustered: [Address]
  package var differences: [ViewDifference]
  /// What kind of deployment the answers are those of.
  package var kind = DeploymentKind.cluster
  /// Outside of clusters: groups of servers that have nothing to do with each other, where there are several.
  package var apart: [[Address]] = []
  /// The name by which Sentinels watch over these servers; nil where none were asked.
  package var watchedName: String?
  /// `used_memory` of the node that has most.
  package var mostData: Int

  /// Where every known member is, those that did not answer included.
  package var addresses: [NodeID: Address] {
    var addresses = Dictionary(uniqueKeysWithValues: nodes.map { ($0.id, $0.address) })
    for member in unreachable { if let id = member.id, let address = member.address { addresses[id] = address } }
    return addresses
  }
}
