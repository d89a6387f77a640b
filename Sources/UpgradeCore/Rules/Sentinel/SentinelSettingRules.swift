// Whether a group of Sentinels is set up so that an upgrade goes well: checks before the start.

struct SentinelsEnough: GroupRule {
  let name: RuleName = "sentinels-enough"
  let severity = Severity.warning
  let title = "There are three Sentinels or more, on as many hosts, and a majority of them is a quorum"
  let why = "While one of two is restarted, or the host of all is, no failover can be agreed to."
  let reads = "SENTINEL SENTINELS and MASTER: addresses, quorum"
  let remedy = "Add Sentinels on other hosts when there is time; it does not hinder the upgrade."
  let source = "redis.io documentation, High availability with Redis Sentinel: Fundamental things to know"
  let expectedInLab = true

  func judge(_ views: [(node: NodeID, view: SentinelView)], in scene: Scene) -> Verdict {
    let count = scene.setup.sentinels.count
    let hosts = Set(scene.setup.sentinels.compactMap { scene.address($0)?.host }).count
    let quorum = views.compactMap(\.view.group?.quorum).max() ?? 0
    var faults: [String] = []
    if count < 3 { faults.append("there \(count == 1 ? "is" : "are") \(Words.count(count, "Sentinel"))") }
    if hosts < min(count, 3) { faults.append("\(count) of them are on \(Words.count(hosts, "host"))") }
    if count % 2 == 0, count > 2 { faults.append("\(count) is even: two halves can each want another primary") }
    if quorum > count / 2 + 1 {
      faults.append("a quorum of \(quorum) is more than a majority: the last of \(count) to be away are too many")
    }
    guard faults.isEmpty else {
      return .broken(
        saw: faults.joined(separator: "; "), fix: "add Sentinels on other hosts when there is time; quorum 2 of 3")
    }
    return .holds(saw: "\(count) on \(Words.count(hosts, "host")), quorum \(quorum)")
  }
}

struct SentinelPatience: GroupRule {
  let name: RuleName = "sentinel-patience"
  let severity = Severity.warning
  let title = "Sentinels wait longer before they call a server down than a replica's restart takes"
  let why = "A replica that is called down during its restart raises alarms; a primary, a failover that nobody wanted."
  let reads = "SENTINEL MASTER: down-after-milliseconds; INFO memory of the servers"
  let remedy = "SENTINEL SET <name> down-after-milliseconds <more> on each; or expect +sdown at each restart."
  let source = "redis.io documentation, High availability with Redis Sentinel: Configuring Sentinel"
  let expectedInLab = true

  func judge(_ views: [(node: NodeID, view: SentinelView)], in scene: Scene) -> Verdict {
    guard let least = views.compactMap(\.view.group?.downAfter).min() else {
      return .unknown(why: "no Sentinel says how long it waits")
    }
    let bytes = scene.setup.order.compactMap { scene.snapshot[$0].view?.pulse.memory.used }.max() ?? 0
    let restart = Estimate.outageSeconds(bytes)
    guard least.seconds < restart else {
      return .holds(saw: "\(Words.tenths(least.seconds)) s, a restart takes some \(Words.tenths(restart)) s")
    }
    return .broken(
      saw: "they wait \(Words.tenths(least.seconds)) s, a restart takes some \(Words.tenths(restart)) s: expect +sdown "
        + "slave at each",
      fix: scene.paste(
        views[0].node, "SENTINEL SET \(scene.watched) down-after-milliseconds \(Words.whole(restart * 2) * 1000)")
        + ", the same on each; or expect it")
  }
}

struct ParallelSyncs: GroupRule {
  let name: RuleName = "parallel-syncs"
  let severity = Severity.warning
  let title = "After a failover replicas follow the new primary one after the other"
  let why = "Where all of them sync at once, none of them can be read meanwhile."
  let reads = "SENTINEL MASTER: parallel-syncs"
  let remedy = "SENTINEL SET <name> parallel-syncs 1 on each."
  let source = "redis.io documentation, High availability with Redis Sentinel: Configuring Sentinel"

