// Keys from the terminal: ncurses' codes made into names, pastes and bursts marked.

import CNcurses
import Glibc
import SystemIO

/// Reads keys from a window that is never drawn, so that reading never refreshes anything.
@safe struct KeyReader {
  /// The codes that ncurses gives to the marks around a paste; above its own (`KEY_MAX` is 511).
  private static let pasteStart: Int32 = 2000
  private static let pasteEnd: Int32 = 2001

  /// A paste whose end never comes ends after this silence.
  private static let longestSilence: Duration = .seconds(5)

  private let window: UnsafeMutablePointer<WINDOW>
  private var isPasting = false
  private var lastKey: MonotonicTime?

  /// What terminals send beside what their description says: marks of a paste, and the cursor keys of both modes,
  /// as a description and the terminal do not always agree about the mode.
  private static let sequences: [(String, Int32)] =
    [("[200~", pasteStart), ("[201~", pasteEnd)]
    + [("A", KEY_UP), ("B", KEY_DOWN), ("C", KEY_RIGHT), ("D", KEY_LEFT), ("H", KEY_HOME), ("F", KEY_END)]
    .flatMap { [("[" + $0.0, $0.1), ("O" + $0.0, $0.1)] }
    + [("[1~", KEY_HOME), ("[4~", KEY_END), ("[7~", KEY_HOME), ("[8~", KEY_END), ("OM", KEY_ENTER)]

  /// Keys that came, and whether the terminal is gone.
  struct Batch: Hashable {
    var presses: [KeyPress] = []
    var isHungUp = false
  }

  init?() {
    guard let window = unsafe newpad(1, 1) else { return nil }
    unsafe self.window = window
    unsafe keypad(window, true)
    unsafe nodelay(window, true)
    for (sequence, code) in Self.sequences { unsafe define_key("\u{1B}" + sequence, code) }
  }

  /// All keys that can be read without waiting.
  mutating func read(at now: MonotonicTime) -> Batch {
    if let lastKey, now - lastKey > Self.longestSilence { isPasting = false }
    var batch = Batch()
    while true {
      var code: wint_t = 0
      errno = 0
      let kind = unsafe wget_wch(window, &code)
      if kind == ERR {
        batch.isHungUp = errno == EIO || errno == ENXIO
        break
      }
      guard let key = Self.key(code, isKeyCode: kind == KEY_CODE_YES) else { continue }
      lastKey = now
      switch key {
      case .pasteStart: isPasting = true
      case .pasteEnd: isPasting = false
      default: batch.presses.append(KeyPress(key, isPasted: isPasting))
      }
    }
    let isBurst = batch.presses.count > 1
    for index in batch.presses.indices { batch.presses[index].isAlone = !isBurst }
    return batch
  }

  /// Throws away what was typed and not yet read.
  func discard() { flushinp() }

  func close() { unsafe delwin(window) }

  /// The key of a code; nothing for the resize that `resizeterm` puts into the queue, which the loop knows already.
  static func key(_ code: UInt32, isKeyCode: Bool) -> Key? {
    if isKeyCode { return named(Int32(bitPattern: code)) }
    switch code {
    case 9: return .tab
    case 10, 13: return .enter
    case 27: return .escape
    case 8, 127: return .backspace
    case 0: return .control("@")
    case 1..<32: return Unicode.Scalar(code + (code < 27 ? 0x60 : 0x40)).map(Key.control)
    default: return Unicode.Scalar(code).map(Key.character)
    }
  }

  private static let names: [Int32: Key] = [
    KEY_UP: .up, KEY_DOWN: .down, KEY_LEFT: .left, KEY_RIGHT: .right, KEY_PPAGE: .pageUp, KEY_NPAGE: .pageDown,
    KEY_HOME: .home, KEY_END: .end, KEY_ENTER: .enter, KEY_BTAB: .backTab, KEY_BACKSPACE: .backspace,
    KEY_DC: .delete, KEY_IC: .insert, pasteStart: .pasteStart, pasteEnd: .pasteEnd,
  ]

  private static func named(_ code: Int32) -> Key? {
    if code == KEY_RESIZE { return nil }
    if let key = names[code] { return key }
    if (KEY_F0...KEY_F0 + 63).contains(code) { return .function(Int(code - KEY_F0)) }
    return .unknown(Int(code))
  }
}
