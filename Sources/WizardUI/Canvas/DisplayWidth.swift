// How many columns a character takes on a terminal, decided by our own table and not by the locale.

/// What one Unicode scalar does to a row of cells.
///
/// Everything that terminals disagree about (joiners, variation selectors, skin tones, unassigned and private
/// characters), that is invisible, or that acts on the terminal or on the reader (controls, bidirectional marks) is
/// `escaped`: it is drawn as visible ASCII, so a row is as wide as we believe it is on every terminal.
package enum DisplayWidth: Sendable {
  /// One column.
  case narrow
  /// Two columns.
  case wide
  /// No column of its own: it is drawn over the character before it.
  case joining
  /// Drawn as an escape such as `\x1b` or `\u{202e}`.
  case escaped

  package init(_ scalar: Unicode.Scalar) {
    let value = scalar.value
    if value < 0x7F {
      self = value < 0x20 ? .escaped : .narrow
      return
    }
    let properties = scalar.properties
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
      self = .escaped
    case .nonspacingMark, .enclosingMark:
      self = properties.isDefaultIgnorableCodePoint ? .escaped : .joining
    default:
      if properties.isDefaultIgnorableCodePoint || properties.isEmojiModifier {
        self = .escaped
      } else if Self.joiningJamo.contains(where: { $0.contains(value) }) {
        self = .joining
      } else if Self.isRegionalIndicator(value) {
        // A pair of them is drawn as one flag of two columns, so each counts one.
        self = .narrow
      } else {
        self = properties.isEmojiPresentation || Self.isEastAsianWide(value) ? .wide : .narrow
      }
    }
  }

  /// Vowels and final consonants of Korean syllables written in parts: the first consonant holds the two columns.
  private static let joiningJamo: [ClosedRange<UInt32>] = [0x1160...0x11FF, 0xD7B0...0xD7FF]

  private static func isRegionalIndicator(_ value: UInt32) -> Bool { (0x1F1E6...0x1F1FF).contains(value) }

  private static func isEastAsianWide(_ value: UInt32) -> Bool {
    guard value >= 0x1100 else { return false }
    return eastAsianWide.contains { $0.contains(value) }
  }

  /// Characters of East_Asian_Width W and F, without those of emoji presentation, which the standard library knows.
  ///
  /// Source: Unicode 14 EastAsianWidth.txt; gaps of unassigned, emoji and combining characters, which are decided
  /// before the table is asked, are closed; the hexagrams are wide since Unicode 16, and in glibc before.
  private static let eastAsianWide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0xA4C6,
    0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x1B2FB, 0x1F200...0x1F265, 0x20000...0x3FFFD,
  ]
}
