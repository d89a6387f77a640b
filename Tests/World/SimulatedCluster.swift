// The cluster: its nodes, what they tell each other, and what becomes of a node that starts or ends.

import UpgradeCore

/// A cluster of simulated servers. Whatever happens in it is told to `witness`.
final class SimulatedCluster {
  let scenario: Scenario
  let agenda: Agenda
  let witness: Witness
  private(set) var nodes: [SimulatedNode] = []
  let shards: [Shard]
  var random: Randomness

  static let defaults = [
    "cluster-require-full-coverage": "yes", "cluster-allow-replica-migration": "yes", "cluster-migration-barrier": "1",
  ]

  init(scenario: Scenario, agenda: Agenda, witness: Witness) {
    self.scenario = scenario
    self.agenda = agenda
    self.witness = witness
    var random = Randomness(seed: scenario.seed, for: "cluster")
    let now = agenda.now
    var rows: [(home: Int, role: Role, row: Int)] = scenario.replicas.indices.map { ($0, .primary, 0) }
    let most = scenario.replicas.max() ?? 0
    for row in 0..<most {
      for (shard, count) in scenario.replicas.enumerated() where row < count {
        rows.append((shard, .replica, row + 1))
      }
    }
    let ids = rows.map { _ in NodeID(random.hexadecimal(40)) }
    let histories = scenario.replicas.map { _ in random.hexadecimal(40) }
    for (place, row) in rows.enumerated() {
      let isPrimary = row.role == .primary
      let node = SimulatedNode(
        place: place, id: ids[place],
        address: scenario.address(place: place, shard: row.home, row: row.row),
        home: row.home, release: scenario.from, settings: Self.defaults,
        claim: Claim(
          role: row.role, primary: isPrimary ? nil : row.home, epoch: isPrimary ? row.home + 1 : 0,
          slots: isPrimary ? row.home : nil), now: now)
      node.epoch = scenario.replicas.count
      node.saved = SavedData(data: DataSet(history: histories[row.home]), writer: scenario.from)
      nodes.append(node)
    }
    let count = scenario.replicas.count
    shards = (0..<count).map { shard in
      let size = SlotSet.count / count
      let upper = shard == count - 1 ? SlotSet.count - 1 : (shard + 1) * size - 1
      return Shard(
        id: ShardID(shard + 1), slots: SlotSet([shard * size...upper]),
        members: rows.indices.filter { rows[$0].home == shard }.map { ids[$0] })
    }
    self.random = random
    for node in nodes {
      node.peers = nodes.map { Peer(claim: $0.claim, lastHeard: now) }
      let data = node.saved?.data ?? DataSet(history: histories[node.home])
      node.process = makeProcess(node, data: data)
      node.process?.isLoading = false
      node.process?.servesFrom = now
      if node.claim.role == .replica { node.process?.link = .up }
    }
    agenda.after(.milliseconds(700)) { [unowned self] in heartbeat() }
  }

  var now: Instant { agenda.now }

  func node(_ id: NodeID) -> SimulatedNode? { nodes.first { $0.id == id } }

  /// The node that owns a shard's slots by its own word and is up; the one of the highest epoch where two say so.
  func owner(of shard: Int) -> SimulatedNode? {
    nodes.filter { $0.claim.slots == shard && $0.process != nil }.max { $0.claim.epoch < $1.claim.epoch }
  }

  func members(of shard: Int) -> [SimulatedNode] { nodes.filter { $0.home == shard } }

  // MARK: - Processes

  func makeProcess(_ node: SimulatedNode, data: DataSet) -> ServerProcess {
    ServerProcess(
      runID: random.hexadecimal(40), id: random.number(1000...60000), release: node.installed, startedAt: now,
      settings: node.fileSettings, data: data, link: .down(since: now), servesFrom: now + .seconds(2))
  }

