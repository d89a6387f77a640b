// Every command that is ever sent to a server, as data: what for, and how each that the run rests on is rehearsed.

/// One command of the run.
package struct ServerCommand: Hashable, Sendable {
  package enum Purpose: String, Hashable, Sendable, CaseIterable {
    /// Said on every new connection.
    case introduction
    /// Without it nothing is known, and nothing is done.
    case reading
    /// More is known with it; a check that is without it says so.
    case looking
    /// It changes something, at a step of the plan.
    case acting
    /// It asks whether another one is allowed.
    case rehearsing
    /// The client probe, which is a question of its own.
    case probing
  }

  /// How it is found out beforehand that it may be sent.
  enum Trial: Hashable, Sendable {
    /// By sending it, as it only reads.
    case itself([String])
    /// `ACL DRYRUN` with the words that the run would send, else with one that it does not know.
    case rehearsal(real: [String], misspelt: [String])
    /// Not beforehand: the run does without it.
    case none
  }

  /// The words that decide: `CLUSTER FAILOVER`, `INFO`.
  package let words: [String]
  package let purpose: Purpose
  /// What it is for, in a few words.
  package let reason: String
  let trial: Trial
  private let place: Place

  /// Where it is sent at all.
  fileprivate enum Place {
    case everywhere, clusters, replication, plain
    /// To servers over which Sentinels watch.
    case watched
    /// And to those whose writers wait until a command of the profile has moved the clients' address.
    case held
    /// To the Sentinels themselves, which know nothing of the servers' users.
    case sentinels
    /// Outside of clusters, to servers that know `FAILOVER`.
    case modernReplication
    /// And to those that do not.
    case oldReplication
    /// To servers whose backups come over the replication stream.
    case streams
    /// To databases of Redis Enterprise Software.
    case databases
  }

  fileprivate init(
    _ text: String, _ purpose: Purpose, _ reason: String, _ trial: Trial = .none, _ place: Place = .everywhere
  ) {
    self.place = place
    words = text.split(separator: " ").map(String.init)
    self.purpose = purpose
    self.reason = reason
    self.trial = trial
  }

  /// Whether it is sent to servers of a deployment, the releases of which are told.
  func isSent(
    to kind: DeploymentKind, _ releases: some Collection<Release>, streams: Bool = false, switches: Bool = false
  ) -> Bool {
    switch place {
    case .everywhere: true
    case .clusters: !kind.isPlain
    case .plain: kind.isPlain
    case .replication: kind.isReplicated
    case .watched: kind == .sentinel
    case .held:
      kind == .sentinel
        || (kind == .replication && switches && releases.contains(where: Setup.keepsPauseOverFailover))
    case .sentinels: false
    case .oldReplication: kind == .replication && !releases.allSatisfy { $0.descends(from: Version(6, 2, 0)) }
    case .databases: kind == .enterprise
    case .streams: streams && kind != .enterprise
    case .modernReplication: kind == .replication && releases.allSatisfy { $0.descends(from: Version(6, 2, 0)) }
    }
  }

  fileprivate var isForSentinels: Bool { place == .sentinels }

  package var title: String { words.joined(separator: " ") }
  /// In the words of ACL: `cluster|failover`.
  package var key: String { words.map { $0.lowercased() }.joined(separator: "|") }
}

