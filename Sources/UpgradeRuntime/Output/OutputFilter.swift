// What of a command's output the terminal library may see: text, and the control codes that draw with it.

/// Takes bytes as they come and answers those that draw; what asks, names, reports or is malformed goes.
///
/// libvterm 0.1.4 counts the arguments of a sequence past the end of their array (`parser.c`), and takes the text of
/// operating system commands from where there is none. Whatever a command prints must not end the wizard: the library
/// sees complete sequences of known kinds with few small arguments, and text of valid characters that can be drawn.
struct OutputFilter: Sendable {
  private enum Place: Sendable {
    case text
    case escape
    /// Behind `ESC (` and its like: the next byte names a set of characters.
    case characterSet(UInt8)
    case sequence
    /// Inside of a sequence that is not passed on; the first byte that can end it.
    case ignored(until: UInt8)
    /// In a text that is not for the screen (OSC, DCS, APC, PM, SOS); `true`: an escape has just come.
    case string(Bool)
  }

  private var place = Place.text
  private var arguments: [UInt8] = []
  /// A character of which not all bytes are there.
  private var begun: [UInt8] = []
  private var missing = 0
  private var marks = 0
  private var passed: [UInt8] = []
  /// Whether cursor keys were asked for in their application form (DECCKM); it draws nothing.
  var wantsApplicationKeys = false

  private static let escape: UInt8 = 0x1B
  private static let longestArguments = 64
  private static let mostArguments = 15
  /// Marks drawn over one character; a flood of them would grow without end in the library.
  private static let mostMarks = 3
  /// U+FFFD, in place of what is no text.
  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// What of the next bytes is drawn; a sequence or character that is cut off is kept until its rest comes.
  mutating func pass(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    for byte in bytes {
      switch place {
      case .text: text(byte)
      case .escape: afterEscape(byte)
      case .characterSet(let kind): characterSet(kind, byte)
      case .sequence: sequence(byte)
      case .ignored(let end): ignored(byte, until: end)
      case .string(let isEscaped): string(byte, isEscaped)
      }
    }
    defer { passed = [] }
    return passed
  }

  // MARK: - Text

  private mutating func text(_ byte: UInt8) {
    if missing > 0 {
      if byte & 0xC0 == 0x80 { return more(byte) }
      replace()
    }
    switch byte {
    case 0x20..<0x7F:
      passed.append(byte)
      marks = 0
    case 0x80...: begin(byte)
    default: control(byte)
    }
  }

  private mutating func begin(_ byte: UInt8) {
    missing = byte >= 0xC2 && byte < 0xE0 ? 1 : byte & 0xF0 == 0xE0 ? 2 : byte >= 0xF0 && byte < 0xF5 ? 3 : 0
    begun = [byte]
    if missing == 0 { replace() }
  }

  private mutating func more(_ byte: UInt8) {
    begun.append(byte)
    missing -= 1
    guard missing == 0 else { return }
    guard let text = String(validating: begun, as: UTF8.self), let scalar = text.unicodeScalars.first else {
      return replace()
    }
    switch scalar.properties.generalCategory {
    // What steers the reader's eye, or what nobody can draw; also the controls from U+0080 to U+009F.
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return replace()
    case .nonspacingMark, .enclosingMark:
      marks += 1
      if marks > Self.mostMarks { return replace() }
    default: marks = 0
    }
    passed += begun
    begun = []
  }

  private mutating func replace() {
    passed += Self.replacement
    (begun, missing, marks) = ([], 0, 0)
  }

  /// Backspace, tab, line feed, vertical tab, form feed, carriage return, and the two that change sets of characters.
  private mutating func control(_ byte: UInt8) {
    marks = 0
    switch byte {
    case 0x08...0x0F: passed.append(byte)
    case Self.escape: place = .escape
    default: break
    }
  }

  // MARK: - Sequences