  /// Starts what is installed; nothing where something runs already.
  func start(_ node: SimulatedNode, by doer: Doer) {
    guard node.process == nil else {
      witness.startedTwice(node, by: doer)
      return
    }
    let saved = node.saved
    let empty = DataSet(history: random.hexadecimal(40))
    let process = makeProcess(node, data: saved?.data ?? empty)
    node.process = process
    witness.note("\(node.port) started: \(process.release), process \(process.id)", by: doer)
    let canRead = saved.map { SavedFormat.canRead(process.release, from: $0.writer) } ?? true
    let slow = !scenario.faults.isNone && random.chance(0.05)
    let loading = canRead ? random.milliseconds(slow ? 3000...40000 : 20...400) : .milliseconds(30)
    agenda.after(loading) { [unowned self] in
      guard node.process?.runID == process.runID else { return }
      guard canRead else {
        witness.note("\(node.port) cannot read the format of its data and ends", by: .cluster)
        end(node, saving: false, by: doer)
        return
      }
      node.process?.isLoading = false
      loaded(node)
    }
  }

  private func loaded(_ node: SimulatedNode) {
    guard let process = node.process else { return }
    for place in nodes.indices { node.peers[place].lastHeard = now }
    announce(node)
    if node.claim.role == .replica {
      link(node)
    } else {
      node.process?.servesFrom = now + .seconds(2)
      node.isOutByUs = false
      agenda.after(.milliseconds(2001)) { [unowned self] in
        guard node.process?.runID == process.runID, node.claim.role == .primary else { return }
        witness.serves(node, by: node.endedBy)
      }
    }
  }

  /// The process ends, with or without a last save.
  func end(_ node: SimulatedNode, saving: Bool, by doer: Doer) {
    guard let process = node.process else { return }
    for other in nodes where other.claim.primary == node.place { catchUp(other) }
    catchUp(node)
    if let data = node.process?.data, !process.isLoading, saving || scenario.appendOnly {
      node.saved = SavedData(data: data, writer: process.release)
    }
    node.process = nil
    node.endedBy = doer
    // Made primary by others while our command was on its way to it: nobody looks twice within milliseconds.
    let isCaught = node.claim.role == .primary && process.electedAt.map { now - $0 < .milliseconds(250) } ?? false
    node.endAnsweredBy = isCaught && witness.elector(of: node) == .others ? .others : doer
    witness.note("\(node.port) ended, process \(process.id)", by: doer)
    for other in nodes where other.claim.primary == node.place && other.process?.link != nil {
      if case .down = other.process?.link { continue }
      other.process?.link = .down(since: now)
    }
  }

  // MARK: - The bus

  /// Once a second everybody hears of everybody, failures are counted, elections begin, links are tried again.
  private func heartbeat() {
    agenda.after(.seconds(1)) { [unowned self] in heartbeat() }
    for speaker in nodes where speaker.isOnBus(now) {
      for listener in nodes where listener !== speaker && listener.isOnBus(now) {
        hear(listener, speaker, speaker.claim)
      }
    }
    findFailures()
    for shard in shards.indices { considerElection(shard) }
    migrateReplicas()
    for node in nodes {
      if case .down? = node.process?.link, node.claim.role == .replica { link(node) }
    }
    witness.beat(self)
  }

  /// A node tells the others of a change at once; gossip may take its time.
  func announce(_ node: SimulatedNode) {
    let claim = node.claim
    for other in nodes where other !== node {
      let isSlow = random.chance(0.05)
      agenda.after(isSlow ? random.milliseconds(200...900) : random.microseconds(500...30000)) { [unowned self] in
        guard node.isOnBus(now), other.isOnBus(now), node.claim == claim else { return }
        hear(other, node, claim)
      }
    }
  }

  func hear(_ listener: SimulatedNode, _ speaker: SimulatedNode, _ told: Claim) {
    var claim = told
    listener.epoch = max(listener.epoch, speaker.epoch)
    if claim.role == .primary, let shard = claim.slots {
      let rival = rival(of: speaker, for: shard, in: listener)
      if let rival, rival.epoch > claim.epoch {
        // An old claim: the speaker is told of the newer one.
        claim.slots = nil
        if rival.place == listener.place { announce(listener) }
      } else if let rival {
        yield(shard, from: rival.place, to: speaker, in: listener)
      }
    }
    var peer = listener.peers[speaker.place]
    peer.claim = claim
    peer.lastHeard = now
    peer.isPossiblyFailing = false
    if let since = peer.failingSince {
      // A primary that nobody replaced is taken back after twice the time-out (`CLUSTER_FAIL_UNDO_TIME_MULT`).
      if claim.slots == nil || now - since > scenario.nodeTimeout * 2 { peer.failingSince = nil }
    }
    listener.peers[speaker.place] = peer
    // A replica does not stay behind one that has become a replica itself (redis 7.0 cluster.c).
    if listener.claim.primary == speaker.place, claim.role == .replica, let next = claim.primary,
      next != listener.place
    {
      follow(listener, nodes[next])
    }
  }

