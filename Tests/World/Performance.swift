// The doing of one effect, command by command; with the wizard dies what it had not sent yet.

import UpgradeCore
import UpgradeRuntime

/// Performs an effect as the program's own performer does, over the commands of simulated servers.
final class Performance {
  private let effect: Effect
  private let wizard: SimulatedWizard
  private let world: World
  private var isOver = false

  init(_ effect: Effect, by wizard: SimulatedWizard, in world: World) {
    self.effect = effect
    self.wizard = wizard
    self.world = world
  }

  func begin() {
    world.mayDieDuring(effect)
    guard let replica = world.prey(of: effect) else { return act() }
    _ = world.cluster.failOver(replica, by: .others)
    world.agenda.after(.milliseconds(500)) { [self] in if wizard.isAlive { act() } }
  }

  private func act() {
    if effect.action.isDisruptive, !effect.isReattachment, world.hosts.isAtWork {
      return end(Outcome(.refused, "nothing was begun: an earlier command of this run is still at work"))
    }
    switch effect.action {
    case .configure(let node, let settings), .restore(let node, let settings): configure(node, settings[...])
    case .backUp(let nodes): backUp(nodes)
    case .host(let node, let stage): runOnHost(node, stage)
    case .hostWide(let stage, let nodes): changeHost(nodes, stage)
    case .shutDown(let node, _): shutDown(node)
    case .setAside(let node): setAside(node)
    case .handOver(_, let from, let to): handOver(from, to)
    case .drain(let node): drain(node, since: world.agenda.now, quietSince: nil, calls: nil)
    case .errand: end(Outcome(.refused, "there is no Redis Enterprise Software in this world"))
    case .follow, .saveRole: end(Outcome(.refused, "there are only clusters in this world"))
    case .watch, .confirm: end(Outcome(.done))
    }
  }

  private func end(_ outcome: Outcome) {
    guard !isOver, wizard.isAlive else { return }
    isOver = true
    world.witness.note("\(effect.id) ends: \(outcome.kind.rawValue) \(outcome.sentence)", by: .us)
    wizard.finished(effect.id, outcome)
  }

  // MARK: - Commands

  private enum Exchange {
    case reply(ServerReply)
    /// Sent, and the connection broke: it may have been done.
    case lost
    case notSent
  }

  /// Sends a command; what is sent is done, whether somebody waits for the answer or not.
  private func send(_ node: NodeID, _ words: [String], then: @escaping (Exchange) -> Void) {
    let quirk = world.commandQuirk()
    let way = world.random.microseconds(100...1200)
    world.agenda.after(way) { [self] in
      // The wizard died before it was sent.
      guard wizard.isAlive else { return }
      if quirk == .notSent { return then(.notSent) }
      let reply = world.cluster.command(node, words, by: .us)
      let isSilent = reply == .silence
      world.agenda.after(isSilent ? .seconds(2) : way) { [self] in
        guard wizard.isAlive else { return }
        then(quirk == .replyLost || isSilent ? .lost : .reply(reply))
      }
    }
  }

  private func read(_ node: NodeID, then: @escaping (NodeReadout) -> Void) {
    world.agenda.after(world.random.microseconds(200...2000)) { [self] in
      guard wizard.isAlive else { return }
      let readout = world.reading.read(node, .views)
      world.agenda.after(readout.failure?.kind == .mute ? .seconds(1) : .zero) { [self] in
        if wizard.isAlive { then(readout) }
      }
    }
  }

  private func mismatch(_ node: NodeID, _ pulse: Pulse) -> String? {
    guard world.scenario.mutation != .noIdentity, let expected = effect.identities[node] else { return nil }
    if pulse.server.runID != expected.runID || pulse.server.processID != expected.processID {
      return "another process answers there now: pid \(pulse.server.processID)"
    }
    if let role = expected.role, role != pulse.role { return "it became \(pulse.role.rawValue) a moment ago" }
    return nil
  }

  // MARK: - Settings and backup

  private func configure(_ node: NodeID, _ settings: ArraySlice<Setting>) {
    guard let setting = settings.first else { return end(Outcome(.done)) }
    send(node, ["CONFIG", "SET", setting.directive, setting.value]) { [self] exchange in
      switch exchange {
      case .reply(.text): configure(node, settings.dropFirst())
      case .reply(.error(let text)): end(Outcome(.failed, "CONFIG SET \(setting.directive): \(text)"))
      case .reply(.refused), .notSent: end(Outcome(.failed, "CONFIG SET \(setting.directive): not connected"))
      case .reply, .lost: end(Outcome(.unknown, "CONFIG SET \(setting.directive): no reply"))
      }
    }
  }

