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

  /// What clients of the old primary feel.
  func handOverImpact(from node: NodeID) -> String {
    if kind == .sentinel {
      return "writes pause, usually for 0.2 s, at worst \(Self.pauseBound / 1000) s; then READONLY from "
        + "\(address(node)), and its clients are disconnected once every Sentinel names the new primary"
    }
    let then = "then READONLY on connections to \(address(node)) until clients know the new primary"
    guard hasFailover(node) else {
      return "writes are refused (BUSY) for some 30 ms, which \(self.node(node)?.release.title ?? "it") cannot do "
        + "otherwise without a loss; \(then)"
    }
    return "writes pause, usually for less than 0.1 s, at worst \(Self.failoverTimeout / 1000) s; \(then)"
  }
}

extension Estimate {
  /// A save and a load as they were measured a while before, and two seconds for all that is not data.
  static func outageSeconds(_ times: MeasuredTimes) -> Double { 2 + Double(times.save + times.load) / 1000 }

  /// A save and a load of everything, at the cautious rate of this house.
  static func outageSeconds(_ bytes: Int) -> Double { 2 + 2 * Double(max(0, bytes)) / bytesPerSecond }
}
