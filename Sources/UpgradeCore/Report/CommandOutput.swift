// What a host command has printed, as its terminal shows it: rows of text in the styles that it asked for.

/// How many rows and columns a command's terminal has.
package struct TerminalSize: Hashable, Sendable {
  package var rows: Int
  package var columns: Int

  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// What a terminal has whose size nobody can change while its command runs.
  package static let standard = TerminalSize(rows: 24, columns: 100)
}

/// How a command wanted a piece of its output to look.
package struct OutputStyle: Hashable, Sendable {
  /// The sixteen colours that every terminal names, 0-15; nil is the terminal's own.
  package var foreground: UInt8?
  package var background: UInt8?
  package var isBold = false
  package var isUnderlined = false
  package var isReversed = false

  package init(
    foreground: UInt8? = nil, background: UInt8? = nil, isBold: Bool = false, isUnderlined: Bool = false,
    isReversed: Bool = false
  ) {
    self.foreground = foreground
    self.background = background
    self.isBold = isBold
    self.isUnderlined = isUnderlined
    self.isReversed = isReversed
  }

  package static let plain = OutputStyle()
}

/// One row of a command's terminal, without the blanks at its end.
package struct OutputRow: Hashable, Sendable {
  /// Cells of one style beside each other: printable ASCII, or the one character of one cell.
  package struct Run: Hashable, Sendable {
    package var text: String
    /// What it takes on the command's terminal.
    package var columns: Int
    package var style: OutputStyle

    package init(_ text: String, columns: Int, style: OutputStyle = .plain) {
      self.text = text
      self.columns = columns
      self.style = style
    }
  }

  package var runs: [Run]

  package init(_ runs: [Run] = []) { self.runs = runs }

  package var text: String { runs.map(\.text).joined() }
  package var columns: Int { runs.reduce(0) { $0 + $1.columns } }
}

/// The output of the last or running host command.
package struct CommandOutput: Hashable, Sendable {
  package var command: String
  package var node: String
  /// The last lines as they were written, control codes taken out, newest last; for faces without a pane.
  package var lines: [String]
  /// What its terminal shows, and above it what has been scrolled off, oldest first; for a face with a pane.
  package var rows: [OutputRow]
  /// Rows before the first of these, which are not kept: a row's number stays the same while older ones go.
  package var rowsGone: Int
  /// Its terminal, where it is not the pane's: this many rows and columns whatever the pane has.
  package var fixedSize: TerminalSize?
  /// nil while it runs: `exit 0`, `killed by signal 9`.
  package var status: String?
  /// The file with every byte of it.
  package var path: String

  package init(
    command: String, node: String, lines: [String], rows: [OutputRow] = [], rowsGone: Int = 0,
    fixedSize: TerminalSize? = nil, status: String?, path: String
  ) {
    self.command = command
    self.node = node
    self.lines = lines
    self.rows = rows
    self.rowsGone = rowsGone
    self.fixedSize = fixedSize
    self.status = status
    self.path = path
  }
}
