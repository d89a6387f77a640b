// How much of something is done, as numbers first and a bar after them.
//
//     3 of 6 [██████──────]

/// A part of a whole: the numbers are words, the bar repeats them; a bar that is not complete never looks full.
package struct Gauge: Widget, Hashable {
  package var part: Int
  package var whole: Int
  /// What is written before the bar; `3 of 6` without one.
  package var text: String
  package var style: Style

  package init(_ part: Int, of whole: Int, text: String? = nil, style: Style = .plain) {
    self.part = part
    self.whole = whole
    self.text = text ?? "\(part) of \(whole)"
    self.style = style
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let at = canvas.put(text + " ", row: area.row, column: area.column, in: area)
    let width = area.right - at - 2
    guard width >= 3 else { return }
    let full = filled(width)
    let bar =
      String(repeating: canvas.glyphs.gaugeFull, count: full)
      + String(repeating: canvas.glyphs.gaugeEmpty, count: width - full)
    canvas.put("[\(bar)]", row: area.row, column: at, in: area, style: style)
  }

  private func filled(_ width: Int) -> Int {
    guard whole > 0, part > 0 else { return 0 }
    guard part < whole else { return width }
    return min(width - 1, max(1, Int(Double(part) / Double(whole) * Double(width))))
  }
}
