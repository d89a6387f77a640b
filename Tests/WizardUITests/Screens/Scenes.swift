// Pictures of a rehearsed run, with health beside it: what the tests of screens and lines are drawn from.
@testable import UpgradeCore

extension Rehearsal {
  /// Where the rail would stand.
  var rail: RailStep {
    if state.ended != nil { return .report }
    guard state.plan != nil else { return .plan }
    let upgraded = nodes.values.allSatisfy { $0.release == Self.new }
    return upgraded && state.facts.out.isEmpty && state.facts.demoted.isEmpty ? .finish : .nodes
  }

  /// The picture of this moment, as a driver would hand it over.
  var picture: RunPicture {
    var picture = RunPicture(
      kind: .live, target: setup.target, run: "2026-11-20-1", from: "6.2.14", to: "7.0.15", rail: rail, now: now,
      startedAt: Instant(nanoseconds: 1_000_000_000_000), wallMilliseconds: wall, snapshot: machine.snapshot(now: now))
    picture.setup = setup
    picture.state = state
    picture.posture = machine.observations.posture
    picture.plan = state.plan == nil ? machine.observations.shownPlan : machine.plan(now: now)
    picture.health = health
    picture.events = Array(events.suffix(200))
    picture.times = times
    picture.isPaused = isPaused
    picture.paths.journal = "/var/lib/redis-upgrade/2026-11-20-1/journal.jsonl"
    picture.paths.report = "/var/lib/redis-upgrade/2026-11-20-1/report.md"
    if let ended = state.ended {
      let code: Int32 = ended.kind == .done ? 0 : ended.name == "not-started" ? 1 : 3
      picture.conclusion = Conclusion(exitCode: code, lines: [ended.sentence])
    }
    return picture
  }

  private var health: Health {
    var health = Health()
    health.nodes = nodes.count
    health.nodesUp = nodes.values.count(where: \.isUp)
    health.slotsServed = SlotSet.count
    health.clusterOK = true
    health.epoch = 14
    health.readAt = now
    for shard in setup.shards {
      var own = ShardHealth()
      for second in 0..<40 { own.lag.append(second == 20 ? 2_400_000 : Double(12 * shard.id.number)) }
      own.replicas = shard.members.count - 1
      own.replicasInSync = shard.members.count { nodes[$0]?.isUp == true } - 1
      for _ in 0..<40 { own.operations.append(13_700) }
      health.shards[shard.id] = own
    }
    if state.facts.probing {
      health.clients = ClientMeasure(
        acknowledged: 4210, errors: [:], lost: 0, longestStall: 43, resolution: 10,
        stalls: Dictionary(uniqueKeysWithValues: setup.shards.map { ($0.id, 43) }))
      for _ in 0..<40 { health.clientErrors.append(0) }
    }
    return health
  }
}

/// Checks as the rules would answer them.
enum CheckScene {
  static func result(
    _ name: RuleName, _ object: String, _ result: CheckResult.Result, title: String, saw: String = "", fix: String = ""
  ) -> CheckResult {
    CheckResult(
      name: name, objectID: object == "the cluster" ? .deployment : .host(object), object: object, result: result,
      severity: .blocking, title: title, why: "a restart would load a dump that is two hours old", saw: saw, fix: fix,
      after: "Run this check again.")
  }

  static let addresses = (10...15).map { "10.0.3.\($0):6379" }

  static let passing: [CheckResult] =
    addresses.map { result("reachable", $0, .pass, title: "every node answers") }
    + [result("cluster-ok", "the cluster", .pass, title: "the cluster is ok, every slot is served")]
    + addresses.map { result("last-save-ok", $0, .pass, title: "the last save succeeded") }

  static let failing: [CheckResult] =
    passing.map { check in
      guard check.name == "last-save-ok", check.object == "10.0.3.14:6379" else { return check }
      return result(
        "last-save-ok", check.object, .fail, title: "the last save succeeded", saw: "rdb_last_bgsave_status:err",
        fix: "free space in the data directory, then: redis-cli -h 10.0.3.14 -p 6379 BGSAVE")
    } + [
      result(
        "hosts-apart", "the cluster", .warn, title: "every node has a host of its own", saw: "6 nodes on 3 hosts")
    ]

  /// Before a run has begun: no setup, no plan.
  static func picture(_ checks: [CheckResult], running: Set<RuleName> = []) -> RunPicture {
    var picture = Rehearsal().picture
    picture.setup = nil
    picture.state = State()
    picture.plan = nil
    picture.rail = .checks
    picture.checks = checks
    picture.checking = running
    return picture
  }
}
