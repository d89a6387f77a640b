// How a cell looks beside its text: a named colour and four attributes, never a background of its own.

/// The sixteen colours that every terminal names, and its own foreground.
///
/// There is no background: the operator's own stays, whether light or dark; `Style.reversed` is the one exception.
package enum Colour: UInt8, Hashable, Sendable, CaseIterable {
  case standard
  case black, red, green, yellow, blue, magenta, cyan, white
  case brightBlack, brightRed, brightGreen, brightYellow, brightBlue, brightMagenta, brightCyan, brightWhite

  /// The terminal's number of the colour (0-15); nothing for the terminal's own foreground.
  package var number: Int? { self == .standard ? nil : Int(rawValue) - 1 }
}

/// A colour and attributes; never the only bearer of a meaning, the word beside it is.
package struct Style: Hashable, Sendable {
  package struct Attributes: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let bold = Attributes(rawValue: 1)
    package static let dim = Attributes(rawValue: 2)
    package static let reverse = Attributes(rawValue: 4)
    package static let underline = Attributes(rawValue: 8)
  }

  package var colour: Colour
  package var attributes: Attributes

  package init(_ colour: Colour = .standard, _ attributes: Attributes = []) {
    self.colour = colour
    self.attributes = attributes
  }

  package static let plain = Style()
  package static let bold = Style(.standard, .bold)
  package static let dim = Style(.standard, .dim)
  package static let reversed = Style(.standard, .reverse)
  package static let underlined = Style(.standard, .underline)

  /// What is done and proven.
  package static let good = Style(.green)
  /// What waits for the operator, or deserves a look.
  package static let attention = Style(.yellow, .bold)
  /// What has failed or would destroy.
  package static let danger = Style(.red, .bold)

  /// This style laid over another: its colour where it has one, the attributes of both.
  package func over(_ base: Style) -> Style {
    Style(colour == .standard ? base.colour : colour, attributes.union(base.attributes))
  }

  /// The style in which an escape such as `\x1b` is drawn: told apart from the same letters as plain text.
  package var ofEscapes: Style { Style(colour, attributes.symmetricDifference(.reverse)) }

  /// The letter of the style in a picture; nothing for a style that is too rare to have one.
  ///
  /// `.` is plain and `*` bold; a colour has its first letter (`k` is black), in capitals when bold.
  package var letter: Character? {
    switch attributes {
    case []: colour == .standard ? "." : colourLetter
    case .bold: colour == .standard ? "*" : colourLetter.flatMap { $0.uppercased().first }
    case .dim: colour == .standard ? "-" : nil
    case .underline: colour == .standard ? "_" : nil
    case .reverse: colour == .standard ? "~" : nil
    default: nil
    }
  }

  private var colourLetter: Character? {
    switch colour {
    case .black: "k"
    case .red: "r"
    case .green: "g"
    case .yellow: "y"
    case .blue: "b"
    case .magenta: "m"
    case .cyan: "c"
    case .white: "w"
    default: nil
    }
  }
}

extension Style: CustomStringConvertible {
  package var description: String {
    let named: [(Attributes, String)] = [
      (.bold, "bold"), (.dim, "dim"), (.reverse, "reverse"), (.underline, "underline"),
    ]
    return (["\(colour)"] + named.filter { attributes.contains($0.0) }.map(\.1)).joined(separator: " ")
  }
}
