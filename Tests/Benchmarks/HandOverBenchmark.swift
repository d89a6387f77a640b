// Hand-overs outside of clusters: ours against a script of the same recipe, in turn, under a client that never retries.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime

/// What writers wait for, and what is lost, over many hand-overs between the same servers.
struct HandOverBenchmark {
  enum Kind: String, CaseIterable {
    /// `FAILOVER TO`, from 6.2 on.
    case failover
    /// One transaction, before that.
    case transaction
    /// The Sentinels' own, with writes paused on the old primary; beside it the plain one, with what that loses.
    case sentinel

    var request: TrainingLab.LabRequest {
      switch self {
      case .sentinel: TrainingLab.LabRequest(from: Release(.redis, Version(7, 0, 15)), replicas: 1, sentinels: 3)
      case .failover: TrainingLab.LabRequest(from: Release(.redis, Version(7, 0, 15)), tree: [nil, 0])
      case .transaction: TrainingLab.LabRequest(from: Release(.redis, Version(6, 0, 16)), tree: [nil, 0])
      }
    }
  }

  let loop: EventLoop
  let rounds: Int
  /// nil: one after the other.
  var only: Kind?

  private struct Measure {
    var stalls: [Double] = []
    var lost = 0
    var acknowledged = 0
    var failed: [String] = []
  }

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  func run() async throws {
    for kind in only.map({ [$0] }) ?? Kind.allCases { try await run(kind) }
  }

  private func run(_ kind: Kind) async throws {
    var request = kind.request
    request.keysPerShard = 10_000
    let lab = try await Lab(on: loop).up(request)
    do {
      var ours = Measure()
      var script = Measure()
      for round in 0..<rounds * 2 {
        // Who begins changes, so that neither always finds the servers as the other has left them.
        if (round + round / 2) % 2 == 0 {
          try await measured(&ours, lab, round) { try await byUs(lab) }
        } else {
          try await measured(&script, lab, round) { try await Script(lab: lab, loop: loop).run(kind) }
        }
      }
      print("\(kind.rawValue), \(request.from.title), \(rounds) hand-overs each:")
      print("  ours    \(text(ours))")
      print("  script  \(text(script))")
      print("  ratio of stalls p50: \(hundredths(median(ours.stalls) / median(script.stalls))) (at most 1.2)")
      if kind == .sentinel { try await plain(lab) }
      try await lab.down()
    } catch {
      try? await lab.down()
      throw error
    }
  }

  /// What `SENTINEL FAILOVER` alone loses: once, and told at the side.
  private func plain(_ lab: RunningLab) async throws {
    var measure = Measure()
    try await measured(&measure, lab, rounds * 2) { try await Script(lab: lab, loop: loop).plainFailover() }
    print("  plain SENTINEL FAILOVER, once: \(text(measure))")
  }

  /// One hand-over under a writing client, begun once that writes, and judged by what it read back.
  private func measured(
    _ measure: inout Measure, _ lab: RunningLab, _ round: Int, _ handOver: () async throws -> String?
  ) async throws {
    var writing = WritingRequest(seeds: lab.addresses, prefix: "round-\(round)")
    writing.rate = 2000
    let client = WritingClient(writing, on: loop)
    async let written = client.run()
    do {
      try await untilWritten(lab, bytes: 40_000)
      if let failure = try await handOver() { measure.failed.append(failure) }
      try await untilWritten(lab, bytes: 40_000)
      client.requestStop()
      let report = try await written
      measure.stalls.append(report.longestStall)
      measure.lost += report.lost + report.unverified
      measure.acknowledged += report.acknowledged
    } catch {
      client.requestStop()
      _ = try? await written
      throw error
    }
  }

  /// Until the primary's stream has grown by so many bytes and everybody follows it.
  private func untilWritten(_ lab: RunningLab, bytes: Int) async throws {
    let deadline = loop.now + .seconds(30)
    var start: (Address, Int)?
    while loop.now < deadline {
      var primaries: [(address: Address, offset: Int)] = []
      var isLinked = true
      for address in lab.addresses {
        let info = try await Script(lab: lab, loop: loop).info(address)
        if info.isPrimary {
          primaries.append((address, Int(info["master_repl_offset"] ?? "") ?? 0))
        } else {
          isLinked = isLinked && info.isLinked
        }
      }
      if primaries.count == 1, isLinked {
        if start?.0 != primaries[0].address { start = primaries[0] }
        if primaries[0].offset >= (start?.1 ?? 0) + bytes { return }
      }
      try await loop.sleep(for: .milliseconds(5))
    }
    throw Problem(description: "nobody writes to one primary whom all follow")
  }

