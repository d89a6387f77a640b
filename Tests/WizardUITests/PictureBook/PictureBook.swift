// Every screen at every size in both glyph tables, as it is expected: pages of text that a person can look through.
import SystemIO
import Testing

@testable import UpgradeCore
@testable import WizardUI

/// One page of the book: what is drawn, and in which windows.
struct PicturePage: Sendable, CustomTestStringConvertible {
  var name: String
  var sizes = [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40), Size(columns: 300, rows: 24)]
  /// Makes the moment once for a window; what it answers draws it.
  var draw: @Sendable (Size) -> @Sendable (Glyphs) -> Canvas

  var testDescription: String { name }

  /// The page as its file has it. Blanks at the ends of rows do not count.
  ///
  /// Below each picture stand its styles, a letter a column (`Style.letter`): those of the other glyph table are the
  /// same, or stand there as well.
  ///
  /// `inspect` sees each canvas.
  func text(_ inspect: (Canvas, Size) -> Void) -> String {
    var rows: [String] = []
    for size in sizes {
      let draw = draw(size)
      let canvas = draw(.utf8)
      let ascii = draw(.ascii)
      inspect(canvas, size)
      inspect(ascii, size)
      let styles = Self.trimmed(canvas.styleLines, blank: ".")
      let others = Self.trimmed(ascii.styleLines, blank: ".")
      rows += ["=== \(name), \(size.columns)x\(size.rows)"] + Self.trimmed(canvas.lines, blank: " ")
      rows += ["--- styles"] + styles
      rows += ["--- ASCII"] + Self.trimmed(ascii.lines, blank: " ")
      if others != styles { rows += ["--- styles of ASCII"] + others }
    }
    return rows.joined(separator: "\n") + "\n"
  }

  private static func trimmed(_ lines: [String], blank: Character) -> [String] {
    var lines = lines.map { line in
      var line = line[...]
      while line.last == blank { line.removeLast() }
      return String(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }

  /// Beside the tests and in none of their targets.
  var path: String {
    let root = "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let file = name.split { !$0.isLetter && !$0.isNumber }.joined(separator: "-")
    return "\(root)/Tests/Pictures/\(file).txt"
  }
}

extension PicturePage {
  /// A moment of a run after some keys.
  init(_ name: String, _ picture: RunPicture, keys: String = "") {
    self.init(name: name) { size in
      var script = ScreenScript(columns: size.columns, rows: size.rows, fixed: picture)
      if !keys.isEmpty { script.press(keys) }
      return Self.drawing(script)
    }
  }

  static func drawing(_ script: ScreenScript) -> @Sendable (Glyphs) -> Canvas {
    let (model, picture, size, time) = (script.model, script.picture, script.size, script.time)
    return { model.frame(picture, size, glyphs: $0, at: time).canvas }
  }

  /// Widgets below each other, each over so many rows.
  init(_ name: String, widgets: [any Widget], rows: Int) {
    self.init(name: name) { size in
      { glyphs in
        var canvas = Canvas(size, glyphs: glyphs)
        for (index, widget) in widgets.enumerated() {
          widget.draw(in: Rectangle(row: index * rows, column: 0, rows: rows, columns: size.columns), on: &canvas)
        }
        return canvas
      }
    }
    sizes = [46, 80, 120, 300].map { Size(columns: $0, rows: widgets.count * rows) }
  }
}
