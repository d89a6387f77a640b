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

/// Whether the operator's keys can reach a command.
package enum CommandKeyboard: Hashable, Sendable {
  /// Nothing that is typed reaches it; a sentence says why.
  case closed(String)
  /// Its terminal takes keys, and nobody types.
  case free
  /// What is typed goes to it.
  case attached
}

/// The output of the last or running host command.
package struct CommandOutput: Hashable, Sendable {
  /// Where its terminal's cursor stands: `row` counts the rows that are kept, and may be below the last of them.
  package struct Cursor: Hashable, Sendable {
    package var row: Int
    package var column: Int

    package init(row: Int, column: Int) {
      self.row = row
      self.column = column
    }
  }

  /// How long an unfinished line stands before it may be a question.
  package static let longestBreath: Duration = .seconds(5)

  /// The effect that runs it; nil where nothing can be typed into it at all.
  package var id: EffectID?
  package var keyboard = CommandKeyboard.closed("Nothing can be typed into this command from here.")
  /// Why the keyboard is not attached any more, where nobody wanted that: a sentence.
  package var loss: String?
  /// Its terminal wants cursor keys in their application form (DECCKM, VT100 user guide).
  package var wantsApplicationKeys = false
  package var cursor: Cursor?
  /// When it was last heard of; nil where it has not been heard.
  package var heardAt: Instant?
  /// The last that it printed is a line without an end, as a question is.
  package var isUnfinished = false
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

  /// For how long it has been quiet on an unfinished line, where that is long enough to be a question: a guess.
  package func seemsToWait(at now: Instant) -> Duration? {
    guard status == nil, isUnfinished, let heardAt, now - heardAt >= Self.longestBreath else { return nil }
    return now - heardAt
  }
}
