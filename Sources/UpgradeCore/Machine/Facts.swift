// What no reading can tell: what was wanted, granted, done, and what is still to be put back.

/// Whether the run goes on or is being brought to an orderly end.
package enum Mode: String, Hashable, Sendable {
  case upgrade
  /// Finish what is open, put every temporary change back, go no further.
  case windDown = "wind-down"
  /// The window ends: as winding down, and a later `resume` goes on.
  case pause
}

/// What the run is to reach; going back is a change of goals, through the same procedure.
package struct Goals: Hashable, Sendable {
  package var mode: Mode
  package var want: [NodeID: Release]
  package init(mode: Mode = .upgrade, want: [NodeID: Release]) {
    self.mode = mode
    self.want = want
  }

  /// Takes the version that a node runs for the one that is wanted, on it and on whoever has its software.
  mutating func leave(_ node: NodeID, on release: Release?, _ setup: Setup) {
    guard let release else { return }
    for node in setup.companions(of: node, in: .rollback) { want[node] = release }
  }
}

/// Which directive of which node was changed for the time of the run.
package struct LedgerKey: Hashable, Comparable, Sendable {
  package let node: NodeID
  package let directive: String
  package init(_ node: NodeID, _ directive: String) {
    self.node = node
    self.directive = directive
  }
  package static func < (left: LedgerKey, right: LedgerKey) -> Bool {
    (left.node, left.directive) < (right.node, right.directive)
  }
}

/// One temporary change. Its schema never changes: `cleanup` of any later version has to read it.
package struct LedgerEntry: Hashable, Sendable {
  package enum Standing: String, Hashable, Sendable {
    case open
    /// Put back by us, or found at its original value.
    case closed
    /// Somebody changed it to a third value, and the operator left it so.
    case left
  }
  package var address: Address
  package var original: String
  package var ours: String
  package var standing: Standing
  package init(address: Address, original: String, ours: String, standing: Standing) {
    self.address = address
    self.original = original
    self.ours = ours
    self.standing = standing
  }
}

/// All that only the journal knows.
package struct Facts: Hashable, Sendable {
  package var goals: Goals
  package var done: Set<StepKey> = []
  package var failed: [StepKey: Int] = [:]
  /// Nodes that are out, each from its stop to back in sync. We never stop a second one of a shard, but the servers may
  /// move one there that is out.
  package var out: Set<NodeID> = []
  /// Nodes whose process we have ended and that have not rejoined yet.
  package var stopped: Set<NodeID> = []
  package var installed: [NodeID: Release] = [:]
  /// Hosts on which one command for all nodes was begun to change their software, and was not taken back since.
  package var altered: Set<String> = []
  package var ledger = Ledger()
  /// Nodes that were primary until our hand-over, and have to be drained before they are stopped.
  package var demoted: Set<NodeID> = []
  /// Shards whose first hand-over to a node of the new version has happened.
  package var promoted: Set<ShardID> = []
  /// Nodes that followed the new version on an old one that misses writes of it: they take all data anew.
  package var incomplete: Set<NodeID> = []
  /// Outside of clusters: whom a node follows since we told it; the others follow whom they did at the start.
  package var follows: [NodeID: NodeID] = [:]
  /// Outside of clusters: nodes whose configuration says the role that they have.
  package var savedRoles: Set<NodeID> = []
  /// Outside of clusters: the new primary to which the site's command has not moved the clients' address yet.
  package var switchDue: NodeID?
  /// The temporary server is the primary.
  package var temporaryServes = false
  /// The temporary server ended by itself, and the operator goes on without it.
  package var temporaryIsLost = false
  /// Where data of a temporary server was kept that ended while it was the primary.
  package var temporaryKept: String?
  /// Keys that a node held when we stopped it, and how many of them carried an expiry.
  package var keysAtStop: [NodeID: KeyCount] = [:]
  /// How long the data of a node took when they were backed up and the wanted version was tried with them.
  package var times: [NodeID: MeasuredTimes] = [:]
  /// Gates that the operator set aside, each for one step.
  package var overridden: [Gate: StepKey] = [:]
  package var overrideNotes: [String] = []
  /// Nodes of Redis Enterprise Software on which an installer has gone further than its questions.
  package var begun: Set<NodeID> = []
  /// Steps about things that the operator wants to stay as they are: databases, settings that stay.
  package var left: Set<StepKey> = []
  /// Whether the operator agreed to the client probe.
  package var probing = false
  /// Client errors and lost writes that the operator has seen and gone on after.
  package var budgetSpent = 0

  package init(goals: Goals) { self.goals = goals }

  package var openLedger: [LedgerKey] { ledger.open }
  package var leftDatabases: Set<Int> {
    Set(left.compactMap { if case .database(let number) = $0.object { number } else { nil } })
  }
  package func isOut(_ node: NodeID) -> Bool { out.contains(node) }
}