  private func backUp(_ nodes: [NodeID]) {
    var open = nodes.count
    var failure: String?
    for node in nodes {
      save(node) { [self] problem in
        open -= 1
        failure = failure ?? problem
        if open == 0 { end(failure.map { Outcome(.failed, $0) } ?? Outcome(.done)) }
      }
    }
  }

  private func save(_ node: NodeID, then: @escaping (String?) -> Void) {
    let before = world.cluster.node(node)?.process?.saves ?? 0
    send(node, ["BGSAVE"]) { [self] exchange in
      guard case .reply(.text) = exchange else { return then("BGSAVE was not taken") }
      waitForSave(node, before, until: world.agenda.now + .seconds(60), then: then)
    }
  }

  private func waitForSave(_ node: NodeID, _ before: Int, until deadline: Instant, then: @escaping (String?) -> Void) {
    read(node) { [self] readout in
      guard world.agenda.now < deadline else { return then("the save did not end") }
      if let persistence = readout.pulse?.persistence, !persistence.backgroundSaveRunning {
        return then(persistence.lastSaveSucceeded ? nil : "rdb_last_bgsave_status:err")
      }
      world.agenda.after(.milliseconds(100)) { [self] in
        if wizard.isAlive { waitForSave(node, before, until: deadline, then: then) }
      }
    }
  }

  // MARK: - Stopping and host commands

  private func shutDown(_ id: NodeID) {
    read(id) { [self] readout in
      guard let pulse = readout.pulse, let node = world.cluster.node(id) else {
        return end(Outcome(.refused, "it could not be read right before"))
      }
      if let mismatch = mismatch(id, pulse) { return end(Outcome(.refused, mismatch)) }
      let evidence = [
        "run_id": pulse.server.runID, "pid": String(pulse.server.processID), "keys": String(pulse.keys),
        "expiring": String(pulse.expiringKeys),
      ]
      let quirk = world.commandQuirk()
      if quirk == .notSent { return end(Outcome(.unknown, "after SHUTDOWN: the connection broke", evidence: evidence)) }
      world.agenda.after(world.random.microseconds(100...900)) { [self] in
        guard wizard.isAlive else { return }
        world.cluster.shutDown(node, by: .us) { [self] reply in
          if quirk == .replyLost {
            return end(Outcome(.unknown, "after SHUTDOWN: the connection broke", evidence: evidence))
          }
          switch reply {
          case nil: end(Outcome(.done, "", evidence: evidence))
          case .error(let text): end(Outcome(.refused, "SHUTDOWN: \(text)", evidence: evidence))
          case .refused: end(Outcome(.unknown, "after SHUTDOWN: refused", evidence: evidence))
          default: end(Outcome(.unknown, "after SHUTDOWN: no answer", evidence: evidence))
          }
        }
      }
    }
  }

  private func runOnHost(_ id: NodeID, _ stage: Site.Stage) {
    guard let node = world.cluster.node(id) else { return end(Outcome(.failed, "no such node")) }
    if effect.isReattachment {
      return world.hosts.reattach(effect.id) { [self] outcome in judge(outcome, node, stage) }
    }
    guard stage == .stop else { return start(node, stage) }
    read(id) { [self] readout in
      guard let pulse = readout.pulse else { return end(Outcome(.refused, "it could not be read right before")) }
      if let mismatch = mismatch(id, pulse) { return end(Outcome(.refused, mismatch)) }
      start(node, stage)
    }
  }

  /// Once for all nodes of a host, each of which has to be down.
  private func changeHost(_ ids: [NodeID], _ stage: Site.Stage) {
    guard let node = ids.first.flatMap(world.cluster.node) else { return end(Outcome(.failed, "no such node")) }
    if effect.isReattachment { return world.hosts.reattach(effect.id) { [self] outcome in end(outcome) } }
    findDown(ids[...]) { [self] running in
      if let running { return end(Outcome(.refused, "nothing was begun: \(running)")) }
      start(node, stage)
    }
  }

  private func findDown(_ ids: ArraySlice<NodeID>, then: @escaping (String?) -> Void) {
    guard let id = ids.first else { return then(nil) }
    read(id) { [self] readout in
      if let pulse = readout.pulse { return then("\(id) runs there, a \(pulse.role.rawValue)") }
      guard readout.failure?.kind == .refused else { return then("\(id) is not known to be down") }
      findDown(ids.dropFirst(), then: then)
    }
  }

  private func start(_ node: SimulatedNode, _ stage: Site.Stage) {
    // The holder is there a few milliseconds after it is asked for; before that a dead wizard leaves nothing behind.
    world.agenda.after(world.random.milliseconds(1...8)) { [self] in
      guard wizard.isAlive else { return }
      let bound = effect.action.bound(in: world.setup)
      world.hosts.run(effect.id, node, stage, bound: bound) { [self] outcome in judge(outcome, node, stage) }
    }
  }

