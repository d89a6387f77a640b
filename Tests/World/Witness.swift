// Who sees all that really happens, and says what must not have happened by our action.

import UpgradeCore

/// Sees the truth of a world, keeps its log, and notes whatever breaks a promise.
package final class Witness {
  /// What broke a promise, in words, with its time.
  package private(set) var violations: [String] = []
  /// Hears all that happens, where somebody wants to read it.
  private let hear: ((String) -> Void)?
  private let agenda: Agenda
  private let scenario: Scenario

  /// Acknowledged writes of each shard that are still there.
  private var acknowledged: [[Write]]
  private(set) var acknowledgedCount = 0
  /// Acknowledged writes that are gone, by whom.
  package private(set) var lost: [Doer: Int] = [:]
  /// Errors that clients saw, by who ended what they called.
  package private(set) var clientErrors: [Doer: Int] = [:]
  package private(set) var longestStall = Duration.zero
  private var elections: [Int: (at: Instant, by: Doer)] = [:]
  /// The ledger as far as it is on disk.
  private var ledger: [LedgerKey: LedgerEntry] = [:]
  /// When somebody else last did something, to the whole cluster or to a shard.
  private var othersAt: [Int: Instant] = [:]
  /// Nodes whose host command was made to go wrong: they may be started by a command that was given up.
  private var unreliable: Set<Int> = []
  /// Nodes for which a host command was given up and has not ended: it may act at any moment.
  private var givenUp: Set<Int> = []

  init(_ scenario: Scenario, _ agenda: Agenda, log hear: ((String) -> Void)?) {
    self.scenario = scenario
    self.agenda = agenda
    self.hear = hear
    acknowledged = scenario.replicas.map { _ in [] }
  }

  // MARK: - Telling

  private var time: String {
    let milliseconds = (agenda.now.nanoseconds - 1_000_000_000) / 1_000_000
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  func note(_ text: @autoclosure () -> String, by doer: Doer) {
    hear?("\(time) \(doer == .us ? "we" : doer.rawValue): \(text())")
  }

  func violation(_ text: String) {
    violations.append("\(time) \(text)")
    hear?("\(time) !!! \(text)")
  }

  func othersTouched(_ node: SimulatedNode) {
    node.touchedByOthers = agenda.now
    othersAt[node.home] = agenda.now
  }

  func hostWentWrong(_ node: SimulatedNode) { unreliable.insert(node.place) }
  func gaveUp(_ node: SimulatedNode) { givenUp.insert(node.place) }
  func ended(_ node: SimulatedNode) { givenUp.remove(node.place) }

  /// What changed in the last moments cannot have been known: a reading is up to two seconds old.
  private func isExcused(_ shard: Int) -> Bool {
    guard let at = othersAt[shard] else { return false }
    return agenda.now - at < .seconds(4)
  }

  // MARK: - Writes

  /// A primary that has not heard yet that another was elected takes writes that nobody will have: they are lost by
  /// whoever had the other elected, at that moment, and not by who promotes a replica long after.
  func acknowledge(_ write: Write, shard: Int, by node: SimulatedNode, _ cluster: SimulatedCluster) {
    acknowledgedCount += 1
    guard let owner = cluster.owner(of: shard), owner !== node else { return acknowledged[shard].append(write) }
    let doer = elections[owner.place]?.by ?? .others
    lost[doer, default: 0] += 1
    note("\(node.port) acknowledges a write, and \(owner.port) is primary by now", by: doer)
    if doer == .us { violation("\(node.port) takes a write after we had \(owner.port) elected: it is lost") }
  }

  func stalled(_ duration: Duration) { longestStall = max(longestStall, duration) }

  func clientError(_ text: @autoclosure () -> String, by doer: Doer) {
    clientErrors[doer, default: 0] += 1
    note("a client sees \(text())", by: doer)
  }

  /// A node begins to serve a shard: what was acknowledged and is not there is lost, by whoever brought that about.
  func serves(_ node: SimulatedNode, by doer: Doer) {
    guard let shard = node.claim.slots, let data = node.process?.data else { return }
    var kept: [Write] = []
    var missing = 0
    var place = 0
    for write in acknowledged[shard] {
      while place < data.writes.count, data.writes[place].number < write.number { place += 1 }
      if place < data.writes.count, data.writes[place].number == write.number {
        kept.append(write)
      } else {
        missing += 1
      }
    }
    acknowledged[shard] = kept
    guard missing > 0 else { return }
    lost[doer, default: 0] += missing
    note("\(missing) acknowledged writes of s\(shard + 1) are gone", by: doer)
    if doer == .us { violation("\(missing) acknowledged writes of s\(shard + 1) are lost by us") }
  }

  // MARK: - What we do to servers

  /// A `SHUTDOWN` of ours arrives.
  func stops(_ node: SimulatedNode, _ cluster: SimulatedCluster) {
    let shard = node.home
    let others = cluster.nodes.filter { $0 !== node && $0.home == shard }
    if let other = others.first(where: \.isOutByUs) {
      violation("rule 1: \(node.port) is stopped while \(other.port) of the same shard is out by us")
    }
    for place in givenUp where place != node.place {
      violation("rule 1: \(node.port) is stopped while a given up command for \(7000 + place) is still at work")
    }
    // Process and role are read right before: what changed since is a matter of milliseconds.
    let isPrimary = node.process?.electedAt.map { agenda.now - $0 > .milliseconds(50) } ?? true
    if node.claim.role == .primary, node.claim.slots != nil, !others.isEmpty, isPrimary {
      violation("rule 2: \(node.port) is stopped while it is primary")
    }
    for other in scenario.replicas.indices where other != shard && !isExcused(other) {
      let isServed = cluster.nodes.contains { $0.claim.slots == other && $0.process.map { !$0.isLoading } ?? false }
      if !isServed { violation("\(node.port) is stopped while s\(other + 1) is not served") }
    }
    note("SHUTDOWN arrives at \(node.port)", by: .us)
  }

  /// A command of ours changes what all these nodes of a host run from.
  func changes(_ nodes: [SimulatedNode]) {
    for node in nodes where node.process != nil && !isExcused(node.home) && !unreliable.contains(node.place) {
      violation("the software of \(node.port) is changed while it runs as \(node.claim.role.rawValue)")
    }
  }

  /// A `CLUSTER FAILOVER` of ours arrives at a replica that takes it.
  func handOverCommanded(_ node: SimulatedNode, _ primary: SimulatedNode, _ cluster: SimulatedCluster) {
    note("CLUSTER FAILOVER arrives at \(node.port)", by: .us)
    guard !isExcused(node.home), let process = node.process, let source = primary.process else { return }
    let lag = source.data.offset - process.data.offset
    // What was written within a round trip is no fault of the gate.
    if lag > scenario.options.lagBound + 60 * 40 { violation("rule 3: \(node.port) is \(lag) bytes behind") }
    if process.release != scenario.to, process.release != scenario.from {
      violation("rule 3: \(node.port) runs \(process.release)")
    }
    for other in cluster.nodes where other.claim.slots != nil {
      if let process = other.process, process.settings["cluster-require-full-coverage"] != "no" {
        violation("\(other.port) would answer CLUSTERDOWN during the hand-over to \(node.port)")
      }
    }
  }

  func elector(of node: SimulatedNode) -> Doer? { elections[node.place]?.by }
  func elected(_ node: SimulatedNode, by doer: Doer) { elections[node.place] = (agenda.now, doer) }

  /// A second election within four node time-outs was won on old votes: for a moment there are two primaries.
  func falsePrimary(_ node: SimulatedNode, by doer: Doer) {
    note("\(node.port) is a false primary for a moment", by: doer)
    if doer == .us, elections[node.place]?.by == .us {
      violation("\(node.port) was asked to win a second election within four node time-outs")
    }
  }

  func startedTwice(_ node: SimulatedNode, by doer: Doer) {
    note("a start of \(node.port) finds it running", by: doer)
    if doer == .us, !unreliable.contains(node.place), !isExcused(node.home) {
      violation("\(node.port) was started while it was running")
    }
  }

  /// A directive is changed by us: its original and our value have to be on disk.
  func configured(_ node: SimulatedNode, _ directive: String, from present: String, to value: String) {
    guard let entry = ledger[LedgerKey(node.id, directive)] else {
      return violation("rule 8: \(directive) of \(node.port) is changed without an entry in the ledger")
    }
    if value != entry.ours, value != entry.original {
      violation("rule 8: \(directive) of \(node.port) is set to \(value), which the ledger does not know")
    }
    if value == entry.ours, entry.standing != .open {
      violation("rule 8: \(directive) of \(node.port) is changed while its entry in the ledger is closed")
    }
    if present != entry.ours, present != entry.original, !isExcused(node.home) {
      violation("\(directive) of \(node.port) was \(present), which somebody else had set, and is overwritten")
    }
  }

  func wandered(_ node: SimulatedNode, to orphan: SimulatedNode) {
    note("\(node.port) wanders to \(orphan.port)", by: .cluster)
    othersTouched(node)
  }

  func beat(_ cluster: SimulatedCluster) {
    for shard in scenario.replicas.indices {
      let owners = cluster.nodes.filter { $0.claim.slots == shard && $0.isOnBus(agenda.now) }
      if owners.count > 1, Set(owners.map(\.claim.epoch)).count < owners.count {
        violation("s\(shard + 1) has two primaries of the same epoch")
      }
    }
  }

  // MARK: - What we write down

  /// A record is on disk.
  func durable(_ record: Record) {
    if case .ledger(let key, let entry) = record { ledger[key] = entry }
    if case .settled(let effect, .achieved) = record, effect.step.verb == .leaveUpgradeMode,
      case .node(let node) = effect.step.object
    {
      for key in ledger.keys where key.node == node && ledger[key]?.standing == .open {
        ledger[key]?.standing = .closed
      }
    }
    if case .chosen(.adopt, _, _) = record { othersAt = [:] }
  }
}