extension Facts {
  /// What tells the times of a node among the evidence of a backup.
  package static let timesWord = "times"
  /// What tells where data was kept among the evidence of a removal.
  package static let keptWord = "kept"

  /// What an intent opens: from here to its rejoin the node is out.
  mutating func begin(_ step: StepKey, _ setup: Setup) {
    // An installer of Redis Enterprise Software stops the node's services by itself.
    let takesOut: Verb = setup.enterprise == nil ? .stop : .install
    if step.verb == .startTemporary, case .node(let node) = step.object {
      // A member that has never been in sync.
      out.insert(node)
      stopped.insert(node)
      goals.want[node] = setup.to
    }
    if step.verb == takesOut, case .node(let node) = step.object { out.insert(node) }
    if step.verb == .install, case .host(let host) = step.object { altered.insert(host) }
  }

  /// What an achieved step leaves behind; one function for the live run, the replay and the plan.
  ///
  /// `runs`: which release a node is known to run.
  mutating func achieve(
    _ step: StepKey, _ action: Action, _ outcome: Outcome?, _ setup: Setup, runs: (NodeID) -> Release?
  ) {
    done.insert(step)
    failed[step] = nil
    overridden = overridden.filter { $0.value != step }
    switch action {
    case .host(let node, .switchOver): if switchDue == node { switchDue = nil }
    case .host(let node, .temporaryStop):
      leave(node)
      temporaryKept = outcome?.evidence[Self.keptWord] ?? temporaryKept
    case .follow(let node, let primary):
      if node == primary { temporaryServes = setup.isTemporary(node) }
      follows[node] = node == primary ? nil : primary
      if node == primary { demoted.remove(node) }
      savedRoles.remove(node)
    case .saveRole(let node): savedRoles.insert(node)
    case .host(let node, .install): installed[node] = setup.to
    case .host(let node, .rollback): installed[node] = setup.node(node)?.release
    case .hostWide(let stage, let nodes):
      for node in nodes { installed[node] = stage == .install ? setup.to : setup.node(node)?.release }
      if stage == .rollback, case .host(let host) = step.object { altered.remove(host) }
    case .shutDown(let node, _), .host(let node, .stop):
      stopped.insert(node)
      demoted.remove(node)
      done.remove(StepKey(.setAside, .node(node)))
      noteMissedWrites(node, setup)
      if let keys = outcome?.evidence["keys"].flatMap({ Int($0) }) {
        keysAtStop[node] = KeyCount(keys: keys, expiring: outcome?.evidence["expiring"].flatMap { Int($0) } ?? 0)
      }
    case .backUp(let nodes):
      for node in nodes {
        times[node] = outcome?.evidence["\(setup.address(node)) \(Self.timesWord)"].flatMap(MeasuredTimes.init)
      }
    case .watch(let node):
      out.remove(node)
      begun.remove(node)
      stopped.remove(node)
      incomplete.remove(node)
    case .handOver(let shard, let from, let to):
      demoted.insert(from)
      demoted.remove(to)
      temporaryServes = setup.isTemporary(to)
      if setup.kind.isPlain {
        follows[from] = to
        savedRoles.subtract([from, to])
        switchDue = to
      }
      // Between two nodes of the old version a shard has only moved.
      if runs(to).map({ $0 == setup.to }) ?? true { promoted.insert(shard) }
    case .drain(let node): demoted.remove(node)
    case .configure(let node, let settings):
      for setting in settings { ledger[LedgerKey(node, setting.directive)]?.standing = .open }
    case .restore(let node, _):
      for key in ledger.open(of: node) { ledger[key]?.standing = .closed }
      // A role that was saved meanwhile was saved with what was ours beside it.
      savedRoles.remove(node)
    default: break
    }
  }

  /// What taking reality as it is means for a problem about one node.
  mutating func adopt(_ problem: Problem, _ setup: Setup) {
    guard case .node(let node) = problem.object else { return }
    // It comes back with what it had, which others have gone beyond, or with nothing: never by itself.
    if setup.isTemporary(node), problem.name == ClusterProblem.nodeDown { temporaryIsLost = true }
    guard !setup.isTemporary(node) else { return }
    switch problem.name {
    case ClusterProblem.nodeDown:
      out.insert(node)
      stopped.insert(node)
      noteMissedWrites(node, setup)
    case ClusterProblem.settingChanged:
      for key in ledger.open(of: node) { ledger[key]?.standing = .left }
    default: break
    }
  }