  /// What our hand-over leaves to the next step: every Sentinel is through with it.
  private func settled(_ lab: RunningLab) async throws {
    let script = Script(lab: lab, loop: loop)
    for address in lab.addresses where try await script.info(address).isPrimary {
      if let why = try await script.agreed(address) { throw Problem(description: why) }
    }
  }

  /// As the program does it: found anew, and performed by what performs it in a run.
  private func byUs(_ lab: RunningLab) async throws -> String? {
    let fleet = Fleet(
      loop: loop,
      settings: ConnectionSettings(user: nil, password: nil, name: WizardName(host: "bench", run: "ours")))
    let target = try Target(lab.target)
    let seeds = lab.record.sentinels?.map(\.address) ?? [lab.addresses[0]]
    let finding = try await DeploymentFinder(fleet: fleet).find(seeds, of: target.watched)
    guard let shard = finding.shards.first, let from = finding.nodes.first(where: { $0.role == .primary }),
      let to = finding.nodes.first(where: { $0.role == .replica })
    else { throw Problem(description: "no pair was found") }
    let setup = Setup(
      target: lab.target, to: from.release, nodes: finding.nodes, shards: finding.shards, nodeTimeout: .zero,
      wayBackNarrows: false, site: Site(reach: .manual, commands: [:], bounds: [:], isLab: true),
      options: Options(settle: .zero), servers: finding.kind, watchedName: finding.watchedName)
    let performer = Performer(
      loop: loop, fleet: fleet, host: ManualHost(), setup: setup, backupFolder: lab.directory, output: { _, _ in })
    let step = EffectID(StepKey(.handOver, .shard(shard.id), to.id.text), attempt: 1)
    let outcome = await performer.perform(
      Effect(id: step, action: .handOver(shard.id, from: from.id, to: to.id), identities: [:]))
    await fleet.close()
    if lab.record.sentinels != nil { try await settled(lab) }
    return outcome.kind == .done ? nil : outcome.sentence
  }

  private func text(_ measure: Measure) -> String {
    let sorted = measure.stalls.sorted()
    let failed = measure.failed.isEmpty ? "" : ", \(measure.failed.count) not done: \(measure.failed[0])"
    return "stall p50 \(hundredths(median(sorted))) ms, p90 \(hundredths(sorted[sorted.count * 9 / 10])), "
      + "worst \(hundredths(sorted.last ?? 0)), lost \(measure.lost) of \(measure.acknowledged)\(failed)"
  }

  private func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
  }

  private func hundredths(_ value: Double) -> String {
    let whole = Int((value * 100).rounded())
    return "\(whole / 100).\(whole % 100 < 10 ? "0" : "")\(whole % 100)"
  }
}

extension HandOverBenchmark {
  /// What an experienced operator's script would do: the same commands, and no check before them.
  struct Script {
    let lab: RunningLab
    let loop: EventLoop

    func open(_ address: Address) async throws -> ForeignConnection {
      try await ForeignConnection.open(to: address, login: try lab.login(), on: loop, within: .seconds(2))
    }

    func info(_ address: Address) async throws -> ServerInfo {
      let connection = try await open(address)
      defer { connection.close() }
      return try await info(connection)
    }

    private func info(_ connection: ForeignConnection) async throws -> ServerInfo {
      ServerInfo(try await connection.send(["INFO", "replication"], within: .seconds(5)).text ?? "")
    }

    func run(_ kind: Kind) async throws -> String? {
      var pair: [Bool: Address] = [:]
      for address in lab.addresses { pair[try await info(address).isPrimary] = address }
      guard let from = pair[true], let to = pair[false] else { throw Problem(description: "no pair") }
      let old = try await open(from)
      let new = try await open(to)
      defer {
        old.close()
        new.close()
      }
      switch kind {
      case .failover: return try await failover(old, new, to)
      case .transaction: return try await transaction(old, new, to)
      case .sentinel: return try await sentinel(old, to)
      }
    }

    private func failover(
      _ old: ForeignConnection, _ new: ForeignConnection, _ to: Address
    ) async throws -> String? {
      let reply = try await old.send(
        ["FAILOVER", "TO", to.host, String(to.port), "TIMEOUT", "5000"], within: .seconds(5))
      guard reply.text == "OK" else { return "\(reply)" }
      return try await waited {
        let (promoted, follower) = (try await info(new), try await info(old))
        return promoted.isPrimary && !follower.isPrimary && follower.isLinked
      }
    }

