// What upgrade mode changes besides on the members of a shard: buffers that would not hold what is written meanwhile,
// and writes that would be refused while a replica is away.

extension Scene {
  /// The directives of which there may be such a setting, in every version.
  package static let windowDirectives = [
    "repl-backlog-size", "client-output-buffer-limit", "min-replicas-to-write", "min-slaves-to-write",
  ]

  /// More than this is not taken for a backlog without being asked: it is memory, on every member.
  static let largestBacklog = 1 << 30

  /// The setup with what the rules about buffers and writes find missing, for every member of the shard: the next
  /// primary needs it as well.
  package var setupForWindow: Setup {
    var setup = setup
    setup.nodes = setup.nodes.map { node in
      var node = node
      node.windowSettings = windowSettings(node.id)
      return node
    }
    return setup
  }

  private func windowSettings(_ node: NodeID) -> [Setting] {
    if setup.kind == .standalone { return savePoint(node).map { [$0] } ?? [] }
    guard let shard = setup.shard(of: node), shard.members.count > 1, let primary = snapshot.primary(of: shard),
      let view = snapshot[primary].view, let own = snapshot[node].view,
      let configuration = own.inventory?.configuration
    else { return [] }
    return [
      backlog(primary, view, own), buffer(primary, view, configuration["client-output-buffer-limit"]),
      writes(primary, view, node, configuration),
    ].compactMap(\.self)
  }

  /// The only copy of everything: whatever stops it, it saves.
  private func savePoint(_ node: NodeID) -> Setting? {
    guard let view = snapshot[node].view, !view.pulse.persistence.appendOnly,
      view.inventory?.configuration[StandaloneProcedure.savePoints]?.isEmpty == true
    else { return nil }
    return StandaloneProcedure.anySavePoint
  }

  private func backlog(_ primary: NodeID, _ view: NodeView, _ own: NodeView) -> Setting? {
    guard let need = BacklogCoversRestart.need(primary, view, in: self), need > own.pulse.replication.backlogBytes,
      need > view.pulse.replication.backlogBytes, need <= Self.largestBacklog
    else { return nil }
    let memory = view.pulse.memory
    guard memory.maximum == 0 || memory.used + need < memory.maximum / 10 * 9 else { return nil }
    // Whole megabytes, so that a plan of a minute later does not say another number for nothing.
    return Setting("repl-backlog-size", String((need + 1_048_575) / 1_048_576 * 1_048_576))
  }

  /// The text as the server printed it, with the numbers of the class of replicas changed.
  private func buffer(_ primary: NodeID, _ view: NodeView, _ text: String?) -> Setting? {
    guard case .broken = ReplicaBuffer().judge(primary, view, in: self), let rate = writeRate(primary), let text
    else { return nil }
    let need = max(1_048_576, Words.whole(rate * Estimate.syncSeconds(view.pulse)))
    var words = text.split(separator: " ").map(String.init)
    guard let place = words.firstIndex(where: { $0 == "slave" || $0 == "replica" }), words.count > place + 3,
      need <= Self.largestBacklog
    else { return nil }
    words.replaceSubrange((place + 1)...(place + 3), with: [String(need * 2), String(need), "120"])
    return Setting("client-output-buffer-limit", words.joined(separator: " "))
  }

  /// One less than there are, so that one may be away.
  private func writes(
    _ primary: NodeID, _ view: NodeView, _ node: NodeID, _ configuration: [String: String]
  ) -> Setting? {
    guard case .broken = MinimumReplicas().judge(primary, view, in: self) else { return nil }
    let directive = directive(node, "min-replicas-to-write")
    let online = view.pulse.replication.replicas.filter { $0.state == "online" }.count
    guard online > 0, let wanted = configuration[directive].flatMap(Int.init), wanted > online - 1 else { return nil }
    return Setting(directive, String(online - 1))
  }

  /// Whether upgrade mode sets one of these on every node of an object.
  func window(of object: ObjectID, sets directives: [String]) -> Bool {
    let nodes = nodes(of: object)
    return !nodes.isEmpty
      && nodes.allSatisfy { node in
        setup.node(node)?.windowSettings.contains { directives.contains($0.directive) } == true
      }
  }

  /// What is to be done where upgrade mode does it; nil where it does not.
  func windowWords(_ node: NodeID, _ directive: String) -> String? {
    guard let setting = setup.node(node)?.windowSettings.first(where: { $0.directive == directive }) else { return nil }
    return "nothing: upgrade mode sets \(setting.directive) \(setting.value) on every member of its shard, and puts it "
      + "back at the end"
  }
}
