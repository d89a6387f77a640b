// Text as it may be drawn: every part printable, every width known, hostile characters visible.

/// A text cut into pieces that each fill one, or for a wide character two, cells.
///
/// Text from servers, logs and keys is hostile: whatever could act on the terminal or mislead the reader is turned
/// into a visible escape. Nothing is dropped, so that two different texts never look the same.
package struct VisibleText: Sendable {
  /// One character with its combining marks, or one letter of an escape.
  package struct Piece: Hashable, Sendable {
    package var text: String
    /// 1 or 2.
    package var columns: Int
    package var isEscape: Bool
  }

  package let pieces: [Piece]
  package let columns: Int

  /// So many combining marks are drawn over one character; a flood of them is escaped from there on.
  package static let marksPerCharacter = 3

  package init(_ text: String) {
    guard text.isPlainASCII else {
      self.init(escaping: text.unicodeScalars.lazy.map(Element.scalar))
      return
    }
    self.init(pieces: text.utf8.map { Self.plainPieces[Int($0 - 0x20)] }, columns: text.utf8.count)
  }

  private init(pieces: [Piece], columns: Int) {
    self.pieces = pieces
    self.columns = columns
  }

  /// The pieces of printable ASCII, of which most of what we draw consists.
  private static let plainPieces = (UInt8(0x20)..<0x7F).map { byte in
    Piece(text: String(UnicodeScalar(byte)), columns: 1, isEscape: false)
  }

  /// Text that came as bytes: what is no UTF-8 is drawn as `\xff`.
  package init(bytes: some Sequence<UInt8>) {
    self.init(escaping: Self.decode(Array(bytes)))
  }

  /// The text as one string, for faces without cells.
  package var string: String { pieces.map(\.text).joined() }

  /// The pieces that fit into so many columns, and whether that is all of them.
  package func fitting(_ limit: Int) -> (pieces: ArraySlice<Piece>, isWhole: Bool) {
    if columns <= limit { return (pieces[...], true) }
    var used = 0
    let end = pieces.firstIndex { piece in
      used += piece.columns
      return used > limit
    }
    return (pieces[..<(end ?? pieces.endIndex)], false)
  }

  private enum Element {
    case scalar(Unicode.Scalar)
    case invalidByte(UInt8)
  }

  private init(escaping elements: some Sequence<Element>) {
    var pieces: [Piece] = []
    var columns = 0
    var marks = 0
    func add(_ text: String, _ width: Int, isEscape: Bool = false) {
      pieces.append(Piece(text: text, columns: width, isEscape: isEscape))
      columns += width
      marks = isEscape ? Self.marksPerCharacter : 0
    }
    for element in elements {
      switch element {
      case .invalidByte(let byte):
        for letter in Self.escape(byte: byte) { add(String(letter), 1, isEscape: true) }
      case .scalar(let scalar):
        switch DisplayWidth(scalar) {
        case .narrow: add(String(scalar), 1)
        case .wide: add(String(scalar), 2)
        case .joining where marks < Self.marksPerCharacter && !pieces.isEmpty:
          pieces[pieces.endIndex - 1].text.unicodeScalars.append(scalar)
          marks += 1
        case .joining, .escaped:
          for letter in Self.escape(scalar) { add(String(letter), 1, isEscape: true) }
        }
      }
    }
    self.init(pieces: pieces, columns: columns)
  }

  private static func decode(_ bytes: [UInt8]) -> [Element] {
    var elements: [Element] = []
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var index = 0
    while true {
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        elements.append(.scalar(Unicode.UTF8.decode(encoded)))
        index += encoded.count
      case .error(let length):
        elements += bytes[index..<index + length].map(Element.invalidByte)
        index += length
      case .emptyInput:
        return elements
      }
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    case _ where scalar.value < 0x80: escape(byte: UInt8(scalar.value))
    default: "\\u{\(String(scalar.value, radix: 16))}"
    }
  }

  private static func escape(byte: UInt8) -> String {
    "\\x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
  }
}

extension String {
  /// How many columns the text takes when it is drawn, escapes included.
  package var displayColumns: Int {
    // One column a byte.
    if isPlainASCII { return utf8.count }
    return VisibleText(self).columns
  }

  /// The text with everything hostile as visible escapes.
  package var madeVisible: String {
    if isPlainASCII { return self }
    return VisibleText(self).string
  }

  fileprivate var isPlainASCII: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
}
