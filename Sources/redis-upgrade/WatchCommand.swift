// `redis-upgrade watch TARGET`: the health of a deployment in lines, read-only, until it is interrupted.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Watches; sends nothing but INFO, CLUSTER INFO, and now and then CLUSTER NODES and CONFIG GET.
struct WatchCommand {
  let program: Program
  let request: WatchRequest

  func run() throws(UsageError) -> Int32 {
    let credentials = try program.credentials(request.connection, request.target)
    let tls = try program.encryption(request.connection.encryption, request.target.security)
    let run = RunID(at: WallTime(milliseconds: WallClock.milliseconds), salt: Int(Host.processID)).text
    let profile = try Profile.load(request.profile ?? program.configuration.profile ?? BuiltInProfiles.usual)
    let remote = profile.remote([])
    let access = program.access(remote)
    defer { program.end(access) }
    let way = program.way(profile.places.addresses, remote, access.links)
    let fleet = Fleet(loop: program.loop, settings: program.connection(credentials, tls, way, run: "watch-\(run)"))
    let signals: AsyncStream<Signal>
    do throws(SystemError) {
      signals = try SignalSource(TerminalLoop.signals).stream(on: program.loop)
    } catch {
      complain("signals cannot be read: \(error)")
      return ExitCode.refused.rawValue
    }
    let isJSON = request.face.face == .json
    let loop = program.loop
    let seeds = request.target.seeds
    let code = program.asking(access.desk) {
      program.wait { () async -> ExitCode in
        do throws(FindingError) {
          let finding = try await DeploymentFinder(fleet: fleet).find(seeds)
          let watching = loop.task { await Watcher(loop: loop, fleet: fleet, finding: finding, isJSON: isJSON).run() }
          for await signal in signals where [.hangUp, .terminate, .interrupt].contains(signal) { break }
          watching.cancel()
          await watching.value
          return .done
        } catch {
          complain(error.description)
          return .refused
        }
      }
    }
    return (code ?? .needsPerson).rawValue
  }
}

/// Reads all nodes once a second, and says what changed, or every ten seconds that nothing did.
///
/// How each node sees the others is asked for only every ten seconds: it is as long as there are nodes.
private struct Watcher {
  let loop: EventLoop
  let fleet: Fleet
  let finding: Finding
  let isJSON: Bool

  func run() async {
    var said: [NodeID: String] = [:]
    var summarySaid: MonotonicTime?
    while !Task.isCancelled {
      let isFull = summarySaid.map { loop.now - $0 >= .seconds(10) } ?? true
      let lines = await readAll(isFull ? .views : .pulse)
      let clock = WallTime(milliseconds: WallClock.milliseconds)
      for (node, line) in lines where said[node.id] != line {
        said[node.id] = line
        say(clock, node.address.description, line)
      }
      if isFull {
        summarySaid = loop.now
        let up = lines.filter { !$0.1.hasPrefix("GONE") && !$0.1.hasPrefix("UNREAD") }.count
        say(clock, "all", "\(up) of \(lines.count) nodes answer")
      }
      do throws(CancellationError) { try await loop.sleep(for: .seconds(1)) } catch { return }
    }
  }

  private func readAll(_ depth: ReadingDepth) async -> [(NodeSetup, String)] {
    let reader = NodeReader(fleet: fleet)
    return await withTaskGroup(of: (Int, String).self) { group in
      for (index, node) in finding.nodes.enumerated() {
        group.addTask { (index, line(await reader.read(node.address, depth, expecting: node.id))) }
      }
      var texts: [Int: String] = [:]
      for await (index, text) in group { texts[index] = text }
      return finding.nodes.enumerated().map { ($1, texts[$0] ?? "UNREAD") }
    }
  }

  private func line(_ readout: NodeReadout) -> String {
    guard let pulse = readout.pulse else {
      let failure = readout.failure
      return "\(failure?.kind == .refused ? "GONE" : "UNREAD") \(failure?.sentence ?? "no answer")"
    }
    let link =
      pulse.replication.upstream.map { $0.linkUp ? "linked" : "LINK DOWN" }
      ?? "\(pulse.replication.replicas.count) replicas"
    let state = pulse.cluster.map { $0.isOK ? "cluster ok" : "CLUSTER FAIL" } ?? "loading"
    return "\(pulse.role.rawValue) \(pulse.server.release?.description ?? pulse.server.versionText) \(link), \(state), "
      + "\(pulse.keys) keys"
  }

  private func say(_ clock: WallTime, _ subject: String, _ text: String) {
    if isJSON {
      print(
        WizardUI.JSONValue.object([
          ("record", .string("watch")), ("at", .string(clock.text)), ("subject", .string(subject)),
          ("text", .string(text)),
        ]).line)
    } else {
      print("\(clock.clock) \(subject) \(text)")
    }
  }
}
