// A row that is typed into.
//
//     Type the shard name to go on:  s1_

/// A prompt and the text typed so far; the caret counts characters from the left.
package struct TextField: Widget, Hashable {
  package var prompt: Line
  package private(set) var text: String
  package private(set) var caret: Int
  /// Columns that what has to be typed takes; where the prompt leaves fewer, it gets rows of its own.
  package var room = 0

  /// Nobody types more; what is beyond is refused.
  package static let longest = 256

  /// So many columns are left for the text, and the caret behind it, before the prompt is drawn in full.
  static let narrowest = 6

  package init(_ prompt: Line, text: String = "") {
    self.prompt = prompt
    self.text = text
    self.caret = text.count
  }

  /// Types a key into the text; false when the key does not edit.
  package mutating func edit(_ key: Key) -> Bool {
    switch key {
    case .left: caret = max(0, caret - 1)
    case .right: caret = min(text.count, caret + 1)
    case .home, .control("a"): caret = 0
    case .end, .control("e"): caret = text.count
    case .backspace, .control("h"):
      guard caret > 0 else { break }
      text.remove(at: text.index(text.startIndex, offsetBy: caret - 1))
      caret = min(caret - 1, text.count)
    case .delete, .control("d"):
      guard caret < text.count else { break }
      text.remove(at: text.index(text.startIndex, offsetBy: caret))
    case .control("u"):
      text = ""
      caret = 0
    default:
      guard let scalar = key.printable else { return false }
      guard text.unicodeScalars.count < Self.longest else { break }
      let tail = text.count - caret
      text.unicodeScalars.insert(scalar, at: text.index(text.startIndex, offsetBy: caret))
      // A combining mark joins the character before it and is no character of its own.
      caret = text.count - tail
    }
    return true
  }

  package func draw(in area: Rectangle, on canvas: inout Canvas) {
    let place = place(in: area)
    let before = area.cutLeft(place.column - area.column - 1).left
    canvas.put(prompt, row: area.row, column: area.column, in: before)
    canvas.put(
      text, row: area.row, column: place.column - hiddenColumns(in: place), in: place, style: .underlined,
      overflow: .cut)
  }

  /// Where the hardware cursor stands.
  package func cursor(in area: Rectangle) -> Position? {
    let place = place(in: area)
    guard !place.isEmpty else { return nil }
    return Position(row: area.row, column: place.column + columnsBeforeCaret - hiddenColumns(in: place))
  }

  private func place(in area: Rectangle) -> Rectangle {
    // The end of a long prompt gives way to what is typed.
    let taken = min(prompt.columns + 2, max(0, area.columns - Self.narrowest))
    return area.cutTop(1).top.cutLeft(taken).rest
  }

  private var columnsBeforeCaret: Int { String(text.prefix(caret)).displayColumns }

  /// How far the text is moved to the left so that the caret is in sight.
  private func hiddenColumns(in place: Rectangle) -> Int { max(0, columnsBeforeCaret - place.columns + 1) }
}
