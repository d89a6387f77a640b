// After the last step: every line of the report is read back from the servers at that moment, or says "not verified".

import SystemIO
import UpgradeCore

/// Compares what is with what was.
struct PostChecks {
  let loop: EventLoop
  let fleet: Fleet
  let setup: Setup
  let state: State
  let before: [NodeID: Inventory]

  private struct After {
    var readout: NodeReadout
    var inventory: Inventory?
  }

  func run() async -> FinishReport {
    let after = await readAll()
    var lines = [versions(after), served(after), inSync(after), keys(after), persistence(after)]
    if let line = sentinels(after) { lines.append(line) }
    lines += configuration(after)
    lines.append(users(after))
    lines.append(errors(after))
    lines.append(leftOver())
    var byHand = ["Remove the backup once you are sure: it is in the run's folder."]
    if setup.site.reach == .ssh {
      let run = "redis-upgrade-backup-\(state.run)"
      byHand = ["Remove the backups once you are sure: on each host, \(run) in the data directory of its nodes."]
    }
    if setup.site.isLab { byHand = [] }
    if state.facts.ledger.entries.values.contains(where: { $0.standing == .left }) {
      byHand.append("Look at the settings that somebody else changed during the run.")
    }
    return FinishReport(lines: lines, byHand: byHand)
  }

  private func readAll() async -> [NodeID: After] {
    let reader = NodeReader(fleet: fleet, of: setup)
    let inventories = InventoryReader(fleet: fleet, of: setup)
    return await withTaskGroup(of: (NodeID, After).self) { group in
      for node in setup.nodes {
        group.addTask {
          let readout = await reader.read(node.address, .views, expecting: node.id)
          if node.role == .sentinel { return (node.id, After(readout: readout, inventory: nil)) }
          let inventory = try? await inventories.read(node.address, setup.to).get()
          return (node.id, After(readout: readout, inventory: inventory))
        }
      }
      var all: [NodeID: After] = [:]
      for await (node, after) in group { all[node] = after }
      return all
    }
  }

  private func versions(_ after: [NodeID: After]) -> FinishReport.Line {
    let reached = setup.nodes.filter { after[$0.id]?.readout.pulse?.server.release == state.facts.goals.want[$0.id] }
    let unread = setup.nodes.filter { after[$0.id]?.readout.pulse == nil }
    if let first = unread.first {
      return .init(.notVerified, "Version", "\(first.address) could not be read just now")
    }
    return .init(
      reached.count == setup.nodes.count ? .ok : .fail, "Version",
      "\(reached.count) of \(setup.nodes.count) nodes run \(setup.to.title)")
  }

  /// Whoever holds data.
  private var servers: [NodeSetup] { setup.nodes.filter { $0.role != .sentinel } }

  /// Under Sentinels: whether all of them say the same of those whom they watch.
  private func sentinels(_ after: [NodeID: After]) -> FinishReport.Line? {
    guard setup.kind == .sentinel else { return nil }
    let readings = after.compactMapValues { after in
      after.readout.pulse.map { pulse in
        Reading.up(
          NodeView(
            pulse: pulse, cluster: nil, settings: nil, inventory: nil, pulseAsOf: 0, clusterAsOf: 0, ageOfPulse: .zero))
      }
    }
    let scene = Scene(snapshot: Snapshot(nodes: readings, shards: setup.shards, addresses: [:]), setup: setup)
    let rules: [RuleName] = ["sentinels-agree", "quorum-reached", "peers-listed", "replicas-listed", "not-tilted"]
    for rule in rules {
      let verdict = Rulebook.evaluate(rule, .deployment, in: scene)
      if !verdict.holds { return .init(.fail, "Sentinels", "\(rule): \(verdict.text)") }
    }
    return .init(.ok, "Sentinels", Rulebook.evaluate("sentinels-agree", .deployment, in: scene).text + ", no ghosts")
  }

  private func served(_ after: [NodeID: After]) -> FinishReport.Line {
    if setup.kind.isPlain { return roles(after) }
    let infos = servers.compactMap { after[$0.id]?.readout.pulse?.cluster }
    guard infos.count == servers.count else {
      return .init(.notVerified, "Slots", "not every node answered CLUSTER INFO")
    }
    let good = infos.allSatisfy { $0.isOK && $0.slotsOK == SlotSet.count }
    let least = infos.map(\.slotsOK).min() ?? 0
    return .init(good ? .ok : .fail, "Slots", "\(least) of \(SlotSet.count) served, as every node sees it")
  }

