// Moments of a rehearsed run that several tests look at.
@testable import UpgradeCore

enum RunScene {
  // Each is rehearsed once. Copies share their gates, so whoever breaks one has to make a run of its own.
  static let plan = makePlan()
  static let secondNode = makeSecondNode()
  static let stopping = makeStopping()
  static let handOver = makeHandOver()
  static let failedInstall = makeFailedInstall()
  static let redGate = makeRedGate()
  static let finishing = makeFinishing()
  static let done = makeDone()

  /// The plan is on the screen and is asked for.
  static func makePlan() -> Rehearsal {
    var run = Rehearsal()
    run.begin()
    run.run()
    return run
  }

  /// The second node is asked for; the first is done.
  static func makeSecondNode() -> Rehearsal {
    var run = makePlan()
    run.go(to: .upgradeNode, "10.0.3.13:6379")
    return run
  }

  /// The second node is being stopped, and the command has not come back.
  static func makeStopping() -> Rehearsal {
    var run = makeSecondNode()
    run.holdsEffects = true
    run.answer()
    run.run()
    return run
  }

  /// The first hand-over is asked for.
  static func makeHandOver() -> Rehearsal {
    var run = makePlan()
    run.go(to: .handOver)
    return run
  }

  /// The install of an old primary failed: its node is out, and the run has stopped.
  static func makeFailedInstall() -> Rehearsal {
    var run = makePlan()
    run.go(to: .upgradeNode, "10.0.3.10:6379")
    run.outcomes[.install] = Outcome(.failed, "exit status 100")
    run.answer()
    run.run()
    return run
  }

  /// A gate has not held for longer than its step waits.
  static func makeRedGate() -> Rehearsal {
    var run = makeSecondNode()
    run.answer("no")
    run.run()
    run.gates.set(
      Gate("replica-in-sync", .shard(ShardID(2))),
      .broken(saw: "the replica is 48 MB behind", fix: "wait for the sync"))
    run.choose(.askAgain)
    for _ in 0..<130 where run.state.problem == nil { run.tick(.seconds(1)) }
    return run
  }

  /// Upgrade mode is to be put away.
  static func makeFinishing() -> Rehearsal {
    var run = makePlan()
    run.go(to: .disableUpgradeMode)
    return run
  }

  static func makeDone() -> Rehearsal {
    var run = makePlan()
    run.goToEnd()
    return run
  }
}
