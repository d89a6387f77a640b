// The whole way through a true terminal: in, resized, pasted into, stopped, crashed, hung up, and out again.
import Glibc
import SystemIO
import Testing

@testable import WizardUI

/// One after the other: each has a server, a shell and a program of its own.
@Suite(.serialized) struct TrueTerminalTests {
  @Test func aScreenIsDrawnAndLeftWithASummary() async throws {
    try await Tmux.withShell(columns: 40, rows: 8) { tmux in
      try await tmux.enter(try Tmux.demo())
      let rows = try await tmux.wait(for: "q quit")
      #expect(
        rows.prefix(8).joined(separator: "\n") == """
          ┌─ Demo 40x8 ───────────────── 日本 é ─┐
          │(nothing yet)                         │
          │                                      │
          │                                      │
          │                                      │
          └──────────────────────────────────────┘
           answers []
           y yes  ^Z suspend  q quit
          """)
      try await tmux.press("e", "é", "q")
      let after = try await tmux.wait(for: "answers: []")
      let said = after.drop { !$0.hasPrefix("--- written") }.prefix(5)
      #expect(
        said.joined(separator: "\n") == """
          --- written to standard error while the
          screen was up ---
          a stray \\x1b[31mmessage
          --- end ---
          demo left
          """)
      try await tmux.enter("stty -a | grep -o -e ' -\\?echo ' -e ' -\\?icanon '")
      try await tmux.wait("for the modes of a shell") { $0.contains(" icanon") && $0.contains(" echo") }
    }
  }

  @Test func theWindowCanBeResized() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter(try Tmux.demo())
      try await tmux.wait(for: "Demo 60x14")
      try await tmux.resize(columns: 44, rows: 9)
      try await tmux.wait(for: "Demo 44x9")
      try await tmux.resize(columns: 100, rows: 30)
      let rows = try await tmux.wait(for: "Demo 100x30")
      #expect(rows[0].displayColumns == 100)
      #expect(!rows.contains { $0.contains("key") })
      for (columns, count) in [(1, 1), (3, 2), (200, 50), (2, 40), (61, 12)] {
        try await tmux.resize(columns: columns, rows: count)
      }
      try await tmux.wait(for: "Demo 61x12")
    }
  }

  @Test func aPasteNeverAnswersAndAKeyDoes() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter(try Tmux.demo())
      try await tmux.wait(for: "answers []")
      try await tmux.press("a")
      try await tmux.wait("for the question to arm") { rows in
        rows.contains { $0.contains("Question 1?  [y] yes") }
      }
      try await tmux.paste("y\n")
      try await tmux.wait(for: "key y pasted")
      try await tmux.wait(for: "[y] yes   pasted")
      try await tmux.type("yy")
      try await tmux.wait("for both keys") { rows in rows.filter { $0.contains("key y") }.count == 3 }
      try await tmux.wait(for: "Question 1?")
      try await tmux.press("y")
      try await tmux.wait(for: "answers [\"yes to 1\"]")
    }
  }

  @Test func itCanBeStoppedAndContinued() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter(try Tmux.demo())
      try await tmux.wait(for: "Demo 60x14")
      try await tmux.press("C-z")
      try await tmux.wait(for: "Stopped")
      try await tmux.enter("echo the shell $((40 + 2))")
      try await tmux.wait(for: "the shell 42")
      try await tmux.resize(columns: 50, rows: 10)
      try await tmux.enter("fg")
      try await tmux.wait(for: "Demo 50x10")
      try await tmux.paste("p")
      try await tmux.wait(for: "key p pasted")
      try await tmux.press("q")
      try await tmux.wait(for: "demo left")
    }
  }

  @Test(arguments: [("t", "a trap of the demo"), ("T", "a trap on another thread")])
  func aCrashGivesTheTerminalBack(key: String, message: String) async throws {
    try await Tmux.withShell(columns: 100, rows: 50) { tmux in
      try await tmux.enter(try Tmux.demo())
      try await tmux.wait(for: "Demo 100x50")
      try await tmux.press("e", key)
      // The runtime's own word about it was written to standard error, while that was kept in memory.
      try await tmux.wait(for: message)
      try await tmux.enter("clear; echo the shell $((40 + 2))")
      try await tmux.wait(for: "the shell 42")
      try await tmux.enter("stty -a | grep -o -e ' -\\?echo ' -e ' -\\?icanon '")
      try await tmux.wait("for the modes of a shell") { $0.contains(" icanon") && $0.contains(" echo") }
      #expect(try await tmux.run(["display-message", "-p", "#{alternate_on}"]) == "0\n")
    }
  }

  @Test func anExitThatForgetsTheScreenGivesTheTerminalBack() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter("\(try Tmux.demo()); echo code $?")
      try await tmux.wait(for: "Demo 60x14")
      try await tmux.press("x")
      try await tmux.wait(for: "code 3")
      #expect(try await tmux.run(["display-message", "-p", "#{alternate_on}"]) == "0\n")
    }
  }

  @Test func aSignalIsAnEvent() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter("echo pid $$; exec \(try Tmux.demo())")
      try await tmux.wait(for: "Demo 60x14")
      let pid = try #require(Int32(try await tmux.run(["display-message", "-p", "#{pane_pid}"]).dropLast()))
      try await tmux.run(["set-option", "-g", "remain-on-exit", "on"])
      kill(pid, SIGTERM)
      try await tmux.wait(for: "demo left")
    }
  }

  @Test func aTerminalThatIsGoneEndsNothingByItself() async throws {
    let note = "/tmp/terminal-demo-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    defer { try? Files.removeTree(note) }
    try await Tmux.withShell { tmux in
      try await tmux.enter("exec \(try Tmux.demo()) \(note)")
      try await tmux.wait(for: "Demo 60x14")
      // A second window keeps the server, and only the terminal of the first one goes away.
      try await tmux.run(["new-window", "-d", "sleep 60"])
      try await tmux.run(["kill-pane", "-t", ":0"])
      let deadline = MonotonicTime.now + patience
      while !Files.exists(note), MonotonicTime.now < deadline { _ = try await tmux.run(["list-windows"]) }
      let events = String(decoding: try Files.read(note), as: UTF8.self)
      #expect(events == "hang-up\nwoken")
    }
  }

  @Test func noTerminalIsSaidInWords() async throws {
    try await Tmux.withShell(columns: 200) { tmux in
      try await tmux.enter("\(try Tmux.demo()) | cat; TERM=dumb \(try Tmux.demo())")
      try await tmux.wait(for: "demo: output or keyboard is no terminal; going on with plain lines")
      try await tmux.wait(for: "demo: TERM is dumb, which cannot move the cursor; going on with plain lines")
    }
  }

  @Test func withoutALocaleTheScreenIsDrawnAllTheSame() async throws {
    try await Tmux.withShell { tmux in
      try await tmux.enter("LC_ALL=C \(try Tmux.demo())")
      try await tmux.wait(for: "┌─ Demo 60x14 ─")
    }
  }
}