  func judge(_ views: [(node: NodeID, view: SentinelView)], in scene: Scene) -> Verdict {
    let replicas = scene.setup.order.count - 1
    let most = views.compactMap(\.view.group?.parallelSyncs).max() ?? 1
    guard replicas > 1, most >= replicas else { return .holds(saw: "\(most) of \(Words.count(replicas, "replica"))") }
    return .broken(
      saw: "all \(replicas) replicas may sync at once (parallel-syncs \(most))",
      fix: scene.paste(views[0].node, "SENTINEL SET \(scene.watched) parallel-syncs 1") + ", the same on each")
  }
}

/// A rule about each Sentinel as a process with a file, whatever it knows of its group.
protocol SentinelProcessRule: NodeRule {}

extension SentinelProcessRule {
  package func objects(in scene: Scene) -> [ObjectID] { scene.setup.sentinels.map(ObjectID.node) }

  package func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    if case .node(let node) = object { return verdict(on: node, in: scene) }
    return Verdict.together(scene.setup.sentinels.map { verdict(on: $0, in: scene) }, of: "Sentinel")
  }
}

struct SentinelFileKept: SentinelProcessRule {
  let name: RuleName = "sentinel-file-kept"
  let severity = Severity.blocking
  let title = "Every Sentinel can write its configuration file"
  let why =
    "Its name and all that it knows are in there: one that lost it comes back as a stranger, beside its own ghost."
  let reads = "INFO server: config_file; SENTINEL FLUSHCONFIG"
  let remedy = "Let its user write the file and its directory."
  let source = "redis.io documentation, SENTINEL FLUSHCONFIG; redis src/sentinel.c, sentinelFlushConfig"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    switch view.inventory?.permissions[Self.key] {
    case .granted: .holds(saw: view.pulse.server.configFile)
    case .denied(let why):
      scene.cannotWrite(
        node, view.pulse.server.configFile,
        // Its own words do not say what is in the way; its host may.
        scene.configurationFacts(node, view)?.obstacle(inPlace: false).map { "\(why) (\($0))" } ?? why,
        thenTry: "SENTINEL FLUSHCONFIG")
    case .unknown(let why): .unknown(why: "\(scene.name(node)): \(why)")
    case nil: .unknown(why: "\(scene.name(node)): SENTINEL FLUSHCONFIG was not tried")
    }
  }

  /// Under what the answer to it stands.
  package static let key = "sentinel|flushconfig"
}

struct SentinelPasswordsKept: SentinelProcessRule {
  let name: RuleName = "sentinel-passwords-kept"
  let severity = Severity.blocking
  let title = "Every Sentinel can read the passwords again that it writes into its file"
  let why = "It writes a password with a blank without quotes, and does not start any more from such a file."
  let reads = "on each host: in which lines of config_file auth-pass and sentinel-pass hold a blank"
  let remedy = "Choose a password without blanks, on the servers or the Sentinels and in each Sentinel's file."
  let source =
    "tried: 6.2.14, 7.0.15, 8.0.2 and Valkey 8.1.1 write no quotes at SENTINEL FLUSHCONFIG and end at their next start; "
    + "Valkey 9.1.2 writes them"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    let file = view.pulse.server.configFile
    guard let facts = scene.configurationFacts(node, view) else {
      return .notApplicable(why: "not checked: \(file) on \(scene.name(node)) cannot be seen from here")
    }
    // What is in quotes there now loses them at the next start, or when it next writes the file.
    guard !facts.blankPasswords.isEmpty, view.release.map({ !Self.writesQuotes($0) }) ?? true else {
      return .holds(saw: file)
    }
    let lines = facts.blankPasswords.map(String.init).joined(separator: ", ")
    return .broken(
      saw: "\(scene.name(node)) has a password with a blank in \(file), line \(lines): it would not start again",
      fix: "change it before anything is restarted: one without blanks, on the servers or the Sentinels, then in that "
        + "line")
  }

  private static func writesQuotes(_ release: Release) -> Bool {
    release.product == .valkey && release.version >= Version(9, 1, 0)
  }
}

