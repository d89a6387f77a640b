import SystemIO
import UpgradeCore

/// Brings the servers of a recorded lab to life and waits until they are one healthy cluster.
struct LabStart {
  let request: LabRequest
  /// The launcher of the release that the servers start on.
  let executable: String
  let store: String
  /// This program's file, if the profile may call it.
  let program: String?
  let login: ForeignLogin
  let loop: EventLoop

  private static let startBound = Duration.seconds(20)
  private static let readyBound = Duration.seconds(60)
  private static let loadBound = Duration.seconds(120)
  /// How often a server is asked while it is waited for.
  private static let pause = Duration.milliseconds(20)

  private func shape(of record: LabRecord) -> ClusterShape {
    request.shape(port: record.firstPort, seed: record.seed)
  }

  /// Writes every node's files and starts all servers; the record that it returns knows their processes.
  func servers(of record: LabRecord) async throws(LabError) -> LabRecord {
    var record = record
    let shape = shape(of: record)
    try LabFiles.write(
      LabProfile.text(
        directory: record.directory, store: store, program: program, sentinels: request.sentinels > 0),
      to: record.profilePath)
    for (node, planned) in zip(record.nodes, shape.nodes) {
      let directory = record.directory(of: node)
      try LabFiles.makeDirectory(directory)
      // Only this user may read it: it may hold passwords.
      try LabFiles.write(
        ServerConfiguration.text(for: planned, of: request, directory: directory, certificates: record.certificates),
        to: "\(directory)/\(ServerConfiguration.fileName)", mode: 0o600)
      if request.tree == nil {
        try LabFiles.write(
          shape.nodesFile(of: planned), to: "\(directory)/\(ServerConfiguration.nodesFileName)", mode: 0o600)
      }
      try LabFiles.link("\(directory)/\(LabProfile.linkName)", to: executable)
    }
    for sentinel in record.sentinels ?? [] { try write(sentinel, of: record) }
    // As the profile starts them, so that there is one way only.
    let programs = Programs(on: loop)
    for node in record.members {
      let command = LabProfile.startCommand(
        in: LabProfile.shellQuoted(record.directory(of: node)), sentinels: request.sentinels > 0)
      let outcome = try await programs.run("/bin/sh", ["-c", command], within: .seconds(10))
      guard outcome.isSuccess else { throw didNotStart(node, of: record, why: outcome.lastLine) }
    }
    let deadline = loop.now + Self.startBound
    for index in record.nodes.indices {
      record.nodes[index].process = try await process(of: record.nodes[index], in: record, until: deadline)
    }
    for (index, sentinel) in (record.sentinels ?? []).enumerated() {
      let process = try await process(of: sentinel, in: record, until: deadline)
      record.sentinels?[index].process = process
    }
    return record
  }

  /// Writes a Sentinel's files; it writes its configuration anew when it has found the others.
  private func write(_ sentinel: LabRecord.Node, of record: LabRecord) throws(LabError) {
    let directory = record.directory(of: sentinel)
    try LabFiles.makeDirectory(directory)
    try LabFiles.write(
      SentinelConfiguration.text(
        for: sentinel, watching: record.nodes[0], of: request, directory: directory,
        certificates: record.certificates),
      to: "\(directory)/\(SentinelConfiguration.fileName)", mode: 0o600)
    try LabFiles.link("\(directory)/\(LabProfile.linkName)", to: executable)
  }

  /// Waits until a node's server answers, and proves that it is the one in the node's directory.
  private func process(
    of node: LabRecord.Node, in record: LabRecord, until deadline: MonotonicTime
  ) async throws(LabError) -> ProcessIdentity {
    let begun = loop.now
    while true {
      if let info = try? await info(of: node, section: "server"), let pid = info.processID {
        guard let process = try? ProcessIdentity(of: pid),
          LabProcesses.directory(of: process) == record.directory(of: node)
        else {
          throw Self.portTaken(node, by: pid)
        }
        guard info.release == request.from else {
          throw didNotStart(node, of: record, why: "it is \(info.release.map { "\($0)" } ?? "of an unknown release")")
        }
        return process
      }
      // A server that cannot read its configuration is gone within milliseconds; the first look may come too early.
      if loop.now - begun > .seconds(1), LabProcesses.find(record, node: node).isEmpty {
        throw didNotStart(node, of: record, why: nil)
      }
      if loop.now >= deadline { throw didNotStart(node, of: record, why: "it does not answer") }
      try await sleep()
    }
  }

