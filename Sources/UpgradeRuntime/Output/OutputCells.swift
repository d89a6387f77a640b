// Cells of libvterm made into rows of text: styles by their names, whatever the command asked for.

import CVTerm
import UpgradeCore

extension OutputRow {
  /// Cells beside each other as a row; the blanks at its end are left out.
  init(_ cells: UnsafeBufferPointer<VTermScreenCell>) {
    let end = unsafe Int(cvterm_used(cells.baseAddress, Int32(cells.count)))
    var runs: [Run] = []
    var column = 0
    while column < end {
      let cell = unsafe cells[column]
      let columns = max(1, Int(cell.width))
      let style = OutputStyle(cell)
      let text = Self.text(of: cell)
      let isLetter = columns == 1 && text.utf8.count == 1
      if isLetter, let last = runs.last, last.style == style, last.text.utf8.count == last.columns,
        last.text.utf8.last.map({ $0 < 0x80 }) ?? false
      {
        runs[runs.endIndex - 1].text += text
        runs[runs.endIndex - 1].columns += 1
      } else {
        runs.append(Run(text, columns: columns, style: style))
      }
      column += columns
    }
    self.init(runs)
  }

  private static func text(of cell: VTermScreenCell) -> String {
    let (first, second, third, fourth, fifth, sixth) = cell.chars
    guard first != 0, first != .max else { return " " }
    var text = String.UnicodeScalarView()
    for value in [first, second, third, fourth, fifth, sixth] {
      guard value != 0, let scalar = Unicode.Scalar(value) else { break }
      text.append(scalar)
    }
    return String(text)
  }
}

extension OutputStyle {
  init(_ cell: VTermScreenCell) {
    self.init(
      foreground: Self.named(cell.fg, standard: VTERM_COLOR_DEFAULT_FG),
      background: Self.named(cell.bg, standard: VTERM_COLOR_DEFAULT_BG),
      isBold: cell.attrs.bold != 0, isUnderlined: cell.attrs.underline != 0, isReversed: cell.attrs.reverse != 0)
  }

  /// The nearest of the sixteen colours that have names; nil for the terminal's own.
  private static func named(_ colour: VTermColor, standard: VTermColorType) -> UInt8? {
    let type = unsafe UInt32(colour.type)
    if type & standard.rawValue != 0 { return nil }
    guard type & VTERM_COLOR_TYPE_MASK.rawValue == VTERM_COLOR_INDEXED.rawValue else {
      return unsafe nearest(red: colour.rgb.red, green: colour.rgb.green, blue: colour.rgb.blue)
    }
    return nearest(index: unsafe colour.indexed.idx)
  }

  /// Of the 256 colours: the sixteen, then a cube of six steps each way, then greys (xterm's 256colres.h).
  static func nearest(index: UInt8) -> UInt8 {
    if index < 16 { return index }
    if index >= 232 {
      let grey = 8 + 10 * (index - 232)
      return nearest(red: grey, green: grey, blue: grey)
    }
    let steps: [UInt8] = [0, 95, 135, 175, 215, 255]
    let place = Int(index) - 16
    return nearest(red: steps[place / 36], green: steps[place / 6 % 6], blue: steps[place % 6])
  }

  /// What has little colour is black, one of the greys or white; else each part counts that has half of the strongest.
  static func nearest(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
    let strongest = max(red, green, blue)
    let weakest = min(red, green, blue)
    if strongest - weakest < 48 {
      return strongest < 48 ? 0 : strongest < 144 ? 8 : strongest < 224 ? 7 : 15
    }
    let half = strongest / 2
    let mixed: UInt8 = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0)
    return strongest > 215 ? mixed + 8 : mixed
  }
}
