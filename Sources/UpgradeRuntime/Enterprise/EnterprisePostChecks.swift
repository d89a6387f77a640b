// After the last step on a cluster of Redis Enterprise Software: every line is read back at that moment.

import UpgradeCore

/// Compares what is with what was.
struct EnterprisePostChecks {
  let reader: EnterpriseReader
  let setup: Setup
  let constants: Enterprise.Constants
  /// Databases that the operator wanted to stay as they are.
  let left: Set<Int>

  func run() async -> FinishReport {
    switch await reader.read(.everything) {
    case .success(let survey): return Self.report(survey, setup, constants, left)
    case .failure(let failure):
      return FinishReport(
        lines: [.init(.notVerified, "Cluster", "it could not be read just now: \(failure.sentence)")],
        byHand: ["Run rladmin status extra all and rlcheck on every node yourself."])
    }
  }

  static func report(
    _ survey: Enterprise.Survey, _ setup: Setup, _ constants: Enterprise.Constants, _ left: Set<Int>
  ) -> FinishReport {
    FinishReport(
      lines: [versions(survey, setup), cluster(survey), nodes(survey, setup), upgradeMode(survey)]
        + constants.databases.map { database($0, survey, constants, left) },
      byHand: byHand(survey, setup))
  }

  private static func versions(_ survey: Enterprise.Survey, _ setup: Setup) -> FinishReport.Line {
    let reached = survey.status.nodes.count { Release($0.version) == setup.to }
    return .init(
      reached == setup.nodes.count && reached == survey.status.nodes.count ? .ok : .fail, "Version",
      "\(reached) of \(setup.nodes.count) nodes run \(setup.to.title)")
  }

  private static func cluster(_ survey: Enterprise.Survey) -> FinishReport.Line {
    let complaints = survey.status.complaints
    return complaints.isEmpty
      ? .init(.ok, "Cluster", "every node, database, endpoint and shard is OK")
      : .init(.fail, "Cluster", complaints.prefix(4).joined(separator: "; "))
  }

  private static func nodes(_ survey: Enterprise.Survey, _ setup: Setup) -> FinishReport.Line {
    var unread: [String] = []
    var bad: [String] = []
    for node in setup.order {
      let report = Int(node.text).flatMap { survey.nodes[$0] }
      guard let check = report?.check, let stopped = report?.stoppedServices else {
        unread.append("node:\(node)")
        continue
      }
      if !check.isPassed { bad.append("node:\(node): \(check.failures.first ?? "rlcheck does not pass")") }
      bad += stopped.map { "node:\(node): \($0)" }
    }
    if let first = bad.first {
      return .init(.fail, "Nodes", "\(first)\(bad.count > 1 ? ", and \(bad.count - 1) more" : "")")
    }
    if !unread.isEmpty {
      return .init(
        .notVerified, "Nodes", "rlcheck or the services of \(unread.joined(separator: ", ")) could not be read")
    }
    return .init(.ok, "Nodes", "rlcheck passes and all services run on every node")
  }

  private static func upgradeMode(_ survey: Enterprise.Survey) -> FinishReport.Line {
    switch survey.upgradeMode {
    case false: .init(.ok, "Upgrade mode", "off")
    case true: .init(.fail, "Upgrade mode", "still on: rladmin cluster config upgrade_mode disabled")
    case nil: .init(.notVerified, "Upgrade mode", "rladmin info cluster does not say")
    }
  }

  private static func database(
    _ setup: Enterprise.DatabaseSetup, _ survey: Enterprise.Survey, _ constants: Enterprise.Constants,
    _ left: Set<Int>
  ) -> FinishReport.Line {
    let topic = "Database \(setup.name)"
    guard let row = survey.status.databases.first(where: { $0.id == setup.id }) else {
      return .init(.fail, topic, "the cluster's report does not list it any more")
    }
    let version = row.version.flatMap { Enterprise.DatabaseVersion($0) }
    let was = setup.version.map { "Redis \($0)" } ?? setup.kind
    let now = version.map { "Redis \($0)" } ?? row.kind
    let words = "\(row.status), \(was == now ? now : "\(was) -> \(now)")" + keys(setup, survey)
    guard row.status == "active" else { return .init(.fail, topic, words) }
    for reading in survey.clients ?? [] where reading.proxy.database == setup.id {
      if case .fails(let why) = reading.answer {
        return .init(.fail, topic, "\(words); clients get no answer at \(reading.proxy.address): \(why)")
      }
    }
    guard let goal = constants.databaseGoal, let version, version < goal else { return .init(.ok, topic, words) }
    let why =
      left.contains(setup.id) ? "left as you wanted it" : setup.isActiveActive ? "Active-Active" : "not upgraded"
    return .init(left.contains(setup.id) ? .ok : .warn, topic, "\(words), \(why)")
  }

  /// `, 1204 keys (1204 before)`, as clients count them; empty where nobody could.
  private static func keys(_ setup: Enterprise.DatabaseSetup, _ survey: Enterprise.Survey) -> String {
    guard let keys = survey.keys(ofDatabase: setup.id) else { return "" }
    return ", \(keys) keys" + (setup.keys.map { " (\($0) before)" } ?? "")
  }

  private static func byHand(_ survey: Enterprise.Survey, _ setup: Setup) -> [String] {
    var lines = [
      "Reload the Cluster Manager in your browser; look at your log rotation, which every upgrade writes anew.",
      "Take a copy of ccs-redis.rdb off the nodes: it is what a cluster is recovered from.",
    ]
    let old = setup.nodes.map(\.release.version).min()
    if let old, old < Version(6, 2, 0), setup.to.version >= Version(6, 2, 0) {
      lines.insert("On every node: supervisorctl restart cnm_exec (from 6.0 to 6.2 it is needed).", at: 0)
    }
    return lines
  }
}
