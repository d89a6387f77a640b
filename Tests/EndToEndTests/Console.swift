// A true terminal for the program: a window of a private tmux server, watched through tmux's control mode.

import SystemIO
import Testing

/// One window and what it shows.
///
/// The client in control mode hears of every byte that the program writes, so a test waits for the event and not for a
/// time: it looks at the window once, and again after each piece of output.
final class Console {
  /// What the window shows at one moment.
  struct Picture: CustomStringConvertible {
    var rows: [String]
    var description: String { rows.joined(separator: "\n") }
    var text: String { rows.joined(separator: "\n") }
    func contains(_ text: String) -> Bool { rows.contains { $0.contains(text) } }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }

  private let loop: EventLoop
  private let socket: String
  private let client: ChildProcess
  private var buffer: [UInt8] = []
  /// The end of what the program has written, as tmux tells it; enough for the longest control string below.
  private var tail = ""
  private var isInScreen = false
  /// Whether all of a frame is in the window: while the program has the full screen it says so with a mark.
  private var isWhole = true

  /// How long a test waits for what has to come.
  static let patience: Duration = .seconds(60)

  /// Opens a window of that size with a program in it; `environment` is what the program gets beside ours, nil takes
  /// a variable away. After its end the window says `ended with CODE` and stays.
  static func with(
    _ words: [String], columns: Int, rows: Int, environment: [String: String?] = [:], on loop: EventLoop,
    _ body: (Console) async throws -> Void
  ) async throws {
    let console = try await Console(words, columns: columns, rows: rows, environment: environment, on: loop)
    do {
      try await body(console)
    } catch {
      await console.close()
      throw error
    }
    await console.close()
  }