  /// Waits until every node sees a whole cluster and every replica is in sync.
  func awaitReady(_ record: LabRecord) async throws(LabError) {
    let deadline = loop.now + Self.readyBound
    for node in record.members {
      while true {
        let complaint =
          record.nodes.contains(node)
          ? await complaint(of: node, in: record) : await sentinelComplaint(of: node, in: record)
        guard let complaint else { break }
        if LabProcesses.find(record, node: node).isEmpty { throw didNotStart(node, of: record, why: complaint) }
        if loop.now >= deadline {
          throw LabError(
            .notReady, "The cluster did not come up: port \(node.port) says \(complaint)",
            remedy: "Try again; if it stays so, look at the load of this machine.")
        }
        try await sleep()
      }
    }
  }

  /// What keeps a node from being ready; nil when it is.
  private func complaint(of node: LabRecord.Node, in record: LabRecord) async -> String? {
    do throws(ForeignFailure) {
      if record.plain == true { return try await plainComplaint(of: node, in: record) }
      let cluster = ServerInfo(try await text(["CLUSTER", "INFO"], of: node))
      guard cluster["cluster_state"] == "ok", cluster["cluster_known_nodes"] == String(record.nodes.count) else {
        return "cluster_state:\(cluster["cluster_state"] ?? "?")"
      }
      let info = try await info(of: node, section: "replication")
      guard info.isPrimary == node.isPrimary else { return "role:\(info["role"] ?? "?")" }
      if node.isPrimary {
        let wanted = record.nodes.filter { $0.shard == node.shard && !$0.isPrimary }.count
        return info.replicasOnline == wanted ? nil : "\(info.replicasOnline) of \(wanted) replicas online"
      }
      return info.isLinked ? nil : "master_link_status:\(info["master_link_status"] ?? "?")"
    } catch {
      return error.description
    }
  }

  /// A Sentinel knows all servers and all other Sentinels, and they are enough.
  private func sentinelComplaint(of node: LabRecord.Node, in record: LabRecord) async -> String? {
    do throws(ForeignFailure) {
      let words = try await reply(["SENTINEL", "MASTER", SentinelConfiguration.groupName], of: node).elements ?? []
      let texts = words.map { $0.text ?? "" }
      let wanted = [
        ("flags", "master"), ("num-slaves", String(record.nodes.count - 1)),
        ("num-other-sentinels", String((record.sentinels?.count ?? 0) - 1)),
      ]
      for (name, value) in wanted {
        let said = texts.firstIndex(of: name).map { texts.dropFirst($0 + 1).first ?? "" }
        guard said == value else { return "\(name):\(said ?? "?")" }
      }
      let quorum = try await text(["SENTINEL", "CKQUORUM", SentinelConfiguration.groupName], of: node)
      return quorum.hasPrefix("OK") ? nil : quorum
    } catch {
      return error.description
    }
  }

  /// Outside of clusters: a link up where there is one to be, and everybody online who follows.
  private func plainComplaint(
    of node: LabRecord.Node, in record: LabRecord
  ) async throws(ForeignFailure) -> String? {
    let info = try await info(of: node, section: "replication")
    guard info.isPrimary == node.isPrimary else { return "role:\(info["role"] ?? "?")" }
    if !node.isPrimary, !info.isLinked { return "master_link_status:\(info["master_link_status"] ?? "?")" }
    let wanted = record.nodes.filter { $0.follows == node.port }.count
    return info.replicasOnline == wanted ? nil : "\(info.replicasOnline) of \(wanted) replicas online"
  }

