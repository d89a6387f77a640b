// Settings of replication that an upgrade runs into: writes that need replicas, logins, buffers, the backlog.

struct ReplicaReadOnly: NodeRule {
  let name: RuleName = "replica-read-only"
  let severity = Severity.blocking
  let title = "No replica takes writes of its own"
  let why = "What a client writes into a replica is gone at its next full sync."
  let reads = "INFO replication: slave_read_only"
  let remedy = "CONFIG SET replica-read-only yes."
  let source = "redis.io documentation, Replication: read-only replicas"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let upstream = view.pulse.replication.upstream else {
      return .notApplicable(why: "\(scene.name(node)) is a primary")
    }
    guard upstream.readOnly else {
      return .broken(
        saw: "\(scene.name(node)) is a replica that takes writes (slave_read_only:0)",
        fix: scene.paste(node, "CONFIG SET \(scene.directive(node, "replica-read-only")) yes"))
    }
    return .holds(saw: "read-only")
  }
}

struct MinimumReplicas: NodeRule {
  let name: RuleName = "minimum-replicas"
  let severity = Severity.blocking
  let title = "Primaries take writes while one replica is away"
  let why = "With min-replicas-to-write a primary refuses writes (NOREPLICAS) as soon as too few replicas are there."
  let reads = "CONFIG GET min-replicas-to-write; INFO replication: the replicas that are online"
  let remedy = "Nothing where upgrade mode lowers it, which it puts back at the end; else lower it yourself meanwhile."
  let source = "redis.io documentation, Replication: allow writes only with N attached replicas"
  let severityVaries = "a note where upgrade mode lowers it"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    scene.window(of: object, sets: ["min-replicas-to-write", "min-slaves-to-write"]) ? .note : .blocking
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    guard let configuration = view.inventory?.configuration, !configuration.isEmpty else {
      return .unknown(why: "\(scene.name(node)): its configuration has not been read")
    }
    let directive = scene.directive(node, "min-replicas-to-write")
    guard let text = configuration[directive], let wanted = Int(text) else {
      return .unknown(why: "\(scene.name(node)): \(directive) has not been read")
    }
    guard wanted > 0 else { return .holds(saw: "no replica is needed to write") }
    let online = view.pulse.replication.replicas.filter { $0.state == "online" }.count
    guard online - 1 >= wanted else {
      return .broken(
        saw:
          "\(scene.name(node)) needs \(Words.count(wanted, "replica")) to take writes and has \(online): with one of "
          + "them away it refuses writes",
        fix: scene.windowWords(node, directive)
          ?? "for the time of the upgrade: " + scene.paste(node, "CONFIG SET \(directive) \(max(0, online - 1))"))
    }
    return .holds(saw: "\(wanted) needed, \(online) online")
  }
}

struct SyncCredentials: NodeRule {
  let name: RuleName = "sync-credentials"
  let severity = Severity.blocking
  let title = "Every node knows the password that its next primary will ask for"
  let why = "After a hand-over the old primary logs in as a replica; without a password it never follows."
  let reads =
    "CONFIG GET requirepass, masterauth; ACL LIST: the user default; its login, tried at the others of its shard"
  let remedy = "CONFIG SET masterauth, then CONFIG REWRITE."
  let source = "redis.io documentation, Replication: setting a replica to authenticate to a master"

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard let configuration = view.inventory?.configuration, let password = configuration["requirepass"],
      let login = configuration["masterauth"] ?? configuration["primaryauth"]
    else { return .unknown(why: "\(scene.name(node)): requirepass and masterauth have not been read") }
    // With ACL the default user may have a password of which requirepass says nothing.
    let defaultUser = view.inventory?.users?.first { $0.hasPrefix("user default ") }
    let asks = !password.isEmpty || defaultUser?.contains(" #...") == true
    if let refused = view.inventory?.refusedLogins, let first = refused.first {
      return .broken(
        saw: "\(scene.name(node)) cannot log in where it would follow: \(first)"
          + (refused.count > 1 ? "; and \(refused.count - 1) more" : ""),
        fix: "set masterauth, and masteruser where there is one, to what is asked for there: "
          + scene.paste(node, "CONFIG SET masterauth <the password>") + ", then CONFIG REWRITE")
    }
    guard asks else { return .holds(saw: "no password is asked for") }
    guard !login.isEmpty else {
      return .broken(
        saw: "\(scene.name(node)) asks for a password and has none to log in with itself (masterauth is empty)",
        fix: scene.paste(node, "CONFIG SET masterauth <the password>") + ", then CONFIG REWRITE")
    }
    if view.inventory?.refusedLogins != nil { return .holds(saw: "its login works at the other members of its shard") }
    return .holds(saw: "a password is set; whether it is the right one shows only at the login")
  }
}

/// How long a node may be away and how long a full sync may take, from the amount of its data.
///
/// 100 MB a second for saving, sending and loading is a cautious value for present hardware, not a measured one.
enum Estimate {
  static let bytesPerSecond = 100_000_000.0
  static let restartOverhead = 10.0

  static func restartSeconds(_ pulse: Pulse) -> Double {
    restartOverhead + Double(pulse.memory.used) / bytesPerSecond
  }
  static func syncSeconds(_ pulse: Pulse) -> Double { 5 + 2 * Double(pulse.memory.used) / bytesPerSecond }
}

