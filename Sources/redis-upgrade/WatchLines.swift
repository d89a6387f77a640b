// The health of a deployment in lines, until it is interrupted.

import SystemIO
import UpgradeCore
import UpgradeRuntime
import WizardUI

/// What is said of one node, shard or database.
struct WatchedLine: Sendable {
  var subject: String
  var text: String
  /// Whether it is there at all.
  var isUp = true
}

/// Who is looked at.
protocol WatchedSource: Sendable {
  /// How long nobody looks between two readings.
  var pause: Duration { get }
  /// - Parameter isFull: also what is long to read, which is asked for every ten seconds.
  func read(isFull: Bool) async -> [WatchedLine]
  func summary(_ lines: [WatchedLine]) -> String
}

/// Reads again and again, and says what changed, or every ten seconds that nothing did.
struct WatchLines {
  let loop: EventLoop
  let source: any WatchedSource
  let isJSON: Bool

  func run() async {
    var said: [String: String] = [:]
    var summarySaid: MonotonicTime?
    while !Task.isCancelled {
      let isFull = summarySaid.map { loop.now - $0 >= .seconds(10) } ?? true
      let lines = await source.read(isFull: isFull)
      let clock = WallTime(milliseconds: WallClock.milliseconds)
      for line in lines where said[line.subject] != line.text {
        said[line.subject] = line.text
        say(clock, line.subject, line.text)
      }
      if isFull {
        summarySaid = loop.now
        say(clock, "all", source.summary(lines))
      }
      do throws(CancellationError) { try await loop.sleep(for: source.pause) } catch { return }
    }
  }

  private func say(_ clock: WallTime, _ subject: String, _ text: String) {
    if isJSON {
      print(
        JSONValue.fields([
          ("record", .string("watch")), ("at", .string(clock.text)), ("subject", .string(subject)),
          ("text", .string(text)),
        ]).text)
    } else {
      print("\(clock.clock) \(subject) \(text)".madeVisible)
    }
  }
}

/// Servers, each asked for itself once a second. How each sees the others is as long as there are nodes.
struct WatchedServers: WatchedSource {
  let fleet: Fleet
  let finding: Finding
  let pause = Duration.seconds(1)

  init(_ fleet: Fleet, _ finding: Finding) {
    self.fleet = fleet
    self.finding = finding
  }

  func read(isFull: Bool) async -> [WatchedLine] {
    let reader = NodeReader(fleet: fleet, kind: finding.kind, group: SentinelGroup(finding))
    let depth: ReadingDepth = isFull ? .views : .pulse
    return await withTaskGroup(of: (Int, WatchedLine).self) { group in
      for (index, node) in finding.nodes.enumerated() {
        group.addTask { (index, line(node, await reader.read(node.address, depth, expecting: node.id))) }
      }
      var lines: [(Int, WatchedLine)] = []
      for await line in group { lines.append(line) }
      return lines.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  func summary(_ lines: [WatchedLine]) -> String { "\(lines.count(where: \.isUp)) of \(lines.count) nodes answer" }

  private func line(_ node: NodeSetup, _ readout: NodeReadout) -> WatchedLine {
    let subject = node.address.description
    guard let pulse = readout.pulse else {
      let failure = readout.failure
      let word = failure?.kind == .refused ? "GONE" : "UNREAD"
      return WatchedLine(subject: subject, text: "\(word) \(failure?.sentence ?? "no answer")", isUp: false)
    }
    if let view = pulse.sentinel {
      let primary = view.group.map { "\($0.flags.sorted().joined(separator: ",")) at \($0.address)" } ?? "no such group"
      return WatchedLine(
        subject: subject,
        text: "sentinel \(pulse.server.release?.description ?? pulse.server.versionText) \(primary), "
          + (view.quorumFault ?? "quorum reached"))
    }
    let link =
      pulse.replication.upstream.map { $0.linkUp ? "linked" : "LINK DOWN" }
      ?? "\(pulse.replication.replicas.count) replicas"
    let isServing = finding.kind.isPlain && !pulse.persistence.loading
    let state = pulse.cluster.map { $0.isOK ? "cluster ok" : "CLUSTER FAIL" } ?? (isServing ? "up" : "loading")
    return WatchedLine(
      subject: subject,
      text:
        "\(pulse.role.rawValue) \(pulse.server.release?.description ?? pulse.server.versionText) \(link), \(state), "
        + "\(pulse.keys) keys")
  }
}

/// A cluster of Redis Enterprise Software, by its own report: its programs take seconds.
struct WatchedCluster: WatchedSource {
  let reader: EnterpriseReader
  let pause = Duration.seconds(3)

  init(_ reader: EnterpriseReader) { self.reader = reader }

  func read(isFull: Bool) async -> [WatchedLine] {
    switch await reader.read(.report) {
    case .failure(let failure):
      return [WatchedLine(subject: "the cluster", text: "UNREAD \(failure.sentence)", isUp: false)]
    case .success(let survey):
      let status = survey.status
      let upgradeMode = survey.upgradeMode == true ? ", upgrade mode on" : ""
      let complaints = status.complaints
      let health = complaints.isEmpty ? "OK" : complaints.joined(separator: "; ")
      return [WatchedLine(subject: "the cluster", text: health + upgradeMode, isUp: complaints.isEmpty)]
        + status.nodes.map { node in
          let role = node.role == .master ? "primary node" : "member"
          return WatchedLine(
            subject: "node:\(node.id)",
            text: "\(node.address) \(role) \(node.version) \(node.status.text), \(node.shards) shards",
            isUp: node.status.isOK)
        }
        + status.databases.map { database in
          let machine = database.stateMachine.map { ", \($0)" } ?? ""
          return WatchedLine(
            subject: "db:\(database.id)",
            text: "\(database.name) \(database.status) Redis \(database.version ?? "?")\(machine)",
            isUp: database.status == "active")
        }
    }
  }

  func summary(_ lines: [WatchedLine]) -> String {
    let nodes = lines.filter { $0.subject.hasPrefix("node:") }
    let databases = lines.filter { $0.subject.hasPrefix("db:") }
    guard !nodes.isEmpty else { return "the cluster could not be read" }
    return "\(nodes.count(where: \.isUp)) of \(nodes.count) nodes OK, \(databases.count(where: \.isUp)) of "
      + "\(databases.count) databases active"
  }
}
