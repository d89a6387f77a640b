// What the tests of this floor share: a loop for one test, a directory for one test, and bounded waiting.

import Glibc
import Synchronization
import Testing

@testable import SystemIO

/// Runs a test body with a loop that is stopped afterwards, also on failure.
func withLoop<Answer: Sendable>(
  _ body: @Sendable (EventLoop) async throws -> Answer
) async throws -> Answer {
  let loop = try EventLoop(name: "test-loop")
  defer { loop.stop() }
  return try await body(loop)
}

/// Runs a test body in a task that prefers the loop.
func onLoop<Answer: Sendable>(
  _ body: @escaping @Sendable (EventLoop) async throws -> Answer
) async throws -> Answer {
  try await withLoop { loop in
    try await Task(executorPreference: loop) { try await body(loop) }.value
  }
}

/// Runs a test body with an empty directory that is removed afterwards.
func withDirectory<Answer>(_ body: (String) async throws -> Answer) async throws -> Answer {
  let path = "/tmp/systemio-\(getpid())-\(UInt32.random(in: 0 ... .max))"
  try Files.makeDirectories(path)
  defer { try? Files.removeTree(path) }
  return try await body(path)
}

/// The generous bound of everything that a test waits for.
let patience: Duration = .seconds(30)

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// The program of `Tests/SystemProbe`, which lies beside the test program.
func probe(_ arguments: String...) throws -> ChildCommand {
  let own = try #require(Host.executable)
  let program = "\(Files.directory(of: own))/system-probe"
  try #require(Files.exists(program), "the probe is built with the tests")
  return ChildCommand(program, arguments, environment: .changed(["SWIFT_BACKTRACE": "enable=no"]))
}

extension ChildProcess {
  /// Reads until the end of the output, or until it contains `text`.
  func read(until text: String) async throws -> String {
    var seen: [UInt8] = []
    let deadline = MonotonicTime.now + patience
    while !string(seen).contains(text) {
      let piece = try await read(upTo: 4096, within: deadline - .now)
      if piece.isEmpty { break }
      seen += piece
    }
    return string(seen)
  }

  /// Reads until the end of the output.
  func readAll() async throws -> String {
    var seen: [UInt8] = []
    while true {
      let piece = try await read(upTo: 1 << 16, within: patience)
      if piece.isEmpty { return string(seen) }
      seen += piece
    }
  }
}

extension Connection {
  /// Reads exactly as many bytes, or fewer where the stream ends.
  func read(exactly count: Int) async throws -> [UInt8] {
    var seen: [UInt8] = []
    while seen.count < count {
      let piece = try await read(upTo: min(1 << 16, count - seen.count), within: patience)
      if piece.isEmpty { break }
      seen += piece
    }
    return seen
  }
}

/// A listener and both ends of one connection to it.
struct Pair: Sendable {
  let client: Connection
  let server: Connection
  let listener: Listener

  init(on loop: EventLoop, at endpoint: Endpoint = .tcp(host: "127.0.0.1", port: 0)) async throws {
    let listener = try Listener.listen(on: endpoint, loop: loop)
    async let accepted = listener.accept()
    client = try await Connection.connect(to: listener.endpoint, on: loop, within: patience)
    server = try await accepted
    self.listener = listener
  }
}

/// The error that a body throws, for tables of sentences.
func failure(_ body: () async throws -> Void) async -> SystemError? {
  do {
    try await body()
    return nil
  } catch {
    return error as? SystemError
  }
}

/// What happened, in order, told from any thread.
final class Log<Element: Sendable>: Sendable {
  private let list = Mutex<[Element]>([])
  func add(_ element: Element) { list.withLock { $0.append(element) } }
  var elements: [Element] { list.withLock { $0 } }
}

/// Lets other tasks run until something holds; the test's own time limit bounds it.
func waitUntil(_ holds: () -> Bool) async {
  let deadline = MonotonicTime.now + patience
  while !holds() {
    if MonotonicTime.now > deadline {
      Issue.record("what was waited for did not come within \(patience)")
      return
    }
    await Task.yield()
  }
}
