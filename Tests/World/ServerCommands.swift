// Commands to a simulated server, and what it answers.

import UpgradeCore

/// An answer, or the lack of one.
package enum ServerReply: Hashable, Sendable {
  case text(String)
  case list([String])
  case error(String)
  /// Nobody listens.
  case refused
  /// Connected, and no answer.
  case silence
}

extension SimulatedCluster {
  /// Whether a connection gets an answer at all; a server of 6.2 is mute while it loads
  /// (`loading-process-events-interval-bytes` came with redis 7.0).
  private func deaf(_ node: SimulatedNode) -> ServerReply? {
    guard let process = node.process else { return .refused }
    if node.isFrozen(now) { return .silence }
    if process.isLoading, process.release.product == .redis, process.release.version < Version(7, 0, 0) {
      return .silence
    }
    return nil
  }

  /// Commands that answer at once.
  package func command(_ id: NodeID, _ words: [String], by doer: Doer) -> ServerReply {
    guard let node = node(id) else { return .refused }
    if let deaf = deaf(node) { return deaf }
    if node.process?.isLoading == true, !["INFO", "CLUSTER INFO"].contains(words.prefix(2).joined(separator: " ")) {
      return .error("LOADING Redis is loading the dataset in memory")
    }
    catchUp(node)
    for follower in nodes where follower.claim.primary == node.place { catchUp(follower) }
    switch words.map({ $0.uppercased() }) {
    case let upper where upper.first == "INFO": return .text(info(node))
    case ["CLUSTER", "INFO"]: return .text(clusterInfo(node))
    case ["CLUSTER", "NODES"]: return .text(clusterNodes(node))
    case ["CLUSTER", "FAILOVER"]:
      if let error = failOver(node, by: doer) { return .error(error) }
      return .text("OK")
    case let upper where upper.prefix(2) == ["CONFIG", "GET"]:
      let settings = node.process?.settings ?? [:]
      return .list(settings.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] })
    case let upper where upper.prefix(2) == ["CONFIG", "SET"] && words.count == 4:
      return set(node, words[2], words[3], by: doer)
    case ["BGSAVE"]: return backgroundSave(node)
    default: return .error("ERR unknown command '\(words.joined(separator: " "))'")
    }
  }

  private func set(_ node: SimulatedNode, _ directive: String, _ value: String, by doer: Doer) -> ServerReply {
    guard let present = node.process?.settings[directive] else {
      return .error("ERR Unsupported CONFIG parameter: \(directive)")
    }
    if doer == .us {
      witness.configured(node, directive, from: present, to: value)
    } else {
      node.settingsOfOthers[directive] = value
    }
    node.process?.settings[directive] = value
    witness.note("\(node.port) CONFIG SET \(directive) \(value)", by: doer)
    return .text("OK")
  }

  private func backgroundSave(_ node: SimulatedNode) -> ServerReply {
    guard let process = node.process, !process.isSaving else {
      return .error("ERR Background save already in progress")
    }
    node.process?.isSaving = true
    agenda.after(random.milliseconds(30...900)) { [unowned self] in
      guard node.process?.runID == process.runID, let data = node.process?.data else { return }
      node.process?.isSaving = false
      node.process?.lastSaveSucceeded = !node.savesFail
      guard !node.savesFail else { return }
      node.process?.saves += 1
      node.process?.lastSaveTime = Int(now.nanoseconds / 1_000_000_000)
      node.saved = SavedData(data: data, writer: process.release)
    }
    return .text("Background saving started")
  }

  /// `SHUTDOWN`, or a signal that means the same; `then` hears an error, or nil once the process is gone.
  func shutDown(_ node: SimulatedNode, by doer: Doer, then: @escaping (ServerReply?) -> Void) {
    if let deaf = deaf(node) { return then(deaf) }
    guard let process = node.process, !process.isEnding else {
      return then(.error("ERR SHUTDOWN is already under way"))
    }
    if doer == .us { witness.stops(node, self) }
    node.process?.isEnding = true
    agenda.after(random.milliseconds(5...150)) { [unowned self] in
      guard node.process?.runID == process.runID else { return then(nil) }
      if node.savesFail {
        node.process?.isEnding = false
        return then(.error("ERR Errors trying to SHUTDOWN. Check logs."))
      }
      if doer == .us { node.isOutByUs = true }
      end(node, saving: true, by: doer)
      then(nil)
    }
  }
}
