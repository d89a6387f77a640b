// A crash leaves a usable terminal, a note, and its own exit status.

import Glibc
import Testing

@testable import SystemIO

/// A sanitizer's runtime takes the signals of a crash for itself.
private let isSanitized = unsafe dlsym(nil, "__tsan_init") != nil || dlsym(nil, "__asan_init") != nil

@Suite(.disabled(if: isSanitized, "a sanitizer takes the signals of a crash")) struct CrashRestoreTests {
  /// Swift's traps are illegal instructions on x86-64 and breakpoints on arm64.
  #if arch(x86_64)
    private static let trap = SIGILL
  #else
    private static let trap = SIGTRAP
  #endif

  @Test(arguments: [
    ("trap", trap), ("thread", trap), ("abort", SIGABRT), ("fault", SIGSEGV), ("overflow", SIGSEGV),
  ])
  func theTerminalIsPutRight(how: String, number: Int32) async throws {
    try await withDirectory { directory in
      let note = "\(directory)/note"
      let program = try probe().program
      try await onLoop { loop in
        // A shell stays behind on the terminal, as an operator's does.
        let child = try ChildProcess.spawn(
          .shell(
            "ulimit -c 0; \(program) crash \(how) \(note) 2>/dev/null; echo status $?; stty -a",
            environment: .changed(["SWIFT_BACKTRACE": "enable=no"])),
          streams: .terminal(rows: 24, columns: 80), on: loop)
        let text = try await child.readAll()
        #expect(text.contains("[raw]\n[screen restored]"), "\(text)")
        #expect(text.contains("status \(128 + number)\r\n"), "\(text)")
        let modes = Set(text.split(whereSeparator: { " ;\r\n".contains($0) }))
        #expect(modes.isSuperset(of: ["icanon", "echo", "isig", "opost", "onlcr"]), "\(text)")
        #expect(try Self.isNoted(number, in: note))
      }
    }
  }

  /// The bytes that were prepared, the signal, and when it was: within the last minute.
  private static func isNoted(_ number: Int32, in file: String) throws -> Bool {
    let words = string(try Files.read(file)).split(separator: " ")
    guard words.count == 3, words[0] == "crashed", words[1] == "\(number)", words[2].last == "\n",
      let at = Int64(words[2].dropLast())
    else { return false }
    return (0..<60_000).contains(WallClock.milliseconds - at)
  }

  @Test func disarmedItDoesNothing() async throws {
    try await withDirectory { directory in
      let note = "\(directory)/note"
      try await onLoop { loop in
        let child = try ChildProcess.spawn(
          try probe("crash", "disarmed", note), streams: .terminal(rows: 24, columns: 80), on: loop)
        #expect(try await child.readAll() == "[raw]\n[restored by hand]\r\n")
        #expect(await child.exit() == .signalled(SIGSEGV))
        #expect(try Files.read(note) == [])
      }
    }
  }

  @Test func aTerminalThatTakesNothingDoesNotKeepTheCrashFromEnding() async throws {
    try await withDirectory { directory in
      let note = "\(directory)/note"
      try await onLoop { loop in
        // Nobody reads the master, so the terminal fills up and takes nothing more.
        let child = try ChildProcess.spawn(
          try probe("crash", "stuck", note), streams: .terminal(rows: 24, columns: 80), on: loop)
        #expect(await child.exit(within: patience) == .signalled(SIGABRT))
        #expect(try Self.isNoted(SIGABRT, in: note))
      }
    }
  }

  @Test func withSwiftsOwnBacktraceItStillPrints() async throws {
    try await withDirectory { directory in
      let note = "\(directory)/note"
      let program = try probe().program
      try await onLoop { loop in
        let child = try ChildProcess.spawn(
          ChildCommand(
            program, ["crash", "trap", note],
            environment: .changed(["SWIFT_BACKTRACE": "enable=yes,interactive=no,color=no,threads=crashed"])),
          streams: .terminal(rows: 24, columns: 80), on: loop)
        let text = try await child.readAll()
        #expect(text.contains("[screen restored]"))
        // In line mode again: the trace is not drawn in steps.
        #expect(text.contains("crashed"), "\(text)")
        #expect(text.contains("Crash.trapNow()"), "\(text)")
        #expect(await child.exit() == .signalled(Self.trap))
      }
    }
  }

  /// A signal that is sent does not strike again by itself: it kills all the same, also where Swift's backtracer has had
  /// a look at it, and the note tells the truth.
  @Test(arguments: [SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGTRAP, SIGQUIT], ["no", "yes"])
  func whatSomebodySendsKills(number: Int32, backtrace: String) async throws {
    try await withDirectory { directory in
      let note = "\(directory)/note"
      let program = try probe().program
      try await onLoop { loop in
        let child = try ChildProcess.spawn(
          ChildCommand(
            program, ["crash", "lines", note],
            environment: .changed(["SWIFT_BACKTRACE": "enable=\(backtrace),interactive=no,color=no,threads=crashed"])),
          streams: .terminal(rows: 24, columns: 80), on: loop)
        _ = try await child.read(until: "[lines]")
        #expect(try child.send(Signal(number)))
        let text = try await child.readAll()
        #expect(await child.exit(within: patience) == .signalled(number), "\(text)")
        #expect(try Self.isNoted(number, in: note))
      }
    }
  }
}
