// `redis-upgrade lab write [TARGET]`: a client that writes numbers and never retries, until it is told to end.

import SystemIO
import TrainingLab
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// The judge of what clients feel, as a process of its own.
struct WriteCommand {
  let program: Program
  let request: UpgradeRuntime.LabRequest

  func run() throws(UsageError) -> Int32 {
    let isJSON = request.face.face == .json
    let loop = program.loop
    let signals: AsyncStream<Signal>
    do throws(SystemError) {
      signals = try SignalSource(TerminalLoop.signals).stream(on: loop)
    } catch {
      complain("signals cannot be read: \(error)")
      return ExitCode.refused.rawValue
    }
    let (target, directory) = (request.target, request.servers.directory)
    let login = try program.foreignLogin(target, request.encryption)
    let code = program.wait { () async -> ExitCode in
      do throws(LabError) {
        let (seeds, login) = try WriteCommand.place(target, directory, login, on: loop)
        var wanted = WritingRequest(seeds: seeds, prefix: "write-\(Host.processID)")
        wanted.login = login
        let client = WritingClient(wanted, on: loop)
        let ending = loop.task {
          for await signal in signals where [.hangUp, .terminate, .interrupt].contains(signal) { break }
          client.requestStop()
        }
        let watching = loop.task { await WriteCommand.watch(seeds, login, client, on: loop) }
        defer {
          ending.cancel()
          watching.cancel()
        }
        let report = try await client.run { shards in
          complain("Writing to \(shards) shards. SIGINT or SIGTERM ends it: it reads back what it wrote, and reports.")
        }
        if isJSON { print(report.jsonLine) } else { for line in report.lines { print(line) } }
        return report.isClean ? .done : .needsPerson
      } catch {
        complain(error.description)
        return .refused
      }
    }
    return (code ?? .needsPerson).rawValue
  }

  /// What was named, or all nodes of the only lab, which says by itself how it is reached.
  private static func place(
    _ target: Target?, _ directory: String?, _ login: ForeignLogin, on loop: EventLoop
  ) throws(LabError) -> ([Address], ForeignLogin) {
    if let target { return (target.seeds, login) }
    let running = try only(directory, on: loop)
    return (running.addresses, try running.login(user: login.user, password: login.password))
  }

  private static func only(_ directory: String?, on loop: EventLoop) throws(LabError) -> RunningLab {
    let lab = try Lab(on: loop)
    if let directory { return try lab.find(directory) }
    let labs = try lab.list()
    guard let only = labs.first, labs.count == 1 else {
      throw LabError(
        .badRequest, labs.isEmpty ? "No lab runs" : "\(labs.count) labs run",
        remedy: "Name what to write to: redis-upgrade lab write redis://host:port.")
    }
    return only
  }

  /// Where a whole minute long no node answers, nobody is left to write to: it must not go on for ever, alone.
  private static func watch(
    _ seeds: [Address], _ login: ForeignLogin, _ client: WritingClient, on loop: EventLoop
  ) async {
    let cluster = ForeignCluster(seeds: seeds, login: login, on: loop)
    var seen = loop.now
    while loop.now - seen < .seconds(60) {
      do throws(CancellationError) { try await loop.sleep(for: .seconds(5)) } catch { return }
      if (try? await cluster.readSlotMap()) != nil { seen = loop.now }
    }
    complain("No node has answered for a minute; ending.")
    client.requestStop()
  }
}

extension Program {
  /// The writing client shares no code with the wizard's own, and so takes its password as text.
  func foreignLogin(_ target: Target?, _ encryption: EncryptionRequest) throws(UsageError) -> ForeignLogin {
    let credentials = try credentials(ConnectionRequest(), target)
    return ForeignLogin(
      user: credentials.user, password: credentials.password.map { String(decoding: $0.bytes, as: UTF8.self) },
      tls: try target.flatMap { target throws(UsageError) in try self.encryption(encryption, target.security) })
  }
}