  private init(
    _ words: [String], columns: Int, rows: Int, environment: [String: String?], on loop: EventLoop
  ) async throws {
    self.loop = loop
    socket = "console-\(Host.processID)-\(UInt32.random(in: 0 ... .max))"
    var changes: [String: String?] = [
      "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TMUX": nil, "LINES": nil, "COLUMNS": nil, "NO_COLOR": nil,
      "REDISCLI_AUTH": nil, "REDIS_UPGRADE_SAYS_IDLE": "1",
    ]
    changes.merge(environment) { $1 }
    let line = words.map {
      "'" + $0.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
    .joined(separator: " ")
    client = try ChildProcess.spawn(
      ChildCommand(
        "tmux",
        [
          "-L", socket, "-f", "/dev/null", "-u", "-C", "new-session", "-s", "main", "-x", "\(columns)", "-y", "\(rows)",
          "/bin/sh", "-c", "\(line); echo \"ended with $?\"; read -r _",
        ],
        environment: .changed(changes)), on: loop)
    // tmux answers the words that it was started with as it answers any command.
    _ = try await reply()
  }

  /// Ends the whole server: the program's terminal goes away, as when a connection drops.
  func close() async {
    _ = try? await Console.tmux(socket, ["kill-server"], on: loop)
    _ = await client.exit(within: .seconds(10))
    client.closeStreams()
  }

  private static func tmux(_ socket: String, _ words: [String], on loop: EventLoop) async throws -> ChildOutcome {
    try await ChildProcess.run(ChildCommand("tmux", ["-L", socket] + words), on: loop, within: .seconds(20))
  }

  // MARK: - Looking

  func picture() async throws -> Picture { Picture(rows: try await command("capture-pane -p -t main")) }

  /// The same with the control codes of its styles.
  func styled() async throws -> String { try await command("capture-pane -p -e -t main").joined(separator: "\n") }

  /// Looks until it is there, each time that the program has written something; never at a frame that is half drawn.
  @discardableResult
  func wait(
    _ what: String, within bound: Duration = Console.patience, _ location: SourceLocation = #_sourceLocation,
    until isThere: (Picture) throws -> Bool
  ) async throws -> Picture {
    let deadline = loop.now + bound
    while true {
      let picture = try await picture()
      if isWhole, try isThere(picture) { return picture }
      guard try await output(until: deadline) else {
        Issue.record("waited in vain for \(what); the window shows\n\(picture)", sourceLocation: location)
        throw Failure(description: "waited in vain for \(what)")
      }
    }
  }

  @discardableResult
  func wait(
    for text: String, within bound: Duration = Console.patience, _ location: SourceLocation = #_sourceLocation
  ) async throws -> Picture {
    try await wait("\"\(text)\"", within: bound, location) { $0.contains(text) }
  }

  /// The code that the program ended with.
  func exitCode(_ location: SourceLocation = #_sourceLocation) async throws -> Int32 {
    let picture = try await wait(for: "ended with", location)
    let word = picture.rows.last { $0.hasPrefix("ended with") }?.split(separator: " ").last
    return try #require(word.flatMap { Int32($0) }, sourceLocation: location)
  }

  /// What tmux knows of the terminal, by the names of its formats: `alternate_on`, `cursor_flag`, ...
  func facts(_ names: String...) async throws -> [String] {
    let format = names.map { "#{\($0)}" }.joined(separator: " ")
    return try await command("display-message -p -t main \"\(format)\"").joined().split(separator: " ").map(String.init)
  }

  /// The program was killed: it has left the terminal as it was, and no frame is begun or ended any more.
  func forgetTheScreen() {
    isInScreen = false
    isWhole = true
  }

  // MARK: - Acting

  /// Presses keys by tmux's names, all at once.
  func press(_ keys: String...) async throws {
    _ = try await command("send-keys -t main \(keys.joined(separator: " "))")
  }

  /// Types text, all of it at once.
  func type(_ text: String) async throws { _ = try await command("send-keys -t main -l \(Console.quoted(text))") }

  /// Pastes as a terminal does: between its marks.
  func paste(_ text: String) async throws {
    _ = try await command("set-buffer -b paste \(Console.quoted(text))")
    _ = try await command("paste-buffer -p -r -b paste -t main")
  }

  func resize(columns: Int, rows: Int) async throws {
    _ = try await command("resize-window -t main -x \(columns) -y \(rows)")
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.map { $0 == "\n" ? "\\n" : $0 == "\r" ? "\\r" : "\"\\$".contains($0) ? "\\\($0)" : "\($0)" }.joined()
      + "\""
  }

  // MARK: - Control mode

  private func command(_ line: String) async throws -> [String] {
    try await client.write(Array((line + "\n").utf8), within: Console.patience)
    return try await reply()
  }

  /// The lines between `%begin` and `%end`; what the program wrote meanwhile is seen in the next picture.
  private func reply() async throws -> [String] {
    let deadline = loop.now + Console.patience
    var lines: [String]?
    while let line = try await line(until: deadline) {
      if lines == nil {
        if line.hasPrefix("%begin ") { lines = [] }
      } else if line.hasPrefix("%end ") {
        return lines ?? []
      } else if line.hasPrefix("%error ") {
        throw Failure(description: "tmux: \(lines?.joined(separator: " ") ?? "")")
      } else {
        lines?.append(line)
      }
    }
    throw Failure(description: "tmux does not answer")
  }

  /// Waits until the program has written something; false when the time was up or the window is gone.
  private func output(until deadline: MonotonicTime) async throws -> Bool {
    var hasOutput = false
    // What is there already belongs to the same picture.
    while !hasOutput || buffer.contains(UInt8(ascii: "\n")) {
      guard let line = try await line(until: deadline) else { return hasOutput }
      hasOutput = hasOutput || line.hasPrefix("%output ")
    }
    return true
  }

  /// The next line of tmux, from which is learned on the way whether the window shows a whole frame: tmux tells in one
  /// order what the program wrote and what it answers itself.
  private func line(until deadline: MonotonicTime) async throws -> String? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeSubrange(...end) }
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        if line.hasPrefix("%output ") { hear(line.split(separator: " ", maxSplits: 2).last ?? "") }
        return line
      }
      guard loop.now < deadline else { return nil }
      do throws(SystemError) {
        let bytes = try await client.read(upTo: 1 << 16, within: deadline - loop.now)
        if bytes.isEmpty { return nil }
        buffer += bytes
      } catch {
        if error.code == .timedOut { return nil }
        throw error
      }
    }
  }

  /// Takes one piece of what the program wrote, with its control codes as tmux writes them: a backslash and three digits.
  private func hear(_ piece: Substring) {
    let idle = #"\033]7770;idle\007"#
    tail += piece
    let entered = tail.ranges(of: #"\033[?1049h"#).last?.lowerBound
    let left = tail.ranges(of: #"\033[?1049l"#).last?.lowerBound
    if let entered { isInScreen = left.map { $0 < entered } ?? true } else if left != nil { isInScreen = false }
    isWhole = !isInScreen || tail.hasSuffix(idle)
    tail = String(tail.suffix(idle.count))
  }
}
