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

  private var isJSON: Bool { program.face(request.face) == .json }

  func run() throws(UsageError) -> Int32 {
    let shape = request.drill.map(LabServersRequest.Shape.init) ?? .cluster
    if let drill = request.drill, drill != TrainCommand.enterprise, shape == nil {
      throw UsageError(
        .notBuilt, "there is no drill \(drill) yet",
        remedy:
          "`redis-upgrade train` without a name is the whole main job; `train replication`, `train sentinel` and "
          + "`train standalone` are the same on servers outside of a cluster, `train enterprise` on a simulated Redis Enterprise Software "
          + "cluster.")
    }
    if isEnterprise, request.servers.tls {
      throw UsageError(.misplacedFlag, "--tls does not belong to train enterprise", remedy: "Leave it out.")
    }
    let to = request.to ?? usualTarget
    let loop = program.loop
    let wasTerminal = Terminal.isTerminal(0)
    let lab: RunningLab
    let isEnterprise = isEnterprise
    let started = program.wait { () async -> Result<RunningLab, LabError> in
      if isEnterprise { return await TrainCommand.startEnterprise(loop, request.servers, to) }
      var servers = request.servers
      servers.shape = shape ?? .cluster
      return await TrainCommand.start(loop, servers, to)
    }
    switch started {
    case .success(let running)?: lab = running
    case .failure(let error)?:
      complain(error.description)
      return ExitCode.refused.rawValue
    case nil: return ExitCode.needsPerson.rawValue
    }
    // What writes to a cluster of servers does not know the endpoints of another product.
    let writer: WriterProcess?
    do throws(SystemError) {
      writer = isEnterprise ? nil : try WriterProcess(lab, on: loop)
    } catch {
      complain("The writing client could not be started: \(error)")
      end(lab)
      return ExitCode.refused.rawValue
    }
    let opening = opening(lab)
    say(opening, [("record", .string("lab")), ("target", .string(lab.target)), ("directory", .string(lab.directory))])
    var code: Int32
    do throws(UsageError) {
      code = try wizard(lab, to, opening)
    } catch {
      complain(error.description)
      code = error.exitCode.rawValue
    }
    let clientsWereHurt = writer.map { !judge($0, lab) } ?? false
    // An exercise in which clients were hurt is not done, whatever the servers say.
    if code == 0, clientsWereHurt { code = ExitCode.needsPerson.rawValue }
    finish(lab, code, wasTerminal: wasTerminal)
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

  private var usualTarget: WantedRelease {
    let build = Enterprise.BuildVersion(EnterpriseLabRequest.usualTarget.description)
    if isEnterprise, let build { return .release(Release(build)) }
    return .release(Release(.redis, request.servers.tls ? Version(8, 0, 2) : Version(7, 0, 15)))
  }

  private static let enterprise = "enterprise"
  private var isEnterprise: Bool { request.drill == TrainCommand.enterprise }

  private static func startEnterprise(
    _ loop: EventLoop, _ servers: LabServersRequest, _ to: WantedRelease
  ) async -> Result<RunningLab, LabError> {
    do throws(LabError) {
      let wanted = try EnterpriseLabRequest(servers, to: to)
      return .success(try await EnterpriseLab(on: loop).up(wanted) { complain($0.description) })
    } catch {
      return .failure(error)
    }
  }

  private func opening(_ lab: RunningLab) -> String {
    if isEnterprise {
      return "Started: a SIMULATED Redis Enterprise Software cluster of version \(lab.record.version) in "
        + "\(lab.directory); its README.md says what is invented."
    }
    let ports = lab.nodes.map(\.port)
    let release = "\(lab.record.product == "valkey" ? "Valkey" : "Redis") \(lab.record.version)"
    let sentinels = lab.record.sentinels.map { "\($0.count) Sentinels, " } ?? ""
    return "Started: \(lab.nodes.count) servers of \(release), ports \(ports.min() ?? 0)-\(ports.max() ?? 0), "
      + "\(sentinels)and a writing client."
  }

  private func wizard(_ lab: RunningLab, _ to: WantedRelease, _ opening: String) throws(UsageError) -> Int32 {
    var running = request.running
    running.profile = lab.profilePath
    var command = RunCommand(
      program: program,
      request: UpgradeRequest(
        target: try Target(lab.target), to: to,
        connection: ConnectionRequest(
          encryption: EncryptionRequest(lab.certificates.map { EncryptionFiles($0.settings) })), running: running,
        face: request.face,
        stateDirectory: request.stateDirectory))
    command.kind = .training
    command.isLab = true
    command.opening = opening
    return try command.run()
  }

  // MARK: - The end

  /// Ends the writing client and shows what it lived through; false where a client would have been hurt.
  private func judge(_ writer: WriterProcess, _ lab: RunningLab) -> Bool {
    if !isJSON { print("Ending the writing client: it reads back all that it wrote.") }
    flushOutput()
    switch program.wait({ await writer.end() }) {
    case .success(let report)?:
      if isJSON {
        print("{\"record\":\"writing-client\",\"report\":\(report.jsonLine)}")
      } else {
        for line in report.lines { print(line) }
      }
      // A single server is away for a while, as the plan has said.
      if lab.record.plain == true, lab.nodes.count == 1 { return report.lost == 0 && report.unverified == 0 }
      return lab.record.plain == true ? report.isCleanOutsideClusters : report.isClean
    case .failure(let failure)?: complain("The writing client: \(failure.sentence)")
    case nil: complain("The writing client: its end was not seen.")
    }
    return false
  }

  /// The servers go, unless somebody wants to keep them, or is gone and may come back to go on.
  private func finish(_ lab: RunningLab, _ code: Int32, wasTerminal: Bool) {
    if request.servers.keep { return keep(lab) }
    guard wasTerminal, !isJSON else { return end(lab) }
    // The terminal went away in the middle: whoever comes back wants to resume.
    guard Terminal.isTerminal(0) else { return keep(lab) }
    if code == ExitCode.stoppedResumable.rawValue || code == ExitCode.needsPerson.rawValue {
      print("The run is not finished. Keep the servers to go on with it: redis-upgrade resume")
    }
    while true {
      print("End the servers, or keep them running? Type e (end) or k (keep): ", terminator: "")
      flushOutput()
      // Without an answer nothing is ended.
      guard let line = readLine() else { return keep(lab) }
      switch line.lowercased() {
      case "e", "end": return end(lab)
      case "k", "keep": return keep(lab)
      default: continue
      }
    }
  }

  private func keep(_ lab: RunningLab) {
    let command = "redis-upgrade lab down --dir \(lab.directory)"
    say(
      "The servers go on. End them with: \(command)",
      [("record", .string("lab-kept")), ("target", .string(lab.target)), ("end_with", .string(command))])
  }

  private func end(_ lab: RunningLab) {
    let problem = program.wait { () async -> String? in
      do throws(LabError) {
        try await lab.down()
        return nil
      } catch {
        return error.description
      }
    }
    if let problem = problem ?? nil { return complain(problem) }
    say("The servers are gone.", [("record", .string("lab-ended"))])
  }

  /// A sentence, or the same as one JSON object.
  private func say(_ sentence: String, _ members: [(String, JSONValue)]) {
    let at = ("at", JSONValue.string(WallTime(milliseconds: WallClock.milliseconds).text))
    print(isJSON ? JSONValue.fields(members.prefix(1) + [at] + members.dropFirst()).text : sentence)
    flushOutput()
  }
}
