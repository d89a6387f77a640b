import SystemIO
import UpgradeCore

/// The foreign client's work on one shard: one command in flight, never sent again, every outcome counted.
struct ShardWriter {
  /// What a writer brings back.
  struct Result: Sendable {
    var keys: WrittenKeys
    var shard: WritingReport.Shard
    var errors: [String: Int] = [:]
    var redirections = 0
    var idleCloses = 0
  }

  private enum Outcome {
    case acknowledged(ForeignReply, by: Address)
    /// An error reply's code, or the client's own word for a command without reply.
    case failed(String)
  }

  /// The client's own words beside the servers' codes.
  private enum Failure {
    static let noReply = "NO-REPLY"
    static let unreachable = "UNREACHABLE"
    static let unexpected = "UNEXPECTED-REPLY"
    static let tooManyRedirections = "TOO-MANY-REDIRECTIONS"
  }

  private let request: WritingRequest
  private let cluster: ForeignCluster
  private let stop: WritingStop
  private let loop: EventLoop
  private var result: Result
  private var map: SlotMap
  private var connections: [Address: ForeignConnection] = [:]
  private var mapIsStale = false
  /// Where the last redirection pointed.
  private var redirectedTo: Address?
  /// When the oldest write was asked for that no acknowledgement has followed yet.
  private var asked: (at: MonotonicTime, wall: Int64)?

  init(
    _ request: WritingRequest, name: String, slots: [ClosedRange<Int>], map: SlotMap, cluster: ForeignCluster,
    stop: WritingStop
  ) {
    self.request = request
    self.cluster = cluster
    self.stop = stop
    self.map = map
    loop = cluster.loop
    result = Result(
      keys: WrittenKeys(prefix: request.prefix, slots: slots, counters: request.counters),
      shard: WritingReport.Shard(
        name: name, firstSlot: slots.first?.lowerBound ?? 0, lastSlot: slots.last?.upperBound ?? 0))
  }

  /// Writes until it is told to stop.
  mutating func run() async -> Result {
    let interval = request.rate.map { Duration.seconds(1 / max($0, 0.001)) }
    var next = loop.now
    var number = 0
    while !stop.isRequested {
      await perform(numbered: number)
      number += 1
      if let interval {
        // After a stall the pace goes on from now: what was not asked for meanwhile is not made up for.
        next = max(next + interval, loop.now)
        await stop.sleep(until: next, on: loop)
      } else if number % 64 == 0 {
        await Task.yield()
      }
    }
    for connection in connections.values { connection.close() }
    return result
  }

  /// One write: which key and command it is, and what its reply has to be.
  private enum Write {
    case counter(Int)
    case expiring(Int, value: Int)
  }

  private func write(numbered number: Int) -> Write {
    let every = request.expiringEvery
    if every > 0, number % every == every - 1 {
      return .expiring(number / every % max(1, request.expiringKeys), value: number + 1)
    }
    return .counter(number % result.keys.counters.count)
  }

  private mutating func perform(numbered number: Int) async {
    if asked == nil { asked = (loop.now, WallClock.milliseconds) }
    let write = write(numbered: number)
    let outcome: Outcome
    switch write {
    case .counter(let index):
      outcome = await perform(["INCR", result.keys.counterKey(index)], slot: result.keys.counters[index].slot)
    case .expiring(let index, let value):
      let command = ["SET", result.keys.expiringKey(index), String(value), "EX", WrittenKeys.lifetime]
      outcome = await perform(command, slot: result.keys.expiringSlot(index))
    }
    switch (outcome, write) {
    case (.acknowledged(.integer(let value), let address), .counter(let index)):
      result.keys.acknowledge(counter: index, value: value)
      acknowledged(by: address)
    case (.acknowledged(.simple("OK"), let address), .expiring(let index, let value)):
      result.keys.acknowledge(expiring: index, value: value)
      acknowledged(by: address)
    case (.acknowledged, _):
      await failed(Failure.unexpected)
    case (.failed(let code), _):
      await failed(code)
    }
    if mapIsStale { await readMap() }
  }

  private mutating func acknowledged(by address: Address) {
    result.shard.acknowledged += 1
    result.shard.lastServedBy = address.description
    guard let asked else { return }
    let stall: Double = (loop.now - asked.at) / .milliseconds(1)
    if stall > result.shard.longestStall {
      result.shard.longestStall = stall
      result.shard.longestStallAt = asked.wall
    }
    self.asked = nil
  }

  private mutating func failed(_ code: String) async {
    result.errors[code, default: 0] += 1
    result.shard.errors += 1
    mapIsStale = true
    // As a client's next caller would come a moment later, not at once.
    await stop.sleep(until: loop.now + .milliseconds(20), on: loop)
  }

  /// Sends one command and follows redirections, as every cluster client does; nothing is sent a second time.
  private mutating func perform(_ command: [String], slot: Int) async -> Outcome {
    guard var address = map.primary(ofSlot: slot) else { return .failed(Failure.unreachable) }
    var isAsking = false
    for _ in 0..<5 {
      let reply: ForeignReply
      do throws(ForeignFailure) {
        reply = try await exchange(command, with: address, isAsking: isAsking)
      } catch {
        return .failed(Self.word(for: error))
      }
      guard case .error(let line) = reply else { return .acknowledged(reply, by: address) }
      let code = reply.errorCode ?? ""
      guard code == "MOVED" || code == "ASK", let target = SlotMap.redirection(line, asked: address.host) else {
        return .failed(code)
      }
      result.redirections += 1
      isAsking = code == "ASK"
      if code == "MOVED" {
        mapIsStale = true
        redirectedTo = target.address
      }
      address = target.address
    }
    return .failed(Failure.tooManyRedirections)
  }

  private mutating func exchange(
    _ command: [String], with address: Address, isAsking: Bool
  ) async throws(ForeignFailure) -> ForeignReply {
    let connection = try await connection(to: address)
    guard isAsking else { return try await connection.send(command, within: request.bound) }
    let replies = try await connection.send(batch: [["ASKING"], command], within: request.bound)
    return replies[1]
  }

  private mutating func connection(to address: Address) async throws(ForeignFailure) -> ForeignConnection {
    if let known = connections[address] {
      if await known.isOpen { return known }
      result.idleCloses += 1
    }
    connections[address] = nil
    let fresh = try await ForeignConnection.open(
      to: address, login: request.login, on: loop, within: min(request.bound, .seconds(3)))
    connections[address] = fresh
    return fresh
  }

  /// A client that was redirected once reads the whole map, so that its other keys find the new primary at once.
  private mutating func readMap() async {
    guard let fresh = try? await cluster.readSlotMap(preferring: redirectedTo) else { return }
    map = fresh
    mapIsStale = false
    redirectedTo = nil
    let serving = Set(fresh.ranges.map(\.primary))
    for (address, connection) in connections where !serving.contains(address) {
      connection.close()
      connections[address] = nil
    }
  }

  private static func word(for failure: ForeignFailure) -> String {
    switch failure {
    case .unreachable: Failure.unreachable
    case .refused(let line): String(line.prefix { $0 != " " })
    case .closed, .timedOut: Failure.noReply
    case .noRedis: Failure.unexpected
    }
  }
}
