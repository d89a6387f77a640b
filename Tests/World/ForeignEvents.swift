// What others do to the cluster while it is upgraded: restarts, failovers, settings, cut lines, frozen hosts.

import UpgradeCore

/// Others at work, until the world is to be well.
final class ForeignEvents {
  private unowned let world: World
  private var random: Randomness
  private(set) var count = 0
  var isOver = false

  init(_ world: World) {
    self.world = world
    random = Randomness(seed: world.scenario.seed, for: "others")
    if let mean = world.scenario.faults.foreign { wait(mean) }
  }

  private func wait(_ mean: Duration) {
    let least = Int(mean.seconds * 300)
    world.agenda.after(random.milliseconds(least...least * 5)) { [unowned self] in
      guard !isOver else { return }
      act()
      wait(mean)
    }
  }

  private func act() {
    guard let node = random.pick(world.cluster.nodes) else { return }
    let cluster = world.cluster
    count += 1
    switch random.number(0...9) {
    case 0, 1: restart(node)
    case 2:
      note(node, "is killed")
      guard node.process != nil else { return }
      cluster.end(node, saving: false, by: .others)
      // Its supervisor brings it back, unless nobody is there to.
      if random.chance(0.6) { bringBack(node, after: random.milliseconds(500...60000)) }
    case 3, 4:
      guard node.claim.role == .replica, node.process.map({ !$0.isLoading }) == true else { return }
      note(node, "is told to take over")
      _ = cluster.failOver(node, by: .others)
    case 5:
      let directive = random.pick(["cluster-require-full-coverage", "cluster-allow-replica-migration"]) ?? ""
      let value = random.chance(0.5) ? "yes" : "no"
      guard node.process.map({ !$0.isLoading }) == true else { return }
      note(node, "gets \(directive) \(value)")
      _ = cluster.command(node.id, ["CONFIG", "SET", directive, value], by: .others)
    case 6:
      note(node, "loses its replication link")
      cluster.cutLink(node, for: random.milliseconds(1000...30000))
    case 7:
      note(node, "is frozen")
      node.frozenUntil = world.agenda.now + random.milliseconds(500...8000)
    case 8:
      note(node, "falls behind")
      node.replicationDelay = random.milliseconds(200...8000)
      world.agenda.after(random.milliseconds(2000...30000)) { node.replicationDelay = .milliseconds(5) }
    default:
      note(node, "cannot be reached from here")
      node.wizardCutUntil = world.agenda.now + random.milliseconds(500...20000)
    }
  }

  private func note(_ node: SimulatedNode, _ text: String) {
    world.witness.othersTouched(node)
    world.witness.note("\(node.port) \(text)", by: .others)
  }

  private func restart(_ node: SimulatedNode) {
    guard node.process != nil else { return }
    note(node, "is restarted")
    world.cluster.end(node, saving: true, by: .others)
    bringBack(node, after: random.milliseconds(50...2000))
  }

  private func bringBack(_ node: SimulatedNode, after delay: Duration) {
    world.agenda.after(delay) { [unowned self] in
      guard node.process == nil else { return }
      note(node, "is started")
      world.cluster.start(node, by: .others)
    }
  }

  /// The weather clears: whatever others left down is brought back by them.
  func heal() {
    isOver = true
    let now = world.agenda.now
    for node in world.cluster.nodes {
      node.frozenUntil = min(node.frozenUntil, now)
      node.linkCutUntil = min(node.linkCutUntil, now)
      node.wizardCutUntil = min(node.wizardCutUntil, now)
      node.replicationDelay = .milliseconds(5)
      node.savesFail = false
      if node.process == nil, node.endedBy == .others { bringBack(node, after: random.milliseconds(100...5000)) }
    }
  }
}
