// What a node's own log says where the node did not come back: shown, and kept in the run's folder.

import SystemIO
import UpgradeCore

/// The log of one node, around one start or at its end.
struct ServerLog: Sendable {
  let host: any HostRunner
  let node: NodeID
  let path: String
  /// How long it was before the start, 0 for all of it; nil where it could not be read.
  var begin: Int?

  /// Bytes of its end that are looked at.
  static let limit = 32 << 10

  /// Looks how long the log is before a start, so that only what comes after counts.
  static func before(_ node: NodeSetup?, on host: any HostRunner) async -> ServerLog? {
    guard let node, !node.logFile.isEmpty else { return nil }
    var log = ServerLog(host: host, node: node.id, path: node.logFile)
    log.begin = await host.read(node.logFile, from: 0, upTo: 0, on: node.id)?.length
    return log
  }

  /// What was written since; empty where nothing was, or where it cannot be read.
  func since() async -> [String] {
    guard let begin, let read = await host.read(path, from: begin, upTo: Self.limit, on: node) else { return [] }
    var lines = OutputTail.lines(of: read.bytes).filter { !$0.isEmpty }
    // Where the middle was left out, the first line is a piece of one.
    if read.length - begin > Self.limit, !lines.isEmpty { lines.removeFirst() }
    return lines
  }
}

extension ServerLog {
  /// Problems whose cause a log may tell, and no command of ours has told.
  private static let told: Set<String> = [
    ClusterProblem.nodeDown, ClusterProblem.nodeUnread, ClusterProblem.notBack, ClusterProblem.empty,
    ClusterProblem.dataGone, ClusterProblem.restartedByOthers,
  ]

  /// The end of the log of the node that a problem is about, as if a command had printed it; nil where there is none,
  /// or none that can be read. What it holds goes to a file in `folder` as well.
  ///
  /// - Parameter number: tells it from what was told of the node before.
  static func news(
    about problem: Problem, number: Int, _ setup: Setup?, on host: any HostRunner, keptIn folder: String,
    loop: EventLoop
  ) async -> (job: HostJob, news: [HostNews])? {
    guard told.contains(problem.name), case .node(let id) = problem.object, let node = setup?.node(id),
      !node.logFile.isEmpty
    else { return nil }
    let lines = await ServerLog(host: host, node: id, path: node.logFile, begin: 0).since()
    guard !lines.isEmpty else { return nil }
    let copy =
      "\(folder)/\(id.isAddress ? "\(node.address.host)-\(node.address.port)" : String(id.text.prefix(8)))-\(problem.name).log"
    let text = lines.map { $0 + "\n" }.joined()
    let isKept =
      (try? await loop.blocking({ () throws(SystemError) in try Files.writeAtomically(copy, Array(text.utf8)) })) != nil
    let last = Array(lines.suffix(20))
    var shown = ["The log of \(node.address) ends like this (\(node.logFile)):"] + last
    if let matcher = LogMatchers.find(in: last)?.matcher { shown.append("\(matcher.meaning); \(matcher.advice)") }
    let job = HostJob(
      id: EffectID(StepKey(.rejoin, problem.object), attempt: number), node: id,
      text: "tail -n 20 \(ShellQuoting.word(node.logFile))", bound: .zero)
    let result = HostResult(
      kind: .exited(0), outputPath: isKept ? copy : node.logFile, outputLength: text.utf8.count, tail: [])
    return (job, [.began, .printed(Array(shown.map { $0 + "\r\n" }.joined().utf8)), .ended(result)])
  }
}

extension Performer {
  /// A start that failed, with what the command printed and the node's log say of the cause.
  func explained(_ outcome: Outcome, _ result: HostResult, _ log: ServerLog?, _ job: HostJob) async -> Outcome {
    guard outcome.kind == .failed else { return outcome }
    var outcome = outcome
    let lines = await log?.since() ?? []
    if let log, !lines.isEmpty {
      let shown = (["", "The log of \(address(log.node)) since then (\(log.path)):"] + lines.suffix(20)).map {
        $0 + "\r\n"
      }
      output(job, .printed(Array(shown.joined().utf8)))
      output(job, .ended(result))
      let copy = result.outputPath + ".log"
      let text = lines.map { $0 + "\n" }.joined()
      if (try? await blocking({ () throws(SystemError) in try Files.writeAtomically(copy, Array(text.utf8)) })) != nil {
        outcome.evidence["log"] = copy
      }
    }
    if let finding = LogMatchers.find(in: lines) ?? LogMatchers.find(in: result.tail) {
      outcome.sentence += ": \(finding.matcher.meaning) (\(finding.line.prefix(160))); \(finding.matcher.advice)"
    } else if let last = lines.last {
      outcome.sentence += "; the last line of its log: \(last.prefix(160))"
    }
    return outcome
  }
}
