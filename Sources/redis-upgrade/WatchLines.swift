// The health of a deployment in lines, until it is interrupted.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// Reads all nodes once a second, and says what changed, or every ten seconds that nothing did.
///
/// How each node sees the others is asked for only every ten seconds: it is as long as there are nodes.
struct WatchLines {
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
      print("\(clock.clock) \(subject) \(text)".madeVisible)
    }
  }
}