    private func transaction(
      _ old: ForeignConnection, _ new: ForeignConnection, _ to: Address
    ) async throws -> String? {
      let script =
        "local t = redis.call('time') local e = t[1] * 1000000 + t[2] + 30000 "
        + "repeat t = redis.call('time') until t[1] * 1000000 + t[2] >= e return 1"
      let words = [
        ["MULTI"], ["CONFIG", "SET", "lua-time-limit", "5"], ["EVAL", script, "0"],
        ["CONFIG", "SET", "lua-time-limit", "5000"], ["INFO", "replication"], ["REPLICAOF", to.host, String(to.port)],
        ["EXEC"],
      ]
      var last: ForeignReply?
      for command in words { last = try await old.send(command, within: .seconds(5)) }
      guard let parts = last?.elements, parts.count == 5,
        let offset = Int(ServerInfo(parts[3].text ?? "")["master_repl_offset"] ?? "")
      else { return "\(last.map { "\($0)" } ?? "no reply")" }
      let behind = try await waited {
        Int(try await info(new)["slave_repl_offset"] ?? "") ?? 0 >= offset - 15
      }
      if let behind { return behind }
      _ = try await new.send(["REPLICAOF", "NO", "ONE"], within: .seconds(5))
      return nil
    }

    /// training.md 3.1-1: writes wait, all replicas have them, a Sentinel fails over, the old primary follows at once.
    private func sentinel(_ old: ForeignConnection, _ to: Address) async throws -> String? {
      _ = try await old.send(["CLIENT", "PAUSE", "15000", "WRITE"], within: .seconds(5))
      let offset = Int(try await info(old)["master_repl_offset"] ?? "") ?? 0
      if let behind = try await waited({ Int(try await info(to)["slave_repl_offset"] ?? "") ?? 0 >= offset }) {
        return behind
      }
      try await order()
      // Its connections end with the promotion, so that each look is a new one.
      if let why = try await waited({ (try? await info(to))?.isPrimary == true }) { return why }
      let swap = [
        ["MULTI"], ["REPLICAOF", to.host, String(to.port)], ["CLIENT", "UNPAUSE"],
        ["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"], ["EXEC"],
      ]
      for command in swap { _ = try await old.send(command, within: .seconds(5)) }
      return try await agreed(to)
    }

    /// The Sentinels' failover and nothing else.
    func plainFailover() async throws -> String? {
      var replica: Address?
      for address in lab.addresses where try await !info(address).isPrimary { replica = address }
      guard let replica else { throw Problem(description: "no replica") }
      try await order()
      return try await agreed(replica)
    }

    private func order() async throws {
      guard let sentinel = lab.record.sentinels?.first else { throw Problem(description: "no Sentinel") }
      let connection = try await open(sentinel.address)
      defer { connection.close() }
      let name = try Target(lab.target).watched?.name ?? ""
      let reply = try await connection.send(["SENTINEL", "FAILOVER", name], within: .seconds(5))
      guard reply.text == "OK" else { throw Problem(description: "SENTINEL FAILOVER: \(reply)") }
    }

    /// Every Sentinel has seen the failover to its end, so that the next one is taken.
    func agreed(_ primary: Address) async throws -> String? {
      let name = try Target(lab.target).watched?.name ?? ""
      return try await waited(within: .seconds(60)) {
        for sentinel in lab.record.sentinels ?? [] {
          let connection = try await open(sentinel.address)
          defer { connection.close() }
          let words = try await connection.send(["SENTINEL", "MASTER", name], within: .seconds(5)).elements ?? []
          let texts = words.map { $0.text ?? "" }
          func value(_ name: String) -> String? { texts.firstIndex(of: name).map { texts[$0 + 1] } }
          guard value("port") == String(primary.port), value("flags") == "master", value("num-slaves") == "1" else {
            return false
          }
          // Whom it could promote: it hears of a link every ten seconds, and takes nobody of whom it has not heard.
          let replies = try await connection.send(["SENTINEL", "REPLICAS", name], within: .seconds(5)).elements ?? []
          let lines = replies.first?.elements?.map { $0.text ?? "" } ?? []
          func line(_ name: String) -> String? { lines.firstIndex(of: name).map { lines[$0 + 1] } }
          guard line("flags") == "slave", line("master-link-status") == "ok" else { return false }
        }
        return true
      }
    }

    private func waited(
      within bound: Duration = .seconds(10), _ condition: () async throws -> Bool
    ) async throws -> String? {
      let deadline = loop.now + bound
      while loop.now < deadline {
        if try await condition() { return nil }
        try await loop.sleep(for: .milliseconds(5))
      }
      return "it did not come about within \(Int(bound.seconds)) s"
    }
  }
}