struct GroupsApart: SentinelRule {
  let name: RuleName = "groups-apart"
  let severity = Severity.blocking
  let title = "No Sentinel watches servers of this group under another name"
  let why = "Two groups that were merged by mistake are failed over into each other, and one of them loses its data."
  let reads = "SENTINEL MASTERS of each: names and addresses"
  let remedy = "SENTINEL REMOVE <name> where it does not belong."
  let source = "redis.io documentation, High availability with Redis Sentinel: Fundamental things to know"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    guard let other = view.others.first(where: { scene.watchedNode($0.address, from: node) != nil }) else {
      return .holds(saw: view.others.isEmpty ? "no other group" : Words.count(view.others.count, "other group"))
    }
    return .broken(
      saw: "\(scene.name(node)) watches \(other.address) also as \(other.name)",
      fix: scene.paste(node, "SENTINEL REMOVE \(other.name)") + " if that is one name too many")
  }
}

struct SentinelScripts: SentinelRule {
  let name: RuleName = "sentinel-scripts"
  let severity = Severity.note
  let title = "No Sentinel runs scripts of the site at a failover"
  let why = "They are run at the hand-over, by every Sentinel, and for each server that is called down."
  let reads = "SENTINEL MASTER: notification-script, client-reconfig-script; INFO sentinel: scripts in the queue"
  let remedy = "Nothing, if they are meant to run; see that they do where a new version runs them."
  let source = "redis.io documentation, High availability with Redis Sentinel: Sentinel API"

  func judge(_ node: NodeID, _ view: SentinelView, in scene: Scene) -> Verdict {
    let scripts = view.group?.scripts ?? []
    guard !scripts.isEmpty || view.scriptsWaiting > 0 else { return .holds(saw: "none") }
    return .broken(
      saw: "\(scene.name(node)) runs \(scripts.joined(separator: ", "))"
        + (view.scriptsWaiting > 0 ? "; \(view.scriptsWaiting) are waiting" : ""),
      fix: "nothing if they are meant to run at the hand-over")
  }
}

struct SomebodyElectable: Rule {
  let name: RuleName = "somebody-electable"
  let severity = Severity.blocking
  let title = "There is a replica that Sentinels may promote"
  let why = "With replica-priority 0 everywhere, or without a replica, there is nobody to hand over to."
  let reads = "INFO replication; CONFIG GET replica-priority"
  let remedy = "Add a replica, or give one a priority of more than 0."
  let source = "redis.io documentation, High availability with Redis Sentinel: Replicas priority"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    let able = scene.setup.nodes.filter { $0.role == .replica && $0.isPromotable }
    guard able.isEmpty else { return .holds(saw: scene.names(able.map(\.id))) }
    let replica = scene.setup.nodes.first { $0.role == .replica }
    return .broken(
      saw: replica == nil ? "the primary has no replica" : "every replica has replica-priority 0",
      fix: replica.map { scene.paste($0.id, "CONFIG SET replica-priority 100") } ?? "add a replica first")
  }
}

struct PauseKnown: Rule {
  let name: RuleName = "pause-known"
  let severity = Severity.blocking
  let title = "The primary can hold back writes while its replica takes over"
  let why =
    "Without CLIENT PAUSE WRITE, which came with Redis 6.2, a failover by Sentinels loses ten seconds of writes."
  let reads = "INFO server of the primary: its version"
  let remedy = "Let the Sentinels forget the group (SENTINEL REMOVE) for the way to 6.2, which goes by redis://."
  let source = "redis 6.2 release notes, CLIENT PAUSE WRITE; redis/redis#6062"

  func objects(in scene: Scene) -> [ObjectID] { [.deployment] }

  func evaluate(_ object: ObjectID, in scene: Scene) -> Verdict {
    guard let primary = scene.setup.nodes.first(where: { $0.role == .primary }) else {
      return .unknown(why: "no primary has been read")
    }
    if primary.release.descends(from: Version(6, 2, 0)) { return .holds(saw: primary.release.title) }
    return .broken(
      saw: "\(scene.name(primary.id)) runs \(primary.release.title), which cannot pause writes alone",
      fix: "on each Sentinel SENTINEL REMOVE \(scene.watched); upgrade the servers to 6.2.14 by "
        + "redis://\(scene.name(primary.id)); then SENTINEL MONITOR again, and go on from there")
  }
}
