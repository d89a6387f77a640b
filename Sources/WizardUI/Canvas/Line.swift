// One row of text in parts of different style.

/// On which side of its place a text stands.
package enum Alignment: Hashable, Sendable {
  case left
  case right
}

/// A row of text in parts, each with its style; a string literal is a plain one.
package struct Line: Hashable, Sendable {
  package struct Part: Hashable, Sendable {
    package var text: String
    package var style: Style

    package init(_ text: String, _ style: Style = .plain) {
      self.text = text
      self.style = style
    }
  }

  package var parts: [Part]

  package init(_ parts: [Part] = []) { self.parts = parts }

  package init(_ text: String, _ style: Style = .plain) { self.parts = [Part(text, style)] }

  /// Pieces of a text, the escapes among them in their own style.
  package init(_ pieces: ArraySlice<VisibleText.Piece>, _ style: Style) {
    self.parts = []
    for piece in pieces {
      let own = piece.isEscape ? style.ofEscapes : style
      if parts.last?.style == own {
        parts[parts.endIndex - 1].text += piece.text
      } else {
        parts.append(Part(piece.text, own))
      }
    }
  }

  /// How many columns the row takes when it is drawn, escapes included.
  package var columns: Int { parts.reduce(0) { $0 + $1.text.displayColumns } }
  package var isEmpty: Bool { parts.allSatisfy { $0.text.isEmpty } }
  /// The words alone, escapes made visible, for faces without cells.
  package var string: String { parts.map(\.text.madeVisible).joined() }

  /// The same row with every part's style laid over another style.
  package func over(_ base: Style) -> Line {
    Line(parts.map { Part($0.text, $0.style.over(base)) })
  }

  /// The row cut or filled up to exactly so many columns; a cut is marked with `~`.
  package func padded(to columns: Int, alignment: Alignment = .left) -> Line {
    let free = columns - self.columns
    if free < 0 { return clipped(to: columns) }
    if free == 0 { return self }
    let space = Line(String(repeating: " ", count: free))
    return alignment == .left ? self + space : space + self
  }

  /// The row cut to at most so many columns; a cut is marked with `~`.
  package func clipped(to columns: Int) -> Line {
    guard self.columns > columns else { return self }
    guard columns > 0 else { return Line() }
    var clipped = Line()
    var free = columns - 1
    for part in parts {
      let (pieces, isWhole) = VisibleText(part.text).fitting(free)
      clipped += Line(pieces, part.style)
      free -= pieces.reduce(0) { $0 + $1.columns }
      if !isWhole { break }
    }
    let style = clipped.parts.last?.style ?? .plain
    return clipped + Line(String(repeating: " ", count: free) + "~", style)
  }

  package static func + (left: Line, right: Line) -> Line { Line(left.parts + right.parts) }
  package static func += (left: inout Line, right: Line) { left.parts += right.parts }
}

extension Line: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) { self.init(value) }
}
