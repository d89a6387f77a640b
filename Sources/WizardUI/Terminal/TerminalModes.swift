// The bytes that switch what ncurses does not know: pasted text in brackets, the window's title, and the way back.

import CNcurses

/// Byte strings for one terminal, made once while all is well.
struct TerminalModes {
  let enterBytes: [UInt8]
  let leaveBytes: [UInt8]
  /// What gives the normal screen back after a crash.
  let restoreBytes: [UInt8]
  /// What makes a full screen of the terminal.
  let fullScreenBytes: [UInt8]
  private let hasTitle: Bool
  /// Whether the terminal says of itself that programs may fill its clipboard.
  let hasClipboard: Bool

  /// Longer text is not sent: some terminals take no more than 100,000 characters at once (hterm, kitty).
  static let mostCopied = 74_000

  /// Pastes without brackets again.
  static let plainBytes = "\u{1B}[?2004l"

  /// Nothing when the terminal cannot move its cursor.
  init?() {
    guard let cursor = Self.capability("cup") else { return nil }
    // Only a terminal that speaks ANSI understands private modes, or ignores them.
    let isANSI = cursor.starts(with: Array("\u{1B}[".utf8))
    // XT is said by what follows xterm, TS by what has a title as others have a status line.
    hasTitle = isANSI && (unsafe tigetflag("XT") == 1 || Self.capability("TS") != nil)
    hasClipboard = isANSI && Self.capability("Ms") != nil
    let titles = hasTitle ? ("\u{1B}[22;2t", "\u{1B}[23;2t") : ("", "")
    enterBytes = isANSI ? Array("\u{1B}[?2004h\(titles.0)".utf8) : []
    leaveBytes = isANSI ? Array((Self.plainBytes + titles.1).utf8) : []
    fullScreenBytes = Self.capability("smcup") ?? []
    restoreBytes =
      leaveBytes + ["sgr0", "rmacs", "rmkx", "cnorm", "rmcup"].flatMap { Self.capability($0) ?? [] }
      + Array("\r\n".utf8)
  }

  func title(_ text: String) -> [UInt8] {
    hasTitle ? Array("\u{1B}]2;\(text.madeVisible)\u{7}".utf8) : []
  }

  /// Fills the clipboard (OSC 52, xterm control sequences); nothing where there is none, or the text is too long.
  func clipboard(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard hasClipboard, bytes.count <= Self.mostCopied else { return [] }
    return Array("\u{1B}]52;c;".utf8) + Base64.encoded(bytes) + [0x07]
  }

  /// A capability without the pauses of old terminals (`$<5>`).
  private static func capability(_ name: String) -> [UInt8]? {
    // ncurses answers nil for what is absent and -1 for what is no string.
    guard let value = unsafe tigetstr(name), UInt(bitPattern: value) != .max else { return nil }
    let text = unsafe String(cString: value)
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "$"), rest.first == UInt8(ascii: "<"), let end = rest.firstIndex(of: UInt8(ascii: ">")) {
        rest = rest[rest.index(after: end)...]
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
