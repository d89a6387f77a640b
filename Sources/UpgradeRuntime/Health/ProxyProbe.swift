// What clients of databases of Redis Enterprise Software feel: each proxy is called along a client's own path.

import SystemIO
package import UpgradeCore

/// Calls every proxy of every database, and measures how long each, and each database, gives no answer.
///
/// Until the operator agrees to test keys it only says `PING`; then it writes one numbered counter through each proxy.
/// What failed is never tried again silently: the next number is a new command.
package actor ProxyProbe {
  private nonisolated let loop: EventLoop
  private nonisolated let reader: ProxyReader
  private nonisolated let heard: @Sendable (ClientMeasure) -> Void
  private let base: ClientMeasure?
  private let constants: Enterprise.Constants
  private var lines: [Enterprise.Proxy: CallLine] = [:]
  private var databases: [Int: Database] = [:]
  private var isWriting = false
  private var lastTold: MonotonicTime?
  private var blind = Duration.zero
  private var blindSince: MonotonicTime?

  package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

  /// One proxy, as it is called.
  private struct CallLine {
    var client: Client
    var task: Task<Void, Never>?
    var key: String
    var measure: ProxyMeasure
    var acknowledged = 0
    var lastValue = 0
    var lifetimeSet: MonotonicTime?
    var served: MonotonicTime?
  }

  /// One database, whoever of its proxies answers.
  private struct Database {
    var name: String
    var longest = 0
    var lost = 0
    var served: MonotonicTime?
  }

  private static let lifetime = 3600
  private static let patience = Duration.seconds(20)

  /// - Parameters:
  ///   - base: what an earlier wizard of this run has measured already.
  ///   - heard: is told of each change, several times a second.
  package init(
    _ reader: ProxyReader, _ constants: Enterprise.Constants, base: ClientMeasure?,
    heard: @escaping @Sendable (ClientMeasure) -> Void
  ) {
    loop = reader.loop
    self.reader = reader
    self.constants = constants
    self.base = base
    self.heard = heard
    for old in base?.databases ?? [] {
      databases[old.database] = Database(name: old.name, longest: old.longest, lost: old.lost)
    }
  }

  /// The time between an answer and the next command: nothing is known more exactly than this.
  private var rhythm: Duration { .milliseconds(isWriting ? max(20, lines.count * 2) : max(100, lines.count * 4)) }

  /// Takes the proxies of the newest report: a new one is called, one that is gone is let go until it is listed again.
  package func use(_ proxies: [Enterprise.Proxy]) {
    for (proxy, line) in lines where line.task != nil && !proxies.contains(proxy) {
      line.task?.cancel()
      lines[proxy]?.task = nil
      lines[proxy]?.measure.closed = Self.unlisted
    }
    for proxy in proxies where lines[proxy]?.task == nil {
      if lines[proxy] == nil { lines[proxy] = line(proxy) }
      lines[proxy]?.measure.closed = nil
      // It may begin at once, and looks at its line.
      let task = loop.task { [weak self] in await self?.run(proxy) }
      lines[proxy]?.task = task
    }
  }

  private static let unlisted = "the cluster does not list it now"

  private func line(_ proxy: Enterprise.Proxy) -> CallLine {
    let name = constants.database(proxy.database)?.name ?? "db:\(proxy.database)"
    if databases[proxy.database] == nil { databases[proxy.database] = Database(name: name) }
    let old = base?.databases.first { $0.database == proxy.database }?.proxies
      .first { $0.address == proxy.address }
    return CallLine(
      client: reader.client(proxy, named: name, commandTimeout: Self.patience),
      key: "\(ServerCommands.probeKeys)\(reader.settings.name.run):\(proxy.address)",
      measure: ProxyMeasure(
        node: proxy.node, address: proxy.address, interruptions: old?.interruptions ?? 0,
        longest: old?.longest ?? 0))
  }

  /// The operator agreed to test keys.
  package func write() { isWriting = true }

  /// Ends the probe and takes its keys away; answers what is true by then.
  ///
  /// - Parameter looksOnceMore: whether each proxy is called a last time, for some seconds where it is away.
  @discardableResult
  package func stop(looksOnceMore: Bool = false) async -> ClientMeasure {
    for line in lines.values { line.task?.cancel() }
    for line in lines.values { await line.task?.value }
    if looksOnceMore { await callOnceMore() }
    for line in lines.values {
      // The key dies by itself within an hour where this does not reach it.
      if line.acknowledged > 0 { _ = try? await line.client.send(["DEL", line.key], within: .seconds(1)) }
    }
    tell(always: true)
    let last = measure
    for line in lines.values { await line.client.close() }
    lines = [:]
    return last
  }

  /// What was away a moment ago may be back, and only then tells what it has lost.
  private func callOnceMore() async {
    let deadline = loop.now + .seconds(3)
    for proxy in lines.keys.sorted() where lines[proxy]?.measure.closed == nil {
      repeat {
        await call(proxy, within: .seconds(1))
        guard lines[proxy]?.measure.trouble != nil, lines[proxy]?.measure.closed == nil else { break }
        do throws(CancellationError) { try await loop.sleep(for: .milliseconds(50)) } catch { return }
      } while loop.now < deadline
    }
  }

  /// Counts since the beginning of the run.
  package var measure: ClientMeasure {
    let now = loop.now
    var total =
      base ?? ClientMeasure(acknowledged: 0, errors: [:], lost: 0, longestStall: 0, resolution: 0, stalls: [:])
    total.resolution = Int(rhythm.seconds * 1000)
    total.unmeasured += milliseconds(blind + (blindSince.map { now - $0 } ?? .zero))
    total.acknowledged += lines.values.reduce(0) { $0 + $1.acknowledged }
    total.databases = databases.sorted { $0.key < $1.key }.map { number, database in
      let own = lines.filter { $0.key.database == number }.sorted { $0.key < $1.key }.map(\.value)
      let open = own.filter { $0.measure.closed == nil }
      let isAway = !open.isEmpty && open.allSatisfy { $0.measure.trouble != nil }
      let silence = milliseconds(since: open.isEmpty || blindSince != nil ? nil : database.served, now)
      return DatabaseMeasure(
        database: number, name: database.name, longest: max(database.longest, silence), away: isAway ? silence : nil,
        lost: database.lost, proxies: own.map { measure(of: $0, now) })
    }
    total.longestStall = total.databases.map(\.longest).max() ?? 0
    total.lost = total.databases.filter { !isAgreedLoss($0.database) }.reduce(0) { $0 + $1.lost }
    return total
  }

  private func measure(of line: CallLine, _ now: MonotonicTime) -> ProxyMeasure {
    var measure = line.measure
    guard blindSince == nil, measure.closed == nil, line.served != nil else { return measure }
    let silence = milliseconds(since: line.served, now)
    measure.longest = max(measure.longest, silence)
    if measure.trouble != nil { measure.away = silence }
    return measure
  }

  /// What has neither replica nor file loses its data at its own upgrade, which takes the typed name of the database.
  private func isAgreedLoss(_ number: Int) -> Bool {
    constants.database(number).map { !$0.isReplicated && $0.persistence == .disabled } ?? false
  }

  // MARK: - One proxy

  private func run(_ proxy: Enterprise.Proxy) async {
    while !Task.isCancelled {
      await call(proxy)
      tell(always: false)
      let measure = lines[proxy]?.measure
      let pause: Duration =
        measure?.closed != nil ? .seconds(10) : measure?.trouble != nil ? .milliseconds(100) : rhythm
      do throws(CancellationError) { try await loop.sleep(for: pause) } catch { return }
    }
  }

  /// One command, from its sending to its answer.
  private func call(_ proxy: Enterprise.Proxy, within patience: Duration = ProxyProbe.patience) async {
    guard let line = lines[proxy] else { return }
    let begun = loop.now
    let generation = await reader.settings.way.bastion?.generation()
    do throws(ClientError) {
      if isWriting {
        let value = try await line.client.send(["INCR", line.key], within: patience).integer ?? 0
        acknowledge(proxy, Int(value))
        await keepShort(proxy)
      } else {
        _ = try await line.client.send(["PING"], within: patience)
      }
      // What waited for our own way to come back did not wait for a proxy.
      served(proxy, isWhole: await reader.settings.way.bastion?.generation() == generation)
    } catch {
      guard !Task.isCancelled else { return }
      if let reason = error.closedDoor { return shut(proxy, reason) }
      if error.serverError == nil, await isCutOff() {
        blindSince = blindSince ?? begun
        return
      }
      failed(proxy, error)
    }
  }

  private func acknowledge(_ proxy: Enterprise.Proxy, _ value: Int) {
    guard var line = lines[proxy] else { return }
    if value <= line.lastValue {
      let lost = line.lastValue + 1 - value
      databases[proxy.database]?.lost += lost
      line.lifetimeSet = nil
    }
    line.lastValue = value
    line.acknowledged += 1
    lines[proxy] = line
  }

  /// The key goes by itself where nobody takes it away.
  private func keepShort(_ proxy: Enterprise.Proxy) async {
    guard let line = lines[proxy], line.lifetimeSet.map({ loop.now - $0 > .seconds(600) }) ?? true else { return }
    lines[proxy]?.lifetimeSet = loop.now
    _ = try? await line.client.send(["EXPIRE", line.key, String(Self.lifetime)], within: Self.patience)
  }

  private func served(_ proxy: Enterprise.Proxy, isWhole: Bool) {
    guard var line = lines[proxy], var database = databases[proxy.database] else { return }
    let now = loop.now
    if let since = blindSince {
      blind += now - since
      blindSince = nil
    }
    if isWhole {
      line.measure.longest = max(line.measure.longest, milliseconds(since: line.served, now))
      database.longest = max(database.longest, milliseconds(since: database.served, now))
    }
    line.served = now
    database.served = now
    line.measure.trouble = nil
    line.measure.closed = nil
    lines[proxy] = line
    databases[proxy.database] = database
  }

  private func failed(_ proxy: Enterprise.Proxy, _ error: ClientError) {
    if lines[proxy]?.measure.trouble == nil, lines[proxy]?.served != nil { lines[proxy]?.measure.interruptions += 1 }
    lines[proxy]?.measure.trouble = error.code
  }

  private func shut(_ proxy: Enterprise.Proxy, _ reason: String) {
    lines[proxy]?.measure.closed = reason
    lines[proxy]?.served = nil
  }

  /// Clients have ways of their own: what fails because ours is cut says nothing about them.
  private func isCutOff() async -> Bool {
    guard let bastion = reader.settings.way.bastion else { return false }
    return await !bastion.holds()
  }

  private func milliseconds(_ span: Duration) -> Int { Int(span.seconds * 1000) }
  private func milliseconds(since moment: MonotonicTime?, _ now: MonotonicTime) -> Int {
    moment.map { milliseconds(now - $0) } ?? 0
  }

  private func tell(always: Bool) {
    if !always, let lastTold, loop.now - lastTold < .milliseconds(250) { return }
    lastTold = loop.now
    heard(measure)
  }
}
