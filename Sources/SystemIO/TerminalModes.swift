// A terminal's modes and size.

import CSystem
import Glibc

/// The modes of a terminal as they were at one moment, to be put back.
package struct TerminalModes: Sendable {
  private let descriptor: Int32
  private let saved: termios

  /// Keeps the present modes of a terminal; `ENOTTY` for what is none.
  package init(saving descriptor: Int32) throws(SystemError) {
    self.descriptor = descriptor
    var modes = termios()
    try systemCall("read the modes of", "the terminal") { unsafe tcgetattr(descriptor, &modes) }
    saved = modes
  }

  /// Puts the modes back; what was typed and not read is thrown away, so that it never reaches a shell.
  package func restore() throws(SystemError) {
    try set(saved)
  }

  /// Switches to raw: no echo, no lines, no signals from keys.
  package func makeRaw() throws(SystemError) {
    var modes = saved
    unsafe cfmakeraw(&modes)
    try set(modes)
  }

  /// Switches the echo off for a password, keeping lines.
  package func hideTyping() throws(SystemError) {
    var modes = saved
    modes.c_lflag &= ~tcflag_t(ECHO)
    modes.c_lflag |= tcflag_t(ECHONL)
    try set(modes)
  }

  /// At once and not after the output has drained: a terminal that was stopped with ^S must not stop us.
  private func set(_ wanted: termios) throws(SystemError) {
    var modes = wanted
    tcflush(descriptor, TCIFLUSH)
    try systemCall("change the modes of", "the terminal") { unsafe tcsetattr(descriptor, TCSANOW, &modes) }
  }
}

/// What a descriptor that may be a terminal says about itself.
package enum Terminal {
  package struct Size: Hashable, Sendable {
    package var rows: Int
    package var columns: Int

    package init(rows: Int, columns: Int) {
      self.rows = rows
      self.columns = columns
    }
  }

  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) != 0 }

  /// The present size; nil for what is no terminal or does not know.
  package static func size(of descriptor: Int32) -> Size? {
    var rows: UInt16 = 0
    var columns: UInt16 = 0
    guard unsafe csystem_window_size(descriptor, &rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
    return Size(rows: Int(rows), columns: Int(columns))
  }

  /// Throws away what was typed and not read yet.
  package static func discardInput(of descriptor: Int32) {
    tcflush(descriptor, TCIFLUSH)
  }

  /// Takes the environment's character type, or C.UTF-8 where that is not UTF-8; answers the codeset in use.
  package static func useLocale() -> String { unsafe String(cString: csystem_use_locale()) }

  /// How many cells a scalar takes: 0, 1 or 2; nil for a control or a scalar the C library does not know.
  package static func cells(of scalar: Unicode.Scalar) -> Int? {
    let width = csystem_cell_width(scalar.value)
    return width < 0 ? nil : Int(width)
  }
}

/// The terminal put right when the process dies of a fault or a trap.
package enum CrashRestore {
  /// Prepares for ILL, TRAP, SEGV, BUS, ABRT, FPE and QUIT, on any thread: the modes that the terminal has now are put
  /// back, `restore` is written to it, and `note` to a descriptor that must stay open, with the signal and the time of
  /// day behind it. Then the fault takes its course. A `terminal` of -1 is none.
  ///
  /// Call it before the modes are changed, and again for other bytes.
  package static func arm(
    terminal: Int32, restore: [UInt8], note: [UInt8] = [], to noteDescriptor: Int32 = -1
  ) throws(SystemError) {
    let answer = unsafe csystem_arm_crash_restore(
      terminal, restore, restore.count, noteDescriptor, note, note.count)
    try checked(answer, "prepare a crash restore of", "the terminal")
  }

  /// Ends the preparation, when the terminal was put back in order.
  package static func disarm() { csystem_disarm_crash_restore() }
}
