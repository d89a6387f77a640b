package import SystemIO
package import UpgradeCore

/// What can be read from the servers themselves once an upgrade is over: releases, and keys on both sides of each link.
package struct ClusterProof: Sendable {
  /// The keys of one primary and of those who follow it.
  package struct ShardKeys: Equatable, Sendable, CustomStringConvertible {
    package struct Count: Equatable, Sendable, CustomStringConvertible {
      /// `DBSIZE`.
      package let all: Int
      /// Those that have an expiry.
      package let expiring: Int

      package var description: String { "\(all) keys, \(expiring) expiring" }
    }

    package let primary: Address
    package let count: Count
    package let replicas: [Address: Count]

    /// Whether every replica holds as many keys as the primary, of both kinds.
    package var areEqual: Bool { replicas.values.allSatisfy { $0 == count } }

    package var description: String {
      let others = replicas.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      return (["\(primary): \(count)"] + others).joined(separator: "; ")
    }
  }

  private let addresses: [Address]
  private let login: ForeignLogin
  private let loop: EventLoop

  /// - Parameter addresses: every node of the cluster.
  package init(_ addresses: [Address], login: ForeignLogin = ForeignLogin(), on loop: EventLoop) {
    self.addresses = addresses
    self.login = login
    self.loop = loop
  }

  /// What each node runs, as it says itself.
  package func releases() async throws(LabError) -> [Address: Release] {
    var found: [Address: Release] = [:]
    for (address, info) in try await infos() { found[address] = info.release }
    return found
  }

  /// The processes behind the nodes, as they say themselves.
  package func processIDs() async throws(LabError) -> [Address: Int32] {
    try await infos().compactMapValues(\.processID)
  }

  /// The keys of each shard, by primary; to be asked once nobody writes any more.
  ///
  /// - Parameter bound: how long to wait for the replicas to take in all that their primary has.
  package func keys(within bound: Duration = .seconds(30)) async throws(LabError) -> [ShardKeys] {
    try await awaitReplicas(within: bound)
    let infos = try await infos()
    func count(_ info: ServerInfo) -> ShardKeys.Count {
      ShardKeys.Count(all: info.keys.all, expiring: info.keys.expiring)
    }
    /// Whom a replica follows in the end, by way of others.
    func root(of address: Address) -> Address? {
      var current = address
      for _ in infos where infos[current]?.isPrimary == false {
        guard let next = infos[current]?.primary else { return nil }
        current = next
      }
      return current
    }
    return infos.filter(\.value.isPrimary).map { address, info in
      let replicas = infos.filter { !$0.value.isPrimary && root(of: $0.key) == address }
      return ShardKeys(primary: address, count: count(info), replicas: replicas.mapValues(count))
    }.sorted { $0.primary < $1.primary }
  }

  /// Waits until every replica is linked and has taken in what its primary had when this began.
  package func awaitReplicas(within bound: Duration) async throws(LabError) {
    let deadline = loop.now + bound
    // A replica may follow another replica.
    let wanted = try await infos().mapValues { $0.offset ?? 0 }
    while true {
      let late = try await infos().filter { !$0.value.isPrimary }.filter { _, info in
        guard info.isLinked, let offset = info.offset, let primary = info.primary else { return true }
        return offset < wanted[primary] ?? .max
      }
      if late.isEmpty { return }
      if loop.now >= deadline {
        let names = late.keys.sorted().map(\.description).joined(separator: ", ")
        throw LabError(
          .notReady, "Replicas are not in sync with their primaries: \(names)",
          remedy: "Look at their link and log; the cluster itself was left alone.")
      }
      do {
        try await loop.sleep(for: .milliseconds(20))
      } catch {
        throw LabError(.timedOut, "Waiting for the replicas was interrupted", remedy: "Ask again.")
      }
    }
  }

  private func infos() async throws(LabError) -> [Address: ServerInfo] {
    var found: [Address: ServerInfo] = [:]
    for address in addresses {
      do throws(ForeignFailure) {
        let connection = try await ForeignConnection.open(to: address, login: login, on: loop, within: .seconds(3))
        defer { connection.close() }
        let reply = try await connection.send(["INFO"], within: .seconds(10))
        if case .error(let line) = reply { throw .refused(line) }
        found[address] = ServerInfo(reply.text ?? "")
      } catch {
        throw LabError(
          .connectionLost, "\(address) cannot be read: \(error)", remedy: "Check that it runs, and the password.")
      }
    }
    return found
  }
}
