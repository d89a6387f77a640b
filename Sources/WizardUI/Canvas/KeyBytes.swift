// What a terminal sends for a key: the bytes that a command's terminal gets while the keyboard is attached to it.

extension Key {
  /// The bytes of a key on an xterm (ctlseqs, "VT220-Style Function Keys" and "PC-Style Function Keys"), which is what
  /// output is drawn as; nil for what nobody knows.
  ///
  /// - Parameter isApplication: the program asked for cursor keys in their application form (DECCKM).
  func terminalBytes(isApplication: Bool) -> [UInt8]? {
    switch self {
    case .character(let scalar): Array(String(scalar).utf8)
    case .control(let letter): Self.controlByte(letter).map { [$0] }
    case .enter: [0x0D]
    case .escape: [0x1B]
    case .tab: [0x09]
    case .backTab: Self.sequence("[Z")
    // What terminals of Linux erase with: a PTY's own setting (VERASE in termios(3)).
    case .backspace: [0x7F]
    case .up: Self.cursor("A", isApplication)
    case .down: Self.cursor("B", isApplication)
    case .right: Self.cursor("C", isApplication)
    case .left: Self.cursor("D", isApplication)
    case .home: Self.cursor("H", isApplication)
    case .end: Self.cursor("F", isApplication)
    case .insert: Self.sequence("[2~")
    case .delete: Self.sequence("[3~")
    case .pageUp: Self.sequence("[5~")
    case .pageDown: Self.sequence("[6~")
    case .function(let number): Self.function(number)
    case .pasteStart, .pasteEnd, .unknown: nil
    }
  }

  private static func sequence(_ rest: String) -> [UInt8] { [0x1B] + Array(rest.utf8) }

  private static func cursor(_ final: String, _ isApplication: Bool) -> [UInt8] {
    sequence((isApplication ? "O" : "[") + final)
  }

  private static func controlByte(_ letter: Unicode.Scalar) -> UInt8? {
    switch letter {
    case "@"..."_": UInt8(letter.value - 0x40)
    case "a"..."z": UInt8(letter.value - 0x60)
    default: nil
    }
  }

  private static let functions = [
    "OP", "OQ", "OR", "OS", "[15~", "[17~", "[18~", "[19~", "[20~", "[21~", "[23~", "[24~",
  ]

  /// F13 to F24 are those with Shift, F25 to F36 those with Control (terminfo's `xterm`).
  private static func function(_ number: Int) -> [UInt8]? {
    guard (1...36).contains(number) else { return nil }
    let plain = functions[(number - 1) % functions.count]
    guard number > functions.count else { return sequence(plain) }
    let modifier = number > 2 * functions.count ? 5 : 2
    let end = plain.last.map(String.init) ?? ""
    return sequence(plain.hasPrefix("O") ? "[1;\(modifier)\(end)" : "\(plain.dropLast());\(modifier)\(end)")
  }
}