  private mutating func afterEscape(_ byte: UInt8) {
    place = .text
    switch byte {
    case UInt8(ascii: "["):
      arguments = []
      place = .sequence
    case UInt8(ascii: "("), UInt8(ascii: ")"): place = .characterSet(byte)
    // Cursor kept and put back, index, next line, tab stop, reverse index, reset.
    case _ where "78DEHMc".utf8.contains(byte):
      if byte == UInt8(ascii: "c") { wantsApplicationKeys = false }
      passed += [Self.escape, byte]
    case _ where "]PX^_".utf8.contains(byte): place = .string(false)
    case 0x20...0x2F: place = .ignored(until: 0x30)
    case Self.escape: place = .escape
    case 0x00..<0x20: control(byte)
    default: break
    }
  }

  /// `ESC ( 0` draws lines, `ESC ( B` is ASCII again.
  private mutating func characterSet(_ kind: UInt8, _ byte: UInt8) {
    place = .text
    if "0B".utf8.contains(byte) { passed += [Self.escape, kind, byte] } else if byte < 0x20 { control(byte) }
  }

  private mutating func sequence(_ byte: UInt8) {
    switch byte {
    case 0x30...0x3F:
      if arguments.count < Self.longestArguments { arguments.append(byte) } else { place = .ignored(until: 0x40) }
    case 0x40...0x7E:
      place = .text
      end(byte)
    case 0x20...0x2F: place = .ignored(until: 0x40)
    // A control inside of a sequence acts at once, as on every terminal.
    case 0x08...0x0D: passed.append(byte)
    default: interrupted(byte)
    }
  }

  private mutating func ignored(_ byte: UInt8, until end: UInt8) {
    switch byte {
    case end...0x7E: place = .text
    case 0x20..<0x7F: break
    default: interrupted(byte)
    }
  }

  private mutating func interrupted(_ byte: UInt8) {
    place = .text
    text(byte)
  }

  private mutating func end(_ final: UInt8) {
    let kind = Unicode.Scalar(final)
    let isPrivate = arguments.first == UInt8(ascii: "?")
    let numbers = isPrivate ? arguments.dropFirst() : arguments[...]
    let separators: Set<UInt8> = kind == "m" ? [UInt8(ascii: ";"), UInt8(ascii: ":")] : [UInt8(ascii: ";")]
    let parts = numbers.split(omittingEmptySubsequences: false, whereSeparator: separators.contains)
    let isKnown = parts.allSatisfy { part in
      part.count <= (isPrivate ? 4 : 3) && part.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }
    guard isKnown, parts.count <= Self.mostArguments else { return }
    if isPrivate, "hl".unicodeScalars.contains(kind), parts.contains(where: { Self.word($0) == "1" }) {
      wantsApplicationKeys = kind == "h"
    }
    let isDrawn =
      isPrivate
      ? "hl".unicodeScalars.contains(kind) && parts.allSatisfy { Self.modes.contains(Self.word($0)) }
      : Self.drawing.contains(kind) || "hl".unicodeScalars.contains(kind) && ["4", "20"].contains(Self.word(numbers))
    if isDrawn { passed += [Self.escape, UInt8(ascii: "[")] + arguments + [final] }
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  /// Moves, erasures, insertions, deletions, scrolling, styles and the scrolling region (ECMA-48, and `r` of the VT100).
  private static let drawing = Set("@ABCDEFGHIJKLMPSTXZ`abdefmr".unicodeScalars)
  /// Wrapping, how the cursor looks, the second screen.
  private static let modes: Set<String> = ["7", "12", "25", "47", "1047", "1048", "1049"]

  // MARK: - Texts that are not for the screen

  private mutating func string(_ byte: UInt8, _ isEscaped: Bool) {
    switch byte {
    case 0x07, 0x18, 0x1A: place = .text
    case UInt8(ascii: "\\") where isEscaped: place = .text
    case Self.escape: place = .string(true)
    case _ where isEscaped: afterEscape(byte)
    default: break
    }
  }
}
