// The characters that our own chrome is drawn with, once for UTF-8 and once for plain ASCII.

/// The two kinds of lines: panes are single, dialogs double, told apart without colour.
package enum LineKind: Hashable, Sendable {
  case single
  case double
}

/// The directions in which a line leaves a cell; joined panes get their junctions by adding them up.
package struct LineArms: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let up = LineArms(rawValue: 1)
  package static let right = LineArms(rawValue: 2)
  package static let down = LineArms(rawValue: 4)
  package static let left = LineArms(rawValue: 8)
}

/// One table of glyphs; only box drawing, the eight lower blocks and ASCII, which are one column wide everywhere.
package struct Glyphs: Equatable, Sendable {
  /// Indexed by `LineArms.rawValue`.
  private let single: [Character]
  private let double: [Character]
  /// From the lowest to the highest bar of a sparkline.
  package let bars: [Character]
  package let gaugeFull: Character
  package let gaugeEmpty: Character

  package func line(_ arms: LineArms, _ kind: LineKind) -> Character {
    let table = kind == .single ? single : double
    return table[Int(arms.rawValue & 0xF)]
  }

  //                         arms of up, right, down, left:  -    U    R    UR   D    UD   RD   URD  L    UL   RL  ...
  package static let utf8 = Glyphs(
    single: [" ", "│", "─", "└", "│", "│", "┌", "├", "─", "┘", "─", "┴", "┐", "┤", "┬", "┼"],
    double: [" ", "║", "═", "╚", "║", "║", "╔", "╠", "═", "╝", "═", "╩", "╗", "╣", "╦", "╬"],
    bars: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    gaugeFull: "█", gaugeEmpty: "─")

  package static let ascii = Glyphs(
    single: [" ", "|", "-", "+", "|", "|", "+", "+", "-", "+", "-", "+", "+", "+", "+", "+"],
    double: [" ", "#", "=", "#", "#", "#", "#", "#", "=", "#", "=", "#", "#", "#", "#", "#"],
    bars: ["_", ".", "-", "=", "#"],
    gaugeFull: "#", gaugeEmpty: "-")

  /// Every character of the table, for the test that measures them.
  package var all: [Character] { single + double + bars + [gaugeFull, gaugeEmpty] }
}