  /// Whom the listener holds for the owner of a shard, other than the speaker.
  private func rival(
    of speaker: SimulatedNode, for shard: Int, in listener: SimulatedNode
  ) -> (place: Int, epoch: Int)? {
    if listener.claim.slots == shard { return (listener.place, listener.claim.epoch) }
    for place in nodes.indices where place != speaker.place && place != listener.place {
      let claim = listener.peers[place].claim
      if claim.slots == shard { return (place, claim.epoch) }
    }
    return nil
  }

  private func yield(_ shard: Int, from old: Int, to new: SimulatedNode, in listener: SimulatedNode) {
    if old == listener.place {
      follow(listener, new)
    } else {
      listener.peers[old].claim.slots = nil
      if listener.claim.role == .replica, listener.claim.primary == old { follow(listener, new) }
    }
  }

  /// A node becomes a replica of another one, and says so.
  func follow(_ node: SimulatedNode, _ primary: SimulatedNode) {
    catchUp(node)
    node.claim = Claim(role: .replica, primary: primary.place, epoch: 0, slots: nil)
    node.home = primary.home
    node.process?.pausedUntil = nil
    node.process?.link = .down(since: now)
    node.process?.linkAttempt += 1
    witness.note("\(node.port) follows \(primary.port)", by: .cluster)
    announce(node)
    link(node)
  }

  private func findFailures() {
    for node in nodes {
      for listener in nodes where listener !== node && listener.isOnBus(now) {
        let isLate = now - listener.peers[node.place].lastHeard > scenario.nodeTimeout
        listener.peers[node.place].isPossiblyFailing = isLate && listener.peers[node.place].failingSince == nil
      }
      let voters = nodes.filter { $0 !== node && $0.claim.slots != nil && $0.isOnBus(now) }
      let votes = voters.filter {
        $0.peers[node.place].isPossiblyFailing || $0.peers[node.place].failingSince != nil
      }
      guard votes.count * 2 > shards.count else { continue }
      for listener in nodes where listener !== node && listener.isOnBus(now) {
        guard now - listener.peers[node.place].lastHeard > scenario.nodeTimeout else { continue }
        if listener.peers[node.place].failingSince == nil { listener.peers[node.place].failingSince = now }
        listener.peers[node.place].isPossiblyFailing = false
      }
    }
  }

  // MARK: - What a node thinks of the cluster

  struct ClusterState {
    var isOK = true
    var assigned = 0
    var possiblyFailing = 0
    var failing = 0
    var owners = 0
  }

  func state(by node: SimulatedNode) -> ClusterState {
    var state = ClusterState()
    var reachable = 0
    for (shard, value) in shards.enumerated() {
      let count = value.slots.count
      if node.claim.slots == shard {
        state.assigned += count
        state.owners += 1
        reachable += 1
        continue
      }
      guard let place = nodes.indices.first(where: { $0 != node.place && node.peers[$0].claim.slots == shard }) else {
        continue
      }
      state.assigned += count
      state.owners += 1
      let peer = node.peers[place]
      if peer.failingSince != nil {
        state.failing += count
      } else if peer.isPossiblyFailing {
        state.possiblyFailing += count
      } else {
        reachable += 1
      }
    }
    let needsAll = node.process?.settings["cluster-require-full-coverage"] != "no"
    if needsAll, state.assigned < SlotSet.count || state.failing > 0 { state.isOK = false }
    if reachable * 2 <= state.owners { state.isOK = false }
    if node.claim.role == .primary, let process = node.process, now < process.servesFrom { state.isOK = false }
    return state
  }
}
