package import SystemIO
package import UpgradeCore

/// A cluster as the foreign client sees it: a slot map, and a connection to whoever is asked.
///
/// Used where repeating a question does no harm: reading the map, loading keys, reading back what was written.
package actor ForeignCluster {
  package nonisolated let loop: EventLoop
  package nonisolated let login: ForeignLogin
  private let seeds: [Address]
  private var connections: [Address: ForeignConnection] = [:]
  private var map: SlotMap?
  /// Everybody who ever served a slot, for the case that the seeds are gone.
  private var known: Set<Address> = []

  /// How long one exchange may take.
  private static let bound = Duration.seconds(10)
  /// Commands written at once.
  private static let batchSize = 500

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  /// - Parameter seeds: addresses of any nodes, tried in order.
  package init(seeds: [Address], login: ForeignLogin = ForeignLogin(), on loop: EventLoop) {
    self.seeds = seeds
    self.login = login
    self.loop = loop
  }

  /// Asks one node, over a connection that is kept.
  package func send(_ arguments: [String], to address: Address) async throws(ForeignFailure) -> ForeignReply {
    let connection = try await connection(to: address)
    return try await connection.send(arguments, within: Self.bound)
  }

  /// The slot map as it was read last, or now.
  package func slotMap() async throws(LabError) -> SlotMap {
    if let map { return map }
    return try await readSlotMap()
  }

  /// Reads the slot map anew from the first node that answers.
  ///
  /// - Parameter preferred: whom to ask first: after a redirection the one that it pointed to, as others may not have
  ///   heard of the change yet.
  package func readSlotMap(preferring preferred: Address? = nil) async throws(LabError) -> SlotMap {
    var complaints: [String] = []
    for address in (preferred.map { [$0] } ?? []) + seeds + known.subtracting(seeds).sorted() {
      do throws(ForeignFailure) {
        let reply = try await send(["CLUSTER", "SLOTS"], to: address)
        if let map = SlotMap(reply, asked: address.host), !map.ranges.isEmpty {
          self.map = map
          known.formUnion(map.ranges.map(\.primary))
          return map
        }
        if case .error(let line) = reply, line.contains("cluster support disabled") {
          let info = ServerInfo(try await send(["INFO", "replication"], to: address).text ?? "")
          guard !info.isPrimary else { return takeOver(address) }
          complaints.append("\(address): a replica")
          continue
        }
        complaints.append("\(address): \(Self.complaint(reply))")
      } catch {
        complaints.append("\(address): \(error)")
      }
    }
    throw LabError(
      .connectionLost, "No node of the cluster says who serves which slot (\(complaints.joined(separator: "; ")))",
      remedy: "Check that the address is a node of a running cluster, and the password.")
  }

  /// Outside of clusters whoever is primary serves everything.
  private func takeOver(_ address: Address) -> SlotMap {
    let map = SlotMap(ranges: [SlotMap.Range(slots: 0...(ClusterShape.slotCount - 1), primary: address)])
    self.map = map
    known.insert(address)
    return map
  }

  /// Sends commands that may be repeated, each to the primary of its slot, and follows redirections within a bound.
  ///
  /// - Returns: the replies in the commands' order; nil where none could be had, or only a redirection.
  package func sendAll(_ commands: [(slot: Int, arguments: [String])], within bound: Duration) async -> [ForeignReply?]
  {
    let deadline = loop.now + bound
    var replies: [ForeignReply?] = Array(repeating: nil, count: commands.count)
    var open = Array(commands.indices)
    while true {
      let map = try? await slotMap()
      var byPrimary: [Address: [Int]] = [:]
      for index in open {
        guard let primary = map?.primary(ofSlot: commands[index].slot) else { continue }
        byPrimary[primary, default: []].append(index)
      }
      await withTaskGroup(of: [(Int, ForeignReply)].self) { group in
        for (primary, indices) in byPrimary {
          let batch = indices.map { ($0, commands[$0].arguments) }
          group.addTask { await self.send(batch, to: primary) }
        }
        for await answers in group {
          for (index, reply) in answers { replies[index] = reply }
        }
      }
      open = open.filter { index in
        guard let code = replies[index]?.errorCode else { return replies[index] == nil }
        guard Self.passing.contains(code) else { return false }
        replies[index] = nil
        return true
      }
      if open.isEmpty || loop.now >= deadline || Task.isCancelled { return replies }
      self.map = nil
      try? await loop.sleep(for: .milliseconds(50))
    }
  }

  /// Error codes of a cluster that is about to have another shape.
  private static let passing: Set<String> = [
    "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY", "UNBLOCKED",
  ]

  private func send(_ batch: [(Int, [String])], to primary: Address) async -> [(Int, ForeignReply)] {
    var answers: [(Int, ForeignReply)] = []
    do throws(ForeignFailure) {
      let connection = try await connection(to: primary)
      var rest = batch[...]
      while !rest.isEmpty {
        let part = rest.prefix(Self.batchSize)
        rest = rest.dropFirst(Self.batchSize)
        let replies = try await connection.send(batch: part.map(\.1), within: Self.bound)
        answers += zip(part.map(\.0), replies)
      }
    } catch {
      // What has no reply stays open, and is asked again.
      connections[primary] = nil
    }
    return answers
  }

  private func connection(to address: Address) async throws(ForeignFailure) -> ForeignConnection {
    if let known = connections[address], await known.isOpen { return known }
    let fresh = try await ForeignConnection.open(to: address, login: login, on: loop, within: .seconds(3))
    connections[address] = fresh
    return fresh
  }

  package func close() {
    for connection in connections.values { connection.close() }
    connections = [:]
  }

  private static func complaint(_ reply: ForeignReply) -> String {
    if case .error(let line) = reply { return line }
    return "no slots are assigned"
  }
}
