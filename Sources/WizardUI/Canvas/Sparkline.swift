// The last values of a measurement as a row of bars, with the highest of them written beside.
//
//     ▁▁▂▁▁▁▁▂▁▁▁▁ max 41 ms

/// A row of bars scaled to the highest value in sight; the newest value is at the right.
///
/// A value that was not measured is a blank and no low bar.
package struct Sparkline: Widget, Hashable {
  package var values: [Int?]
  /// Written after the highest value; without a unit only the bars are drawn.
  package var unit: String?
  /// Values up to this one are drawn as the lowest bar even if none is higher, so that noise stays flat.
  package var quiet: Int
  package var style: Style

  package init(_ values: [Int?], unit: String? = nil, quiet: Int = 0, style: Style = .plain) {
    self.values = values
    self.unit = unit
    self.quiet = quiet
    self.style = style
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    // The label is as long as the highest of all values needs, so the bars do not move when a peak leaves the window.
    let room = unit.map { label(values.compactMap(\.self).max() ?? 0, unit: $0).displayColumns + 1 } ?? 0
    let hasLabel = unit != nil && area.columns - room >= 4
    let width = hasLabel ? area.columns - room : area.columns
    guard width > 0 else { return }
    let seen = values.suffix(width)
    let highest = seen.compactMap(\.self).max()
    let bars = String(seen.map { bar($0, highest: highest ?? 0, among: canvas.glyphs.bars) })
    let column = area.column + width - seen.count
    canvas.put(bars, row: area.row, column: column, in: area, style: style)
    guard hasLabel, let unit else { return }
    let text = highest.map { label($0, unit: unit) } ?? "no data"
    canvas.put(text, row: area.row, column: area.column + width + 1, in: area)
  }

  private func label(_ highest: Int, unit: String) -> String {
    unit.isEmpty ? "max \(highest)" : "max \(highest) \(unit)"
  }

  private func bar(_ value: Int?, highest: Int, among bars: [Character]) -> Character {
    guard let value else { return " " }
    guard let lowest = bars.first else { return " " }
    guard value > quiet, highest > 0 else { return lowest }
    // Rounded up, so that anything above quiet is seen.
    let exact = Double(value) / Double(highest) * Double(bars.count - 1)
    let index = Int(exact)
    return bars[min(Double(index) < exact ? index + 1 : index, bars.count - 1)]
  }
}
