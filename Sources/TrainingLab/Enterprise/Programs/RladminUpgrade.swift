// `rladmin upgrade db`: what is refused, what is begun, and how its progress is told.

import SystemIO
import UpgradeRuntime

extension Simulator.Rladmin {
  typealias Phrase = Simulator.Phrase
  typealias Refusal = Simulator.Refusal

  /// Begins the upgrade and watches it; it goes on when nobody watches any more, as the vendor's does.
  func upgradeDatabase(_ cluster: Simulator.Cluster) async throws(Refusal) {
    guard call.words.count > 2, call.words[1] == "db" else { throw Self.usage }
    guard let database = cluster.database(called: call.words[2]) else {
      throw Refusal(Phrase.noDatabase(call.words[2]))
    }
    let upgrade = try wanted(for: database, in: cluster)
    let id = Self.identifier()
    let isBusy = try await change { cluster in
      if cluster.actions.contains(where: { $0.database == database.id && $0.isRunning }) { return true }
      var action = Simulator.Action(
        id: id, name: "SMUpgradeBDB", database: database.id, created: WallClock.milliseconds)
      action.upgrade = upgrade
      cluster.actions.append(action)
      return false
    }
    if isBusy { throw Refusal(Phrase.busyDatabase("\(database.id)")) }
    try await begin(id)
    try await watch(id)
  }

  private func wanted(
    for database: Simulator.Database, in cluster: Simulator.Cluster
  ) throws(Refusal) -> Simulator.Upgrade {
    guard !cluster.isMixed, let version = cluster.oldestVersion else { throw Refusal(Phrase.mixedVersions()) }
    var upgrade = Simulator.Upgrade(
      version: version.isAtLeast(7, 8)
        ? cluster.policy.defaultVersion : Simulator.Bundles.usual(of: version, policy: cluster.policy.upgradePolicy))
    if !version.isAtLeast(6, 2) { upgrade.version = cluster.policy.defaultVersion }
    var isForced = false
    var rest = call.words.dropFirst(3)
    while let word = rest.popFirst() {
      switch word {
      case "preserve_roles": upgrade.preservesRoles = true
      case "discard_data": upgrade.discardsData = true
      case "force_discard": upgrade.forcesDiscard = true
      case "keep_redis_version": upgrade.version = database.shortVersion
      case "force": isForced = true
      case "latest_with_modules", "keep_crdt_protocol_version": continue
      case "redis_version":
        guard let given = rest.popFirst() else { throw Self.usage }
        upgrade.version = given
      case "parallel_shards_upgrade":
        guard let count = rest.popFirst(), count == "all" || Int(count) != nil else { throw Self.usage }
      default: throw Self.usage
      }
    }
    guard Simulator.Bundles.databases(of: version).contains(upgrade.version) else {
      throw Refusal(Phrase.notBundled(upgrade.version))
    }
    let isSame = Simulator.Bundles.full(upgrade.version) == database.version
    if isSame, !isForced, !call.words.contains("keep_redis_version") {
      throw Refusal(Phrase.sameVersion(database.version))
    }
    guard !database.isUnprotected || upgrade.discardsData || upgrade.forcesDiscard else {
      throw Refusal(Phrase.wouldLose())
    }
    return upgrade
  }

  /// The action runs in a process of its own.
  private func begin(_ id: String) async throws(Refusal) {
    guard let program = Host.executable else { throw Refusal("This program's own file is not known.", code: 70) }
    let words = [program, "simulate", "action", call.folder, id].map(LabProfile.shellQuoted).joined(separator: " ")
    let outcome = try await Refusal.real { () throws(LabError) in
      try await Programs(on: call.loop).run(
        "/bin/sh",
        ["-c", "nohup setsid -f \(words) </dev/null >>\(LabProfile.shellQuoted(call.folder))/node.out 2>&1"],
        within: .seconds(10))
    }
    guard outcome.isSuccess else { throw Refusal(outcome.lastLine, code: 70) }
  }

  /// A line for each state; a spinner's character before one that had to be waited for.
  private func watch(_ id: String) async throws(Refusal) {
    call.say(Phrase.monitoring(id))
    var told = 0
    var turns = 0
    let spinner = [".", "o", "O"]
    while true {
      guard let action = try state().actions.first(where: { $0.id == id }) else { throw Refusal("", code: 1) }
      for state in action.states.dropFirst(told) {
        let mark = turns > 1 ? spinner[told % spinner.count] : ""
        call.say("\(mark)active - \(action.name) \(state)")
        turns = 0
      }
      told = action.states.count
      switch action.status {
      case .completed:
        call.say(["completed - \(action.name)", "Done"])
        return
      case .failed:
        throw Refusal(Phrase.failedMachine(action.name) + (action.error.map { "\nERROR: \($0)" } ?? ""))
      case .pending, .active: break
      }
      turns += 1
      try? await call.loop.sleep(for: .milliseconds(50))
    }
  }

  /// `e39c8e87-75f9-4891-8c86-78cf151b720b`.
  static func identifier() -> String {
    let digits = randomBytes(16).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    var rest = digits[...]
    return [8, 4, 4, 4, 12].map { count in
      defer { rest = rest.dropFirst(count) }
      return String(rest.prefix(count))
    }
    .joined(separator: "-")
  }
}