  /// Writes numbered keys until every shard has its share, and waits until the replicas have them.
  func load(_ record: LabRecord) async throws(LabError) {
    let shape = shape(of: record)
    var missing = Array(repeating: request.keysPerShard, count: shape.shardCount)
    var commands: [(slot: Int, arguments: [String])] = []
    var number = 0
    while missing.contains(where: { $0 > 0 }) {
      let key = "lab:\(number)"
      let slot = ForeignSlot.of(key)
      if let shard = missing.indices.first(where: { shape.slots(ofShard: $0).contains(slot) }), missing[shard] > 0 {
        missing[shard] -= 1
        commands.append((slot, ["SET", key, value(of: number)]))
      }
      number += 1
    }
    let cluster = ForeignCluster(seeds: record.nodes.map(\.address), login: login, on: loop)
    let replies = await cluster.sendAll(commands, within: Self.loadBound)
    await cluster.close()
    if let bad = replies.first(where: { $0 != .simple("OK") }) {
      throw LabError(
        .refusedByServer, "A key could not be written: \(bad.map { "\($0)" } ?? "no reply")",
        remedy: "Ask for fewer or shorter keys, or for other configuration lines.")
    }
    try await ClusterProof(record.nodes.map(\.address), login: login, on: loop).awaitReplicas(within: Self.loadBound)
  }

  /// A value that differs from key to key, so that a file of them does not shrink to nothing.
  private func value(of number: Int) -> String {
    let piece = "\(number)."
    return String(String(repeating: piece, count: request.valueLength / piece.count + 1).prefix(request.valueLength))
  }

  private func info(of node: LabRecord.Node, section: String) async throws(ForeignFailure) -> ServerInfo {
    ServerInfo(try await text(["INFO", section], of: node))
  }

  private func text(_ command: [String], of node: LabRecord.Node) async throws(ForeignFailure) -> String {
    try await reply(command, of: node).text ?? ""
  }

  private func reply(_ command: [String], of node: LabRecord.Node) async throws(ForeignFailure) -> ForeignReply {
    var login = login
    // Every server but the primary follows somebody; a Sentinel does not.
    let isSentinel = request.sentinels > 0 && !node.isPrimary && node.follows == nil
    if isSentinel, let own = request.sentinelPassword { login.password = own }
    let connection = try await ForeignConnection.open(
      to: node.address, login: login, on: loop, within: .seconds(2))
    defer { connection.close() }
    let reply = try await connection.send(command, within: .seconds(5))
    if case .error(let line) = reply { throw .refused(line) }
    return reply
  }

  private func sleep() async throws(LabError) {
    do {
      try await loop.sleep(for: Self.pause)
    } catch {
      throw LabError(.timedOut, "The start of the lab was interrupted", remedy: "Start it again.")
    }
  }

  private static func portTaken(_ node: LabRecord.Node, by pid: Int32?) -> LabError {
    LabError(
      .portTaken, "Another program listens on port \(node.port)\(pid.map { ", a server with pid \($0)" } ?? "")",
      remedy: "Choose another base port, or leave it out and a free one is found.")
  }

  /// A sentence with the server's own last words, which go with the directory.
  private func didNotStart(_ node: LabRecord.Node, of record: LabRecord, why: String?) -> LabError {
    let directory = record.directory(of: node)
    let words = [ServerConfiguration.outputFileName, ServerConfiguration.logFileName].flatMap { name in
      ((try? LabFiles.read("\(directory)/\(name)")) ?? "").split(whereSeparator: \.isNewline).suffix(3)
    }
    if words.contains(where: { $0.contains("Address already in use") }) { return Self.portTaken(node, by: nil) }
    let said = words.isEmpty ? "it said nothing" : "its last words: " + words.joined(separator: " | ")
    return LabError(
      .serverDidNotStart, "The server on port \(node.port) did not come up\(why.map { " (\($0))" } ?? ""); \(said)",
      remedy: "Look at the configuration lines that were asked for, and at what runs on that port.")
  }
}