  /// A node that is down now, and followed the new version while it ran the old one.
  private mutating func noteMissedWrites(_ node: NodeID, _ setup: Setup) {
    guard setup.missesWrites(node), installed[node] != setup.to, let shard = setup.shard(of: node),
      promoted.contains(shard.id)
    else { return }
    incomplete.insert(node)
  }

  /// Roles that others changed leave the same behind as a hand-over of ours: a primary that clients may still call,
  /// and a shard that the new version may have written to.
  mutating func adopt(role: Role, of node: NodeID, on release: Release, was old: Role?, _ setup: Setup) {
    guard let old, old != role else { return }
    savedRoles.remove(node)
    if setup.isTemporary(node) { temporaryServes = role == .primary }
    if role == .replica {
      demoted.insert(node)
    } else {
      demoted.remove(node)
      if release == setup.to, let shard = setup.shard(of: node) { promoted.insert(shard.id) }
    }
  }

  /// The temporary server is gone: nothing is known of it, and another may be started.
  private mutating func leave(_ node: NodeID) {
    out.remove(node)
    stopped.remove(node)
    demoted.remove(node)
    savedRoles.remove(node)
    follows[node] = nil
    goals.want[node] = nil
    if switchDue == node { switchDue = nil }
    (temporaryServes, temporaryIsLost) = (false, false)
  }

  /// Treats a node that came back on a wrong version as one that was not begun: stopped and installed once more.
  mutating func beginAgain(_ node: NodeID) {
    stopped.remove(node)
    installed[node] = nil
    out.remove(node)
  }

  func isPromoted(_ node: NodeID, _ setup: Setup) -> Bool {
    setup.shard(of: node).map { promoted.contains($0.id) } ?? false
  }

  /// Nothing more is upgraded: a node whose new software is not on yet goes back up with its old one.
  mutating func windDown(_ setup: Setup) {
    goals.mode = .windDown
    guard setup.site.has(.install) else { return }
    for node in out where stopped.contains(node) && installed[node] != setup.to {
      // What one of them cannot go back from, none does.
      let companions = setup.companions(of: node, in: .rollback)
      let isBound = setup.wayBackNarrows && companions.contains { isPromoted($0, setup) }
      if !isBound { for node in companions { goals.want[node] = setup.node(node)?.release } }
    }
  }
}

/// A node's number of keys.
package struct KeyCount: Hashable, Sendable {
  package var keys: Int
  package var expiring: Int
  package init(keys: Int, expiring: Int) {
    self.keys = keys
    self.expiring = expiring
  }
}

/// All that a procedure may look at.
package struct Situation: Hashable, Sendable {
  package var setup: Setup
  package var snapshot: Snapshot
  package var facts: Facts
  package init(setup: Setup, snapshot: Snapshot, facts: Facts) {
    self.setup = setup
    self.snapshot = snapshot
    self.facts = facts
  }

  /// Whether we have a node out of service: a stop that turned out not to have happened leaves it in.
  package func isOut(_ node: NodeID) -> Bool {
    facts.isOut(node) && (facts.stopped.contains(node) || snapshot[node].view == nil)
  }

  /// Why a node cannot be put back on its old version; nil where it can.
  func obstacleToRollBack(_ node: NodeID) -> String? {
    let old = setup.node(node)?.release.description ?? "the old version"
    guard setup.site.has(.rollback) else { return "the profile has no rollback command" }
    guard setup.wayBackNarrows else { return nil }
    let companions = setup.companions(of: node, in: .rollback)
    for member in companions {
      guard let shard = setup.shard(of: member) else { continue }
      let others = member == node ? "" : "\(setup.address(member)) goes back with it, and "
      if facts.promoted.contains(shard.id) {
        let its = member == node ? "its" : "that one's"
        return "\(others)\(its) shard already has a primary of the new version, which \(old) cannot follow"
      }
      let primary = snapshot.primary(of: shard)
      if facts.installed[member] == setup.to, primary == nil || primary == member {
        let this = member == node ? "this one" : "that one"
        return "\(others)no other node is seen to serve \(shard.id), and what \(this) holds may no longer be readable "
          + "for \(old)"
      }
    }
    return nil
  }
}