struct ReplicaBuffer: NodeRule {
  let name: RuleName = "replica-buffer"
  let severity = Severity.blocking
  let title = "A full sync fits into the primary's output buffer for replicas"
  let why =
    "What is written during a full sync waits in that buffer; where it overflows, the sync starts anew for ever."
  let reads = "CONFIG GET client-output-buffer-limit; INFO memory; the write rate, read twice"
  let remedy = "Nothing where upgrade mode raises it, which it puts back at the end; else raise it yourself meanwhile."
  let source = "redis/redis#11534, #14100; redis redis.conf"
  let severityVaries = "a warning while the write rate is not known, a note where upgrade mode raises it"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    if scene.window(of: object, sets: ["client-output-buffer-limit"]) { return .note }
    return if case .broken = evaluate(object, in: scene) { .blocking } else { .warning }
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    guard let text = view.inventory?.configuration["client-output-buffer-limit"], let limit = Limit(text) else {
      return .unknown(why: "\(scene.name(node)): client-output-buffer-limit has not been read")
    }
    if limit.hard == 0, limit.soft == 0 { return .holds(saw: "no limit") }
    guard let rate = scene.writeRate(node) else {
      return .unknown(why: "\(scene.name(node)): its write rate has not been measured yet")
    }
    let seconds = Estimate.syncSeconds(view.pulse)
    let need = Words.whole(rate * seconds)
    let saw =
      "\(Words.bytes(Words.whole(rate))) a second for about \(Words.whole(seconds.rounded(.up))) s of a full sync are "
      + "\(Words.bytes(need)); the limit is \(limit.description)"
    let overflows =
      limit.hard > 0 && need > limit.hard
      || limit.soft > 0 && need > limit.soft && seconds > Double(limit.softSeconds)
    guard overflows else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)): \(saw)",
      fix: scene.windowWords(node, "client-output-buffer-limit")
        ?? "for the time of the upgrade: "
        + scene.paste(node, "CONFIG SET client-output-buffer-limit \"replica \(need * 2) \(need) 120\""))
  }

  /// The class of replicas, which `CONFIG GET` calls `slave`: `slave 268435456 67108864 60`.
  struct Limit: CustomStringConvertible {
    let hard: Int
    let soft: Int
    let softSeconds: Int

    init?(_ text: String) {
      let words = text.split(separator: " ")
      guard let place = words.firstIndex(where: { $0 == "slave" || $0 == "replica" }), words.count > place + 3,
        let hard = Int(words[place + 1]), let soft = Int(words[place + 2]), let seconds = Int(words[place + 3])
      else { return nil }
      self.hard = hard
      self.soft = soft
      softSeconds = seconds
    }

    var description: String {
      [
        hard > 0 ? Words.bytes(hard) : nil, soft > 0 ? "\(Words.bytes(soft)) for \(softSeconds) s" : nil,
      ].compactMap { $0 }.joined(separator: ", ")
    }
  }
}

struct BacklogCoversRestart: NodeRule {
  let name: RuleName = "backlog-covers-restart"
  let severity = Severity.warning
  let title = "The backlog holds what is written while a replica restarts"
  let why = "Otherwise each restart costs a fork and a full copy of the shard."
  let reads = "INFO replication: repl_backlog_size; INFO memory; the write rate, read twice"
  let remedy = "Nothing where upgrade mode raises it, which it puts back at the end; else CONFIG SET repl-backlog-size."
  let source = "redis.io documentation, Replication: partial sync"
  let severityVaries = "a note where upgrade mode raises it"

  func severity(of object: ObjectID, in scene: Scene) -> Severity {
    scene.window(of: object, sets: ["repl-backlog-size"]) ? .note : .warning
  }

  /// Bytes that are written while a replica restarts, twice, since the rate is an average of a moment; nil while the
  /// rate is not known.
  static func need(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Int? {
    scene.writeRate(node).map { Words.whole($0 * Estimate.restartSeconds(view.pulse) * 2) }
  }

  func judge(_ node: NodeID, _ view: NodeView, in scene: Scene) -> Verdict {
    guard view.role == .primary else { return .notApplicable(why: "\(scene.name(node)) is a replica") }
    guard let rate = scene.writeRate(node), let need = Self.need(node, view, in: scene) else {
      return .unknown(why: "\(scene.name(node)): its write rate has not been measured yet")
    }
    let seconds = Estimate.restartSeconds(view.pulse)
    let have = view.pulse.replication.backlogBytes
    let saw =
      "\(Words.bytes(Words.whole(rate))) a second for about \(Words.whole(seconds.rounded(.up))) s of a restart, twice: "
      + "\(Words.bytes(need)); the backlog has \(Words.bytes(have))"
    guard need > have else { return .holds(saw: saw) }
    return .broken(
      saw: "\(scene.name(node)): \(saw): a full sync is to be expected",
      fix: scene.windowWords(node, "repl-backlog-size") ?? scene.paste(node, "CONFIG SET repl-backlog-size \(need)"))
  }
}

extension Scene {
  /// The name under which a node knows a directive: `replica` before 5.0 is `slave`.
  func directive(_ node: NodeID, _ name: String) -> String {
    let configuration = snapshot[node].view?.inventory?.configuration ?? [:]
    if configuration[name] != nil { return name }
    let older = name.replacing("replica", with: "slave")
    return configuration[older] != nil ? older : name
  }
}
