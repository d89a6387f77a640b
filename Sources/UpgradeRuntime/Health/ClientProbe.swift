// What clients feel, measured: one numbered counter a shard, written along a client's own path.

package import SystemIO
package import UpgradeCore

/// Writes one counter per shard and notices every error, stall and lost write.
///
/// It follows `MOVED` and `ASK` as a client does, and never tries a failed command again silently: what failed is
/// counted, and the next number is a new command.
package actor ClientProbe {
  private nonisolated let loop: EventLoop
  private nonisolated let settings: ConnectionSettings
  private nonisolated let setup: Setup
  private nonisolated let heard: @Sendable (ClientMeasure) -> Void
  private let base: ClientMeasure?
  private let primaries: Set<NodeID>
  private var counters: [Counter] = []
  private var clients: [Address: Client] = [:]
  private var lastTold: MonotonicTime?
  private var tasks: [Task<Void, Never>] = []
  /// How long the way there was cut, added up over the times that are over.
  private var blind = Duration.zero

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// One shard's counter.
  private struct Counter {
    var shard: ShardID
    var key: String
    var address: Address
    var acknowledged = 0
    var lastValue = 0
    var lost = 0
    var errors: [String: Int] = [:]
    var longestStall = 0
    /// The longest of those commands that were sent on by `MOVED`: what a hand-over cost.
    var longestMove = 0
    /// When the command under way was sent; a stall shows while it lasts.
    var waitingSince: MonotonicTime?
    /// Since when the way there has been cut on our side: nothing is told of clients then.
    var blindSince: MonotonicTime?
  }

  /// How long the keys live without us.
  private static let lifetime = 3600

  /// - Parameters:
  ///   - primaries: who serves the shards now, as far as the journal knows: a run that is resumed may have handed over
  ///     since its setup, and what was primary then may be down.
  ///   - base: what an earlier wizard of this run has measured already.
  ///   - heard: is told of each change, several times a second.
  package init(
    loop: EventLoop, settings: ConnectionSettings, setup: Setup, primaries: Set<NodeID>,
    base: ClientMeasure?, heard: @escaping @Sendable (ClientMeasure) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.setup = setup
    self.primaries = primaries
    self.base = base
    self.heard = heard
  }

  /// The time between an answer and the next command: no stall is known more exactly than this.
  private nonisolated var rhythm: Duration { .milliseconds(max(10, setup.shards.count)) }

  package func start() {
    for shard in setup.shards {
      guard let tag = setup.kind.isPlain ? "s" : KeySlot.tag(in: shard.slots),
        let primary = setup.nodes.first(where: { shard.members.contains($0.id) && primaries.contains($0.id) })
      else { continue }
      counters.append(
        Counter(
          shard: shard.id, key: "\(ServerCommands.probeKeys)\(settings.name.run):{\(tag)}", address: primary.address))
    }
    tasks = counters.indices.map { index in
      loop.task { [weak self] in await self?.run(index) }
    }
  }

  /// Ends the probe and takes its keys away.
  package func stop() async {
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
    tasks = []
    for counter in counters {
      let client = client(counter.address)
      // The key dies by itself within an hour where this does not reach it.
      _ = try? await client.send(["DEL", counter.key], within: .seconds(1))
    }
    tell(always: true)
    for client in clients.values { await client.close() }
    clients = [:]
  }

  /// Counts since the beginning of the run.
  package var measure: ClientMeasure {
    let now = loop.now
    var total =
      base
      ?? ClientMeasure(acknowledged: 0, errors: [:], lost: 0, longestStall: 0, resolution: 0, stalls: [:])
    total.resolution = Int(rhythm.seconds * 1000)
    // One link leads to all of them: the time is counted once.
    let present = counters.compactMap(\.blindSince).min().map { now - $0 } ?? .zero
    total.unmeasured += Int((blind + present).seconds * 1000)
    for counter in counters {
      total.acknowledged += counter.acknowledged
      total.lost += counter.lost
      total.errors.merge(counter.errors) { $0 + $1 }
      let waiting = counter.blindSince == nil ? counter.waitingSince.map { Int((now - $0).seconds * 1000) } ?? 0 : 0
      total.longestStall = max(total.longestStall, counter.longestStall, waiting)
      guard counter.longestMove > 0 else { continue }
      total.stalls[counter.shard] = max(total.stalls[counter.shard] ?? 0, counter.longestMove)
    }
    return total
  }

  // MARK: - One counter

  private func run(_ index: Int) async {
    var renewed: MonotonicTime?
    while !Task.isCancelled {
      await step(index)
      if renewed.map({ loop.now - $0 > .seconds(600) }) ?? true {
        renewed = loop.now
        let counter = counters[index]
        _ = try? await client(counter.address).send(["EXPIRE", counter.key, String(ClientProbe.lifetime)])
      }
      tell(always: false)
      do throws(CancellationError) { try await loop.sleep(for: rhythm) } catch { return }
    }
  }

  /// One command, from its sending to its answer, wherever it is sent on to.
  private func step(_ index: Int) async {
    let begun = loop.now
    counters[index].waitingSince = begun
    defer { counters[index].waitingSince = nil }
    let generation = await settings.way.bastion?.generation()
    let first = counters[index].address
    var asking: Address?
    for _ in 0..<8 {
      let counter = counters[index]
      let client = client(asking ?? counter.address)
      do throws(ClientError) {
        let value: Int64?
        if asking == nil {
          value = try await client.send(["INCR", counter.key], within: .seconds(20)).integer
        } else {
          let replies = try await client.pipeline([["ASKING"], ["INCR", counter.key]], within: .seconds(20))
          if let error = replies[1].error { throw .server(error) }
          value = replies[1].integer
        }
        // What waited for our own way to come back did not wait for a server.
        let isStall = await settings.way.bastion?.generation() == generation
        acknowledge(index, Int(value ?? 0), since: isStall ? begun : nil, wasMoved: counter.address != first)
        return
      } catch {
        if Task.isCancelled { return }
        guard let target = await redirection(error, from: asking ?? counter.address) else {
          if error.serverError == nil, await isCutOff() {
            counters[index].blindSince = counters[index].blindSince ?? begun
          } else {
            counters[index].errors[error.code, default: 0] += 1
            await lookElsewhere(index, error)
          }
          return
        }
        if target.isAsk { asking = target.address } else { counters[index].address = target.address }
      }
    }
    counters[index].errors["TOO-MANY-REDIRECTIONS", default: 0] += 1
  }

  /// A temporary server that ended tells nobody who is primary now: the next command goes to whoever says so.
  private func lookElsewhere(_ index: Int, _ error: ClientError) async {
    guard setup.temporary != nil, error.serverError == nil else { return }
    for node in setup.nodes where node.address != counters[index].address {
      let replies = try? await client(node.address).pipeline([["INFO", "replication"]], within: .seconds(1))
      if replies?.first?.text?.contains("role:master") == true { return counters[index].address = node.address }
    }
  }

  /// Clients have ways of their own: what fails because ours is cut says nothing about them.
  private func isCutOff() async -> Bool {
    guard let bastion = settings.way.bastion else { return false }
    return await !bastion.holds()
  }

  private func acknowledge(_ index: Int, _ value: Int, since begun: MonotonicTime?, wasMoved: Bool) {
    if let since = counters[index].blindSince {
      counters[index].blindSince = nil
      if counters.allSatisfy({ $0.blindSince == nil }) { blind += loop.now - since }
    }
    if value <= counters[index].lastValue { counters[index].lost += counters[index].lastValue + 1 - value }
    counters[index].lastValue = value
    counters[index].acknowledged += 1
    guard let begun else { return }
    let stall = Int((loop.now - begun).seconds * 1000)
    counters[index].longestStall = max(counters[index].longestStall, stall)
    // Whole milliseconds: a hand-over that cost less than one is still one that was measured.
    if wasMoved { counters[index].longestMove = max(counters[index].longestMove, stall, 1) }
  }

  /// Outside of clusters a client that meets `READONLY` looks for the primary anew, as one does that knows the servers
  /// or asks for the address again; what it finds is whoever takes writes by then.
  private func redirection(_ error: ClientError, from asked: Address) async -> (address: Address, isAsk: Bool)? {
    if setup.kind.isPlain, case .server(let server) = error, server.code == "READONLY" || server.code == "UNBLOCKED" {
      // In the middle of a hand-over nobody may be, for some milliseconds: that is a stall, and as long as it lasts.
      let deadline = loop.now + .seconds(1)
      while loop.now < deadline {
        for node in setup.nodes where node.role != .sentinel {
          let replies = try? await client(node.address).pipeline([["INFO", "replication"]], within: .seconds(1))
          if replies?.first?.text?.contains("role:master") == true { return (node.address, false) }
        }
        do throws(CancellationError) { try await loop.sleep(for: .milliseconds(10)) } catch { return nil }
      }
      return nil
    }
    // A primary before 6.2 that is handed over refuses everybody for a moment: asked again, as a client would.
    if setup.kind.isPlain, case .server(let server) = error, server.code == "BUSY" {
      do throws(CancellationError) { try await loop.sleep(for: .milliseconds(10)) } catch { return nil }
      return (asked, false)
    }
    guard case .server(let server) = error, server.code == "MOVED" || server.code == "ASK",
      let place = server.message.split(separator: " ").last, let address = Address(place)
    else { return nil }
    return (address, server.code == "ASK")
  }

  private func client(_ address: Address) -> Client {
    if let client = clients[address] { return client }
    let client = settings.client(of: address, on: loop, commandTimeout: .seconds(20))
    clients[address] = client
    return client
  }

  private func tell(always: Bool) {
    if !always, let lastTold, loop.now - lastTold < .milliseconds(250) { return }
    lastTold = loop.now
    heard(measure)
  }
}

extension ClientError {
  /// What a client would count it under: the server's own word, or one of ours in the same form.
  var code: String {
    switch self {
    case .server(let server): server.code
    case .timedOut: "TIMEOUT"
    case .transport(let transport, let wasSent):
      wasSent ? "NO-REPLY" : transport.code == .refused ? "REFUSED" : transport.code == .encryption ? "TLS" : "CONNECT"
    case .closed: "NO-REPLY"
    case .notRESP, .limit: "PROTOCOL"
    case .cancelled: "CANCELLED"
    }
  }
}
