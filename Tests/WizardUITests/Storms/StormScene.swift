// Where a storm begins, and what is odd about all its pictures.
@testable import UpgradeCore
@testable import WizardUI

/// One moment of a run, made anew for each storm: whoever breaks gates needs a run of its own.
struct StormScene: Sendable {
  var name: String
  var make: @Sendable () -> Rehearsal
  /// Checks in place of a run that has begun.
  var checks: [CheckResult]?
  /// Changes every picture of the run.
  var dress: @Sendable (inout RunPicture) -> Void = { _ in }
  /// Nobody else has a hand in its texts.
  var isOurs = true

  static let all: [StormScene] = [
    StormScene(name: "checks that pass", make: { Rehearsal() }, checks: CheckScene.passing),
    StormScene(name: "checks that fail", make: { Rehearsal() }, checks: CheckScene.failing),
    StormScene(name: "the plan", make: RunScene.makePlan),
    StormScene(name: "training", make: RunScene.makePlan, dress: { $0.kind = .training }),
    StormScene(name: "the second node", make: RunScene.makeSecondNode),
    StormScene(name: "a command runs", make: RunScene.makeStopping),
    StormScene(name: "a hand-over", make: RunScene.makeHandOver),
    StormScene(name: "an install that failed", make: RunScene.makeFailedInstall),
    StormScene(name: "a gate that does not hold", make: RunScene.makeRedGate),
    StormScene(name: "the finish", make: RunScene.makeFinishing),
    StormScene(name: "the end", make: RunScene.makeDone),
    StormScene(name: "watching", make: RunScene.makeStopping, dress: { $0.kind = .watching }),
    StormScene(
      name: "one shard", make: { began(Rehearsal(shards: 1, host: { "cache-\($0).\(long).example" }, rollback: false)) }
    ),
    StormScene(name: "many shards", make: { began(Rehearsal(shards: 12, settle: .seconds(5))) }),
    StormScene(name: "hostile texts", make: RunScene.makeFailedInstall, dress: makeHostile, isOurs: false),
    StormScene(name: "nothing is known", make: { Rehearsal() }, dress: forget),
  ]

  private static let long = "a-name-that-is-longer-than-any-column-of-any-table-was-made-for"

  private static func began(_ run: Rehearsal) -> Rehearsal {
    var run = run
    run.begin()
    run.run()
    return run
  }

  @Sendable private static func makeHostile(_ picture: inout RunPicture) {
    let odd = HostileScreenTests.picture
    picture.target = odd.target
    picture.from = odd.from
    picture.run = odd.run
    picture.paths = odd.paths
    picture.checks = odd.checks
    picture.finish = odd.finish
    picture.health = odd.health
    picture.events += odd.events.suffix(2)
    picture.state.problem?.what = HostileScreenTests.evil
    picture.state.problem?.risk = HostileScreenTests.evil
    picture.state.asked?.title = HostileScreenTests.evil
    picture.state.asked?.lines.append(HostileScreenTests.evil)
  }

  @Sendable private static func forget(_ picture: inout RunPicture) {
    picture = RunPicture(
      kind: .live, target: "", run: "", from: "", to: "", rail: picture.rail, now: picture.now,
      startedAt: picture.startedAt, wallMilliseconds: 0, snapshot: Snapshot(nodes: [:], shards: [], addresses: [:]))
  }
}
