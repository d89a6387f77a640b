// The screen of one command at the size of the pane, which may change, and what has been scrolled off it.

import UpgradeCore

/// Takes a command's bytes and answers its rows, at whatever size it is looked at.
///
/// It keeps the last bytes, so that another size shows the same output as if the terminal had always had that size:
/// text that was cut off comes back, and long lines break where the pane ends. Without a size it only keeps.
struct CommandScreen: ~Copyable {
  /// Rows that can be scrolled back to.
  static let rowsKept = 10_000
  /// Bytes from which it is drawn anew; about what so many rows hold.
  static let bytesKept = 1 << 20

  private var recent: [UInt8] = []
  private var terminal: VirtualTerminal?
  private var linesSkipped = 0
  private var beginning = Beginning.open
  /// The size that was asked for; nil while nobody looks.
  private(set) var size: TerminalSize?

  init() {}

  /// What is shown, oldest first; empty while nobody looks.
  var rows: [OutputRow] {
    switch terminal {
    case .some(let terminal): terminal.rows
    case .none: []
    }
  }

  /// Where the cursor is among them; nil while nobody looks.
  var cursor: CommandOutput.Cursor? {
    switch terminal {
    case .some(let terminal): terminal.cursor
    case .none: nil
    }
  }

  /// Whether cursor keys are wanted in their application form.
  var wantsApplicationKeys: Bool {
    switch terminal {
    case .some(let terminal): terminal.wantsApplicationKeys
    case .none: false
    }
  }

  /// Rows before the first of these, which are not kept.
  var rowsGone: Int {
    switch terminal {
    case .some(let terminal): linesSkipped + terminal.rowsGone
    case .none: 0
    }
  }

  /// The next bytes, cut anywhere. Of very many at once only those are drawn that can still be scrolled back to.
  mutating func feed(_ bytes: [UInt8]) {
    keep(bytes)
    if !beginning.isKnown {
      beginning.look(at: bytes)
      if beginning == .bareLines { terminal?.breakLines() }
    }
    guard terminal != nil else { return }
    let (start, lines) = Self.end(of: bytes)
    if start > 0 {
      linesSkipped += lines
      terminal?.feed(Self.afresh)
      // A line that was begun stays a row of its own; its end is among what is skipped.
      if let column = cursor?.column, column > 0 {
        terminal?.feed([13, 10])
        linesSkipped -= 1
      }
    }
    terminal?.feed(bytes[start...])
  }

  /// Shows the output at a size from now on.
  mutating func resize(_ size: TerminalSize) {
    guard self.size != size else { return }
    self.size = size
    // It may have been asked for long ago, in what is not kept.
    let wantsApplicationKeys = wantsApplicationKeys
    terminal = VirtualTerminal(size, keeping: Self.rowsKept)
    terminal?.wantsApplicationKeys = wantsApplicationKeys
    if beginning == .bareLines { terminal?.breakLines() }
    let (start, lines) = Self.end(of: recent)
    linesSkipped = lines
    terminal?.feed(recent[start...])
  }

  /// Whether the command has a terminal, which is told by its first line: where none broke its lines, they end bare.
  private enum Beginning {
    case open, afterReturn, bareLines, brokenLines

    var isKnown: Bool { self == .bareLines || self == .brokenLines }

    mutating func look(at bytes: [UInt8]) {
      for byte in bytes {
        switch byte {
        case UInt8(ascii: "\r"): self = .afterReturn
        case UInt8(ascii: "\n"):
          self = self == .afterReturn ? .brokenLines : .bareLines
          return
        // Who moves the cursor knows its terminal.
        case 0x1B:
          self = .brokenLines
          return
        default: self = .open
        }
      }
    }
  }

  /// Ends a sequence that was cut off, and the style before it.
  private static let afresh: [UInt8] = [0x18, 0x1B, UInt8(ascii: "["), UInt8(ascii: "m")]

  private mutating func keep(_ bytes: [UInt8]) {
    recent += bytes
    guard recent.count > 2 * Self.bytesKept else { return }
    recent.removeFirst(Self.end(of: recent).start)
  }

  /// Where the last lines begin that are worth drawing, and how many lines are before that.
  private static func end(of bytes: [UInt8]) -> (start: Int, lines: Int) {
    var lines = 0
    var start = bytes.endIndex
    while start > 0, lines <= rowsKept, bytes.endIndex - start < bytesKept {
      start -= 1
      if bytes[start] == UInt8(ascii: "\n") { lines += 1 }
    }
    guard start > 0 else { return (0, 0) }
    // At a line's beginning, where there is one: what is before it may be half a sequence.
    let begin = bytes[start...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? start
    return (begin, bytes[..<begin].count { $0 == UInt8(ascii: "\n") })
  }
}
