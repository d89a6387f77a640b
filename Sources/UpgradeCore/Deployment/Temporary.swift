// A server of the wanted version beside a single one, for the time of a run: it serves while the other is away.

/// The temporary server of a run, as it is to be: `temporary` of the profile and the server that it stands in for.
package struct Temporary: Hashable, Sendable {
  /// A member of the shard from the intent of its start to its removal. Its directory is the folder that goes with it.
  package var node: NodeSetup
  /// Bytes of memory that have to be free on the host before it is started.
  package var memory: Int

  package init(_ node: NodeSetup, memory: Int) {
    self.node = node
    self.memory = memory
  }

  /// Beside the other server: as much as that holds, and a quarter for buffers and for what is written meanwhile.
  package static func memory(for bytes: Int) -> Int { max(0, bytes) / 4 * 5 }

  /// What is wanted of a profile, for one server that nobody follows.
  ///
  /// - Parameters:
  ///   - folder: nil: beside the data files of the server.
  ///   - used: bytes that the server holds.
  package init(beside server: NodeSetup, port: Int, folder: String?, to: Release, used: Int) {
    let address = Address(host: server.address.host, port: port)
    let folder = folder ?? "\(server.directory)/redis-upgrade-temporary-\(port)"
    var node = NodeSetup(
      id: NodeID(of: address), address: address, release: to, role: .replica, runID: "", processID: 0,
      configFile: "\(folder)/server.conf", directory: folder, appendOnly: server.appendOnly, settings: [:])
    node.follows = server.id
    node.logFile = "\(folder)/server.log"
    self.init(node, memory: Self.memory(for: used))
  }
}

extension Setup {
  package func isTemporary(_ node: NodeID) -> Bool { temporary?.node.id == node }

  /// Whether the temporary server is, or may be, there: it is a member of the shard like the other one.
  package var hasTemporary: Bool { temporary.map { own in nodes.contains { $0.id == own.node.id } } ?? false }

  /// The server that the temporary one stands in for.
  package var stoodInFor: NodeID? { temporary?.node.follows }

  package mutating func takeInTemporary() {
    guard let temporary, !hasTemporary else { return }
    nodes.append(temporary.node)
    for place in shards.indices where shards[place].members.contains(where: { $0 == stoodInFor }) {
      shards[place].members.append(temporary.node.id)
    }
  }

  package mutating func leaveOutTemporary() {
    guard let temporary else { return }
    nodes.removeAll { $0.id == temporary.node.id }
    for place in shards.indices { shards[place].members.removeAll { $0 == temporary.node.id } }
  }

  /// With everybody who may be met during the run.
  package var withTemporary: Setup {
    var setup = self
    setup.takeInTemporary()
    return setup
  }

  /// The program and the file that start it, and what takes it away, as an operator could paste them.
  func temporaryCommands(_ stage: Site.Stage) -> [String] {
    guard let temporary, let old = stoodInFor else { return [] }
    let folder = temporary.node.directory
    let place = node(old)?.address
    if stage == .temporaryStop {
      return [
        "kill <process_id of \(temporary.node.address), compared right before>",
        "rm -r \(ShellQuoting.word(folder))",
      ]
    }
    return [
      "<program> \(ShellQuoting.word(temporary.node.configFile))   (a copy of \(node(old)?.configFile ?? "") with port "
        + "\(temporary.node.address.port), dir \(folder), replicaof \(place?.host ?? "") \(place?.port ?? 0))",
      "\(site.command(.program, old) ?? "")   (on the host of \(address(old)): names the program)",
    ]
  }
}
