// `redis-upgrade` alone: the start screen on a terminal, else a few lines that say what there is to do.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Finds out what the operator wants; what that is, is then done as if it had been typed.
struct StartCommand {
  let program: Program
  let request: StartRequest

  /// nil where nothing was chosen.
  func choose() throws(UsageError) -> Invocation? {
    guard program.face(request.face) == .screen else {
      print(StartCommand.text)
      return nil
    }
    var running = RunningRequest()
    running.profile = request.profile
    let settings = try program.settings(running, request.stateDirectory)
    let screen: Screen
    let ports: TerminalPorts
    do throws(ScreenProblem) {
      ports = try TerminalPorts.standard()
      screen = try Screen(on: ports, program.terminalSettings(request.face))
    } catch {
      complain(error.description)
      print(StartCommand.text)
      return nil
    }
    var face = StartFace(size: ports.size, runs: StartCommand.runs(in: settings.stateDirectory))
    do throws(SystemError) {
      var loop = TerminalLoop(screen, wakeUp: try WakeUp(), signals: try SignalSource(TerminalLoop.signals))
      try loop.run(&face)
    } catch {
      screen.leave(saying: ["The screen was lost: \(error)"])
      return nil
    }
    screen.leave()
    guard let words = face.chosen else { return nil }
    let (invocation, advice) = try Invocation.read(words)
    for warning in advice { complain("warning: \(warning)") }
    return invocation.taking(request)
  }

  /// More are found with `status` and `report`.
  private static let longestList = 30

  /// The runs that were recorded here, newest first; one that cannot be read is left to `status`, which says why.
  private static func runs(in stateDirectory: String) -> [StartModel.Way] {
    let directories = (try? RunCatalogue(stateDirectory).runs()) ?? []
    return directories.prefix(longestList).compactMap { directory in
      guard let reading = try? directory.read(), !reading.isUnstarted else { return nil }
      let summary = StatusText(reading.state, times: reading.times).summary
      if let holder = DeploymentLock.holder(of: directory) {
        return StartModel.Way(
          words: ["watch", directory.id.text], title: "Watch the run \(directory.id)",
          consequence: "driven by \(holder.wizard.user) on \(holder.wizard.host); \(summary)")
      }
      return reading.isUnfinished
        ? StartModel.Way(
          words: ["resume", directory.id.text], title: "Go on with the run \(directory.id)", consequence: summary,
          isOpenRun: true)
        : StartModel.Way(
          words: ["report", directory.id.text], title: "Report of the run \(directory.id)", consequence: summary)
    }
  }

  private static let text = """
    redis-upgrade walks you through the upgrade of a Redis or Valkey Cluster, or of Redis Enterprise Software, node by
    node.

      redis-upgrade train                      try it: six real throw-away servers on this machine
      redis-upgrade check HOST:PORT --to 7.0.15    look only: may this cluster be upgraded?
      redis-upgrade plan  HOST:PORT --to 7.0.15    look only: what would be done, in which order
      redis-upgrade HOST:PORT --to 7.0.15 --profile site.yaml    the wizard
      redis-upgrade enterprise://HOST --to 7.22.0-250 --profile site.yaml    the same for Redis Enterprise Software
      redis-upgrade train enterprise           try that: a simulated cluster on this machine
      redis-upgrade resume                     go on with a run that was left or cut off

    Nothing is changed before you have accepted a plan. More: redis-upgrade --help
    """
}

extension Invocation {
  /// What was said to the start screen holds for what was chosen there, unless that says something else.
  fileprivate func taking(_ start: StartRequest) -> Invocation {
    switch self {
    case .run(let request): return .run(StartCommand.merged(request, start))
    case .check(let request): return .check(StartCommand.merged(request, start))
    case .plan(let request): return .plan(StartCommand.merged(request, start))
    case .resume(var request):
      request.connection = start.connection
      request.face = start.face
      request.stateDirectory = start.stateDirectory
      return .resume(request)
    case .train(var request):
      request.face = start.face
      request.stateDirectory = start.stateDirectory
      return .train(request)
    case .watch(var request):
      request.connection = start.connection
      request.face = start.face
      request.stateDirectory = start.stateDirectory
      return .watch(request)
    case .status(var request):
      request.stateDirectory = start.stateDirectory
      return .status(request)
    case .report(var request):
      request.stateDirectory = start.stateDirectory
      return .report(request)
    default: return self
    }
  }
}

extension StartCommand {
  fileprivate static func merged(_ request: UpgradeRequest, _ start: StartRequest) -> UpgradeRequest {
    var request = request
    if request.connection == ConnectionRequest() { request.connection = start.connection }
    request.running.profile = request.running.profile ?? start.profile
    request.face.color = request.face.color ?? start.face.color
    request.stateDirectory = request.stateDirectory ?? start.stateDirectory
    return request
  }
}
