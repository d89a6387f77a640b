// A backup over the replication stream: the server is asked for a full sync, and what it sends is kept here.

import Synchronization
import SystemIO
import UpgradeCore

/// One server's dump, as it would be sent to a replica. The server forks once, as for a save; nothing else changes.
struct DumpStream {
  let settings: ConnectionSettings
  let address: Address
  let loop: EventLoop

  struct Problem: Error {
    var text: String
  }

  /// How long a server may be silent: while it saves it sends a line feed with each `repl-ping-replica-period`, 10 s.
  private static let patience = Duration.seconds(60)

  /// Writes the dump to a new file, and answers its length.
  ///
  /// - Parameters:
  ///   - begun: called once the fork that the dump comes from has happened.
  func fetch(to path: String, begun: @Sendable () async -> Void) async -> Result<Int, Problem> {
    let line: ServerLine
    do throws(TransportError) {
      line = ServerLine(
        try await settings.transport(of: address, on: loop, within: .seconds(5)), on: loop, patience: Self.patience)
    } catch {
      return .failure(Problem(text: error.sentence))
    }
    let watch = line.watch()
    let result = await fetch(over: line, to: path, begun)
    watch.cancel()
    line.close()
    if case .failure = result { _ = try? Files.remove(path) }
    return result
  }

  private func fetch(
    over line: ServerLine, to path: String, _ begun: @Sendable () async -> Void
  ) async -> Result<Int, Problem> {
    if let refusal = await introduce(line) { return .failure(refusal) }
    let file: AppendFile
    do throws(SystemError) {
      file = try AppendFile(creating: path, reserve: 0)
    } catch {
      return .failure(Problem(text: "\(error)"))
    }
    defer { file.close() }
    var dump = StreamedDump()
    var isTold = false
    do throws(TransportError) {
      try await line.send(["SYNC"])
      while !dump.isOver {
        let bytes = try await line.receive()
        guard !bytes.isEmpty else {
          return .failure(Problem(text: "the server ended the connection in the middle of its data"))
        }
        let part: [UInt8]
        do throws(StreamedDump.Fault) { part = try dump.take(bytes) } catch {
          switch error {
          case .refused(let words): return .failure(Problem(text: "SYNC: \(words)"))
          case .unexpected(let words): return .failure(Problem(text: "SYNC was answered with \(words)"))
          }
        }
        if dump.hasBegun, !isTold {
          isTold = true
          await begun()
          if let problem = lackOfRoom(for: dump.announced ?? 0, at: path) { return .failure(problem) }
        }
        if let problem = await write(part, to: file) { return .failure(problem) }
      }
    } catch {
      return .failure(Problem(text: error.sentence))
    }
    do throws(SystemError) { try await loop.blocking { () throws(SystemError) in try file.sync() } } catch {
      return .failure(Problem(text: "\(error)"))
    }
    return .success(file.length)
  }

  /// Says who we are, and what we understand; a server that does not know the second is none the worse for it.
  private func introduce(_ line: ServerLine) async -> Problem? {
    let introduction = Introduction(
      ClientOptions(
        user: settings.user, password: settings.password, clientName: settings.name.description, preferRESP3: false))
    var (command, step) = introduction.opening
    do throws(TransportError) {
      while true {
        try await line.send(command)
        guard let reply = try? Reply(parsing: try await line.line()) else {
          return Problem(text: "it did not answer as a server does")
        }
        switch introduction.answered(reply, at: step) {
        case .say(let next, let then): (command, step) = (next, then)
        case .refused(let error): return Problem(text: error.message)
        case .done:
          // Sent as it is made where the server can do that; and from 7.0 on no writes after it.
          for word in [["REPLCONF", "capa", "eof"], ["REPLCONF", "rdb-only", "1"]] {
            try await line.send(Command(words: word))
            _ = try await line.line()
          }
          return nil
        }
      }
    } catch {
      return Problem(text: error.sentence)
    }
  }

  private func write(_ part: [UInt8], to file: AppendFile) async -> Problem? {
    guard !part.isEmpty else { return nil }
    do throws(SystemError) {
      try await loop.blocking { () throws(SystemError) in try file.append(part, syncing: false) }
      return nil
    } catch {
      return Problem(text: "\(error)")
    }
  }

  private func lackOfRoom(for bytes: Int, at path: String) -> Problem? {
    guard let free = try? Files.freeSpace(Files.directory(of: path)), free < Int64(bytes) else { return nil }
    return Problem(text: "it has \(bytes >> 20) MB, and \(free >> 20) MB are free in \(path)")
  }
}

/// A connection whose bytes are read as they come; one that falls silent is closed.
private final class ServerLine: Sendable {
  private let transport: any Transport
  private let heard: Mutex<MonotonicTime>
  private let rest = Mutex<[UInt8]>([])
  private let loop: EventLoop
  private let patience: Duration

  init(_ transport: any Transport, on loop: EventLoop, patience: Duration) {
    self.transport = transport
    self.loop = loop
    self.patience = patience
    heard = Mutex(loop.now)
  }

  /// Closes the connection when nothing has come for longer than it is waited for; until it is cancelled.
  func watch() -> Task<Void, Never> {
    loop.task { [self] in
      while !Task.isCancelled {
        do throws(CancellationError) { try await loop.sleep(for: .seconds(1)) } catch { return }
        if loop.now - heard.withLock({ $0 }) > patience { transport.close() }
      }
    }
  }

  func send(_ command: Command) async throws(TransportError) {
    try await transport.send(CommandEncoder.encode(command))
  }

  /// What has come; empty where the server has ended the connection.
  func receive() async throws(TransportError) -> [UInt8] {
    let left = rest.withLock { rest in
      defer { rest = [] }
      return rest
    }
    if !left.isEmpty { return left }
    let bytes = try await transport.receive(upTo: 1 << 20)
    heard.withLock { $0 = loop.now }
    return bytes
  }

  /// One line without its end, as all replies are that are asked for here.
  func line() async throws(TransportError) -> [UInt8] {
    var line: [UInt8] = []
    while true {
      let bytes = try await receive()
      guard !bytes.isEmpty, line.count < 4096 else { throw TransportError(.closed, "the server ended the connection") }
      guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
        line += bytes
        continue
      }
      line += bytes[...end]
      let after = Array(bytes[(end + 1)...])
      rest.withLock { $0 = after }
      return line
    }
  }

  func close() { transport.close() }
}
