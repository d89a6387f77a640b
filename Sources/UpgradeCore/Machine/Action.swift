// What a step does to the world, as a value: exact, bounded, and with a rule that tells from readings whether it happened.

/// One directive of one server, and the value that it gets.
package struct Setting: Hashable, Sendable {
  package var directive: String
  package var value: String
  package init(_ directive: String, _ value: String) {
    self.directive = directive
    self.value = value
  }
}

/// What is done to the world. Nodes named here were identified at the start; their identity is checked again right before.
package enum Action: Hashable, Sendable {
  /// `CONFIG SET` on a node, each directive in the ledger first.
  case configure(NodeID, [Setting])
  /// `CONFIG SET` back to what the ledger says, where the present value is still ours.
  case restore(NodeID, [Setting])
  /// `BGSAVE` awaited on each node, the file linked or copied where the profile reaches the host, its ends read; then,
  /// where the profile says where the wanted version's program is, it is tried with the file and the configuration. With
  /// `Site.streamsBackups` what a full sync (`SYNC`) sends is the file.
  case backUp([NodeID])
  /// The profile's command for a stage on the node's host, under a holder that outlives the wizard.
  case host(NodeID, Site.Stage)
  /// The profile's command for a stage, once for these nodes of one host together, all of which are down; held as well.
  case hostWide(Site.Stage, [NodeID])
  /// `SHUTDOWN`; `save` says whether with a last save.
  case shutDown(NodeID, save: Bool)
  /// The data files of a node that is down, written in a format that the old version cannot read, are moved aside.
  case setAside(NodeID)
  /// `CLUSTER FAILOVER`, sent to the replica `to`, watched until epoch and peers confirm it.
  case handOver(ShardID, from: NodeID, to: NodeID)
  /// `REPLICAOF`, sent to a server outside of a cluster: it follows another one from then on.
  case follow(NodeID, primary: NodeID)
  /// `CONFIG REWRITE`: the role that a server outside of a cluster has now is the one that it starts with.
  case saveRole(NodeID)
  /// The old primary is left running until nobody calls it, within a bound.
  case drain(NodeID)
  /// Nothing is done: the step ends when its own `achieved` says so.
  case watch(NodeID)
  /// Nothing is done but to ask.
  case confirm(QuestionKind)
  /// A command of the vendor's own programs on a node's host, about the whole cluster or a database; held as well.
  case errand(NodeID, Enterprise.Errand)
}

/// Whether an action whose fate is not known may be issued once more.
package enum Reissue: Hashable, Sendable {
  /// Doing it twice is the same as doing it once.
  case idempotent
  /// Only after fresh readings said that it did not happen.
  case probeFirst
}

extension Action {
  /// The nodes that it changes.
  package var touches: [NodeID] {
    switch self {
    case .configure(let node, _), .restore(let node, _), .host(let node, _), .shutDown(let node, _),
      .setAside(let node), .drain(let node), .errand(let node, _), .saveRole(let node):
      [node]
    case .follow(let node, let primary): node == primary ? [node] : [node, primary]
    case .handOver(_, let from, let to): [from, to]
    case .hostWide(_, let nodes): nodes
    case .backUp, .watch, .confirm: []
    }
  }

  /// Whether the conductor has anything to do for it.
  package var hasEffect: Bool {
    switch self {
    case .watch, .confirm: false
    default: true
    }
  }

  /// Whether it runs under the holder, and so goes on when nobody watches.
  package var isHeld: Bool {
    switch self {
    case .host, .hostWide, .errand: true
    default: false
    }
  }

  /// Whether it may take a node out of service or move a role.
  package var isDisruptive: Bool {
    switch self {
    case .host, .hostWide, .shutDown, .setAside, .handOver, .errand, .follow: true
    case .configure, .restore, .backUp, .drain, .watch, .confirm, .saveRole: false
    }
  }

  var isHandOver: Bool {
    if case .handOver = self { true } else { false }
  }

  package var reissue: Reissue {
    switch self {
    case .configure, .restore, .backUp, .drain, .watch, .confirm, .setAside, .follow, .saveRole: .idempotent
    case .host, .hostWide, .shutDown, .handOver, .errand: .probeFirst
    }
  }

