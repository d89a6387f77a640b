// `redis-upgrade train`: a throw-away deployment, a client that writes to it, and the wizard in front.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// The same wizard on servers that nobody else uses.
struct TrainCommand {
  let program: Program
  let request: TrainRequest

  func run() throws(UsageError) -> Int32 {
    if let drill = request.drill {
      throw UsageError(
        .notBuilt, "there is no drill \(drill) yet",
        remedy: "`redis-upgrade train` without a name is the whole main job.")
    }
    let to = request.to ?? .release(Release(.redis, Version(7, 0, 15)))
    let loop = program.loop
    let lab: RunningLab
    switch program.wait({ await TrainCommand.start(loop, request.servers, to) }) {
    case .success(let running)?: lab = running
    case .failure(let error)?:
      complain(error.description)
      return ExitCode.refused.rawValue
    case nil: return ExitCode.needsPerson.rawValue
    }
    print(
      "Started \(lab.nodes.count) real servers in \(lab.directory), on loopback ports from "
        + "\(lab.nodes.map(\.port).min() ?? 0), and a client that writes to them.")
    let client = WritingClient(WritingRequest(seeds: lab.addresses, prefix: "train"), on: loop)
    let writing = Task(executorPreference: loop) { try? await client.run() }
    var code: Int32
    do throws(UsageError) {
      code = try wizard(lab, to)
    } catch {
      complain(error.description)
      code = error.exitCode.rawValue
    }
    client.requestStop()
    let report = program.wait { await writing.value } ?? nil
    if let report {
      print(
        "The foreign client: \(report.shards.map(\.acknowledged).reduce(0, +)) writes acknowledged, "
          + "\(report.shards.map(\.errors).reduce(0, +)) errors, \(report.shards.map(\.lost).reduce(0, +)) lost.")
      // An exercise in which clients were hurt is not done, whatever the servers say.
      if code == 0, report.shards.contains(where: { $0.lost > 0 }) { code = ExitCode.needsPerson.rawValue }
    }
    end(lab)
    return code
  }

  private static func start(
    _ loop: EventLoop, _ servers: LabServersRequest, _ to: WantedRelease
  ) async -> Result<RunningLab, LabError> {
    do throws(LabError) {
      var wanted = TrainingLab.LabRequest(servers, to: to)
      wanted.keysPerShard = 5000
      return .success(try await Lab(on: loop).up(wanted) { complain($0.description) })
    } catch {
      return .failure(error)
    }
  }

  private func wizard(_ lab: RunningLab, _ to: WantedRelease) throws(UsageError) -> Int32 {
    var running = request.running
    running.profile = lab.profilePath
    var command = RunCommand(
      program: program,
      request: UpgradeRequest(
        target: try Target(lab.target), to: to, running: running, face: request.face,
        stateDirectory: request.stateDirectory))
    command.kind = .training
    command.isLab = true
    return try command.run()
  }

  /// The servers go, unless somebody wants to look at them.
  private func end(_ lab: RunningLab) {
    var keeps = request.servers.keep
    if !keeps, Terminal.isTerminal(0), program.face(request.face) != .json {
      print("End the servers? [Y] yes  [n] keep them: ", terminator: "")
      flushOutput()
      keeps = readLine()?.lowercased().hasPrefix("n") ?? false
    }
    guard !keeps else {
      print("The servers go on. End them with: redis-upgrade lab down --dir \(lab.directory)")
      return
    }
    let problem = program.wait { () async -> String? in
      do throws(LabError) {
        try await lab.down()
        return nil
      } catch {
        return error.description
      }
    }
    if let problem = problem ?? nil { complain(problem) } else { print("The servers are gone.") }
  }
}
