package import SystemIO
import UpgradeCore

/// A client that knows nothing of the upgrade and never retries: the judge of what clients felt.
///
/// It keeps one command in flight on each shard, follows `MOVED` and `ASK` as every cluster client does, and counts as
/// an error any other error reply and any command left without reply. At the end it reads back all that was
/// acknowledged.
package struct WritingClient: Sendable {
  private let request: WritingRequest
  private let loop: EventLoop
  private let stop = WritingStop()

  package init(_ request: WritingRequest, on loop: EventLoop) {
    self.request = request
    self.loop = loop
  }

  /// Lets `run` come to its end: no further write, then the reading back.
  package func requestStop() { stop.request() }

  /// Writes until the task is cancelled or `requestStop()` is called, reads everything back, and reports.
  ///
  /// - Parameter began: hears how many shards are written to, right before the first write.
  /// - Throws: where the cluster cannot be reached in the first place; later every trouble is counted, not thrown.
  package func run(began: @Sendable (Int) -> Void = { _ in }) async throws(LabError) -> WritingReport {
    let cluster = ForeignCluster(seeds: request.seeds, login: request.login, on: loop)
    let map = try await cluster.readSlotMap()
    began(Self.shards(of: map).count)
    let work = Task(executorPreference: loop) { await write(to: cluster, by: map) }
    let report = await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      stop.request()
    }
    await cluster.close()
    return report
  }

  private func write(to cluster: ForeignCluster, by map: SlotMap) async -> WritingReport {
    var report = WritingReport()
    report.started = WallClock.milliseconds
    var results = await withTaskGroup(of: ShardWriter.Result.self) { group in
      for (index, slots) in Self.shards(of: map).enumerated() {
        group.addTask(executorPreference: loop) {
          var writer = ShardWriter(
            request, name: "s\(index + 1)", slots: slots, map: map, cluster: cluster, stop: stop)
          return await writer.run()
        }
      }
      var results: [ShardWriter.Result] = []
      for await result in group { results.append(result) }
      return results
    }
    report.ended = WallClock.milliseconds
    let found = await withTaskGroup(of: (Int, lost: Int, unverified: Int).self) { group in
      for (index, result) in results.enumerated() {
        group.addTask(executorPreference: loop) {
          let found = await readBack(result.keys, from: cluster)
          return (index, found.lost, found.unverified)
        }
      }
      return await group.reduce(into: [(Int, lost: Int, unverified: Int)]()) { $0.append($1) }
    }
    for (index, lost, unverified) in found {
      results[index].shard.lost = lost
      report.unverified += unverified
    }
    for result in results {
      report.acknowledged += result.shard.acknowledged
      report.lost += result.shard.lost
      report.redirections += result.redirections
      report.idleCloses += result.idleCloses
      report.errors.merge(result.errors, uniquingKeysWith: +)
    }
    report.shards = results.map(\.shard).sorted { $0.firstSlot < $1.firstSlot }
    return report
  }

  /// The slots of each primary, by lowest slot.
  private static func shards(of map: SlotMap) -> [[ClosedRange<Int>]] {
    var order: [Address] = []
    var slots: [Address: [ClosedRange<Int>]] = [:]
    for range in map.ranges {
      if slots[range.primary] == nil { order.append(range.primary) }
      slots[range.primary, default: []].append(range.slots)
    }
    return order.map { slots[$0] ?? [] }
  }

  /// Compares what is there with what was acknowledged.
  private func readBack(_ keys: WrittenKeys, from cluster: ForeignCluster) async -> (lost: Int, unverified: Int) {
    let expiring = keys.expiring.indices.filter { keys.expiring[$0] > 0 }
    let commands =
      keys.counters.indices.map { (slot: keys.counters[$0].slot, arguments: ["GET", keys.counterKey($0)]) }
      + expiring.map { (slot: keys.expiringSlot($0), arguments: ["GET", keys.expiringKey($0)]) }
    let replies = await cluster.sendAll(commands, within: request.verificationBound)
    var lost = 0
    var unverified = 0
    for (index, reply) in replies.enumerated() {
      guard let reply, reply.errorCode == nil else {
        unverified += 1
        continue
      }
      let present = reply.number ?? 0
      if index < keys.counters.count {
        lost += keys.counters[index].lost(present: present)
      } else if present < keys.expiring[expiring[index - keys.counters.count]] {
        lost += 1
      }
    }
    return (lost, unverified)
  }
}