  /// Outside of clusters: one primary, and the role of everybody in its configuration.
  private func roles(_ after: [NodeID: After]) -> FinishReport.Line {
    let pulses = servers.compactMap { after[$0.id]?.readout.pulse }
    guard pulses.count == servers.count else { return .init(.notVerified, "Primary", "not every server answered") }
    let primaries = servers.filter { after[$0.id]?.readout.pulse?.role == .primary }
    let names = primaries.map(\.address.description).joined(separator: ", ")
    let isSaved = servers.allSatisfy { state.facts.savedRoles.contains($0.id) }
    let saved =
      setup.kind == .standalone
      ? ""
      : isSaved ? "; every server has written its role into its configuration" : "; not every role was written down"
    return primaries.count == 1
      ? .init(.ok, "Primary", "\(names)\(saved)")
      : .init(.fail, "Primary", primaries.isEmpty ? "nobody says so" : "\(names) all say so")
  }

  private func inSync(_ after: [NodeID: After]) -> FinishReport.Line {
    var worst = 0
    for node in servers {
      guard let pulse = after[node.id]?.readout.pulse else {
        return .init(.notVerified, "Replicas", "\(node.address) could not be read just now")
      }
      guard let upstream = pulse.replication.upstream else { continue }
      if !upstream.linkUp || upstream.syncInProgress {
        return .init(.fail, "Replicas", "\(node.address) is not linked to its primary")
      }
      if setup.kind.isPlain,
        let source = setup.node(at: upstream.address, from: node.id).flatMap({ after[$0]?.readout.pulse })
      {
        worst = max(worst, source.replication.offset - upstream.offset)
        continue
      }
      let primary = setup.nodes.first { other in
        setup.shard(of: other.id)?.id == setup.shard(of: node.id)?.id
          && after[other.id]?.readout.pulse?.role == .primary
      }
      guard let source = primary.flatMap({ after[$0.id]?.readout.pulse }) else {
        return .init(.notVerified, "Replicas", "the primary of \(node.address) could not be read just now")
      }
      worst = max(worst, source.replication.offset - upstream.offset)
    }
    if servers.count == 1 { return .init(.ok, "Replicas", "there is none") }
    return .init(
      worst <= setup.options.lagBound ? .ok : .warn, "Replicas", "all linked; the worst is \(worst) bytes behind")
  }

  private func keys(_ after: [NodeID: After]) -> FinishReport.Line {
    var parts: [String] = []
    var isOdd = false
    for shard in setup.shards {
      let pulses = shard.members.compactMap { after[$0]?.readout.pulse }
      guard pulses.count == shard.members.count, let primary = pulses.first(where: { $0.role == .primary }) else {
        return .init(.notVerified, "Keys", "shard \(shard.id) could not be counted just now")
      }
      let least = pulses.map(\.keys).min() ?? 0
      parts.append("\(shard.id) \(primary.keys)" + (least == primary.keys ? "" : " (a replica \(least))"))
      // Counts are read a moment apart from each other, while clients write.
      let slack = 100 + primary.expiringKeys / 10 + primary.statistics.operationsPerSecond
      if primary.keys - least > slack { isOdd = true }
    }
    return .init(isOdd ? .warn : .ok, "Keys", parts.joined(separator: ", "))
  }

  private func persistence(_ after: [NodeID: After]) -> FinishReport.Line {
    for node in servers {
      guard let persistence = after[node.id]?.readout.pulse?.persistence else {
        return .init(.notVerified, "Saving", "\(node.address) could not be read just now")
      }
      if !persistence.lastSaveSucceeded || !persistence.lastAppendSucceeded {
        return .init(.fail, "Saving", "the last save of \(node.address) failed")
      }
    }
    return .init(.ok, "Saving", "the last save of every node succeeded")
  }

  /// What follows the topology says nothing about the configuration.
  private static let topological: Set<String> = ["slaveof", "replicaof"]

