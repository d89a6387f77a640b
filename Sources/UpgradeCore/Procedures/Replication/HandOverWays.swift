// The way to hand a primary over outside of clusters, and what clients feel of it.

extension Setup {
  /// `FAILOVER ... TIMEOUT`, milliseconds: until then the candidate has caught up, or everything is as it was. Without
  /// it the pause has no end (redis 6.2 replication.c, `failoverCommand`).
  package static let failoverTimeout = 5000

  /// Whether a node hands over by itself (`FAILOVER`, from Redis 6.2 on). A node that was not primary at the start has
  /// been upgraded by the time that it is asked to.
  func hasFailover(_ node: NodeID) -> Bool {
    guard let own = self.node(node) else { return true }
    return own.release.descends(from: Version(6, 2, 0)) || own.role == .replica
  }

  /// `CLIENT PAUSE`, milliseconds: after that writers go on by themselves, whatever became of us.
  package static let pauseBound = 6000

  /// Whether a pause of ours outlasts the server's own `FAILOVER`.
  ///
  /// Tried with a writer that waits, another one that comes during the hand-over and one after it. 7.0.15, 8.0.2, Valkey
  /// 8.1.1 and 9.1.2 keep the pauses of a client and of a hand-over apart: whoever waits when the server steps down goes
  /// on waiting until `CLIENT UNPAUSE` or the end of the pause, at the millisecond, and is then answered `READONLY`. In
  /// 6.2.14 both are one, and the end of the hand-over ends it. In all of them who writes to the old primary afterwards is
  /// answered `READONLY` at once, paused or not, and a pause that is set then holds nobody. (redis 7.0 server.h,
  /// `pause_purpose`; 6.2 networking.c, `unpauseClients`.)
  static func keepsPauseOverFailover(_ release: Release) -> Bool { release.descends(from: Version(7, 0, 0)) }

  /// For how many milliseconds writes on the old primary are held at most, from the hand-over until `switch` has moved
  /// the clients' address; nil where they are not: without that command, or where the server cannot.
  package func writesHeld(from node: NodeID) -> Int? {
    guard kind == .replication, site.has(.switchOver), site.switchPause > .zero, let own = self.node(node) else {
      return nil
    }
    // One that was not primary at the start has been upgraded by the time that it is.
    guard Self.keepsPauseOverFailover(own.role == .replica ? to : own.release) else { return nil }
    return Int(site.switchPause.seconds * 1000)
  }

  /// What clients of the old primary feel.
  func handOverImpact(from node: NodeID) -> String {
    if kind == .sentinel {
      return "writes pause, usually for 0.2 s, at worst \(Self.pauseBound / 1000) s; then READONLY from "
        + "\(address(node)), and its clients are disconnected once every Sentinel names the new primary"
    }
    let then =
      "then READONLY on connections to \(address(node)) until "
      + (temporary == nil || site.has(.switchOver)
        ? "clients know the new primary"
        : isTemporary(node)
          ? "clients call the other one again: nobody moves their address (no `switch`)"
          : "clients call the temporary server: nobody moves their address (no `switch`); those that cannot be moved by "
            + "hand cannot write until the hand-over back")
    if let held = writesHeld(from: node) {
      return "writes wait until `switch` has moved the clients' address, at worst \(held / 1000) s; \(then)"
    }
    let release = self.node(node)?.release
    let unheld =
      site.has(.switchOver) && site.switchPause > .zero
      ? "; then `switch`, as \(release?.version.description ?? "it") cannot hold writes" : ""
    guard hasFailover(node) else {
      return "writes are refused (BUSY) for some 30 ms, which \(release?.title ?? "it") cannot do "
        + "otherwise without a loss; \(then)\(unheld)"
    }
    return "writes pause, usually for less than 0.1 s, at worst \(Self.failoverTimeout / 1000) s; \(then)\(unheld)"
  }
}

extension Estimate {
  /// A save and a load as they were measured a while before, and two seconds for all that is not data.
  static func outageSeconds(_ times: MeasuredTimes) -> Double { 2 + Double(times.save + times.load) / 1000 }

  /// A save and a load of everything, at the cautious rate of this house.
  static func outageSeconds(_ bytes: Int) -> Double { 2 + 2 * Double(max(0, bytes)) / bytesPerSecond }
}