  /// A start is done when somebody listens.
  private func judge(_ outcome: Outcome, _ node: SimulatedNode, _ stage: Site.Stage) {
    guard stage == .start, outcome.kind == .done else { return end(outcome) }
    listen(node, until: world.agenda.now + .seconds(30), outcome)
  }

  private func listen(_ node: SimulatedNode, until deadline: Instant, _ outcome: Outcome) {
    guard wizard.isAlive else { return }
    if node.process != nil { return end(outcome) }
    guard world.agenda.now < deadline else {
      return end(Outcome(.failed, "the start command ended well, but nobody listens on \(node.address)"))
    }
    world.agenda.after(.milliseconds(50)) { [self] in listen(node, until: deadline, outcome) }
  }

  private func setAside(_ id: NodeID) {
    world.agenda.after(world.random.milliseconds(1...20)) { [self] in
      guard wizard.isAlive, let node = world.cluster.node(id) else { return }
      guard node.process == nil else { return end(Outcome(.refused, "a server is running there")) }
      node.saved = nil
      end(Outcome(.done))
    }
  }

  // MARK: - Hand-over and drain

  private func handOver(_ from: NodeID, _ to: NodeID) {
    read(from) { [self] primary in
      read(to) { [self] candidate in
        guard let old = primary.pulse, let new = candidate.pulse, let view = primary.view, let info = new.cluster else {
          return end(Outcome(.refused, "one side could not be read right before the command"))
        }
        if let mismatch = mismatch(to, new) ?? mismatch(from, old) { return end(Outcome(.refused, mismatch)) }
        guard world.scenario.mutation == .noIdentity || isEligible(from, to, old, new, view) else {
          return end(Outcome(.refused, "the candidate is not a linked replica in sync that its primary sees"))
        }
        let epoch = max(info.currentEpoch, old.cluster?.currentEpoch ?? 0)
        send(to, ["CLUSTER", "FAILOVER"]) { [self] exchange in
          switch exchange {
          case .reply(.text): watch(from, to, epoch, until: world.agenda.now + .seconds(7))
          case .reply(.error(let text)): end(Outcome(.refused, "CLUSTER FAILOVER: \(text)"))
          case .reply(.refused), .notSent: end(Outcome(.refused, "CLUSTER FAILOVER: not connected"))
          case .reply, .lost: end(Outcome(.unknown, "CLUSTER FAILOVER: no reply"))
          }
        }
      }
    }
  }

  private func isEligible(_ from: NodeID, _ to: NodeID, _ old: Pulse, _ new: Pulse, _ view: ClusterView) -> Bool {
    guard old.role == .primary, new.role == .replica, let upstream = new.replication.upstream, upstream.linkUp,
      !upstream.syncInProgress, let own = view.member(to)
    else { return false }
    let lag = old.replication.offset - upstream.offset
    return own.role == .replica && own.primary == from && own.looksHealthy && lag <= world.setup.options.lagBound
  }

  private func watch(_ from: NodeID, _ to: NodeID, _ epoch: Int, until deadline: Instant) {
    guard world.agenda.now < deadline else {
      return end(Outcome(.failed, "the replica was not promoted within 7 s; the old primary keeps serving"))
    }
    read(to) { [self] candidate in
      let claims = candidate.pulse?.role == .primary && (candidate.pulse?.cluster?.myEpoch ?? 0) > epoch
      guard claims else { return watchOn(from, to, epoch, deadline) }
      read(from) { [self] old in
        if old.pulse?.role == .replica, old.view?.member(to)?.role == .primary {
          return end(Outcome(.done, evidence: ["epoch": String(candidate.pulse?.cluster?.myEpoch ?? 0)]))
        }
        watchOn(from, to, epoch, deadline)
      }
    }
  }

  private func watchOn(_ from: NodeID, _ to: NodeID, _ epoch: Int, _ deadline: Instant) {
    world.agenda.after(.milliseconds(15)) { [self] in
      if wizard.isAlive { watch(from, to, epoch, until: deadline) }
    }
  }

  private func drain(_ id: NodeID, since: Instant, quietSince: Instant?, calls: Int?) {
    guard let node = world.cluster.node(id) else { return end(Outcome(.failed, "no such node")) }
    if world.scenario.mutation == .noDrain { return end(Outcome(.done)) }
    let now = world.agenda.now
    guard let process = node.process else { return end(Outcome(.failed, "the old primary could not be read")) }
    let quiet = calls == process.movedCalls && !world.clients.areCalling(node) ? quietSince ?? now : now
    if now - quiet >= .milliseconds(150), calls != nil { return end(Outcome(.done)) }
    guard now - since < .seconds(5) else { return end(Outcome(.done, "clients still called it after 5 s")) }
    world.agenda.after(.milliseconds(20)) { [self] in
      if wizard.isAlive { drain(id, since: since, quietSince: quiet, calls: process.movedCalls) }
    }
  }
}