package enum ServerCommands {
  /// In the order in which a run comes to need them. A test holds this equal to what the source sends.
  package static let all: [ServerCommand] = [
    ServerCommand("PING", .introduction, "is a password asked for, on a connection that has none"),
    ServerCommand("CLIENT SETNAME", .introduction, "our name in CLIENT LIST, so that nobody starts a second run"),
    ServerCommand("INFO", .reading, "role, offsets, data, version, what was called", .itself([])),
    ServerCommand("CLUSTER INFO", .reading, "what the node says of the cluster", .itself([]), .clusters),
    ServerCommand("CLUSTER NODES", .reading, "what the node sees of the others", .itself([]), .clusters),
    ServerCommand(
      "CONFIG GET", .reading, "settings, and the originals of temporary ones", .itself(["cluster-node-timeout"])),
    ServerCommand("CLIENT LIST", .reading, "is another run at work", .itself([])),
    ServerCommand("PUBSUB NUMSUB", .reading, "does a Sentinel listen", .itself(["__sentinel__:hello"]), .plain),
    ServerCommand("SUBSCRIBE", .looking, "who are the Sentinels that listen", .none, .plain),
    ServerCommand("TIME", .looking, "do the clocks agree"),
    ServerCommand("ACL LIST", .looking, "are there the same users afterwards"),
    ServerCommand("MODULE LIST", .looking, "which modules are loaded"),
    ServerCommand("ACL WHOAMI", .rehearsing, "for whom to rehearse"),
    ServerCommand("ACL DRYRUN", .rehearsing, "may we do this, from 7.0 on"),
    ServerCommand(
      "CONFIG SET", .acting, "temporary settings, and back",
      .rehearsal(real: ["cluster-require-full-coverage", "no"], misspelt: ["no-such-directive", "x"])),
    ServerCommand("BGSAVE", .acting, "the backup", .rehearsal(real: [], misspelt: ["bogus"])),
    ServerCommand("REPLCONF", .acting, "the backup over the replication stream", .none, .streams),
    ServerCommand("SYNC", .acting, "the backup over the replication stream", .none, .streams),
    ServerCommand("CLUSTER FAILOVER", .acting, "the hand-over", .rehearsal(real: [], misspelt: ["bogus"]), .clusters),
    ServerCommand(
      "FAILOVER", .acting, "the hand-over", .rehearsal(real: [], misspelt: ["bogus"]), .modernReplication),
    ServerCommand(
      "CLIENT PAUSE", .acting, "the hand-over: writes wait, until the profile's switch is done or under Sentinels",
      .rehearsal(real: ["1", "WRITE"], misspelt: ["bogus"]), .held),
    ServerCommand("CLIENT UNPAUSE", .acting, "they go on", .rehearsal(real: [], misspelt: ["bogus"]), .held),
    ServerCommand(
      "CLIENT KILL", .acting, "clients of the old primary ask the Sentinels anew",
      .rehearsal(real: ["127.0.0.1:1"], misspelt: ["bogus"]), .watched),
    ServerCommand("SENTINEL MASTERS", .reading, "whom a Sentinel watches, and what it says of them", .none, .sentinels),
    ServerCommand("SENTINEL REPLICAS", .reading, "whom it could promote", .none, .sentinels),
    ServerCommand("SENTINEL SENTINELS", .reading, "whom it agrees with", .none, .sentinels),
    ServerCommand("SENTINEL CKQUORUM", .reading, "could they agree on a failover", .none, .sentinels),
    ServerCommand("SENTINEL FLUSHCONFIG", .acting, "it keeps what it knows over its restart", .none, .sentinels),
    ServerCommand("PSUBSCRIBE", .looking, "how far has their failover come", .none, .sentinels),
    ServerCommand("SENTINEL FAILOVER", .acting, "the hand-over under Sentinels", .none, .sentinels),
    ServerCommand("MULTI", .acting, "the hand-over before 6.2", .none, .oldReplication),
    ServerCommand("EVAL", .acting, "the hand-over before 6.2: everybody waits", .none, .oldReplication),
    ServerCommand("EXEC", .acting, "the hand-over before 6.2", .none, .oldReplication),
    ServerCommand(
      "REPLICAOF", .acting, "whom a server follows",
      .rehearsal(real: ["127.0.0.1", "6379"], misspelt: ["bogus", "bogus"]), .replication),
    ServerCommand(
      "CONFIG REWRITE", .acting, "its next start has the role that it has now",
      .rehearsal(real: [], misspelt: ["bogus"]), .replication),
    ServerCommand(
      "SHUTDOWN", .acting, "the stop, unless the profile does it", .rehearsal(real: [], misspelt: ["bogus"])),
    ServerCommand("INCR", .probing, "a numbered write"),
    ServerCommand("EXPIRE", .probing, "its keys go by themselves"),
    ServerCommand("ASKING", .probing, "after a redirection to a slot on the move"),
    ServerCommand("DEL", .probing, "its keys are taken away"),
    ServerCommand("DBSIZE", .looking, "are the keys of a database the same afterwards", .none, .databases),
  ]

  /// Those that a run sends to Sentinels, which have users of their own or none.
  package static func sentToSentinels(stopsByCommand: Bool) -> [ServerCommand] {
    let alike =
      [["PING"], ["CLIENT", "SETNAME"], ["INFO"], ["CLIENT", "LIST"]] + (stopsByCommand ? [] : [["SHUTDOWN"]])
    return all.filter { $0.isForSentinels || alike.contains($0.words) }
  }

  /// The keys of the client probe.
  package static let probeKeys = "redis-upgrade:probe:"

  /// Those that a run sends to a deployment of these releases; without `SHUTDOWN` where the profile stops servers.
  package static func sent(
    stopsByCommand: Bool, to kind: DeploymentKind = .cluster, _ releases: some Collection<Release> = [Release](),
    streams: Bool = false, switches: Bool = false
  ) -> [ServerCommand] {
    all.filter {
      !(stopsByCommand && $0.words == ["SHUTDOWN"])
        && $0.isSent(to: kind, releases, streams: streams, switches: switches)
    }
  }
}

/// The rules of a user of its own for a run, and no more than that.
package struct RunUser: Hashable, Sendable {
  /// As `ACL SETUSER` takes them, in its order; empty where a server of the deployment has no users.
  package let rules: [String]
  /// Why there are none.
  package let why: String

  /// - Parameter releases: of every node, now; the target reads the same line at its first start.
  package init(
    releases: some Collection<Release>, stopsByCommand: Bool, kind: DeploymentKind = .cluster, streams: Bool = false,
    switches: Bool = false
  ) {
    guard let oldest = releases.filter({ !$0.descends(from: Version(6, 0, 0)) }).min(by: { $0.version < $1.version })
    else {
      // Before 6.2 there is no word for channels, and 7.0 lets a user without one use none.
      let knowsChannels = releases.allSatisfy { $0.descends(from: Version(6, 2, 0)) }
      rules =
        ["resetkeys", "~\(ServerCommands.probeKeys)*"] + (knowsChannels ? ["resetchannels"] : []) + ["-@all"]
        + ServerCommands.sent(
          stopsByCommand: stopsByCommand, to: kind, releases, streams: streams, switches: switches
        ).map { "+\($0.key)" }
      why = ""
      return
    }
    rules = []
    why = "\(oldest.title) has no users: whoever has its password may do everything"
  }

  /// A line to paste, to be completed with a password.
  package func command(_ name: String) -> String? {
    rules.isEmpty ? nil : "ACL SETUSER \(name) on >PASSWORD \(rules.joined(separator: " "))"
  }
}
