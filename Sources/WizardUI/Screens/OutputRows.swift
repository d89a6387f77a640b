// Rows of a command's terminal as rows of ours: its colours by the names that ours have, its characters made harmless.

import UpgradeCore

/// Draws rows of output, each cut where the area ends; the cells keep their columns.
struct OutputRows: Widget {
  let rows: ArraySlice<OutputRow>

  func draw(in area: Rectangle, on canvas: inout Canvas) {
    for (offset, row) in rows.prefix(area.rows).enumerated() {
      canvas.put(Self.line(row), row: area.row + offset, column: area.column, in: area)
    }
  }

  static func line(_ row: OutputRow) -> Line {
    Line(
      row.runs.map { run in
        let style = Style(run.style)
        let isDrawable = VisibleText(run.text).isDrawn(in: run.columns)
        // What we would draw in other columns than its terminal did would move the rest of the row.
        return isDrawable
          ? Line.Part(run.text, style)
          : Line.Part(String(repeating: "?", count: max(0, run.columns)), style.ofEscapes)
      })
  }
}

extension VisibleText {
  fileprivate func isDrawn(in columns: Int) -> Bool {
    self.columns == columns && !pieces.contains { $0.isEscape }
  }
}

extension Style {
  /// A colour that is readable on a light and on a dark ground; a ground of its own is a colour in reverse.
  init(_ style: OutputStyle) {
    var attributes: Attributes = []
    if style.isBold { attributes.insert(.bold) }
    if style.isUnderlined { attributes.insert(.underline) }
    if style.isReversed != (style.background != nil) { attributes.insert(.reverse) }
    self.init(Colour(readable: style.background ?? style.foreground), attributes)
  }
}

extension Colour {
  /// Black and the whites vanish on some operator's ground, dark blue on most: they are drawn as what does not.
  fileprivate init(readable number: UInt8?) {
    self =
      switch number {
      case 1: .red
      case 2: .green
      case 3: .yellow
      case 4, 12: .brightBlue
      case 5: .magenta
      case 6: .cyan
      case 9: .brightRed
      case 10: .brightGreen
      case 11: .brightYellow
      case 13: .brightMagenta
      case 14: .brightCyan
      default: .standard
      }
  }
}
