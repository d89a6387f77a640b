// An encrypted stream on the loop: a TLS session whose bytes travel over a connection.

import Glibc
import Synchronization

/// TLS over a connected socket. One read and one write may be under way at once.
///
/// What fails half-way leaves no stream that could be gone on with, so it closes the connection.
package final class TLSStream: Sendable {
  /// Why a stream could not be opened, or does not go on.
  package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
    case system(SystemError)
    case tls(TLSError)

    package var isTimeout: Bool { if case .system(let error) = self { error.code == .timedOut } else { false } }

    package var description: String {
      switch self {
      case .system(let error): error.description
      case .tls(let error): error.description
      }
    }
  }

  private let connection: Connection
  /// nil: they came to us.
  private let openAgain: Opening?
  private let peer: TLSPeer
  private let session: Mutex<TLSSession>
  /// What TLS said first; a server that refuses us says why, and hangs up before we have read it.
  private let verdict = Mutex<TLSError?>(nil)
  /// What is encrypted first is sent first.
  private let turns = Turns()

  private init(
    _ connection: Connection, _ context: TLSContext, host: String, again: Opening?
  ) throws(Failure) {
    self.connection = connection
    openAgain = again
    peer = TLSPeer(
      place: connection.endpoint.description, name: context.settings.serverName ?? host,
      hasCertificate: context.settings.certificate != nil, pin: context.pin)
    do throws(TLSError) {
      session = Mutex(try TLSSession.open(context, peer))
    } catch {
      throw .tls(error)
    }
  }

  /// Connects, and shakes hands within the same bound; the server's certificate has been verified when this returns.
  package static func connect(
    to endpoint: Endpoint, _ context: TLSContext, on loop: EventLoop, within bound: Duration
  ) async throws(Failure) -> TLSStream {
    let start = loop.now
    let open: Opening = { bound throws(SystemError) in
      try await Connection.connect(to: endpoint, on: loop, within: bound)
    }
    let connection: Connection
    do throws(SystemError) {
      connection = try await open(bound)
    } catch {
      throw .system(error)
    }
    return try await shakeHands(over: connection, context, from: start, within: bound, again: open)
  }

  /// Opens one more connection to the same server, within a bound.
  package typealias Opening = @Sendable (Duration) async throws(SystemError) -> Connection

  /// The same over a connection that is there; its endpoint names the server, and `again` leads there once more.
  package static func shakeHands(
    over connection: Connection, _ context: TLSContext, from start: MonotonicTime, within bound: Duration,
    again: @escaping Opening
  ) async throws(Failure) -> TLSStream {
    // The zone of an IPv6 address is this host's affair (RFC 6874 section 1); no certificate holds it.
    let host =
      if case .tcp(let host, _) = connection.endpoint { String(host.prefix { $0 != "%" }) } else { "localhost" }
    do throws(Failure) {
      let stream = try TLSStream(connection, context, host: host, again: again)
      try await stream.shakeHands(from: start, within: bound)
      return stream
    } catch {
      connection.close()
      throw error
    }
  }

  /// Shakes hands with somebody who connected to us, within a bound; the connection is closed where that fails.
  package static func accept(
    over connection: Connection, _ context: TLSContext, within bound: Duration
  ) async throws(Failure) -> TLSStream {
    do throws(Failure) {
      let stream = try TLSStream(connection, context, host: "", again: nil)
      try await stream.shakeHands(from: connection.loop.now, within: bound)
      return stream
    } catch {
      connection.close()
      throw error
    }
  }

  /// When the first certificate of the server's verified chain ends.
  package var certificateEnd: TLSCertificateEnd? { session.withLock { $0.certificateEnd } }

  /// Reads what is there, at most `count` bytes, onto the end of a buffer; answers their number, 0 at the end.
  ///
  /// After `deadline` it ends with `ETIMEDOUT`; the stream can be gone on with.
  package func read(
    upTo count: Int, appendingTo buffer: inout [UInt8], until deadline: MonotonicTime? = nil
  ) async throws(Failure) -> Int {
    while true {
      var answer: Result<TLSSession.Progress, TLSError> = .success(.hungry)
      var hasOutput = false
      session.withLock { session in
        answer = Result { () throws(TLSError) in try session.decrypt(upTo: count, appendingTo: &buffer) }
        hasOutput = session.outputCount > 0
      }
      switch answer {
      case .success(.done(let received)): return received
      case .success(.ended): return 0
      case .failure(let error): throw give(error)
      case .success(.hungry): break
      }
      if hasOutput { try await answerWhatWasRead() }
      try await takeIn(
        upTo: max(count, 16 << 10), within: deadline.map { max(.zero, $0 - connection.loop.now) })
    }
  }

  /// Writes all of it, waiting while the peer does not read.
  package func write(_ bytes: [UInt8], within bound: Duration? = nil) async throws(Failure) {
    let loop = connection.loop
    let deadline = bound.map { loop.now + $0 }
    guard await turns.take(until: deadline, on: loop) else {
      let isLate = deadline.map { loop.now >= $0 } ?? false
      throw .system(SystemError(isLate ? .timedOut : .canceled, "write to", connection.endpoint.description))
    }
    defer { turns.pass() }
    var output: [UInt8] = []
    var failure: TLSError?
    session.withLock { session in
      do throws(TLSError) { try session.encrypt(bytes) } catch { failure = error }
      output = session.takeOutput()
    }
    if let failure { throw give(failure) }
    try await sendWhole(output, until: deadline)
  }

  /// Says farewell and ends the stream at once; pending reads and writes end with `ECANCELED`.
  package func close() {
    let farewell = session.withLock { session in
      session.sayEnd()
      return session.takeOutput()
    }
    // What does not fit into the socket's buffer now is not worth waiting for.
    _ = connection.channel.withDescriptor { socket in
      unsafe farewell.withUnsafeBytes { raw in
        unsafe send(socket, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
    }
    connection.close()
  }
}

// MARK: - Shaking hands

extension TLSStream {
  /// A plain Redis takes our greeting for the beginning of a line and waits for its end, for ever (networking.c,
  /// `processInlineBuffer`). So where nothing at all was answered in two thirds of the time, it is asked plainly.
  private func shakeHands(from start: MonotonicTime, within bound: Duration) async throws(Failure) {
    let loop = connection.loop
    let deadline = start + bound
    var mayBePlain = openAgain != nil
    while true {
      let (result, output) = session.withLock { session -> (Result<TLSSession.Progress, TLSError>, [UInt8]) in
        let result = Result { () throws(TLSError) in try session.shakeHands() }
        return (result, session.takeOutput())
      }
      // An alert that says what we do not like is sent as well, but its failure is not what matters.
      do throws(SystemError) {
        if !output.isEmpty { try await connection.write(output, within: max(.zero, deadline - loop.now)) }
      } catch {
        if case .success = result { throw .system(error) }
      }
      switch result {
      case .failure(let error): throw .tls(error)
      case .success(.done): return
      case .success: break
      }
      if mayBePlain {
        mayBePlain = false
        try await takeFirst(until: start + bound * 2 / 3, orUntil: deadline)
      } else {
        try await takeIn(upTo: 16 << 10, within: max(.zero, deadline - loop.now))
      }
    }
  }

  private func takeFirst(until first: MonotonicTime, orUntil deadline: MonotonicTime) async throws(Failure) {
    let loop = connection.loop
    do throws(Failure) {
      return try await takeIn(upTo: 16 << 10, within: max(.zero, first - loop.now))
    } catch {
      guard case .system(let silence) = error, silence.code == .timedOut else { throw error }
    }
    if await answersPlainly(within: (deadline - loop.now) / 2) { throw .tls(peer.plain) }
    // It is a slow one after all, or mute in every tongue.
    try await takeIn(upTo: 16 << 10, within: max(.zero, deadline - loop.now))
  }

  /// Whether a plain word has a plain answer there, over a connection of its own. It tells nothing and changes nothing.
  private func answersPlainly(within bound: Duration) async -> Bool {
    let loop = connection.loop
    let deadline = loop.now + bound
    guard let openAgain else { return false }
    do throws(SystemError) {
      let other = try await openAgain(bound)
      defer { other.close() }
      try await other.write(Array("PING\r\n".utf8), within: max(.zero, deadline - loop.now))
      let answer = try await other.read(upTo: 100, within: max(.zero, deadline - loop.now))
      // Record types of TLS (RFC 8446 section 5.1): a server that has it answers even this with an alert.
      return answer.first.map { !(0x14...0x18).contains($0) } ?? false
    } catch {
      return false
    }
  }
}

// MARK: - Bytes

extension TLSStream {
  private func takeIn(upTo count: Int, within bound: Duration?) async throws(Failure) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try await connection.read(upTo: count, within: bound)
    } catch {
      throw lost(error)
    }
    session.withLock { session in
      if bytes.isEmpty { session.feedEnd() } else { session.feed(bytes) }
    }
  }

  /// Reading may have something to say, such as a new key. A writer that is at work sends it along with its next bytes;
  /// waiting for it here would leave nobody to read what the peer wants to be rid of first.
  private func answerWhatWasRead() async throws(Failure) {
    guard await turns.take(until: connection.loop.now, on: connection.loop) else { return }
    defer { turns.pass() }
    try await sendWhole(session.withLock { $0.takeOutput() }, until: nil)
  }

  private func sendWhole(_ output: [UInt8], until deadline: MonotonicTime?) async throws(Failure) {
    guard !output.isEmpty else { return }
    do throws(SystemError) {
      let loop = connection.loop
      try await connection.write(output, within: deadline.map { max(.zero, $0 - loop.now) })
    } catch {
      if error.code == .brokenPipe || error.code == .connectionReset { await hearLastWords() }
      // What was encrypted and not sent would be missing in what comes next.
      connection.close()
      throw lost(error)
    }
  }

  /// A server that does not accept our certificate says so after the handshake, and hangs up: what it said is read,
  /// here or by who reads already, although writing failed first.
  private func hearLastWords() async {
    let deadline = connection.loop.now + .milliseconds(250)
    var ignored: [UInt8] = []
    while verdict.withLock({ $0 == nil }), connection.loop.now < deadline {
      var isOver = false
      session.withLock { session in
        do throws(TLSError) {
          isOver = try session.decrypt(upTo: 16 << 10, appendingTo: &ignored) == .ended
        } catch {
          verdict.withLock { $0 = error }
        }
      }
      if isOver { return }
      do throws(Failure) { try await takeIn(upTo: 16 << 10, within: deadline - connection.loop.now) } catch { return }
    }
  }

  /// What TLS said is the better reason for the end of a stream.
  private func lost(_ error: SystemError) -> Failure {
    if let said = verdict.withLock({ $0 }) { .tls(said) } else { .system(error) }
  }

  private func give(_ error: TLSError) -> Failure {
    verdict.withLock { $0 = $0 ?? error }
    connection.close()
    return .tls(error)
  }
}
