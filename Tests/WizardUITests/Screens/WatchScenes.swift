// Moments of a run as somebody sees them who only looks on, and a deployment without a run.
@testable import UpgradeCore

enum WatchScene {
  static let wizard = "anna@jump1, process 4711"

  /// A rehearsed run in the eyes of a watcher; its last record is so many seconds old.
  static func watched(
    _ run: Rehearsal, _ driver: Watching.Driver = .drives(wizard), secondsAgo: Int = 34, obstacle: String? = nil
  ) -> RunPicture {
    var picture = run.picture
    picture.kind = .watching
    picture.now = picture.now + .seconds(secondsAgo)
    picture.wallMilliseconds += Int64(secondsAgo) * 1000
    picture.health.readAt = picture.now
    let recordedAt = picture.now + .seconds(-secondsAgo)
    picture.watching = Watching(
      driver, recordedAt: recordedAt, measuredAt: picture.health.clients.map { _ in recordedAt }, obstacle: obstacle)
    picture.paths.output = "/var/lib/redis-upgrade/2026-11-20-1/output"
    if run.state.ended == nil { picture.conclusion = nil }
    for (index, event) in picture.events.enumerated() {
      guard case .asked(let question)? = event.record else { continue }
      picture.events[index].text = "the operator is asked: \(question.title) (\(question.name))"
    }
    return picture
  }

  static let asked = watched(RunScene.secondNode)
  static let running = watched(RunScene.stopping, secondsAgo: 2)
  static let gone = watched(RunScene.stopping, .gone(wizard, crash: nil), secondsAgo: 95)
  static let problem = watched(RunScene.failedInstall)
  static let done = watched(RunScene.done, secondsAgo: 3)
  static let removed = watched(
    RunScene.stopping, .unknown("the lock of the run cannot be looked at"), secondsAgo: 12,
    obstacle: "The folder of this run is gone; what is shown is what was known before.")

  /// Nobody upgrades it; one replica does not answer.
  static let idle: RunPicture = {
    var picture = watched(RunScene.plan)
    picture.watching = Watching(.noRun)
    picture.run = ""
    picture.to = ""
    picture.rail = .nodes
    picture.state = State()
    picture.plan = nil
    picture.paths = RunPaths()
    picture.health.clients = nil
    picture.events = [
      Event(
        number: 1, wallMilliseconds: picture.wallMilliseconds,
        text: "10.0.3.13:6379: does not answer: connection refused")
    ]
    let silent = picture.setup?.nodes.first { $0.address.port == 6379 && $0.address.host == "10.0.3.13" }
    if let silent { picture.snapshot.nodes[silent.id] = .down("connection refused") }
    picture.health.nodesUp -= 1
    picture.posture = picture.setup.map { Posture(watching: picture.snapshot, $0) } ?? Posture()
    return picture
  }()
}
