// A window with an interactive shell, as an operator has it: what the program leaves behind is what the shell has then.

import SystemIO
import Testing

/// One shell, before and after programs that end in ways that nobody plans.
final class ShellWindow {
  let console: Console
  private let folder: String
  private var count = 0
  /// The terminal as the shell has it before anything was called.
  private var fresh = Terminal()

  /// What must be the same before and after.
  struct Terminal: Equatable, CustomStringConvertible {
    /// As `stty -a` prints it: echo, lines, signals, translations.
    var modes = ""
    /// On the normal screen, with a cursor, with plain keys and without a mouse.
    var facts: [String] = []
    var description: String { "\(facts) \(modes)" }
  }

  private static let facts = ["alternate_on", "cursor_flag", "keypad_flag", "keypad_cursor_flag", "mouse_any_flag"]

  static func with(
    columns: Int, rows: Int, folder: String, environment: [String: String?] = [:], on loop: EventLoop,
    _ body: (ShellWindow) async throws -> Void
  ) async throws {
    // No backtraces: they take seconds, and another test looks at them.
    let changes: [String: String?] = [
      "PS1": "ready> ", "HOME": folder, "W": Wizard.path, "SWIFT_BACKTRACE": "enable=no,interactive=no",
    ]
    try await Console.with(
      ["bash", "--norc", "--noprofile", "-i"], columns: columns, rows: rows,
      environment: changes.merging(environment) { $1 }, on: loop
    ) { console in
      let window = ShellWindow(console, folder: folder)
      try await console.wait(for: "ready>")
      (window.fresh, _) = try await window.look()
      #expect(window.fresh.facts == ["0", "1", "0", "0", "0"])
      try await body(window)
    }
  }

  private init(_ console: Console, folder: String) {
    self.console = console
    self.folder = folder
  }

  func enter(_ line: String) async throws {
    try await console.type(line)
    try await console.press("Enter")
  }

  /// Calls the program with a clear window behind it.
  func call(_ words: [String]) async throws { try await enter("clear; \"$W\" \(words.joined(separator: " "))") }

  /// The process that the shell has started last.
  func program() async throws -> ProcessIdentity {
    let shell = try #require(try await console.facts("pane_pid").first)
    // The window's own shell waits for the interactive one.
    let interactive = try #require(try children(of: shell).first)
    return try ProcessIdentity(of: try #require(try children(of: interactive).last.flatMap { Int32($0) }))
  }

  private func children(of pid: String) throws -> [String] {
    String(decoding: try Files.read("/proc/\(pid)/task/\(pid)/children"), as: UTF8.self).split(separator: " ")
      .map(String.init)
  }

  /// Asks the shell for the code of the last program and for the modes that it has now.
  private func look(_ location: SourceLocation = #_sourceLocation) async throws -> (Terminal, code: Int32) {
    count += 1
    // The words are computed, so that the line as it was typed is not taken for its answer.
    try await enter(
      "code=$?; clear; echo code-$code-$((\(count) * 7))-; stty -a >\(folder)/modes; echo shell-$((\(count) * 11))-")
    let picture = try await console.wait(for: "shell-\(count * 11)-", location)
    let row = picture.rows.last { $0.hasPrefix("code-") && $0.hasSuffix("-\(count * 7)-") }
    let code = row.flatMap { Int32($0.split(separator: "-")[1]) }
    let modes = String(decoding: try Files.read("\(folder)/modes"), as: UTF8.self)
    let names = Self.facts
    let facts = try await console.facts(names[0], names[1], names[2], names[3], names[4])
    return (Terminal(modes: modes, facts: facts), try #require(code, "\(picture)", sourceLocation: location))
  }

  /// Waits until the shell has the window again, and expects the terminal to be what it was; answers the code of the
  /// program, as the shell knows it.
  ///
  /// - Parameter isKilled: nobody could leave the full screen then. The shell itself puts back what it needs.
  @discardableResult
  func expectShell(
    isKilled: Bool = false, _ what: String, _ location: SourceLocation = #_sourceLocation
  ) async throws -> Int32 {
    if isKilled { console.forgetTheScreen() }
    try await console.wait("the shell after \(what)", location) { picture in
      // Nobody has cleared what a program drew that was killed.
      isKilled
        ? picture.rows.contains { $0.hasPrefix("ready>") }
        : picture.rows.last { !$0.isEmpty }?.hasSuffix("ready>") == true
    }
    let (terminal, code) = try await look(location)
    var expected = fresh
    if isKilled {
      expected.facts = terminal.facts
      #expect(terminal.facts[0] == "1", "nobody has left the full screen after \(what)", sourceLocation: location)
    }
    #expect(terminal == expected, "\(what)", sourceLocation: location)
    return code
  }
}
