// Which descriptors the screen reads and writes, what the terminal is called, and how large it is.

import CSystem
import Glibc
import SystemIO

/// The two ends of a terminal and its name.
package struct TerminalPorts: Hashable, Sendable {
  package var input: Int32
  package var output: Int32
  /// The value of `TERM`.
  package var name: String
  /// In place of what the terminal says, for one that is no terminal.
  package var fixedSize: Size?

  package init(input: Int32, output: Int32, name: String, fixedSize: Size? = nil) {
    self.input = input
    self.output = output
    self.name = name
    self.fixedSize = fixedSize
  }

  /// The terminal that this process was started on: standard output, and standard input, or where that is a pipe,
  /// the controlling terminal.
  package static func standard() throws(ScreenProblem) -> TerminalPorts {
    guard isatty(STDOUT_FILENO) == 1 else { throw .noTerminal }
    let name = Host.environment["TERM"] ?? ""
    var input = STDIN_FILENO
    if isatty(input) != 1 {
      input = unsafe open("/dev/tty", O_RDWR | O_CLOEXEC)
      guard input >= 0 else { throw .noTerminal }
    }
    return TerminalPorts(input: input, output: STDOUT_FILENO, name: name)
  }

  /// Names that mean that the cursor cannot be moved, whatever a database says about them.
  package var isDumb: Bool { ["", "dumb", "unknown"].contains(name) }

  /// Descriptions to try when this host does not know the terminal: newer emulators announce names that hosts lack,
  /// and speak the language of the older ones.
  package var namesToTry: [String] {
    let families = [("xterm", "xterm-256color"), ("tmux", "screen"), ("screen", "screen"), ("rxvt", "xterm")]
    let relatives = families.filter { name.hasPrefix($0.0) }.map(\.1)
    let emulators = ["alacritty", "foot", "wezterm", "kitty", "ghostty", "contour"]
    let others = emulators.contains { name.hasPrefix($0) } ? ["xterm-256color"] : []
    return [name] + (relatives + others).filter { $0 != name }
  }

  /// The size in cells; 80x24 where the terminal does not know its own.
  package var size: Size {
    if let fixedSize { return fixedSize }
    var rows: UInt16 = 0
    var columns: UInt16 = 0
    guard unsafe csystem_window_size(output, &rows, &columns) == 0, rows > 0, columns > 0 else {
      return Size(columns: 80, rows: 24)
    }
    return Size(columns: Int(columns), rows: Int(rows))
  }
}
