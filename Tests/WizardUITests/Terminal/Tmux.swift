// A true terminal to run a program in: a tmux server of the test's own.
import Glibc
import SystemIO
import Testing

@testable import WizardUI

/// One window of a private tmux server; only that server is ended, when the test is over.
struct Tmux {
  let loop: EventLoop
  private let socket: String

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// Runs a test body with a shell in a window; the server is ended afterwards, also on failure.
  static func withShell(
    columns: Int = 60, rows: Int = 14, _ body: @Sendable (Tmux) async throws -> Void
  ) async throws {
    let loop = try EventLoop(name: "tmux-tests")
    defer { loop.stop() }
    let tmux = Tmux(loop: loop, socket: "wizard-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    do {
      try await tmux.run([
        "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "env", "-u", "NO_COLOR", "PS1=ready> ", "bash",
        "--norc", "--noprofile", "-i",
      ])
      try await tmux.run(["set-option", "-g", "status", "off"])
      try await tmux.wait(for: "ready>")
      try await body(tmux)
    } catch {
      _ = try? await tmux.run(["kill-server"])
      throw error
    }
    try await tmux.run(["kill-server"])
  }

  /// The demo's own file, beside the program of the tests.
  static func demo() throws -> String {
    var bytes = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &bytes, bytes.count)
    let own = String(decoding: bytes[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let path = own.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/terminal-demo"
    try #require(Files.exists(path), "the demo is built with the tests")
    return path
  }

  /// The window's rows.
  func screen() async throws -> [String] {
    try await run(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Waits until a row contains a text, and answers the window's rows; bounded, and without sleeping.
  @discardableResult
  func wait(for text: String, _ sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String] {
    try await wait("for \(text)", sourceLocation) { rows in rows.contains { $0.contains(text) } }
  }

  @discardableResult
  func wait(
    _ what: String, _ sourceLocation: SourceLocation = #_sourceLocation, until isThere: ([String]) -> Bool
  ) async throws -> [String] {
    let deadline = MonotonicTime.now + patience
    var rows: [String] = []
    while MonotonicTime.now < deadline {
      rows = try await screen()
      if isThere(rows) { return rows }
    }
    let picture = rows.joined(separator: "\n")
    Issue.record("waited in vain \(what); the window shows\n\(picture)", sourceLocation: sourceLocation)
    throw Failure(description: "waited in vain \(what)")
  }

  /// Presses keys by tmux' names, each on its own.
  func press(_ keys: String...) async throws {
    for key in keys { try await run(["send-keys", key]) }
  }

  func type(_ text: String) async throws { try await run(["send-keys", "-l", text]) }

  /// Types a command line.
  func enter(_ line: String) async throws {
    try await type(line)
    try await press("Enter")
  }

  func paste(_ text: String) async throws {
    try await run(["set-buffer", text])
    try await run(["paste-buffer", "-p"])
  }

  func resize(columns: Int, rows: Int) async throws {
    try await run(["resize-window", "-x", "\(columns)", "-y", "\(rows)"])
  }

  @discardableResult
  func run(_ arguments: [String]) async throws -> String {
    let environment = ChildEnvironment.changed(["LC_ALL": "C.UTF-8", "TMUX": nil, "LINES": nil, "COLUMNS": nil])
    let command = ChildCommand("tmux", ["-L", socket, "-f", "/dev/null", "-u"] + arguments, environment: environment)
    let child = try ChildProcess.spawn(command, on: loop)
    var output: [UInt8] = []
    while true {
      let bytes = try await child.read(upTo: 1 << 16, within: patience)
      if bytes.isEmpty { break }
      output += bytes
    }
    let complaint = try await child.readError(upTo: 4096, within: patience)
    let status = await child.exit()
    guard status.isSuccess else {
      throw Failure(description: "tmux \(arguments): \(status) \(String(decoding: complaint, as: UTF8.self))")
    }
    return String(decoding: output, as: UTF8.self)
  }
}