  /// Directives that both versions know and that differ, each with the nodes on which it does; what only the new
  /// version knows is a new default.
  private func configuration(_ after: [NodeID: After]) -> [FinishReport.Line] {
    struct Change: Hashable {
      var directive: String
      var was: String
      var now: String
    }
    var changes: [Change: [String]] = [:]
    var added: Set<String> = []
    var gone: Set<String> = []
    var compared = 0
    for node in servers {
      guard let old = before[node.id]?.configuration, let new = after[node.id]?.inventory?.configuration, !old.isEmpty,
        !new.isEmpty
      else { continue }
      compared += 1
      added.formUnion(Set(new.keys).subtracting(old.keys))
      gone.formUnion(Set(old.keys).subtracting(new.keys))
      for (key, value) in old where !PostChecks.topological.contains(key) {
        guard let now = new[key], now != value else { continue }
        changes[Change(directive: key, was: value, now: now), default: []].append(node.address.description)
      }
    }
    let rows = changes.sorted { $0.key.directive < $1.key.directive }.map { change, nodes in
      FinishReport.Line(
        .warn, "Config",
        "\(change.directive): was \(change.was), is \(change.now) on "
          + (nodes.count == servers.count ? "every node" : nodes.joined(separator: ", ")))
    }
    guard compared == servers.count else {
      let text = "compared on \(compared) of \(servers.count) nodes: the rest was not read before and after"
      return [.init(.notVerified, "Config", text)] + rows
    }
    let text =
      (rows.isEmpty
        ? "no value changed on any node"
        : rows.count == 1 ? "1 directive has another value" : "\(rows.count) directives have another value")
      + "; \(added.count) are new in \(setup.to.version), \(gone.count) are gone"
    return [.init(rows.isEmpty ? .ok : .warn, "Config", text)] + rows
  }

  private func users(_ after: [NodeID: After]) -> FinishReport.Line {
    var changed: [String] = []
    for node in servers {
      guard let old = before[node.id]?.users, let new = after[node.id]?.inventory?.users else {
        return .init(.notVerified, "Users", "ACL LIST was not readable before and after on \(node.address)")
      }
      let names = { (lines: [String]) in
        Set(lines.compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
      }
      if names(old) != names(new) { changed.append(node.address.description) }
    }
    return changed.isEmpty
      ? .init(.ok, "Users", "the same users on every node as before")
      : .init(.fail, "Users", "not the same users as before on \(changed.joined(separator: ", "))")
  }

  /// Errors of a kind that no server gave before: what clients now run into.
  private func errors(_ after: [NodeID: After]) -> FinishReport.Line {
    var (was, now): ([String: [String: Int]?], [String: [String: Int]?]) = ([:], [:])
    for node in servers {
      was[node.address.description] = .some(before[node.id]?.usage?.errors)
      now[node.address.description] = .some(after[node.id]?.inventory?.usage?.errors)
    }
    guard let new = ErrorCodes.new(before: was, after: now) else {
      return .init(.notVerified, "Errors", "not counted by code on every node before and after (INFO errorstats)")
    }
    guard !new.isEmpty else {
      return .init(.ok, "Errors", "no node answers with an error of a kind that none gave before")
    }
    let parts = new.sorted { $0.key < $1.key }.map { code, nodes in
      code + nodes.sorted { $0.key < $1.key }.map { " \($0.value) on \($0.key)" }.joined(separator: ",")
    }
    return .init(.warn, "Errors", "of a kind that none gave before: \(parts.joined(separator: "; "))")
  }

  private func leftOver() -> FinishReport.Line {
    let ledger = state.facts.ledger.entries
    let open = ledger.filter { $0.value.standing == .open }
    let left = ledger.filter { $0.value.standing == .left }
    if !open.isEmpty {
      let names = open.keys.sorted().map { "\($0.directive) on \(setup.address($0.node))" }
      return .init(.fail, "Left over", names.joined(separator: ", "))
    }
    return .init(
      left.isEmpty ? .ok : .warn, "Left over",
      "\(ledger.count - left.count) of \(ledger.count) temporary settings put back"
        + (left.isEmpty ? "" : ", \(left.count) left as others set them"))
  }
}