  /// How long the conductor may take for it before the outcome is "unknown".
  package func bound(in setup: Setup) -> Duration {
    switch self {
    case .configure, .restore, .follow, .saveRole: .seconds(10)
    // A trial reads everything twice more, the nodes of a host in turn.
    case .backUp: .seconds(setup.site.has(.program) ? 14_400 : 3600)
    case .host(_, let stage), .hostWide(let stage, _): setup.site.bounds[stage] ?? .seconds(600)
    case .shutDown: .seconds(90)
    case .setAside: .seconds(30)
    case .handOver: setup.kind == .sentinel ? .seconds(30) : .seconds(8)
    case .drain: .seconds(10)
    case .watch: setup.options.backWithin
    case .confirm: .zero
    case .errand(_, let errand): errand.bound
    }
  }

  /// How long it can still act when nobody watches: nothing on its objects is issued or judged before that is over.
  ///
  /// A manual failover lives at most 5 s on the replica and pauses the primary for at most 10 s
  /// (`CLUSTER_MF_TIMEOUT`, redis 7.0 cluster.h); outside of clusters the bound is our own (`ReplicaHandOver`).
  package var afterlife: Duration {
    switch self {
    case .handOver: .seconds(11)
    case .shutDown: .seconds(12)
    case .configure, .restore, .follow, .saveRole: .seconds(1)
    case .host, .hostWide, .backUp, .setAside, .drain, .watch, .confirm, .errand: .zero
    }
  }

  /// How long reality may take to show it after its outcome.
  package func calm(in setup: Setup) -> Duration {
    switch self {
    case .shutDown: .seconds(30)
    case .host(_, .start), .host(_, .temporaryStart): setup.options.backWithin
    case .host(_, .stop): .seconds(60)
    // Sentinels tell each other every two seconds, and a hand-over of theirs ends when all replicas have followed.
    case .handOver: setup.kind == .sentinel ? .seconds(60) : .seconds(15)
    case .watch, .follow: setup.options.backWithin
    case .errand: .seconds(120)
    default: .seconds(15)
    }
  }
}

/// One attempt at a step: a late, double or unknown outcome is told apart by it.
package struct EffectID: Hashable, Sendable, CustomStringConvertible {
  package let step: StepKey
  package let attempt: Int
  package init(_ step: StepKey, attempt: Int) {
    self.step = step
    self.attempt = attempt
  }
  package var description: String { "\(step).\(attempt)" }
}

/// Something for the conductor to do, once its records are durable.
package struct Effect: Hashable, Sendable {
  package var id: EffectID
  package var action: Action
  /// The process and the role that each touched node must show right before a destructive command.
  package var identities: [NodeID: Identity]
  /// True after a restart: the holder is asked what became of it; nothing is started.
  package var isReattachment: Bool
  package init(id: EffectID, action: Action, identities: [NodeID: Identity], isReattachment: Bool = false) {
    self.id = id
    self.action = action
    self.identities = identities
    self.isReattachment = isReattachment
  }
}

/// Which process of a node is meant, and in which role it was when that was decided.
package struct Identity: Hashable, Sendable {
  package var runID: String
  package var processID: Int
  /// nil where only the process matters.
  package var role: Role?
  package init(runID: String, processID: Int, role: Role? = nil) {
    self.runID = runID
    self.processID = processID
    self.role = role
  }
}

/// What came of an effect, as far as the one who performed it can tell.
package struct Outcome: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case done
    /// It certainly did not happen.
    case refused
    /// It was tried and went wrong.
    case failed
    /// Nobody knows; readings will tell.
    case unknown
    /// It never began, and cannot begin any more: no failure.
    case lapsed
  }
  package var kind: Kind
  package var sentence: String
  /// Small measured facts: seconds, paths, exit status, epochs.
  package var evidence: [String: String]
  package init(_ kind: Kind, _ sentence: String = "", evidence: [String: String] = [:]) {
    self.kind = kind
    self.sentence = sentence
    self.evidence = evidence
  }
}
