package import SystemIO
package import UpgradeCore

/// Why a command of the foreign client has no reply.
package enum ForeignFailure: Error, Equatable, Sendable, CustomStringConvertible {
  /// No connection could be made.
  case unreachable(String)
  /// The server refused the password.
  case refused(String)
  /// The connection ended before the reply.
  case closed
  /// Nothing came within the bound; the connection was given up.
  case timedOut
  /// What came is no reply of a Redis.
  case noRedis

  package var description: String {
    switch self {
    case .unreachable(let why): why
    case .refused(let why): "the server refuses the login: \(why)"
    case .closed: "the connection was closed before the reply"
    case .timedOut: "no reply within the bound"
    case .noRedis: "what answers is no Redis"
    }
  }
}

/// How the foreign client logs in.
package struct ForeignLogin: Equatable, Sendable {
  package var user: String?
  package var password: String?
  /// nil: plain connections.
  package var tls: TLSContext?

  package init(user: String? = nil, password: String? = nil, tls: TLSContext? = nil) {
    self.user = user
    self.password = password
    self.tls = tls
  }

  var command: [String]? {
    guard let password else { return nil }
    return ["AUTH"] + [user, password].compactMap { $0 }
  }
}

/// One connection of the foreign client: commands out, replies back in their order, nothing ever sent twice.
///
/// It always reads, so that a connection that a server closes while idle is known as closed before the next command
/// would be lost on it.
package actor ForeignConnection {
  package nonisolated let address: Address
  private nonisolated let stream: ForeignStream
  private nonisolated let loop: EventLoop
  private var buffer = ForeignReplyBuffer()
  private var exchanges: [Exchange] = []
  private var ended: ForeignFailure?
  private var isWatched = false

  /// Commands that were written together, and the replies that they have got so far.
  private final class Exchange {
    let count: Int
    let deadline: MonotonicTime
    var replies: [ForeignReply] = []
    var outcome: Result<[ForeignReply], ForeignFailure>?
    var continuation: CheckedContinuation<Void, Never>?

    init(count: Int, deadline: MonotonicTime) {
      self.count = count
      self.deadline = deadline
    }

    func finish(_ outcome: Result<[ForeignReply], ForeignFailure>) {
      guard self.outcome == nil else { return }
      self.outcome = outcome
      continuation?.resume()
      continuation = nil
    }
  }

  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe loop.asUnownedSerialExecutor()
  }

  private init(_ stream: ForeignStream, address: Address, loop: EventLoop) {
    self.stream = stream
    self.address = address
    self.loop = loop
  }

  deinit { stream.close() }

  /// Connects and logs in, all within a bound.
  package static func open(
    to address: Address, login: ForeignLogin = ForeignLogin(), on loop: EventLoop, within bound: Duration
  ) async throws(ForeignFailure) -> ForeignConnection {
    let deadline = loop.now + bound
    let stream = try await ForeignStream.open(
      to: .tcp(host: address.host, port: address.port), login.tls, on: loop, within: bound)
    let connection = ForeignConnection(stream, address: address, loop: loop)
    await connection.startReading()
    if let command = login.command {
      let reply = try await connection.send(command, within: deadline - loop.now)
      if case .error(let line) = reply {
        stream.close()
        throw .refused(line)
      }
    }
    return connection
  }

  /// Whether the next command can be sent.
  package var isOpen: Bool { ended == nil }

  /// Sends a command and waits for its reply; an error reply is a reply.
  package func send(_ arguments: [String], within bound: Duration) async throws(ForeignFailure) -> ForeignReply {
    var bytes: [UInt8] = []
    ForeignCommand.encoded(arguments, into: &bytes)
    return try await exchange(bytes, count: 1, until: loop.now + bound)[0]
  }

  /// Sends commands in one write and waits for all their replies.
  package func send(batch: [[String]], within bound: Duration) async throws(ForeignFailure) -> [ForeignReply] {
    guard !batch.isEmpty else { return [] }
    var bytes: [UInt8] = []
    for arguments in batch { ForeignCommand.encoded(arguments, into: &bytes) }
    return try await exchange(bytes, count: batch.count, until: loop.now + bound)
  }

  package nonisolated func close() { stream.close() }

  private func exchange(
    _ bytes: [UInt8], count: Int, until deadline: MonotonicTime
  ) async throws(ForeignFailure) -> [ForeignReply] {
    if let ended { throw ended }
    let exchange = Exchange(count: count, deadline: deadline)
    exchanges.append(exchange)
    watch()
    do {
      try await stream.write(bytes, within: max(.zero, deadline - loop.now))
    } catch {
      end(error)
    }
    if exchange.outcome == nil {
      await withCheckedContinuation { exchange.continuation = $0 }
    }
    return try (exchange.outcome ?? .failure(.closed)).get()
  }

  /// Reads until the end, without keeping a connection alive that nobody holds any more.
  private func startReading() {
    loop.task { [weak self, stream] in
      while true {
        let bytes = await stream.read(upTo: 64 * 1024)
        guard await self?.received(bytes) ?? false else { return }
      }
    }
  }

  /// Takes what arrived, nothing meaning the end; false when there is no more to read.
  private func received(_ bytes: [UInt8]) -> Bool {
    guard !bytes.isEmpty else {
      end(.closed)
      return false
    }
    buffer.append(bytes)
    do throws(ForeignReplyBuffer.Violation) {
      while let reply = try buffer.next() {
        // A reply that nobody asked for.
        guard let exchange = exchanges.first else { throw ForeignReplyBuffer.Violation() }
        exchange.replies.append(reply)
        guard exchange.replies.count == exchange.count else { continue }
        exchanges.removeFirst()
        exchange.finish(.success(exchange.replies))
      }
    } catch {
      end(.noRedis)
      return false
    }
    return true
  }

  /// One sleeper per connection, not one per command, looks after the bounds.
  private func watch() {
    guard !isWatched, let soonest = exchanges.first?.deadline else { return }
    isWatched = true
    loop.task { [weak self, loop] in
      try? await loop.sleep(until: soonest)
      await self?.checkBounds()
    }
  }

  private func checkBounds() {
    isWatched = false
    if let first = exchanges.first, first.deadline <= loop.now { end(.timedOut) }
    watch()
  }

  private func end(_ failure: ForeignFailure) {
    if ended == nil { ended = failure }
    stream.close()
    let abandoned = exchanges
    exchanges = []
    for exchange in abandoned { exchange.finish(.failure(failure)) }
  }
}
