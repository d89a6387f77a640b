// The ways out that nobody plans: a crash, an exit from somewhere else, ^Z; and standard error meanwhile.

import CNcurses
import CSystem
import Glibc
import Synchronization
import SystemIO

/// What the process has to undo before it ends or stops, whoever ends it.
enum Restore {
  /// The terminal's output while there is a screen, else -1.
  private static let terminal = Atomic<Int32>(-1)
  private static let isWatchingExit = Atomic<Bool>(false)

  /// Whether there was no screen yet; from here on an exit gives the terminal back.
  static func claim(_ output: Int32) -> Bool {
    guard terminal.compareExchange(expected: -1, desired: output, ordering: .acquiringAndReleasing).exchanged else {
      return false
    }
    if !isWatchingExit.exchange(true, ordering: .acquiringAndReleasing) { atexit(restoreAtExit) }
    return true
  }

  /// Tells the crash handler what to do; before the modes are changed, and again with the bytes.
  static func arm(_ output: Int32, bytes: [UInt8], note: CrashNote?) throws(ScreenProblem) {
    let descriptor = note?.descriptor ?? -1
    let text = note?.bytes ?? []
    let answer = unsafe csystem_arm_crash_restore(output, bytes, bytes.count, descriptor, text, text.count)
    if answer < 0 { throw .system(SystemError(.init(-answer), "watch for crashes of", "this program")) }
  }

  static func disarm() {
    csystem_disarm_crash_restore()
    terminal.store(-1, ordering: .releasing)
  }

  /// Keeps what is written to standard error in memory, where it would be written into the picture.
  ///
  /// Where that fails the wizard goes on: a torn picture is worth less than the wizard.
  static func captureErrors() {
    guard isatty(STDERR_FILENO) == 1 else { return }
    _ = csystem_capture_errors()
  }

  /// Shows what was written to standard error while the screen was up, between markers.
  static func releaseErrors(into output: Int32) {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    let count = unsafe csystem_release_errors(&bytes, bytes.count)
    bytes.removeLast(bytes.count - max(0, Int(count)))
    guard !bytes.isEmpty else { return }
    let rows = bytes.split(separator: UInt8(ascii: "\n")).map { VisibleText(bytes: $0).string }
    let text =
      (["--- written to standard error while the screen was up ---"] + rows + ["--- end ---"])
      .joined(separator: "\n") + "\n"
    try? Files.write(Array(text.utf8), to: STDERR_FILENO, path: "standard error")
  }

  /// Stops the whole job, as the terminal does on ^Z, and returns when it is continued.
  ///
  /// Ours comes last and strikes this very thread, so nothing more runs before the stop.
  static func stopGroup() {
    csystem_ignore_signal(SIGTSTP)
    kill(0, SIGTSTP)
    csystem_default_signal(SIGTSTP)
    raise(SIGTSTP)
    csystem_watch_stops()
  }

  /// At an exit that did not leave the screen: whoever called it has nothing more to show.
  fileprivate static func giveBack() {
    let output = terminal.exchange(-1, ordering: .acquiringAndReleasing)
    guard output >= 0 else { return }
    try? Files.write(Array(TerminalModes.plainBytes.utf8), to: output, path: "the terminal")
    if !isendwin() { endwin() }
    releaseErrors(into: output)
  }
}

private func restoreAtExit() { Restore.giveBack() }
