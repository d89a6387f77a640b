// Expected screens as pictures in the test: what differs is shown as a picture, too.
import Testing

@testable import WizardUI

/// Holds that a canvas shows a picture, and where it is given, a second one with a letter of style per column.
///
/// Blanks at the ends of rows and empty rows at the end do not count. Every row must be exactly as wide as the canvas.
func expectPicture(
  of canvas: Canvas, _ picture: String, styles: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
  compare("picture", canvas.lines, picture, blank: " ", sourceLocation)
  if let styles { compare("styles", canvas.styleLines, styles, blank: ".", sourceLocation) }
  for (row, line) in canvas.lines.enumerated() where line.displayColumns != canvas.size.columns {
    Issue.record("row \(row) is \(line.displayColumns) columns wide: \(line)", sourceLocation: sourceLocation)
  }
}

/// A canvas of that size with one widget drawn over all of it.
func drawn(_ widget: some Widget, _ columns: Int, _ rows: Int, glyphs: Glyphs = .utf8) -> Canvas {
  var canvas = Canvas(Size(columns: columns, rows: rows), glyphs: glyphs)
  widget.draw(in: canvas.area, on: &canvas)
  return canvas
}

private func compare(
  _ what: String, _ lines: [String], _ picture: String, blank: Character, _ sourceLocation: SourceLocation
) {
  let actual = trimmed(lines, blank: blank)
  let expected = trimmed(
    picture.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), blank: blank)
  guard actual != expected else { return }
  let different = zip(actual, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
  let row = different ?? min(actual.count, expected.count)
  Issue.record(
    "\(what) differs from row \(row) on; it is\n\(actual.joined(separator: "\n"))\nand not\n\(expected.joined(separator: "\n"))",
    sourceLocation: sourceLocation)
}

private func trimmed(_ lines: [String], blank: Character) -> [String] {
  var lines = lines.map { line in
    var line = line[...]
    while line.last == blank { line.removeLast() }
    return String(line)
  }
  while lines.last?.isEmpty == true { lines.removeLast() }
  return lines
}
